"""One rating per party and outcome; an unhappy one is looked at by somebody outside the case."""

import asyncio

from backend.aftercare import sweeps
from models import Dispute, Event, Notice, Party, Rating, StaffNotice
from tests.aftercare.scene import AGREED, agreed, kinds
from tests.casework.staff import PeopleAtWork
from tests.clock import TravellingClock
from tests.conftest import App
from tests.history import whole
from tests.journeys.contract import Json, granted, refused, take
from tests.people import Person, file_dispute
from tests.staff_api.test_representation import CONSENT

HAPPY: Json = {"resolved": True, "satisfaction": 5}
UNHAPPY: Json = {"resolved": False, "satisfaction": 4, "comment": "水还在漏"}


async def join(people: PeopleAtWork, dispute_id: str, name: str = "li") -> Person:
    """The other side, as if it had joined."""
    respondent = await people.resident(name)
    await Party.filter(dispute_id=dispute_id, side="respondent").update(resident_id=respondent.id)
    return respondent


async def offered_to(person: Person, dispute_id: str) -> set[str]:
    return {each["action"] for each in granted(await person.get(f"/disputes/{dispute_id}"))["actions"]}


async def test_who_may_rate_when(people: PeopleAtWork, clock: TravellingClock, app: App) -> None:
    zhang, clerk, director = await people.resident(), await people.staff("clerk"), await people.staff("director")
    early, turned_away, dispute_id = [(await file_dispute(zhang))["id"] for _ in range(2)] + [
        await agreed(people, zhang)
    ]
    path = f"/disputes/{dispute_id}/rating"
    refused(await zhang.post(f"/disputes/{early}/rating", HAPPY), 409, "not_ratable_yet")
    granted(await zhang.post(f"/disputes/{early}/withdrawal", {"reason": "算了"}))
    await take(clerk, turned_away, "refuse", reason_code="before_court", redirect={"authority": "人民法院"})
    for each in (early, turned_away):
        refused(await zhang.post(f"/disputes/{each}/rating", UNHAPPY), 409, "not_ratable")
    refused(await zhang.get(path), 404)
    li = await join(people, dispute_id)
    refused(await (await people.resident("wang")).post(path, HAPPY), 404)
    answer = await people.client.post(f"/mini/v1{path}", json=HAPPY, headers={"Authorization": f"Bearer {clerk.token}"})
    refused(answer, 401, "token_invalid")
    crowd = await asyncio.gather(*(person.post(path, HAPPY) for person in (zhang, li, zhang, li)))
    assert sorted(each.status_code for each in crowd) == [201, 201, 409, 409]
    refused(await zhang.post(path, HAPPY), 409, "already_rated")
    assert "rate" not in await offered_to(zhang, dispute_id)

    await take(director, dispute_id, "reopen", reason="又漏了")
    refused(await zhang.post(path, HAPPY), 409, "not_ratable_yet")
    await take(await people.staff("mediator"), dispute_id, "reach_agreement", **AGREED)
    assert "rate" in await offered_to(zhang, dispute_id)
    clock.advance(days=30)
    zhang, li = await people.resident(), await people.resident("li")
    granted(await zhang.post(path, HAPPY), 201)
    clock.advance(days=1)
    refused(await li.post(path, HAPPY), 409, "rating_closed")
    await take(director, dispute_id, "close")
    granted(await li.post(path, HAPPY), 201)
    assert await Rating.filter(dispute_id=dispute_id).count() == 4
    assert len({each.party_id for each in await Rating.all()}) == 2
    assert await whole.flaws(app) == []


async def test_who_acts_for_a_party_does_not_rate_a_second_time(people: PeopleAtWork) -> None:
    zhang = await people.resident()
    dispute_id = (await file_dispute(zhang, agent=CONSENT))["id"]
    father = await people.resident("father")
    await Party.filter(dispute_id=dispute_id, side="applicant").update(resident_id=father.id)
    await Dispute.filter(id=dispute_id).update(status="closed")
    granted(await zhang.post(f"/disputes/{dispute_id}/rating", HAPPY), 201)
    refused(await father.post(f"/disputes/{dispute_id}/rating", HAPPY), 409, "already_rated")


