"""Who takes part, changed by staff: added, corrected, removed, each with its history."""

from typing import Any
from uuid import uuid4

import pytest

from tests.casework.staff import PeopleAtWork
from tests.journeys.contract import Json, granted, paths, refused, take
from tests.people import Person, file_dispute, filing

CHILD_NUMBER = "110105201503070056"


async def registered(clerk: Person, **overrides: Any) -> Json:
    return granted(await clerk.post("/disputes", filing(source="window", **overrides)), 201)


async def test_added_corrected_removed(at_work: PeopleAtWork) -> None:
    clerk = await at_work.staff("clerk")
    case = await registered(clerk)
    base = f"/disputes/{case['id']}/parties"
    company = {"kind": "organization", "name": "宜昌某某开发有限公司", "credit_code": "91420500MA0000000A"}
    add = {"version": case["version"], "side": "respondent"}
    assert paths(await clerk.post(base, add | company)) == {"credit_code"}, "its check digit"
    company["credit_code"] = "91350100M000100Y43"
    more = granted(await clerk.post(base, add | company), 201)
    assert more["version"] == case["version"] + 1
    new = more["parties"][-1]
    assert (new["name"], new["kind"], new["credit_code"]) == (company["name"], "organization", company["credit_code"])
    refused(await clerk.post(base, add | {"name": "赵六"}), 409, "stale_version")
    change = {"version": more["version"], "name": "宜昌某某置业有限公司", "phone": None, "reason": "执照上是这个名称"}
    fixed = granted(await clerk.put(f"{base}/{new['id']}", change))
    assert fixed["parties"][-1]["name"] == "宜昌某某置业有限公司"
    assert fixed["parties"][-1]["credit_code"] == company["credit_code"], "what is absent stays"
    removal = {"version": fixed["version"], "reason": "重复登记"}
    gone = granted(await clerk.post(f"{base}/{new['id']}/removal", removal))
    assert [each["name"] for each in gone["parties"]] == ["张三", "某某物业服务有限公司"]
    refused(await clerk.post(f"{base}/{new['id']}/removal", removal | {"version": gone["version"]}), 404)
    timeline = granted(await clerk.get(f"/disputes/{case['id']}/timeline"))["items"]
    found = {item["kind"]: item["detail"] for item in timeline}
    assert found["party_corrected"]["before"] == {"name": company["name"]}
    assert found["party_removed"] == {"reason": "重复登记"}


async def test_a_side_is_never_empty(at_work: PeopleAtWork) -> None:
    clerk = await at_work.staff("clerk")
    case = await registered(clerk)
    for party in case["parties"]:
        body = {"version": case["version"], "reason": "x"}
        assert paths(await clerk.post(f"/disputes/{case['id']}/parties/{party['id']}/removal", body)) == {"party_id"}


async def test_who_filed_is_not_removed(at_work: PeopleAtWork) -> None:
    clerk = await at_work.staff("clerk")
    filed = await file_dispute(await at_work.resident())
    add = {"version": 1, "side": "applicant", "name": "张三的妻子"}
    case = granted(await clerk.post(f"/disputes/{filed['id']}/parties", add), 201)
    body = {"version": case["version"], "reason": "x"}
    first = case["parties"][0]["id"]
    assert paths(await clerk.post(f"/disputes/{filed['id']}/parties/{first}/removal", body)) == {"party_id"}


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"name": "张三", "phone": "13872560001"}, {"name"}),
        ({"name": "赵\u0007六"}, {"name"}),
        ({"name": "赵\n六", "side": "middle"}, {"name", "side"}),
        ({"name": "好" * 129}, {"name"}),
        ({"name": "赵六", "id_number": "110105194912310021", "phone": "1"}, {"id_number", "phone"}),
        ({"name": "赵六", "version": 0}, {"version"}),
    ],
)
async def test_bad_parties(at_work: PeopleAtWork, fields: Json, where: set[str]) -> None:
    clerk = await at_work.staff("clerk")
    case = await registered(clerk)
    body = {"version": case["version"], "side": "respondent"} | fields
    assert paths(await clerk.post(f"/disputes/{case['id']}/parties", body)) == where


async def test_html_stays_text(at_work: PeopleAtWork) -> None:
    clerk = await at_work.staff("clerk")
    case = await registered(clerk)
    body = {"version": case["version"], "side": "respondent", "name": "<b>赵六</b>"}
    more = granted(await clerk.post(f"/disputes/{case['id']}/parties", body), 201)
    page = await clerk.get(f"/disputes/{case['id']}/receipt.html")
    assert more["parties"][-1]["name"] == "<b>赵六</b>"
    assert "<b>" not in page.text
    assert "&lt;b&gt;赵六" in page.text


async def test_nobody_mediates_an_own_matter(at_work: PeopleAtWork) -> None:
    clerk, mediator = await at_work.staff("clerk"), await at_work.staff("mediator")
    case = await registered(clerk, respondents=[{"name": "王 建国"}])
    accepted = await take(clerk, case["id"], "accept")
    body = {"version": accepted["version"], "mediator_id": mediator.id}
    assert paths(await clerk.post(f"/disputes/{case['id']}/actions/assign", body)) == {"mediator_id"}
    other = await registered(clerk)
    await take(clerk, other["id"], "accept")
    assigned = await take(clerk, other["id"], "assign", mediator_id=mediator.id)
    add = {"version": assigned["version"], "side": "respondent", "name": "王建国"}
    assert paths(await clerk.post(f"/disputes/{other['id']}/parties", add)) == {"name"}


async def test_a_minor_needs_a_guardian(at_work: PeopleAtWork) -> None:
    clerk = await at_work.staff("clerk")
    case = await registered(clerk)
    add = {"version": case["version"], "side": "applicant", "name": "张小宝", "is_minor": True}
    more = granted(await clerk.post(f"/disputes/{case['id']}/parties", add), 201)
    assert (case["attention"], len(more["attention"])) == ([], 1)
    child = next(each for each in more["parties"] if each["is_minor"])
    guardian = {"kind": "guardian", "name": "张三", "basis": "父亲", "document": "户口簿", "given_on": "2026-11-20"}
    body = guardian | {"party_id": child["id"]}
    assert granted(await clerk.post(f"/disputes/{case['id']}/representations", body), 201)["attention"] == []


async def test_an_identity_number_tells_who_is_a_minor(at_work: PeopleAtWork) -> None:
    clerk = await at_work.staff("clerk")
    case = await registered(clerk, applicant={"name": "张小宝", "id_number": CHILD_NUMBER})
    assert case["parties"][0]["is_minor"]


async def test_a_removed_party_sees_nothing_more(at_work: PeopleAtWork) -> None:
    clerk, li = await at_work.staff("clerk"), await at_work.resident("li")
    granted(await li.post("/me/phone", {"code": f"phone-13900000004-{uuid4().hex}"}))
    other_side = [{"name": "李四", "phone": "13900000004"}, {"name": "王五"}]
    case = await registered(clerk, respondents=other_side)
    one = f"/disputes/{case['id']}/parties/{case['parties'][1]['id']}"
    token = granted(await clerk.post(f"{one}/invitations"), 201)["token"]
    granted(await li.post("/invitations/acceptance", {"token": token, "name": "李四"}), 201)
    granted(await li.get(f"/disputes/{case['id']}"))
    granted(await clerk.post(f"{one}/removal", {"version": case["version"], "reason": "不是他"}))
    refused(await li.get(f"/disputes/{case['id']}"), 404)
    assert granted(await li.get("/disputes"))["items"] == []
