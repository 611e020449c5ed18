from collections.abc import AsyncIterator

import httpx
import pytest
from tortoise import connections

from tests.casework.staff import PeopleAtWork


@pytest.fixture
async def people(client: httpx.AsyncClient) -> AsyncIterator[PeopleAtWork]:
    """What a test adds of organizations and accounts goes with it; who comes seeded stays."""
    yield PeopleAtWork(client)
    await connections.get("default").execute_script(
        """
        DELETE FROM legal_referral; DELETE FROM desk_attendance; DELETE FROM residency; DELETE FROM staff_session;
        UPDATE dispute SET organization_id = NULL;
        DELETE FROM fee_acceptance; DELETE FROM commercial_case; DELETE FROM fee_schedule;
        DELETE FROM staff WHERE username LIKE 'new-%';
        DELETE FROM organization WHERE NOT is_own_committee AND (code IS NULL OR NOT code LIKE 'demo-%');
        """
    )
