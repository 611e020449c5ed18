"""A later notice of days off moves nobody silently."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from backend import calendar_files, sweeping
from backend.calendars import queries as calendars
from backend.core.clock import SHANGHAI
from backend.wiring import CurrentDeps
from config.settings import Settings
from models import CalendarDay, CalendarYear, Center, DayKind, Notice
from tests.appointments.calls import book, cancel, reschedule, slot_at
from tests.clock import TravellingClock
from tests.conftest import App
from tests.people import People, Person, file_dispute

THURSDAY = datetime(2026, 12, 24, 9, 30, tzinfo=SHANGHAI)
OFF = "date,kind,festival\n2026-12-24,off,元旦\n2027-01-01,off,元旦\n"
ON = "date,kind,festival\n2027-01-01,off,元旦\n"


@pytest.fixture(autouse=True)
async def _as_seeded(app: App) -> AsyncIterator[None]:
    yield
    await CalendarDay.exclude(year=2026).delete()
    await CalendarYear.exclude(year=2026).delete()
    await Center.all().update(opening=None)
    app.ctx.deps = replace(app.ctx.deps, calendar=await calendars.load_calendar())


@pytest.fixture
async def zhang(people: People, clock: TravellingClock) -> Person:
    return await people.resident("zhang")


async def booked(person: Person, starts_at: datetime = THURSDAY) -> dict[str, Any]:
    dispute = await file_dispute(person)
    return await book(person, dispute["id"], slot_at(dispute["center"]["id"], starts_at))


async def bring_in(settings: Settings, clock: TravellingClock, text: str, *, dry_run: bool = False) -> None:
    await calendar_files.bring_in(settings, text.encode(), "2027.csv", dry_run=dry_run, clock=clock)


async def told(person: Person) -> list[str]:
    """Latest first, of the calendar alone."""
    items = (await person.get("/notices")).json()["items"]
    return [item["kind"] for item in items if item["kind"].startswith("day_")]


async def listed(staff: Person) -> list[str]:
    answer = await staff.get("/appointments/affected")
    assert answer.status_code == 200, answer.text
    return [item["id"] for item in answer.json()["items"]]


async def test_the_command_names_them_and_their_residents_are_told_once(
    people: People, zhang: Person, settings: Settings, clock: TravellingClock, capsys: pytest.CaptureFixture[str]
) -> None:
    appointment = await booked(zhang)
    await booked(await people.resident("li"), THURSDAY.replace(day=23))
    await bring_in(settings, clock, OFF)
    out = capsys.readouterr().out
    assert "有 1 个预约落在放假日，已通知本人" in out
    assert "12月24日 周四 上午9:30 宜都市陆城街道综治中心" in out
    await bring_in(settings, clock, OFF)
    assert "落在放假日" not in capsys.readouterr().out
    assert await told(zhang) == ["day_taken_off"]
    notice = (await zhang.get("/notices")).json()["items"][0]
    assert "12月24日 周四 上午9:30" in notice["text"]
    assert (await Notice.get(id=notice["id"])).template_id == "tmpl-appointment"
    still = (await zhang.get(f"/appointments/{appointment['id']}")).json()
    assert (still["status"], still["starts_at"]) == ("booked", appointment["starts_at"])
    assert await listed(await people.staff("clerk")) == [appointment["id"]]
    assert await listed(await people.staff("supervisor")) == [appointment["id"]]
    assert await listed(await people.staff("gezhouba-clerk")) == []


async def test_a_dry_run_names_them_and_tells_nobody(
    people: People, zhang: Person, settings: Settings, clock: TravellingClock, capsys: pytest.CaptureFixture[str]
) -> None:
    await booked(zhang)
    await bring_in(settings, clock, OFF, dry_run=True)
    assert "有 1 个预约落在放假日，导入时会通知本人" in capsys.readouterr().out
    assert await told(zhang) == []
    assert await listed(await people.staff("clerk")) == []


async def test_staff_keep_one_and_its_resident_is_told(
    people: People, zhang: Person, settings: Settings, clock: TravellingClock
) -> None:
    appointment, clerk = await booked(zhang), await people.staff("clerk")
    path = f"/appointments/{appointment['id']}/keep"
    assert (await clerk.post(path)).json()["code"] == "not_affected"
    await bring_in(settings, clock, OFF)
    assert (await (await people.staff("supervisor")).post(path)).json()["code"] == "role_not_allowed"
    assert (await (await people.staff("gezhouba-clerk")).post(path)).status_code == 404
    kept = await clerk.post(path)
    assert (kept.status_code, kept.json()["status"]) == (200, "booked")
    assert (await clerk.post(path)).json()["code"] == "not_affected"
    assert await listed(clerk) == []
    assert await told(zhang) == ["day_kept", "day_taken_off"]
    timeline = (await clerk.get(f"/disputes/{appointment['dispute_id']}/timeline")).json()["items"]
    assert [entry["title"] for entry in timeline][-1] == "放假日照常进行"


async def test_who_moves_or_cancels_is_off_the_list(
    people: People, zhang: Person, settings: Settings, clock: TravellingClock
) -> None:
    first, li = await booked(zhang), await people.resident("li")
    second = await booked(li)
    await bring_in(settings, clock, OFF)
    center_id = first["center"]["id"]
    moved = await reschedule(zhang, first["id"], slot_at(center_id, THURSDAY.replace(day=23)))
    assert moved.status_code == 200, moved.text
    clerk = await people.staff("clerk")
    assert await listed(clerk) == [second["id"]]
    await cancel(li, second["id"])
    assert await listed(clerk) == []


async def test_a_corrected_notice_gives_the_day_back(
    people: People, zhang: Person, settings: Settings, clock: TravellingClock
) -> None:
    await booked(zhang)
    await bring_in(settings, clock, OFF)
    await bring_in(settings, clock, ON)
    assert await told(zhang) == ["day_kept", "day_taken_off"]
    assert await listed(await people.staff("clerk")) == []


async def test_a_center_that_opens_the_day_all_the_same_affects_nobody(
    people: People, zhang: Person, app: App, settings: Settings, clock: TravellingClock
) -> None:
    appointment = await booked(zhang)
    exception = {"date": "2026-12-24", "hours": [{"starts": "08:30:00", "ends": "12:00:00"}]}
    opening = app.ctx.deps.catalog.opening.model_dump(mode="json", by_alias=True) | {"exceptions": [exception]}
    await Center.filter(id=appointment["center"]["id"]).update(opening=opening)
    await bring_in(settings, clock, OFF)
    assert await told(zhang) == []


async def test_the_worker_finds_what_was_booked_meanwhile_and_reads_the_calendar_anew(
    people: People, zhang: Person, app: App, settings: Settings, clock: TravellingClock
) -> None:
    current = CurrentDeps(settings, clock)
    await sweeping.look_after_appointments(current, app.ctx.redis)
    appointment = await booked(zhang)
    await CalendarDay(date=date(2026, 12, 24), kind=DayKind.OFF, name="元旦", year=2027).save(force_create=True)
    for _ in range(2):
        await sweeping.look_after_appointments(current, app.ctx.redis)
    assert await told(zhang) == ["day_taken_off"]
    assert await listed(await people.staff("director")) == [appointment["id"]]
