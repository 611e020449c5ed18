"""What a partner may know of, and what it may not (any more): by area, by who has brought it."""

from typing import Any

import httpx
import pytest
from tortoise import connections
from tortoise.transactions import in_transaction

from backend.core.deps import Deps
from backend.disputes import history
from backend.disputes.history import Entry
from backend.exchange import exporting, reconciling
from models import Center, Dispute, OutgoingEvent, OutgoingState, Partner, PartnerLane
from tests.clock import TravellingClock
from tests.conftest import App
from tests.exchange import calling
from tests.exchange.calling import Caller
from tests.exchange.conftest import BASIS, Add, Worker, office
from tests.journeys.contract import granted, refused, take
from tests.people import People, file_dispute
from tests.server_time import eventually

TOWN, NEIGHBOUR = "420581001", "420581100"


@pytest.fixture
def deps(app: App) -> Deps:
    found: Deps = app.ctx.deps
    return found


async def _village(town: str) -> Center:
    division = f"{town}005"
    center = await Center.get(code=f"C{town}")
    values = {name: getattr(center, name) for name in Center._meta.db_fields - {"id", "code", "division_code", "name"}}
    return await Center.create(code=f"C{division}", division_code=division, name=f"{division}村", **values)


@pytest.fixture
async def caller(app: App, client: httpx.AsyncClient, clock: TravellingClock) -> Caller:
    return await calling.partner(app, client, clock, "town-hotline", areas=[TOWN], only_own_cases=True)


async def test_a_towns_partner_knows_its_villages_and_no_neighbour(
    worker: Worker, people: People, add_partner: Add, deps: Deps, caller: Caller
) -> None:
    partner = await add_partner("town", areas=[TOWN])
    own = await add_partner("own", only_own_cases=True)
    resident = await people.resident()
    villages = {town: await _village(town) for town in (TOWN, NEIGHBOUR)}
    places = [TOWN, NEIGHBOUR, f"{TOWN}005", f"{NEIGHBOUR}005", TOWN[:6], "420582001"]
    numbers = dict[str, str]()
    for place in places:
        case = await file_dispute(resident)
        await Dispute.filter(id=case["id"]).update(center_id=(await Center.get(division_code=place)).id)
        numbers[place] = case["number"]
    async with office(worker):
        await partner.has(2)
        await eventually(_nothing_waits, within_s=10)

    mine = {numbers[TOWN], numbers[f"{TOWN}005"]}
    assert set(partner.world.by_case) == mine
    assert {record["number"] async for record in exporting.records(deps, partner.partner)} == mine
    assert not own.world.taken
    assert [record async for record in exporting.records(deps, own.partner)] == []
    for place in (NEIGHBOUR, TOWN[:6]):
        told = refused(await caller.refer(location={"division_code": place}), 422)
        assert [each["path"] for each in told["fields"]] == ["location"]
    number = granted(await caller.refer(location={"division_code": TOWN}), 201)["number"]
    await Dispute.filter(number=number).update(center_id=villages[NEIGHBOUR].id)
    assert [record["number"] async for record in exporting.records(deps, caller.partner)] == [number]
    await Dispute.all().update(center_id=(await Center.get(code="C420500")).id)
    await Center.filter(id__in=[each.id for each in villages.values()]).delete()


async def test_a_case_that_leaves_is_told_once_more_and_nothing_of_what_follows(
    worker: Worker, people: People, add_partner: Add, deps: Deps, clock: TravellingClock
) -> None:
    fields = dict.fromkeys(("status", "center", "division", "parties", "place"), BASIS)
    yidu = await add_partner("yidu", areas=["420581"], may_know=fields)
    away = await add_partner("away", areas=["420581"], may_know=fields)
    await away.fault("status", times=0)
    clerk, other = await people.staff("clerk"), await people.staff("xiaoting-clerk")
    case = await file_dispute(await people.resident())
    home, there = case["center"]["id"], granted(await other.get("/me"))["center"]["id"]
    async with office(worker):
        await yidu.has(1)
        await eventually(lambda: _was_tried(away.partner), within_s=10)
    told = yidu.world.by_case[case["number"]][0]["data"]["case"]
    assert set(told) == set(fields)
    assert told["place"]["address"].startswith("宜都市陆城")
    await take(clerk, case["id"], "accept")
    await take(clerk, case["id"], "transfer", center_id=there, reason="事情发生在猇亭区")
    await take(other, case["id"], "receive")
    clock.advance(minutes=5)
    await away.behave()
    async with office(worker):
        await yidu.has(2)
        await away.has(2)
        await take(other, case["id"], "assign", mediator_id=(await _mediator(other)))
        await eventually(_is_gathered, within_s=10)
        assert (yidu.kinds(case["number"]), away.kinds(case["number"])) == (["submitted", "left"], ["left", "left"])
        for event in (yidu.world.by_case[case["number"]][1], *away.world.by_case[case["number"]]):
            assert event["data"] == {"number": case["number"], "their_number": None, "event": "移出范围", "case": {}}
        assert await _listed(yidu.partner) == 0
        async with in_transaction():
            dispute = await Dispute.get(id=case["id"])
            dispute.center_id = home
            await dispute.save(update_fields=["center_id"])
            await history.record(deps, dispute, None, Entry("received"))
        await yidu.has(3)
        await away.has(3)

    assert yidu.kinds(case["number"]) == ["submitted", "left", "received"]
    assert await PartnerLane.filter(left_at=None).count() == 2
    assert await _listed(yidu.partner) == 1


async def _mediator(person: Any) -> str:
    return str(granted(await person.get("/mediators"))["items"][0]["id"])


async def _listed(partner: Partner) -> int:
    rows = await connections.get("default").execute_query_dict(reconciling._OURS, [partner.id])
    return len(rows)


async def _is_gathered() -> bool:
    behind = "SELECT FROM partner WHERE url <> '' AND cursor_xid < (SELECT max(xid) FROM event)"
    return not await connections.get("default").execute_query_dict(behind)


async def _was_tried(partner: Partner) -> bool:
    return await OutgoingEvent.filter(partner_id=partner.id, attempts__gte=1).exists()


async def _nothing_waits() -> bool:
    return not await OutgoingEvent.filter(state=OutgoingState.PENDING).exists()
