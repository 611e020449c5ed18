"""Reminders are made of the booking as it is at that moment, once, and never late."""

import asyncio
from datetime import datetime
from typing import Any

import asyncpg
import pytest

from backend.appointments import reminders
from backend.core.clock import SHANGHAI
from config.settings import Settings
from models import Delivery, Notice, Reminder
from tests.appointments.calls import book, cancel, reschedule, slot_at
from tests.clock import TravellingClock
from tests.conftest import App
from tests.people import People, Person, file_dispute

MORNING = datetime(2026, 11, 25, 9, 30, tzinfo=SHANGHAI)
EVE = datetime(2026, 11, 24, 18, 0, tzinfo=SHANGHAI)

_CUT_WHO_WAITS = """
SELECT count(pg_terminate_backend(w.pid)) FROM pg_locks w
 WHERE NOT w.granted AND w.relation = 'notice'::regclass
"""


@pytest.fixture
async def zhang(people: People, clock: TravellingClock) -> Person:
    return await people.resident("zhang")


async def booked(person: Person, starts_at: datetime = MORNING) -> dict[str, Any]:
    dispute = await file_dispute(person)
    return await book(person, dispute["id"], slot_at(dispute["center"]["id"], starts_at))


async def reminded(person: Person) -> list[str]:
    """Texts, latest first."""
    items = (await person.get("/notices")).json()["items"]
    return [item["text"] for item in items if item["kind"] == "reminder"]


async def at(app: App, clock: TravellingClock, moment: datetime) -> int:
    clock.set(moment)
    return await reminders.send_due(app.ctx.deps)


async def test_the_evening_before_and_two_hours_before_once_each(
    app: App, zhang: Person, clock: TravellingClock
) -> None:
    await booked(zhang)
    assert await at(app, clock, EVE.replace(hour=17, minute=59)) == 0
    assert [await at(app, clock, EVE), await at(app, clock, EVE.replace(minute=1))] == [1, 0]
    assert [await at(app, clock, MORNING.replace(hour=7, minute=29)) for _ in "ab"] == [0, 0]  # quiet
    assert [await at(app, clock, MORNING.replace(hour=7, minute=30)) for _ in "ab"] == [1, 0]
    texts = await reminded(zhang)
    assert len(texts) == 2
    assert all("11月25日 周三 上午9:30，" in text for text in texts)


async def test_what_was_moved_is_reminded_of_at_its_new_time_only(
    app: App, zhang: Person, clock: TravellingClock
) -> None:
    appointment = await booked(zhang)
    slot = slot_at(appointment["center"]["id"], MORNING.replace(day=26, hour=15))
    assert (await reschedule(zhang, appointment["id"], slot)).status_code == 200
    assert await at(app, clock, EVE) == 0
    assert await at(app, clock, MORNING.replace(hour=7, minute=30)) == 0
    assert await at(app, clock, EVE.replace(day=25)) == 1
    [text] = await reminded(zhang)
    assert "11月26日 周四 下午3:30" in text


async def test_what_was_moved_after_its_reminder_gets_another_one(
    app: App, zhang: Person, clock: TravellingClock
) -> None:
    appointment = await booked(zhang, MORNING.replace(hour=15))
    assert await at(app, clock, EVE) == 1
    clock.advance(hours=1)
    slot = slot_at(appointment["center"]["id"], MORNING.replace(hour=16))
    assert (await reschedule(zhang, appointment["id"], slot)).status_code == 200
    assert await at(app, clock, EVE.replace(hour=19, minute=30)) == 0  # just told
    assert await at(app, clock, MORNING.replace(hour=13)) == 0
    assert await at(app, clock, MORNING.replace(hour=14)) == 1
    assert "下午4:30" in (await reminded(zhang))[0]


async def test_a_push_that_has_not_left_yet_is_overtaken_by_the_move(
    app: App, zhang: Person, clock: TravellingClock
) -> None:
    appointment = await booked(zhang)
    assert await at(app, clock, EVE) == 1
    reminder = await Notice.get(kind="reminder")
    assert (reminder.delivery, reminder.valid_until) == (Delivery.PENDING, EVE.replace(hour=20))
    slot = slot_at(appointment["center"]["id"], MORNING.replace(day=26))
    assert (await reschedule(zhang, appointment["id"], slot)).status_code == 200
    assert (await Notice.get(kind="reminder")).delivery is Delivery.STALE


async def test_what_was_cancelled_is_not_reminded_of(app: App, zhang: Person, clock: TravellingClock) -> None:
    await cancel(zhang, (await booked(zhang))["id"])
    assert await at(app, clock, EVE) == 0


async def test_after_an_outage_old_reminders_are_dropped(app: App, zhang: Person, clock: TravellingClock) -> None:
    await booked(zhang)
    assert await at(app, clock, EVE.replace(hour=20)) == 0
    assert await at(app, clock, MORNING.replace(hour=8, minute=1)) == 0
    assert await at(app, clock, MORNING) == 0
    assert await reminded(zhang) == []


async def test_workers_at_once_remind_once(app: App, people: People, clock: TravellingClock) -> None:
    residents = [await people.resident(name) for name in ("zhang", "li", "wang")]
    for each in residents:
        await booked(each)
    clock.set(EVE)
    counts = await asyncio.gather(*(reminders.send_due(app.ctx.deps) for _ in range(4)))
    assert sum(counts) == 3
    assert [len(await reminded(each)) for each in residents] == [1, 1, 1]
    assert await Reminder.all().count() == 3


async def test_a_move_at_the_same_moment_leaves_nothing_about_the_old_time_behind_it(
    app: App, zhang: Person, clock: TravellingClock
) -> None:
    appointment = await booked(zhang)
    slot = slot_at(appointment["center"]["id"], MORNING.replace(day=26))
    clock.set(EVE)
    moved, _ = await asyncio.gather(reschedule(zhang, appointment["id"], slot), reminders.send_due(app.ctx.deps))
    assert moved.status_code == 200
    items = (await zhang.get("/notices")).json()["items"]
    kinds = [item["kind"] for item in items]
    assert kinds[:2] in (["rescheduled", "reminder"], ["rescheduled", "booked"])


@pytest.mark.parametrize("is_moved", [False, True])
async def test_a_worker_that_dies_in_the_middle_leaves_nothing_half_done(
    app: App, zhang: Person, clock: TravellingClock, settings: Settings, is_moved: bool
) -> None:
    """Its connection is cut after it has noted the reminder and before the message is written."""
    appointment = await booked(zhang)
    clock.set(EVE)
    other = await asyncpg.connect(settings.database_url.get_secret_value())
    try:
        blocking = other.transaction()
        await blocking.start()
        await other.execute("LOCK TABLE notice IN SHARE MODE")
        dying = asyncio.create_task(reminders.send_due(app.ctx.deps))
        while not await other.fetchval(_CUT_WHO_WAITS):
            assert not dying.done()
        with pytest.raises((asyncpg.PostgresError, ConnectionError, asyncpg.InterfaceError)):
            await dying
        await blocking.rollback()
    finally:
        await other.close()
    assert (await Reminder.all().count(), await reminded(zhang)) == (0, [])

    if is_moved:
        await reschedule(zhang, appointment["id"], slot_at(appointment["center"]["id"], MORNING.replace(day=27)))
    assert await reminders.send_due(app.ctx.deps) == (0 if is_moved else 1)
    assert await reminders.send_due(app.ctx.deps) == 0
    assert len(await reminded(zhang)) == (0 if is_moved else 1)
