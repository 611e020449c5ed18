"""Figures of cases: kept as sums, and the same as counted from the history, whatever happened to the cases."""

import random
from collections import Counter, defaultdict
from datetime import date, timedelta
from uuid import UUID

from tortoise import connections

from backend.core import clock as time
from backend.core.deps import Deps
from backend.statistics import counting, facts, hiding, keeping
from backend.statistics.counting import Scope
from models import Center, Event
from tests.casework.staff import PeopleAtWork
from tests.clock import TravellingClock
from tests.conftest import App
from tests.journeys.contract import Json, granted, paths, refused, take, to_mediation
from tests.people import file_dispute
from tests.statistics import lives
from tests.statistics.test_mediation import NOT, TERMS

OTHERWISE = {"not_agreed": "failed", "withdrawn": "withdrawn", "fulfilled": "lapsed", "closed": "lapsed"}


async def counted(deps: Deps) -> None:
    while await keeping.follow(deps):
        pass


async def differences(deps: Deps) -> list[keeping.Difference]:
    found = [each async for _, wrong in keeping.every_case(deps, repair=False) for each in wrong]
    return found + await keeping.sums_differing(100)


def sums(table: counting.Table) -> dict[tuple[str, str, str], tuple[int, int]]:
    return {
        (dim, code, kind): (each.cases, each.fen)
        for dim, codes in table.cells.items()
        for code, kinds in codes.items()
        for kind, each in kinds.items()
        if each.cases or each.fen
    }


def outcomes_of(happened: list[Event], center_id: UUID) -> list[tuple[str, date, UUID]]:
    """The slow way: what a case came to, when, and where."""
    found, is_open, agreed, in_force = [], True, False, False
    owners = [UUID(str(e.data["former_center_id"])) for e in happened if e.kind == "received"] + [center_id]
    for event in happened:
        if event.kind == "received":
            _ = owners.pop(0)
        if event.kind == "reopened":
            is_open, agreed, in_force = True, False, False
        agreed |= event.kind == "agreed"
        in_force |= event.kind == "agreement_effective" or event.data.get("form") == "oral"
        name = "settled" if agreed and in_force else OTHERWISE.get(event.kind)
        if name and is_open:
            is_open = False
            found.append((name, time.local(event.at).date(), owners[0]))
    return found


async def last_outcomes(first: date, last: date, owners: list[UUID] | None) -> Counter[str]:
    rows = await connections.get("default").execute_query_dict("SELECT id, center_id FROM dispute")
    events = defaultdict[UUID, list[Event]](list)
    for event in await Event.all().order_by("id"):
        events[event.dispute_id].append(event)
    reached = (outcomes_of(events[row["id"]], row["center_id"]) for row in rows)
    latest = [within[-1] for each in reached if (within := [one for one in each if first <= one[1] <= last])]
    return Counter(name for name, _, owner in latest if owners is None or owner in owners)


async def test_sums_are_what_the_history_says_whatever_happens(app: App, people: PeopleAtWork) -> None:
    deps, chance = app.ctx.deps, random.Random(7)  # noqa: S311
    city = await lives.begin(chance, 150)
    for _ in range(9):
        for life in city:
            life.step()
        await lives.write(city)
        if chance.random() < 0.7:
            await counted(deps)
    waiting = await counting.recent(deps)
    assert waiting.behind_since is None or not waiting.new
    some = sorted({life.case.center_id for life in city})[:3]
    periods = [(date(2025, 1, 1), date(2026, 11, 24))]
    for _ in range(12):
        first = date(2025, 1, 1) + timedelta(days=chance.randrange(600))
        periods.append((first, first + timedelta(days=chance.choice((0, 5, 27, 31, 90, 365)))))
    before = [await last_outcomes(*period, None) for period in periods]
    await counted(deps)
    assert not await differences(deps)
    everything = await keeping.told(deps, [life.case.id for life in city])
    assert {each.kind for each in everything} >= {*facts.EXITS, "reopened", "received", "recovered", "voided"}
    fresh = await counting.recent(deps)
    for (first, last), outcomes in zip(periods, before, strict=True):
        for centers in (None, some):
            table = await counting.table(deps, Scope(centers), first, last, fresh)
            naive = counting.Table()
            mine = [f for f in everything if counting.counts(f, first, last) and Scope(centers).has(f)]
            counting._put_facts(naive, 1, mine)
            known = {key: each for key, each in sums(naive).items() if key[2] in deps.catalog.statistics.kinds}
            assert sums(table) == known, (first, last)
            slow = outcomes if centers is None else await last_outcomes(first, last, centers)
            assert {kind: table.total[kind].cases for kind in facts.EXITS if table.total[kind].cases} == dict(slow)

    # A row changed behind the application's back is found and named; a rebuild puts it right.
    connection = connections.get("default")
    await connection.execute_script(
        "DELETE FROM statistic_fact WHERE id = (SELECT min(id) FROM statistic_fact WHERE kind = 'settled');"
        "UPDATE statistic_month SET cases = cases + 1 WHERE kind = 'failed' AND dim = ''"
    )
    found = await differences(deps)
    assert any("settled" in each.what and (each.kept, each.counted) == (0, 1) for each in found)
    assert any("failed" in each.what for each in found)
    _ = [each async for each in keeping.every_case(deps, repair=True)]
    await keeping.sum_anew()
    assert not await differences(deps)


