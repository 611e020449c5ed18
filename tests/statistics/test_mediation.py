"""Mediation in figures, counted from what happened."""

from typing import Any
from uuid import UUID

from backend import case_files, organization_files
from backend.statistics import keeping
from config.settings import Settings
from models import CaseMember, Center, MemberKind, MemberStatus, Organization
from tests.casework.staff import PeopleAtWork
from tests.clock import START, TravellingClock
from tests.conftest import App
from tests.journeys.contract import Json, granted, paths, refused, take, to_mediation
from tests.people import file_dispute

TERMS = [{"who": "物业", "what": "修好漏水", "due_on": "2026-12-10"}]
REST = "2025-03-01,2025-03-08,甲,乙,cloud,people"
NOT = {"reason_code": "no_consensus", "routes": ["向人民法院起诉"]}


async def mediated(people: PeopleAtWork, outcome: str | None, **start: Any) -> Json:
    filed = await file_dispute(await people.resident())
    mediator = await to_mediation(people, filed["id"], **start)
    if outcome == "unsigned":
        await take(mediator, filed["id"], "reach_agreement", form="written", summary="说好了", terms=TERMS)
        await take(mediator, filed["id"], "confirm_fulfilment")
    elif outcome == "agreed":
        await take(mediator, filed["id"], "reach_agreement", form="oral", summary="说好了", terms=TERMS)
    elif outcome == "not_agreed":
        await take(mediator, filed["id"], "end_without_agreement", **NOT)
    return filed


async def assisting(filed: Json, code: str, status: MemberStatus) -> None:
    organization = await Organization.get(code=code)
    _ = await CaseMember.create(
        dispute_id=filed["id"], kind=MemberKind.ASSISTING, status=status, organization_id=organization.id,
        invited_by_id=organization.id, invited_at=START, answered_at=None if status == "invited" else START,
    )  # fmt: skip


async def test_counts_by_mode_lead_and_assisted(people: PeopleAtWork, clock: TravellingClock) -> None:
    park = str((await Organization.get(code="demo-park")).id)
    joint = await mediated(people, "agreed", mode="joint")
    await mediated(people, "not_agreed")
    await mediated(people, None, mode="cloud")
    await mediated(people, "agreed", mode="commercial", organization_id=park)
    for code, status in (
        ("demo-street", MemberStatus.ACCEPTED),
        ("demo-community", MemberStatus.ENDED),
        ("demo-park", MemberStatus.DECLINED),
    ):
        await assisting(joint, code, status)
    supervisor, director = await people.staff("supervisor"), await people.staff("director")
    figures = granted(await supervisor.get("/statistics/mediation"))
    total = figures["total"]
    assert (total["started"], total["settled"], total["failed"]) == (4, 2, 1)
    assert total["success"] == {"numerator": 2, "denominator": 3, "rate": 0.6667}
    assert {row["code"]: (row["started"], row["settled"]) for row in total["by_mode"]} == {
        "ordinary": (1, 0), "joint": (1, 1), "cloud": (1, 0), "commercial": (1, 1)}  # fmt: skip
    assert {row["code"]: row["started"] for row in total["by_track"]} == {"people": 3, "commercial": 1}
    assert total["by_mode"][0]["success"] == {"numerator": 0, "denominator": 1, "rate": 0.0}
    parts = figures["parts"]
    assert (parts["lead"], parts["assisted"], parts["cases_with_assistance"]) == (4, 2, 1)
    by_name = {row["organization"]: (row["lead"], row["assisted"]) for row in parts["by_organization"]}
    assert by_name["陆城街道党工委"] == (0, 1)
    assert by_name["猇亭工业园区民商事调解中心"] == (1, 0), "it declined the other one"
    assert set(figures["definitions"]) >= {"started", "settled", "success", "lead", "assisted", "attendance"}

    # Reopened and lost later: November keeps what it had, December has its own.
    clock.advance(days=20)
    director = await people.staff("director")
    await take(director, joint["id"], "reopen", reason="又有争议")
    await take(await people.staff("mediator"), joint["id"], "end_without_agreement", **NOT)
    november = granted(await director.get("/statistics/mediation", **{"from": "2026-11-01", "to": "2026-11-30"}))
    assert november["total"] == total
    december = granted(await director.get("/statistics/mediation", **{"from": "2026-12-01"}))
    assert (december["total"]["started"], december["total"]["failed"]) == (0, 1)
    assert december["parts"]["lead"] == 0


