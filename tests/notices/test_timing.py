"""When a push leaves, and which others it makes superfluous."""

from datetime import timedelta
from uuid import UUID

import pytest

from backend.core.catalog import Catalog
from backend.core.jobs import LaterError
from backend.core.quiet_hours import QuietHours
from backend.notices import delivery, timing
from backend.notices.delivery import Post
from backend.notices.timing import Other, Plan, Rhythm
from config.catalog_files import read_catalog
from config.settings import Settings
from models import Notice
from models.base import uuid7
from tests.clock import START, TravellingClock
from tests.notices.pushes import APPOINTMENT, OUTCOME, PROGRESS, Phone, outcome, work
from tests.people import People, file_dispute

MINUTE = timedelta(seconds=60)
A, B = UUID(int=1), UUID(int=2)


def catalog() -> Catalog:
    """With a reminder, as nobody's act causes it."""
    raw = read_catalog()
    notices = raw["notices"]
    reminder = notices["booked"] | {"urgent": False, "deadline": True, "by_day": True}
    return Catalog.parse(
        raw | {"notices": notices | {"reminder": reminder, "by_day": notices["note"] | {"by_day": True}}}
    )


CATALOG = catalog()


def waiting(id_: UUID, kind: str, seconds: int | None = 30) -> Other:
    after = None if seconds is None else START + timedelta(seconds=seconds)
    return Other(id_, kind, is_waiting=True, is_read=False, send_after=after)


def pushed(kind: str, *, is_read: bool = False) -> Other:
    return Other(A, kind, is_waiting=False, is_read=is_read, send_after=None)


@pytest.mark.parametrize(
    ("kind", "others", "expected"),
    [
        ("note", [], Plan()),
        ("closed", [], Plan()),
        ("accepted", [], Plan()),
        # small news of the same minute: the first one speaks, until it has been read
        ("assigned", [pushed("note")], Plan(is_merged=True)),
        ("assigned", [waiting(A, "note", None)], Plan(is_merged=True)),
        ("note", [pushed("note", is_read=True)], Plan()),
        ("note", [waiting(A, "closed", None)], Plan()),  # another template
        ("note", [waiting(A, "reopened", None)], Plan(is_merged=True)),
        ("note", [pushed("accepted")], Plan(is_merged=True)),
        ("note", [pushed("accepted", is_read=True)], Plan()),
        # the greater one is never left out, and speaks for small ones that have not left
        ("reopened", [waiting(A, "note", None)], Plan(merges=(A,))),
        ("accepted", [waiting(A, "note", None), waiting(B, "reopened", None)], Plan(merges=(A,))),
        ("closed", [pushed("agreed")], Plan()),
        ("accepted", [pushed("note")], Plan()),
        # what waits for the morning does not speak now, and need not leave after what leaves now
        ("note", [waiting(A, "by_day", 9999)], Plan(merges=(A,))),
        # a newer time overtakes the older one
        ("rescheduled", [waiting(A, "booked", None)], Plan(overtakes=(A,))),
        ("cancelled", [waiting(A, "reminder", 9999)], Plan(overtakes=(A,))),
        ("booked", [waiting(A, "note", None)], Plan()),
        ("booked", [pushed("cancelled")], Plan()),
        ("note", [waiting(A, "no_longer_known", None)], Plan()),
    ],
)
def test_plan(kind: str, others: list[Other], expected: Plan) -> None:
    assert timing.plan(CATALOG, kind, START, Rhythm(QuietHours(), MINUTE), others) == expected


@pytest.mark.parametrize("kind", sorted(CATALOG.notices))
def test_without_coalescing_nothing_waits(kind: str) -> None:
    others = [waiting(A, "note"), pushed("accepted")]
    assert timing.plan(CATALOG, kind, START, Rhythm(QuietHours(), timedelta()), others) == Plan()


