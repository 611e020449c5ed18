"""What time does to a case: limits, pauses, extensions, transfers that nobody answers, alarms."""

import random
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from backend.casework import sweeps
from backend.core.clock import SHANGHAI
from backend.core.deps import Deps
from backend.disputes import deadlines, history
from backend.disputes.deadlines import Step
from models import Dispute, Event, Staff, StaffNotice
from tests.casework.staff import PeopleAtWork
from tests.clock import TravellingClock
from tests.conftest import App
from tests.journeys.contract import Json, granted, paths, refused, take, to_mediation
from tests.people import Person, file_dispute

PAUSE = {"reason_code": "appraisal", "until": "2026-12-08"}


@pytest.fixture
def deps(app: App) -> Deps:
    found: Deps = app.ctx.deps
    return found


async def act(staff: Person, dispute_id: str, action: str, **fields: Any) -> httpx.Response:
    version = granted(await staff.get(f"/disputes/{dispute_id}"))["version"]
    return await staff.post(f"/disputes/{dispute_id}/actions/{action}", {"version": version} | fields)


def clock_of(case: Json) -> tuple[str, str]:
    return case["clock"]["rule"], case["due_at"][:10]


async def test_a_case_from_before_there_were_clocks_gets_one(people: PeopleAtWork, deps: Deps) -> None:
    clerk = await people.staff("clerk")
    filed = [(await file_dispute(await people.resident()))["id"] for _ in range(3)]
    await take(clerk, filed[1], "accept")
    await to_mediation(people, filed[2])
    await Dispute.all().update(clock=None, due_at=None, yellow_at=None)
    await Event.all().update(clock=None)
    assert [(await sweeps.sweep(deps))["started"] for _ in range(2)] == [3, 0]
    cases = [granted(await clerk.get(f"/disputes/{each}")) for each in filed]
    assert [clock_of(each) for each in cases] == [
        ("respond", "2026-11-27"), ("assign", "2026-11-26"), ("settle", "2026-12-24"),
    ]  # fmt: skip
    for each in filed:
        replayed = deadlines.replay(await history.steps_of(UUID(each)), deps.catalog.time_rules, deps.calendar)
        assert replayed[-1].due_at == (await Dispute.get(id=each)).due_at


async def test_one_limit_follows_another(people: PeopleAtWork, clock: TravellingClock) -> None:
    resident, clerk, mediator = await people.resident(), await people.staff("clerk"), await people.staff("mediator")
    filed = await file_dispute(resident)
    assert filed["respond_by"] == "2026-11-27T23:59:59+08:00"
    assert clock_of(await take(clerk, filed["id"], "accept")) == ("assign", "2026-11-26")
    assert "11月26日" in granted(await resident.get(f"/disputes/{filed['id']}"))["next_step"]
    clock.advance(days=1)
    assert clock_of(await take(clerk, filed["id"], "assign", mediator_id=mediator.id)) == (
        "first_contact",
        "2026-11-30",
    )
    again = await take(clerk, filed["id"], "assign", mediator_id=mediator.id)
    assert clock_of(again) == ("first_contact", "2026-11-30"), "assigning again is no contact"
    contacted = await take(mediator, filed["id"], "log_contact", channel="phone", outcome="约好周五来")
    assert clock_of(contacted) == ("begin", "2026-12-02")
    assert clock_of(await take(mediator, filed["id"], "start_mediation")) == ("settle", "2026-12-25")
    events = await Event.filter(dispute_id=filed["id"]).order_by("id")
    assert [(each.status, each.flow) for each in events] == [
        (status, "1/2026-01-01") for status in ("submitted", *["accepted"] * 4, "in_mediation")
    ]


