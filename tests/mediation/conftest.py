import httpx
import pytest

from tests.appointments.scene import Scene, set_scene
from tests.casework.staff import PeopleAtWork
from tests.clock import TravellingClock
from tests.mediation import standings as scenes
from tests.mediation.standings import Standings


@pytest.fixture
def people(client: httpx.AsyncClient) -> PeopleAtWork:
    return PeopleAtWork(client)


@pytest.fixture
async def standings(people: PeopleAtWork) -> Standings:
    return await scenes.of_one_case(people)


@pytest.fixture
async def scene(people: PeopleAtWork, clock: TravellingClock) -> Scene:
    return await set_scene(people)
