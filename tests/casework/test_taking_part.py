"""Body and track, asking and answering, who mediates, each one's own day."""

from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from backend.core.clock import SHANGHAI
from backend.core.deps import Deps
from models import CaseCounter, HandoverNote, Organization, Party, Staff, StaffNotice
from tests.casework.staff import PeopleAtWork
from tests.clock import TravellingClock
from tests.conftest import App
from tests.journeys.contract import Json, free_slots, granted, offered, paths, refused, take, to_mediation
from tests.people import Person, file_dispute

AUTHORITY = [{"kind": "organization", "name": "宜都市自然资源和规划局"}]


@pytest.fixture
def deps(app: App) -> Deps:
    found: Deps = app.ctx.deps
    return found


async def act(staff: Person, dispute_id: str, action: str, **fields: Any) -> httpx.Response:
    version = granted(await staff.get(f"/disputes/{dispute_id}"))["version"]
    return await staff.post(f"/disputes/{dispute_id}/actions/{action}", {"version": version} | fields)


async def assigned(people: PeopleAtWork, **filing: Any) -> tuple[Json, Person]:
    clerk, mediator = await people.staff("clerk"), await people.staff("mediator")
    filed = await file_dispute(await people.resident(), **filing)
    await take(clerk, filed["id"], "accept")
    await take(clerk, filed["id"], "assign", mediator_id=mediator.id)
    return filed, mediator


@pytest.mark.parametrize(
    ("filing", "start", "track"),
    [
        ({}, {}, "people"),
        ({}, {"mode": "commercial"}, "commercial"),
        ({}, {"track": "petition"}, "petition"),
        ({"category": "expropriation"}, {}, "administrative"),
        ({"respondents": AUTHORITY}, {}, "administrative"),
        ({"category": "expropriation"}, {"track": "people"}, None),
        ({"respondents": AUTHORITY}, {"track": "people"}, None),
        ({"category": "consumer"}, {"track": "commercial"}, None),
        ({"category": "labour_wages"}, {"mode": "commercial"}, None),
    ],
)
async def test_the_law_keeps_some_cases_from_some_tracks(
    people: PeopleAtWork, filing: Json, start: Json, track: str | None
) -> None:
    filed, mediator = await assigned(people, **filing)
    in_name = {"organization_id": str((await Organization.get(code="demo-park")).id)} if track == "commercial" else {}
    answer = await act(mediator, filed["id"], "start_mediation", **start, **in_name)
    if track is None:
        assert paths(answer) == {next(iter(start))}
        return
    case = granted(answer)
    assert case["track"] == track
    assert case["papers"]
    assert case["due_at"][:10] == ("2027-01-25" if track == "petition" else "2026-12-24"), "60 days end on a Saturday"
    assert case["conflict"] == "none", "who begins states to have no interest"


async def test_mediation_begins_in_the_name_of_a_body(people: PeopleAtWork) -> None:
    filed, mediator = await assigned(people)
    own = await Organization.get(center_id=filed["center"]["id"], is_own_committee=True)
    await Organization.filter(id=own.id).update(registration_number="宜司调字12号", seal_name="陆城街道人民调解委员会")
    await take(mediator, filed["id"], "start_mediation")
    began = granted(await mediator.get(f"/disputes/{filed['id']}/timeline", order="desc"))["items"][0]["data"]
    assert (began["registration_number"], began["seal_name"]) == ("宜司调字12号", "陆城街道人民调解委员会")
    await Organization.filter(id=own.id).update(registration_number="", seal_name="")