async def test_asking_the_parties_pauses_the_clock(people: PeopleAtWork, clock: TravellingClock, deps: Deps) -> None:
    clerk = await people.staff("clerk")
    filed = await file_dispute(await people.resident())
    case = await take(clerk, filed["id"], "request_information", items=["房产证"], due_on="2026-12-01")
    assert (case["due_at"][:10], case["light"]) == ("2026-12-04", "green")
    assert case["clock"]["paused"] == {
        "since": "2026-11-24", "until": "2026-12-01", "reason": "information", "reason_text": "等待当事人补充材料",
    }  # fmt: skip
    assert "pause_clock" not in {each["action"] for each in case["allowed_actions"]}
    refused(await act(clerk, filed["id"], "pause_clock", **PAUSE), 409, "action_not_allowed")
    case = await take(clerk, filed["id"], "request_information", items=["照片"], due_on="2026-12-03")
    assert (case["due_at"][:10], case["clock"]["paused"]["until"]) == ("2026-12-08", "2026-12-03")
    clock.set(datetime(2026, 12, 5, 3, 0, tzinfo=SHANGHAI))
    assert (await sweeps.sweep(deps))["resumed"] == 1
    assert (await sweeps.sweep(deps))["resumed"] == 0
    case = granted(await clerk.get(f"/disputes/{filed['id']}"))
    assert (case["due_at"][:10], case["clock"]["paused"]) == ("2026-12-08", None)
    assert [(each["since"], each["until"]) for each in case["clock"]["pauses"]] == [("2026-11-24", "2026-12-03")]


async def test_who_may_pause_and_resume(people: PeopleAtWork, clock: TravellingClock) -> None:
    clerk, director = await people.staff("clerk"), await people.staff("director")
    filed = await file_dispute(await people.resident())
    mediator = await to_mediation(people, filed["id"])
    refused(await act(mediator, filed["id"], "resume_clock"), 409, "action_not_allowed")
    case = await take(mediator, filed["id"], "pause_clock", note="等鉴定报告", **PAUSE)
    assert case["due_at"][:10] == "2027-01-07"
    refused(await act(clerk, filed["id"], "pause_clock", **PAUSE), 409, "action_not_allowed")
    refused(await act(clerk, filed["id"], "resume_clock"), 403, "role_not_allowed")
    clock.advance(days=3)
    case = await take(director, filed["id"], "resume_clock", note="报告到了")
    assert (case["due_at"][:10], len(case["clock"]["pauses"])) == ("2026-12-28", 1)
    wrong = await act(mediator, filed["id"], "pause_clock", reason_code="holiday", until="2026-11-01")
    assert paths(wrong) == {"reason_code", "until"}
    assert paths(await act(mediator, filed["id"], "pause_clock", reason_code="other", until="2028-01-01")) == {"until"}


async def test_an_extension_needs_both_sides(people: PeopleAtWork) -> None:
    filed = await file_dispute(await people.resident())
    mediator = await to_mediation(people, filed["id"])
    sides = {each["side"]: each["id"] for each in granted(await mediator.get(f"/disputes/{filed['id']}"))["parties"]}

    def consents(*party_ids: str, on: str = "2026-11-24") -> list[Json]:
        return [{"party_id": each, "given_on": on, "how": "phone"} for each in party_ids]

    both, reason = consents(*sides.values()), {"reason": "还差一次面谈"}
    only = await act(mediator, filed["id"], "extend_term", days=10, consents=consents(sides["applicant"]), **reason)
    assert paths(only) == {"consents"}
    stranger = await act(mediator, filed["id"], "extend_term", days=10, consents=consents(filed["id"]), **reason)
    assert paths(stranger) == {"consents.0.party_id"}
    future = consents(*sides.values(), on="2026-11-25")
    tomorrow = await act(mediator, filed["id"], "extend_term", days=10, consents=future, **reason)
    assert paths(tomorrow) == {"consents.0.given_on", "consents.1.given_on"}
    case = await take(mediator, filed["id"], "extend_term", days=10, consents=both, **reason)
    assert (case["due_at"][:10], case["clock"]["extended_days"]) == ("2027-01-04", 10)
    assert paths(await act(mediator, filed["id"], "extend_term", days=21, consents=both, **reason)) == {"days"}
    case = await take(mediator, filed["id"], "extend_term", days=10, consents=both, **reason)
    path, other = f"/disputes/{filed['id']}/parties", {"version": case["version"], "side": "respondent", "name": "王五"}
    case = granted(await mediator.post(path, other), 201)
    third = await act(mediator, filed["id"], "extend_term", days=5, consents=both, **reason)
    assert paths(third) == {"consents"}, "one of a side does not agree for another"
    removal = {"version": case["version"], "reason": "写错了人"}
    granted(await mediator.post(f"{path}/{sides['respondent']}/removal", removal))
    gone = await act(mediator, filed["id"], "extend_term", days=5, consents=both, **reason)
    assert paths(gone) == {"consents.1.party_id"}, "who is no party any more consents to nothing"


