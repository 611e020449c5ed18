from collections.abc import AsyncIterator

import httpx
import pytest
from tortoise import connections

from tests.casework.staff import PeopleAtWork


@pytest.fixture
async def people(client: httpx.AsyncClient) -> AsyncIterator[PeopleAtWork]:
    """What a test adds of organizations and accounts goes with it."""
    yield PeopleAtWork(client)
    await connections.get("default").execute_script(
        """
        DELETE FROM legal_plan_item; DELETE FROM legal_plan; DELETE FROM finding_follow_up; DELETE FROM risk_finding;
        DELETE FROM risk_screening; DELETE FROM law_talk_guest; DELETE FROM law_talk; DELETE FROM enterprise_visit;
        DELETE FROM enterprise; DELETE FROM staff_session; DELETE FROM staff WHERE username LIKE 'new-%';
        DELETE FROM organization WHERE NOT is_own_committee AND (code IS NULL OR NOT code LIKE 'demo-%');
        """
    )
