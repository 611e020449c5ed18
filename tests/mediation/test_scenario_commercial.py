"""Scenario 3, 商事调解 in 猇亭区: two companies, an institution of the park, a team of 15, money that comes back; and
what the team does for the district's companies between quarrels."""

import sys
from collections import Counter
from datetime import timedelta

from backend import case_files, enterprise_files
from config.settings import Settings
from tests.agreements import continuing
from tests.casework.staff import PeopleAtWork
from tests.clock import TravellingClock
from tests.conftest import App
from tests.enterprises.scene import credit_code
from tests.enterprises.test_import_command import HEAD, line
from tests.history import whole
from tests.journeys.contract import Json, granted, take
from tests.mediation.test_commercial import APPLICANT, RESPONDENT, Scene, park, publish, set_scene
from tests.people import Person

FIELDS = ("law", "economics", "management")
TEAM = 15


async def the_team(people: PeopleAtWork) -> dict[str, Person]:
    """Three of demo's, twelve more by the administrator: five of each field. Who answers later, by field."""
    admin, park_id = await people.staff("admin"), str((await park()).id)
    for number in range(TEAM - len(FIELDS)):
        who = {"username": f"team-{number}", "name": f"专家{number}号", "role": "expert", "organization_id": park_id}
        granted(await admin.post("/users", who | {"expertise": [FIELDS[number % 3]]}), 201)
    return {field: await people.staff(f"expert-{field}") for field in FIELDS}


async def a_panel_sits(scene: Scene, clock: TravellingClock, team: list[Json], experts: dict[str, Person]) -> None:
    """Of the whole team both sides choose the same three."""
    mediator = await scene.people.staff("xiaoting-mediator")
    body: Json = {
        "seats": 3,
        "choose_by": (clock.now() + timedelta(days=2)).date().isoformat(),
        "candidates": [{"expert_id": each["id"], "field": each["expertise"][0]} for each in team],
    }
    granted(await mediator.post(f"{scene.path}/panel", body), 201)
    liked = [person.id for person in experts.values()]
    for person, chosen in zip((scene.applicant, scene.respondent), (liked, liked[::-1]), strict=True):
        granted(await person.post(f"{scene.path}/panel/choices", {"chosen": chosen}))
    formed = granted(await mediator.post(f"{scene.path}/panel/formation"))
    assert Counter(each["status"] for each in formed["candidates"]) == {"invited": 3, None: TEAM - 3}
    clock.advance(days=2)
    for person in experts.values():
        seat = granted(await person.get(f"{scene.path}/panel/seat"))
        answer = {"accept": True, "no_conflict": True, "undertaking_version": seat["undertaking_version"]}
        assert granted(await person.post(f"{scene.path}/panel/seat", answer))["status"] == "accepted"


async def _signed(mediator: Person, path: str, clock: TravellingClock) -> None:
    found = {
        "facts": "双方三年来买卖包装，货款三十万元到期未付。",
        "issues": "欠款数额和付款时间；买方承担付款责任。",
        "manner": "银行转账，按月对账",
        "deadline": "2027-06-30",
    }
    fixed = await continuing.fixed_text(mediator, path, **found)
    signed = await continuing.signed_at_the_center(mediator, path, fixed, clock)
    assert (signed["status"], signed["total_fen"]) == ("effective", 20_000_000)


async def _figures(director: Person) -> Json:
    (mode,) = granted(await director.get("/statistics/mediation"))["total"]["by_mode"]
    return {name: mode[name] for name in ("settled", "claimed_fen", "agreed_fen", "recovered_fen")}


async def _nothing_counts_yet(director: Person) -> None:
    """Agreed, but not signed."""
    counted = {"settled": 0, "claimed_fen": 30_000_000, "agreed_fen": 0, "recovered_fen": 0}
    assert await _figures(director) == counted