async def end(people: PeopleAtWork, how: str) -> Json:
    resident = await people.resident(f"r{how}")
    filed = await file_dispute(resident, amount_fen=100_000)
    if how == "withdrawn":
        granted(await resident.post(f"/disputes/{filed['id']}/withdrawal", {"reason": "不想调了"}))
        return filed
    mediator = await to_mediation(people, filed["id"])
    if how == "failed":
        await take(mediator, filed["id"], "end_without_agreement", **NOT)
    else:
        terms = [TERMS[0] | {"amount_fen": 80_000}]
        await take(mediator, filed["id"], "reach_agreement", form=how, summary="说好了", terms=terms)
    return filed


async def test_figures_with_all_ways_out_and_their_cases(
    app: App, people: PeopleAtWork, clock: TravellingClock
) -> None:
    cases = {how: await end(people, how) for how in ("oral", "written", "failed", "withdrawn")}
    director, supervisor = await people.staff("director"), await people.staff("supervisor")
    resident = await people.resident("roral")
    rating = {"resolved": True, "satisfaction": 5}
    granted(await resident.post(f"/disputes/{cases['oral']['id']}/rating", rating), 201)

    # Nothing is counted by the worker yet: it is all on top.
    answer = granted(await director.get("/statistics/figures"))
    await counted(app.ctx.deps)
    figures = granted(await director.get("/statistics/figures"))["figures"]
    assert figures == answer["figures"] | {"repeat": figures["repeat"]}
    assert (answer["figures"]["repeat"]["value"], figures["repeat"]["value"]) == (0, 3), "seen when it is counted"
    assert {name: figures[name]["value"] for name in ("filed", "accepted", "settled", "failed", "withdrawn")} == {
        "filed": 4, "accepted": 3, "settled": 1, "failed": 1, "withdrawn": 1}  # fmt: skip
    assert figures["success_rate"] == {
        "value": None, "numerator": 1, "denominator": 3, "rate": 0.3333, "suppressed": False}  # fmt: skip
    assert (figures["claimed_fen"]["value"], figures["agreed_fen"]["value"]) == (300_000, 80_000), (
        "only what is in force"
    )
    assert figures["satisfaction"]["denominator"] == 1
    assert figures["first_asked"]["rate"] == 1.0
    assert figures["respond_on_time"]["rate"] == 1.0
    assert answer["behind_s"] == 0
    assert answer["empty_text"] is None
    assert {row["code"] for row in answer["by_mode"]} == {"", "ordinary"}
    assert answer["by_gbt31000"][0]["title"]
    known = {each["figure"]: each for each in answer["definitions"]}
    assert known.keys() == figures.keys()
    assert known["success_rate"]["denominator"] == ["settled", "failed", "withdrawn", "lapsed"]
    assert all(each["text"] and each["version"] for each in known.values())

    # The cases behind it: all ways out, masked.
    listed = granted(await director.get("/statistics/cases", figure="success_rate", limit=2))
    rest = granted(await director.get("/statistics/cases", figure="success_rate", cursor=listed["next_cursor"]))
    behind = listed["items"] + rest["items"]
    assert Counter(each["kind"] for each in behind) == {"settled": 1, "failed": 1, "withdrawn": 1}
    assert {each["applicant"] for each in behind} == {"张*"}
    part = granted(await supervisor.get("/statistics/cases", figure="success_rate", part="counted"))
    assert [each["dispute_id"] for each in part["items"]] == [cases["oral"]["id"]]

    clock.advance(days=20)
    await lost_in_december(app.ctx.deps, people, cases["oral"]["id"], november=figures)


