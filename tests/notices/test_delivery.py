"""One push, one outcome, and the books of consent balance after each."""

import asyncio
import time
from datetime import timedelta
from uuid import UUID

import pytest
from tortoise import connections
from tortoise.transactions import in_transaction

from backend import sweeping, worker
from backend.core import jobs
from backend.core.jobs import LaterError
from backend.notices import delivery
from backend.notices.delivery import Post
from config.settings import Settings
from models import Delivery, Notice
from tests.clock import TravellingClock
from tests.notices.pushes import APPOINTMENT, OUTCOME, PROGRESS, Phone, outcome, work
from tests.people import file_dispute

SEND = "cgi-bin/message/subscribe/send"


async def test_one_acceptance_is_one_message(phone: Phone, settings: Settings, clock: TravellingClock) -> None:
    await phone.tap(PROGRESS)
    first, second = await phone.told("accepted"), await phone.told("accepted")
    await work(settings, clock)
    assert sorted([await outcome(first), await outcome(second)]) == ["delivered", "no_consent"]
    [message] = await phone.outbox()
    assert message["template_id"] == PROGRESS
    assert message["miniprogram_state"] == "developer"
    assert message["data"]["phrase2"] == {"value": "已受理"}
    assert await phone.live_grants(PROGRESS) == 0
    assert await phone.simulator.calls(f"/{SEND}") == 1
    listed = (await phone.person.get("/notices")).json()["items"]
    assert {item["id"] for item in listed} == {str(first), str(second)}


async def test_a_booking_reaches_the_phone_and_filing_uses_no_grant(
    phone: Phone, settings: Settings, clock: TravellingClock
) -> None:
    for template in (PROGRESS, APPOINTMENT, OUTCOME):
        await phone.tap(template)
    dispute = await file_dispute(phone.person)
    slot = (await phone.person.get(f"/disputes/{dispute['id']}/slots")).json()["items"][0]
    booked = await phone.person.post(f"/disputes/{dispute['id']}/appointments", {"slot_id": slot["id"]})
    assert booked.status_code == 201, booked.text
    await work(settings, clock)
    [message] = await phone.outbox()
    assert message["template_id"] == APPOINTMENT
    assert message["page"].endswith(f"?id={dispute['id']}")
    assert message["data"]["thing2"] == {"value": slot["when_text"]}
    assert await phone.live_grants(PROGRESS) == 1
    kinds = [item["kind"] for item in (await phone.person.get("/notices")).json()["items"]]
    assert kinds == ["booked", "submitted"]


async def test_small_news_leaves_the_last_acceptance(phone: Phone, post: Post) -> None:
    await phone.tap(PROGRESS)
    note = await phone.told("note")
    await delivery.deliver(post, note, 0)
    assert await outcome(note) == "no_consent"
    refused = await phone.told("refused")
    await delivery.deliver(post, refused, 0)
    assert await outcome(refused) == "delivered"


async def test_small_news_at_once_leave_the_last_acceptance(phone: Phone, post: Post) -> None:
    for _ in range(3):
        await phone.tap(PROGRESS)
    notes = [await phone.told("note") for _ in range(6)]
    await asyncio.gather(*(delivery.deliver(post, note, 0) for note in notes))
    assert sorted([await outcome(note) for note in notes]) == ["delivered"] * 2 + ["no_consent"] * 4
    assert len(await phone.outbox()) == 2
    assert await phone.live_grants(PROGRESS) == 1


