"""Where a push cannot go and a deadline is running, a text message goes, once."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from backend.core.jobs import LaterError
from backend.notices import delivery
from backend.notices.delivery import Post
from backend.sms.client import Sms
from models import Channel, Delivery, Notice
from tests.clock import TravellingClock
from tests.notices.pushes import PROGRESS, Phone
from tests.sms.test_broken_answers import ACCOUNT, Talk, hanging_up, saying, server, status

SEND = "cgi-bin/message/subscribe/send"
DUE = "11月30日 周一"


class Carrier:
    """Answers with `talk`, and counts."""

    def __init__(self, talk: Talk) -> None:
        self.talk, self.calls = talk, 0


@asynccontextmanager
async def texting(post: Post, talk: Talk, clock: TravellingClock) -> AsyncIterator[tuple[Post, Carrier]]:
    carrier = Carrier(talk)

    async def count(reader: object, writer: object) -> None:
        carrier.calls += 1
        await carrier.talk(reader, writer)  # type: ignore[arg-type]

    async with server(count) as url:
        sms = Sms(ACCOUNT, clock=clock, base_url=url)
        yield replace(post, sms=sms), carrier
        await sms.aclose()


async def with_phone(phone: Phone) -> None:
    assert (await phone.person.post("/me/phone", {"code": "phone-13872560001-1"})).status_code == 200


@pytest.mark.parametrize(
    ("talk", "expected"),
    [
        (saying(status("Ok")), Delivery.DELIVERED),
        (saying(status("FailedOperation.PhoneNumberInBlacklist")), Delivery.REFUSED),
        (hanging_up, Delivery.UNKNOWN),
        (saying("<html>", "502 Bad Gateway"), Delivery.UNKNOWN),
    ],
)
async def test_without_consent_a_deadline_is_texted(
    phone: Phone, post: Post, clock: TravellingClock, talk: Talk, expected: Delivery
) -> None:
    await with_phone(phone)
    notice_id = await phone.told("information_requested", due_text=DUE)
    async with texting(post, talk, clock) as (texts, carrier):
        for _again in range(2):
            await delivery.deliver(texts, notice_id, 0)
    notice = await Notice.get(id=notice_id)
    assert (notice.delivery, notice.channel, carrier.calls) == (expected, Channel.SMS, 1)
    assert notice.sms_params == [DUE]


@pytest.mark.parametrize("fault", [{"errcode": 43101}, {"errcode": 47003}])
async def test_what_wechat_refuses_is_texted(
    phone: Phone, post: Post, clock: TravellingClock, fault: dict[str, int]
) -> None:
    await with_phone(phone)
    await phone.tap(PROGRESS)
    await phone.simulator.fault(SEND, **fault)
    notice_id = await phone.told("information_requested", due_text=DUE)
    async with texting(post, saying(status("Ok")), clock) as (texts, carrier):
        await delivery.deliver(texts, notice_id, 0)
    notice = await Notice.get(id=notice_id)
    assert (notice.delivery, notice.channel, carrier.calls) == (Delivery.DELIVERED, Channel.SMS, 1)


async def test_what_may_have_gone_out_is_not_texted(phone: Phone, post: Post, clock: TravellingClock) -> None:
    await with_phone(phone)
    await phone.tap(PROGRESS)
    await phone.simulator.fault(SEND, status=502)
    notice_id = await phone.told("information_requested", due_text=DUE)
    async with texting(post, saying(status("Ok")), clock) as (texts, carrier):
        await delivery.deliver(texts, notice_id, 0)
    notice = await Notice.get(id=notice_id)
    assert (notice.delivery, notice.channel, carrier.calls) == (Delivery.UNKNOWN, Channel.WECHAT, 0)


@pytest.mark.parametrize(
    ("kind", "has_phone", "due_text"),
    [
        ("accepted", True, DUE),  # no deadline
        ("information_requested", False, DUE),
        ("information_requested", True, f"{DUE} 下午5:30"),  # too long for the carrier
        ("information_requested", True, ""),
    ],
)
async def test_what_is_never_texted(
    phone: Phone, post: Post, clock: TravellingClock, *, kind: str, has_phone: bool, due_text: str
) -> None:
    if has_phone:
        await with_phone(phone)
    notice_id = await phone.told(kind, due_text=due_text)
    async with texting(post, saying(status("Ok")), clock) as (texts, carrier):
        await delivery.deliver(texts, notice_id, 0)
    notice = await Notice.get(id=notice_id)
    assert (notice.delivery, notice.channel, carrier.calls) == (Delivery.NO_CONSENT, Channel.WECHAT, 0)


async def test_a_limit_of_the_carrier_means_later(phone: Phone, post: Post, clock: TravellingClock) -> None:
    await with_phone(phone)
    notice_id = await phone.told("information_requested", due_text=DUE)
    async with texting(post, saying(status("LimitExceeded.PhoneNumberDailyLimit")), clock) as (texts, carrier):
        with pytest.raises(LaterError):
            await delivery.deliver(texts, notice_id, 0)
        carrier.talk = saying(status("Ok"))
        await delivery.deliver(texts, notice_id, 1)
    notice = await Notice.get(id=notice_id)
    assert (notice.delivery, notice.channel, carrier.calls) == (Delivery.DELIVERED, Channel.SMS, 2)
