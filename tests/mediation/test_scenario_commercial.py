"""Scenario 3, 商事调解 in 猇亭区: two companies, an institution of the park, experts, money that comes back."""

import sys
from datetime import timedelta

from tests.agreements import continuing
from tests.casework.staff import PeopleAtWork
from tests.clock import TravellingClock
from tests.conftest import App
from tests.history import whole
from tests.journeys.contract import Json, granted, take
from tests.mediation.test_commercial import park, publish, set_scene
from tests.people import Person

EXPERTS = {"law": "law", "economics": "economics", "management": "management"}


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


async def test_from_the_quarrel_to_the_money(app: App, people: PeopleAtWork, clock: TravellingClock) -> None:
    institution, schedule = str((await park()).id), await publish(people, clock)
    scene = await set_scene(people)
    mediator, director = await people.staff("xiaoting-mediator"), await people.staff("xiaoting-director")
    both = (scene.applicant, scene.respondent)
    experts = {field: await people.staff(f"expert-{name}") for field, name in EXPERTS.items()}

    page = granted(await mediator.post(f"{scene.path}/commercial", {"organization_id": institution}))
    promise = {"version": page["undertaking"]["version"]}
    for person in both:
        granted(await person.post(f"{scene.path}/fee-acceptance", {"schedule_id": schedule["id"]}))
    for person in (*both, mediator):
        assert (await person.post(f"{scene.path}/undertaking", promise)).status_code == 204
    clock.advance(days=1)
    case = await take(mediator, scene.case["id"], "start_mediation", mode="commercial")
    assert case["organization"]["id"] == institution

    body: Json = {
        "seats": 3,
        "choose_by": (clock.now() + timedelta(days=2)).date().isoformat(),
        "candidates": [{"expert_id": person.id, "field": field} for field, person in experts.items()],
    }
    granted(await mediator.post(f"{scene.path}/panel", body), 201)
    liked = [person.id for person in experts.values()]
    for person, chosen in zip(both, (liked, liked[::-1]), strict=True):
        granted(await person.post(f"{scene.path}/panel/choices", {"chosen": chosen}))
    formed = granted(await mediator.post(f"{scene.path}/panel/formation"))
    assert [each["status"] for each in formed["candidates"]] == ["invited"] * 3
    clock.advance(days=2)
    for person in experts.values():
        seat = granted(await person.get(f"{scene.path}/panel/seat"))
        answer = {"accept": True, "no_conflict": True, "undertaking_version": seat["undertaking_version"]}
        assert granted(await person.post(f"{scene.path}/panel/seat", answer))["status"] == "accepted"

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
    await _signed(mediator, scene.path, clock)
    paying = {"amount_fen": 12_000_000, "received_on": clock.now().date().isoformat()}
    amounts = granted(await director.post(f"{scene.path}/recoveries", paying), 201)
    assert (amounts["claimed_fen"], amounts["agreed_fen"], amounts["recovered_fen"]) == (
        30_000_000,
        20_000_000,
        12_000_000,
    )
    timeline = granted(await scene.respondent.get(f"{scene.path}/timeline", limit=100))["items"]
    for entry in timeline:
        sys.stdout.write(f"{entry['at']} {entry['title']} {entry['text']}\n")
    kinds = [entry["kind"] for entry in timeline]
    assert kinds.count("panelist_accepted") == 3
    assert [kind for kind in kinds if kind in {"institution_named", "mediation_started", "agreed", "recovered"}] == [
        "institution_named",
        "mediation_started",
        "agreed",
        "recovered",
    ]
    assert "panel_chosen" not in kinds, "whom the other side liked stays with the other side"
    assert await whole.flaws(app) == []