@pytest.mark.parametrize(
    ("fault", "expected", "sent", "left"),
    [
        ({"errcode": 47003}, Delivery.REFUSED, 0, 1),
        ({"errcode": 43101}, Delivery.NO_CONSENT, 0, 0),
        ({"status": 502}, Delivery.UNKNOWN, 0, 0),
        ({"status": 502, "after_effect": True}, Delivery.UNKNOWN, 1, 0),
        ({"body": "<html></html>", "after_effect": True}, Delivery.UNKNOWN, 1, 0),
    ],
)
async def test_outcome_of_a_send(
    phone: Phone, post: Post, *, fault: dict[str, object], expected: Delivery, sent: int, left: int
) -> None:
    await phone.tap(PROGRESS)
    notice_id = await phone.told("accepted")
    await phone.simulator.fault(SEND, **fault)
    for _again in range(3):
        await delivery.deliver(post, notice_id, 0)
        assert await outcome(notice_id) == expected
    assert len(await phone.outbox()) == sent
    assert await phone.live_grants(PROGRESS) == left
    assert await phone.simulator.calls(f"/{SEND}") == 1


async def test_wechat_is_silent_for_half_a_minute(phone: Phone, settings: Settings, clock: TravellingClock) -> None:
    """The message counts as unknown, for good, and holds up no other."""
    for _ in range(6):
        await phone.tap(PROGRESS)
    await phone.simulator.fault(SEND, delay_ms=30_000)
    wanted = [await phone.told("accepted") for _ in range(6)]
    hasty, started = settings.model_copy(update={"wechat_timeout_s": 0.5}), time.monotonic()
    await work(hasty, clock)
    assert sorted([await outcome(notice_id) for notice_id in wanted]) == ["delivered"] * 5 + ["unknown"]
    clock.advance(minutes=5)
    await sweeping.sweep(clock, timedelta(days=7))
    await work(hasty, clock)
    assert time.monotonic() - started < 15
    assert await phone.simulator.calls(f"/{SEND}") == 6
    assert await phone.live_grants(PROGRESS) == 0 == await phone.grants_at_wechat(PROGRESS)
    listed = (await phone.person.get("/notices")).json()["items"]
    assert {item["id"] for item in listed} == {str(notice_id) for notice_id in wanted}


async def test_while_wechat_is_away_it_is_tried_again(phone: Phone, post: Post, clock: TravellingClock) -> None:
    await phone.tap(PROGRESS)
    notice_id = await phone.told("accepted")
    await phone.simulator.fault(SEND, errcode=-1, times=2)
    for attempt in (0, 8):
        with pytest.raises(LaterError) as raised:
            await delivery.deliver(post, notice_id, attempt)
        assert timedelta(seconds=1) <= raised.value.pause <= timedelta(minutes=5)
        assert await outcome(notice_id) == "pending"
        assert await phone.live_grants(PROGRESS) == 1
    await delivery.deliver(post, notice_id, 2)
    assert await outcome(notice_id) == "delivered"
    assert len(await phone.outbox()) == 1


async def test_in_the_end_it_is_given_up(phone: Phone, post: Post, clock: TravellingClock) -> None:
    await phone.tap(PROGRESS)
    notice_id, deadline_id = await phone.told("accepted"), await phone.told("information_requested")
    clock.advance(hours=24)
    await delivery.deliver(post, notice_id, 30)
    assert await outcome(notice_id) == "failed"
    assert await phone.live_grants(PROGRESS) == 1
    await delivery.deliver(post, deadline_id, 30)
    assert await outcome(deadline_id) == "delivered", "what a deadline hangs on is better late than never"


async def test_none_left_at_wechat_takes_back_all_acceptances(phone: Phone, post: Post) -> None:
    await phone.tap(OUTCOME)
    await phone.tap(OUTCOME)
    phone.simulator.callback.to = None
    await phone.tap(OUTCOME, "reject", where="settings")
    assert await phone.live_grants(OUTCOME) == 2
    notice_id = await phone.told("agreed")
    await delivery.deliver(post, notice_id, 0)
    assert await outcome(notice_id) == "no_consent"
    assert await phone.live_grants(OUTCOME) == 0


