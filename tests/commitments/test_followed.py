"""Scenarios 1 and 3 from the agreement to the end: what was promised is kept, and one sees it."""

from datetime import datetime, timedelta

from backend.core.clock import SHANGHAI
from tests.casework.staff import PeopleAtWork
from tests.clock import TravellingClock
from tests.commitments.test_indicators import reading
from tests.journeys.contract import Json, granted, take
from tests.mediation.compound import PROPERTY, compound
from tests.mediation.test_assemblies import MEETING
from tests.mediation.test_commercial import APPLICANT, RESPONDENT, set_scene

STANDARDS = [f"服务标准{n}" for n in range(1, 13)]
MATTERS = ("停车秩序", "垃圾分类", "楼道照明", "消防通道", "门禁更换")


async def test_twelve_standards_three_meetings_five_matters_forty_points(
    people: PeopleAtWork, clock: TravellingClock
) -> None:
    case = await compound(people, clock)
    mediator, clerk = case.mediator, case.staff["clerk"]
    rate = {"name": "物业费收缴率", "unit": "percent", "baseline": 45, "baseline_on": "2026-11-24", "target": 80}
    (rate,) = granted(await mediator.post(f"{case.path}/indicators", rate), 201)["items"]
    terms = [{"who": PROPERTY, "what": each, "due_on": "2027-06-30", "kind": "standard"} for each in STANDARDS]
    await take(mediator, case.id, "reach_agreement", form="oral", summary="执行十二项服务标准", terms=terms)

    meetings = granted(await mediator.post(f"{case.path}/assemblies", MEETING | {"every_weeks": 2, "times": 3}), 201)
    for title in MATTERS:
        matter = {"title": title, "owner_kind": "center", "due_on": "2027-01-15"}
        granted(await mediator.post(f"{case.path}/matters", matter), 201)
    for meeting in meetings["items"]:
        clock.set(datetime.fromisoformat(meeting["starts_at"]) + timedelta(hours=2))
        path = f"{case.path}/assemblies/{meeting['id']}/held"
        granted(await mediator.post(path, {"minutes": "通报进展。"}))
    for matter in granted(await mediator.get(f"{case.path}/matters"))["items"]:
        granted(await mediator.post(f"{case.path}/matters/{matter['id']}/solution", {"proof": "验收单"}))
    today = clock.now().astimezone(SHANGHAI).date().isoformat()
    for standard in granted(await mediator.get(f"{case.path}/commitments"))["items"]:
        checked = {"done_on": today, "met": True, "text": "现场查看，达标"}
        granted(await clerk.post(f"{case.path}/commitments/{standard['id']}/checks", checked), 201)
    granted(await clerk.post(f"{case.path}/indicators/{rate['id']}/readings", reading(85, today)), 201)

    found = granted(await case.staff["supervisor"].get(f"{case.path}/follow-up"))
    assert found["commitments"]["standards"] == {"total": 12, "checked": 12, "met": 12}
    assert (found["meetings_held"], found["matters_solved"], found["matters_open"]) == (3, 5, 0)
    (rate,) = found["indicators"]
    assert (rate["change"], rate["change_text"], rate["is_reached"]) == (40.0, "+40个百分点", True)
    await take(mediator, case.id, "confirm_fulfilment", note="十二项标准连续达标")
    found = granted(await mediator.get(f"{case.path}/follow-up"))
    assert found["commitments"]["days"][-1]["fulfilled"] == 12
    drawn = (await mediator.get(f"{case.path}/follow-up/chart.svg")).text
    assert "召开共商会3次，解决议定事项5件" in drawn
    assert "物业费收缴率基准45%，现为85%，+40个百分点" in drawn


async def test_claimed_agreed_recovered(people: PeopleAtWork, clock: TravellingClock) -> None:
    scene, mediator = await set_scene(people), await people.staff("xiaoting-mediator")
    await take(mediator, scene.case["id"], "start_mediation", mode="commercial")
    first: Json = {"who": RESPONDENT["name"], "what": "付第一期货款", "due_on": "2026-12-04", "amount_fen": 12_000_000}
    second = first | {"what": "付第二期货款", "due_on": "2026-12-18", "amount_fen": 8_000_000}
    orders = {"who": APPLICANT["name"], "what": "按月下单", "due_on": "2026-12-18"}
    summary = {"form": "oral", "summary": "货款分两期付清，继续合作", "terms": [first, second, orders]}
    await take(mediator, scene.case["id"], "reach_agreement", **summary)
    one, two, orders = granted(await scene.respondent.get(f"{scene.path}/commitments"))["items"]
    clock.advance(days=10)
    paid = {"amount_fen": 12_000_000, "done_on": clock.now().date().isoformat(), "text": "已转账"}
    reports = f"{scene.path}/commitments/{one['id']}/reports"
    told = granted(await scene.respondent.post(reports, paid), 201)["reports"][0]
    assert granted(await mediator.get(f"{scene.path}/recoveries"))["recovered_fen"] == 0
    granted(await scene.applicant.post(f"{reports}/{told['id']}/answer", {"answer": "confirmed"}))
    granted(await scene.applicant.post(f"{scene.path}/commitments/{two['id']}/reports",
                                       paid | {"amount_fen": 3_000_000}), 201)  # fmt: skip
    coming = {"amount_fen": 5_000_000, "received_on": paid["done_on"]}
    granted(await mediator.post(f"{scene.path}/recoveries", coming), 201)
    done = {"done_on": paid["done_on"], "completes": True, "text": "首月订单已下"}
    granted(await mediator.post(f"{scene.path}/commitments/{orders['id']}/reports", done), 201)
    seen = granted(await scene.applicant.get(f"{scene.path}/amounts"))
    assert (seen["claimed_fen"], seen["agreed_fen"], seen["recovered_fen"]) == (30_000_000, 20_000_000, 20_000_000)
    listed = granted(await scene.respondent.get(f"{scene.path}/commitments"))
    assert (listed["fulfilled"], listed["open"], listed["confirmed_fen"]) == (3, 0, 20_000_000)
    await take(mediator, scene.case["id"], "confirm_fulfilment", note="款项两清")
    assert granted(await mediator.get(f"{scene.path}/recoveries"))["recovered_fen"] == 20_000_000
