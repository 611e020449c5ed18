"""12345 refers cases through HTTP: one is mediated to an agreement, one refused with where to go. Its server and
the social-governance platform's are told every step, each with its own fields; the return slip closes the case."""

import json
from typing import Any

import httpx
import pytest

from backend.exchange.published import CaseEvent
from tests.agreements import continuing
from tests.casework.staff import PeopleAtWork
from tests.clock import TravellingClock
from tests.exchange.conftest import BASIS, HOTLINES, Add, Told, Worker, nothing_waits, office
from tests.journeys.contract import Json, granted, refused, take
from tests.people import Person
from tests.server_time import eventually

NUMBER = "12345-2026-000017"
CASE = f"/exchange/v1/cases/{NUMBER}"
HOTLINE = ("status", "category", "outcome", "reason", "redirect", "case_number")
PLATFORM = ("status", "division", "center", "organization", "source", "due_at", "amount_fen", "agreed_fen", "parties")
WORDS = ("楼上长期漏水", "请物业修好漏水", "来电人补充", "分期修好")
NAMES, PHONES = ("张三", "某某物业服务有限公司", "周大勇"), ("13872560001", "13872560009")
STEPS = ["submitted", "accepted", "assigned", "mediation_started", "agreed", "return_slip", "fulfilled", "closed"]
SESSION = {"held_at": "2026-11-24T09:30:00+08:00", "summary": "双方面谈"}
TERMS = [{"who": "某某物业服务有限公司", "what": "修好漏水", "due_on": "2026-12-10"}]
TEXT = {"facts": "楼上漏水，物业未修。", "issues": "谁来修、何时修好。", "manner": "现场查看", "deadline": "2026-12-31"}


@pytest.fixture
def people(client: httpx.AsyncClient) -> PeopleAtWork:
    return PeopleAtWork(client)


@pytest.fixture
async def hotline(add_partner: Add) -> Told:
    """It brings cases and is told of these only."""
    known = dict.fromkeys(HOTLINE, BASIS)
    return await add_partner(
        "hotline", name="12345热线", directions=["in", "out"], codes=HOTLINES, only_own_cases=True, may_know=known
    )


@pytest.fixture
async def platform(add_partner: Add) -> Told:
    """It brings nothing, and is told of all the city's cases, with the names of the parties."""
    return await add_partner("city-platform", areas=["420500"], may_know=dict.fromkeys(PLATFORM, BASIS))


async def asked(partner: Told, path: str, body: Json | None = None, status: int = 200) -> Json:
    """Hejie's answer to a signed call."""
    (answer,) = await partner.calls({"method": "GET" if body is None else "POST", "path": path, "body": body})
    assert answer["status"] == status, answer
    found: Json = answer["body"]
    return found


def told(partner: Told, number: str) -> list[Json]:
    """What each event said of the case, in the form that the contract publishes."""
    events = partner.world.by_case[number]
    for event in events:
        _ = CaseEvent.model_validate_json(json.dumps(event))
    return [event["data"] for event in events]


async def test_a_referred_case_is_mediated_to_an_agreement_and_closed_by_the_return_slip(
    worker: Worker, people: PeopleAtWork, hotline: Told, platform: Told, clock: TravellingClock
) -> None:
    async with office(worker):
        received = await hotline.brings(amount_fen=120_000)
        number = received["number"]
        case, resident = await accepted_by_the_center_asked_first(people, received)
        assert (await asked(hotline, CASE))["status"] == "20"
        await asked(hotline, f"{CASE}/supplements", {"text": "来电人补充：物业电话无人接听。"}, 201)
        mediator = await agreed(people, case)
        for partner in (hotline, platform):
            await partner.has(STEPS.index("return_slip") + 1)  # what is on its way is signed for five minutes
        await signed(mediator, case, resident, clock)
        after = await asked(hotline, CASE)
        assert (after["status"], after["hejie_status"], after["return_slip"]) == ("30", "agreed", True)
        slip = await asked(hotline, f"{CASE}/return-slip")
        assert (slip["outcome"], slip["referral_number"], slip["number"]) == ("agreed", NUMBER, number)
        closed = await asked(hotline, f"{CASE}/return-slip/receipt", {}, 201)
        assert await asked(hotline, f"{CASE}/return-slip/receipt", {}, 201) == closed
        await kept_and_closed(people, case, mediator)
        for partner in (hotline, platform):
            await partner.has(len(STEPS))
        await eventually(nothing_waits, within_s=10)
    timeline = granted(await mediator.get(f"/disputes/{case}/timeline", limit=100))["items"]
    assert "return_slip_received" in [each["kind"] for each in timeline]
    await each_has_its_own_fields(hotline, platform, number)


