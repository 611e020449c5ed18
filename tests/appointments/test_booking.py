"""The rules of booking, through HTTP. The clock stands at Tuesday, 24 November 2026, 10:00."""

from datetime import datetime, timedelta

import pytest

from backend.core.clock import SHANGHAI
from models import AppointmentKind, Center, Dispute, Event, Party, SlotCount, Status
from tests.appointments.calls import book, cancel, outcome, reschedule, slot_at, slots, try_to_book, violations
from tests.clock import TravellingClock
from tests.people import People, Person, file_dispute

WEDNESDAY_MORNING = datetime(2026, 11, 25, 9, 30, tzinfo=SHANGHAI)
WEDNESDAY_NOON = datetime(2026, 11, 25, 12, 30, tzinfo=SHANGHAI)
SATURDAY = datetime(2026, 11, 28, 9, 30, tzinfo=SHANGHAI)
BEYOND = datetime(2027, 1, 5, 9, 30, tzinfo=SHANGHAI)
TUESDAY_PAST = datetime(2026, 11, 24, 9, 30, tzinfo=SHANGHAI)
TUESDAY_SOON = datetime(2026, 11, 24, 10, 30, tzinfo=SHANGHAI)


@pytest.fixture
async def zhang(people: People, clock: TravellingClock) -> Person:
    return await people.resident("zhang")


async def taken_at(starts_at: datetime) -> int:
    return (await SlotCount.get(starts_at=starts_at)).taken


async def center_of(dispute_id: str) -> str:
    dispute = await Dispute.get(id=dispute_id).select_related("center")
    return str(dispute.center.id)


async def enter(dispute_id: str, status: Status) -> None:
    await Dispute.filter(id=dispute_id).update(status=status)


async def test_a_place_is_taken_and_given_back(zhang: Person) -> None:
    dispute = await file_dispute(zhang)
    slot = slot_at(dispute["center"]["id"], WEDNESDAY_MORNING)

    appointment = await book(zhang, dispute["id"], slot)
    assert await taken_at(WEDNESDAY_MORNING) == 1
    cancelled = await cancel(zhang, appointment["id"])

    assert cancelled.status_code == 200
    assert cancelled.json()["status"] == "cancelled"
    assert await taken_at(WEDNESDAY_MORNING) == 0
    again = await book(zhang, dispute["id"], slot)
    assert again["id"] != appointment["id"]
    assert await violations() == {}


async def test_a_move_frees_the_old_place_and_takes_the_new_one(zhang: Person) -> None:
    dispute = await file_dispute(zhang)
    center_id = dispute["center"]["id"]
    appointment = await book(zhang, dispute["id"], slot_at(center_id, WEDNESDAY_MORNING))
    later = WEDNESDAY_MORNING + timedelta(days=1)

    moved = await reschedule(zhang, appointment["id"], slot_at(center_id, later))

    assert moved.status_code == 200
    assert (moved.json()["id"], moved.json()["starts_at"]) == (appointment["id"], "2026-11-26T09:30:00+08:00")
    assert moved.json()["checkin_code"] == appointment["checkin_code"]
    assert (await taken_at(WEDNESDAY_MORNING), await taken_at(later)) == (0, 1)


async def test_a_move_to_a_full_slot_keeps_the_old_place(people: People, zhang: Person) -> None:
    dispute = await file_dispute(zhang)
    center_id = dispute["center"]["id"]
    later = WEDNESDAY_MORNING + timedelta(minutes=30)
    appointment = await book(zhang, dispute["id"], slot_at(center_id, WEDNESDAY_MORNING))
    await fill(people, center_id, later)

    refused = await reschedule(zhang, appointment["id"], slot_at(center_id, later))

    assert outcome(refused) == "slot_full"
    kept = (await zhang.get(f"/appointments/{appointment['id']}")).json()
    assert kept["starts_at"] == "2026-11-25T09:30:00+08:00"
    assert await violations() == {}


