"""A phone number proven by a code that was sent to it."""

import asyncio
from typing import Any

import httpx
import pytest

from backend.sms.client import Sms
from models import PhoneCode
from tests.accounts.test_profile import fields_of
from tests.clock import TravellingClock
from tests.conftest import App
from tests.people import People, Person
from tests.simulator import Simulator

PHONE = "13872560001"
SEND = "SendSms"


async def ask(person: Person, phone: str = PHONE, key: str | None = None) -> httpx.Response:
    return await person.post("/me/phone/sms-codes", {"phone": phone}, key=key)


async def prove(person: Person, code: str, phone: str = PHONE) -> httpx.Response:
    return await person.post("/me/phone", {"phone": phone, "sms_code": code})


async def received(simulator: Simulator, phone: str = PHONE) -> list[str]:
    items = (await simulator.http.get("/sim/sms", params={"phone": phone})).json()["items"]
    return [message["params"][0] for message in items]


def another(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06}"


@pytest.fixture(autouse=True)
async def _fresh(simulator: Simulator) -> None:
    await simulator.sim("reset")


async def test_a_code_proves_the_number_once(people: People, simulator: Simulator) -> None:
    lin = await people.resident("lin")
    assert (await ask(lin)).status_code == 204
    (code,) = await received(simulator)
    assert len(code) == 6
    answer = await prove(lin, code)
    assert (answer.status_code, answer.json()["phone_masked"]) == (200, "138****0001")
    assert fields_of(await prove(lin, code)) == ["sms_code"]


async def test_the_code_lies_nowhere_in_the_clear(people: People, simulator: Simulator) -> None:
    await ask(await people.resident("lin"))
    (code,) = await received(simulator)
    row = await PhoneCode.get()
    assert code not in row.code_hash
    assert PHONE not in row.phone_hash


async def test_a_household_may_share_a_phone(people: People, simulator: Simulator, clock: TravellingClock) -> None:
    for name in ("lin", "wang"):
        person = await people.resident(name)
        await ask(person)
        assert (await prove(person, (await received(simulator))[-1])).status_code == 200
        clock.advance(seconds=61)


async def test_a_code_is_for_who_asked_and_for_its_number(people: People, simulator: Simulator) -> None:
    lin, wang = await people.resident("lin"), await people.resident("wang")
    await ask(lin)
    (code,) = await received(simulator)
    assert fields_of(await prove(wang, code)) == ["sms_code"]
    assert fields_of(await prove(lin, code, "13872560009")) == ["sms_code"]
    assert (await prove(lin, code)).status_code == 200


async def test_five_minutes(people: People, simulator: Simulator, clock: TravellingClock) -> None:
    lin = await people.resident("lin")
    await ask(lin)
    (code,) = await received(simulator)
    clock.advance(minutes=5)
    assert fields_of(await prove(lin, code)) == ["sms_code"]


async def test_five_tries_however_fast(people: People, simulator: Simulator) -> None:
    lin = await people.resident("lin")
    await ask(lin)
    (code,) = await received(simulator)
    wrong = await asyncio.gather(*(prove(lin, another(code)) for _ in range(8)))
    assert {each.status_code for each in wrong} == {422}
    assert fields_of(await prove(lin, code)) == ["sms_code"]
    assert (await PhoneCode.get()).tries == 5


async def test_a_newer_code_replaces_the_older(people: People, simulator: Simulator, clock: TravellingClock) -> None:
    lin = await people.resident("lin")
    await ask(lin)
    clock.advance(seconds=61)
    await ask(lin)
    first, second = await received(simulator)
    if first != second:
        assert fields_of(await prove(lin, first)) == ["sms_code"]
    assert (await prove(lin, second)).status_code == 200


