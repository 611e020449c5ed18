"""`hejie import-calendar` on real tables, and who follows it."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, datetime

import chinese_calendar
import httpx
import pytest

from backend import calendar_files, seed
from backend.calendars import queries
from backend.core.clock import SHANGHAI
from backend.import_report import ImportRefusedError
from config.settings import Settings
from models import CalendarDay, CalendarYear
from tests.clock import TravellingClock
from tests.conftest import App
from tests.people import People
from tests.server_time import eventually

NOTICE = (
    "date,kind,festival",
    "2026-12-31,off,元旦",
    "2027-01-01,off,元旦",
    "2027-02-05,off,春节",
    "2027-02-08,off,春节",
    "2027-02-14,work,春节",
)


@pytest.fixture(autouse=True)
async def _as_seeded(app: App) -> AsyncIterator[None]:
    """Whatever a test imports is gone after it."""
    yield
    await CalendarDay.exclude(year=2026).delete()
    await CalendarYear.exclude(year=2026).delete()
    app.ctx.deps = replace(app.ctx.deps, calendar=await queries.load_calendar())


async def bring_in(settings: Settings, *lines: str, dry_run: bool = False) -> None:
    await calendar_files.bring_in(settings, "\n".join(lines or NOTICE).encode(), "2027.csv", dry_run=dry_run)


async def test_the_table_as_seeded_equals_chinesecalendar_on_all_days_of_2026() -> None:
    calendar = await queries.load_calendar()
    days = [date.fromordinal(n) for n in range(date(2026, 1, 1).toordinal(), date(2027, 1, 1).toordinal())]
    assert len(days) == 365
    assert [day for day in days if calendar.is_workday(day) != chinese_calendar.is_workday(day)] == []
    assert {row.year for row in await CalendarYear.all()} == {2026}


async def test_a_notice_takes_the_place_of_the_estimate(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    await bring_in(settings)
    out = capsys.readouterr().out
    assert "新增 2027-02-14 2月14日 周日 调休上班 春节" in out
    assert "文件里没有 2027-10-01 国庆节" in out
    assert "2027年，新增 5，修改 0，取消 0" in out
    calendar = await queries.load_calendar()
    assert calendar.year_status(2027) == "official"
    assert not calendar.is_workday(date(2026, 12, 31))
    assert calendar.is_workday(date(2027, 2, 14))
    assert calendar.is_holiday(date(2027, 10, 1))


async def test_importing_again_changes_nothing_and_a_correction_replaces(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    await bring_in(settings)
    before = await queries.revision()
    await bring_in(settings)
    assert await queries.revision() == before
    assert "新增 0，修改 0，取消 0" in capsys.readouterr().out
    await bring_in(settings, *[line for line in NOTICE if "12-31" not in line], "2027-02-09,off,春节")
    out = capsys.readouterr().out
    assert "取消 2026-12-31" in out
    assert "新增 1，修改 0，取消 1" in out
    assert (await queries.load_calendar()).is_workday(date(2026, 12, 31))
    assert not await CalendarDay.filter(date=date(2026, 12, 31)).exists()


async def test_one_bad_line_and_nothing_is_imported(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    before = await queries.revision()
    with pytest.raises(ImportRefusedError, match="2 处有问题"):
        await bring_in(settings, *NOTICE, "2027-02-08,work,春节", "2027-13-01,off,")
    assert "第7行：2027-02-08自相矛盾" in capsys.readouterr().out
    assert await queries.revision() == before
    assert not await CalendarYear.filter(year=2027).exists()


async def test_a_dry_run_writes_nothing(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    before = await queries.revision()
    await bring_in(settings, dry_run=True)
    assert "试运行，没有写入任何内容：2027年，新增 5" in capsys.readouterr().out
    assert await queries.revision() == before


async def test_seeding_again_leaves_an_operators_correction_alone() -> None:
    day = await CalendarDay.get(date=date(2026, 10, 10))
    await day.delete()
    await seed.load(demo=False)
    assert not await CalendarDay.filter(date=day.date).exists()
    await day.save(force_create=True)


async def test_running_processes_follow_within_a_second(people: People, settings: Settings) -> None:
    admin = await people.staff("admin")

    async def status() -> str:
        return str((await admin.get("/calendars/2027")).json()["status"])

    async def is_official() -> bool:
        return await status() == "official"

    assert await status() == "estimated"
    await bring_in(settings)
    await eventually(is_official, within_s=10)
    days = {day["date"]: day for day in (await admin.get("/calendars/2027")).json()["days"]}
    assert days["2027-02-14"] == {"date": "2027-02-14", "kind": "work", "name": "春节"}


async def test_a_year_nobody_lives_in_is_not_found(people: People) -> None:
    admin = await people.staff("admin")
    assert [(await admin.get(f"/calendars/{year}")).status_code for year in ("1899", "2101", "next")] == [404] * 3


@pytest.mark.parametrize(
    ("now", "years"),
    [
        (datetime(2026, 11, 30, 23, 59, tzinfo=SHANGHAI), []),
        (datetime(2026, 12, 1, 0, 0, tzinfo=SHANGHAI), ["2027"]),
        (datetime(2026, 12, 31, 23, 59, tzinfo=SHANGHAI), ["2027"]),
        (datetime(2027, 1, 1, 0, 0, tzinfo=SHANGHAI), ["2027"]),
        (datetime(2027, 12, 1, 0, 0, tzinfo=SHANGHAI), ["2027", "2028"]),
    ],
)
async def test_operators_are_warned_from_december_on(
    people: People, client: httpx.AsyncClient, clock: TravellingClock, now: datetime, years: list[str]
) -> None:
    clock.set(now)
    ready = (await client.get("/readyz")).json()
    assert [warning[3:7] for warning in ready["warnings"]] == years
    shown = (await (await people.staff("admin")).get("/operations")).json()
    assert shown["warnings"] == [{"code": "calendar_estimated", "message": message} for message in ready["warnings"]]


async def test_the_start_page_is_the_administrators(people: People) -> None:
    answers = [await (await people.staff(name)).get("/operations") for name in ("clerk", "director")]
    assert [answer.json()["code"] for answer in answers] == ["role_not_allowed"] * 2
