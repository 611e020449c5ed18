import httpx
import pytest

from tests.casework.staff import PeopleAtWork
from tests.mediation import standings as scenes
from tests.mediation.standings import Standings


@pytest.fixture
def people(client: httpx.AsyncClient) -> PeopleAtWork:
    return PeopleAtWork(client)


@pytest.fixture
async def standings(people: PeopleAtWork) -> Standings:
    return await scenes.of_one_case(people)
