"""What WeChat pushes is answered at once and takes effect once, in its order."""

import asyncio
from datetime import timedelta
from hashlib import sha1
from typing import Any
from uuid import UUID

import httpx
import pytest
from tortoise import connections
from tortoise.transactions import in_transaction

from backend import sweeping, wechat_events
from backend.core import jobs
from backend.files.store import open_store
from backend.notices import delivery, ledger
from backend.notices.delivery import Post
from config.settings import Settings
from models import Notice, Resident, StoredFile, SubscriptionGrant, WechatCallback
from tests.accounts.test_profile import agree
from tests.clock import TravellingClock
from tests.files.samples import jpeg
from tests.notices.pushes import OUTCOME, PROGRESS, Phone, outcome, waiting_jobs, work
from tests.people import file_dispute

SENT = "subscribe_msg_sent_event"


async def event(phone: Phone, name: str, **how: Any) -> None:
    answer = await phone.simulator.sim("send-event", {"name": phone.name, "event": name, **how})
    assert set(answer["statuses"]) == {200}


async def sent(phone: Phone, code: int, msgid: str, template_id: str = PROGRESS) -> None:
    item = {"TemplateId": template_id, "MsgID": msgid, "ErrorCode": str(code), "ErrorStatus": "success"}
    await event(phone, SENT, items=[item])


async def test_the_answer_waits_for_nobodys_books(phone: Phone, settings: Settings, clock: TravellingClock) -> None:
    """The tap is stored while the resident's books are locked, and takes effect when they are free."""
    async with in_transaction():
        await ledger.lock(UUID(phone.person.id))
        async with asyncio.timeout(5):
            assert (await phone.tap(PROGRESS))["callback_status"] == 200
        assert await WechatCallback.filter(handled_at=None).count() == 1
        assert await waiting_jobs(jobs.TAKE_EFFECT) == 1
        assert not await SubscriptionGrant.all()
    await work(settings, clock)
    assert await SubscriptionGrant.all().count() == 1
    assert await WechatCallback.filter(handled_at=None).count() == 0


async def test_a_push_takes_in_first_what_waits(phone: Phone, post: Post) -> None:
    """The tap's own job may still be in the queue when the notice's job runs."""
    await phone.tap(PROGRESS)
    notice_id = await phone.told("accepted")
    await delivery.deliver(post, notice_id, 0)
    assert await outcome(notice_id) == "delivered"


async def test_however_often_its_job_runs(phone: Phone, post: Post, settings: Settings) -> None:
    store = open_store(settings.storage_url, settings.data_dir)
    for _ in range(2):
        await phone.tap(PROGRESS)
    ids = [row.id for row in await WechatCallback.all()]
    await asyncio.gather(*(wechat_events.take_effect(post, store, id_) for id_ in ids * 3))
    assert await SubscriptionGrant.all().count() == 2


async def test_an_event_whose_job_was_lost_is_found(phone: Phone, settings: Settings, clock: TravellingClock) -> None:
    await phone.tap(PROGRESS)
    await connections.get("default").execute_query("DELETE FROM pgqueuer")
    for _twice in range(2):
        await sweeping.sweep(clock, timedelta(days=7))
    assert await waiting_jobs(jobs.TAKE_EFFECT) == 1
    await work(settings, clock)
    assert await SubscriptionGrant.all().count() == 1


async def test_events_out_of_order(phone: Phone, clock: TravellingClock) -> None:
    """Switched off at noon; an acceptance from before noon that comes later is void, one from after it counts."""
    noon = int(clock.now().timestamp())
    reject, accept = ([{"TemplateId": PROGRESS, "SubscribeStatusString": answer}] for answer in ("reject", "accept"))
    await event(phone, "subscribe_msg_change_event", created_at=noon, items=reject)
    await event(phone, "subscribe_msg_popup_event", created_at=noon - 60, items=accept)
    assert await phone.live_grants(PROGRESS) == 0
    clock.advance(minutes=2)
    await event(phone, "subscribe_msg_popup_event", created_at=noon + 60, items=accept)
    await event(phone, "subscribe_msg_change_event", created_at=noon - 1, items=reject)
    assert await phone.live_grants(PROGRESS) == 1


async def test_unknown_events_have_no_job(phone: Phone) -> None:
    await event(phone, "something_new", extra={"Novelty": "1"})
    assert await WechatCallback.filter(handled_at=None).count() == 0
    assert await waiting_jobs(jobs.TAKE_EFFECT) == 0


async def test_handled_events_are_forgotten_in_the_end(
    phone: Phone, settings: Settings, clock: TravellingClock
) -> None:
    await event(phone, "something_new")
    await phone.tap(PROGRESS)
    clock.advance(days=8)
    await sweeping.sweep(clock, timedelta(days=7))
    assert [row.kind for row in await WechatCallback.all()] == ["subscription_popup"]


async def test_a_receipt_settles_what_was_unknown(
    phone: Phone, post: Post, settings: Settings, clock: TravellingClock
) -> None:
    await phone.tap(PROGRESS)
    notice_id = await phone.told("accepted")
    await phone.simulator.fault("cgi-bin/message/subscribe/send", status=502, after_effect=True)
    await delivery.deliver(post, notice_id, 0)
    assert await outcome(notice_id) == "unknown"
    await sent(phone, 0, "77")
    await work(settings, clock)
    notice = await Notice.get(id=notice_id)
    assert (notice.delivery, notice.message_id, notice.errcode) == ("delivered", "77", 0)
    assert len(await phone.outbox()) == 1


