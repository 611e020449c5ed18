"""Windows, rooms, hours of mediators, blocked periods: kept by the center's director, respected on every path."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest

from backend.core.opening import WEEKDAYS
from models import Appointment, Dispute, Organization, Purpose, Residency, Staff, StaffNotice
from tests.appointments.calls import book, outcome, slots, try_to_book, violations
from tests.appointments.scene import VIDEO, Scene, answer, at, notices, set_scene
from tests.casework.staff import PeopleAtWork
from tests.people import file_dispute

FIRST, SECOND = at(25, 8, 30), at(25, 14, 30)
MORNINGS = {"hours": [{"weekdays": ["wednesday", "thursday"], "starts": "08:30", "ends": "10:00"}]}


async def facility(scene: Scene, name: str, kind: str = "room", hours: Any = None) -> str:
    path = f"/centers/{scene.center_id}/facilities"
    made = await scene.director.post(path, {"kind": kind, "name": name, "hours": hours})
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


async def block(scene: Scene, kind: str, subject_id: str | None = None, day: int = 25) -> Any:
    body = {
        "kind": kind,
        "subject_id": subject_id,
        "starts_at": at(day, 8).isoformat(),
        "ends_at": at(day, 12).isoformat(),
        "reason": "培训",
    }
    return await scene.director.post(f"/centers/{scene.center_id}/blocked-periods", body)


async def offered(scene: Scene, day: int = 25, **query: str) -> dict[str, int]:
    """Places left, by time of day."""
    shown = await slots(scene.zhang, scene.dispute_id, **({"kind": "onsite"} | query))
    return {s["starts_at"][11:16]: s["remaining"] for s in shown if s["starts_at"].startswith(f"2026-11-{day}")}


async def test_two_mediations_need_two_rooms(scene: Scene, people: PeopleAtWork) -> None:
    room = await facility(scene, "一号调解室")
    other = await set_scene(people, joined=False, name="wang")
    colleague = await a_colleague(scene)
    await Dispute.filter(id=other.dispute_id).update(mediator_id=colleague.id)
    first = await book(other.zhang, other.dispute_id, other.slot(FIRST))

    refused = await scene.propose(FIRST)
    shown = await offered(scene)
    await facility(scene, "二号调解室")
    second = await scene.propose(FIRST)
    by_video = await offered(scene, kind="video")

    assert first["room"] == "一号调解室"
    assert (outcome(refused), shown["08:30"], shown["14:30"]) == ("slot_full", 0, 1)
    assert second.json()["room"] == "二号调解室"
    assert by_video["08:30"] == 0  # the mediator is with the proposal
    assert room
    assert await violations() == {}


async def test_the_buffer_between_two_mediations_is_kept(scene: Scene, people: PeopleAtWork) -> None:
    other = await set_scene(people, joined=False, name="wang")
    await book(other.zhang, other.dispute_id, other.slot(at(25, 9, 45), VIDEO))  # to 10:45, free from 11:00

    assert await offered(scene) == {"08:30": 0, "10:15": 0, "14:30": 1}
    assert outcome(await scene.propose(at(25, 10, 15))) == "slot_full"
    assert outcome(await scene.propose(FIRST)) == "slot_full"  # to 10:00, free from 10:15


async def test_hours_of_a_mediators_own(scene: Scene) -> None:
    path = f"/mediators/{scene.mediator.id}/hours"
    set_to = await scene.director.put(path, {"hours": MORNINGS})
    day, next_day = await offered(scene), await offered(scene, 27)
    refused = await scene.propose(SECOND)
    evening = {"hours": [{"weekdays": ["wednesday"], "starts": "18:00", "ends": "19:30"}]}
    await scene.director.put(path, {"hours": evening})
    by_video = await offered(scene, kind="video")
    on_site = await offered(scene)

    assert set_to.json()["hours"]["hours"][0]["weekdays"] == ["wednesday", "thursday"]
    assert (day, next_day) == ({"08:30": 1}, {})
    assert refused.json()["fields"][0]["path"] == "slot_id"
    assert (by_video, on_site) == ({"18:00": 1}, {})
    assert (await scene.director.put(path, {"hours": None})).json()["hours"] is None
    assert (await scene.mediator.get(path)).json()["hours"] is None


@pytest.mark.parametrize(
    ("desk", "days"),
    [
        ({"kind": "rotating", "weekdays": ["tuesday", "thursday"]}, {26}),
        ({"kind": "permanent", "weekdays": [*WEEKDAYS[:5]]}, {25, 26, 27}),
        ({"kind": "on_call", "weekdays": []}, {25, 26, 27}),
    ],
)
async def test_on_site_an_organization_mediates_on_its_desk_days(
    scene: Scene, desk: dict[str, Any], days: set[int]
) -> None:
    """From Wednesday the 25th to Friday. By video, or with hours of the mediator's own, the desk does not matter."""
    organization = Organization(name="宜都市物业纠纷调解委员会", kind="specialised_committee")
    await organization.save(force_create=True)
    await Residency(organization_id=organization.id, center_id=scene.center_id, **desk).save()
    await Dispute.filter(id=scene.dispute_id).update(organization_id=organization.id)

    assert {day for day in (25, 26, 27) if await offered(scene, day)} == days
    assert await offered(scene, 25, kind="video") != {}
    assert "09:00" in await offered(scene, 25, purpose="registration")
    assert outcome(await scene.propose(FIRST)) == ("201" if 25 in days else "invalid_fields")
    await scene.director.put(f"/mediators/{scene.mediator.id}/hours", {"hours": MORNINGS})
    assert {day for day in (25, 26, 27) if await offered(scene, day)} == {25, 26}
    await scene.director.put(f"/mediators/{scene.mediator.id}/hours", {"hours": None})
    await Residency.filter(organization_id=organization.id).delete()
    await Dispute.filter(id=scene.dispute_id).update(organization_id=None)
    await organization.delete()