async def _the_money_comes(scene: Scene, mediator: Person, clock: TravellingClock) -> None:
    """The first instalment as the debtor reports it; the second in parts that the creditor and the center write
    down."""
    first, second, orders = granted(await scene.respondent.get(f"{scene.path}/commitments"))["items"]
    clock.advance(days=10)
    paid: Json = {"amount_fen": 12_000_000, "done_on": clock.now().date().isoformat(), "text": "已转账"}
    reports = f"{scene.path}/commitments/{first['id']}/reports"
    told = granted(await scene.respondent.post(reports, paid), 201)["reports"][0]
    assert granted(await mediator.get(f"{scene.path}/recoveries"))["recovered_fen"] == 0, "nobody has confirmed it"
    granted(await scene.applicant.post(f"{reports}/{told['id']}/answer", {"answer": "confirmed"}))
    part, rest = paid | {"amount_fen": 3_000_000}, {"amount_fen": 5_000_000, "received_on": paid["done_on"]}
    granted(await scene.applicant.post(f"{scene.path}/commitments/{second['id']}/reports", part), 201)
    granted(await mediator.post(f"{scene.path}/recoveries", rest), 201)
    done = {"done_on": paid["done_on"], "completes": True, "text": "首月订单已下"}
    granted(await mediator.post(f"{scene.path}/commitments/{orders['id']}/reports", done), 201)


async def _kept_and_counted(scene: Scene, mediator: Person, director: Person) -> None:
    listed = granted(await scene.respondent.get(f"{scene.path}/commitments"))
    assert (listed["fulfilled"], listed["open"], listed["confirmed_fen"]) == (3, 0, 20_000_000)
    await take(mediator, scene.case["id"], "confirm_fulfilment", note="款项两清")
    await take(director, scene.case["id"], "close")
    seen = granted(await scene.applicant.get(f"{scene.path}/amounts"))
    assert (seen["claimed_fen"], seen["agreed_fen"], seen["recovered_fen"], seen["awaits_signatures"]) == (
        30_000_000, 20_000_000, 20_000_000, False
    )  # fmt: skip
    counted = {"settled": 1, "claimed_fen": 30_000_000, "agreed_fen": 20_000_000, "recovered_fen": 20_000_000}
    assert await _figures(director) == counted


async def test_from_the_quarrel_to_the_money(app: App, people: PeopleAtWork, clock: TravellingClock) -> None:
    institution, schedule = str((await park()).id), await publish(people, clock)
    companies = {"applicant": APPLICANT | {"credit_code": credit_code(1)},
                 "respondents": [RESPONDENT | {"credit_code": credit_code(2)}]}  # fmt: skip
    scene = await set_scene(people, **companies)
    mediator, director = await people.staff("xiaoting-mediator"), await people.staff("xiaoting-director")
    both = (scene.applicant, scene.respondent)
    experts = await the_team(people)
    team = granted(await mediator.get("/experts", limit=100))["items"]
    assert len(team) == TEAM
    assert Counter(field for each in team for field in each["expertise"]) == dict.fromkeys(FIELDS, 5)

    page = granted(await mediator.post(f"{scene.path}/commercial", {"organization_id": institution}))
    assert [each["lacks_credit_code"] for each in page["parties"]] == [False, False]
    promise = {"version": page["undertaking"]["version"]}
    for person in both:
        granted(await person.post(f"{scene.path}/fee-acceptance", {"schedule_id": schedule["id"]}))
    for person in (*both, mediator):
        assert (await person.post(f"{scene.path}/undertaking", promise)).status_code == 204
    clock.advance(days=1)
    case = await take(mediator, scene.case["id"], "start_mediation", mode="commercial")
    assert case["organization"]["id"] == institution

    await a_panel_sits(scene, clock, team, experts)
    held = {"held_at": clock.now().isoformat(), "summary": "专家组到场，双方对账，就分期付款和继续合作达成一致。"}
    await take(mediator, scene.case["id"], "record_session", **held)
    clock.advance(days=4)
    terms = [
        {"who": "宜昌某某包装有限公司", "what": "付第一期货款", "due_on": "2027-01-10", "amount_fen": 12_000_000},
        {"who": "宜昌某某包装有限公司", "what": "付第二期货款", "due_on": "2027-03-10", "amount_fen": 8_000_000},
        {"who": "宜昌某某食品有限公司", "what": "按月下单不少于一万件", "due_on": "2027-06-30"},
    ]
    summary = {"form": "written", "summary": "货款分两期付清，继续合作", "terms": terms}
    case = await take(mediator, scene.case["id"], "reach_agreement", **summary)
    assert case["status"] == "agreed"
    await _nothing_counts_yet(director)
    await _signed(mediator, scene.path, clock)
    await _the_money_comes(scene, mediator, clock)
    await _kept_and_counted(scene, mediator, director)
    timeline = granted(await scene.respondent.get(f"{scene.path}/timeline", limit=100))["items"]
    for entry in timeline:
        sys.stdout.write(f"{entry['at']} {entry['title']} {entry['text']}\n")
    kinds = [entry["kind"] for entry in timeline]
    assert kinds.count("panelist_accepted") == 3
    told = ("institution_named", "mediation_started", "agreed", "agreement_effective", "commitment_paid", "recovered",
            "fulfilled", "closed")  # fmt: skip
    assert [kind for kind in dict.fromkeys(kinds) if kind in told] == list(told)
    assert "panel_chosen" not in kinds, "whom the other side liked stays with the other side"
    assert await whole.flaws(app) == []


