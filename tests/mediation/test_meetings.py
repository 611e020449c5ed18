"""Meetings from the plan to the minutes, what is refused, and what a party who leaves leaves behind."""

from typing import Any

from backend.mediation import exporting
from models import Dispute, Party
from tests.casework.staff import PeopleAtWork
from tests.clock import TravellingClock
from tests.conftest import App
from tests.journeys.contract import Json, granted, paths, refused, take
from tests.mediation.standings import Standings
from tests.people import Person

WHEN = "2026-11-25T09:30:00+08:00"
SIGNS = {"signals": ["violence"], "reason": "对方说要动手"}


def meeting(**overrides: Any) -> Json:
    return {"kind": "joint", "venue": "onsite", "planned_at": WHEN, "agenda": ["漏水的责任", "赔偿"]} | overrides


async def planned(case: Standings, **overrides: Any) -> Json:
    return granted(await case["mediator"].post(case.path("/meetings"), meeting(**overrides)), 201)


def of(found: Json, party_id: str) -> Json:
    return next(each for each in found["participants"] if each["party_id"] == party_id)


async def begun(case: Standings, found: Json, *came: str) -> Json:
    marks = [{"participant_id": of(found, each)["id"], "attendance": "present"} for each in came]
    path = case.path(f"/meetings/{found['id']}/begin")
    return granted(await case["mediator"].post(path, {"attendance": marks, "rights_notice": True}))


async def test_a_meeting_with_a_party_that_leaves_in_the_middle(standings: Standings) -> None:
    case, a, b = standings, standings.ids["party_a"], standings.ids["party_b"]
    mediator = case["mediator"]
    found = await planned(case)
    path = case.path(f"/meetings/{found['id']}")
    assert [each["role"] for each in found["participants"]] == ["mediator", "party", "party"]
    here = {"participant_id": of(found, a)["id"], "attendance": "present"}
    untold = await mediator.post(f"{path}/begin", {"attendance": [here]})
    assert paths(untold) == {"rights_notice"}, "nobody has told this party its rights"
    refused(await case["party_a"].post(f"{path}/leave"), 409, "meeting_not_open")
    granted(await case["party_a"].post(case.path("/rights-acknowledgement"), {"version": "1"}))
    found = granted(await mediator.post(f"{path}/begin", {"attendance": [here]}))
    assert (found["status"], of(found, a)["attendance"], of(found, b)["attendance"]) == (
        "running",
        "present",
        "expected",
    )
    late = {"participant_id": of(found, b)["id"], "attendance": "late", "reason": "路上堵车"}
    assert paths(await mediator.post(f"{path}/attendance", late)) == {"rights_notice"}
    granted(await case["party_b"].post(case.path("/rights-acknowledgement"), {"version": "1"}))
    granted(await mediator.post(f"{path}/attendance", late))
    granted(await case["party_b"].post(f"{path}/leave", {"reason": "身体不适"}))
    refused(await case["party_b"].post(f"{path}/leave"), 409, "meeting_not_open")
    seen = of(granted(await case["party_a"].get(path)), b)
    assert (seen["attendance"], seen["reason"]) == ("left_early", None), "why is not the other side's"
    assert of(granted(await mediator.get(path)), b)["reason"] == "身体不适"
    assert granted(await mediator.post(f"{path}/adjournment", {"reason": "等对方"}))["status"] == "adjourned"
    assert (await begun(case, found))["status"] == "running"
    assert granted(await mediator.post(f"{path}/end"))["status"] == "ended"
    for rest in ("begin", "end"):
        refused(await mediator.post(f"{path}/{rest}"), 409, "meeting_not_open")
    texts = str(granted(await case["party_a"].get(case.path("/timeline"))))
    assert "中途离开" in texts


async def test_minutes_count_by_version(app: App, standings: Standings) -> None:
    case, a, b = standings, standings.ids["party_a"], standings.ids["party_b"]
    mediator, found = case["mediator"], await planned(standings)
    path = case.path(f"/meetings/{found['id']}/minutes")
    text = {"text": "双方谈了漏水", "facts": ["阳台漏水自十月起"], "concessions": ["愿意少要两千元"]}
    refused(await mediator.post(path, text), 409, "meeting_not_open")
    await begun(case, found, a, b)
    granted(await mediator.post(path, text), 201)
    assert paths(await case["party_a"].post(f"{path}/1/answers", {"answer": "refused"})) == {"comment"}
    granted(await case["party_a"].post(f"{path}/1/answers", {"answer": "confirmed"}))
    refused(await case["party_a"].post(f"{path}/1/answers", {"answer": "confirmed"}), 409, "minutes_answered")
    granted(await case["party_b"].post(f"{path}/1/answers", {"answer": "commented", "comment": "是九月起"}))
    second = granted(await mediator.post(path, text | {"facts": ["阳台漏水自九月起"]}), 201)
    assert (second["version"], [each["answer"] for each in second["answers"]]) == (2, ["pending", "pending"])
    refused(await case["party_a"].post(f"{path}/1/answers", {"answer": "confirmed"}), 409, "minutes_superseded")
    refused(await case["party_a"].post(f"{path}/99999999/answers", {"answer": "confirmed"}), 404)
    assert [each["version"] for each in granted(await case["party_b"].get(path))["items"]] == [2]
    granted(await case["party_a"].post(f"{path}/2/answers", {"answer": "confirmed"}))
    out = await _exported(app, case)
    assert out["minutes"] == [], "one of those who were there has not confirmed"
    window = {"party_id": b, "answer": "confirmed"}
    assert paths(await case["clerk"].post(f"{path}/2/answers", window | {"party_id": found["id"]})) == {"party_id"}
    granted(await case["clerk"].post(f"{path}/2/answers", window))
    versions = granted(await case["clerk"].get(path))["items"]
    assert [(each["version"], each["is_current"]) for each in versions] == [(2, True), (1, False)]
    assert [(each["answer"], each["comment"]) for each in versions[1]["answers"]] == [
        ("confirmed", None), ("commented", "是九月起"),
    ]  # fmt: skip
    assert [each["by"] for each in versions[0]["answers"]] == ["resident", "staff"]
    exported = await _exported(app, case)
    assert exported["minutes"][0]["facts"] == ["阳台漏水自九月起"]
    assert "两千" not in str(exported), "a concession never leaves with the file"


