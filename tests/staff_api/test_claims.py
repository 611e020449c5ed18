"""The paper a center hands out, and what can be done with it: everything but taking over somebody else's case."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from models import ClaimCode
from tests.casework.staff import PeopleAtWork
from tests.clock import START, TravellingClock
from tests.journeys.contract import Json, granted, paths, refused
from tests.people import Person, file_dispute, filing

NAME, PHONE = "张三", "13872560001"


async def registered(at_work: PeopleAtWork, **overrides: Any) -> Json:
    return granted(await (await at_work.staff("clerk")).post("/disputes", filing(source="window", **overrides)), 201)


async def claim(person: Person, code: str, **facts: str) -> Any:
    return await person.post("/claims", {"code": code} | facts)


@pytest.mark.parametrize("facts", [{"name": NAME}, {"phone_last4": "0001"}, {"name": " 张 三", "phone_last4": "0001"}])
async def test_whoever_was_registered_takes_the_case_to_the_phone(at_work: PeopleAtWork, facts: dict[str, str]) -> None:
    case, resident = await registered(at_work), await at_work.resident()
    typed = f" {case['claim_code'].lower().replace('-', ' ')} "
    bound = granted(await claim(resident, typed, **facts), 201)
    assert (bound["id"], bound["number"]) == (case["id"], case["number"])
    page = granted(await resident.get(f"/disputes/{case['id']}", include="timeline"))
    assert page["description"] == filing()["description"]
    assert [item["kind"] for item in page["timeline"]] == ["submitted", "claimed"]
    receipt = granted(await resident.get(f"/disputes/{case['id']}/receipt"))
    assert (receipt["applicant"], receipt["number"]) == (NAME, case["number"])
    assert granted(await resident.get("/notices"))["items"][0]["kind"] == "claimed"
    granted(await resident.post(f"/disputes/{case['id']}/withdrawal", {"reason": "已和解"}))


async def test_the_phone_that_wechat_vouches_for_is_fact_enough(at_work: PeopleAtWork) -> None:
    case, resident = await registered(at_work), await at_work.resident()
    assert paths(await claim(resident, case["claim_code"])) == {"code"}
    granted(await resident.post("/me/phone", {"code": f"phone-{PHONE}-{uuid4().hex}"}))
    granted(await claim(resident, case["claim_code"]), 201)


WRONG: list[dict[str, str]] = [
    {},
    {"name": "李四"},
    {"phone_last4": "0002"},
    {"name": NAME, "phone_last4": "9"},
    {"name": NAME, "phone_last4": "0002"},
    {"name": "李四", "phone_last4": "0001"},
]


@pytest.mark.parametrize("facts", WRONG)
async def test_the_code_alone_opens_nothing(at_work: PeopleAtWork, facts: dict[str, str]) -> None:
    case, thief = await registered(at_work), await at_work.resident("thief")
    assert paths(await claim(thief, case["claim_code"], **facts)) <= {"code", "phone_last4"}
    refused(await thief.get(f"/disputes/{case['id']}"), 404)


async def test_forged_used_expired_replaced_and_worn_out_look_alike(
    at_work: PeopleAtWork, clock: TravellingClock
) -> None:
    thief, resident = await at_work.resident("thief"), await at_work.resident()
    clerk = await at_work.staff("clerk")
    used, replaced, worn, expired = [await registered(at_work) for _ in range(4)]
    granted(await claim(resident, used["claim_code"], name=NAME), 201)
    granted(await clerk.post(f"/disputes/{replaced['id']}/claim-codes"), 201)
    answers = [await claim(thief, worn["claim_code"], name=f"王{nth}") for nth in range(5)]
    answers += [await claim(thief, code, name=NAME) for code in ("AAAAA-BBBBB", used["claim_code"], worn["claim_code"])]
    answers.append(await claim(thief, replaced["claim_code"], name=NAME))
    clock.advance(days=31)
    late = await at_work.resident("late")
    answers.append(await claim(late, expired["claim_code"], name=NAME))
    bodies = [refused(answer, 422) for answer in answers]
    assert len({str(body["fields"]) + body["message"] for body in bodies}) == 1


async def test_guessing_is_stopped(at_work: PeopleAtWork) -> None:
    thief = await at_work.resident("thief")
    answers = [await claim(thief, f"AAAAA-BBBB{nth}", name=NAME) for nth in range(12)]
    assert [answer.status_code for answer in answers] == [422] * 10 + [429] * 2
    assert answers[-1].headers["Retry-After"]


async def test_only_a_hash_is_kept(at_work: PeopleAtWork) -> None:
    case = await registered(at_work)
    row = await ClaimCode.get(dispute_id=case["id"])
    assert case["claim_code"].replace("-", "") not in str(await ClaimCode.filter(id=row.id).values())
    assert timedelta(days=29) < row.expires_at - START <= timedelta(days=30)


async def test_who_is_in_it_already_cannot_come_in_again(at_work: PeopleAtWork) -> None:
    agent = await at_work.resident("daughter")
    consent = {"kind": "relative", "name": "张小妹", "basis": "父亲当面口头同意", "given_on": "2026-11-20"}
    filed = await file_dispute(agent, agent=consent)
    code = granted(await agent.post(f"/disputes/{filed['id']}/claim-codes"), 201)["claim_code"]
    refused(await claim(agent, code, name=NAME), 409, "already_involved")


async def test_a_bound_case_gives_no_more_codes(at_work: PeopleAtWork) -> None:
    resident, clerk = await at_work.resident(), await at_work.staff("clerk")
    filed = await file_dispute(resident)
    refused(await clerk.post(f"/disputes/{filed['id']}/claim-codes"), 409, "already_claimed")
    refused(await resident.post(f"/disputes/{filed['id']}/claim-codes"), 409, "already_claimed")


async def test_the_first_answer_again(at_work: PeopleAtWork) -> None:
    case, resident = await registered(at_work), await at_work.resident()
    body = {"code": case["claim_code"], "name": NAME}
    answers = [await resident.post("/claims", body, key="once") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
