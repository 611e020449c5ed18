"""The park's station visits companies, talks on law, screens for risk, plans by quarter; and who may see it."""

import pytest

from models import Enterprise, Organization, RiskFinding
from tests.casework.staff import PeopleAtWork
from tests.clock import TravellingClock
from tests.enterprises.scene import another_station, company, credit_code, entered
from tests.journeys.contract import Json, granted, paths, refused

NOBODY = "00000000-0000-0000-0000-000000000000"
FINDING = {"risk": "labor", "text": "没有书面劳动合同", "advice": "一个月内补签", "follow_up_on": "2026-12-20"}


async def test_what_is_done_for_an_enterprise_and_what_it_comes_to(
    people: PeopleAtWork, clock: TravellingClock
) -> None:
    park = await people.staff("park")
    first, second = await entered(park, 1, is_key=True), await entered(park, 2, size="medium", workers=300)
    third = await entered(park, 3)
    one = f"/enterprises/{first['id']}"
    granted(await park.post(f"{one}/visits", {"on": "2025-06-01", "summary": "走访，了解用工情况"}), 201)
    for path in (one, f"/enterprises/{third['id']}"):
        granted(await park.post(f"{path}/visits", {"on": "2026-05-06", "summary": "走访"}), 201)
    talk = {"on": "2026-11-20", "topic": "合同风险", "participants": 45, "enterprise_ids": [first["id"], second["id"]]}
    assert granted(await park.post("/law-talks", talk), 201)["enterprises"] == 2
    screened = granted(await park.post(f"{one}/screenings", {"on": "2026-11-24", "findings": [FINDING, FINDING]}), 201)
    found, other = screened["screenings"][0]["findings"]
    assert (found["risk_text"], found["text"]) == ("劳动用工", FINDING["text"])

    path = f"/enterprise-findings/{found['id']}/follow-ups"
    assert paths(await park.post(path, {"on": "2026-11-23", "text": "x"})) == {"on"}, "before it was found"
    noted = granted(await park.post(path, {"on": "2026-11-24", "text": "已补签一半", "next_on": "2026-11-25"}), 201)
    assert (noted["done_on"], noted["follow_up_on"]) == (None, "2026-11-25")
    clock.advance(days=2)
    park = await people.staff("park")
    assert [each["id"] for each in granted(await park.get("/enterprise-findings", state="overdue"))["items"]] == [
        found["id"]]  # fmt: skip
    done = granted(await park.post(path, {"on": "2026-11-26", "text": "全部补签", "is_done": True}), 201)
    assert (done["done_on"], len(done["follow_ups"])) == ("2026-11-26", 2)
    refused(await park.post(path, {"on": "2026-11-26", "text": "再来一次"}), 409, "already_done")
    assert [each["id"] for each in granted(await park.get("/enterprise-findings"))["items"]] == [other["id"]]

    plan = {"quarter": "2026Q4", "items": [{"text": "合同范本", "due_on": "2026-12-15"}]}
    item = granted(await park.post(f"{one}/plans", plan), 201)["plans"][0]["items"][0]
    refused(await park.post(f"{one}/plans", plan), 409, "plan_exists")
    completion = {"on": "2026-11-26", "outcome": "已交付十二份"}
    path = f"/enterprise-plan-items/{item['id']}/completion"
    assert granted(await park.post(path, completion))["items"][0]["outcome"] == "已交付十二份"
    refused(await park.post(path, completion), 409, "already_done")

    figures = granted(await park.get("/statistics/enterprises"))
    assert figures["period"] == {
        "companies": 3, "visits": 2, "talks": 1, "participants": 45, "screenings": 1, "findings_opened": 2,
        "findings_closed": 1, "plans": 1, "plan_items_done": 1}  # fmt: skip
    assert (figures["cumulative"]["companies"], figures["cumulative"]["visits"]) == (3, 3)
    assert figures["findings_open"] == 1
    years = [(each["year"], each["companies"], each["cumulative_companies"]) for each in figures["by_year"]]
    assert years == [(2025, 1, 1), (2026, 3, 3)]
    assert figures["roster"]["by_size"][1] == {"code": "medium", "title": "中型", "enterprises": 1}
    assert (figures["roster"]["key"], figures["roster"]["workers"]) == (1, 540)
    assert set(figures["definitions"]) == {"served", "findings", "plans", "roster"}
    whole = granted(await (await people.staff("xiaoting-director")).get(one))
    assert [len(whole[part]) for part in ("visits", "talks", "screenings", "plans")] == [2, 1, 1, 1]