async def test_a_party_answers_item_by_item(people: PeopleAtWork, clock: TravellingClock) -> None:
    resident, clerk = await people.resident(), await people.staff("clerk")
    filed = await file_dispute(resident)
    await take(clerk, filed["id"], "request_information", items=["房产证", "漏水照片"], due_on="2026-12-04")
    page = granted(await resident.get(f"/disputes/{filed['id']}"))
    (request,) = page["information_requests"]
    assert "answer_request" in {each["action"] for each in page["actions"]}
    assert [each["text"] for each in request["items"]] == ["房产证", "漏水照片"]
    first, second = [each["id"] for each in request["items"]]
    path = f"/disputes/{filed['id']}/information-requests/{request['id']}/answers"
    clock.advance(days=1)
    granted(await resident.post(path, {"answers": [{"item_id": first, "text": "在我儿子那里"}]}), 201)
    case = granted(await clerk.get(f"/disputes/{filed['id']}"))
    assert case["clock"]["paused"], "one item is missing"
    assert case["information_requests"][0]["items"][0]["answer"] == "在我儿子那里"
    wrong = [{"item_id": first, "text": "再说一次"}, {"item_id": filed["id"], "text": "x"}, {"item_id": second}]
    assert paths(await resident.post(path, {"answers": wrong})) == {
        "answers.0.item_id", "answers.1.item_id", "answers.2.text",
    }  # fmt: skip
    page = granted(await resident.post(path, {"answers": [{"item_id": second, "text": "见附件"}]}), 201)
    assert page["information_requests"] == []
    case = granted(await clerk.get(f"/disputes/{filed['id']}"))
    assert (case["clock"]["paused"], case["due_at"][:10]) == (None, "2026-11-30")
    assert "房产证" not in (await (await people.staff("supervisor")).get(f"/disputes/{filed['id']}")).text
    refused(await (await people.resident("li")).post(path, {"answers": [{"item_id": second, "text": "x"}]}), 404)
    inbox = granted(await clerk.get("/notices"))["items"]
    assert [each["kind"] for each in inbox] == ["information_answered"] * 2
    assert granted(await clerk.get("/notices/unread-count")) == {"count": 2}
    assert granted(await clerk.post(f"/notices/{inbox[0]['id']}/read"))["read_at"]
    assert granted(await clerk.get("/notices/unread-count")) == {"count": 1}
    refused(await (await people.staff("director")).post(f"/notices/{inbox[0]['id']}/read"), 404)


async def test_answers_brought_to_the_window(people: PeopleAtWork) -> None:
    resident, clerk = await people.resident(), await people.staff("clerk")
    filed = await file_dispute(resident)
    asked = await take(clerk, filed["id"], "request_information", items=["房产证", "营业执照"], due_on="2026-12-04")
    (request,), (mine, theirs) = asked["information_requests"], [each["id"] for each in asked["parties"]]
    first, second = [each["id"] for each in request["items"]]
    path = f"/disputes/{filed['id']}/information-requests/{request['id']}/answers"
    body = {"party_id": mine, "answers": [{"item_id": first, "text": "原件已核对"}]}
    assert paths(await clerk.post(path, body | {"party_id": first})) == {"party_id"}
    assert paths(await clerk.post(path, body | {"answers": [{"item_id": first, "text": "长" * 2001}]})) == {
        "answers.0.text"
    }
    assert paths(await clerk.post(path, {"answers": []})) == {"party_id", "answers"}
    refused(await (await people.staff("gezhouba-clerk")).post(path, body), 404)
    refused(await (await people.staff("supervisor")).post(path, body), 403, "role_not_allowed")
    case = granted(await clerk.post(path, body), 201)
    assert case["information_requests"][0]["items"][0]["answer"] == "原件已核对"
    (own,) = granted(await resident.get(f"/disputes/{filed['id']}"))["information_requests"]
    assert own["items"][0]["answer"] == "原件已核对", "the party reads what was written down for it"
    rest = {"party_id": theirs, "answers": [{"item_id": second, "text": "公司送来复印件"}]}
    case = granted(await clerk.post(path, rest), 201)
    assert (case["clock"]["paused"], case["version"]) == (None, asked["version"] + 2)
    assert "公司送来" not in (await resident.get(f"/disputes/{filed['id']}", include="timeline")).text
    refused(await clerk.post(path.replace(request["id"], filed["id"]), rest), 404)
    await resident.post(f"/disputes/{filed['id']}/withdrawal", {"reason": "不办了"})
    refused(await clerk.post(path, rest), 409, "dispute_ended")