async def test_a_move_to_the_same_time_changes_nothing(zhang: Person) -> None:
    dispute = await file_dispute(zhang)
    slot = slot_at(dispute["center"]["id"], WEDNESDAY_MORNING)
    appointment = await book(zhang, dispute["id"], slot)

    answer = await reschedule(zhang, appointment["id"], slot)

    assert (answer.status_code, answer.json()) == (200, appointment)
    assert await taken_at(WEDNESDAY_MORNING) == 1
    assert await Event.filter(kind="rescheduled").count() == 0


async def test_another_kind_at_the_same_time_is_another_slot(zhang: Person) -> None:
    dispute = await file_dispute(zhang)
    center_id = dispute["center"]["id"]
    appointment = await book(zhang, dispute["id"], slot_at(center_id, WEDNESDAY_MORNING))

    moved = await reschedule(zhang, appointment["id"], slot_at(center_id, WEDNESDAY_MORNING, AppointmentKind.VIDEO))

    assert moved.json()["kind"] == "video"
    counts = {row.kind: row.taken for row in await SlotCount.all()}
    assert counts == {AppointmentKind.ONSITE: 0, AppointmentKind.VIDEO: 1}


async def fill(people: People, center_id: str, starts_at: datetime, places: int = 5) -> None:
    for n in range(places):
        other = await people.resident(f"crowd{n}")
        dispute = await file_dispute(other)
        await book(other, dispute["id"], slot_at(center_id, starts_at))


async def test_a_full_slot_is_shown_as_full_and_refused(people: People, zhang: Person) -> None:
    dispute = await file_dispute(zhang)
    await fill(people, dispute["center"]["id"], WEDNESDAY_MORNING)

    shown = {slot["starts_at"]: slot["remaining"] for slot in await slots(zhang, dispute["id"], kind="onsite")}
    refused = await try_to_book(zhang, dispute["id"], slot_at(dispute["center"]["id"], WEDNESDAY_MORNING))

    assert shown["2026-11-25T09:30:00+08:00"] == 0
    assert shown["2026-11-25T10:00:00+08:00"] == 5
    assert (refused.status_code, outcome(refused)) == (409, "slot_full")


async def test_one_live_appointment_per_dispute(zhang: Person) -> None:
    dispute = await file_dispute(zhang)
    center_id = dispute["center"]["id"]
    await book(zhang, dispute["id"], slot_at(center_id, WEDNESDAY_MORNING))

    again = await try_to_book(zhang, dispute["id"], slot_at(center_id, WEDNESDAY_MORNING + timedelta(days=1)))

    assert (again.status_code, outcome(again)) == (409, "already_booked")


@pytest.mark.parametrize(
    ("offset", "expected"),
    [(timedelta(0), "already_booked"), (timedelta(minutes=60), "201"), (timedelta(days=1), "201")],
)
async def test_nobody_can_be_in_two_places(zhang: Person, offset: timedelta, expected: str) -> None:
    first, second = await file_dispute(zhang), await file_dispute(zhang)
    center_id = first["center"]["id"]
    await book(zhang, first["id"], slot_at(center_id, WEDNESDAY_MORNING, AppointmentKind.VIDEO))

    other = await try_to_book(zhang, second["id"], slot_at(center_id, WEDNESDAY_MORNING + offset))

    assert outcome(other) == expected


async def test_a_move_into_ones_own_other_appointment_is_refused(zhang: Person) -> None:
    first, second = await file_dispute(zhang), await file_dispute(zhang)
    center_id = first["center"]["id"]
    await book(zhang, first["id"], slot_at(center_id, WEDNESDAY_MORNING))
    appointment = await book(zhang, second["id"], slot_at(center_id, WEDNESDAY_MORNING + timedelta(days=1)))

    refused = await reschedule(zhang, appointment["id"], slot_at(center_id, WEDNESDAY_MORNING))

    assert outcome(refused) == "already_booked"


