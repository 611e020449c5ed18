import httpx
import pytest

from config.settings import Settings
from tests.casework.staff import PeopleAtWork
from tests.clock import TravellingClock
from tests.conftest import App
from tests.mediation import standings as scenes
from tests.mediation.standings import Standings
from tests.papers.reading import Press


@pytest.fixture
def people(client: httpx.AsyncClient) -> PeopleAtWork:
    return PeopleAtWork(client)


@pytest.fixture
async def standings(people: PeopleAtWork) -> Standings:
    return await scenes.of_one_case(people)


@pytest.fixture
def press(app: App, settings: Settings, clock: TravellingClock) -> Press:
    return Press(app, settings, clock)
