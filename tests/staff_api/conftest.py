import httpx
import pytest

from tests.casework.staff import PeopleAtWork


@pytest.fixture
def at_work(client: httpx.AsyncClient) -> PeopleAtWork:
    return PeopleAtWork(client)