async def test_a_receipt_says_that_the_phone_never_showed_it(
    phone: Phone, post: Post, settings: Settings, clock: TravellingClock
) -> None:
    await phone.tap(PROGRESS)
    notice_id = await phone.told("accepted")
    await delivery.deliver(post, notice_id, 0)
    msgid = (await phone.outbox())[0]["msgid"]
    assert (await Notice.get(id=notice_id)).message_id == msgid
    await sent(phone, 0, msgid)
    await work(settings, clock)
    assert await outcome(notice_id) == "delivered"
    await sent(phone, 20003, msgid)
    await work(settings, clock)
    notice = await Notice.get(id=notice_id)
    assert (notice.delivery, notice.errcode) == ("failed", 20003)
    assert len(await phone.outbox()) == 1


async def test_a_receipt_that_may_mean_two_settles_neither(
    phone: Phone, post: Post, settings: Settings, clock: TravellingClock
) -> None:
    unknown = []
    for _ in range(2):
        await phone.tap(PROGRESS)
        unknown.append(await phone.told("accepted"))
        await phone.simulator.fault("cgi-bin/message/subscribe/send", status=502)
        await delivery.deliver(post, unknown[-1], 0)
    for template_id in (PROGRESS, OUTCOME):
        await sent(phone, 0, "77", template_id)
    await work(settings, clock)
    assert [await outcome(each) for each in unknown] == ["unknown", "unknown"]


async def authorisation(phone: Phone, name: str, **fields: str) -> None:
    """WeChat's own service sends it; the resident is named inside."""
    openid = (await Resident.get(id=phone.person.id)).openid
    answer = await phone.simulator.sim(
        "send-event", {"openid": "o-wechat-service", "event": name, "extra": {"OpenID": openid, **fields}}
    )
    assert answer["statuses"] == [200]


@pytest.mark.parametrize(("number", "kept"), [("8", "name"), ("19", "phone"), ("1", "name phone"), ("6,8", "")])
async def test_an_authorisation_taken_back(
    phone: Phone, settings: Settings, clock: TravellingClock, number: str, kept: str
) -> None:
    assert (await phone.person.post("/me/phone", {"code": "phone-13872560001-1"})).status_code == 200
    await phone.person.put("/me", {"name": "张三"})
    dispute = await file_dispute(phone.person)
    await authorisation(phone, "user_authorization_revoke", RevokeInfo=number)
    await work(settings, clock)
    profile = (await phone.person.get("/me")).json()
    held = {name for name in ("name", "phone") if profile[f"{name}_masked"] is not None}
    assert held == set(kept.split())
    assert (await phone.person.get(f"/disputes/{dispute['id']}")).status_code == 200


async def test_places_and_unused_files_taken_back(phone: Phone, settings: Settings, clock: TravellingClock) -> None:
    await agree(phone.person, "precise_location")
    unused, used = [(await phone.person.upload(jpeg())).json()["id"] for _ in range(2)]
    await file_dispute(phone.person, file_ids=[used])
    await authorisation(phone, "user_authorization_revoke", RevokeInfo="13")
    await authorisation(phone, "user_authorization_revoke", RevokeInfo="14")
    await work(settings, clock)
    assert "precise_location" not in (await phone.person.get("/me")).json()["consents"]
    assert (await StoredFile.get(id=unused)).deleted_at is not None
    assert (await StoredFile.get(id=used)).deleted_at is None


async def test_who_left_wechat_has_no_account_here(phone: Phone, settings: Settings, clock: TravellingClock) -> None:
    await phone.tap(PROGRESS)
    await authorisation(phone, "user_info_modified")
    await work(settings, clock)
    assert (await phone.person.get("/me")).status_code == 200
    await authorisation(phone, "user_authorization_cancellation")
    await work(settings, clock)
    assert (await phone.person.get("/me")).json()["code"] == "token_revoked"
    resident = await Resident.get(id=phone.person.id)
    assert (resident.closed_at is not None, resident.openid) == (True, f"closed:{resident.id}")
    assert await SubscriptionGrant.filter(revoked_at=None).count() == 0


def _signed(settings: Settings, clock: TravellingClock, *sealed: str) -> dict[str, str]:
    token, stamp = settings.wechat_callback_token.get_secret_value(), str(int(clock.now().timestamp()))
    signature = sha1("".join(sorted([token, stamp, "n", *sealed])).encode(), usedforsecurity=False).hexdigest()
    return {"timestamp": stamp, "nonce": "n", "msg_signature" if sealed else "signature": signature}


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><xml><FromUserName>&b;</FromUserName></xml>'


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"<xml>" + b"a" * 1_000_000, 413),
        (BOMB.encode(), 400),
        (b"", 400),
        (b"<html><body>502</body></html>", 400),
        (b'{"a":' * 20_000, 400),
        (b"\xff\xfe", 400),
    ],
    ids=["a megabyte", "entity bomb", "empty", "html", "deep", "no text"],
)
async def test_signed_nonsense_is_refused(
    client: httpx.AsyncClient, settings: Settings, clock: TravellingClock, *, body: bytes, status: int
) -> None:
    answer = await client.post("/wechat/callback", params=_signed(settings, clock), content=body)
    assert answer.status_code == status, answer.text
    assert await WechatCallback.all().count() == 0


async def test_an_envelope_for_another_app(phone: Phone) -> None:
    answer = await phone.simulator.sim(
        "send-event", {"name": phone.name, "event": "something_new", "app_id": "wx-other", "mode": "safe"}
    )
    assert answer["statuses"] == [403]
    assert await WechatCallback.all().count() == 0


async def test_in_safe_mode_a_plain_body_is_refused(
    phone: Phone, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    strict = settings.model_copy(update={"wechat_callback_encrypted_only": True})
    monkeypatch.setattr(phone.app.ctx, "settings", strict)
    assert (await phone.tap(PROGRESS, mode="plain"))["callback_status"] == 403
    assert (await phone.tap(PROGRESS, mode="safe"))["callback_status"] == 200
