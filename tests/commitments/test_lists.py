"""What is open over many cases: the center forgets nothing, a resident sees what is owed."""

from dataclasses import replace
from datetime import date, datetime

from backend.calendars.working_days import NoticeDay, WorkingCalendar
from backend.core.clock import SHANGHAI
from models import DayKind
from tests.casework.staff import PeopleAtWork
from tests.clock import TravellingClock
from tests.commitments.promised import CLEANS, OWED, OWES, PAYS, REPAIRS, agreed, path, payment
from tests.conftest import App
from tests.journeys.contract import Json, granted, paths, refused, take
from tests.mediation.standings import Standings
from tests.people import Person


def on(clock: TravellingClock, month: int, day: int, year: int = 2027) -> None:
    clock.set(datetime(year, month, day, 10, tzinfo=SHANGHAI))


async def ordinals(person: Person, **query: str) -> list[int]:
    return [each["ordinal"] for each in granted(await person.get("/commitments", **query))["items"]]


async def test_a_center_sees_what_is_overdue_over_its_cases(
    people: PeopleAtWork, scene: Standings, clock: TravellingClock
) -> None:
    pays, _, _ = await agreed(scene, PAYS | {"what": f"赔偿{OWED}粉刷费用"}, REPAIRS, CLEANS)
    granted(await scene["party_a"].post(path(scene, pays, "/reports"), payment(20_000)), 201)
    mediator, clerk, director = scene["mediator"], scene["clerk"], await people.staff("director")
    assert await ordinals(mediator) == []
    assert await ordinals(clerk, state="open") == [2, 1, 3]
    on(clock, 1, 4)
    assert await ordinals(mediator) == [2], "the other one falls due today: its day was a day off"
    on(clock, 1, 5)
    for person in (mediator, clerk, director, scene["supervisor"]):
        assert await ordinals(person) == [2, 1]
        assert [each["ordinal"] for each in granted(await person.get("/me/today"))["unkept"]] == [2, 1]
    assert await ordinals(scene["other_center"]) == []
    assert await ordinals(await people.staff("gezhouba-mediator")) == []
    refused(await (await people.staff("admin")).get("/commitments"), 403, "role_not_allowed")
    refused(await scene["assisting"].get("/commitments"), 404)

    first = granted(await mediator.get("/commitments", limit=1))
    (second,) = granted(await mediator.get("/commitments", limit=1, cursor=first["next_cursor"]))["items"]
    shown: Json = {"who": OWES, "to_whom": "张*", "what": "赔偿张*粉刷费用", "amount_fen": 120_000, "is_overdue": True,
                   "unpaid_fen": 100_000, "due_on": "2027-01-02", "falls_due_on": "2027-01-04",
                   "dispute_id": scene.dispute_id}  # fmt: skip
    assert {name: second[name] for name in shown} == shown
    for wrong in ("x", "MjAyNy0xMy0wMQp4", "é", first["next_cursor"][:-2]):
        assert paths(await mediator.get("/commitments", cursor=wrong)) == {"cursor"}
    assert paths(await mediator.get("/commitments", state="late", limit="0")) == {"state", "limit"}
    await take(mediator, scene.dispute_id, "confirm_fulfilment", note="已核对")
    assert await ordinals(mediator, state="open") == []


async def test_a_day_that_is_worked_in_exchange_is_no_day_off(
    app: App, scene: Standings, clock: TravellingClock
) -> None:
    """调休 over the year's end."""
    before = app.ctx.deps
    worked = NoticeDay(date(2027, 1, 2), DayKind.WORK, "元旦调休")
    app.ctx.deps = replace(before, calendar=WorkingCalendar((worked,), frozenset({2026, 2027})))
    try:
        (pays,) = await agreed(scene, PAYS)
        assert pays["falls_due_on"] == "2027-01-02"
        on(clock, 1, 2)
        assert await ordinals(scene["mediator"]) == []
        on(clock, 1, 3)
        assert await ordinals(scene["mediator"]) == [1]
    finally:
        app.ctx.deps = before


async def test_residents_see_what_they_owe_and_are_owed(
    people: PeopleAtWork, scene: Standings, clock: TravellingClock
) -> None:
    """Also what another case of theirs has brought."""
    pays, _, _ = await agreed(scene, PAYS, REPAIRS | {"to": "全体业主"}, CLEANS | {"who": OWED, "to": OWES})
    debtor, creditor = scene["party_b"], scene["party_a"]
    assert await ordinals(debtor, side="owing") == await ordinals(creditor, side="owed") == [2, 1]
    assert await ordinals(debtor, side="owed") == await ordinals(creditor, side="owing") == [3]
    found = granted(await creditor.get("/commitments", limit=2))
    assert [(each["ordinal"], each["side"], each["to_whom"]) for each in found["items"]] == [
        (2, "owed", "全体业主"), (1, "owed", OWED),
    ]  # fmt: skip
    rest = granted(await creditor.get("/commitments", limit=2, cursor=found["next_cursor"]))
    assert ([each["side"] for each in rest["items"]], rest["next_cursor"]) == (["owing"], None)
    for person in (scene["stranger"], scene["follower"], scene["invited"]):
        assert await ordinals(person) == []
    assert paths(await creditor.get("/commitments", side="both")) == {"side"}
    granted(await creditor.post(path(scene, pays, "/reports"), payment(120_000)), 201)
    assert await ordinals(debtor, side="owing") == [2]