async def test_contacts_are_sealed_and_masked(people: PeopleAtWork) -> None:
    park = await people.staff("park")
    made = await entered(park)
    assert (made["contact_name"], made["contact_phone"]) == ("王经理", "13872560009")
    stored = await Enterprise.get(id=made["id"])
    assert "王经理".encode() not in bytes(stored.contact_name_sealed or b"")
    (listed,) = granted(await park.get("/enterprises", q="第1食品", size="small"))["items"]
    assert (listed["contact_name"], listed["contact_phone"]) == ("王*理", "138****0009")
    granted(await park.post(f"/enterprises/{made['id']}/visits", {"on": "2026-11-24", "summary": "老板说了难处"}), 201)
    seen = granted(await (await people.staff("supervisor")).get(f"/enterprises/{made['id']}"))
    assert (seen["enterprise"]["contact_phone"], seen["visits"][0]["summary"]) == ("138****0009", None)
    changed = granted(await park.put(f"/enterprises/{made['id']}", company(contact_name=None, contact_phone=None)))
    assert changed["contact_name"] == "王经理", "what is not said stays"


async def test_whose_roster_it_is(people: PeopleAtWork) -> None:
    """Another station, another county, an expert, the administrator, those above."""
    station = await another_station()
    park, county, above = (
        await people.staff("park"),
        await people.staff("xiaoting-clerk"),
        await people.staff("supervisor"),
    )
    made = await entered(park)
    one = f"/enterprises/{made['id']}"
    found = granted(await park.post(f"{one}/screenings", {"on": "2026-11-24", "findings": [FINDING]}), 201)
    finding = found["screenings"][0]["findings"][0]["id"]
    plan = {"quarter": "2026Q4", "items": [{"text": "合同范本", "due_on": "2026-12-15"}]}
    item = granted(await park.post(f"{one}/plans", plan), 201)["plans"][0]["items"][0]["id"]
    visit = {"on": "2026-11-24", "summary": "走访"}
    note, done = {"on": "2026-11-24", "text": "x"}, {"on": "2026-11-24", "outcome": "x"}
    for username in ("new-station", "gezhouba-clerk", "director", "expert-law"):
        stranger = await people.staff(username)
        for answer in (
            await stranger.get(one),
            await stranger.put(one, company()),
            await stranger.post(f"{one}/visits", visit),
            await stranger.post(f"{one}/screenings", {"on": "2026-11-24"}),
            await stranger.post(f"{one}/plans", plan),
            await stranger.post(f"{one}/departure"),
            await stranger.post(f"/enterprise-findings/{finding}/follow-ups", note),
            await stranger.post(f"/enterprise-plan-items/{item}/completion", done),
        ):
            refused(answer, 404)
        if username != "expert-law":
            assert granted(await stranger.get("/enterprises"))["items"] == []
            assert granted(await stranger.get("/enterprise-findings", state="all"))["items"] == []
            assert granted(await stranger.get("/statistics/enterprises"))["cumulative"]["companies"] == 0
    refused(await (await people.staff("expert-law")).get("/enterprises"), 404)
    refused(await (await people.staff("admin")).get("/enterprises"), 403)
    assert granted(await above.get(one))["enterprise"]["name"] == made["name"]
    for answer in (
        await above.post(f"{one}/visits", visit),
        await above.put(one, company()),
        await above.post(f"/enterprise-findings/{finding}/follow-ups", note),
        await above.post("/law-talks", {"on": "2026-11-24", "topic": "x", "participants": 1}),
    ):
        refused(answer, 403, "role_not_allowed")
    granted(await county.post(f"{one}/visits", visit), 201)
    assert paths(await county.post("/enterprises", company(2))) == {"station_id"}
    assert paths(await county.post("/enterprises", company(2, station_id=str(station.id), division_code="420581"))) == {
        "division_code"}  # fmt: skip
    granted(await county.post("/enterprises", company(2, station_id=str(station.id))), 201)
    other = await people.staff("new-station")
    (theirs,) = granted(await other.get("/enterprises"))["items"]
    wrong = {"on": "2026-11-24", "topic": "x", "participants": 1, "enterprise_ids": [theirs["id"], made["id"]]}
    assert paths(await other.post("/law-talks", wrong)) == {"enterprise_ids.1"}
    assert await RiskFinding.all().count() == 1


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"credit_code": "91420505MA00000010"}, {"credit_code"}),
        ({"credit_code": credit_code(7)}, {"credit_code"}),
        ({"name": "", "size": "huge", "division_code": "420500", "workers": -1, "contact_phone": "1"},
         {"name", "size", "division_code", "workers", "contact_phone"}),
        ({"station_id": NOBODY}, {"station_id"}),
    ],
)  # fmt: skip
async def test_what_is_wrong_with_an_enterprise(people: PeopleAtWork, fields: Json, wrong: set[str]) -> None:
    park = await people.staff("park")
    await entered(park, 7)
    assert paths(await park.post("/enterprises", company(8, **fields))) == wrong
    assert await Enterprise.all().count() == 1


