"""司法确认: thirty days, both together, the right court, told in time, once."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import httpx
import pytest

from backend.agreements import confirmation_sweeps
from backend.calendars.working_days import NoticeDay, WorkingCalendar
from backend.casework import court_clocks
from backend.core.clock import SHANGHAI
from models import Confirmation, DayKind, Dispute, Registration
from tests.agreements.scene import TERMS, Scene, agreed_case, in_force
from tests.casework.staff import PeopleAtWork
from tests.clock import TravellingClock
from tests.conftest import App
from tests.journeys.contract import Json, granted, paths, refused, take
from tests.people import Person

APPLIED: Json = {"ground": "organization", "court_code": "yidu", "applied_on": "2026-11-24", "applied_by": "window"}
RULED: Json = {"confirmed": True, "decided_on": "2026-11-24", "ruling": "（2026）鄂0581民特12号"}


def of(days: int, hour: int = 10) -> datetime:
    return datetime(2026, 11, 24, hour, tzinfo=SHANGHAI) + timedelta(days=days)


async def test_both_apply_and_the_court_confirms(scene: Scene) -> None:
    path = scene.path("/confirmation")
    refused(await scene.applicant.get(path), 404)
    await in_force(scene)
    seen = granted(await scene.respondent.get(path))
    assert (seen["status"], seen["last_day"], seen["days_left"]) == ("open", "2026-12-24", 30)
    assert "第30日是2026年12月24日" in seen["counted"]["text"]
    assert seen["court_level"] == "basic"
    first, *_ = seen["courts"]
    assert (first["ground"], first["court"]) == ("organization", "宜都市人民法院")

    page = granted(await scene.applicant.get(scene.path()))
    assert "confirm_jointly" in [each["action"] for each in page["actions"]]
    refused(await scene.clerk.post(f"{path}/application", APPLIED), 409, "consents_missing")
    granted(await scene.applicant.post(f"{path}/consent", {"agrees": True}))
    refused(await scene.clerk.post(f"{path}/application", APPLIED), 409, "consents_missing")
    at_window: Json = {"agrees": True, "party_id": scene.ids["respondent"]}
    both = granted(await scene.clerk.post(f"{path}/consents", at_window))
    assert [(each["agrees"], each["way"]) for each in both["consents"]] == [(True, "phone"), (True, "window")]
    granted(await scene.respondent.post(f"{path}/consent", {"agrees": False}))
    refused(await scene.clerk.post(f"{path}/application", APPLIED), 409, "consents_missing")
    granted(await scene.respondent.post(f"{path}/consent", {"agrees": True}))
    page = granted(await scene.applicant.get(scene.path()))
    assert "confirm_jointly" not in [each["action"] for each in page["actions"]]

    refused(await scene.clerk.post(f"{path}/result", RULED), 409, "confirmation_not_applied")
    applied = granted(await scene.clerk.post(f"{path}/application", APPLIED))
    assert (applied["status"], applied["court"], applied["days_left"]) == ("applied", "宜都市人民法院", None)
    refused(await scene.applicant.post(f"{path}/consent", {"agrees": False}), 409, "confirmation_closed")
    refused(await scene.clerk.post(f"{path}/application", APPLIED), 409, "confirmation_closed")
    assert paths(await scene.clerk.post(f"{path}/result", RULED | {"reason_code": "unclear"})) == {"reason_code"}
    assert paths(await scene.clerk.post(f"{path}/result", RULED | {"confirmed": False})) == {"reason_code"}
    assert paths(await scene.clerk.post(f"{path}/result", RULED | {"decided_on": "2026-11-23"})) == {"decided_on"}
    confirmed = granted(await scene.clerk.post(f"{path}/result", RULED))
    assert (confirmed["status"], confirmed["ruling"], confirmed["ways_on"]) == ("confirmed", RULED["ruling"], [])
    for person in (scene.applicant, scene.respondent):
        assert "confirmation_confirmed" in await _inbox(person)
    timeline = granted(await scene.applicant.get(scene.path("/timeline"), limit=100))["items"]
    assert [each["kind"] for each in timeline if each["kind"].startswith("confirmation")] == [
        "confirmation_opened", "confirmation_wanted", "confirmation_wanted", "confirmation_unwanted",
        "confirmation_wanted", "confirmation_applied", "confirmation_confirmed",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"court_code": "xiling"}, {"court_code"}),  # serves another county
        ({"court_code": "yichang"}, {"court_code"}),  # too high
        ({"court_code": None}, {"court_code"}),
        ({"court_name": "宜都市人民法院"}, {"court_code"}),
        ({"court_code": None, "court_name": "宜都市人民法院"}, {"court_name"}),  # of the list, by its code
        ({"ground": "inviting"}, {"court_code"}),
        ({"ground": "domicile", "court_code": None, "court_name": "南昌市中级人民法院"}, {"court_name"}),
        ({"ground": "nearest"}, {"ground"}),
        ({"applied_on": "2026-11-25"}, {"applied_on"}),
        ({"applied_on": "2026-11-23"}, {"applied_on"}),
        ({"applied_by": "pigeon", "applied_on": "x"}, {"applied_by", "applied_on"}),
    ],
)
async def test_a_court_that_has_no_say(scene: Scene, changes: Json, wrong: set[str]) -> None:
    await in_force(scene)
    answer = await scene.clerk.post(scene.path("/confirmation/application"), APPLIED | changes)
    assert {each.rpartition(".")[2] for each in paths(answer)} == wrong


async def test_the_court_that_invited(scene: Scene) -> None:
    await in_force(scene)
    _ = await Registration.create(
        dispute_id=scene.case, basis="referral", referred_by="court", referrer_name="宜都市人民法院枝城法庭",
        created_at=scene.clock.now(),
    )  # fmt: skip
    (only,) = granted(await scene.mediator.get(scene.path("/confirmation")))["courts"]
    assert (only["ground"], only["court"]) == ("inviting", "宜都市人民法院枝城法庭")
    await _both_want_it(scene)
    path, there = scene.path("/confirmation/application"), {"ground": "inviting", "court_code": None}
    assert paths(await scene.clerk.post(path, APPLIED)) == {"court_code"}, "no other ground beside it"
    for wrong in ("邀请调解的人民法院", "枝城法庭", "宜昌市中级人民法院"):
        assert paths(await scene.clerk.post(path, APPLIED | there | {"court_name": wrong})) == {"court_name"}
    named = APPLIED | there | {"court_name": only["court"]}
    assert granted(await scene.clerk.post(path, named))["court"] == only["court"]


async def test_the_court_has_its_own_days(app: App, scene: Scene) -> None:
    """Three to accept, fifteen to decide, ten more where it says so; the mediator hears once of what has passed."""
    await in_force(scene)
    await _both_want_it(scene)
    path, accepted = scene.path("/confirmation"), {"accepted_on": "2026-11-30"}
    refused(await scene.clerk.post(f"{path}/acceptance", accepted | {"accepted_on": "2026-11-24"}), 409)
    applied = granted(await scene.clerk.post(f"{path}/application", APPLIED))
    clock = applied["court_clock"]
    assert (clock["step"], clock["last_day"], clock["days_left"]) == ("acceptance", "2026-11-27", 3)
    for days, told in ((3, 0), (4, 1), (5, 0)):
        scene.clock.set(of(days, 1))
        assert await court_clocks.sweep(app.ctx.deps) == told, days
    assert _late(await scene.mediator.get(scene.path()))
    assert not _late(await (await scene.people.staff("supervisor")).get(scene.path()))
    today = granted(await scene.mediator.get("/me/today"))["agreements"]
    assert [(each["case"]["id"], each["missing"]) for each in today] == [(scene.case, ["court", "originals"])]
    scene.clock.set(of(8))
    for wrong in ("2026-11-23", "2026-12-03", "2026-13-01", None, 5):
        assert paths(await scene.clerk.post(f"{path}/acceptance", {"accepted_on": wrong})) == {"accepted_on"}
    seen = granted(await scene.clerk.post(f"{path}/acceptance", accepted))
    assert (seen["accepted_on"], seen["court_clock"]["last_day"]) == ("2026-11-30", "2026-12-15")
    longer = granted(await scene.clerk.post(f"{path}/acceptance", accepted | {"extended": True}))
    assert (longer["court_clock"]["step"], longer["court_clock"]["last_day"]) == ("decision", "2026-12-25")
    assert granted(await scene.clerk.post(f"{path}/acceptance", accepted | {"extended": True})) == longer
    scene.clock.set(of(32))
    assert [await court_clocks.sweep(app.ctx.deps) for _ in range(2)] == [1, 0]
    inbox = granted(await scene.mediator.get("/notices"))["items"]
    assert [each["kind"] for each in inbox].count("court_late") == 2
    early = RULED | {"decided_on": "2026-11-25"}
    assert paths(await scene.clerk.post(f"{path}/result", early)) == {"decided_on"}, "before it was accepted"
    done = granted(await scene.clerk.post(f"{path}/result", RULED | {"decided_on": "2026-12-26"}))
    assert (done["status"], done["court_clock"]) == ("confirmed", None)
    refused(await scene.clerk.post(f"{path}/acceptance", accepted), 409, "confirmation_not_applied")
    assert not _late(await scene.mediator.get(scene.path()))
    assert await court_clocks.sweep(app.ctx.deps) == 0


async def test_the_days_are_counted_anew_when_the_holidays_are_announced(app: App, scene: Scene) -> None:
    scene.clock.set(of(10))
    await in_force(scene)
    path, deps = scene.path("/confirmation"), app.ctx.deps
    seen = granted(await scene.applicant.get(path))
    assert (seen["last_day"], seen["counted"]["is_estimated"]) == ("2027-01-04", True)
    off = NoticeDay(date(2027, 1, 4), DayKind.OFF, "元旦")
    announced = replace(deps, calendar=WorkingCalendar((off,), frozenset({2027})))
    for _ in range(2):
        await confirmation_sweeps.sweep(announced)
    seen = granted(await scene.applicant.get(path))
    assert (seen["last_day"], seen["counted"]["is_estimated"]) == ("2027-01-05", False)
    timeline = granted(await scene.applicant.get(scene.path("/timeline"), limit=100))["items"]
    assert [each["kind"] for each in timeline].count("confirmation_recounted") == 1


async def test_patents_are_not_for_basic_courts(scene: Scene) -> None:
    _ = await Dispute.filter(id=scene.case).update(category="ip_patent")
    await in_force(scene)
    path = scene.path("/confirmation")
    seen = granted(await scene.mediator.get(path))
    assert seen["court_level"] == "intermediate"
    assert "外观设计专利" in seen["reserved_reason"]
    assert [each["court"] for each in seen["courts"][:2]] == ["宜昌市中级人民法院", "武汉市中级人民法院"]
    assert "外观设计专利可以向宜昌市中级人民法院申请" in seen["caution"]
    await _both_want_it(scene)
    assert paths(await scene.clerk.post(f"{path}/application", APPLIED)) == {"court_code"}
    there: Json = {"ground": "domicile", "court_code": None, "court_name": "南昌市东湖区人民法院"}
    assert paths(await scene.clerk.post(f"{path}/application", APPLIED | there)) == {"court_name"}
    there["court_name"] = "南昌市中级人民法院"
    assert granted(await scene.clerk.post(f"{path}/application", APPLIED | there))["court"] == there["court_name"]


async def test_a_trade_secret_may_be_for_either(scene: Scene) -> None:
    """Technical ones for the intermediate court, others for a basic one: the mediator knows which."""
    _ = await Dispute.filter(id=scene.case).update(category="ip_trade_secret")
    await in_force(scene)
    path = scene.path("/confirmation")
    seen = granted(await scene.mediator.get(path))
    assert {each["level"] for each in seen["courts"]} == {"intermediate", "basic"}
    assert "技术秘密" in seen["caution"]
    await _both_want_it(scene)
    there: Json = {"ground": "domicile", "court_code": None, "court_name": "南昌市知识产权办公室"}
    assert paths(await scene.clerk.post(f"{path}/application", APPLIED | there)) == {"court_name"}
    granted(await scene.clerk.post(f"{path}/application", APPLIED | {"court_code": "wuhan"}))
    assert (await Confirmation.get(dispute_id=scene.case)).court_level == "intermediate"


async def test_told_in_time_in_the_daytime_and_to_both(app: App, scene: Scene) -> None:
    """T−15, T−7, T−2; after an outage one message speaks for those that were missed."""
    await in_force(scene)
    for moment, told in ((of(14), 0), (of(15, 6), 0), (of(15, 9), 1), (of(16), 0), (of(28, 23), 0), (of(28, 8), 1)):
        scene.clock.set(moment)
        assert (await confirmation_sweeps.sweep(app.ctx.deps))["told"] == told, moment
        assert await confirmation_sweeps.sweep(app.ctx.deps) == {"missed": 0, "told": 0}, "once"
    for person in (scene.applicant, scene.respondent):
        inbox = granted(await person.get("/notices"))["items"]
        due = [each for each in inbox if each["kind"] == "confirmation_due"]
        assert len(due) == 2
        assert "12月24日" in due[0]["text"]
    scene.clock.set(of(30, 23))
    assert (await confirmation_sweeps.sweep(app.ctx.deps))["missed"] == 0, "the whole last day"
    scene.clock.set(of(31, 1))
    assert (await confirmation_sweeps.sweep(app.ctx.deps))["missed"] == 1
    seen = granted(await scene.clerk.get(scene.path("/confirmation")))
    assert (seen["status"], seen["days_left"], len(seen["ways_on"])) == ("missed", None, 2)
    refused(await scene.clerk.post(scene.path("/confirmation/result"), RULED), 409, "confirmation_not_applied")


async def test_nothing_is_said_of_what_lies_with_the_court(app: App, scene: Scene) -> None:
    await in_force(scene)
    await _both_want_it(scene)
    granted(await scene.clerk.post(scene.path("/confirmation/application"), APPLIED))
    for days in (15, 23, 28, 40):
        scene.clock.set(of(days))
        assert await confirmation_sweeps.sweep(app.ctx.deps) == {"missed": 0, "told": 0}


async def test_what_was_posted_in_time_is_in_time(app: App, scene: Scene) -> None:
    """Both went there by themselves: the center hears of it afterwards."""
    await in_force(scene)
    scene.clock.set(of(33))
    assert (await confirmation_sweeps.sweep(app.ctx.deps))["missed"] == 1
    path = scene.path("/confirmation/application")
    for party_id in scene.ids.values():
        said: Json = {"agrees": True, "party_id": party_id}
        granted(await scene.clerk.post(scene.path("/confirmation/consents"), said))
    late = APPLIED | {"applied_on": "2026-12-25", "applied_by": "post"}
    assert paths(await scene.clerk.post(path, late)) == {"applied_on"}
    assert granted(await scene.clerk.post(path, late | {"applied_on": "2026-12-24"}))["status"] == "applied"


async def test_another_agreement_does_not_begin_the_days_anew(scene: Scene) -> None:
    """Unless a court has refused the first one."""
    await in_force(scene)
    director = await scene.people.staff("director")
    scene.clock.advance(days=10)
    await take(director, scene.case, "reopen", reason="双方同意重新调解")
    await in_force(scene, terms=[TERMS[0]], total_fen=300_000)
    second, first = granted(await scene.applicant.get(scene.path("/agreements")))["items"]
    assert (first["status"], second["status"], second["remediates"]) == ("superseded", "effective", first["id"])
    seen = granted(await scene.applicant.get(scene.path("/confirmation")))
    assert (seen["agreement_id"], seen["last_day"], seen["days_left"]) == (first["id"], "2026-12-24", 20)
    await _both_want_it(scene)
    path = scene.path("/confirmation")
    granted(await scene.clerk.post(f"{path}/application", APPLIED | {"applied_on": "2026-12-04"}))
    no = {"confirmed": False, "reason_code": "unclear", "decided_on": "2026-12-04", "ruling": "（2026）鄂0581民特13号"}
    seen = granted(await scene.clerk.post(f"{path}/result", no))
    assert (seen["status"], seen["refusal_text"]) == ("refused", "协议内容不明确，无法确认或者执行")
    assert [way[:4] for way in seen["ways_on"]] == ["可以再次", "可以就原"]
    await take(director, scene.case, "reopen", reason="法院不予确认，重新调解")
    await in_force(scene)
    seen = granted(await scene.applicant.get(path))
    assert (seen["status"], seen["last_day"]) == ("open", "2027-01-04")


async def test_what_no_court_confirms(people: PeopleAtWork, clock: TravellingClock) -> None:
    scene = await agreed_case(people, clock, category="housing_ownership")
    await in_force(scene)
    path = scene.path("/confirmation")
    seen = granted(await scene.applicant.get(path))
    assert (seen["status"], seen["exclusion_code"], seen["days_left"]) == ("excluded", "ownership", None)
    refused(await scene.applicant.post(f"{path}/consent", {"agrees": True}), 409, "confirmation_closed")
    looked: Json = {"reason_code": None, "note": "协议只约定补偿款，不涉及确权。"}
    refused(await scene.clerk.post(f"{path}/exclusion", looked), 403, "role_not_allowed")
    assert paths(await scene.mediator.post(f"{path}/exclusion", looked | {"reason_code": "x"})) == {"reason_code"}
    assert granted(await scene.mediator.post(f"{path}/exclusion", looked))["status"] == "open"
    granted(await scene.applicant.post(f"{path}/consent", {"agrees": True}))
    shut = granted(await scene.mediator.post(f"{path}/exclusion", looked | {"reason_code": "unclear"}))
    assert (shut["status"], shut["exclusion_code"]) == ("excluded", "unclear")


async def test_an_oral_agreement_runs_from_the_moment_it_was_reached(scene: Scene) -> None:
    scene.clock.set(datetime(2026, 12, 2, 0, 30, tzinfo=SHANGHAI))
    await take(scene.mediator, scene.case, "reach_agreement", form="oral", summary="口头说好")
    seen = granted(await scene.applicant.get(scene.path("/confirmation")))
    assert (seen["effective_at"], seen["last_day"]) == ("2026-12-02T00:30:00+08:00", "2027-01-04")
    for person in (await scene.people.resident("stranger"), await scene.people.staff("gezhouba-clerk")):
        refused(await person.get(scene.path("/confirmation")), 404)
    assert granted(await (await scene.people.staff("supervisor")).get(scene.path("/confirmation")))["status"] == "open"


async def _both_want_it(scene: Scene) -> None:
    for person in (scene.applicant, scene.respondent):
        granted(await person.post(scene.path("/confirmation/consent"), {"agrees": True}))


def _late(answer: httpx.Response) -> bool:
    return any("法院办理司法确认的期限" in each for each in granted(answer)["attention"])


async def _inbox(person: Person) -> list[str]:
    return [each["kind"] for each in granted(await person.get("/notices"))["items"]]