@pytest.mark.parametrize(
    ("starts_at", "status", "code"),
    [
        (TUESDAY_PAST, 409, "slot_past"),
        (TUESDAY_SOON, 409, "slot_past"),
        (WEDNESDAY_NOON, 422, "invalid_fields"),
        (WEDNESDAY_MORNING + timedelta(minutes=1), 422, "invalid_fields"),
        (SATURDAY, 422, "invalid_fields"),
        (BEYOND, 422, "invalid_fields"),
    ],
)
async def test_times_that_are_not_offered(zhang: Person, starts_at: datetime, status: int, code: str) -> None:
    dispute = await file_dispute(zhang)

    answer = await try_to_book(zhang, dispute["id"], slot_at(dispute["center"]["id"], starts_at))

    assert (answer.status_code, outcome(answer)) == (status, code)
    if status == 422:
        assert [problem["path"] for problem in answer.json()["fields"]] == ["slot_id"]


@pytest.mark.parametrize("slot_id", ["x", "中文", "AAAA", "=" * 20, "a" * 128, "b25zaXRlLjE3NjQw"])
async def test_what_no_one_handed_out_is_a_field_error(zhang: Person, slot_id: str) -> None:
    dispute = await file_dispute(zhang)

    answer = await try_to_book(zhang, dispute["id"], slot_id)

    assert answer.status_code == 422
    assert [problem["path"] for problem in answer.json()["fields"]] == ["slot_id"]


async def test_a_slot_of_another_center_is_a_field_error(zhang: Person) -> None:
    dispute = await file_dispute(zhang)
    other = await Center.exclude(id=dispute["center"]["id"]).first()
    assert other is not None

    answer = await try_to_book(zhang, dispute["id"], slot_at(str(other.id), WEDNESDAY_MORNING))

    assert answer.status_code == 422
    assert [problem["path"] for problem in answer.json()["fields"]] == ["slot_id"]


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (Status.SUBMITTED, "201"),
        (Status.ACCEPTED, "201"),
        (Status.IN_MEDIATION, "201"),
        (Status.AGREED, "201"),
        (Status.TRANSFERRED, "action_not_allowed"),
        (Status.WITHDRAWN, "dispute_ended"),
        (Status.REFUSED, "dispute_ended"),
        (Status.CLOSED, "dispute_ended"),
    ],
)
async def test_bookable_from_filing_to_the_end(zhang: Person, status: Status, code: str) -> None:
    dispute = await file_dispute(zhang)
    await enter(dispute["id"], status)

    answer = await try_to_book(zhang, dispute["id"], slot_at(dispute["center"]["id"], WEDNESDAY_MORNING))

    assert outcome(answer) == code
    page = (await zhang.get(f"/disputes/{dispute['id']}/slots")).json()
    assert bool(page["items"]) == (code == "201")
    assert bool(page["note"]) == (code != "201")


@pytest.mark.parametrize("end", ["cancelled", "checked_in"])
async def test_what_is_over_cannot_be_changed(people: People, zhang: Person, end: str) -> None:
    dispute = await file_dispute(zhang)
    center_id = dispute["center"]["id"]
    appointment = await book(zhang, dispute["id"], slot_at(center_id, WEDNESDAY_MORNING))
    if end == "cancelled":
        await cancel(zhang, appointment["id"])
    else:
        clerk = await people.staff("clerk")
        await clerk.post(f"/appointments/{appointment['id']}/check-in", {"code": appointment["checkin_code"]})

    moved = await reschedule(zhang, appointment["id"], slot_at(center_id, WEDNESDAY_MORNING + timedelta(days=1)))
    dropped = await cancel(zhang, appointment["id"])

    assert (outcome(moved), outcome(dropped)) == ("appointment_not_live", "appointment_not_live")
    assert await violations() == {}


async def test_a_missed_time_is_over_and_another_may_be_booked(zhang: Person, clock: TravellingClock) -> None:
    dispute = await file_dispute(zhang)
    center_id = dispute["center"]["id"]
    appointment = await book(zhang, dispute["id"], slot_at(center_id, WEDNESDAY_MORNING))
    clock.advance(days=2)

    later = slot_at(center_id, WEDNESDAY_MORNING + timedelta(days=2))
    moved = await reschedule(zhang, appointment["id"], later)
    again = await book(zhang, dispute["id"], later)

    assert outcome(moved) == "appointment_not_live"
    assert again["status"] == "booked"
    assert (await zhang.get(f"/appointments/{appointment['id']}")).json()["status"] == "no_show"


