"""An invitation's link goes to the party's phone by text message: once, telling nothing, whatever dies meanwhile."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from tortoise import connections

from backend import sweeping, worker
from backend.core.crypto import Keyring
from config.settings import Settings
from models import Invitation
from tests.casework.staff import PeopleAtWork
from tests.clock import TravellingClock
from tests.concurrency.test_delivery_crash import until, worker_process
from tests.conftest import App
from tests.journeys.contract import Json, granted
from tests.notices.pushes import waiting_jobs, work
from tests.people import Person, file_dispute
from tests.simulator import Simulator

LINK, SMS = "/wxa/generate_urllink", "/SendSms"
LI, WANG = "13900000004", "13900000005"
OTHERS = [{"name": "李四", "phone": LI}, {"name": "王五", "phone": WANG}]
NOTHING_OF = ("李四", "张三", "漏水", "物业", "138****0001", "13872560001")


@pytest.fixture(autouse=True)
async def _quiet(app: App, simulator: Simulator) -> AsyncIterator[None]:
    await simulator.sim("reset")
    yield
    await simulator.sim("reset")


async def case_of(at_work: PeopleAtWork, **filing: Any) -> tuple[Person, Json]:
    clerk = await at_work.staff("clerk")
    filed = await file_dispute(await at_work.resident(), **({"respondents": OTHERS} | filing))
    return clerk, granted(await clerk.get(f"/disputes/{filed['id']}"))


async def invite(clerk: Person, case: Json, nth: int = 0, **body: Any) -> Json:
    party = [each["id"] for each in case["parties"] if each["side"] == "respondent"][nth]
    return granted(await clerk.post(f"/disputes/{case['id']}/parties/{party}/invitations", body or None), 201)


async def listed(clerk: Person, case: Json) -> list[str | None]:
    """The oldest first."""
    items = granted(await clerk.get(f"/disputes/{case['id']}/invitations"))["items"]
    return [each["texting"] for each in reversed(items)]


async def texts(simulator: Simulator, phone: str) -> list[Json]:
    return list((await simulator.look("sms", phone=phone))["items"])


async def test_the_link_arrives_and_tells_nothing(
    at_work: PeopleAtWork, app: App, simulator: Simulator, settings: Settings, clock: TravellingClock
) -> None:
    clerk, case = await case_of(at_work)
    asked = await invite(clerk, case)
    assert (asked["texting"], asked["texted_at"]) == ("pending", None)
    row, keyring = await Invitation.get(id=asked["id"]), app.ctx.deps.keyring
    assert isinstance(keyring, Keyring)
    assert row.token_sealed
    assert keyring.open(row.token_sealed, "invitation", "token", row.id) == asked["token"]
    for _twice in range(2):
        await work(settings, clock)
    (text,) = await texts(simulator, LI)
    ticket, until_text = text["params"]
    link = (await simulator.look("links", url=f"https://wxaurl.cn/{ticket}"))["items"][0]
    assert (link["path"], link["query"]) == (urlsplit(asked["page"]).path, f"token={asked['token']}")
    assert all(len(each) <= 12 for each in text["params"])
    assert until_text in asked["sms_text"]
    assert not any(secret in text["text"] for secret in (*NOTHING_OF, case["number"], asked["token"]))
    (told,) = granted(await clerk.get(f"/disputes/{case['id']}/invitations"))["items"]
    assert told["texting"] == "delivered"
    assert told["texted_at"]
    assert (await Invitation.get(id=asked["id"])).token_sealed is None


@pytest.mark.parametrize(
    ("filing", "body"),
    [
        ({"respondents": [{"name": "李四"}]}, {}),
        ({"respondents": [{"name": "李四", "phone": "0717-6215798"}]}, {}),
        ({}, {"by_text": False}),
    ],
)
async def test_what_is_never_texted(at_work: PeopleAtWork, filing: Json, body: Json) -> None:
    clerk, case = await case_of(at_work, **filing)
    asked = await invite(clerk, case, **body)
    assert (asked["texting"], asked["texted_at"]) == (None, None)
    assert (await Invitation.get(id=asked["id"])).token_sealed is None
    assert await waiting_jobs("text_invitation") == 0


@pytest.mark.parametrize(
    ("path", "fault", "outcome", "sent"),
    [
        (LINK, {"errcode": 40165}, "failed", 0),
        (LINK, {"body": '{"errcode":0,"url_link":"https://elsewhere.example/abc"}'}, "failed", 0),
        (LINK, {"body": '{"errcode":0,"url_link":"https://wxaurl.cn/abcdefghijklm"}'}, "failed", 0),
        (LINK, {"errcode": 45009}, "pending", 0),
        (LINK, {"status": 502}, "delivered", 1),  # once more, three seconds later
        (SMS, {"code": "FailedOperation.PhoneNumberInBlacklist"}, "refused", 0),
        (SMS, {"code": "LimitExceeded.PhoneNumberDailyLimit"}, "pending", 0),
        (SMS, {"status": 502}, "unknown", 0),
        (SMS, {"body": "<html></html>", "after_effect": True}, "unknown", 1),
        (SMS, {"hang_up": True, "after_effect": True}, "unknown", 1),
    ],
)
async def test_its_outcome(
    at_work: PeopleAtWork, simulator: Simulator, settings: Settings, clock: TravellingClock,
    *, path: str, fault: Json, outcome: str, sent: int,
) -> None:  # fmt: skip
    clerk, case = await case_of(at_work)
    asked = await invite(clerk, case)
    await simulator.fault(path, **fault)
    await work(settings, clock)
    assert await listed(clerk, case) == [outcome]
    assert len(await texts(simulator, LI)) == sent
    row = await Invitation.get(id=asked["id"])
    assert (row.token_sealed is None) == (row.texted_at is not None) == (outcome != "pending")


async def test_what_is_revoked_or_over_is_not_texted(
    at_work: PeopleAtWork, simulator: Simulator, settings: Settings, clock: TravellingClock
) -> None:
    """Of two invitations of one party the first is void; the other party's is revoked."""
    clerk, case = await case_of(at_work)
    await invite(clerk, case)
    await invite(clerk, case)
    other = await invite(clerk, case, 1)
    assert (await clerk.delete(f"/disputes/{case['id']}/invitations/{other['id']}")).status_code == 204
    await work(settings, clock)
    assert await listed(clerk, case) == ["stale", "delivered", "stale"]
    assert [len(await texts(simulator, phone)) for phone in (LI, WANG)] == [1, 0]
    assert await Invitation.filter(token_sealed__not_isnull=True).count() == 0


