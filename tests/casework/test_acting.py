"""Acting on a case over HTTP: what each action asks for, leaves behind and tells."""

from typing import Any

import pytest

from backend.casework.schemas import FIELDS
from models import Appointment, Notice, Organization, Resident, Status
from tests.clock import TravellingClock
from tests.journeys.contract import Json, free_slots, granted, offered, paths, refused, take, to_mediation
from tests.people import People, Person, file_dispute

REDIRECT = {"authority": "宜都市人民法院", "phone": "0717-4821234"}
TERMS = [
    {"who": "物业", "what": "修好漏水", "due_on": "2026-12-10"},
    {"who": "物业", "what": "赔偿粉刷费", "due_on": "2026-12-20", "amount_fen": 120_000},
]
VALID: dict[str, Json] = {
    "accept": {},
    "refuse": {"reason_code": "before_court", "redirect": REDIRECT},
    "transfer": {"level_up": True, "reason": "情况复杂"},
    "receive": {},
    "decline_transfer": {"reason": "不在本辖区"},
    "assign": {"mediator_id": "00000000-0000-0000-0000-000000000000"},
    "start_mediation": {},
    "record_session": {"held_at": "2026-11-24T09:30:00+08:00", "summary": "双方面谈"},
    "reach_agreement": {"form": "written", "summary": "物业修好并赔偿", "terms": TERMS},
    "end_without_agreement": {"reason_code": "no_consensus", "routes": ["向人民法院起诉"]},
    "confirm_fulfilment": {},
    "close": {"note": "双方都满意"},
    "reopen": {"reason": "又漏水了"},
    "add_note": {"text": "申请人耳背"},
    "request_information": {"items": ["房产证"], "due_on": "2026-12-01"},
    "log_contact": {"channel": "phone", "outcome": "没有人接"},
    "pause_clock": {"reason_code": "appraisal", "until": "2026-12-08"},
    "resume_clock": {},
    "declare_no_conflict": {},
    "declare_conflict": {"reason": "申请人是我表弟"},
    "decide_recusal": {"upheld": True, "reason": "属实"},
    "link": {"other_id": "00000000-0000-0000-0000-000000000000", "kind": "related"},
    "unlink": {"other_id": "00000000-0000-0000-0000-000000000000", "kind": "related", "reason": "看错了"},
    "dismiss_duplicate": {"other_id": "00000000-0000-0000-0000-000000000000", "reason": "不是同一件"},
    "merge": {"into_id": "00000000-0000-0000-0000-000000000000", "reason": "同一件事"},
    "split": {"party_ids": ["00000000-0000-0000-0000-000000000000"] * 2, "reason": "两件事"},
    "waive_document": {"code": "session", "reason": "另有纸质笔录"},
    "extend_term": {"days": 10, "reason": "等待鉴定", "consents": [
        {"party_id": "00000000-0000-0000-0000-000000000000", "given_on": "2026-11-24", "how": "phone"}]},
}  # fmt: skip


async def act(staff: Person, dispute_id: str, action: str, version: int, **fields: Any) -> Any:
    return await staff.post(f"/disputes/{dispute_id}/actions/{action}", {"version": version} | fields)


async def version_of(staff: Person, dispute_id: str) -> int:
    return int(granted(await staff.get(f"/disputes/{dispute_id}"))["version"])


async def test_role_comes_before_version_and_version_before_state(people: People) -> None:
    """A sample of every action in every role; the whole table is walked in `test_flow`."""
    clerk, mediator = await people.staff("clerk"), await people.staff("mediator")
    roles = {"clerk": clerk, "mediator": mediator, "director": await people.staff("director"),
             "supervisor": await people.staff("supervisor")}  # fmt: skip
    filed = await file_dispute(await people.resident())
    await take(clerk, filed["id"], "accept")
    for role, person in roles.items():
        allowed = offered(granted(await person.get(f"/disputes/{filed['id']}")))
        for action, fields in VALID.items():
            stale = await act(person, filed["id"], action, 1, **fields)
            if stale.status_code == 403:
                refused(stale, 403, "role_not_allowed")
                assert action not in allowed, role
                continue
            refused(stale, 409, "stale_version")
            assert (stale.json()["version"], stale.json()["status"]) == (2, "accepted")
            if action not in allowed:
                late = refused(await act(person, filed["id"], action, 2, **fields), 409, "action_not_allowed")
                assert late["status"] == "accepted"
    assert await version_of(clerk, filed["id"]) == 2


