import json
from typing import Any

import pytest
from redis.asyncio import Redis

from backend.core.clock import Clock
from backend.core.errors import HejieError
from backend.wechat.client import WeChat
from backend.wechat.errors import (
    AccountBlockedError,
    ConsentMissingError,
    LoginCodeInvalidError,
    PhoneCodeInvalidError,
    WeChatAwayError,
    WeChatBusyError,
    WeChatError,
    WeChatQuotaError,
    WeChatRefusedError,
    WeChatUnknownError,
)
from tests.simulator import Simulator, running_simulator
from tests.wechat.conftest import Connect

LOGIN = "/sns/jscode2session"
PHONE = "/wxa/business/getuserphonenumber"
SEND = "/cgi-bin/message/subscribe/send"
TOKEN = "/cgi-bin/stable_token"
TEMPLATE = "tmpl-accepted"
DATA = {"phrase1": "已受理", "thing2": "请留意下一步通知", "time3": "2026年11月25日 09:30"}

SPOILED = [
    {"delay_ms": 1000},
    {"status": 502},
    {"status": 502, "after_effect": True},
    {"status": 504, "body": '{"errcode": 0, "msgid": 1}'},
    {"body": "<html>busy</html>", "after_effect": True},
    {"body": "", "after_effect": True},
    {"body": "{}", "after_effect": True},
    {"body": '{"errcode": "?"}'},
    {"body": "[]"},
]
"""Answers that tell nothing about what became of the request."""


def impatient(fault: dict[str, Any]) -> dict[str, float]:
    """Only where no answer comes is the time short: a slow machine answers the others in its own time."""
    return {"timeout_s": 0.3} if "delay_ms" in fault else {}


async def send(wechat: WeChat, openid: str, **other: Any) -> str | None:
    message = {"template_id": TEMPLATE, "page": "pages/d/index?id=x", "data": DATA, "state": "trial"} | other
    return await wechat.send_subscribe_message(openid, **message)


async def test_a_name_is_one_person_for_ever(connect: Connect, clock: Clock) -> None:
    wechat = connect()
    first = await wechat.code_to_session("sim-张-三-1")
    assert await wechat.code_to_session("sim-张-三-2") == first
    assert await wechat.code_to_session("sim-张-1") != first
    async with running_simulator(clock) as restarted:
        other = WeChat(restarted.url, restarted.app_id, restarted.app_secret, Redis(), clock=clock)
        assert await other.code_to_session("sim-张-三-1") == first
        await other.aclose()


async def test_any_other_code_is_a_fresh_visitor(connect: Connect) -> None:
    wechat = connect()
    visitors = [await wechat.code_to_session(code) for code in ("0f3Abc", "0f3Abd", "sim-alice", "sim--1", "sim-a-1")]
    assert len({visitor.openid for visitor in visitors}) == 5


@pytest.mark.parametrize("code", ["sim-alice-1", "0f3Abc"])
async def test_a_login_code_works_once(connect: Connect, code: str) -> None:
    wechat = connect()
    await wechat.code_to_session(code)
    with pytest.raises(LoginCodeInvalidError) as caught:
        await wechat.code_to_session(code)
    assert (caught.value.code, caught.value.status) == ("login_code_invalid", 401)


async def test_a_bad_login_code(connect: Connect) -> None:
    with pytest.raises(LoginCodeInvalidError):
        await connect().code_to_session("bad-1")


@pytest.mark.parametrize(
    ("errcode", "error", "status"),
    [
        (-1, WeChatAwayError, 503),
        (45011, WeChatAwayError, 503),
        (40001, WeChatAwayError, 503),
        (45009, WeChatQuotaError, 503),
        (40164, WeChatRefusedError, 503),
        (40226, AccountBlockedError, 403),
    ],
)
async def test_what_a_resident_is_told_at_login(
    connect: Connect, simulator: Simulator, errcode: int, error: type[HejieError], status: int
) -> None:
    await simulator.fault(LOGIN, errcode=errcode)
    with pytest.raises(error) as caught:
        await connect().code_to_session("sim-alice-1")
    assert caught.value.status == status
    assert (caught.value.retry_after_s is not None) == (status == 503)


@pytest.mark.parametrize("fault", SPOILED)
async def test_a_login_whose_answer_is_lost_may_be_tried_with_another_code(
    connect: Connect, simulator: Simulator, fault: dict[str, Any]
) -> None:
    wechat = connect(**impatient(fault))
    await simulator.fault(LOGIN, **fault)
    with pytest.raises(WeChatAwayError) as caught:
        await wechat.code_to_session("sim-alice-1")
    assert (caught.value.status, caught.value.retry_after_s) == (503, 3)
    assert await simulator.calls(LOGIN) == 1
    await wechat.code_to_session("sim-alice-2")


@pytest.mark.parametrize(("other", "errcode"), [({"app_id": "wx-other"}, 40013), ({"app_secret": "other"}, 40125)])
async def test_wrong_app_or_secret(connect: Connect, other: dict[str, str], errcode: int) -> None:
    wechat = connect(**other)
    with pytest.raises(WeChatRefusedError) as refused:
        await wechat.code_to_session("sim-alice-1")
    assert refused.value.errcode == errcode
    with pytest.raises(WeChatAwayError) as away:
        await wechat.phone_number("phone-13800000000-1")
    assert away.value.errcode == errcode