async def test_killed_before_and_after_it_has_begun(
    at_work: PeopleAtWork, simulator: Simulator, settings: Settings, clock: TravellingClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Before: it is sent by the next worker. After: it is unknown, and never repeated."""
    clock.set(datetime.now(UTC))  # the worker that is killed goes by the machine's clock
    clerk, case = await case_of(at_work)
    monkeypatch.setenv("HEJIE_WECHAT_TIMEOUT_S", "10")
    await simulator.fault(LINK, delay_ms=9_000)
    await simulator.fault(SMS, delay_ms=4_900)
    await invite(clerk, case)

    async def waits_for_its_link() -> bool:
        return await simulator.calls(LINK) == 1

    async def is_out() -> bool:
        return len(await texts(simulator, WANG)) == 1

    with worker_process(settings) as process:
        await until(waits_for_its_link)
        await invite(clerk, case, 1)
        await until(is_out)
        process.kill()
        process.wait()
    assert await listed(clerk, case) == ["pending", "begun"]

    async def have_ended() -> bool:
        return await listed(clerk, case) == ["delivered", "unknown"]

    stopping = asyncio.Event()
    working = asyncio.create_task(worker.work(settings, clock, stopping))
    await until(have_ended)
    stopping.set()
    await working
    assert [len(await texts(simulator, phone)) for phone in (LI, WANG)] == [1, 1]


async def test_a_text_whose_job_was_lost_is_found(
    at_work: PeopleAtWork, simulator: Simulator, settings: Settings, clock: TravellingClock
) -> None:
    clerk, case = await case_of(at_work)
    await invite(clerk, case)
    await connections.get("default").execute_query("DELETE FROM pgqueuer")
    for minutes, waiting in ((1, 0), (2, 1)):
        clock.advance(minutes=minutes)
        await sweeping.sweep(clock, timedelta(days=7))
        assert await waiting_jobs("text_invitation") == waiting
    await work(settings, clock)
    assert await listed(clerk, case) == ["delivered"]
    assert len(await texts(simulator, LI)) == 1