async def test_every_way_out_is_in_the_denominator(people: PeopleAtWork, app: App, clock: TravellingClock) -> None:
    """No withdrawal makes a success rate better, nor an agreement that nobody signed, whatever was kept of it."""
    for outcome in ("agreed", "not_agreed"):
        await mediated(people, outcome)
    filed = await mediated(people, "unsigned")
    wang = await people.resident("wang")
    granted(await wang.post(f"/disputes/{(await file_dispute(wang))['id']}/withdrawal", {"reason": "不想调了"}))
    director, supervisor = await people.staff("director"), await people.staff("supervisor")
    whole = granted(await director.get("/statistics/mediation"))
    counts = {name: whole["total"][name] for name in ("settled", "failed", "withdrawn", "lapsed")}
    assert counts == {"settled": 1, "failed": 1, "withdrawn": 1, "lapsed": 1}
    assert whole["total"]["success"] == {"numerator": 1, "denominator": 4, "rate": 0.25}
    while await keeping.follow(app.ctx.deps):
        pass
    figures = granted(await director.get("/statistics/figures"))["figures"]
    assert (figures["success_rate"]["numerator"], figures["success_rate"]["denominator"]) == (1, 4)
    behind = granted(await director.get("/statistics/cases", figure="success_rate"))["items"]
    assert {each["kind"] for each in behind} == {"settled", "failed", "withdrawn", "lapsed"}

    clock.advance(days=1)
    await take(await people.staff("director"), filed["id"], "reopen", reason="补签")
    assert granted(await (await people.staff("director")).get("/statistics/mediation"))["total"] == whole["total"]

    # Of somebody else's center no number so small that one knows whose case it is.
    town = str((await Center.get(code="C420581001")).id)
    hidden = granted(await supervisor.get("/statistics/mediation", center_id=town))
    for part in ("total", "live", "historic"):
        assert hidden[part]["suppressed"]
        assert {value for value in hidden[part].values() if not isinstance(value, (bool, list))} == {None}
        assert hidden[part]["by_mode"] == hidden[part]["by_track"] == []
    assert hidden["parts"] is None
    assert not granted(await supervisor.get("/statistics/mediation"))["total"]["suppressed"]


async def test_earlier_cases_are_counted_apart_and_together(people: PeopleAtWork, settings: Settings) -> None:
    """Yichang's cloud mediation: over 1,300 cases since 2025, more than 98 % settled."""
    head = "external_number,center_code,category,status,filed_on,ended_on,applicant,respondent,mode,track"
    lines = [
        f"W{number},C420581001,property,{'agreed' if number % 60 else 'not_agreed'},{REST}" for number in range(1, 1322)
    ]
    lines += [f"U{number},C420581001,property,closed,{REST}" for number in range(2)]
    lines += [f"V1,C420581001,property,withdrawn,{REST}"]
    await case_files.bring_in(settings, "\n".join([head, *lines]).encode(), dry_run=False)
    await mediated(people, "agreed", mode="cloud")
    director = await people.staff("director")
    figures = granted(await director.get("/statistics/mediation", **{"from": "2025-01-01"}))
    past, live, total = figures["historic"], figures["live"], figures["total"]
    assert (past["started"], past["settled"], past["failed"]) == (1323, 1299, 22)
    assert past["success"]["rate"] > 0.98
    assert (live["started"], live["settled"]) == (1, 1)
    (cloud,) = total["by_mode"]
    assert (cloud["code"], cloud["started"]) == ("cloud", 1324)
    assert total["success"] == {"numerator": 1300, "denominator": 1323, "rate": 0.9826}, "one withdrew"
    later = granted(await director.get("/statistics/mediation", **{"from": "2025-03-02", "to": "2025-12-31"}))
    assert (later["historic"]["started"], later["historic"]["settled"]) == (0, 1299)