async def test_unreachable_only_after_enough_attempts(people: PeopleAtWork) -> None:
    filed = await file_dispute(await people.resident())
    mediator = await to_mediation(people, filed["id"])
    ending = {"reason_code": "unreachable", "routes": ["向人民法院起诉"]}
    failed = {"channel": "phone", "outcome": "没有人接", "reached": False, "next_try_on": "2026-11-25"}
    for _ in range(2):
        await take(mediator, filed["id"], "log_contact", **failed)
    assert paths(await act(mediator, filed["id"], "end_without_agreement", **ending)) == {"reason_code"}
    await take(mediator, filed["id"], "log_contact", channel="phone", outcome="接了", reached=True)
    for _ in range(3):
        await take(mediator, filed["id"], "log_contact", **failed)
    assert granted(await mediator.get(f"/disputes/{filed['id']}"))["failed_contacts"] == 3
    assert (await take(mediator, filed["id"], "end_without_agreement", **ending))["status"] == "not_agreed"


async def test_a_failed_attempt_is_no_contact(people: PeopleAtWork) -> None:
    filed, mediator = await assigned(people)
    case = await take(mediator, filed["id"], "log_contact", channel="phone", outcome="响到底了", reached=False)
    assert (case["clock"]["rule"], case["failed_contacts"]) == ("first_contact", 1)
    case = await take(mediator, filed["id"], "log_contact", channel="phone", outcome="上午打了两次，都没有人接")
    assert (case["clock"]["rule"], case["failed_contacts"]) == ("first_contact", 2), "the words say so"
    said = {"channel": "phone", "outcome": "昨天没有人接，今天接了", "reached": True}
    case = await take(mediator, filed["id"], "log_contact", **said)
    assert (case["clock"]["rule"], case["failed_contacts"]) == ("begin", 0)
    past = {"channel": "phone", "outcome": "x", "next_try_on": "2026-11-01"}
    assert paths(await act(mediator, filed["id"], "log_contact", **past)) == {"next_try_on"}


async def test_the_next_try_stands_in_the_morning_list_of_its_day(people: PeopleAtWork, clock: TravellingClock) -> None:
    filed = await file_dispute(await people.resident())
    mediator = await to_mediation(people, filed["id"])
    director, elsewhere = await people.staff("director"), await people.staff("gezhouba-clerk")

    async def to_contact(somebody: Person) -> list[str]:
        return [each["id"] for each in granted(await somebody.get("/me/today"))["to_contact"]]

    failed = {"channel": "phone", "outcome": "没有人接", "reached": False, "next_try_on": "2026-11-25"}
    await take(mediator, filed["id"], "log_contact", **failed)
    assert await to_contact(mediator) == []
    clock.set(datetime(2026, 11, 25, 0, 1, tzinfo=SHANGHAI))
    assert await to_contact(mediator) == await to_contact(director) == [filed["id"]]
    assert await to_contact(elsewhere) == []
    await take(mediator, filed["id"], "log_contact", channel="phone", outcome="接了", reached=True)
    assert await to_contact(mediator) == [], "the try was made"
    await take(mediator, filed["id"], "log_contact", **failed)
    assert await to_contact(mediator) == [filed["id"]]
    ending = {"reason_code": "no_consensus", "routes": ["向人民法院起诉"]}
    await take(mediator, filed["id"], "end_without_agreement", **ending)
    assert await to_contact(mediator) == [], "what has ended is not tried again"


async def test_who_has_an_interest_asks_to_be_recused(people: PeopleAtWork) -> None:
    filed, mediator = await assigned(people)
    director = await people.staff("director")
    assert paths(await act(mediator, filed["id"], "start_mediation", no_conflict=False)) == {"no_conflict"}
    case = await take(mediator, filed["id"], "declare_conflict", reason="申请人是我表弟")
    assert (case["conflict"], case["clock"]["paused"]["reason"]) == ("declared", "recusal")
    refused(await act(mediator, filed["id"], "start_mediation"), 409, "action_not_allowed")
    refused(await act(director, filed["id"], "resume_clock"), 409, "action_not_allowed")
    ending = {"reason_code": "no_consensus", "routes": ["向人民法院起诉"]}
    for action, fields in (("transfer", {"level_up": True, "reason": "x"}), ("end_without_agreement", ending)):
        refused(await act(director, filed["id"], action, **fields), 409, "action_not_allowed")
    assert "表弟" not in (await (await people.staff("supervisor")).get(f"/disputes/{filed['id']}/timeline")).text
    case = await take(director, filed["id"], "decide_recusal", upheld=True, reason="属实")
    assert (case["mediator"], case["conflict"], case["clock"]["paused"]) == (None, None, None)
    clerk = await people.staff("clerk")
    assert granted(await clerk.get("/notices"))["items"][0]["kind"] == "recusal_decided"
    proposed = granted(await director.get(f"/disputes/{filed['id']}/mediator-proposals"))["items"]
    assert mediator.id not in {each["mediator_id"] for each in proposed}