async def lost_in_december(deps: Deps, people: PeopleAtWork, dispute_id: str, *, november: Json) -> None:
    """Reopened and lost: November stays what it was; the year has each case once."""
    director = await people.staff("director")
    await take(director, dispute_id, "reopen", reason="又有争议")
    await take(await people.staff("mediator"), dispute_id, "end_without_agreement", **NOT)
    then = granted(await director.get("/statistics/figures", **{"from": "2026-11-01", "to": "2026-11-30"}))
    assert then["figures"] == november
    year = granted(await director.get("/statistics/figures", **{"from": "2026-01-01"}))["figures"]
    assert (year["settled"]["value"], year["failed"]["value"], year["reopened"]["value"]) == (0, 2, 1)
    await counted(deps)
    again = granted(await director.get("/statistics/figures", **{"from": "2026-01-01"}))
    assert again["figures"] == year
    assert again["cumulative"]["figures"]["failed"]["value"] == 2
    assert again["previous_year"]["first_day"] == "2025-01-01"
    behind = granted(await director.get("/statistics/cases", figure="settled", **{"from": "2026-01-01"}))
    assert behind["items"] == []
    assert not await differences(deps)


async def test_whose_figures_of_which_days(people: PeopleAtWork, clock: TravellingClock) -> None:
    _ = await end(people, "oral")
    _ = await end(people, "failed")
    town, other = await Center.get(code="C420581001"), await Center.get(code="C420505")
    county = await Center.get(code="C420581")
    director, supervisor = await people.staff("director"), await people.staff("supervisor")
    stranger = await people.staff("xiaoting-director")
    for username in ("clerk", "mediator", "admin"):
        refused(await (await people.staff(username)).get("/statistics/figures"), 403, "role_not_allowed")
        refused(await (await people.staff(username)).get("/statistics/cases", figure="settled"), 403)
    for center in (other.id, county.id, UUID(int=1)):
        refused(await director.get("/statistics/figures", center_id=str(center)), 404)
        refused(await director.get("/statistics/cases", figure="settled", center_id=str(center)), 404)
    refused(await supervisor.get("/statistics/figures", center_id=str(UUID(int=1))), 404)
    refused(await stranger.get("/statistics/figures", center_id=str(town.id)), 404)
    for days, where in (
        ({"from": "2026-11-20", "to": "2026-11-01"}, {"to"}),
        ({"from": "2027-01-01", "to": "2027-02-01"}, {"from", "to"}),
        ({"to": "2026-11-25"}, {"to"}),
        ({"from": "2027-01-01"}, {"from"}),
        ({"from": "1990-01-01"}, {"from"}),
        ({"from": "2010-01-01"}, {"to"}),
        ({"from": "soon", "center_id": "x"}, {"from", "center_id"}),
    ):
        assert paths(await supervisor.get("/statistics/figures", **days)) == where
    for query, where in (
        ({"figure": "satisfaction"}, {"figure"}),
        (
            {"figure": "=1+1", "category": "x", "limit": "0", "mode": "x", "source": "x"},
            {"figure", "category", "limit", "mode", "source"},
        ),
        ({}, {"figure"}),
        ({"figure": "settled", "cursor": "x"}, {"cursor"}),
    ):
        assert paths(await supervisor.get("/statistics/cases", **query)) == where

    empty = granted(await supervisor.get("/statistics/figures", **{"from": "2001-01-01", "to": "2002-01-01"}))
    assert empty["empty_text"]
    assert all(each["value"] in (0, None) and each["rate"] is None for each in empty["figures"].values())

    # The city sees its sums; of a center no number so small that one knows whose case it is, nor what tells it.
    whole = granted(await supervisor.get("/statistics/figures"))
    assert whole["figures"]["accepted"]["value"] == 2
    rows = {row["code"]: row["figures"] for row in whole["by_center"]}
    assert rows[str(town.id)]["accepted"] == {
        "value": None, "numerator": None, "denominator": None, "rate": None, "suppressed": True}  # fmt: skip
    assert sum(row["accepted"]["suppressed"] for row in rows.values()) >= 2
    assert all(row["claimed_fen"]["suppressed"] == row["accepted"]["suppressed"] for row in rows.values())
    single = granted(await supervisor.get("/statistics/figures", center_id=str(town.id)))
    assert single["figures"]["accepted"]["suppressed"]
    assert single["figures"]["success_rate"]["suppressed"]
    assert single["by_gbt31000"] == []
    assert all(row["figures"]["accepted"]["suppressed"] for row in single["by_source"])
    own = granted(await director.get("/statistics/figures", center_id=str(town.id)))
    assert own["figures"]["accepted"]["value"] == 2