async def test_what_is_wrong_with_a_service(people: PeopleAtWork) -> None:
    park = await people.staff("park")
    made = await entered(park)
    one = f"/enterprises/{made['id']}"
    assert paths(await park.post(f"{one}/visits", {"on": "2026-11-25", "summary": ""})) == {"on", "summary"}
    bad = {"on": "2026-11-24", "findings": [FINDING | {"risk": "ghosts", "advice": ""}]}
    assert paths(await park.post(f"{one}/screenings", bad)) == {"findings.0.risk", "findings.0.advice"}
    early = {"on": "2026-11-24", "findings": [FINDING, FINDING | {"follow_up_on": "2026-11-01"}]}
    assert paths(await park.post(f"{one}/screenings", early)) == {"findings.1.follow_up_on"}
    assert paths(await park.post(f"{one}/plans", {"quarter": "2026Q5", "items": []})) == {"quarter", "items"}
    talk = {"on": "2026-11-24", "topic": "", "participants": 0, "enterprise_ids": [NOBODY]}
    assert paths(await park.post("/law-talks", talk)) == {"topic", "participants"}
    refused(await park.post(f"/enterprise-findings/{NOBODY}/follow-ups", {"on": "2026-11-24", "text": "x"}), 404)
    refused(await park.post(f"/enterprise-plan-items/{NOBODY}/completion", {"on": "2026-11-24", "outcome": "x"}), 404)
    assert paths(await park.put(one, company(2))) == {"credit_code"}
    assert paths(await park.get("/statistics/enterprises", **{"from": "2026-11-20", "to": "2026-11-01"})) == {"to"}
    assert granted(await park.post(f"{one}/departure"))["left_at"] is not None
    refused(await park.post(f"{one}/visits", {"on": "2026-11-24", "summary": "走访"}), 409, "enterprise_left")
    assert granted(await park.get("/enterprises"))["items"] == []
    assert granted(await park.get("/statistics/enterprises"))["roster"]["enterprises"] == 0
    assert (await Organization.get(code="demo-park")).deactivated_at is None