async def test_each_pause_ends_with_its_own_reason(people: PeopleAtWork) -> None:
    """Asked for papers, then challenged: whichever is settled first, the clock waits for the other."""
    resident, director = await people.resident(), await people.staff("director")
    for answered_first in (True, False):
        filed, mediator = await assigned(people)
        asked = await take(mediator, filed["id"], "request_information", items=["照片"], due_on="2026-12-20")
        (request,) = asked["information_requests"]
        granted(await resident.post(f"/disputes/{filed['id']}/challenges", {"reason": "他帮物业说话"}), 201)
        path = f"/disputes/{filed['id']}/information-requests/{request['id']}/answers"
        answer = {"answers": [{"item_id": request["items"][0]["id"], "text": "在这里"}]}
        reasons = []
        for step in (answered_first, not answered_first):
            if step:
                granted(await resident.post(path, answer), 201)
            else:
                await take(director, filed["id"], "decide_recusal", upheld=False, reason="没有依据")
            paused = granted(await director.get(f"/disputes/{filed['id']}"))["clock"]["paused"]
            reasons.append(paused and paused["reason"])
        assert reasons == ["recusal" if answered_first else "information", None]


async def test_a_party_challenges_from_the_phone(people: PeopleAtWork) -> None:
    resident, director = await people.resident(), await people.staff("director")
    filed, mediator = await assigned(people)
    page = granted(await resident.post(f"/disputes/{filed['id']}/challenges", {"reason": "他帮物业说话"}), 201)
    assert "challenge" not in {each["action"] for each in page["actions"]}
    again = await resident.post(f"/disputes/{filed['id']}/challenges", {"reason": "再说一次"})
    refused(again, 409, "challenge_not_possible")
    refused(await act(mediator, filed["id"], "decide_recusal", upheld=False, reason="不属实"), 403, "role_not_allowed")
    assert [each["kind"] for each in granted(await director.get("/notices"))["items"]] == ["recusal_asked"]
    case = await take(director, filed["id"], "decide_recusal", upheld=False, reason="没有依据")
    assert (case["mediator"]["id"], case["conflict"]) == (mediator.id, "none")
    await take(mediator, filed["id"], "start_mediation")


async def test_a_mediator_who_is_a_party_is_refused(people: PeopleAtWork) -> None:
    director, clerk, mediator = [await people.staff(name) for name in ("director", "clerk", "mediator")]
    name = (await Staff.get(id=mediator.id)).name
    profile = {"specialities": ["property"], "languages": ["yichang"], "division_code": "420581001"}
    granted(await director.put(f"/mediators/{mediator.id}/profile", profile | {"phone": "138 7256 0009"}))
    refused(await clerk.put(f"/mediators/{mediator.id}/profile", profile), 403, "role_not_allowed")
    other = await people.staff("gezhouba-director")
    refused(await other.put(f"/mediators/{mediator.id}/profile", profile), 404)
    for phone, is_refused in (("13872560009", True), ("13872560010", False)):
        filed = await file_dispute(await people.resident(), applicant={"name": name, "phone": phone})
        await take(clerk, filed["id"], "accept")
        answer = await act(clerk, filed["id"], "assign", mediator_id=mediator.id)
        assert (answer.status_code == 422) == is_refused, answer.text
        if not is_refused:
            party = {"version": answer.json()["version"], "side": "respondent", "name": name, "phone": "13872560009"}
            path = f"/disputes/{filed['id']}/parties"
            assert paths(await clerk.post(path, party)) == {"name"}, "nor does the mediator become one"
            granted(await clerk.post(path, party | {"phone": "13872560011"}), 201)
    await Staff.filter(id=mediator.id).update(phone_hash=None, specialities=[], languages=[], division_code=None)


