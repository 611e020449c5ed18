"""Who comes when: for a center, for a mediator, and on paper."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from backend.core.pagination import encode
from models import Appointment, Purpose, Staff
from tests.appointments.calls import book, cancel
from tests.appointments.scene import Scene, at
from tests.clock import TravellingClock
from tests.people import People, Person, file_dispute

LISTS = ("/appointments", "/appointments/week", "/appointments/print")


async def week(staff: Person, **query: Any) -> dict[str, list[str]]:
    """The ids of each day that has any."""
    answer = await staff.get("/appointments/week", **query)
    assert answer.status_code == 200, answer.text
    return {day["date"]: [item["id"] for item in day["items"]] for day in answer.json()["days"] if day["items"]}


async def listed(staff: Person, **query: Any) -> list[str]:
    answer = await staff.get("/appointments", **query)
    assert answer.status_code == 200, answer.text
    return [item["id"] for item in answer.json()["items"]]


async def printed(staff: Person, **query: Any) -> str:
    answer = await staff.get("/appointments/print", **query)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "private, no-store"
    return answer.text


def fields(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 422, answer.text
    return [each["path"] for each in answer.json()["fields"]]


async def at_the_window(scene: Scene, day: int, hour: int, **filed: Any) -> str:
    dispute = await file_dispute(scene.zhang, **filed)
    slot = scene.slot(at(day, hour, 30), purpose=Purpose.REGISTRATION)
    return str((await book(scene.zhang, dispute["id"], slot))["id"])


async def test_a_week_has_seven_days_from_monday_on_in_order_of_time(scene: Scene) -> None:
    late = await at_the_window(scene, 27, 10)
    early = await scene.agreed(at(27, 8, 30))
    await at_the_window(scene, 30, 8)
    days = (await scene.clerk.get("/appointments/week")).json()["days"]
    assert [(day["date"][-2:], day["weekday_text"], day["is_workday"]) for day in days] == [
        ("23", "周一", True), ("24", "周二", True), ("25", "周三", True), ("26", "周四", True), ("27", "周五", True),
        ("28", "周六", False), ("29", "周日", False),
    ]  # fmt: skip
    assert [[item["id"] for item in day["items"]] for day in days] == [[], [], [], [], [early, late], [], []]
    [mediation, window] = days[4]["items"]
    assert (window["visitor"], window["purpose"], window["mediator"]) == ("张三", "registration", None)
    assert (mediation["purpose"], mediation["mediator"]) == ("mediation", "王建国")
    assert await week(scene.clerk, **{"from": "2026-11-29"}) == {"2026-11-27": [early, late]}


async def test_with_days_it_begins_on_the_day_itself(scene: Scene) -> None:
    booked = await at_the_window(scene, 27, 8)
    for query, expected in (
        ({"from": "2026-11-27", "days": 1}, ["2026-11-27"]),
        ({"from": "2026-11-26", "days": 2}, ["2026-11-26", "2026-11-27"]),
        ({"days": 1}, ["2026-11-24"]),
    ):
        days = (await scene.clerk.get("/appointments/week", **query)).json()["days"]
        assert [day["date"] for day in days] == expected
        assert [item["id"] for item in days[-1]["items"]] == ([booked] if expected[-1].endswith("27") else [])


async def test_make_up_days_and_holidays_are_those_of_the_notice(scene: Scene) -> None:
    days = (await scene.clerk.get("/appointments/week", **{"from": "2026-10-10", "days": 1})).json()["days"]
    assert [(day["weekday_text"], day["is_workday"]) for day in days] == [("周六", True)]


async def test_a_day_begins_at_midnight_in_shanghai(scene: Scene, clock: TravellingClock) -> None:
    last, first = await at_the_window(scene, 27, 8), await at_the_window(scene, 27, 9)
    for appointment_id, starts_at in ((last, at(29, 23, 45)), (first, at(30, 0))):
        row = Appointment.filter(id=appointment_id)
        await row.update(starts_at=starts_at, ends_at=starts_at + timedelta(minutes=30))
    assert await week(scene.clerk) == {"2026-11-29": [last]}
    clock.set(at(30, 0, 10))
    assert await week(scene.clerk) == {"2026-11-30": [first]}
    assert await listed(scene.clerk, **{"from": "2026-11-29", "to": "2026-11-29"}) == [last]
    page = await printed(scene.clerk, **{"from": "2026-11-29", "days": 2})
    sunday, monday = page.split("<section>")[1:]
    assert "11月29日 周日（休息日）" in sunday
    assert "23:45–00:15" in sunday
    assert "11月30日 周一" in monday
    assert "00:00–00:30" in monday


async def test_what_was_called_off_is_only_in_the_list_by_time(scene: Scene, clock: TravellingClock) -> None:
    gone, proposed = await at_the_window(scene, 27, 10), await scene.proposed(at(27, 8, 30))
    assert (await cancel(scene.zhang, gone)).status_code == 200
    assert await week(scene.clerk) == {"2026-11-27": [proposed]}
    assert "（待确认）" in await printed(scene.clerk)
    respond_by = (await Appointment.get(id=proposed)).respond_by
    assert respond_by is not None
    clock.set(respond_by)
    assert await week(scene.clerk) == {}
    assert await listed(scene.clerk, **{"from": "2026-11-24"}) == [proposed, gone]


async def test_of_one_mediator(scene: Scene, people: People) -> None:
    window, mediation = await at_the_window(scene, 25, 10), await scene.agreed(at(25, 8, 30))
    own, id_ = scene.mediator, scene.mediator.id
    assert await listed(scene.clerk) == [mediation, window]
    assert await listed(scene.clerk, mediator_id=id_) == await listed(own, mediator_id="me") == [mediation]
    assert await week(scene.clerk, mediator_id=id_) == await week(own, mediator_id="me") == {"2026-11-25": [mediation]}
    assert await week(await people.staff("supervisor"), mediator_id=id_) == {"2026-11-25": [mediation]}
    page = await printed(own, mediator_id="me")
    assert "王建国预约安排</h1>" in page
    assert page.count("<tbody>") == page.count('class="box"') == 1


async def test_the_list_of_a_mediator_goes_on_where_the_page_ended(scene: Scene) -> None:
    made = [await scene.agreed(at(25, 8, 30)), await at_the_window(scene, 25, 10)]
    await Appointment.filter(id=made[1]).update(mediator_id=scene.mediator.id)
    first = (await scene.mediator.get("/appointments", mediator_id="me", limit=1)).json()
    rest = await scene.mediator.get("/appointments", mediator_id="me", limit=1, cursor=first["next_cursor"])
    assert [each["id"] for each in first["items"] + rest.json()["items"]] == made
    assert rest.json()["next_cursor"] is None


@pytest.mark.parametrize("path", LISTS)
async def test_a_mediator_whom_one_cannot_choose(scene: Scene, people: People, path: str) -> None:
    foreign = str((await Staff.get(username="gezhouba-mediator")).id)
    supervisor, center_id = await people.staff("supervisor"), scene.center_id
    answers = [
        *[await scene.clerk.get(path, mediator_id=each) for each in (foreign, str(uuid4()), "x", "me")],
        await scene.clerk.get(path, mediator_id=scene.clerk.id),
        await supervisor.get(path, center_id=center_id, mediator_id=foreign),
    ]
    assert [fields(answer) for answer in answers] == [["mediator_id"]] * len(answers)
    assert len({answer.json()["fields"][0]["message"] for answer in answers}) == 1


@pytest.mark.parametrize("path", LISTS)
async def test_another_center_sees_nothing(scene: Scene, people: People, path: str) -> None:
    appointment_id, center_id = await scene.agreed(at(25, 8, 30)), scene.center_id
    number = (await scene.clerk.get(f"/disputes/{scene.dispute_id}")).json()["number"]
    for username in ("gezhouba-clerk", "gezhouba-mediator", "gezhouba-director"):
        stranger = await people.staff(username)
        assert fields(await stranger.get(path, center_id=center_id)) == ["center_id"]
        assert fields(await stranger.get(path, mediator_id=scene.mediator.id)) == ["mediator_id"]
        answer = await stranger.get(path)
        assert answer.status_code == 200
        assert not [each for each in (appointment_id, number, "张三", "王建国") if each in answer.text]


@pytest.mark.parametrize("path", LISTS)
async def test_who_reads_names(scene: Scene, people: People, path: str) -> None:
    await scene.agreed(at(25, 8, 30))
    center_id = scene.center_id
    for username in ("clerk", "mediator", "director"):
        assert "张三" in (await (await people.staff(username)).get(path)).text
    supervised = await (await people.staff("supervisor")).get(path, center_id=center_id)
    assert "张*" in supervised.text
    assert "张三" not in supervised.text
    refused = await (await people.staff("admin")).get(path)
    assert (refused.status_code, refused.json()["code"]) == (403, "role_not_allowed")
    resident = await people.client.get(f"/staff/v1{path}", headers={"Authorization": f"Bearer {scene.zhang.token}"})
    assert resident.status_code == 401


@pytest.mark.parametrize("path", LISTS[1:])
async def test_what_cannot_be_asked(scene: Scene, people: People, path: str) -> None:
    supervisor = await people.staff("supervisor")
    assert fields(await supervisor.get(path)) == ["center_id"]
    assert fields(await scene.clerk.get(path, days=0)) == ["days"]
    assert fields(await scene.clerk.get(path, **{"from": "0001-01-01", "days": 8})) == ["from", "days"]


@pytest.mark.parametrize("day", ["1949-10-01", "9998-12-31"])
@pytest.mark.parametrize("path", LISTS)
async def test_days_of_any_age(scene: Scene, path: str, day: str) -> None:
    assert (await scene.clerk.get(path, **{"from": day})).status_code == 200
    for beyond in ("0001-01-01", "9999-12-31"):
        assert fields(await scene.clerk.get(path, **{"from": beyond})) == ["from"]


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+08:00", "9999-12-31T23:59:00-08:00", "2026-11-25T08:30", "x"])
async def test_a_cursor_of_someones_own_making(scene: Scene, moment: str) -> None:
    answer = await scene.clerk.get("/appointments", cursor=encode(moment, str(uuid4())))
    assert (answer.status_code, fields(answer)) == (422, ["cursor"])


async def test_on_paper_nothing_runs_and_what_people_wrote_is_text(scene: Scene) -> None:
    name = "<b>张</b>&\"'<script>"
    await at_the_window(scene, 27, 10, applicant={"kind": "person", "name": name, "phone": "13872560001"})
    await scene.agreed(at(27, 8, 30))
    page = await printed(scene.clerk)
    assert "&lt;b&gt;张&lt;/b&gt;&amp;&quot;&#x27;&lt;script&gt;" in page
    assert not [each for each in ("<b>", "<script", "http", "src=") if each in page]
    assert "size: A4" in page
    assert page.count("<section>") == 7
    assert page.count("<p>没有预约</p>") == 6
    [mediation, window] = page.split('<tr><td class="time">')[1:]
    assert window.startswith("10:30–11:00</td><td>窗口登记</td><td>现场</td>")
    assert mediation.startswith("08:30–")
    case = (await scene.clerk.get(f"/disputes/{scene.dispute_id}")).json()
    for text in ("调解</td>", "张三", case["case_number"] or case["number"], "王建国"):
        assert text in mediation