PAST = "external_number,center_code,category,status,filed_on,ended_on,applicant,respondent,mode,track,recovered_yuan\n"
FINDING = {"risk": "contract", "text": "没有书面合同", "advice": "补签并统一范本", "follow_up_on": "2026-11-20"}


async def test_a_year_of_disputes(people: PeopleAtWork, clock: TravellingClock, settings: Settings) -> None:
    """200 and more, with over 30 million yuan recovered: from the files of before."""
    rest = "2026-03-01,2026-04-01,甲公司,乙公司,commercial,commercial"
    past = [f"S{number},C420505,commercial,{'fulfilled' if number % 70 else 'not_agreed'},{rest},"
            f"{150_000 if number % 70 else ''}" for number in range(1, 211)]  # fmt: skip
    await case_files.bring_in(settings, (PAST + "\n".join(past)).encode(), dry_run=False)
    (mode,) = granted(await (await people.staff("xiaoting-director")).get("/statistics/mediation"))["total"]["by_mode"]
    assert (mode["code"], mode["started"], mode["settled"]) == ("commercial", 210, 207)
    assert mode["recovered_fen"] == 207 * 15_000_000 > 30_000_000_00


async def test_a_year_of_service(people: PeopleAtWork, clock: TravellingClock, settings: Settings) -> None:
    """214 larger companies with 30,000 workers; more than 50 are visited, taught, screened, advised by a plan."""
    roster = [line(number, workers="140" if number > 40 else "141") for number in range(1, 215)]
    await enterprise_files.bring_in(settings, "\n".join([HEAD, *roster]).encode(), dry_run=False)
    team = await people.staff("park")
    ids = [each["id"] for each in granted(await team.get("/enterprises", limit=100))["items"]]
    for enterprise_id in ids[:30]:
        visit = {"on": "2026-09-10", "summary": "按计划走访，了解合同和用工情况。"}
        granted(await team.post(f"/enterprises/{enterprise_id}/visits", visit), 201)
    talk = {"on": "2026-10-15", "topic": "合同风险防范", "participants": 60, "enterprise_ids": ids[25:50]}
    granted(await team.post("/law-talks", talk), 201)
    for enterprise_id in ids[48:52]:
        screening = {"on": "2026-10-20", "findings": [FINDING]}
        granted(await team.post(f"/enterprises/{enterprise_id}/screenings", screening), 201)
    followed = {"on": "2026-11-20", "text": "范本已启用", "is_done": True}
    finding = granted(await team.get("/enterprise-findings"))["items"][0]
    granted(await team.post(f"/enterprise-findings/{finding['id']}/follow-ups", followed), 201)
    plan = {"quarter": "2026Q4", "items": [{"text": text, "due_on": "2026-12-20"} for text in ("合同范本", "培训法务")]}
    planned = granted(await team.post(f"/enterprises/{ids[0]}/plans", plan), 201)["plans"][0]
    done = {"on": "2026-11-20", "outcome": "十二份范本已交付"}
    granted(await team.post(f"/enterprise-plan-items/{planned['items'][0]['id']}/completion", done))

    service = granted(await (await people.staff("supervisor")).get("/statistics/enterprises"))
    assert (service["roster"]["enterprises"], service["roster"]["workers"]) == (214, 30_000)
    assert service["period"] == service["cumulative"] == {
        "companies": 52, "visits": 30, "talks": 1, "participants": 60, "screenings": 4, "findings_opened": 4,
        "findings_closed": 1, "plans": 1, "plan_items_done": 1}  # fmt: skip
    assert service["by_quarter"] == [{"quarter": "2026Q4", "plans": 1, "items": 2, "items_done": 1}]
    assert service["findings_open"] == 3