async def test_nobody_transfers_to_oneself_or_in_a_circle(people: PeopleAtWork) -> None:
    clerk, other = await people.staff("clerk"), await people.staff("gezhouba-clerk")
    here, there = [granted(await each.get("/me"))["center"]["id"] for each in (clerk, other)]
    filed = await file_dispute(await people.resident())
    assert paths(await act(clerk, filed["id"], "transfer", center_id=here, reason="x")) == {"center_id"}
    await take(clerk, filed["id"], "transfer", center_id=there, reason="事情发生在葛洲坝")
    await take(other, filed["id"], "receive")
    assert paths(await act(other, filed["id"], "transfer", center_id=here, reason="还给你")) == {"center_id"}
    case = await take(other, filed["id"], "transfer", level_up=True, reason="两边都办不了")
    assert case["transfer_to"]["name"] == "西陵区综治中心"


async def test_the_third_refusal_sends_it_up(people: PeopleAtWork) -> None:
    resident, clerk = await people.resident(), await people.staff("clerk")
    other, supervisor = await people.staff("gezhouba-clerk"), await people.staff("supervisor")
    there = granted(await other.get("/me"))["center"]["id"]
    filed = await file_dispute(resident)
    for _ in range(2):
        await take(clerk, filed["id"], "transfer", center_id=there, reason="事情发生在葛洲坝")
        case = await take(other, filed["id"], "decline_transfer", reason="不在本辖区")
        assert case["status"] == "submitted"
    await take(clerk, filed["id"], "transfer", center_id=there, reason="事情发生在葛洲坝")
    granted(await act(other, filed["id"], "decline_transfer", reason="不在本辖区"))
    refused(await other.get(f"/disputes/{filed['id']}"), 404)
    mine = granted(await resident.get(f"/disputes/{filed['id']}"))
    assert (mine["status"], mine["owner_text"]) == ("transferred", filed["center"]["name"])
    assert mine["respond_by"] == "2026-11-26T23:59:59+08:00"
    assert "宜都市综治中心" in mine["next_step"]
    case = granted(await supervisor.get(f"/disputes/{filed['id']}"))
    assert case["transfer_to"]["name"] == "宜都市综治中心"
    kinds = [each.kind for each in await Event.filter(dispute_id=filed["id"]).order_by("id")]
    assert kinds[-2:] == ["transferred", "transfer_lifted"]