async def _exported(app: App, case: Standings) -> Json:
    dispute = await Dispute.get(id=case.dispute_id)
    return (await exporting.exportable(app.ctx.deps, dispute)).model_dump(mode="json")


async def test_a_separate_talk_is_with_one_party(standings: Standings) -> None:
    case, a = standings, standings.ids["party_a"]
    one = [{"role": "party", "party_id": a}]
    for nobody in ([], one * 2, [{"role": "other", "name": "老张"}]):
        answer = await case["mediator"].post(case.path("/meetings"), meeting(kind="caucus", participants=nobody))
        assert paths(answer) == {"participants"}
    found = await planned(case, kind="caucus", participants=one)
    path = case.path(f"/meetings/{found['id']}")
    await begun(case, found, a)
    granted(await case["mediator"].post(f"{path}/minutes", {"text": "他愿意让步"}), 201)
    for name in ("party_a", "mediator"):
        granted(await case[name].get(f"{path}/minutes"))
    for name in ("party_b", "clerk", "supervisor", "assisting", "stranger", "other_center"):
        refused(await case[name].get(path), 404)
        refused(await case[name].get(f"{path}/minutes"), 404)
    assert "单独谈话" not in str(granted(await case["party_b"].get(case.path("/timeline"))))


async def test_what_a_plan_may_not_say(standings: Standings) -> None:
    case, plan = standings, standings.path("/meetings")
    wrong = meeting(kind="party", venue="pub", planned_at="2029-01-01T00:00:00+08:00", agenda=[""])
    assert paths(await case["mediator"].post(plan, wrong)) == {"kind", "venue", "planned_at", "agenda.0"}
    somebody = [{"role": "party", "party_id": case.dispute_id}, {"role": "staff", "staff_id": case["party_a"].id},
                {"role": "member", "member_id": case.dispute_id}, {"role": "other", "name": "邻居"}]  # fmt: skip
    assert paths(await case["mediator"].post(plan, meeting(participants=somebody, appointment_id=case.dispute_id))) == {
        "participants.0.party_id", "participants.1.staff_id", "participants.2.member_id", "appointment_id",
    }  # fmt: skip
    mixed = [{"role": "party", "name": "邻居"}]
    assert paths(await case["mediator"].post(plan, meeting(participants=mixed))) == {
        "participants.0.party_id", "participants.0.name",
    }  # fmt: skip
    twice = [{"role": "party", "party_id": case.ids["party_a"]}] * 2
    assert paths(await case["mediator"].post(plan, meeting(participants=twice))) == {"participants.1"}
    refused(await case["assisting"].post(plan, meeting()), 403, "role_not_allowed")
    refused(await case["other_center"].post(plan, meeting()), 404)