@pytest.mark.parametrize("kind", sorted(CATALOG.notices))
def test_at_night_only_what_nobody_did_waits(kind: str) -> None:
    """What answers an act leaves at once."""
    night, morning = START.replace(hour=23), START.replace(hour=7, minute=30) + timedelta(days=1)
    leaves = timing.plan(CATALOG, kind, night, Rhythm(QuietHours.parse("22:00-07:30"), MINUTE), []).send_after
    assert leaves == (morning if CATALOG.notices[kind].by_day else None)
    assert kind not in ("reminder", "by_day") or leaves == morning


async def test_three_notes_in_a_minute_are_one_message(
    phone: Phone, people: People, settings: Settings, clock: TravellingClock
) -> None:
    for _ in range(4):
        await phone.tap(PROGRESS)
    dispute = await file_dispute(phone.person)
    clerk = await people.staff("clerk")
    for text in ("第一条", "第二条", "第三条"):
        body = {"version": 1, "text": text, "audience": "parties"}
        case = (await clerk.get(f"/disputes/{dispute['id']}")).json()
        noted = await clerk.post(f"/disputes/{dispute['id']}/actions/add_note", body | {"version": case["version"]})
        assert noted.status_code == 200, noted.text
        clock.advance(seconds=20)
    notices = await Notice.filter(resident_id=phone.person.id, kind="note").order_by("id")
    assert [each.delivery for each in notices] == ["pending", "merged", "merged"]
    await work(settings, clock)
    assert len(await phone.outbox()) == 1
    assert await phone.live_grants(PROGRESS) == 3
    assert (await phone.person.get("/notices/unread-count")).json() == {"count": 4}


async def test_a_job_that_comes_too_early_waits(phone: Phone, post: Post, clock: TravellingClock) -> None:
    """The queue goes by the database's clock, and a job may be run again."""
    await phone.tap(PROGRESS)
    await phone.tap(PROGRESS)
    note = await phone.told("note", about=uuid7())
    await Notice.filter(id=note).update(send_after=clock.now() + MINUTE)
    with pytest.raises(LaterError) as raised:
        await delivery.deliver(post, note, 0)
    assert raised.value.pause == MINUTE
    assert await phone.live_grants(PROGRESS) == 2
    clock.advance(seconds=60)
    await delivery.deliver(post, note, 1)
    assert await outcome(note) == "delivered"


async def test_an_old_time_never_leaves(phone: Phone, post: Post, clock: TravellingClock) -> None:
    """Overtaken by a newer one, past, or read already: the acceptance is kept for what matters."""
    await phone.tap(APPOINTMENT)
    await phone.tap(OUTCOME)
    case = uuid7()
    booked = await phone.told("booked", about=case, when_text="11月25日 周三 上午9:30", place="陆城街道综治中心")
    moved = await phone.told("rescheduled", about=case, when_text="11月26日 周四 上午9:30", place="陆城街道综治中心")
    past = await phone.told("booked", about=uuid7(), valid_until=clock.now())
    read = await phone.told("agreed", about=case)
    await phone.person.post(f"/notices/{read}/read")
    for notice_id in (booked, past, read, moved):
        await delivery.deliver(post, notice_id, 0)
    assert [await outcome(each) for each in (booked, past, read, moved)] == ["stale"] * 3 + ["delivered"]
    [message] = await phone.outbox()
    assert message["data"]["thing2"] == {"value": "11月26日 周四 上午9:30"}
    assert await phone.live_grants(OUTCOME) == 1


async def test_a_booking_that_was_moved_is_told_once(phone: Phone, settings: Settings, clock: TravellingClock) -> None:
    await phone.tap(APPOINTMENT)
    await phone.tap(APPOINTMENT)
    dispute = await file_dispute(phone.person)
    slots = (await phone.person.get(f"/disputes/{dispute['id']}/slots")).json()["items"]
    booked = await phone.person.post(f"/disputes/{dispute['id']}/appointments", {"slot_id": slots[0]["id"]})
    moved = await phone.person.post(f"/appointments/{booked.json()['id']}/reschedule", {"slot_id": slots[1]["id"]})
    assert moved.status_code == 200, moved.text
    await work(settings, clock)
    [message] = await phone.outbox()
    assert message["data"]["thing2"] == {"value": slots[1]["when_text"]}