async def test_a_withdrawn_case_gives_its_place_back(zhang: Person) -> None:
    dispute = await file_dispute(zhang)
    appointment = await book(zhang, dispute["id"], slot_at(dispute["center"]["id"], WEDNESDAY_MORNING))

    withdrawn = await zhang.post(f"/disputes/{dispute['id']}/withdrawal", {"reason": "已经和好"})

    assert withdrawn.status_code == 200
    assert (await zhang.get(f"/appointments/{appointment['id']}")).json()["status"] == "cancelled"
    assert await taken_at(WEDNESDAY_MORNING) == 0


async def test_what_happened_is_told(zhang: Person) -> None:
    dispute = await file_dispute(zhang)
    center_id = dispute["center"]["id"]
    appointment = await book(zhang, dispute["id"], slot_at(center_id, WEDNESDAY_MORNING))
    await reschedule(zhang, appointment["id"], slot_at(center_id, WEDNESDAY_MORNING + timedelta(days=1)))
    await cancel(zhang, appointment["id"])

    timeline = (await zhang.get(f"/disputes/{dispute['id']}/timeline")).json()["items"]
    notices = (await zhang.get("/notices")).json()["items"]

    assert [item["kind"] for item in timeline] == ["submitted", "booked", "rescheduled", "cancelled"]
    assert "11月25日 周三 上午9:30" in timeline[1]["text"]
    assert "11月26日 周四 上午9:30" in timeline[2]["text"]
    assert {"booked", "rescheduled", "cancelled"} <= {notice["kind"] for notice in notices}
    stored = await Event.get(kind="cancelled")
    assert "临时有事" not in str(stored.data)


async def test_the_other_side_does_not_read_where_the_applicant_will_be(people: People, zhang: Person) -> None:
    dispute = await file_dispute(zhang)
    other = await people.resident("li")
    await Party.filter(dispute_id=dispute["id"], side="respondent").update(resident_id=other.id)
    appointment = await book(zhang, dispute["id"], slot_at(dispute["center"]["id"], WEDNESDAY_MORNING))

    timeline = (await other.get(f"/disputes/{dispute['id']}/timeline")).json()["items"]

    assert "booked" not in [item["kind"] for item in timeline]
    assert (await other.get(f"/appointments/{appointment['id']}")).status_code == 404


async def test_the_minute_before_midnight_on_new_years_eve(people: People, clock: TravellingClock) -> None:
    clock.set(datetime(2026, 12, 31, 23, 59, tzinfo=SHANGHAI))
    zhang = await people.resident()
    dispute = await file_dispute(zhang)

    times = await slots(zhang, dispute["id"], kind="onsite")
    appointment = await book(zhang, dispute["id"], times[0]["id"])

    assert times[0]["starts_at"] == "2027-01-04T08:30:00+08:00"
    assert "可能调整" in times[0]["note"]
    assert "可能调整" in appointment["note"]


async def test_a_center_that_closed_offers_nothing_and_says_whom_to_call(zhang: Person) -> None:
    dispute = await file_dispute(zhang)
    center = Center.filter(id=dispute["center"]["id"])
    await center.update(opening={"hours": [], "kinds": {"video": {"minutes": 60, "capacity": 1}},
                                 "minimum_notice_minutes": 60, "horizon_days": 31})  # fmt: skip
    try:
        page = (await zhang.get(f"/disputes/{dispute['id']}/slots")).json()
        refused = await try_to_book(zhang, dispute["id"], slot_at(dispute["center"]["id"], WEDNESDAY_MORNING))
    finally:
        await center.update(opening=None)

    assert page["items"] == []
    assert "联系" in page["note"]
    assert refused.status_code == 422
