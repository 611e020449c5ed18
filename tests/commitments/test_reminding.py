"""Before the day and after it, once each, while the center is open; then the lawful ways on."""

import asyncio
from dataclasses import replace
from datetime import date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from backend.casework import performance
from backend.commitments.states import told_now
from backend.core.clock import SHANGHAI, local
from backend.core.commitment_rules import CommitmentRules, LawfulRoute, Unit
from models import Notice
from tests.agreements.scene import agreed_case, in_force
from tests.casework.staff import PeopleAtWork
from tests.clock import TravellingClock
from tests.commitments.promised import PAYS, REPAIRS, agreed, path, payment
from tests.conftest import App
from tests.journeys.contract import granted, refused
from tests.mediation.standings import Standings
from tests.people import Person

RULES = CommitmentRules(
    remind_days_before=(7, 1),
    urge_days_after=(1, 7, 15),
    files=9,
    routes=(LawfulRoute(code="sue", title="起诉", text="起诉", legal_basis="人民调解法第三十二条"),),
    units={"percent": Unit(text="%", change="个百分点", lowest=0, highest=100, decimals=2)},
)


async def on(app: App, clock: TravellingClock, day: date, hour: int = 10) -> int:
    clock.set(datetime(day.year, day.month, day.day, hour, tzinfo=SHANGHAI))
    return await performance.sweep(app.ctx.deps)


async def kinds_of(people: PeopleAtWork, name: str) -> list[str]:
    """Latest first; logged in again, for a month has passed."""
    items = granted(await (await people.resident(name)).get("/notices", limit=100))["items"]
    return [each["kind"] for each in items if each["kind"].startswith("commitment_")]


async def test_the_day_rolls_over_days_off_and_nobody_is_told_twice(
    app: App, people: PeopleAtWork, scene: Standings, clock: TravellingClock
) -> None:
    (pays,) = await agreed(scene, PAYS)
    due = date(2027, 1, 4)
    assert await on(app, clock, due - timedelta(days=8)) == 0
    assert await on(app, clock, due - timedelta(days=7), hour=3) == 0, "the center is closed at night"
    clock.set(datetime(2026, 12, 28, 10, tzinfo=SHANGHAI))
    assert sum(await asyncio.gather(*(performance.sweep(app.ctx.deps) for _ in range(4)))) == 1
    assert await kinds_of(people, "party_b") == ["commitment_due"]
    debtor = await people.resident("party_b")
    assert "1月4日" in granted(await debtor.get("/notices"))["items"][0]["text"]
    assert await on(app, clock, due - timedelta(days=1)) == 0, "a Sunday"
    assert [await on(app, clock, due), await on(app, clock, due, hour=11)] == [1, 0]
    assert not granted(await debtor.get(path(scene, pays)))["is_overdue"]
    assert await on(app, clock, due + timedelta(days=1)) == 1
    creditor = await people.resident("party_a")
    late = granted(await creditor.get(path(scene, pays)))
    assert late["is_overdue"]
    assert [each["code"] for each in late["routes"]] == ["mediate_again", "sue"], "no wages, and no court has confirmed"
    assert await on(app, clock, due + timedelta(days=25)) == 1, "after an outage the latest speaks for all"
    assert [await on(app, clock, due + timedelta(days=n)) for n in (26, 28, 60)] == [0, 0, 0]
    assert await kinds_of(people, "party_b") == ["commitment_overdue"] * 2 + ["commitment_due"] * 2
    assert await kinds_of(people, "party_a") == ["commitment_unkept"]
    told = granted(await scene["mediator"].get("/notices"))["items"]
    assert [each["kind"] for each in told].count("commitment_overdue") == 2
    timeline = granted(await (await people.resident("party_a")).get(scene.path("/timeline"), limit=100))["items"]
    assert [each["kind"] for each in timeline].count("commitment_urged") == 2


async def test_who_has_done_it_or_waits_for_an_answer_is_left_alone(
    app: App, scene: Standings, clock: TravellingClock
) -> None:
    pays, repairs = await agreed(scene, PAYS | {"due_on": "2026-12-01"}, REPAIRS | {"due_on": "2026-12-02"})
    assert await on(app, clock, date(2026, 11, 24)) == 0, "agreed today: what lay before is not reminded of"
    granted(await scene["party_b"].post(path(scene, pays, "/reports"), payment(120_000)), 201)
    done = {"done_on": "2026-11-24", "completes": True, "text": "换了水管"}
    told = granted(await scene["party_b"].post(path(scene, repairs, "/reports"), done), 201)["reports"][0]
    assert await on(app, clock, date(2026, 12, 3)) == 0
    answer = path(scene, repairs, f"/reports/{told['id']}/answer")
    granted(await scene["party_a"].post(answer, {"answer": "disputed", "reason": "还在漏"}))
    assert await on(app, clock, date(2026, 12, 3)) == 1
    late = granted(await scene["party_b"].get(path(scene, repairs)))
    assert (late["is_overdue"], len(late["urged"])) == (True, 1)