async def test_a_window_more_is_a_place_more(scene: Scene) -> None:
    await facility(scene, "一号窗口", "window")
    await facility(scene, "二号窗口", "window", MORNINGS)
    at_window = await offered(scene, purpose="registration")

    assert (at_window["09:00"], at_window["10:00"]) == (2, 1)
    one, two = await scene.people.resident("sun"), await scene.people.resident("qian")
    slot = scene.slot(at(25, 10), purpose=Purpose.REGISTRATION)
    answers = [await try_to_book(each, (await file_dispute(each))["id"], slot) for each in (one, two)]
    assert [outcome(each) for each in answers] == ["201", "slot_full"]
    assert (await offered(scene, kind="video", purpose="registration"))["08:30"] == 2  # video needs no window


@pytest.mark.parametrize("kind", ["center", "mediator", "room"])
async def test_nothing_new_in_a_blocked_period(scene: Scene, people: PeopleAtWork, kind: str) -> None:
    room = await facility(scene, "一号调解室")
    subject = {"center": None, "mediator": scene.mediator.id, "room": room}[kind]
    held = await scene.proposed(FIRST)

    blocked = await block(scene, kind, subject)
    shown = await offered(scene)
    refused = await (await set_scene(people, joined=False, name="wang")).propose(at(25, 10, 15))

    assert (blocked.status_code, [each["id"] for each in blocked.json()["in_the_way"]]) == (201, [held])
    assert shown == {"14:30": 1}
    assert refused.json()["fields"][0]["path"] == "slot_id"
    assert (await answer(scene.zhang, held)).status_code == 200  # what was arranged before stands until it is moved
    assert (await answer(scene.li, held)).json()["status"] == "booked"
    [listed] = (await scene.clerk.get(f"/centers/{scene.center_id}/blocked-periods")).json()["items"]
    assert listed["reason"] == "培训"
    assert (await scene.director.delete(f"/blocked-periods/{listed['id']}")).status_code == 204
    assert set(await offered(scene)) == {"08:30", "10:15", "14:30"}


async def test_a_blocked_center_and_a_blocked_window(scene: Scene) -> None:
    window = await facility(scene, "一号窗口", "window")
    await block(scene, "window", window)
    assert "09:00" not in await offered(scene, purpose="registration")
    assert "14:30" in await offered(scene, purpose="registration")
    await block(scene, "center", day=26)
    sun = await scene.people.resident("sun")
    slot = scene.slot(at(26, 9), purpose=Purpose.REGISTRATION)
    refused = await try_to_book(sun, (await file_dispute(sun))["id"], slot)
    assert refused.json()["fields"][0]["path"] == "slot_id"


