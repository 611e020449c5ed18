"""Real PostgreSQL and Redis for the whole session, the real simulator of WeChat, one event loop."""

import gc
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import hypothesis
import pytest
from argon2 import PasswordHasher
from sanic import Sanic
from tortoise import connections

from backend import database, seed
from backend.core.crypto import new_key
from backend.server import create_app
from backend.wechat.simulator.sms import SmsKeys
from config.settings import Settings
from models import Staff
from tests.clock import TravellingClock
from tests.engines import engines
from tests.people import People
from tests.simulator import Simulator, running_simulator

gc.disable()  # while modules and tests are loaded there is nothing to collect; see `pytest_collection_finish`
Sanic.test_mode = True
hypothesis.settings.register_profile("hejie", deadline=None)
hypothesis.settings.load_profile("hejie")

App = Sanic[Any, Any]

_BUSINESS_TABLES = (
    "difference", "reconciliation",
    "outgoing_event", "partner_lane", "received_message", "partner_case", "unknown_code", "code_mapping",
    "partner_key", "partner",
    "complaint_step", "complaint", "case_review", "follow_up_record", "follow_up",
    "statistic_fact", "statistic_month", "statistic_due", "repeat_quarrel", "export_part", "export",
    "look", "dismissed_duplicate", "case_link", "library_case",
    "paper", "paper_template",
    "indicator_reading", "indicator", "urging_note", "report_answer", "recovery", "fulfilment_report", "commitment",
    "confirmation_notice", "confirmation_consent", "confirmation", "copy_receipt", "parcel", "signature",
    "agreement_comment", "agreement_version", "agreement",
    "group_representative", "member_consent", "legal_plan_item", "legal_plan", "finding_follow_up", "risk_finding",
    "risk_screening", "law_talk_guest", "law_talk", "enterprise_visit", "enterprise", "legal_referral",
    "desk_attendance",
    "explanation_receipt", "explanation", "opinion", "consultation_material", "consulted_expert", "consultation",
    "objection", "verification", "custody_entry", "evidence_item", "room_consent", "room_guest", "room",
    "panel_choice", "panel_candidate", "panel", "undertaking", "fee_acceptance", "commercial_case",
    "fee_schedule", "proposal_answer", "proposal", "talk_message", "talk_channel", "minutes_answer", "minutes",
    "meeting_participant", "meeting",
    "matter_update", "matter", "ballot", "motion", "assembly_attendance", "assembly", "assembly_series",
    "household_payment", "household_visit", "household", "task_force", "task_report", "member_task", "committee_seat",
    "committee", "member_invitation", "invited_consent", "share", "case_member", "calendar_feed",
    "handover_note", "mediator_choice", "recusal", "information_item", "information_request",
    "reminder", "affected_appointment", "content_check", "red_card", "invitation", "rights_acknowledgement",
    "staff_notice", "representation", "claim_code", "registration", "rating", "urge", "diary_entry", "blocked_period",
    "diary", "miss", "participant", "wait_entry", "appointment", "facility", "mediator_hours", "slot_count", "event",
    "party", "notice", "subscription_grant", "subscription_answer", "stored_file", "dispute", "privacy_consent",
    "phone_code", "resident_session", "resident", "staff_session", "case_counter", "wechat_callback",
    "idempotent_request", "history_root", "pgqueuer", "pgqueuer_log",
)  # fmt: skip
_FILLED = "SELECT " + ", ".join(f"EXISTS (SELECT FROM {table}) AS {table}" for table in _BUSINESS_TABLES)  # noqa: S608


def pytest_collection_finish() -> None:
    """What has been loaded stays to the end: no collection walks through it again."""
    gc.freeze()
    gc.enable()


@pytest.fixture(scope="session")
def stores() -> Iterator[tuple[str, str]]:
    """(database URL, Redis URL)"""
    with engines() as urls:
        yield urls


@pytest.fixture(scope="session")
async def simulator(_clock: TravellingClock) -> AsyncIterator[Simulator]:
    async with running_simulator(_clock) as running:
        yield running


@pytest.fixture(scope="session")
def settings(stores: tuple[str, str], simulator: Simulator, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    database_url, redis_url = stores
    os.environ.update(
        HEJIE_DATABASE_URL=database_url,
        HEJIE_REDIS_URL=redis_url,
        HEJIE_ENCRYPTION_KEYS=f"test:{new_key()}",
        HEJIE_SEARCH_KEY=new_key(),
        HEJIE_WECHAT_URL=simulator.url,
        HEJIE_SMS_URL=simulator.url,
        HEJIE_SMS_SECRET_ID=SmsKeys().secret_id,
        HEJIE_SMS_SECRET_KEY=SmsKeys().secret_key,
        HEJIE_SMS_SDK_APP_ID="1400000000",
        HEJIE_SMS_SIGN_NAME="和解",
        HEJIE_SMS_CODE_TEMPLATE="phone-code",
        HEJIE_TRTC_SDK_APP_ID="1400000000",
        HEJIE_TRTC_SECRET_KEY="5bd2850fff3ecb11d7c805251c51ee463a25727bddc2385f3fa8bfee1bb93b5e",
        HEJIE_DATA_DIR=str(tmp_path_factory.mktemp("data")),
        HEJIE_ADDRESS_LIMIT_PER_S="0",
    )
    return Settings()


@pytest.fixture(scope="session")
def _clock() -> TravellingClock:
    return TravellingClock()


@pytest.fixture
def clock(_clock: TravellingClock) -> Iterator[TravellingClock]:
    yield _clock
    _clock.reset()


@pytest.fixture(scope="session")
async def app(settings: Settings, simulator: Simulator, _clock: TravellingClock) -> AsyncIterator[App]:
    await database.migrate(settings.database_url.get_secret_value())
    await seed.load_into(settings)
    await _make_passwords_cheap(settings)
    app = create_app(settings, _clock, name="hejie-test")
    simulator.callback.to = httpx.ASGITransport(app=app)
    async with lifespan(app):
        yield app


async def _make_passwords_cheap(settings: Settings) -> None:
    """Checking one is slow on purpose; hundreds of tests log in."""
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("hejie-demo")
    async with database.connected(settings.database_url.get_secret_value()):
        await Staff.all().update(password_hash=cheap)


@asynccontextmanager
async def lifespan(app: App) -> AsyncIterator[None]:
    """Sanic's listeners as a server would run them."""
    app.asgi = True
    app.signalize(False)  # the test client runs no server that would have compiled its signals
    app.finalize()
    await app._server_event("init", "before")
    await app._server_event("init", "after")
    yield
    await app._server_event("shutdown", "before")
    await app._server_event("shutdown", "after")


@pytest.fixture
async def client(app: App) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client
    await _empty()
    await app.ctx.redis.flushdb()


async def _empty() -> None:
    """Children first. Of the few rows that a test leaves, DELETE is ten times faster than TRUNCATE, and asking where
    there are any is faster than deleting in vain."""
    connection = connections.get("default")
    (filled,) = await connection.execute_query_dict(_FILLED)
    statements = [f"DELETE FROM {table}" for table in _BUSINESS_TABLES if filled[table]]  # noqa: S608
    if statements:
        await connection.execute_script("; ".join(statements))


@pytest.fixture
def people(client: httpx.AsyncClient) -> People:
    return People(client)