async def test_one_a_minute_for_a_number_and_for_a_resident(
    people: People, simulator: Simulator, clock: TravellingClock
) -> None:
    lin, wang = await people.resident("lin"), await people.resident("wang")
    assert (await ask(lin)).status_code == 204
    clock.advance(seconds=20)
    for answer in (await ask(lin), await ask(lin, "13872560009"), await ask(wang)):
        assert (answer.status_code, answer.json()["code"]) == (429, "rate_limited")
        assert answer.headers["Retry-After"] == "40"
    clock.advance(seconds=40)
    assert (await ask(wang)).status_code == 204
    assert len(await received(simulator)) == 2


async def test_five_an_hour_and_ten_a_day(people: People, simulator: Simulator, clock: TravellingClock) -> None:
    await simulator.sim("settings", {"sms_per_hour": 99, "sms_per_day": 99})
    lin = await people.resident("lin")
    for sent, minutes, wait_s in [(5, 2, 50 * 60), (5, 61, 24 * 3600 - (60 + 5 * 61) * 60)]:
        for _ in range(sent):
            assert (await ask(lin)).status_code == 204
            clock.advance(minutes=minutes)
        answer = await ask(lin)
        assert (answer.status_code, answer.headers["Retry-After"]) == (429, str(wait_s))
        clock.advance(seconds=wait_s)
    assert (await ask(lin)).status_code == 204


async def test_of_many_at_once_one_is_sent(people: People, simulator: Simulator) -> None:
    crowd = [await people.resident(f"lin{number}") for number in range(6)]
    answers = await asyncio.gather(*(ask(person) for person in crowd))
    assert sorted(answer.status_code for answer in answers) == [204] + [429] * 5
    assert len(await received(simulator)) == 1


async def test_a_repeated_request_sends_nothing_again(people: People, simulator: Simulator) -> None:
    lin = await people.resident("lin")
    assert [(await ask(lin, key="k1")).status_code for _ in range(3)] == [204] * 3
    assert len(await received(simulator)) == 1
    other = await ask(lin, "13872560009", key="k1")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


@pytest.mark.parametrize("fault", [{"code": "LimitExceeded.AppDailyLimit"}, {"code": "AuthFailure.TokenFailure"}])
async def test_what_was_not_sent_counts_for_nothing(
    people: People, simulator: Simulator, fault: dict[str, Any]
) -> None:
    lin = await people.resident("lin")
    await simulator.fault(SEND, **fault)
    refused = await ask(lin, key="k1")
    assert (refused.status_code, refused.json()["code"]) == (503, "sms_unavailable")
    assert int(refused.headers["Retry-After"]) > 0
    assert await received(simulator) == []
    assert (await ask(lin, key="k1")).status_code == 204
    assert len(await received(simulator)) == 1


@pytest.mark.parametrize("fault", [{"status": 502, "after_effect": True}, {"body": "", "after_effect": True}])
async def test_one_that_may_have_arrived_stays_good(
    people: People, simulator: Simulator, fault: dict[str, Any]
) -> None:
    lin = await people.resident("lin")
    await simulator.fault(SEND, **fault)
    assert (await ask(lin)).status_code == 204
    (code,) = await received(simulator)
    assert (await prove(lin, code)).status_code == 200


async def test_without_keys(people: People, app: App, clock: TravellingClock) -> None:
    lin, sms = await people.resident("lin"), app.ctx.sms
    app.ctx.sms = Sms(None, clock=clock)
    try:
        answer = await ask(lin)
        assert (answer.status_code, answer.json()["code"]) == (503, "sms_unavailable")
        assert "微信授权手机号" in answer.json()["message"]
        assert int(answer.headers["Retry-After"]) > 0
    finally:
        await app.ctx.sms.aclose()
        app.ctx.sms = sms
    assert await PhoneCode.all().count() == 0


@pytest.mark.parametrize("phone", ["1387256", "abc", "", "+8613872560001x"])
async def test_no_number(people: People, phone: str) -> None:
    assert fields_of(await ask(await people.resident("lin"), phone)) == ["phone"]


async def test_closing_the_account_erases_what_was_asked(people: People) -> None:
    lin = await people.resident("lin")
    await ask(lin)
    assert (await lin.delete("/me")).status_code == 200
    assert await PhoneCode.all().count() == 0
