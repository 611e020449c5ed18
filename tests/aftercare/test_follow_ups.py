"""回访: planned with the outcome, made by who has the case, tried again, ended when the case is taken up again."""

from datetime import datetime, timedelta

from backend.aftercare import sweeps
from backend.core.clock import SHANGHAI
from models import FollowUp
from tests.aftercare.scene import AGREED, FAILED, agreed, kinds
from tests.casework.staff import PeopleAtWork
from tests.clock import TravellingClock
from tests.conftest import App
from tests.history import whole
from tests.journeys.contract import Json, granted, paths, refused, take, to_mediation
from tests.people import Person, file_dispute

KEPT: Json = {"channel": "phone", "result": "kept", "note": "都修好了"}


def at(month: int, day: int) -> datetime:
    return datetime(2026, month, day, 10, tzinfo=SHANGHAI)


async def planned(staff: Person, dispute_id: str) -> list[Json]:
    found = granted(await staff.get(f"/disputes/{dispute_id}/follow-ups"))["items"]
    return [each for each in found if each["status"] == "planned"]


async def test_each_outcome_plans_its_visits(people: PeopleAtWork, clock: TravellingClock) -> None:
    zhang, director, clerk = await people.resident(), await people.staff("director"), await people.staff("clerk")
    plain, family = await agreed(people, zhang), await agreed(people, zhang, category="marriage_family")
    failed, gone, refused_one = [(await file_dispute(zhang))["id"] for _ in range(3)]
    await take(await to_mediation(people, failed), failed, "end_without_agreement", **FAILED)
    granted(await zhang.post(f"/disputes/{gone}/withdrawal", {"reason": "和好了"}))
    redirect = {"authority": "人民法院"}
    await take(clerk, refused_one, "refuse", reason_code="before_court", redirect=redirect)
    # 2026-11-24 is a Tuesday; 27 December a Sunday, 22 February a working day.
    assert [each["due_on"] for each in await planned(director, plain)] == ["2026-12-01", "2026-12-24", "2027-02-22"]
    assert [each["days"] for each in await planned(director, family)] == [3, 30, 90, 180]
    assert [each["days"] for each in await planned(director, failed)] == [30]
    assert [await planned(director, each) for each in (gone, refused_one)] == [[], []]
    await take(await people.staff("mediator"), plain, "confirm_fulfilment")
    assert [(each["after"], each["days"]) for each in await planned(director, plain)] == [("fulfilled", 30)]
    clock.set(at(11, 27))
    due = granted(await (await people.staff("mediator")).get("/me/today"))["follow_ups"]
    assert [each["dispute_id"] for each in due] == [family]


async def test_who_may_make_a_visit_and_what_it_must_say(people: PeopleAtWork) -> None:
    zhang, mediator = await people.resident(), await people.staff("mediator")
    dispute_id = await agreed(people, zhang)
    visit, *_ = await planned(mediator, dispute_id)
    path = f"/disputes/{dispute_id}/follow-ups/{visit['id']}/records"
    refused(await (await people.staff("gezhouba-director")).post(path, KEPT), 404)
    refused(await (await people.staff("admin")).post(path, KEPT), 404)
    refused(await (await people.staff("supervisor")).post(path, KEPT), 403, "role_not_allowed")
    refused(await mediator.post(f"/disputes/{dispute_id}/follow-ups/{dispute_id}/records", KEPT), 404)
    unknown = {"channel": "smoke", "result": "fine", "next_step": "shout"}
    assert paths(await mediator.post(path, unknown)) == {"channel", "result", "next_step"}
    assert paths(await mediator.post(path, {"channel": "phone", "result": "not_kept"})) == {"next_step"}
    reopening = {"channel": "phone", "result": "new_dispute", "next_step": "request_reopening"}
    assert paths(await mediator.post(path, reopening)) == {"note"}
    assert paths(await mediator.post(path, KEPT | {"spoke_with": [dispute_id]})) == {"spoke_with.0"}
    assert paths(await mediator.post(path, KEPT | {"next_step": "urge_commitments"})) == {"next_step"}
    made = granted(await mediator.post(path, KEPT), 201)
    assert (made["status"], made["records"][0]["note"], made["records"][0]["result_text"]) == (
        "done", "都修好了", "已按约履行",
    )  # fmt: skip
    refused(await mediator.post(path, KEPT), 409, "follow_up_over")
    masked = granted(await (await people.staff("supervisor")).get(f"/disputes/{dispute_id}/follow-ups"))["items"]
    assert masked[0]["records"][0]["note"] is None


