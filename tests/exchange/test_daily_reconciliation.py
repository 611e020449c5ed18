"""Once a day, by the worker's own code: whatever partners and other workers do."""

from datetime import datetime
from functools import partial

from backend.core.clock import SHANGHAI
from backend.daily_reconciliation import AGAIN_AFTER
from models import Difference, Partner, Reconciliation
from tests.clock import START, TravellingClock
from tests.exchange.conftest import HOTLINES, Add, Told, Worker, office
from tests.server_time import eventually

NIGHT = datetime(2026, 11, 25, 2, 0, tzinfo=SHANGHAI)


async def compared(partner: Told, times: int) -> bool:
    return await Reconciliation.filter(partner_id=partner.partner.id).count() >= times


async def test_each_partner_is_compared_with_once_a_day_by_one_of_two_workers_and_a_dead_one_is_reported(
    worker: Worker, add_partner: Add, clock: TravellingClock
) -> None:
    dead, paused = await add_partner("a-dead-one"), await add_partner("paused")
    hotline = await add_partner("hotline", directions=["in"], codes=HOTLINES)
    await Partner.filter(id=paused.partner.id).update(paused_at=START)
    await hotline.brings(number="热线-1")
    await hotline.says("热线-2", "10")
    await dead.fault("status", of="questions", times=0)
    async with office(worker), office(worker):
        clock.set(NIGHT)
        await eventually(partial(compared, hotline, 1), within_s=10)
        for tries, pause in enumerate(AGAIN_AFTER, 1):
            await eventually(partial(asked, dead, tries), within_s=10)
            assert not await compared(dead, 1), "it is tried again before it is reported"
            clock.advance(seconds=pause.total_seconds())
        await eventually(partial(compared, dead, 1), within_s=10)
        clock.set(NIGHT.replace(hour=23))
        await dead.behave()
        clock.set(NIGHT.replace(day=26, minute=1))
        await eventually(partial(compared, dead, 2), within_s=10)
        await eventually(partial(compared, hotline, 2), within_s=10)

    failed, fine = await Reconciliation.filter(partner_id=dead.partner.id).order_by("id")
    assert (failed.problem, failed.finished_at, fine.problem) == ("the partner answered 503", None, "")
    assert dead.world.questions == len(AGAIN_AFTER) + 2
    assert await Reconciliation.filter(partner_id=hotline.partner.id).count() == hotline.world.questions == 2
    assert paused.world.questions == 0
    listed = await Difference.filter(partner_id=hotline.partner.id, gone_at=None).order_by("kind")
    assert [(each.kind.value, each.number) for each in listed] == [("missing_here", "热线-2"), ("state", "热线-1")]


async def asked(partner: Told, times: int) -> bool:
    return partner.world.questions >= times


async def test_at_no_hour_nobody_is_asked_and_what_a_person_has_done_is_not_done_again(
    worker: Worker, add_partner: Add, clock: TravellingClock
) -> None:
    by_hand, other = await add_partner("by-hand", directions=["in", "out"]), await add_partner("other")
    clock.set(NIGHT.replace(hour=3))
    entered_since = await add_partner("entered-since")
    _ = await Reconciliation.create(partner_id=by_hand.partner.id, way="fetched", started_at=clock.now(), by_kind={})
    async with office(worker):
        await eventually(partial(compared, other, 1), within_s=10)
    clock.advance(days=1)
    async with office(worker, exchange_reconcile_at=""):
        await by_hand.brings()
        await by_hand.has(1)
    assert [each.world.questions for each in (by_hand, other, entered_since)] == [0, 1, 0]