async def test_admin_and_other_centers_find_nothing(people: People) -> None:
    filed = await file_dispute(await people.resident())
    for username in ("admin", "gezhouba-director", "xiaoting-clerk"):
        stranger = await people.staff(username)
        refused(await stranger.get(f"/disputes/{filed['id']}"), 404)
        refused(await stranger.get(f"/disputes/{filed['id']}/timeline"), 404)
        for action, fields in VALID.items():
            refused(await act(stranger, filed["id"], action, 1, **fields), 404)


async def test_unknown_actions_are_not_there(people: People) -> None:
    filed, clerk = await file_dispute(await people.resident()), await people.staff("clerk")
    for action in ("withdraw", "praise", "ACCEPT", "accept%20", "accept/now"):
        refused(await act(clerk, filed["id"], action, 1), 404)


NOT_YET = "2026-11-24T10:00:01+08:00"


@pytest.mark.parametrize(
    ("action", "fields", "wrong"),
    [
        ("accept", {"version": "1", "note": "x"}, {"version", "note"}),
        ("accept", {"version": 0}, {"version"}),
        ("accept", {"version": 2**40}, {"version"}),
        ("accept", {"version": True}, {"version"}),
        ("refuse", {}, {"reason_code", "redirect"}),
        ("refuse", {"reason_code": "dislike", "redirect": {"phone": " "}}, {"reason_code", "redirect.authority",
                                                                              "redirect.phone"}),
        ("transfer", {}, {"center_id", "reason"}),
        ("transfer", {"center_id": "nowhere", "reason": ""}, {"center_id", "reason"}),
        ("transfer", {"center_id": "nowhere", "level_up": True, "reason": "x"}, {"center_id"}),
        ("transfer", {"level_up": "yes", "reason": "x"}, {"level_up"}),
        ("decline_transfer", {"reason": " \n "}, {"reason"}),
        ("assign", {}, {"mediator_id"}),
        ("assign", {"mediator_id": "li"}, {"mediator_id"}),
        ("start_mediation", {"organization_id": 7, "track": "private", "mode": "loud"},
         {"organization_id", "track", "mode"}),
        ("record_session", {"held_at": NOT_YET, "attended": ["me"]}, {"held_at", "summary", "attended.0"}),
        ("record_session", {"held_at": "2026-11-24T09:00:00", "summary": "x"}, {"held_at"}),
        ("record_session", {"held_at": "0001-01-01T00:00:00+14:00", "summary": "x"}, {"held_at"}),
        ("record_session", {"held_at": "2026-11-24T09:00:00+08:00", "summary": "好" * 2001}, {"summary"}),
        ("reach_agreement", {"form": "wink", "terms": [{"who": "物业", "amount_fen": -1, "due_on": "soon"}]},
         {"form", "summary", "terms.0.what", "terms.0.due_on", "terms.0.amount_fen"}),
        ("end_without_agreement", {"reason_code": "tired", "routes": []}, {"reason_code", "routes"}),
        ("close", {"note": "a\u0000b"}, {"note"}),
        ("reopen", {}, {"reason"}),
        ("add_note", {"text": "", "audience": "applicant"}, {"text", "audience"}),
        ("request_information", {"items": [], "due_on": "2026-11-23"}, {"items", "due_on"}),
        ("log_contact", {"channel": "pigeon"}, {"channel", "outcome"}),
    ],
)  # fmt: skip
async def test_all_field_errors_at_once(people: People, action: str, fields: Json, wrong: set[str]) -> None:
    clerk = await people.staff("clerk")
    somewhere = "00000000-0000-0000-0000-000000000000"
    answer = await clerk.post(f"/disputes/{somewhere}/actions/{action}", {"version": 1} | fields)
    assert paths(answer) == wrong


