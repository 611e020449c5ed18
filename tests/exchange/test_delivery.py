"""What partners are told: everything that they may know, in order, whatever happens to them."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from tortoise.transactions import in_transaction

from backend.core.deps import Deps
from backend.disputes import history
from backend.disputes.history import Entry
from backend.exchange import outbox, partners
from models import Dispute, OutgoingEvent, OutgoingState, Partner, UnknownCode
from tests.clock import TravellingClock
from tests.conftest import App
from tests.exchange.conftest import BASIS, PACE, Add, Told, Worker, nothing_waits, office
from tests.people import People, Person, file_dispute
from tests.server_time import eventually


@pytest.fixture
async def resident(people: People) -> Person:
    return await people.resident()


@pytest.fixture
def deps(app: App) -> Deps:
    found: Deps = app.ctx.deps
    return found


async def happen(deps: Deps, case: dict[str, Any], *kinds: str) -> None:
    """Each in a transaction of its own."""
    for kind in kinds:
        async with in_transaction():
            dispute = await Dispute.get(id=case["id"])
            await history.record(deps, dispute, None, Entry(kind))


async def accept(people: People, case: dict[str, Any]) -> None:
    clerk = await people.staff("clerk")
    told = await clerk.post(f"/disputes/{case['id']}/actions/accept", {"version": 1})
    assert told.status_code == 200, told.text


async def test_a_case_reaches_its_partner_signed_once_and_in_order(
    worker: Worker, people: People, resident: Person, add_partner: Add, deps: Deps
) -> None:
    partner = await add_partner("city-platform")
    case = await file_dispute(resident)
    async with office(worker):
        await accept(people, case)
        await happen(deps, case, "note", "mediation_started", "agreed")
        await partner.has(4)

    assert partner.kinds(case["number"]) == ["submitted", "accepted", "mediation_started", "agreed"]
    event = partner.world.by_case[case["number"]][1]
    assert (event["specversion"], event["subject"], event["caseordinal"] > 1) == ("1.0", case["number"], True)
    assert event["data"]["case"]["status"]["code"] == "accepted"
    assert "description" not in event["data"]["case"]
    assert "张三" not in str(partner.world.taken)
    assert (partner.world.duplicates, partner.world.unsigned) == (0, 0)


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "status", "status": 503},
        {"kind": "status", "status": 404},
        {"kind": "redirect"},
        {"kind": "html"},
        {"kind": "garbage"},
        {"kind": "empty"},
        {"kind": "other_id"},
        {"kind": "hang_up"},
        {"kind": "status", "status": 500, "after_effect": True},
    ],
    ids=lambda fault: "-".join(str(part) for part in fault.values()),
)
async def test_what_is_no_acknowledgement_is_sent_again_with_the_same_id(
    worker: Worker, resident: Person, add_partner: Add, clock: TravellingClock, fault: dict[str, Any]
) -> None:
    partner = await add_partner("city-platform")
    await partner.fault(times=2, **fault)
    case = await file_dispute(resident)
    async with office(worker):
        for attempt in (1, 2):
            await eventually(partial(_was_tried, attempt), within_s=10)
            clock.advance(minutes=5)
        await eventually(nothing_waits, within_s=10)

    assert partner.kinds(case["number"]) == ["submitted"]
    assert partner.world.calls == 3
    assert partner.world.duplicates == (2 if fault.get("after_effect") else 0)


async def test_a_partner_that_is_too_slow_is_not_waited_for(worker: Worker, resident: Person, add_partner: Add) -> None:
    partner = await add_partner("city-platform")
    partner.world.manner.latency_ms = 3_000
    await file_dispute(resident)
    async with office(worker, exchange_timeout_s=0.2):
        await eventually(lambda: _was_tried(1), within_s=10)

    assert (await OutgoingEvent.get()).problem == "no answer within 0.2 s"


async def test_one_case_that_is_refused_stands_still_and_no_other(
    worker: Worker, resident: Person, add_partner: Add, deps: Deps
) -> None:
    partner = await add_partner("city-platform")
    stuck, moving = await file_dispute(resident), await file_dispute(resident)
    await partner.fault("refuse", case=stuck["number"])
    await happen(deps, stuck, "accepted", "agreed")
    await happen(deps, moving, "accepted", "agreed")
    async with office(worker):
        await partner.has(3)
        await eventually(lambda: _has(OutgoingState.DEAD), within_s=10)
        (dead,) = await partners.dead_events(partner.partner, 10)
        assert (dead.dispute.number, dead.event.kind, dead.problem) == (
            stuck["number"], "submitted", "refused: 案件编号不符合要求",
        )  # fmt: skip
        assert partner.kinds(stuck["number"]) == []
        async with in_transaction():
            assert await partners.send_dead_again(deps, partner.partner, [dead.id]) == 1
        await partner.has(6)

    assert partner.kinds(stuck["number"]) == ["submitted", "accepted", "agreed"]


async def test_what_fails_for_days_becomes_a_dead_letter_and_may_be_skipped(
    worker: Worker, resident: Person, add_partner: Add, deps: Deps, clock: TravellingClock
) -> None:
    partner = await add_partner("city-platform")
    case = await file_dispute(resident)
    await happen(deps, case, "accepted")
    await partner.fault("status", times=0)
    async with office(worker):
        await eventually(lambda: _was_tried(1), within_s=10)
        clock.advance(days=6)
        await eventually(lambda: _was_tried(2), within_s=10)
        assert not await partners.dead_events(partner.partner, 10)
        clock.advance(days=2)
        await eventually(lambda: _has(OutgoingState.DEAD), within_s=10)
        await partner.behave()
        async with in_transaction():
            assert await partners.skip_dead(deps, partner.partner, None) == 1
        await partner.has(1)

    assert partner.kinds(case["number"]) == ["accepted"]


async def test_a_dead_partner_and_a_slow_one_cost_the_third_nothing_and_miss_nothing(
    worker: Worker, resident: Person, add_partner: Add, deps: Deps
) -> None:
    healthy, slow, dead = [await add_partner(name) for name in ("healthy", "slow", "dead")]
    slow.world.manner.latency_ms = 1_000
    await dead.fault("status", times=0)
    cases = [await file_dispute(resident) for _ in range(12)]
    kinds = ["accepted", "mediation_started", "agreed", "fulfilled"]
    for case in cases:
        await happen(deps, case, *kinds)
    async with office(worker, replace(PACE, longest_probe=1.0)):
        await healthy.has(60, within_s=20)
        assert len(slow.world.taken) < 60
        assert dead.world.calls < 40
        slow.world.manner.latency_ms = 0
        await dead.behave()
        await dead.has(60, within_s=20)
        await slow.has(60, within_s=20)

    for partner in (healthy, slow, dead):
        assert partner.world.misplaced() == []
        assert partner.world.most_at_once <= PACE.at_once
        assert partner.kinds(cases[0]["number"]) == ["submitted", *kinds]


async def test_what_commits_late_is_neither_missed_nor_overtaken(
    resident: Person, add_partner: Add, deps: Deps, clock: TravellingClock
) -> None:
    """The first transaction has the lower number and the earlier event, and commits last."""
    partner = await add_partner("city-platform")
    late, early = await file_dispute(resident), await file_dispute(resident)
    await _gather_all(partner, deps)
    written, may_commit = asyncio.Event(), asyncio.Event()

    async def slow_transaction() -> None:
        async with in_transaction():
            await history.record(deps, await Dispute.get(id=late["id"]), None, Entry("accepted"))
            written.set()
            await may_commit.wait()

    task = asyncio.create_task(slow_transaction())
    await written.wait()
    await happen(deps, early, "accepted")
    assert await _gather_all(partner, deps) == 0  # it waits below the transaction that is open
    may_commit.set()
    await task
    assert await _gather_all(partner, deps) == 2
    assert await _gather_all(partner, deps) == 0


async def test_the_order_is_that_of_the_case_not_of_transaction_numbers(
    resident: Person, add_partner: Add, deps: Deps
) -> None:
    """A transaction with a low number waits for the case and writes second; a third one, open all the while, stands
    between the two numbers."""
    partner = await add_partner("city-platform")
    case, other = await file_dispute(resident), await file_dispute(resident)
    await _gather_all(partner, deps)
    numbered, first_is_done, release = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def low_number() -> None:
        async with in_transaction() as connection:
            await connection.execute_query("SELECT pg_current_xact_id()")
            numbered.set()
            await first_is_done.wait()
            await history.record(deps, await Dispute.get(id=case["id"]), None, Entry("agreed"))

    async def between() -> None:
        async with in_transaction():
            await history.record(deps, await Dispute.get(id=other["id"]), None, Entry("accepted"))
            numbered.set()
            await release.wait()

    low = asyncio.create_task(low_number())
    await numbered.wait()
    numbered.clear()
    open_one = asyncio.create_task(between())
    await numbered.wait()
    await happen(deps, case, "accepted")
    first_is_done.set()
    await low
    await _gather_all(partner, deps)
    assert await _queued(case) == ["submitted", "accepted", "agreed"]
    release.set()
    await open_one
    await _gather_all(partner, deps)
    assert await _queued(case) == ["submitted", "accepted", "agreed"]
    assert await _queued(other) == ["submitted", "accepted"]


async def test_after_a_restore_from_a_dump_numbers_begin_anew_and_nothing_is_missed_or_told_twice(
    resident: Person, add_partner: Add, deps: Deps
) -> None:
    partner = await add_partner("city-platform")
    case = await file_dispute(resident)
    assert await _gather_all(partner, deps) == 1
    partner.partner.cursor_xid = 2**40
    await partner.partner.save(update_fields=["cursor_xid"])
    await happen(deps, case, "accepted")
    assert await _gather_all(partner, deps) == 1
    assert await _queued(case) == ["submitted", "accepted"]


async def test_filters_and_fields_are_each_partners_own(
    worker: Worker, resident: Person, add_partner: Add, deps: Deps
) -> None:
    everything = {"description": BASIS, "parties": BASIS, "amount_fen": BASIS}
    elsewhere = await add_partner("elsewhere", areas=["420525"])
    yidu = await add_partner("yidu", areas=["420581"], may_know=everything, codes=[])
    labour = await add_partner("labour", categories=["labour"], codes=[])
    own = await add_partner("own", only_own_cases=True)
    in_only = await add_partner("in-only", directions=["in"])
    property_case = await file_dispute(resident)
    labour_case = await file_dispute(resident, category="labour_wages")
    async with office(worker):
        await yidu.has(2)
        await labour.has(1)
        await eventually(nothing_waits, within_s=10)

    assert [len(each.world.taken) for each in (elsewhere, own, in_only)] == [0, 0, 0]
    told = yidu.world.by_case[property_case["number"]][0]["data"]["case"]
    assert set(told) == set(everything)
    assert told["parties"][0] == {"side": "applicant", "kind": "person", "name": "张三"}
    assert told["amount_fen"] == 120_000
    case = labour.world.by_case[labour_case["number"]][0]["data"]["case"]
    assert (case["category"]["code"], case["category"]["unmapped"], case["category"]["ours"]) == (
        None, True, "labour_wages",
    )  # fmt: skip
    listed = {(row.kind.value, row.code) for row in await UnknownCode.filter(partner_id=labour.partner.id)}
    assert {("category", "labour_wages"), ("status", "submitted")} <= listed


async def test_everything_can_be_sent_again_from_a_number_or_a_moment(
    worker: Worker, resident: Person, add_partner: Add, deps: Deps, clock: TravellingClock
) -> None:
    before = await file_dispute(resident)
    clock.advance(hours=1)
    partner = await add_partner("city-platform")
    case = await file_dispute(resident)
    await happen(deps, case, "accepted", "agreed")
    async with office(worker):
        await partner.has(3)
        await eventually(nothing_waits, within_s=10)
        second = int(partner.world.by_case[case["number"]][1]["sequence"])
        await partner.http.delete("/sim/received")
        async with in_transaction():
            assert await partners.replay(deps, partner.partner, since=None, after=second) == 1
        await partner.has(1)
        await eventually(nothing_waits, within_s=10)
        async with in_transaction():
            since = clock.now() - timedelta(hours=2)
            assert await partners.replay(deps, partner.partner, since=since, after=None) == 4
        await eventually(nothing_waits, within_s=10)

    assert partner.kinds(case["number"])[-2:] == ["submitted", "accepted"]
    assert partner.world.duplicates == 1
    assert partner.kinds(before["number"]) == ["submitted"]


async def test_paused_it_waits_and_a_new_key_is_no_break(
    worker: Worker, resident: Person, add_partner: Add, deps: Deps
) -> None:
    from backend.exchange import keys

    partner, other = await add_partner("city-platform"), await add_partner("other")
    old = partner.world.secrets[0]
    async with in_transaction():
        _ = await partners.pause(deps, "city-platform")
    case = await file_dispute(resident)
    async with office(worker):
        await other.has(1)
        assert not await OutgoingEvent.filter(partner_id=partner.partner.id).exists()
        async with in_transaction():
            new = await keys.rotate(deps, partner.partner)
            _ = await partners.resume("city-platform")
        await partner.has(1)
        partner.world.secrets = [new]
        await happen(deps, case, "accepted")
        await partner.has(2)
        async with in_transaction():
            await keys.rotate(deps, partner.partner)
        partner.world.secrets = [old]
        await happen(deps, case, "agreed")
        await eventually(lambda: _is_so(partner.world.unsigned > 0), within_s=10)

    assert partner.kinds(case["number"]) == ["submitted", "accepted"]


async def _gather_all(partner: Told, deps: Deps) -> int:
    row = await Partner.get(id=partner.partner.id)
    return (await outbox.gather(deps.catalog, row, deps.clock.now())).queued


async def _queued(case: dict[str, Any]) -> list[str]:
    rows = await OutgoingEvent.filter(dispute_id=case["id"]).order_by("ordinal").prefetch_related("event")
    by_number = sorted(rows, key=lambda row: row.id)
    assert rows == by_number
    return [row.event.kind for row in rows]


async def _was_tried(times: int) -> bool:
    return await OutgoingEvent.filter(attempts__gte=times).exists()


async def _has(state: OutgoingState) -> bool:
    return await OutgoingEvent.filter(state=state).exists()


async def _is_so(so: bool) -> bool:
    return so
