"""商事调解 between two companies in 猇亭: the institution and its price, silence, what came back."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.mediation.fees import FeeLine, Tier, price
from models import FeeSchedule, Organization
from tests.casework.staff import PeopleAtWork
from tests.clock import TravellingClock
from tests.journeys.contract import Json, granted, paths, refused, take
from tests.people import Person, file_dispute

XIAOTING = {"lon": 111.4346, "lat": 30.5309, "crs": "gcj02", "address": "猇亭区先锋路"}
APPLICANT = {"kind": "organization", "name": "宜昌某某食品有限公司", "phone": "13872560001"}
RESPONDENT = {"kind": "organization", "name": "宜昌某某包装有限公司", "phone": "13900000004"}
LINES = [
    {"name": "受理费", "amount_fen": 50_000, "borne_by": "applicant"},
    {"name": "调解费", "tiers": [{"up_to_fen": 10_000_000, "rate_bp": 100}, {"rate_bp": 50}], "most_fen": 5_000_000},
]


class Scene:
    """Accepted and assigned at the center of 猇亭区, both companies on their phones."""

    def __init__(self, people: PeopleAtWork, case: Json, applicant: Person, respondent: Person) -> None:
        self.people, self.case, self.applicant, self.respondent = people, case, applicant, respondent
        self.path = f"/disputes/{case['id']}"

    async def experts(self) -> dict[str, Person]:
        return {name: await self.people.staff(f"expert-{name}") for name in ("law", "economics", "management")}


async def park() -> Organization:
    return await Organization.get(name="猇亭工业园区民商事调解中心")


async def set_scene(people: PeopleAtWork, **overrides: Any) -> Scene:
    filer = await people.resident("food")
    body = {"category": "commercial", "location": XIAOTING, "amount_fen": 30_000_000, "applicant": APPLICANT,
            "respondents": [RESPONDENT]} | overrides  # fmt: skip
    filed = await file_dispute(filer, **body)
    clerk, mediator = await people.staff("xiaoting-clerk"), await people.staff("xiaoting-mediator")
    await take(clerk, filed["id"], "accept")
    case = await take(clerk, filed["id"], "assign", mediator_id=mediator.id)
    other = await people.resident("package")
    granted(await other.post("/me/phone", {"code": f"phone-13900000004-{uuid4().hex}"}))
    party_id = next(each["id"] for each in case["parties"] if each["side"] == "respondent")
    asked = granted(await clerk.post(f"/disputes/{filed['id']}/parties/{party_id}/invitations"), 201)
    joining = {"token": asked["token"], "name": RESPONDENT["name"]}
    granted(await other.post("/invitations/acceptance", joining), 201)
    return Scene(people, case, filer, other)


async def publish(people: PeopleAtWork, clock: TravellingClock, **more: Any) -> Json:
    body = {"effective_from": clock.now().date().isoformat(), "lines": LINES} | more
    path = f"/organizations/{(await park()).id}/fee-schedules"
    return granted(await (await people.staff("park")).post(path, body), 201)


async def test_the_price_is_accepted_by_everybody_before_the_start(
    people: PeopleAtWork, clock: TravellingClock
) -> None:
    scene, mediator = await set_scene(people), await people.staff("xiaoting-mediator")
    schedule, institution = await publish(people, clock), str((await park()).id)
    refused(await scene.applicant.get(f"{scene.path}/commercial"), 404)
    named = granted(await mediator.post(f"{scene.path}/commercial", {"organization_id": institution}))
    assert named["fees"]["total_fen"] == 50_000 + 100_000 + 100_000
    assert [line["fees_accepted_at"] for line in named["parties"]] == [None, None]
    assert named["parties"][0]["lacks_credit_code"]

    start = {"version": scene.case["version"], "mode": "commercial"}
    refused(await mediator.post(f"{scene.path}/actions/start_mediation", start), 409, "fees_not_accepted")
    wrong = await scene.applicant.post(f"{scene.path}/fee-acceptance", {"schedule_id": str(uuid4())})
    assert paths(wrong) == {"schedule_id"}
    accepting = {"schedule_id": schedule["id"]}
    for _ in range(2):
        page = granted(await scene.applicant.post(f"{scene.path}/fee-acceptance", accepting))
        assert page["fees"]["is_accepted"]
        assert len(page["parties"]) == 1, "the other side's answer is the other side's"
    refused(await mediator.post(f"{scene.path}/actions/start_mediation", start), 409, "fees_not_accepted")
    respondent = next(each["id"] for each in scene.case["parties"] if each["side"] == "respondent")
    granted(await mediator.post(f"{scene.path}/parties/{respondent}/fee-acceptance"))
    case = await take(mediator, scene.case["id"], "start_mediation", mode="commercial")
    assert (case["track"], case["organization"]["id"]) == ("commercial", institution)
    other = await mediator.post(f"{scene.path}/commercial", {"organization_id": institution})
    refused(other, 409, "already_started")


async def test_a_new_price_is_accepted_anew(people: PeopleAtWork, clock: TravellingClock) -> None:
    scene, mediator = await set_scene(people), await people.staff("xiaoting-mediator")
    first, naming = await publish(people, clock), {"organization_id": str((await park()).id)}
    granted(await mediator.post(f"{scene.path}/commercial", naming))
    granted(await scene.applicant.post(f"{scene.path}/fee-acceptance", {"schedule_id": first["id"]}))
    second = await publish(people, clock, lines=LINES[:1])
    assert second["version"] == first["version"] + 1
    page = granted(await mediator.post(f"{scene.path}/commercial", naming))
    assert page["parties"][0]["fees_accepted_at"] is None
    assert paths(await scene.applicant.post(f"{scene.path}/fee-acceptance", {"schedule_id": first["id"]})) == {
        "schedule_id"
    }


async def test_free_tracks_have_no_price(people: PeopleAtWork, clock: TravellingClock) -> None:
    clerk, mediator = await people.staff("clerk"), await people.staff("mediator")
    resident, filed = await people.resident(), None
    filed = await file_dispute(resident, category="consumer")
    await take(clerk, filed["id"], "accept")
    case = await take(clerk, filed["id"], "assign", mediator_id=mediator.id)
    schedule, path = await publish(people, clock), f"/disputes/{filed['id']}"
    assert paths(await mediator.post(f"{path}/commercial", {"organization_id": str((await park()).id)})) == {
        "organization_id"
    }
    accepting = await resident.post(f"{path}/fee-acceptance", {"schedule_id": schedule["id"]})
    refused(accepting, 409, "free_of_charge")
    own = await Organization.get(center_id=case["center"]["id"], is_own_committee=True)
    body = {"effective_from": "2030-01-01", "lines": LINES}
    admin = await people.staff("admin")
    refused(await admin.post(f"/organizations/{own.id}/fee-schedules", body), 409, "free_of_charge")
    start = {"version": case["version"], "mode": "ordinary", "organization_id": str((await park()).id),
             "track": "commercial"}  # fmt: skip
    assert paths(await mediator.post(f"{path}/actions/start_mediation", start)) == {"track"}


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"effective_from": "2020-01-01"}, {"effective_from"}),
        ({"lines": []}, {"lines"}),
        ({"lines": [{"name": "费"}]}, {"lines.0"}),
        ({"lines": [{"name": "费", "amount_fen": -1}]}, {"lines.0.amount_fen"}),
        ({"lines": [{"name": "费", "tiers": [{"rate_bp": 1}, {"rate_bp": 2}]}]}, {"lines.0.tiers.0.up_to_fen"}),
        ({"lines": [{"name": "费", "tiers": [{"up_to_fen": 9, "rate_bp": 1}]}]}, {"lines.0.tiers.0.up_to_fen"}),
        ({"lines": [{"name": "费", "amount_fen": 1, "least_fen": 9, "most_fen": 8}]}, {"lines.0.most_fen"}),
    ],
)
async def test_bad_prices(people: PeopleAtWork, clock: TravellingClock, change: Json, wrong: set[str]) -> None:
    body = {"effective_from": clock.now().date().isoformat(), "lines": LINES} | change
    answer = await (await people.staff("park")).post(f"/organizations/{(await park()).id}/fee-schedules", body)
    assert paths(answer) == wrong


async def test_only_the_institution_and_the_administrator_set_its_price(
    people: PeopleAtWork, clock: TravellingClock
) -> None:
    path = f"/organizations/{(await park()).id}/fee-schedules"
    body = {"effective_from": clock.now().date().isoformat(), "lines": LINES}
    for username in ("street", "expert-law", "director", "supervisor"):
        refused(await (await people.staff(username)).post(path, body), 403, "role_not_allowed")
    granted(await (await people.staff("admin")).post(path, body), 201)
    assert len(granted(await (await people.resident()).get(path))["items"]) == 1, "published is published"
    refused(await (await people.resident()).get(f"/organizations/{uuid4()}/fee-schedules"), 404)
    assert await FeeSchedule.all().count() == 1


async def test_a_center_to_which_it_is_offered_only_reads(people: PeopleAtWork, clock: TravellingClock) -> None:
    scene, clerk = await set_scene(people), await people.staff("xiaoting-clerk")
    schedule, institution = await publish(people, clock), {"organization_id": str((await park()).id)}
    granted(await clerk.post(f"{scene.path}/commercial", institution))
    other = await people.staff("clerk")
    center_id = granted(await other.get("/me"))["center"]["id"]
    await take(clerk, scene.case["id"], "transfer", center_id=center_id, reason="双方都在宜都")
    assert granted(await other.get(f"{scene.path}/commercial"))["fees"]["schedule_id"] == schedule["id"]
    party = f"{scene.path}/parties/{scene.case['parties'][0]['id']}"
    for answer in (
        await other.post(f"{scene.path}/commercial", institution),
        await other.post(f"{party}/fee-acceptance"),
        await other.post(f"{party}/undertaking"),
        await other.post(f"{scene.path}/recoveries", {"amount_fen": 1, "received_on": "2026-11-24"}),
    ):
        refused(answer, 403, "role_not_allowed")
    granted(await clerk.post(f"{party}/fee-acceptance"))


async def test_the_price_goes_when_the_case_goes_another_way(people: PeopleAtWork, clock: TravellingClock) -> None:
    scene, mediator = await set_scene(people), await people.staff("xiaoting-mediator")
    schedule = await publish(people, clock)
    granted(await mediator.post(f"{scene.path}/commercial", {"organization_id": str((await park()).id)}))
    start = {"version": scene.case["version"], "mode": "commercial", "track": "people"}
    assert paths(await mediator.post(f"{scene.path}/actions/start_mediation", start)) == {"track"}
    priced = {"version": scene.case["version"], "mode": "ordinary", "fee_fen": 100}
    assert paths(await mediator.post(f"{scene.path}/actions/start_mediation", priced)) == {"fee_fen"}
    case = await take(mediator, scene.case["id"], "start_mediation", mode="ordinary")
    assert case["track"] == "people"
    assert "fee" not in str(case)
    for person in (scene.applicant, scene.respondent, mediator):
        refused(await person.get(f"{scene.path}/commercial"), 404)
    accepting = {"schedule_id": schedule["id"]}
    refused(await scene.applicant.post(f"{scene.path}/fee-acceptance", accepting), 409, "free_of_charge")


@pytest.mark.parametrize("category", ["marriage_family", "consumer", "labour", "expropriation"])
async def test_what_the_law_keeps_from_the_commercial_track(people: PeopleAtWork, category: str) -> None:
    """With all their children."""
    mediator, clerk = await people.staff("mediator"), await people.staff("clerk")
    tree = granted(await (await people.resident()).get("/categories"))["items"]
    excluded = next(each for each in tree if each["code"] == category)
    for code in (category, *[child["code"] for child in excluded["children"][:1]]):
        filed = await file_dispute(await people.resident(), category=code)
        await take(clerk, filed["id"], "accept")
        case = await take(clerk, filed["id"], "assign", mediator_id=mediator.id)
        path, institution = f"/disputes/{filed['id']}", {"organization_id": str((await park()).id)}
        assert paths(await mediator.post(f"{path}/commercial", institution)) == {"organization_id"}
        for start, wrong in (({"mode": "commercial"}, "mode"), ({"mode": "cloud", "track": "commercial"}, "track")):
            answer = await mediator.post(f"{path}/actions/start_mediation", start | {"version": case["version"]})
            assert paths(answer) == {wrong}, code
        panel = {"seats": 1, "choose_by": "2026-11-24", "candidates": [{"expert_id": mediator.id, "field": "law"}]}
        refused(await mediator.post(f"{path}/panel", panel), 409, "no_panel_now")


async def test_a_licence_that_has_run_out(people: PeopleAtWork, clock: TravellingClock) -> None:
    scene, mediator, institution = await set_scene(people), await people.staff("xiaoting-mediator"), await park()
    naming, day = {"organization_id": str(institution.id)}, clock.now().date()
    before = institution.licence_expires_on
    start = {"version": scene.case["version"], "mode": "commercial"} | naming
    try:
        await Organization.filter(id=institution.id).update(licence_expires_on=day)
        granted(await mediator.post(f"{scene.path}/commercial", naming)), "its last day is still good"
        await Organization.filter(id=institution.id).update(licence_expires_on=day - timedelta(days=1))
        assert paths(await mediator.post(f"{scene.path}/commercial", naming)) == {"organization_id"}
        assert paths(await mediator.post(f"{scene.path}/actions/start_mediation", start)) == {"organization_id"}
    finally:
        await Organization.filter(id=institution.id).update(licence_expires_on=before)


async def test_money_that_came_back(people: PeopleAtWork, clock: TravellingClock) -> None:
    scene, mediator = await set_scene(people), await people.staff("xiaoting-mediator")
    today = clock.now().date().isoformat()
    paying: Json = {"amount_fen": 10_000_000, "received_on": today, "note": "转账尾号1234"}
    refused(await mediator.post(f"{scene.path}/recoveries", paying), 409, "nothing_agreed")
    await take(mediator, scene.case["id"], "start_mediation", mode="commercial")
    terms = [{"who": "包装公司", "what": "付货款", "due_on": "2027-01-10", "amount_fen": 20_000_000}]
    await take(mediator, scene.case["id"], "reach_agreement", form="written", summary="分两次付清", terms=terms)
    future = await mediator.post(f"{scene.path}/recoveries", paying | {"received_on": "2999-01-01", "amount_fen": 0})
    assert paths(future) == {"received_on", "amount_fen"}
    after = granted(await mediator.post(f"{scene.path}/recoveries", paying), 201)
    assert (after["claimed_fen"], after["agreed_fen"], after["recovered_fen"]) == (30_000_000, 20_000_000, 10_000_000)
    above = await mediator.post(f"{scene.path}/recoveries", paying | {"amount_fen": 10_000_001})
    assert paths(above) == {"amount_fen"}
    seen = granted(await scene.respondent.get(f"{scene.path}/amounts"))
    assert (seen["recovered_fen"], seen["recoveries"][0]["note"]) == (10_000_000, None)
    mistake = after["recoveries"][0]["id"]
    voiding = {"reason": "记错了案件"}
    for _ in range(2):
        void = granted(await mediator.post(f"{scene.path}/recoveries/{mistake}/void", voiding))
        assert void["recovered_fen"] == 0
    granted(await mediator.post(f"{scene.path}/recoveries", paying | {"amount_fen": 20_000_000}), 201)


async def test_to_others_none_of_it_exists(people: PeopleAtWork, clock: TravellingClock) -> None:
    scene, mediator = await set_scene(people), await people.staff("xiaoting-mediator")
    await publish(people, clock)
    granted(await mediator.post(f"{scene.path}/commercial", {"organization_id": str((await park()).id)}))
    strangers = [
        await people.resident("nobody"),
        *[await people.staff(each) for each in ("director", "street", "park")],
    ]
    for person in strangers:
        for page in ("commercial", "panel", "amounts", "recoveries"):
            refused(await person.get(f"{scene.path}/{page}"), 404)
    supervisor = await people.staff("supervisor")
    assert granted(await supervisor.get(f"{scene.path}/commercial"))["undertaking"] is None


async def test_silence_is_promised_once_in_each_wording(people: PeopleAtWork, clock: TravellingClock) -> None:
    scene, mediator = await set_scene(people), await people.staff("xiaoting-mediator")
    granted(await mediator.post(f"{scene.path}/commercial", {"organization_id": str((await park()).id)}))
    page = granted(await scene.applicant.get(f"{scene.path}/commercial"))
    assert page["undertaking"]["given_at"] is None
    promise = {"version": page["undertaking"]["version"]}
    assert paths(await scene.applicant.post(f"{scene.path}/undertaking", {"version": "0"})) == {"version"}
    for person in (scene.applicant, scene.applicant, mediator):
        assert (await person.post(f"{scene.path}/undertaking", promise)).status_code == 204
    assert granted(await scene.applicant.get(f"{scene.path}/commercial"))["undertaking"]["given_at"]
    after = granted(await mediator.get(f"{scene.path}/commercial"))
    assert [bool(line["undertaking_at"]) for line in after["parties"]] == [True, False]
    respondent = next(each["id"] for each in scene.case["parties"] if each["side"] == "respondent")
    assert (await mediator.post(f"{scene.path}/parties/{respondent}/undertaking")).status_code == 204
    refused(await mediator.post(f"{scene.path}/parties/{uuid4()}/undertaking"), 404)


@given(
    claimed=st.integers(0, 10**12),
    tops=st.lists(st.integers(1, 10**11), min_size=1, max_size=5, unique=True).map(sorted),
    rates=st.lists(st.integers(0, 10_000), min_size=6, max_size=6),
)
def test_a_tiered_price_grows_with_the_amount(claimed: int, tops: list[int], rates: list[int]) -> None:
    tiers = tuple(Tier(up_to_fen=top, rate_bp=rate) for top, rate in zip([*tops, None], rates, strict=False))
    line = FeeLine(name="调解费", tiers=tiers)
    due, more = price(line, claimed), price(line, claimed + 10_000)
    assert due is not None
    assert more is not None
    assert 0 <= due <= more <= claimed + 10_000
    assert price(FeeLine(name="调解费", tiers=tiers, least_fen=7, most_fen=9), claimed) in (7, 8, 9)
