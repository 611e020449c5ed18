"""Tencent Cloud's side of `SendSms`: signed by a client that is not its own, refused as Tencent refuses."""

from datetime import timedelta
from typing import Any

import pytest

from backend.sms.client import Sms, SmsAccount
from backend.sms.errors import SmsLimitError, SmsRefusedError
from backend.wechat.simulator.sms import e164
from tests.clock import START, TravellingClock
from tests.simulator import Simulator

ACCOUNT = SmsAccount("AKIDsimulator", "simulator-only", "1400006666", "和解")
PHONE = "13812345678"


async def send(
    simulator: Simulator, account: SmsAccount = ACCOUNT, *, phone: str = PHONE, template: str = "1", **at: Any
) -> str:
    """What Tencent said: "Ok", or the name of its refusal."""
    clock = TravellingClock()
    clock.advance(**at)
    sms = Sms(account, clock=clock, base_url=simulator.url)
    try:
        await sms.send(phone, template, ["246810"])
    except (SmsRefusedError, SmsLimitError) as error:
        return error.reason
    finally:
        await sms.aclose()
    return "Ok"


async def test_a_message_reaches_its_phone(simulator: Simulator) -> None:
    await simulator.sim("settings", {"sms_templates": {"1": "验证码{1}"}})
    assert await send(simulator) == "Ok"
    (item,) = (await simulator.look("sms", phone=PHONE))["items"]
    assert (item["phone"], item["text"], item["params"]) == (f"+86{PHONE}", "【和解】验证码246810", ["246810"])
    assert (await simulator.look("sms", phone="13912345678"))["items"] == []
    assert await simulator.calls("/SendSms") == 1


@pytest.mark.parametrize(
    ("account", "code"),
    [
        (SmsAccount("AKIDother", "simulator-only", "1", "和解"), "AuthFailure.SecretIdNotFound"),
        (SmsAccount("AKIDsimulator", "wrong", "1", "和解"), "AuthFailure.SignatureFailure"),
        (SmsAccount("AKIDsimulator", "simulator-only", "1", ""), "FailedOperation.SignatureIncorrectOrUnapproved"),
    ],
)
async def test_keys_and_sign_names(simulator: Simulator, account: SmsAccount, code: str) -> None:
    assert await send(simulator, account) == code
    assert (await simulator.look("sms"))["items"] == []


@pytest.mark.parametrize(
    ("minutes", "code"), [(-6, "AuthFailure.SignatureExpire"), (4, "Ok"), (6, "AuthFailure.SignatureExpire")]
)
async def test_a_signature_lasts_five_minutes(simulator: Simulator, minutes: int, code: str) -> None:
    assert await send(simulator, minutes=minutes) == code


async def test_what_is_signed_cannot_be_changed(simulator: Simulator) -> None:
    """A request of Tencent's form, captured and sent with another body."""
    sms = Sms(ACCOUNT, clock=TravellingClock(), base_url=simulator.url)
    headers = sms._headers(ACCOUNT, b"{}")
    await sms.aclose()
    body = {"PhoneNumberSet": [PHONE], "SmsSdkAppId": "1", "TemplateId": "1", "SignName": "和解"}
    answer = (await simulator.http.post("/", json=body, headers=headers)).json()
    assert answer["Response"]["Error"]["Code"] == "AuthFailure.SignatureFailure"
    assert answer["Response"]["RequestId"]


@pytest.mark.parametrize(
    ("headers", "body", "code"),
    [
        ({}, {}, "MissingParameter"),
        ({"X-TC-Action": "SendSms"}, {}, "MissingParameter"),
        ({"X-TC-Action": "Other", "X-TC-Version": "2021-01-11", "X-TC-Region": "r"}, {}, "InvalidAction"),
        ({"X-TC-Action": "SendSms", "X-TC-Version": "2019-07-11", "X-TC-Region": "r"}, {}, "NoSuchVersion"),
    ],
)
async def test_a_request_that_is_none(
    simulator: Simulator, headers: dict[str, str], body: dict[str, Any], code: str
) -> None:
    answer = await simulator.http.post("/", json=body, headers=headers)
    assert (answer.status_code, answer.json()["Response"]["Error"]["Code"]) == (200, code)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"PhoneNumberSet": None}, "InvalidParameter"),
        ({"PhoneNumberSet": []}, "LimitExceeded.PhoneNumberCountLimit"),
        ({"PhoneNumberSet": [PHONE] * 201}, "LimitExceeded.PhoneNumberCountLimit"),
        ({"TemplateID": "1"}, "UnknownParameter"),
        ({"TemplateParamSet": [1]}, "InvalidParameter"),
    ],
)
async def test_parameters(simulator: Simulator, wrong: dict[str, Any], code: str) -> None:
    headers = {"X-TC-Action": "SendSms", "X-TC-Version": "2021-01-11", "X-TC-Region": "ap-guangzhou"}
    body = {"PhoneNumberSet": [PHONE], "SmsSdkAppId": "1", "TemplateId": "1"} | wrong
    answer = (await simulator.http.post("/", json=body, headers=headers)).json()
    assert answer["Response"]["Error"]["Code"] == code


async def test_a_number_is_not_to_be_flooded(simulator: Simulator, clock: TravellingClock) -> None:
    said = []
    for minutes in [0, 0, 1, 2, 3, 4, 4, 61, 62, 63, 64, 65, 66, 122, 24 * 60]:
        clock.set(START + timedelta(minutes=minutes))
        said.append((await send(simulator, minutes=minutes)).removeprefix("LimitExceeded.PhoneNumber"))
    hour, day = "OneHourLimit", "DailyLimit"
    assert said == ["Ok", "ThirtySecondLimit", *["Ok"] * 4, "ThirtySecondLimit", *["Ok"] * 5, hour, day, "Ok"]


async def test_words_numbers_and_templates_that_are_refused(simulator: Simulator) -> None:
    await simulator.sim("settings", {"sms_blacklist": ["13912345678"], "sms_templates": {"1": "码{1}", "2": "无"}})
    assert await send(simulator, phone="13912345678") == "FailedOperation.PhoneNumberInBlacklist"
    assert await send(simulator, template="3") == "FailedOperation.TemplateIncorrectOrUnapproved"
    assert await send(simulator, template="2") == "FailedOperation.TemplateParamSetNotMatchApprovedTemplate"
    assert await send(simulator, phone="123") == "InvalidParameterValue.IncorrectPhoneNumber"


async def test_an_error_on_demand(simulator: Simulator) -> None:
    await simulator.fault("/SendSms", code="FailedOperation.ContainSensitiveWord")
    assert [await send(simulator) for _ in range(2)] == ["FailedOperation.ContainSensitiveWord", "Ok"]


@pytest.mark.parametrize(
    ("given", "known"),
    [
        ("13812345678", "+8613812345678"),
        ("+8613812345678", "+8613812345678"),
        ("008613812345678", "+8613812345678"),
        ("+85291234567", "+85291234567"),
        ("+8612345", None),
        ("0717-6052345", None),
        ("", None),
    ],
)
def test_numbers(given: str, known: str | None) -> None:
    assert e164(given) == known
