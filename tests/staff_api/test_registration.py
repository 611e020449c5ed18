"""Doors other than the mini-program."""

from typing import Any

import pytest

from models import Agreement, AgreementStatus
from tests.casework.staff import PeopleAtWork
from tests.clock import START
from tests.journeys.contract import Json, granted, paths, refused, take, to_mediation
from tests.people import filing

REFERRAL = {
    "body": "court",
    "name": "宜都市人民法院",
    "number": "（2026）鄂0581诉前调001号",
    "referred_on": "2026-11-20",
}


@pytest.mark.parametrize(
    ("source", "basis", "missing"),
    [
        ("window", "application", []),
        ("phone", "oral_application", []),
        ("grid", "oral_application", ["brought_by"]),
        ("referral", "referral", ["referral"]),
        ("proactive", "proactive", []),
    ],
)
async def test_each_door(at_work: PeopleAtWork, source: str, basis: str, missing: list[str]) -> None:
    clerk = await at_work.staff("clerk")
    elsewhere = {"lon": 111.2867, "lat": 30.6919, "crs": "gcj02"}
    case = granted(await clerk.post("/disputes", filing(source=source, location=elsewhere)), 201)
    assert (case["status"], case["source"]) == ("submitted", source)
    assert case["center"]["id"] == granted(await clerk.get("/me"))["center"]["id"], "首问负责"
    assert case["applicant"] == "张三"
    assert (case["registration"]["basis"], case["registration"]["missing"]) == (basis, missing)
    assert case["registration"]["basis_text"]
    assert (await take(clerk, case["id"], "accept"))["case_number"].endswith("0001号")


async def test_what_was_missing_comes_later(at_work: PeopleAtWork) -> None:
    clerk = await at_work.staff("clerk")
    case = granted(await clerk.post("/disputes", filing(source="referral")), 201)
    path = f"/disputes/{case['id']}/registration"
    later = granted(await clerk.put(path, {"referral": REFERRAL, "basis": "referral_with_consent"}))["registration"]
    assert later["missing"] == []
    assert (later["basis"], later["referral"]["body_text"]) == ("referral_with_consent", "人民法院")
    assert paths(await clerk.put(path, {"basis": "application", "referral": REFERRAL | {"body": "bank"}})) == {
        "referral.body"
    }
    assert paths(await clerk.put(path, {"basis": "application"})) == {"basis"}
    refused(await (await at_work.staff("supervisor")).put(path, {}), 403)


async def test_a_grid_worker(at_work: PeopleAtWork) -> None:
    clerk, brought_by = await at_work.staff("clerk"), {"name": "周网格", "organization": "清江社区"}
    case = granted(await clerk.post("/disputes", filing(source="grid", brought_by=brought_by)), 201)
    assert case["registration"]["brought_by"] == brought_by
    seen = granted(await (await at_work.staff("supervisor")).get(f"/disputes/{case['id']}"))
    assert seen["registration"] is None, "the city reads cases masked"


@pytest.mark.parametrize("outcome", ["refused", "not_agreed"])
async def test_a_referral_gets_its_return_slip(at_work: PeopleAtWork, outcome: str) -> None:
    clerk, director = await at_work.staff("clerk"), await at_work.staff("director")
    case = granted(await clerk.post("/disputes", filing(source="referral", referral=REFERRAL)), 201)
    path = f"/disputes/{case['id']}/return-slip"
    refused(await clerk.get(path), 409, "not_ended_yet")
    if outcome == "refused":
        await take(clerk, case["id"], "refuse", reason_code="before_court", redirect={"authority": "宜都市人民法院"})
    else:
        await take(clerk, case["id"], "accept")
        await take(director, case["id"], "start_mediation")
        await take(director, case["id"], "end_without_agreement", reason_code="no_consensus", routes=["起诉"])
    slip = granted(await clerk.get(path))
    assert (slip["outcome"], slip["referral_number"]) == (outcome, REFERRAL["number"])
    assert all(text in slip["text"] for text in ("宜都市人民法院", REFERRAL["number"], slip["outcome_text"]))
    assert "张三" not in str(slip)
    kinds = [item["kind"] for item in granted(await clerk.get(f"/disputes/{case['id']}/timeline"))["items"]]
    assert kinds.count("return_slip") == 1
    plain = granted(await clerk.post("/disputes", filing(source="window")), 201)
    refused(await clerk.get(f"/disputes/{plain['id']}/return-slip"), 404)


