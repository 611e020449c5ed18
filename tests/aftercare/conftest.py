import httpx
import pytest

from tests.casework.staff import PeopleAtWork


@pytest.fixture
def people(client: httpx.AsyncClient) -> PeopleAtWork:
    return PeopleAtWork(client)
