from collections.abc import AsyncIterator

import httpx
import pytest
from tortoise import connections

from tests.appointments.scene import Scene, set_scene
from tests.casework.staff import PeopleAtWork
from tests.clock import TravellingClock
from tests.mediation import standings as scenes
from tests.mediation.compound import Compound, compound
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


@pytest.fixture
async def joint(people: PeopleAtWork, clock: TravellingClock) -> Compound:
    """A joint mediation that has begun, with nobody assisting yet."""
    return await compound(people, clock)


@pytest.fixture
async def client(client: httpx.AsyncClient) -> AsyncIterator[httpx.AsyncClient]:
    """Organizations outlive a test, since they are seeded; committees formed in one do not."""
    yield client
    await connections.get("default").execute_script(_COMMITTEES_AWAY)


_COMMITTEES_AWAY = """
UPDATE dispute SET organization_id = NULL WHERE organization_id IN (SELECT organization_id FROM committee);
DELETE FROM committee_seat; DELETE FROM committee; DELETE FROM organization WHERE kind = 'joint_committee'
"""