async def test_who_keeps_the_schedules(scene: Scene) -> None:
    paths = f"/centers/{scene.center_id}"
    bodies: list[tuple[str, dict[str, Any]]] = [
        (f"{paths}/facilities", {"kind": "room", "name": "三号"}),
        (f"{paths}/blocked-periods", {"kind": "center", "starts_at": at(25, 8).isoformat(),
                                      "ends_at": at(25, 9).isoformat(), "reason": "停电"}),
    ]  # fmt: skip
    for username, status in (("clerk", 403), ("gezhouba-director", 404), ("supervisor", 404), ("admin", 201)):
        staff = await scene.people.staff(username)
        assert [(await staff.post(path, body)).status_code for path, body in bodies] == [status] * 2
    admin = await scene.people.staff("admin")
    assert (await admin.post(f"/centers/{uuid4()}/facilities", bodies[0][1])).status_code == 404
    seen = await admin.post(f"{paths}/blocked-periods", bodies[1][1])
    assert seen.json()["in_the_way"] == []


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"hours": {"hours": [{"weekdays": ["monday"], "starts": "08:00", "ends": "12:00"},
                              {"weekdays": ["monday"], "starts": "11:00", "ends": "13:00"}]}}, "hours"),
        ({"hours": {"hours": [{"weekdays": ["monday"], "starts": "12:00", "ends": "08:00"}]}}, "hours.hours.0"),
        ({"hours": {"hours": [], "exceptions": [{"date": "2027-01-04"}] * 2}}, "hours"),
        ({"name": " "}, "name"),
        ({"kind": "garage"}, "kind"),
    ],
)  # fmt: skip
async def test_rules_that_contradict_themselves(scene: Scene, change: dict[str, Any], path: str) -> None:
    body = {"kind": "room", "name": "一号调解室"} | change

    refused = await scene.director.post(f"/centers/{scene.center_id}/facilities", body)

    assert [field["path"] for field in refused.json()["fields"]] == [path]
    assert "重叠" in refused.text or "重叠" not in str(change)


async def test_a_name_is_given_once_and_a_closed_room_is_not_booked(scene: Scene) -> None:
    room = await facility(scene, "一号调解室")
    path = f"/centers/{scene.center_id}/facilities"
    twice = await scene.director.post(path, {"kind": "room", "name": "一号调解室"})
    renamed = await scene.director.put(f"/facilities/{room}", {"name": "大调解室", "hours": MORNINGS})
    held = (await scene.propose(FIRST)).json()
    await scene.director.delete(f"/facilities/{room}")

    assert twice.json()["fields"][0]["path"] == "name"
    assert (renamed.json()["name"], held["room"]) == ("大调解室", "大调解室")
    assert (await scene.clerk.get(path)).json()["items"][0]["closed_at"] is not None
    assert (await Appointment.get(id=held["id"])).status == "proposed"


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"ends_at": at(25, 7).isoformat()}, "ends_at"),
        ({"ends_at": "2029-01-01T00:00:00+08:00"}, "ends_at"),
        ({"starts_at": "2026-11-25T08:00:00"}, "starts_at"),
        ({"starts_at": "0001-01-01T00:00:00+08:00", "ends_at": "0001-01-02T00:00:00+08:00"}, "starts_at ends_at"),
        ({"starts_at": "9999-12-31T00:00:00-08:00", "ends_at": "9999-12-31T20:00:00-08:00"}, "starts_at ends_at"),
        ({"kind": "room"}, "subject_id"),
        ({"kind": "room", "subject_id": str(uuid4())}, "subject_id"),
        ({"kind": "mediator", "subject_id": str(uuid4())}, "subject_id"),
        ({"kind": "resident", "subject_id": str(uuid4())}, "kind"),
    ],
)
async def test_periods_that_cannot_be_blocked(scene: Scene, change: dict[str, Any], path: str) -> None:
    body = {"kind": "center", "starts_at": at(25, 8).isoformat(), "ends_at": at(25, 9).isoformat(), "reason": "停电"}

    refused = await scene.director.post(f"/centers/{scene.center_id}/blocked-periods", body | change)

    assert [field["path"] for field in refused.json()["fields"]] == path.split()


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
async def test_days_that_no_schedule_has(scene: Scene, day: str) -> None:
    listed = await scene.clerk.get(f"/centers/{scene.center_id}/blocked-periods", **{"from": day})
    moved = await scene.director.post(f"/mediators/{scene.mediator.id}/moved-days", {"day": day, "reason": "生病"})

    assert [listed.json()["fields"][0]["path"], moved.json()["fields"][0]["path"]] == ["from", "day"]


async def a_colleague(scene: Scene) -> Staff:
    """A second mediator of the center; the row stays from one test to the next."""
    known = await Staff.get(username="mediator")
    found, _ = await Staff.get_or_create(
        {"name": "刘芳", "role": "mediator", "center_id": scene.center_id, "password_hash": known.password_hash,
         "created_at": known.created_at},
        username="mediator-2",
    )  # fmt: skip
    return found


@pytest.fixture(autouse=True)
async def no_colleague_left(scene: Scene) -> AsyncIterator[None]:
    yield
    await Dispute.filter(mediator__username="mediator-2").update(mediator_id=None)
    await Appointment.filter(mediator__username="mediator-2").update(mediator_id=None)
    await StaffNotice.filter(staff__username="mediator-2").delete()
    await Staff.filter(username="mediator-2").delete()


