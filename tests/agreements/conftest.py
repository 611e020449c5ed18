import httpx
import pytest

from tests.agreements.scene import Scene, agreed_case
from tests.casework.staff import PeopleAtWork
from tests.clock import TravellingClock


@pytest.fixture
def people(client: httpx.AsyncClient) -> PeopleAtWork:
    return PeopleAtWork(client)


@pytest.fixture
async def scene(people: PeopleAtWork, clock: TravellingClock) -> Scene:
    """In mediation, both sides by their own verified phones."""
    return await agreed_case(people, clock)