async def accepted_by_the_center_asked_first(people: PeopleAtWork, received: Json) -> tuple[str, Person]:
    """The case belongs to nobody else; the caller takes it to the own phone with the center's code."""
    clerk = await people.staff("clerk")
    (listed,) = granted(await clerk.get("/disputes"))["items"]
    assert (listed["number"], received["center"]) == (
        received["number"],
        granted(await clerk.get("/me"))["center"]["name"],
    )
    refused(await (await people.staff("gezhouba-clerk")).get(f"/disputes/{listed['id']}"), 404)
    await take(clerk, listed["id"], "accept")
    code = granted(await clerk.post(f"/disputes/{listed['id']}/claim-codes"), 201)["claim_code"]
    resident = await people.resident()
    granted(await resident.post("/claims", {"code": code, "name": "张三"}), 201)
    return str(listed["id"]), resident


async def agreed(people: PeopleAtWork, case: str) -> Person:
    """Talked over and agreed in writing. The mediator."""
    clerk, mediator = await people.staff("clerk"), await people.staff("mediator")
    await take(clerk, case, "assign", mediator_id=mediator.id)
    await take(mediator, case, "start_mediation")
    await take(mediator, case, "record_session", **SESSION)
    await take(mediator, case, "reach_agreement", form="written", summary="分期修好", terms=TERMS)
    return mediator


async def signed(mediator: Person, case: str, resident: Person, clock: TravellingClock) -> None:
    """At the center, by all; the resident sees it on the phone."""
    fixed = await continuing.fixed_text(mediator, f"/disputes/{case}", **TEXT)
    done = await continuing.signed_at_the_center(mediator, f"/disputes/{case}", fixed, clock)
    assert done["status"] == "effective"
    assert granted(await resident.get(f"/disputes/{case}"))["status"] == "agreed"


async def kept_and_closed(people: PeopleAtWork, case: str, mediator: Person) -> None:
    await take(mediator, case, "confirm_fulfilment")
    closed = await take(await people.staff("director"), case, "close")
    assert closed["status"] == "closed"


async def each_has_its_own_fields(hotline: Told, platform: Told, number: str) -> None:
    """Every step, exactly these fields; names only where there is a basis, phones and what people wrote never."""
    for partner, fields, theirs in ((hotline, HOTLINE, NUMBER), (platform, PLATFORM, None)):
        assert partner.kinds(number) == STEPS
        assert {(each["number"], each["their_number"]) for each in told(partner, number)} == {(number, theirs)}
        assert {frozenset(each["case"]) for each in told(partner, number)} == {frozenset(fields)}
        everything = json.dumps(list(partner.world.taken.values()), ensure_ascii=False)
        assert [each for each in (*WORDS, *PHONES) if each in everything] == []
        assert (partner.world.unsigned, partner.world.misplaced()) == (0, [])
    assert [each["case"]["status"]["code"] for each in told(hotline, number)][:5] == ["10", "20", "20", "20", "30"]
    assert not any(name in json.dumps(told(hotline, number), ensure_ascii=False) for name in NAMES)
    last = told(platform, number)[-1]["case"]
    assert [party["name"] for party in last["parties"]] == list(NAMES[:2])
    assert (last["status"]["code"], last["source"], last["amount_fen"]) == ("closed", "referral", 120_000)


async def test_a_refusal_goes_back_with_where_to_go(
    worker: Worker, people: PeopleAtWork, hotline: Told, platform: Told
) -> None:
    redirect = {"authority": "宜都市劳动人事争议仲裁院", "phone": "0717-4822333", "address": "陆城街道园林大道"}
    async with office(worker):
        number = (await hotline.brings(category="0102"))["number"]
        clerk = await people.staff("clerk")
        (listed,) = granted(await clerk.get("/disputes"))["items"]
        await take(clerk, listed["id"], "refuse", reason_code="reserved_authority", redirect=redirect)
        for partner in (hotline, platform):
            await partner.has(3)
        after = await asked(hotline, CASE)
        slip = await asked(hotline, f"{CASE}/return-slip")
        await asked(hotline, f"{CASE}/return-slip/receipt", {}, 201)
        await asked(platform, CASE, status=403)
    assert (after["status"], after["redirect"] | redirect, slip["outcome"]) == ("40", after["redirect"], "refused")
    for partner in (hotline, platform):
        assert partner.kinds(number) == ["submitted", "refused", "return_slip"]
    refusal: Any = told(hotline, number)[1]["case"]
    assert {name: refusal["redirect"][name] for name in redirect} == redirect
    assert refusal["reason"]
    assert (refusal["status"]["code"], refusal["outcome"]["ours"]) == ("40", "refused")
    assert redirect["authority"] not in json.dumps(told(platform, number), ensure_ascii=False)