async def test_urging_by_hand_is_for_who_is_owed_and_once_a_day(
    people: PeopleAtWork, scene: Standings, clock: TravellingClock
) -> None:
    (pays,) = await agreed(scene, PAYS)
    urges = path(scene, pays, "/urges")
    assert "岗位" not in refused(await scene["party_b"].post(urges), 403)["message"], "a resident reads it"
    refused(await scene["stranger"].post(urges), 404)
    answers = await asyncio.gather(*(scene[who].post(urges) for who in ("party_a", "clerk", "mediator")))
    assert sorted(each.status_code for each in answers) == [201, 409, 409]
    clock.set(datetime(2026, 11, 25, 10, tzinfo=SHANGHAI))
    assert len(granted(await scene["party_a"].post(urges), 201)["urged"]) == 2
    assert await kinds_of(people, "party_b") == ["commitment_due"] * 2


async def told(resident: Person) -> list[tuple[str, str, str]]:
    """What of, on which day, and from when on the phone may ring: an hour of daytime, or at once."""
    notices = Notice.filter(resident_id=resident.id, kind__startswith="commitment_").order_by("id")
    return [(each.kind.removeprefix("commitment_"), f"{local(each.created_at):%m-%d}",
             f"{local(each.send_after):%d %H:%M}" if each.send_after else "") for each in await notices]  # fmt: skip


async def test_wages_from_the_first_reminder_to_the_court(
    app: App, people: PeopleAtWork, clock: TravellingClock
) -> None:
    """Two instalments, the first, due on Friday the 11th, never paid, the second paid early. A worker looks day and
    night, and is started anew every time; people are told on days that the center is open."""
    case = await agreed_case(people, clock, category="labour_wages")
    await in_force(case)
    first, second = granted(await case.applicant.get(case.path("/commitments")))["items"]
    confirmation = {"ground": "organization", "court_code": "yidu", "applied_by": "window", "applied_on": "2026-12-17"}
    for days in range(60):
        for hour in (3, 10, 10, 23):
            clock.set(datetime(2026, 11, 25, hour, tzinfo=SHANGHAI) + timedelta(days=days))
            await asyncio.gather(*(performance.sweep(replace(app.ctx.deps)) for _ in range(2)))
        day = clock.now().astimezone(SHANGHAI).date()
        if day == date(2026, 12, 13):
            granted(await case.applicant.post(case.path(f"/commitments/{first['id']}/urges")), 201)
            late = granted(await case.applicant.get(case.path(f"/commitments/{first['id']}")))
            assert [each["code"] for each in late["routes"]] == ["mediate_again", "sue", "payment_order"]
        if day == date(2026, 12, 17):
            paid = payment(200_000, done_on="2026-12-17")
            granted(await case.applicant.post(case.path(f"/commitments/{second['id']}/reports"), paid), 201)
            for party_id in case.ids.values():
                agreeing = {"agrees": True, "party_id": party_id}
                granted(await case.clerk.post(case.path("/confirmation/consents"), agreeing))
            granted(await case.clerk.post(case.path("/confirmation/application"), confirmation))
            ruling = {"confirmed": True, "decided_on": "2026-12-17", "ruling": "（2026）鄂0581民特12号"}
            granted(await case.clerk.post(case.path("/confirmation/result"), ruling))
            late = granted(await case.applicant.get(case.path(f"/commitments/{first['id']}")))
            assert [each["code"] for each in late["routes"]] == ["mediate_again", "enforce", "payment_order"]

    assert await told(case.respondent) == [
        ("due", "12-04", ""), ("due", "12-10", ""), ("overdue", "12-13", "14 07:30"), ("overdue", "12-14", ""),
        ("overdue", "12-18", ""), ("overdue", "12-28", ""),
    ]  # fmt: skip
    assert await told(case.applicant) == [("unkept", "12-28", "")]
    inbox = granted(await case.mediator.get("/notices", limit=100))["items"]
    assert [each["kind"] for each in inbox].count("commitment_overdue") == 3
    (unkept,) = granted(await case.mediator.get("/me/today"))["unkept"]
    assert (unkept["id"], unkept["unpaid_fen"]) == (first["id"], 300_000)


@given(
    due=st.dates(date(2026, 1, 1), date(2030, 1, 1)),
    agreed_before=st.integers(0, 60),
    days=st.lists(st.integers(-30, 40), max_size=30),
)
def test_each_rule_speaks_once_and_in_order(due: date, agreed_before: int, days: list[int]) -> None:
    agreed_on, told = due - timedelta(days=agreed_before), []
    for day in sorted(days):
        names = told_now(RULES, due, agreed_on, due + timedelta(days=day))
        assert all(name.startswith("before") for name in names) == (day < 1) or names == []
        told += [name for name in names if name not in told]
    assert len(told) == len(set(told))
    for name in told:
        when, _, count = name.partition("_")
        if when == "before":
            assert due - timedelta(days=int(count)) > agreed_on
