import httpx
import pytest

from tests.casework.staff import PeopleAtWork
from tests.clock import TravellingClock
from tests.mediation import standings as scenes
from tests.mediation.standings import Standings


@pytest.fixture
def people(client: httpx.AsyncClient) -> PeopleAtWork:
    return PeopleAtWork(client)


@pytest.fixture
async def scene(people: PeopleAtWork, clock: TravellingClock) -> Standings:
    """One case in mediation with one person of every standing in it; `party_b` is the property company."""
    return await scenes.of_one_case(people)