async def test_a_director_who_is_a_party_does_not_begin(people: PeopleAtWork) -> None:
    clerk, director = await people.staff("clerk"), await people.staff("director")
    name = (await Staff.get(id=director.id)).name
    filed = await file_dispute(await people.resident(), respondents=[{"name": name}])
    await take(clerk, filed["id"], "accept")
    assert paths(await act(director, filed["id"], "start_mediation")) == {"no_conflict"}


async def test_proposals_say_why(people: PeopleAtWork, deps: Deps) -> None:
    director, mediator = await people.staff("director"), await people.staff("mediator")
    center_id = (await Staff.get(id=mediator.id)).center_id
    second = await Staff.create(username="second", name="刘芳", role="mediator", center_id=center_id, password_hash="",
                                created_at=deps.clock.now())  # fmt: skip
    filed, _ = await assigned(people)
    try:
        profile = {"specialities": ["property"], "languages": ["yichang"], "division_code": "420581001"}
        granted(await director.put(f"/mediators/{second.id}/profile", profile))
        path = f"/disputes/{filed['id']}/mediator-proposals"
        items = granted(await director.get(path, language="yichang"))["items"]
        assert [each["mediator_id"] for each in items] == [str(second.id), mediator.id]
        assert items[0]["reasons"][:3] == ["擅长物业", "在办0件", "会宜昌话"]
        assert items[0]["reasons"][3].startswith("离纠纷地")
        assert items[1]["reasons"] == ["在办1件"]
        assert paths(await director.get(path, language="klingon")) == {"language"}
        case = await take(
            director, filed["id"], "assign", mediator_id=str(second.id), handover_note="申请人耳背，请慢慢说"
        )
        assert "耳背" not in str(case)
        assert granted(await director.get(f"/disputes/{filed['id']}/handover-notes"))["items"][0]["text"].startswith(
            "申请人耳背"
        )
        refused(await mediator.get(f"/disputes/{filed['id']}/handover-notes"), 404)
        assert paths(await act(director, filed["id"], "assign", mediator_id=str(second.id), handover_note="x")) == {
            "handover_note"
        }
    finally:
        await take(director, filed["id"], "assign", mediator_id=mediator.id)
        await StaffNotice.filter(staff_id=second.id).delete()
        await HandoverNote.filter(to_mediator_id=second.id).delete()
        await second.delete()


async def test_both_sides_choose_the_same(people: PeopleAtWork) -> None:
    resident, other, clerk = await people.resident(), await people.resident("li"), await people.staff("clerk")
    mediator = await people.staff("mediator")
    filed = await file_dispute(resident)
    await Party.filter(dispute_id=filed["id"], side="respondent").update(resident_id=other.id)
    await take(clerk, filed["id"], "accept")
    listed = granted(await resident.get(f"/disputes/{filed['id']}/mediators"))["items"]
    assert [each["id"] for each in listed] == [mediator.id]
    path, choice = f"/disputes/{filed['id']}/mediator-choice", {"mediator_id": mediator.id}
    assert paths(await resident.post(path, {"mediator_id": filed["id"]})) == {"mediator_id"}
    granted(await resident.post(path, choice), 201)
    assert granted(await clerk.get(f"/disputes/{filed['id']}"))["mediator"] is None
    (proposal,) = granted(await clerk.get(f"/disputes/{filed['id']}/mediator-proposals"))["items"]
    assert proposal["chosen_by"] == ["applicant"]
    granted(await other.post(path, choice), 201)
    case = granted(await clerk.get(f"/disputes/{filed['id']}"))
    assert (case["mediator"]["id"], case["clock"]["rule"]) == (mediator.id, "first_contact")
    assert {each["kind"] for each in granted(await mediator.get("/notices"))["items"]} == {"assigned"}