async def test_no_answer_goes_up_to_the_city_at_last(people: PeopleAtWork, clock: TravellingClock, deps: Deps) -> None:
    clerk, supervisor = await people.staff("clerk"), await people.staff("supervisor")
    there = granted(await (await people.staff("gezhouba-clerk")).get("/me"))["center"]["id"]
    filed = await file_dispute(await people.resident())
    await take(clerk, filed["id"], "transfer", center_id=there, reason="事情发生在葛洲坝")
    clock.set(datetime(2026, 11, 26, 23, 59, 59, tzinfo=SHANGHAI))
    assert (await sweeps.sweep(deps))["lifted"] == 0
    clock.advance(seconds=1)
    assert [(await sweeps.sweep(deps))["lifted"] for _ in range(2)] == [1, 0]
    case = granted(await clerk.get(f"/disputes/{filed['id']}"))
    assert (case["transfer_to"]["name"], case["due_at"][:10]) == ("宜都市综治中心", "2026-12-01")
    clock.set(datetime(2026, 12, 2, 0, 0, 1, tzinfo=SHANGHAI))
    assert [(await sweeps.sweep(deps))["lifted"] for _ in range(2)] == [1, 0]
    refused(await act(supervisor, filed["id"], "decline_transfer", reason="不办"), 409, "action_not_allowed")
    clock.advance(days=30)
    assert (await sweeps.sweep(deps))["lifted"] == 0, "above the city there is nobody"
    case = await take(supervisor, filed["id"], "receive")
    assert (case["status"], case["transfer_to"], case["center"]["name"][:2]) == ("submitted", None, "宜昌")


async def test_red_is_reported_once_and_in_working_hours(
    people: PeopleAtWork, clock: TravellingClock, deps: Deps
) -> None:
    clerk, director, supervisor = [await people.staff(name) for name in ("clerk", "director", "supervisor")]
    filed = await file_dispute(await people.resident())
    for moment, reported in (
        (datetime(2026, 11, 27, 23, 0, tzinfo=SHANGHAI), 0),
        (datetime(2026, 11, 28, 10, 0, tzinfo=SHANGHAI), 0),
        (datetime(2026, 11, 30, 8, 29, tzinfo=SHANGHAI), 0),
        (datetime(2026, 11, 30, 8, 30, tzinfo=SHANGHAI), 1),
        (datetime(2026, 11, 30, 9, 30, tzinfo=SHANGHAI), 0),
    ):
        clock.set(moment)
        assert (await sweeps.sweep(deps))["escalated"] == reported, moment
    told = await StaffNotice.all()
    assert {str(each.staff_id) for each in told} == {director.id, supervisor.id}
    assert {each.text for each in told} == {f"{filed['number']}的“答复是否受理”已超过期限11月27日 周五，请督促办理。"}
    await take(clerk, filed["id"], "accept")
    clock.advance(days=4)
    assert (await sweeps.sweep(deps))["escalated"] == 1, "another limit, another report"


ACTIONS: dict[str, Json] = {
    "accept": {},
    "transfer": {"reason": "情况复杂"},
    "decline_transfer": {"reason": "不在本辖区"},
    "receive": {},
    "assign": {},
    "request_information": {"items": ["房产证"]},
    "pause_clock": {"reason_code": "other"},
    "resume_clock": {},
    "log_contact": {"channel": "phone", "outcome": "谈了"},
    "declare_conflict": {"reason": "申请人是我表弟"},
    "decide_recusal": {"reason": "查过了"},
    "start_mediation": {},
    "extend_term": {"reason": "还差一次面谈"},
    "reopen": {"reason": "又来了"},
    "end_without_agreement": {"reason_code": "no_consensus", "routes": ["起诉"]},
}


STAFF = ["director", "mediator", "supervisor", "gezhouba-director", "xiaoting-director"]