async def test_the_center_sets_times_and_changes_them(people: PeopleAtWork, standings: Standings) -> None:
    case, clerk, director = standings, standings["clerk"], await people.staff("director")
    a, b = case.ids["party_a"], case.ids["party_b"]
    alone = [{"role": "party", "party_id": a}]
    refused(await clerk.post(case.path("/meetings"), meeting(kind="caucus", participants=alone)), 403)
    found = granted(await clerk.post(case.path("/meetings"), meeting()), 201)
    assert next(each for each in found["participants"] if each["role"] == "mediator")["staff_id"] == case["mediator"].id
    path = case.path(f"/meetings/{found['id']}")
    assert paths(await clerk.put(path, meeting(kind="visit"))) == {"kind"}
    for name in ("assisting", "supervisor", "other_center"):
        assert (await case[name].put(path, meeting())).status_code in (403, 404), name
    later = meeting(planned_at="2026-11-26T14:30:00+08:00", venue="video", participants=alone, agenda=["只谈赔偿"])
    moved = granted(await director.put(path, later))
    assert (moved["venue"], moved["agenda"], moved["planned_at"][:16]) == ("video", ["只谈赔偿"], "2026-11-26T14:30")
    assert [each["party_id"] for each in moved["participants"] if each["role"] == "party"] == [a]
    told = granted(await case["party_b"].get("/changes"))["items"]
    assert told[-1]["kind"] == "meeting_moved", "who is not asked any more hears of it once more"
    refused(await case["party_b"].get(path), 404)
    granted(await clerk.put(path, meeting()))
    assert of(granted(await case["party_b"].get(path)), b)["attendance"] == "expected"
    assert paths(await clerk.post(f"{path}/cancellation", {})) == {"reason"}
    gone = granted(await clerk.post(f"{path}/cancellation", {"reason": "会议室停电"}))
    assert (gone["status"], gone["reason"]) == ("cancelled", "会议室停电")
    for rest in ("cancellation", "adjournment"):
        refused(await case["mediator"].post(f"{path}/{rest}", {"reason": "又改"}), 409, "meeting_not_open")
    refused(await case["mediator"].put(path, meeting()), 409, "meeting_not_open")
    refused(await case["mediator"].post(f"{path}/begin", {"rights_notice": True}), 409, "meeting_not_open")
    begins = await planned(case)
    await begun(case, begins, a, b)
    refused(await clerk.put(case.path(f"/meetings/{begins['id']}"), meeting()), 409, "meeting_not_open")


async def test_what_is_on_ends_with_the_mediation(people: PeopleAtWork, standings: Standings) -> None:
    """The only other side goes in the middle of a meeting: it is closed, what was said may still be written down."""
    case, a, b = standings, standings.ids["party_a"], standings.ids["party_b"]
    planned_one, found = await planned(case), await planned(case)
    await begun(case, found, a, b)
    granted(await case["party_b"].post(case.path("/departure"), {"reason": "不谈了"}))
    path = case.path(f"/meetings/{found['id']}")
    seen = granted(await case["mediator"].get(path))
    assert (seen["status"], of(seen, b)["attendance"], of(seen, a)["attendance"]) == ("ended", "left_early", "present")
    assert granted(await case["mediator"].get(case.path(f"/meetings/{planned_one['id']}")))["status"] == "cancelled"
    granted(await case["mediator"].post(f"{path}/minutes", {"text": "谈到一半，对方离开。"}), 201)
    granted(await case["party_a"].post(f"{path}/minutes/1/answers", {"answer": "confirmed"}))
    await take(await people.staff("director"), case.dispute_id, "close", note="归档")
    refused(await case["mediator"].post(f"{path}/minutes", {"text": "再改"}), 409, "mediation_not_open")


async def test_nobody_meets_while_a_red_card_keeps_them_apart_or_a_recusal_waits(
    people: PeopleAtWork, standings: Standings
) -> None:
    case, mediator, director = standings, standings["mediator"], await people.staff("director")
    before = await planned(case)
    granted(await case["clerk"].post(case.path("/red-cards"), SIGNS), 201)
    refused(await mediator.post(case.path("/meetings"), meeting()), 409, "no_joint_meeting")
    refused(await mediator.post(case.path(f"/meetings/{before['id']}/begin")), 409, "no_joint_meeting")
    refused(await mediator.post(case.path("/messages"), {"text": "大家好"}), 409, "no_joint_meeting")
    apart = [{"role": "party", "party_id": case.ids["party_a"]}]
    await planned(case, kind="caucus", participants=apart)
    (card,) = granted(await case["clerk"].get(case.path("/red-cards")))["items"]
    granted(await director.post(case.path(f"/red-cards/{card['id']}/clearance"), {"reason": "已处置"}))
    granted(await case["party_a"].post(case.path("/challenges"), {"reason": "他偏心"}), 201)
    refused(await mediator.post(case.path("/meetings"), meeting()), 409, "mediation_rests")
    refused(await case["party_a"].post(case.path("/messages"), {"text": "在吗"}), 409, "mediation_rests")
    await take(director, case.dispute_id, "decide_recusal", upheld=False, reason="没有依据")
    ending = {"reason_code": "no_consensus", "routes": ["向人民法院起诉"]}
    await take(mediator, case.dispute_id, "end_without_agreement", **ending)
    refused(await mediator.post(case.path("/meetings"), meeting()), 409, "mediation_not_open")


async def test_who_acts_for_a_party_reads_its_meetings(
    people: PeopleAtWork, standings: Standings, clock: TravellingClock
) -> None:
    case = standings
    helper: Person = await people.resident("helper")
    await planned(case)
    refused(await helper.get(case.path("/meetings")), 404)
    await Party.filter(id=case.ids["party_b"]).update(resident_id=helper.id)
    assert len(granted(await helper.get(case.path("/meetings")))["items"]) == 1
    refused(await case["party_b"].get(case.path("/meetings")), 404)
    clock.advance(days=400)
    assert len(granted(await case["clerk"].get(case.path("/meetings"), limit=1))["items"]) == 1