async def test_a_slip_says_whether_what_was_agreed_binds(at_work: PeopleAtWork) -> None:
    clerk = await at_work.staff("clerk")
    case = granted(await clerk.post("/disputes", filing(source="referral", referral=REFERRAL)), 201)
    mediator = await to_mediation(at_work, case["id"])
    terms = [{"who": "物业", "what": "修好漏水", "due_on": "2026-12-10"}]
    await take(mediator, case["id"], "reach_agreement", form="written", summary="说好了", terms=terms)
    path = f"/disputes/{case['id']}/return-slip"
    slip = granted(await clerk.get(path))
    assert slip["outcome"] == "agreed"
    assert "还没有生效" in slip["outcome_text"]
    assert slip["outcome_text"] in slip["text"]
    timeline = granted(await clerk.get(f"/disputes/{case['id']}/timeline"))["items"]
    assert slip["outcome_text"] in next(each["text"] for each in timeline if each["kind"] == "return_slip")
    await Agreement.filter(dispute_id=case["id"]).update(status=AgreementStatus.EFFECTIVE, effective_at=START)
    assert "已经生效" in granted(await clerk.get(path))["text"]


async def test_the_paper(at_work: PeopleAtWork) -> None:
    clerk = await at_work.staff("clerk")
    nasty = {"name": "<script>alert(1)</script>"}
    case = granted(await clerk.post("/disputes", filing(source="window", claim='"><img src=x>', applicant=nasty)), 201)
    printed = await clerk.get(f"/disputes/{case['id']}/receipt.html")
    assert printed.headers["Content-Type"].startswith("text/html")
    for page, has_code in ((case["receipt_html"], True), (printed.text, False)):
        assert (case["claim_code"] in page) == has_code
        assert "<script" not in page
        assert "<img" not in page
        assert all(text in page for text in (case["number"], "&lt;script&gt;", "诉讼时效中断"))
    stub = case["receipt_html"].split('class="stub"')[1]
    assert "script" not in stub, "no name beside the code"
    receipt = granted(await clerk.get(f"/disputes/{case['id']}/receipt"))
    assert receipt == case["receipt"]
    again = granted(await clerk.post(f"/disputes/{case['id']}/claim-codes"), 201)
    assert again["claim_code"] != case["claim_code"]
    assert again["claim_code"] in again["receipt_html"]


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"basis": "archive"}, {"basis"}),
        ({"basis": "whim", "brought_by": {"name": "张\n三"}}, {"brought_by.name"}),
        ({"referral": {"body": "church", "number": "好" * 65, "referred_on": "2026-11-25"}},
         {"referral.body", "referral.number", "referral.referred_on"}),
        ({"description": "好" * 5001}, {"description"}),
        ({"applicant": {"name": "张\u0000三"}}, {"applicant.name"}),
    ],
)  # fmt: skip
async def test_bad_fields(at_work: PeopleAtWork, changes: Json, where: set[str]) -> None:
    clerk = await at_work.staff("clerk")
    assert paths(await clerk.post("/disputes", filing(source="window", **changes))) == where


async def test_bad_input(at_work: PeopleAtWork) -> None:
    clerk = await at_work.staff("clerk")
    center = granted(await clerk.get("/me"))["center"]["id"]
    assert paths(await clerk.post("/disputes", filing())) == {"source"}
    wrong: dict[str, Any] = filing(source="mini_program", center_id=center, respondents=[], category="weather")
    assert paths(await clerk.post("/disputes", wrong)) == {"source", "center_id", "respondents", "category"}
    unknown = filing(source="window", file_ids=["00000000-0000-0000-0000-000000000000"])
    assert paths(await clerk.post("/disputes", unknown)) == {"file_ids.0"}


@pytest.mark.parametrize("username", ["supervisor", "admin"])
async def test_the_city_registers_nothing(at_work: PeopleAtWork, username: str) -> None:
    person = await at_work.staff(username)
    refused(await person.post("/disputes", filing(source="window")), 403, "role_not_allowed")


async def test_a_repeated_request_registers_once(at_work: PeopleAtWork) -> None:
    clerk = await at_work.staff("clerk")
    answers = [await clerk.post("/disputes", filing(source="phone"), key="once") for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert len(granted(await clerk.get("/disputes"))["items"]) == 1