async def test_a_sick_mediators_day_goes_to_a_colleague_or_to_the_next_free_time(
    scene: Scene, people: PeopleAtWork
) -> None:
    colleague = await a_colleague(scene)
    agreed = await scene.agreed(FIRST)
    second = await set_scene(people, joined=False, name="wang")
    waiting = (await book(second.zhang, second.dispute_id, second.slot(SECOND)))["id"]
    third = await set_scene(people, joined=False, name="zhao")
    await Dispute.filter(id=third.dispute_id).update(mediator_id=colleague.id)
    await book(third.zhang, third.dispute_id, third.slot(SECOND))  # the colleague is busy at the second time

    path = f"/mediators/{scene.mediator.id}/moved-days"
    moved = await scene.director.post(path, {"day": "2026-11-25", "substitute_id": str(colleague.id), "reason": "生病"})

    assert moved.status_code == 201, moved.text
    by_id = {each["appointment"]["id"]: each for each in moved.json()["items"]}
    assert by_id[agreed]["appointment"]["mediator"] == "刘芳"
    assert by_id[agreed]["appointment"]["starts_at"] == "2026-11-25T08:30:00+08:00"
    assert by_id[waiting]["appointment"]["mediator"] == "王建国"
    assert by_id[waiting]["appointment"]["starts_at"] == "2026-11-26T08:30:00+08:00"
    assert {each["appointment"]["status"] for each in by_id.values()} == {"booked"}
    assert (await notices(scene.li))[0] == "mediator_changed"
    assert (await notices(second.zhang))[0] == "moved_by_center"
    assert await offered(scene) == {}
    assert await violations() == {}


async def test_where_nobody_has_time_the_appointment_stands(scene: Scene) -> None:
    agreed = await scene.agreed(FIRST)
    wednesday = {"hours": [], "exceptions": [{"date": "2026-11-25", "hours": [{"starts": "08:30", "ends": "10:00"}]}]}
    await scene.director.put(f"/mediators/{scene.mediator.id}/hours", {"hours": wednesday})

    moved = await scene.clerk.post(
        f"/mediators/{scene.mediator.id}/moved-days", {"day": "2026-11-25", "reason": "生病"}
    )

    [item] = moved.json()["items"]
    assert (item["is_moved"], item["appointment"]["id"], item["appointment"]["status"]) == (False, agreed, "booked")


@pytest.mark.parametrize(
    ("username", "status"), [("mediator", 403), ("admin", 404), ("supervisor", 404), ("gezhouba-director", 404)]
)
async def test_who_may_move_a_day(scene: Scene, username: str, status: int) -> None:
    staff = await scene.people.staff(username)
    body = {"day": "2026-11-25", "reason": "生病"}

    assert (await staff.post(f"/mediators/{scene.mediator.id}/moved-days", body)).status_code == status
    mine = await scene.director.post(
        f"/mediators/{scene.mediator.id}/moved-days", body | {"substitute_id": scene.mediator.id}
    )
    assert mine.json()["fields"][0]["path"] == "substitute_id"


async def test_another_mediator_takes_over_what_is_to_come(scene: Scene) -> None:
    colleague = await a_colleague(scene)
    appointment_id = await scene.agreed(FIRST)
    version = (await scene.director.get(f"/disputes/{scene.dispute_id}")).json()["version"]

    assigned = await scene.director.post(
        f"/disputes/{scene.dispute_id}/actions/assign", {"version": version, "mediator_id": str(colleague.id)}
    )

    assert assigned.status_code == 200, assigned.text
    kept = (await scene.zhang.get(f"/appointments/{appointment_id}")).json()
    assert (kept["status"], kept["mediator"]) == ("booked", "刘芳")
    assert "mediator_changed" in await notices(scene.li)
    assert await violations() == {}


async def test_a_mediator_who_is_not_free_means_booking_anew(scene: Scene, people: PeopleAtWork) -> None:
    colleague = await a_colleague(scene)
    other = await set_scene(people, joined=False, name="wang")
    await Dispute.filter(id=other.dispute_id).update(mediator_id=colleague.id)
    await book(other.zhang, other.dispute_id, other.slot(FIRST))
    appointment_id = await scene.agreed(FIRST)
    version = (await scene.director.get(f"/disputes/{scene.dispute_id}")).json()["version"]

    await scene.director.post(
        f"/disputes/{scene.dispute_id}/actions/assign", {"version": version, "mediator_id": str(colleague.id)}
    )

    assert await scene.status(appointment_id) == "cancelled"
    assert await violations() == {}


async def test_a_case_that_ends_frees_everybody(scene: Scene) -> None:
    appointment_id = await scene.proposed(FIRST)

    await scene.zhang.post(f"/disputes/{scene.dispute_id}/withdrawal", {"reason": "已经和好"})

    assert await scene.status(appointment_id) == "cancelled"
    assert await violations() == {}