async def test_organizations_and_their_attendance(people: PeopleAtWork, clock: TravellingClock) -> None:
    admin, supervisor = await people.staff("admin"), await people.staff("supervisor")
    before = granted(await supervisor.get("/statistics/mediation"))["organizations"]
    town, county = await Center.get(code="C420581001"), await Center.get(code="C420581")
    street, park = await Organization.get(code="demo-street"), await Organization.get(code="demo-park")
    for center, body in ((town, street), (county, street), (town, park)):
        days = {"kind": "rotating", "weekdays": ["tuesday", "thursday"]}
        granted(await admin.put(f"/centers/{center.id}/organizations/{body.id}", days))
    clerk = await people.staff("clerk")
    granted(await clerk.post(f"/centers/{town.id}/attendance", {"organization_id": str(street.id)}), 201)
    clock.advance(days=2)
    supervisor, director = await people.staff("supervisor"), await people.staff("director")
    figures = granted(await supervisor.get("/statistics/mediation"))
    found = figures["organizations"]
    assert (before["resident"], found["resident"], found["total"]) == (0, 2, before["total"])
    assert found["by_level"] == [{"level": "county", "resident": 1}, {"level": "township", "resident": 2}]
    kinds = {row["code"]: row for row in found["by_kind"]}
    assert kinds["public_body"] == {"code": "public_body", "title": "党委、社区、部门", "total": 2, "resident": 1}
    groups = {row["code"]: (row["total"], row["resident"]) for row in found["by_group"]}
    assert groups["commercial"] == (1, 1)
    assert figures["attendance"] == {"planned": 6, "attended": 1, "rate": 0.1667}
    own = granted(await director.get("/statistics/mediation"))
    assert own["attendance"] == {"planned": 4, "attended": 1, "rate": 0.25}
    assert (own["organizations"]["resident"], own["organizations"]["total"]) == (2, 3), "with its own committee"
    chosen = granted(await supervisor.get("/statistics/mediation", center_id=str(county.id)))
    assert chosen["organizations"]["resident"] == 1


async def test_the_citys_organizations_come_from_a_file(people: PeopleAtWork, settings: Settings) -> None:
    """Yichang: 164 specialized and professional organizations, 76 of them resident at county level."""
    kinds = ("specialised_committee", "professional_organization")
    lines = [
        f"Y{number},{kinds[number % 2]},第{number}调解组织,{'C420581 常驻' if number <= 76 else '无'}"
        for number in range(1, 165)
    ]
    lines[0] = lines[0].replace("C420581 常驻", "C420581 常驻; C420505 随叫随到")
    content = "\n".join(["code,kind,name,residencies", *lines]).encode()
    await organization_files.bring_in(settings.database_url.get_secret_value(), content, dry_run=False)
    figures = granted(await (await people.staff("supervisor")).get("/statistics/mediation"))["organizations"]
    groups = {row["code"]: (row["total"], row["resident"]) for row in figures["by_group"]}
    assert groups["specialised"] == (164, 76)
    assert figures["by_level"] == [{"level": "county", "resident": 76}]


async def test_who_reads_which_figures(people: PeopleAtWork) -> None:
    other = str((await Center.get(code="C420505")).id)
    for username in ("clerk", "mediator", "admin"):
        refused(await (await people.staff(username)).get("/statistics/mediation"), 403, "role_not_allowed")
    refused(await (await people.staff("park")).get("/statistics/mediation"), 404)
    refused(await (await people.staff("director")).get("/statistics/mediation", center_id=other), 404)
    supervisor = await people.staff("supervisor")
    refused(await supervisor.get("/statistics/mediation", center_id=str(UUID(int=0))), 404)
    for days, where in (
        ({"from": "2026-11-20", "to": "2026-11-01"}, {"to"}),
        ({"from": "2010-01-01"}, {"to"}),
        ({"from": "1999-01-01", "to": "2026-11-25"}, {"from", "to"}),
        ({"from": "soon"}, {"from"}),
    ):
        assert paths(await supervisor.get("/statistics/mediation", **days)) == where