async def test_a_phone_code_works_once(connect: Connect) -> None:
    wechat = connect()
    assert await wechat.phone_number("phone-13812345678-1") == "13812345678"
    for code in ("phone-13812345678-1", "sim-alice-1", "phone-", ""):
        with pytest.raises(PhoneCodeInvalidError) as caught:
            await wechat.phone_number(code)
        assert (caught.value.status, caught.value.fields[0].path) == (422, "code")


@pytest.mark.parametrize(("app_id", "age_s"), [("wx-other", 0), (None, 601), (None, -601)])
async def test_a_phone_number_that_was_not_made_for_us_just_now(
    connect: Connect, simulator: Simulator, clock: Clock, app_id: str | None, age_s: int
) -> None:
    watermark = {"appid": app_id or simulator.app_id, "timestamp": int(clock.now().timestamp()) - age_s}
    answer = {"errcode": 0, "phone_info": {"phoneNumber": "13812345678", "watermark": watermark}}
    await simulator.fault(PHONE, body=json.dumps(answer))
    with pytest.raises(PhoneCodeInvalidError):
        await connect().phone_number("phone-13812345678-1")


async def test_one_acceptance_is_one_message(connect: Connect, simulator: Simulator) -> None:
    wechat = connect()
    openid = await simulator.accept("alice", TEMPLATE)
    msgid = await send(wechat, openid)
    with pytest.raises(ConsentMissingError) as caught:
        await send(wechat, openid)
    assert caught.value.errcode == 43101
    (message,) = await simulator.outbox("alice")
    assert message == {
        "msgid": msgid,
        "touser": openid,
        "template_id": TEMPLATE,
        "page": "pages/d/index?id=x",
        "data": {name: {"value": value} for name, value in DATA.items()},
        "miniprogram_state": "trial",
        "lang": "zh_CN",
        "sent_at": "2026-11-24T10:00:00+08:00",
    }


@pytest.mark.parametrize(
    ("message", "errcode"),
    [
        ({"openid": "o-nobody"}, 40003),
        ({"template_id": "unknown"}, 40037),
        ({"page": "/pages/d/index"}, 41030),
        ({"data": {"thing1": "二十个字" * 5 + "多"}}, 47003),
        ({"data": {"title": "x"}}, 47003),
        ({"data": {}}, 47003),
    ],
)
async def test_refusals(connect: Connect, simulator: Simulator, message: dict[str, Any], errcode: int) -> None:
    openid = await simulator.accept("alice", TEMPLATE)
    with pytest.raises(WeChatRefusedError) as caught:
        await send(connect(), **({"openid": openid} | message))
    assert caught.value.errcode == errcode
    assert type(caught.value) is WeChatRefusedError
    assert (await simulator.tap("alice", TEMPLATE, "reject"))["grants"] == 1


@pytest.mark.parametrize("fault", SPOILED)
async def test_a_send_whose_answer_is_lost_is_never_repeated(
    connect: Connect, simulator: Simulator, fault: dict[str, Any]
) -> None:
    wechat = connect(**impatient(fault))
    openid = await simulator.accept("alice", TEMPLATE)
    await simulator.fault(SEND, **fault)
    with pytest.raises(WeChatUnknownError):
        await send(wechat, openid)
    assert await simulator.calls(SEND) == 1
    had_effect = "delay_ms" in fault or "after_effect" in fault
    assert len(await simulator.outbox("alice")) == had_effect


@pytest.mark.parametrize(
    ("errcode", "error"),
    [(-1, WeChatBusyError), (45011, WeChatBusyError), (40003, WeChatRefusedError), (43101, ConsentMissingError)],
)
async def test_a_send_without_effect(
    connect: Connect, simulator: Simulator, errcode: int, error: type[WeChatError]
) -> None:
    wechat, openid = connect(), await simulator.accept("alice", TEMPLATE)
    await simulator.fault(SEND, errcode=errcode)
    with pytest.raises(error) as caught:
        await send(wechat, openid)
    assert type(caught.value) is error
    assert await simulator.calls(SEND) == 1
    assert await send(wechat, openid)


@pytest.mark.parametrize(
    ("path", "answer", "error"),
    [
        (LOGIN, {"openid": "o" * 65}, WeChatAwayError),
        (LOGIN, {"openid": "o\x00"}, WeChatAwayError),
        (LOGIN, {"errcode": 2**31}, WeChatAwayError),
        (TOKEN, {"access_token": "a", "expires_in": 10**30}, WeChatAwayError),
        (SEND, {"errcode": 0, "msgid": "1" * 65}, WeChatUnknownError),
        (SEND, {"errcode": 2**31}, WeChatUnknownError),
    ],
)
async def test_what_wechat_never_says_is_no_answer(
    connect: Connect, simulator: Simulator, path: str, answer: dict[str, Any], error: type[WeChatError]
) -> None:
    wechat, openid = connect(), await simulator.accept("alice", TEMPLATE)
    await simulator.fault(path, body=json.dumps(answer))
    with pytest.raises(error):
        await (wechat.code_to_session("sim-alice-1") if path == LOGIN else send(wechat, openid))
    assert await simulator.calls(path) == 1


async def test_a_send_that_never_left(clock: Clock, redis: Redis) -> None:
    async with running_simulator(clock) as simulator:
        wechat = WeChat(simulator.url, simulator.app_id, simulator.app_secret, redis, clock=clock)
        openid = await simulator.accept("alice", TEMPLATE)
        assert await send(wechat, openid)
        await wechat.aclose()
    wechat = WeChat(simulator.url, simulator.app_id, simulator.app_secret, redis, clock=clock)
    with pytest.raises(WeChatAwayError) as caught:
        await send(wechat, openid)
    assert caught.value.api == SEND.strip("/")
    await wechat.aclose()