async def test_two_workers_at_one_notice(phone: Phone, post: Post) -> None:
    """Whoever finds it begun cannot know: then it counts as unknown. Never are there two messages or outcomes."""
    await phone.tap(PROGRESS)
    await phone.tap(PROGRESS)
    notice_id = await phone.told("accepted")
    await asyncio.gather(*(delivery.deliver(post, notice_id, 0) for _ in range(5)))
    assert await outcome(notice_id) in ("delivered", "unknown")
    assert len(await phone.outbox()) == 1
    assert await phone.live_grants(PROGRESS) == 1


async def test_never_more_sends_than_grants(phone: Phone, post: Post) -> None:
    for _ in range(4):
        await phone.tap(PROGRESS)
    wanted = [await phone.told("accepted") for _ in range(8)]
    await asyncio.gather(*(delivery.deliver(post, notice_id, 0) for notice_id in wanted))
    outcomes = sorted([await outcome(notice_id) for notice_id in wanted])
    assert outcomes == ["delivered"] * 4 + ["no_consent"] * 4
    assert len(await phone.outbox()) == 4


async def test_a_notice_without_a_job_is_found(phone: Phone, settings: Settings, clock: TravellingClock) -> None:
    await phone.tap(PROGRESS)
    lost, begun = await phone.told("accepted"), await phone.told("refused")
    await Notice.filter(id=begun).update(delivery=Delivery.BEGUN, begun_at=clock.now())
    await connections.get("default").execute_query("DELETE FROM pgqueuer")
    await sweeping.sweep(clock, timedelta(days=7))
    await work(settings, clock)
    assert (await outcome(lost), await outcome(begun)) == ("pending", "begun")  # too young to be given up

    clock.advance(minutes=5)
    for _twice in range(2):
        await sweeping.sweep(clock, timedelta(days=7))
    rows = await connections.get("default").execute_query_dict("SELECT 1 FROM pgqueuer")
    assert len(rows) == 2
    await work(settings, clock)
    assert (await outcome(lost), await outcome(begun)) == ("delivered", "unknown")
    assert len(await phone.outbox()) == 1


async def test_sweep_forgets_old_keys(phone: Phone, clock: TravellingClock) -> None:
    await phone.person.post("/subscriptions", {"results": {}, "scene": "after_submit"}, key="k")
    count = "SELECT count(*) AS n FROM idempotent_request"
    await sweeping.sweep(clock, timedelta(days=7))
    assert (await connections.get("default").execute_query_dict(count))[0]["n"] == 1
    clock.advance(days=8)
    await sweeping.sweep(clock, timedelta(days=7))
    assert (await connections.get("default").execute_query_dict(count))[0]["n"] == 0


async def test_a_rolled_back_action_leaves_no_job(phone: Phone) -> None:
    async def interrupted() -> None:
        async with in_transaction():
            await jobs.enqueue(jobs.DELIVER_NOTICE, [{"notice_id": str(UUID(int=0))}])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await interrupted()
    assert not await connections.get("default").execute_query_dict("SELECT 1 FROM pgqueuer")


async def test_the_queue_does_not_notify(app: object, settings: Settings, clock: TravellingClock) -> None:
    """PgQueuer's own trigger, should an upgrade put it back, keeps the worker from starting."""
    connection = connections.get("default")
    await connection.execute_script(
        "CREATE FUNCTION fn_q() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';"
        "CREATE TRIGGER tg_q AFTER INSERT ON pgqueuer EXECUTE FUNCTION fn_q();"
    )
    try:
        with pytest.raises(worker.NotifyingQueueError):
            await work(settings, clock)
    finally:
        await connection.execute_script("DROP TRIGGER tg_q ON pgqueuer; DROP FUNCTION fn_q();")


async def test_a_worker_whose_clock_is_behind_sends_too(phone: Phone, post: Post, clock: TravellingClock) -> None:
    """What another machine has stored lies in its future."""
    await phone.tap(PROGRESS)
    notice_id = await phone.told("accepted")
    clock.advance(seconds=-5)
    await delivery.deliver(post, notice_id, 0)
    assert await outcome(notice_id) == "delivered"