async def test_fields_that_only_the_case_can_tell(people: People) -> None:
    clerk, mediator = await people.staff("clerk"), await people.staff("mediator")
    other, own_center = await people.staff("gezhouba-mediator"), granted(await clerk.get("/me"))["center"]["id"]
    filed = await file_dispute(await people.resident(), category="labour_wages")
    stranger = (await file_dispute(await people.resident("li")))["id"]
    party = granted(await clerk.get(f"/disputes/{filed['id']}"))["parties"][0]["id"]
    foreign = granted(await clerk.get(f"/disputes/{stranger}"))["parties"][0]["id"]
    assert paths(await act(clerk, filed["id"], "transfer", 1, center_id=own_center, reason="x")) == {"center_id"}
    await take(clerk, filed["id"], "accept")
    for nobody in (other.id, clerk.id, filed["id"]):
        assert paths(await act(clerk, filed["id"], "assign", 2, mediator_id=nobody)) == {"mediator_id"}
    await take(clerk, filed["id"], "assign", mediator_id=mediator.id)
    unknown = await act(mediator, filed["id"], "start_mediation", 3, organization_id=filed["id"])
    assert paths(unknown) == {"organization_id"}
    await take(mediator, filed["id"], "start_mediation")
    session = {"held_at": "2026-11-24T10:00:00+08:00", "summary": "谈了"}
    wrong = await act(mediator, filed["id"], "record_session", 4, attended=[party, foreign, stranger], **session)
    assert paths(wrong) == {"attended.1", "attended.2"}
    await take(mediator, filed["id"], "record_session", attended=[party], **session)
    oral = await act(mediator, filed["id"], "reach_agreement", 5, form="oral", summary="口头说好")
    assert paths(oral) == {"form"}, "劳动争议 wants paper"
    await take(mediator, filed["id"], "reach_agreement", form="written", summary="付清工资")


async def test_the_whole_way_and_back(people: People, clock: TravellingClock) -> None:
    resident, director = await people.resident(), await people.staff("director")
    filed = await file_dispute(resident)
    park = await Organization.get(code="demo-park")
    mediator = await to_mediation(people, filed["id"], mode="commercial", organization_id=str(park.id))
    case = granted(await mediator.get(f"/disputes/{filed['id']}"))
    assert (case["track"], case["mode"]) == ("commercial", "commercial")
    assert case["organization"] == {"id": str(park.id), "name": park.name}
    assert case["case_number"] == "〔2026〕宜都陆城调字第0001号"
    assert case["light"] == "green"
    clock.advance(days=25)
    assert granted(await mediator.get(f"/disputes/{filed['id']}"))["light"] == "yellow"
    clock.advance(days=20)
    case = await take(mediator, filed["id"], "reach_agreement", form="oral", summary="说好了")
    assert (case["status"], case["due_at"], case["light"]) == ("agreed", None, "green")
    await take(director, filed["id"], "reopen", reason="又漏水了")
    await take(mediator, filed["id"], "end_without_agreement", **VALID["end_without_agreement"])
    case = await take(director, filed["id"], "close")
    assert offered(case) == {"reopen", "add_note"}
    assert case["case_number"] == "〔2026〕宜都陆城调字第0001号"


async def test_transfer_finds_the_next_level_up(people: People) -> None:
    clerk, supervisor = await people.staff("clerk"), await people.staff("supervisor")
    filed = await file_dispute(await people.resident())
    case = await take(clerk, filed["id"], "transfer", level_up=True, reason="涉及多个乡镇")
    assert case["transfer_to"]["name"].startswith("宜都市"), "a township's county"
    assert case["center"]["id"] == filed["center"]["id"], "until it is received the old center owns it"
    refused(await act(clerk, filed["id"], "receive", case["version"]), 403, "role_not_allowed")
    county = await people.staff("xiaoting-clerk")
    own = await file_dispute(
        await people.resident(), location={"division_code": "420505"}, category="intellectual_property"
    )
    assert own["center"]["id"] == granted(await county.get("/me"))["center"]["id"]
    case = await take(county, own["id"], "transfer", level_up=True, reason="本区办不了")
    case = await take(supervisor, own["id"], "receive")
    assert (case["status"], case["transfer_to"]) == ("submitted", None)
    again = await act(supervisor, own["id"], "transfer", case["version"], level_up=True, reason="还要更高")
    assert paths(again) == {"level_up"}
    refused(await county.get(f"/disputes/{own['id']}"), 404)