async def test_how_many_wait_too_long_now(people: PeopleAtWork, clock: TravellingClock) -> None:
    town, other = await Center.get(code="C420581001"), await Center.get(code="C420505")
    resident = await people.resident()
    waiting = [(await file_dispute(resident))["id"] for _ in range(2)]
    director = await people.staff("director")
    whole = granted(await director.get("/statistics/overdue"))
    assert (whole["running"], whole["overdue"], whole["suppressed"]) == (2, 0, False)
    assert set(whole["definitions"]) == {"running", "overdue"}
    clock.advance(days=30)
    director, supervisor = await people.staff("director"), await people.staff("supervisor")
    resident = await people.resident()
    for _ in range(4):
        await file_dispute(resident)
    whole = granted(await director.get("/statistics/overdue"))
    assert (whole["running"], whole["overdue"], whole["center"]) == (6, 2, town.name)
    red = granted(await director.get("/disputes", light="red"))["items"]
    assert {each["id"] for each in red} == set(waiting)
    refused(await director.get("/statistics/overdue", center_id=str(other.id)), 404)
    refused(await (await people.staff("xiaoting-director")).get("/statistics/overdue", center_id=str(town.id)), 404)
    refused(await (await people.staff("clerk")).get("/statistics/overdue"), 403, "role_not_allowed")
    assert paths(await supervisor.get("/statistics/overdue", center_id="x")) == {"center_id"}

    # Two are too few to be told of a center elsewhere; what the city has in all is told.
    city = granted(await supervisor.get("/statistics/overdue"))
    assert (city["running"], city["overdue"]) == (6, 2)
    rows = {row["code"]: row for row in city["by_center"]}
    assert (rows[str(town.id)]["overdue"], rows[str(town.id)]["suppressed"]) == (None, True)
    assert sum(row["suppressed"] for row in rows.values()) == 2
    assert granted(await supervisor.get("/statistics/overdue", center_id=str(town.id)))["suppressed"]
    clock.advance(days=30)
    supervisor = await people.staff("supervisor")
    assert granted(await supervisor.get("/statistics/overdue", center_id=str(town.id)))["overdue"] == 6


async def test_the_same_two_again(app: App, people: PeopleAtWork) -> None:
    seller = {"kind": "organization", "name": "某某物业服务有限公司"}
    for _ in range(2):
        _ = await file_dispute(await people.resident(), respondents=[seller])
        await counted(app.ctx.deps)
    _ = await file_dispute(await people.resident(), respondents=[{"kind": "organization", "name": "别的公司"}])
    director = await people.staff("director")
    assert granted(await director.get("/statistics/figures"))["figures"]["repeat"]["value"] == 1
    await counted(app.ctx.deps)
    assert granted(await director.get("/statistics/figures"))["figures"]["repeat"]["value"] == 1


def test_what_is_hidden_cannot_be_told_from_the_rest() -> None:
    table: list[tuple[dict[str, int], set[str]]] = [
        ({"a": 9, "b": 7, "c": 0}, set()),
        ({"a": 3, "b": 7, "c": 6, "d": 0}, {"a", "c"}),
        ({"a": 1, "b": 1, "c": 8}, {"a", "b", "c"}),
        ({"a": 4, "b": 4, "c": 8}, {"a", "b"}),
        ({"a": 2, "b": 0, "c": 0}, {"a", "b"}),
        ({"a": 2}, {"a"}),
        ({}, set()),
    ]
    for numbers, expected in table:
        assert hiding.hidden(numbers, 5) == expected, numbers
    assert hiding.hidden({"own": 1, "a": 2, "b": 6}, 5, shown={"own"}) == {"a", "b"}


def test_every_figure_counts_something_that_happens(app: App) -> None:
    catalog = app.ctx.deps.catalog
    limits = {name for version in catalog.time_rules.versions for name in version.limits}
    assert catalog.statistics.kinds <= facts.kinds(limits)
