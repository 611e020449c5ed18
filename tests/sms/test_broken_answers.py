"""Whatever comes back, or does not: it was sent, it was certainly not sent, or nobody knows."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from backend.sms.client import Sms, SmsAccount
from backend.sms.errors import (
    SmsAwayError,
    SmsError,
    SmsLimitError,
    SmsOffError,
    SmsRefusedError,
    SmsUnknownError,
)
from tests.clock import TravellingClock

ACCOUNT = SmsAccount("AKIDtest", "very-private", "1400006666", "和解")
Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def server(talk: Talk) -> AsyncIterator[str]:
    async with await asyncio.start_server(talk, "127.0.0.1", 0) as listening:
        yield f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
        listening.close()


def saying(body: str, status: str = "200 OK") -> Talk:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        content = body.encode()
        head = f"HTTP/1.1 {status}\r\nContent-Length: {len(content)}\r\nConnection: close\r\n\r\n"
        writer.write(head.encode() + content)
        await writer.drain()
        writer.close()

    return talk


async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()
    writer.close()


async def hanging_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.close()


def status(code: str) -> str:
    return json.dumps({"Response": {"SendStatusSet": [{"SerialNo": "5000:1", "Code": code}], "RequestId": "r"}})


def refusal(code: str) -> str:
    return json.dumps({"Response": {"Error": {"Code": code, "Message": "no"}, "RequestId": "r"}})


async def outcome(talk: Talk) -> SmsError | None:
    async with server(talk) as url:
        sms = Sms(ACCOUNT, clock=TravellingClock(), base_url=url, timeout_s=0.3)
        try:
            await sms.send("13872560001", "1110", ["123456"])
        except SmsError as error:
            return error
        finally:
            await sms.aclose()
    return None


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("LimitExceeded.PhoneNumberThirtySecondLimit", SmsLimitError),
        ("LimitExceeded.AppDailyLimit", SmsLimitError),
        ("FailedOperation.TemplateIncorrectOrUnapproved", SmsRefusedError),
        ("FailedOperation.PhoneNumberInBlacklist", SmsRefusedError),
        ("FailedOperation.InsufficientBalanceInSmsPackage", SmsRefusedError),
        ("InvalidParameterValue.IncorrectPhoneNumber", SmsRefusedError),
        ("UnauthorizedOperation.SmsSdkAppIdVerifyFail", SmsRefusedError),
        ("InternalError.Timeout", SmsUnknownError),
        ("InternalError.SendAndRecvFail", SmsUnknownError),
        ("InternalError.SigVerificationFail", SmsRefusedError),
        ("SomethingNew.OfNextYear", SmsUnknownError),
    ],
)
@pytest.mark.parametrize("written", [status, refusal])
async def test_what_tencent_says_no_with(code: str, kind: type[SmsError], written: Callable[[str], str]) -> None:
    error = await outcome(saying(written(code)))
    assert (type(error), error and error.reason) == (kind, code)


@pytest.mark.parametrize("code", ["AuthFailure.SignatureFailure", "AuthFailure.SecretIdNotFound", "IpNotInWhitelist"])
async def test_keys_that_are_not_taken(code: str) -> None:
    assert type(await outcome(saying(refusal(code)))) is SmsRefusedError


@pytest.mark.parametrize(
    "talk",
    [
        silent,
        hanging_up,
        saying("<html>busy</html>", "502 Bad Gateway"),
        saying(status("Ok"), "504 Gateway Time-out"),
        saying("<html>busy</html>"),
        saying(""),
        saying("{}"),
        saying("[]"),
        saying('{"Response": {"SendStatusSet": []}}'),
        saying('{"Response": {"SendStatusSet": [{"SerialNo": "1"}]}}'),
    ],
)
async def test_an_answer_that_tells_nothing(talk: Talk) -> None:
    assert type(await outcome(talk)) is SmsUnknownError


async def test_taken_in() -> None:
    assert await outcome(saying(status("Ok"))) is None


async def test_nobody_there_means_not_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    sms = Sms(ACCOUNT, clock=TravellingClock(), base_url=f"http://127.0.0.1:{port}")
    with pytest.raises(SmsAwayError):
        await sms.send("13872560001", "1110", ["123456"])
    await sms.aclose()


async def test_off_without_keys() -> None:
    sms = Sms(None, clock=TravellingClock())
    with pytest.raises(SmsOffError) as caught:
        await sms.send("13872560001", "1110", ["123456"])
    assert (sms.is_on, caught.value.code, caught.value.status) == (False, "sms_unavailable", 503)
    await sms.aclose()


def test_the_key_is_in_no_text() -> None:
    assert "very-private" not in repr(ACCOUNT)