async def test_what_moves_to_another_center_leaves_its_mediator_and_bookings(
    people: People, clock: TravellingClock
) -> None:
    resident, clerk, other = await people.resident(), await people.staff("clerk"), await people.staff("gezhouba-clerk")
    filed = await file_dispute(resident)
    await to_mediation(people, filed["id"])
    slot = (await free_slots(resident, filed["id"], clock))[0]["id"]
    granted(await resident.post(f"/disputes/{filed['id']}/appointments", {"slot_id": slot}), 201)
    target = granted(await other.get("/me"))["center"]["id"]
    await take(clerk, filed["id"], "transfer", center_id=target, reason="事情发生在葛洲坝")
    case = await take(other, filed["id"], "receive")
    assert (case["status"], case["center"]["id"], case["mediator"]) == ("in_mediation", target, None)
    assert [each["status"] for each in case["appointments"]] == ["cancelled"]
    assert case["case_number"].startswith("〔2026〕宜都陆城"), "the number is the case's for good"


async def test_what_is_withdrawn_is_offered_to_nobody_any_more(people: People) -> None:
    resident, clerk, other = await people.resident(), await people.staff("clerk"), await people.staff("gezhouba-clerk")
    filed, target = await file_dispute(resident), granted(await other.get("/me"))["center"]["id"]
    await take(clerk, filed["id"], "transfer", center_id=target, reason="事情发生在葛洲坝")
    granted(await resident.post(f"/disputes/{filed['id']}/withdrawal", {"reason": "谈好了"}))
    refused(await other.get(f"/disputes/{filed['id']}"), 404)
    assert granted(await other.get("/disputes"))["items"] == []
    assert granted(await clerk.get(f"/disputes/{filed['id']}"))["transfer_to"] is None


@pytest.mark.parametrize("ending", ["refuse", "withdraw"])
async def test_an_end_releases_what_was_booked(people: People, clock: TravellingClock, ending: str) -> None:
    resident, clerk = await people.resident(), await people.staff("clerk")
    filed = await file_dispute(resident)
    slot = (await free_slots(resident, filed["id"], clock))[0]
    granted(await resident.post(f"/disputes/{filed['id']}/appointments", {"slot_id": slot["id"]}), 201)
    if ending == "refuse":
        await take(clerk, filed["id"], "refuse", **VALID["refuse"])
    else:
        granted(await resident.post(f"/disputes/{filed['id']}/withdrawal", {"reason": "谈好了"}))
    assert [each.status for each in await Appointment.all()] == ["cancelled"]


async def test_each_party_who_joined_is_told_once(people: People) -> None:
    resident, clerk = await people.resident(), await people.staff("clerk")
    filed = await file_dispute(resident)
    await take(clerk, filed["id"], "accept")
    await take(clerk, filed["id"], "log_contact", channel="phone", outcome="没有人接")
    await take(clerk, filed["id"], "add_note", text="内部")
    await take(clerk, filed["id"], "add_note", text="请带身份证", audience="parties")
    await take(clerk, filed["id"], "request_information", items=["房产证", "漏水照片"], due_on="2026-11-24")
    told = await Notice.filter(resident_id=resident.id).order_by("id")
    assert [notice.kind for notice in told] == ["submitted", "accepted", "note", "information_requested"]
    texts = [each["text"] for each in granted(await resident.get(f"/disputes/{filed['id']}/timeline"))["items"]]
    assert texts[1:] == [
        "宜都市陆城街道综治中心已受理，案号〔2026〕宜都陆城调字第0001号。".replace(
            "宜都市陆城街道综治中心", filed["center"]["name"]
        ),
        "请带身份证",
        "请在11月24日 周二前补充：房产证；漏水照片。",
    ]
    internal = granted(await clerk.get(f"/disputes/{filed['id']}/timeline"))["items"]
    assert [(each["kind"], each["audience"], each["actor_role"]) for each in internal[1:4]] == [
        ("accepted", "parties", "clerk"),
        ("contact_logged", "staff", "clerk"),
        ("note", "staff", "clerk"),
    ]


async def test_only_who_filed_may_withdraw(people: People) -> None:
    resident, other = await people.resident(), await people.resident("li")
    filed = await file_dispute(resident)
    refused(await other.post(f"/disputes/{filed['id']}/withdrawal", {"reason": "x"}), 404)
    granted(await resident.post(f"/disputes/{filed['id']}/withdrawal", {"reason": "谈好了"}))
    assert await Resident.all().count() == 2
    refused(await resident.post(f"/disputes/{filed['id']}/withdrawal", {"reason": "x"}), 409, "action_not_allowed")


def test_the_examples_here_are_all_actions() -> None:
    assert set(VALID) == set(FIELDS)
    assert len(Status) == 10