@pytest.mark.parametrize("seed", range(2))
async def test_a_year_of_events_replayed(people: PeopleAtWork, clock: TravellingClock, deps: Deps, seed: int) -> None:
    """What everybody read at each minute, due date and light, is what the events up to then add up to."""
    draw = random.Random(seed)  # noqa: S311 - a case's fate, not a secret
    clock.set(datetime(2026, 1, 5, 9, 0, tzinfo=SHANGHAI))
    resident, supervisor = await people.resident(), await people.staff("supervisor")
    filed, read = (await file_dispute(resident, occurred_on=None))["id"], []
    while clock.now() < datetime(2026, 12, 31, tzinfo=SHANGHAI):
        await _move(clock, draw, filed)
        await sweeps.sweep(deps)
        await _do_something(people, clock, draw, filed)
        case = granted(await supervisor.get(f"/disputes/{filed}"))
        read.append((clock.now(), case["due_at"], case["light"]))
    events = await Event.filter(dispute_id=filed, clock__isnull=False).order_by("id")
    for moment, due_at, light in read:
        steps = [Step.from_record(each.clock or {}) for each in events if each.at <= moment]
        ends = deadlines.replay(steps, deps.catalog.time_rules, deps.calendar)[-1]
        assert ends.due_at == (due_at and datetime.fromisoformat(due_at)), moment
        assert deadlines.light(ends.due_at, ends.yellow_at, moment) == light, moment
    assert {light for _, _, light in read} == {"green", "yellow", "red"}
    assert len(events) > 20


async def _move(clock: TravellingClock, draw: random.Random, dispute_id: str) -> None:
    """Some days on, or to the minute around the next edge: there every mistake shows."""
    case = await Dispute.get(id=dispute_id)
    edges = [each for each in (case.yellow_at, case.due_at, case.resumes_at) if each and each > clock.now()]
    moment = clock.now() + timedelta(days=draw.choice([0, 1, 1, 2, 7]), minutes=draw.randrange(1, 600))
    if edges and draw.random() < 0.4:
        moment = max(min(edges) + timedelta(minutes=draw.choice([-1, 0, 1])), clock.now() + timedelta(minutes=1))
    clock.set(moment)


async def _do_something(people: PeopleAtWork, clock: TravellingClock, draw: random.Random, dispute_id: str) -> None:
    """One of the steps that the case offers to somebody; now and then its applicant."""
    if draw.random() < 0.2:
        await _as_applicant(await people.resident(), draw, dispute_id)
        return
    person = await people.staff(draw.choice(STAFF))
    case = (await person.get(f"/disputes/{dispute_id}")).json()
    offered = [each["action"] for each in case.get("allowed_actions", []) if each["action"] in ACTIONS]
    action = draw.choice(offered) if offered else None
    if action is None or (action == "transfer" and draw.random() < 0.7):
        return
    centers = (
        await Staff.filter(username__in=STAFF, center_id__isnull=False)
        .order_by("username")
        .values_list("center_id", flat=True)
    )
    until = (clock.now() + timedelta(days=draw.randrange(30))).astimezone(SHANGHAI).date().isoformat()
    today = clock.now().astimezone(SHANGHAI).date().isoformat()
    consents = [{"party_id": each["id"], "given_on": today, "how": "phone"} for each in case["parties"]]
    drawn: dict[str, Json] = {
        "transfer": {"center_id": str(draw.choice(centers))},
        "request_information": {"due_on": until},
        "pause_clock": {"until": until},
        "assign": {"mediator_id": (await people.staff("mediator")).id},
        "decide_recusal": {"upheld": draw.random() < 0.5},
        "extend_term": {"days": draw.randrange(1, 6), "consents": consents},
    }
    fields = {"version": case["version"]} | ACTIONS[action] | drawn.get(action, {})
    answer = await person.post(f"/disputes/{dispute_id}/actions/{action}", fields)
    assert answer.status_code in (200, 422), answer.text


async def _as_applicant(resident: Person, draw: random.Random, dispute_id: str) -> None:
    """Answers what was asked, or else challenges the mediator."""
    asked = granted(await resident.get(f"/disputes/{dispute_id}"))["information_requests"]
    if not asked:
        await resident.post(f"/disputes/{dispute_id}/challenges", {"reason": "他帮对方说话"})
        return
    request = draw.choice(asked)
    answers = [{"item_id": each["id"], "text": "在这里"} for each in request["items"] if not each["answered_at"]]
    path = f"/disputes/{dispute_id}/information-requests/{request['id']}/answers"
    granted(await resident.post(path, {"answers": answers}), 201)
