"""Shapes, pages and access of the appointment calls."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from icalendar import Calendar
from sanic import Sanic

from backend.core.clock import SHANGHAI
from models import Center
from tests.appointments.calls import book, cancel, reschedule, slot_at, slots
from tests.clock import TravellingClock
from tests.people import People, Person, file_dispute

MORNING = datetime(2026, 11, 25, 9, 30, tzinfo=SHANGHAI)


@pytest.fixture
async def zhang(people: People, clock: TravellingClock) -> Person:
    return await people.resident("zhang")


async def booked(person: Person, starts_at: datetime = MORNING) -> dict[str, Any]:
    dispute = await file_dispute(person)
    return await book(person, dispute["id"], slot_at(dispute["center"]["id"], starts_at))


async def test_slots_as_the_contract_has_them(zhang: Person) -> None:
    dispute = await file_dispute(zhang)

    times = await slots(zhang, dispute["id"], **{"from": "2026-11-25", "to": "2026-11-25"})

    assert times[0]["starts_at"] == "2026-11-25T08:30:00+08:00"
    assert {slot["starts_at"][:10] for slot in times} == {"2026-11-25"}
    assert {slot["kind"] for slot in times} == {"onsite", "video"}
    assert len({slot["id"] for slot in times}) == len(times)
    assert times == sorted(times, key=lambda slot: (slot["starts_at"], slot["kind"]))
    nine_thirty = next(slot for slot in times if slot["starts_at"] == "2026-11-25T09:30:00+08:00")
    assert nine_thirty["ends_at"] == "2026-11-25T10:00:00+08:00"
    assert nine_thirty["when_text"] == "11月25日 周三 上午9:30"
    assert nine_thirty["remaining"] == 5
    assert nine_thirty["note"] is None


async def test_slots_by_default_are_those_of_the_coming_fortnight(zhang: Person) -> None:
    dispute = await file_dispute(zhang)

    times = await slots(zhang, dispute["id"], kind="onsite")

    assert times[0]["starts_at"] == "2026-11-24T11:00:00+08:00"
    assert times[-1]["starts_at"] == "2026-12-07T17:00:00+08:00"


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ({"from": "2026-11-24", "to": "2026-12-26"}, "to"),
        ({"to": "2027-06-01"}, "to"),
        ({"from": "2026-11-26", "to": "2026-11-25"}, "to"),
        ({"from": "tomorrow"}, "from"),
        ({"to": "2026-02-30"}, "to"),
        ({"from": "2027-02-29"}, "from"),
        ({"from": "2026-11-24", "to": "9999-12-31"}, "to"),
        ({"kind": "phone"}, "kind"),
    ],
)
async def test_questions_about_slots_that_cannot_be_answered(zhang: Person, query: dict[str, str], path: str) -> None:
    dispute = await file_dispute(zhang)

    answer = await zhang.get(f"/disputes/{dispute['id']}/slots", **query)

    assert answer.status_code == 422
    assert [problem["path"] for problem in answer.json()["fields"]] == [path]


@pytest.mark.parametrize("first", ["2026-12-31", "9999-12-31"])
async def test_beyond_the_horizon_the_resident_is_told_when_to_look(zhang: Person, first: str) -> None:
    dispute = await file_dispute(zhang)

    page = (await zhang.get(f"/disputes/{dispute['id']}/slots", **{"from": first})).json()

    assert page["items"] == []
    assert "11月24日" in page["note"]


async def test_an_appointment_as_the_contract_has_it(zhang: Person) -> None:
    dispute = await file_dispute(zhang)

    appointment = await book(zhang, dispute["id"], slot_at(dispute["center"]["id"], MORNING))

    assert appointment["status"] == "booked"
    assert appointment["dispute_id"] == dispute["id"]
    assert appointment["starts_at"] == "2026-11-25T09:30:00+08:00"
    assert appointment["ends_at"] == "2026-11-25T10:00:00+08:00"
    assert appointment["ends_ts"] - appointment["starts_ts"] == 1800
    assert appointment["starts_ts"] == MORNING.timestamp()
    assert appointment["when_text"] == "11月25日 周三 上午9:30"
    assert appointment["kind"] == "onsite"
    assert appointment["center"].keys() == {"id", "name", "address", "phone"}
    assert appointment["center"]["id"] == dispute["center"]["id"]
    assert len(appointment["checkin_code"]) == 6
    assert appointment["checkin_code"].isdecimal()
    assert "纠纷" not in appointment["title"]
    assert (await zhang.get(f"/appointments/{appointment['id']}")).json() == appointment
    assert (await zhang.get(f"/disputes/{dispute['id']}", include="appointments")).json()["appointments"] == [
        appointment
    ]


async def test_the_list_is_paged_by_what_was_seen_last(zhang: Person) -> None:
    made = [await booked(zhang, MORNING + timedelta(minutes=30 * n)) for n in range(5)]

    first = (await zhang.get("/appointments", limit=2)).json()
    made.append(await booked(zhang, MORNING + timedelta(days=1)))
    second = (await zhang.get("/appointments", limit=2, cursor=first["next_cursor"])).json()
    third = (await zhang.get("/appointments", limit=2, cursor=second["next_cursor"])).json()

    seen = [item["id"] for page in (first, second, third) for item in page["items"]]
    assert seen == [appointment["id"] for appointment in reversed(made[:5])]
    assert third["next_cursor"] is None


@pytest.mark.parametrize("cursor", ["x", "YWJj", "中"])
async def test_a_cursor_of_someones_own_making(zhang: Person, cursor: str) -> None:
    answer = await zhang.get("/appointments", cursor=cursor)

    assert answer.status_code == 422
    assert [problem["path"] for problem in answer.json()["fields"]] == ["cursor"]


async def test_the_calendar_file_follows_the_appointment(zhang: Person) -> None:
    appointment = await booked(zhang)
    path = f"/appointments/{appointment['id']}/calendar.ics"

    first = await zhang.get(path)
    center_id = appointment["center"]["id"]
    await reschedule(zhang, appointment["id"], slot_at(center_id, MORNING + timedelta(days=1)))
    second = await zhang.get(path)
    await cancel(zhang, appointment["id"])
    third = await zhang.get(path)

    assert first.headers["content-type"].startswith("text/calendar")
    [one, two, three] = [Calendar.from_ical(answer.text).events[0] for answer in (first, second, third)]
    assert one["UID"] == two["UID"] == three["UID"]
    assert [event["SEQUENCE"] for event in (one, two, three)] == [0, 1, 2]
    assert two.start == MORNING + timedelta(days=1)
    assert [str(event["STATUS"]) for event in (one, two, three)] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
    assert "漏水" not in first.text


async def test_what_belongs_to_another_looks_missing(people: People, zhang: Person) -> None:
    appointment = await booked(zhang)
    dispute_id, own = appointment["dispute_id"], f"/appointments/{appointment['id']}"
    slot = slot_at(appointment["center"]["id"], MORNING + timedelta(days=1))
    other = await people.resident("li")

    answers = [
        await other.get(f"/disputes/{dispute_id}/slots"),
        await other.post(f"/disputes/{dispute_id}/appointments", {"slot_id": slot}),
        await other.get(own),
        await other.get(f"{own}/calendar.ics"),
        await other.post(f"{own}/reschedule", {"slot_id": slot}),
        await other.post(f"{own}/cancellation", {"reason": "不是我的"}),
        await other.get(f"/appointments/{uuid4()}"),
        await other.get("/appointments/none"),
    ]

    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(404, "not_found")] * len(answers)
    assert (await other.get("/appointments")).json()["items"] == []


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("reschedule", {}, "slot_id"),
        ("reschedule", {"slot_id": 7}, "slot_id"),
        ("cancellation", {}, "reason"),
        ("cancellation", {"reason": " "}, "reason"),
        ("cancellation", {"reason": "有事", "why": "x"}, "why"),
    ],
)
async def test_bodies_that_say_too_little_or_too_much(
    zhang: Person, path: str, body: dict[str, object], field: str
) -> None:
    appointment = await booked(zhang)

    answer = await zhang.post(f"/appointments/{appointment['id']}/{path}", body)

    assert answer.status_code == 422
    assert [problem["path"] for problem in answer.json()["fields"]] == [field]


async def test_check_in_takes_the_right_code_once(people: People, zhang: Person) -> None:
    appointment = await booked(zhang)
    clerk, path = await people.staff("clerk"), f"/appointments/{appointment['id']}/check-in"
    wrong_code = "000000" if appointment["checkin_code"] != "000000" else "111111"

    wrong = await clerk.post(path, {"code": wrong_code})
    right = await clerk.post(path, {"code": appointment["checkin_code"]})
    twice = await clerk.post(path, {"code": appointment["checkin_code"]})

    assert wrong.status_code == 422
    assert [problem["path"] for problem in wrong.json()["fields"]] == ["code"]
    assert (right.status_code, right.json()["status"]) == (200, "checked_in")
    assert right.json()["visitor"] == "张三"
    assert (twice.status_code, twice.json()["code"]) == (409, "already_checked_in")
    own = (await zhang.get(f"/appointments/{appointment['id']}")).json()
    assert (own["status"], own["checked_in_at"]) == ("checked_in", "2026-11-24T10:00:00+08:00")


@pytest.mark.parametrize(
    ("username", "status"), [("gezhouba-clerk", 404), ("admin", 404), ("supervisor", 403), ("mediator", 200)]
)
async def test_who_may_check_in(people: People, zhang: Person, username: str, status: int) -> None:
    appointment = await booked(zhang)
    staff = await people.staff(username)

    answer = await staff.post(f"/appointments/{appointment['id']}/check-in", {"code": appointment["checkin_code"]})

    assert answer.status_code == status


async def test_a_center_reads_its_own_days(people: People, zhang: Person) -> None:
    late, early = await booked(zhang, MORNING + timedelta(days=1)), await booked(zhang, MORNING)
    clerk, stranger = await people.staff("clerk"), await people.staff("gezhouba-clerk")

    everything = (await clerk.get("/appointments")).json()["items"]
    one_day = (await clerk.get("/appointments", **{"from": "2026-11-26", "to": "2026-11-26"})).json()["items"]
    foreign = await stranger.get("/appointments", center_id=str(early["center"]["id"]))

    assert [item["id"] for item in everything] == [early["id"], late["id"]]
    assert "checkin_code" not in everything[0]
    assert everything[0]["visitor"] == "张三"
    assert [item["id"] for item in one_day] == [late["id"]]
    assert (await stranger.get("/appointments")).json()["items"] == []
    assert foreign.status_code == 422


async def test_a_centers_list_is_paged_in_order_of_time(people: People, zhang: Person) -> None:
    wanted = [await booked(zhang, MORNING + timedelta(minutes=30 * n)) for n in range(5)]
    clerk = await people.staff("clerk")

    first = (await clerk.get("/appointments", limit=3)).json()
    rest = (await clerk.get("/appointments", limit=3, cursor=first["next_cursor"])).json()

    assert [item["id"] for item in first["items"] + rest["items"]] == [appointment["id"] for appointment in wanted]
    assert rest["next_cursor"] is None


async def test_a_supervisor_reads_the_city_masked_and_an_admin_nothing(people: People, zhang: Person) -> None:
    appointment = await booked(zhang)
    supervisor, admin = await people.staff("supervisor"), await people.staff("admin")
    center_id = str(appointment["center"]["id"])

    [item] = (await supervisor.get("/appointments", center_id=center_id)).json()["items"]
    whole_city = (await supervisor.get("/appointments")).json()["items"]
    unknown = await supervisor.get("/appointments", center_id=str(uuid4()))

    assert item["visitor"] == "张*"
    assert whole_city == [item]
    assert unknown.status_code == 422
    assert (await admin.get("/appointments")).status_code == 403


async def test_in_production_nobody_is_sent_to_an_unconfirmed_address(
    app: Sanic[Any, Any], zhang: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    dispute = await file_dispute(zhang)
    assert (await Center.get(id=dispute["center"]["id"])).placeholder
    production = app.ctx.settings.model_copy(update={"env": "production"})
    monkeypatch.setattr(app.ctx, "settings", production)

    times = await slots(zhang, dispute["id"])
    refused = await zhang.post(
        f"/disputes/{dispute['id']}/appointments", {"slot_id": slot_at(dispute["center"]["id"], MORNING)}
    )

    assert {slot["kind"] for slot in times} == {"video"}
    assert refused.status_code == 422