async def test_an_unhappy_rating_is_answered_from_outside(people: PeopleAtWork, app: App) -> None:
    zhang, mediator, director = await people.resident(), await people.staff("mediator"), await people.staff("director")
    dispute_id = await agreed(people, zhang)
    li = await join(people, dispute_id)
    rated = granted(await zhang.post(f"/disputes/{dispute_id}/rating", UNHAPPY), 201)
    assert rated["review"]["status"] == "open"
    assert rated["review"]["answer_by"].startswith("2026-12-01T23:59:59")
    granted(await li.post(f"/disputes/{dispute_id}/rating", HAPPY), 201)
    assert "review_opened" in await kinds(director)
    assert "review_opened" not in await kinds(mediator)
    (review,) = granted(await director.get("/reviews"))["items"]
    assert (review["resolved"], review["satisfaction"], review["comment"]) == (False, 4, "水还在漏")
    assert zhang.id not in str(review)
    path = f"/disputes/{dispute_id}/reviews/{review['id']}"
    for person, status in ((mediator, 403), (await people.staff("gezhouba-director"), 404)):
        refused(await person.get(path), status)
        refused(await person.post(f"{path}/decision", {"decision": "answer", "text": "好"}), status)
    seen = {each["kind"]: each for each in granted(await mediator.get(f"/disputes/{dispute_id}/timeline"))["items"]}
    assert "rated" not in seen
    assert seen["review_opened"]["data"] == {"due_text": "12月1日 周二"}

    decided = await asyncio.gather(
        *(director.post(f"{path}/decision", {"decision": "answer", "text": "已安排周四查漏。"}) for _ in range(2))
    )
    assert sorted(each.status_code for each in decided) == [200, 409]
    own = granted(await zhang.get(f"/disputes/{dispute_id}/rating"))
    assert (own["review"]["status"], own["review"]["answer"]) == ("answered", "已安排周四查漏。")
    assert granted(await li.get(f"/disputes/{dispute_id}/rating"))["review"] is None
    assert granted(await zhang.get("/notices"))["items"][0]["kind"] == "review_answered"
    theirs = [each["kind"] for each in granted(await li.get(f"/disputes/{dispute_id}/timeline"))["items"]]
    assert "review_answered" not in theirs
    seen_by_staff = [each["kind"] for each in granted(await mediator.get(f"/disputes/{dispute_id}/timeline"))["items"]]
    assert "review_decided" in seen_by_staff
    assert "review_answered" not in seen_by_staff
    assert granted(await zhang.get("/me/export"))["ratings"][0]["answer"] == "已安排周四查漏。"
    assert await whole.flaws(app) == []


async def test_who_had_a_hand_in_it_does_not_review_it(people: PeopleAtWork, clock: TravellingClock, app: App) -> None:
    zhang, director, supervisor = (
        await people.resident(),
        await people.staff("director"),
        await people.staff("supervisor"),
    )
    dispute_id = await agreed(people, zhang)
    await take(director, dispute_id, "close")
    granted(await zhang.post(f"/disputes/{dispute_id}/rating", {"resolved": True, "satisfaction": 2}), 201)
    assert granted(await director.get("/reviews"))["items"] == []
    assert "review_opened" in await kinds(supervisor)
    (review,) = granted(await supervisor.get("/reviews"))["items"]
    decision = f"/disputes/{dispute_id}/reviews/{review['id']}/decision"
    refused(await director.post(decision, {"decision": "answer", "text": "好"}), 403, "role_not_allowed")
    clock.advance(days=8)
    assert [(await sweeps.sweep(app.ctx.deps))["reviews"] for _ in range(2)] == [1, 0]
    assert await StaffNotice.filter(kind="review_overdue", staff_id=supervisor.id).count() == 1
    assert granted(await supervisor.get("/reviews"))["items"][0]["overdue"]
    granted(await supervisor.post(decision, {"decision": "reopen", "text": "没有解决"}))
    assert granted(await zhang.get(f"/disputes/{dispute_id}/rating"))["review"]["status"] == "reopened"
    assert (await Event.filter(dispute_id=dispute_id, kind="reopened").get()).actor_role == "supervisor"


async def test_nobody_is_asked_for_a_rating_after_violence(people: PeopleAtWork) -> None:
    zhang = await people.resident()
    dispute_id = await agreed(people, zhang, description="他昨天打我，还威胁要杀了我。")
    assert (await Dispute.get(id=dispute_id)).safety == "red"
    assert [each.kind for each in await Notice.filter(resident_id=zhang.id, kind__startswith="agreed")] == [
        "agreed_unrated"
    ]
    assert "打分" not in granted(await zhang.get(f"/disputes/{dispute_id}"))["next_step"]
    assert "rate" not in await offered_to(zhang, dispute_id)