async def test_a_failed_performance_urges_and_a_new_quarrel_asks_for_reopening(people: PeopleAtWork, app: App) -> None:
    zhang, mediator, director = await people.resident(), await people.staff("mediator"), await people.staff("director")
    dispute_id = await agreed(people, zhang)
    first, second, _ = await planned(mediator, dispute_id)
    base = f"/disputes/{dispute_id}/follow-ups"
    unkept = {"channel": "home", "result": "not_kept", "next_step": "urge_commitments"}
    granted(await mediator.post(f"{base}/{first['id']}/records", unkept), 201)
    shown = [each["kind"] for each in granted(await zhang.get(f"/disputes/{dispute_id}/timeline"))["items"]]
    assert shown.count("commitment_urged") == 1
    assert "followed_up" not in shown

    again = {"channel": "phone", "result": "new_dispute", "note": "又漏了", "next_step": "request_reopening"}
    granted(await mediator.post(f"{base}/{second['id']}/records", again), 201)
    refused(await mediator.get("/reviews"), 403)
    (review,) = granted(await director.get("/reviews", status="open"))["items"]
    assert (review["cause"], review["request"], review["satisfaction"]) == ("follow_up", "又漏了", None)
    decision = f"/disputes/{dispute_id}/reviews/{review['id']}/decision"
    refused(await mediator.post(decision, {"decision": "reopen", "text": "再调"}), 403)
    assert granted(await director.post(decision, {"decision": "reopen", "text": "漏水复发"}))["status"] == "reopened"
    assert granted(await zhang.get(f"/disputes/{dispute_id}"))["status"] == "in_mediation"
    assert await planned(mediator, dispute_id) == []
    refused(await director.post(decision, {"decision": "answer", "text": "不用"}), 409, "review_decided")
    await take(mediator, dispute_id, "reach_agreement", **AGREED)
    assert [each["days"] for each in await planned(mediator, dispute_id)] == [7, 30, 90]
    assert await whole.flaws(app) == []


async def test_time_reminds_retries_and_reports_each_once(
    people: PeopleAtWork, clock: TravellingClock, app: App
) -> None:
    zhang, mediator, director = await people.resident(), await people.staff("mediator"), await people.staff("director")
    dispute_id = await agreed(people, zhang)
    deps = app.ctx.deps
    assert await sweeps.sweep(deps) == {"visits": 0, "reviews": 0}
    clock.set(at(12, 1))
    assert [(await sweeps.sweep(deps))["visits"] for _ in range(2)] == [1, 0]
    assert (await kinds(mediator)).count("follow_up_due") == 1
    visit, *_ = await planned(mediator, dispute_id)
    path = f"/disputes/{dispute_id}/follow-ups/{visit['id']}/records"
    unreached = {"channel": "phone", "result": "unreachable"}
    tried = granted(await mediator.post(path, unreached), 201)
    assert (tried["status"], tried["tries"], tried["due_on"]) == ("planned", 1, "2026-12-03")
    clock.set(at(12, 8))
    assert [(await sweeps.sweep(deps))["visits"] for _ in range(2)] == [1, 0]
    assert "follow_up_overdue" in await kinds(director)
    (overdue,) = granted(await director.get("/follow-ups", state="overdue"))["items"]
    assert (overdue["id"], overdue["overdue"]) == (visit["id"], True)
    assert granted(await (await people.staff("gezhouba-director")).get("/follow-ups"))["items"] == []
    granted(await mediator.post(path, unreached), 201)
    assert granted(await mediator.post(path, unreached), 201)["status"] == "done"
    first = granted(await director.get("/follow-ups", limit=1))
    rest = granted(await director.get("/follow-ups", limit=1, cursor=first["next_cursor"]))
    assert [first["items"][0]["days"], rest["items"][0]["days"]] == [30, 90]
    assert paths(await director.get("/follow-ups", cursor="eA")) == {"cursor"}
    await take(director, dispute_id, "reopen", reason="又来了")
    assert await FollowUp.filter(status="planned").count() == 0
    clock.set(clock.now() + timedelta(days=60))
    assert (await sweeps.sweep(deps))["visits"] == 0