async def test_the_morning_list(people: PeopleAtWork, clock: TravellingClock) -> None:
    resident, clerk, mediator = await people.resident(), await people.staff("clerk"), await people.staff("mediator")
    filed, _ = await assigned(people)
    waiting = (await file_dispute(await people.resident("li")))["id"]
    await take(clerk, waiting, "request_information", items=["照片"], due_on="2026-12-20")
    slot = next(each for each in await free_slots(resident, filed["id"], clock) if each["starts_at"] >= "2026-11-27")
    granted(await resident.post(f"/disputes/{filed['id']}/appointments", {"slot_id": slot["id"]}), 201)
    clock.advance(days=3)
    today = granted(await mediator.get("/me/today"))
    assert [each["dispute_id"] for each in today["appointments"]] == [filed["id"]]
    assert [each["id"] for each in today["due_soon"]] == [filed["id"]]
    assert (today["overdue"], today["waiting"]) == ([], [])
    (held,) = granted(await clerk.get("/me/today"))["waiting"]
    assert (held["case"]["id"], held["waits_for"], held["until"]) == (waiting, "party", "2026-12-20")
    clock.advance(days=1)
    assert [each["id"] for each in granted(await mediator.get("/me/today"))["overdue"]] == [filed["id"]]
    refused(await (await people.staff("admin")).get("/me/today"), 403, "role_not_allowed")


async def test_the_morning_list_of_a_city_is_short(people: PeopleAtWork, clock: TravellingClock) -> None:
    clerk, supervisor = await people.staff("clerk"), await people.staff("supervisor")
    resident = await people.resident()
    for _ in range(22):
        await file_dispute(resident)
    clock.advance(days=10)
    overdue = [granted(await each.get("/me/today"))["overdue"] for each in (clerk, supervisor)]
    assert [len(each) for each in overdue] == [22, 20]


async def test_changes_without_names(people: PeopleAtWork) -> None:
    clerk, other, supervisor = [await people.staff(name) for name in ("clerk", "gezhouba-clerk", "supervisor")]
    cursor = granted(await clerk.get("/changes"))["cursor"]
    filed, mediator = await assigned(people)
    await take(clerk, filed["id"], "add_note", text="张三耳背")
    news = granted(await clerk.get("/changes", after=cursor))
    assert [(each["type"], each["kind"], each["status"]) for each in news["items"]] == [
        ("case", "submitted", "submitted"), ("case", "accepted", "accepted"), ("case", "assigned", "accepted"),
        ("case", "note", "accepted"),
    ]  # fmt: skip
    assert "张三" not in str(news)
    assert granted(await clerk.get("/changes", after=news["cursor"]))["items"] == []
    assert len(granted(await supervisor.get("/changes", after=cursor))["items"]) == 4
    assert granted(await other.get("/changes", after=cursor))["items"] == []
    kinds = [each["type"] for each in granted(await mediator.get("/changes", after=cursor))["items"]]
    assert sorted(kinds) == ["case"] * 4 + ["notice"]
    paged = granted(await clerk.get("/changes", after=cursor, limit=3))
    assert len(paged["items"]) == 3
    assert len(granted(await clerk.get("/changes", after=paged["next_cursor"]))["items"]) == 1
    assert paths(await clerk.get("/changes", after="nonsense")) == {"after"}


async def test_numbers_count_by_series(people: PeopleAtWork, clock: TravellingClock) -> None:
    filed, _ = await assigned(people)
    assert [(each.year, each.series, each.given) for each in await CaseCounter.all()] == [(2026, "调", 1)]
    clock.advance(days=37, hours=14, minutes=30)
    assert clock.now() - timedelta(minutes=30) == clock.now().replace(year=2027, month=1, day=1, hour=0, minute=0)
    clerk = await people.staff("clerk")
    late = await file_dispute(await people.resident("li"))
    assert (await take(clerk, late["id"], "accept"))["case_number"] == "〔2027〕宜都陆城调字第0001号"
    assert offered(granted(await clerk.get(f"/disputes/{filed['id']}")))
