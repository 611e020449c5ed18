"""The safety path: a red card at once, the sides kept apart, until a director clears it with a reason."""

from datetime import datetime
from typing import Any

import pytest

from backend.core.clock import SHANGHAI
from models import AppointmentKind, Purpose, StaffNotice
from tests.appointments.calls import slot_at
from tests.casework.staff import PeopleAtWork
from tests.journeys.contract import Json, granted, paths, refused, take
from tests.people import Person, file_dispute

VIOLENT = "他经常殴打我，昨晚还拿刀威胁。"


async def cards(staff: Person) -> list[Json]:
    items: list[Json] = granted(await staff.get("/red-cards"))["items"]
    return items


async def to_mediation(at_work: PeopleAtWork, dispute_id: str, **start: Any) -> Any:
    director = await at_work.staff("director")
    await take(director, dispute_id, "accept")
    case = granted(await director.get(f"/disputes/{dispute_id}"))
    return await director.post(f"/disputes/{dispute_id}/actions/start_mediation", {"version": case["version"]} | start)


async def clear(director: Person, card: Json, **fields: Any) -> Any:
    path = f"/disputes/{card['dispute_id']}/red-cards/{card['id']}/clearance"
    return await director.post(path, {"reason": "双方已分居，派出所已告诫"} | fields)


@pytest.mark.parametrize(
    ("overrides", "signals", "raised_by"),
    [
        ({"description": VIOLENT}, ["violence"], "system"),
        ({"claim": "再不解决我就不想活了"}, ["self_harm"], "system"),
        ({"safety_signals": ["minor_at_risk"]}, ["minor_at_risk"], "resident"),
        ({"description": VIOLENT, "safety_signals": ["mass_incident"]}, ["violence", "mass_incident"], "resident"),
    ],
)
async def test_a_card_is_raised_at_once(
    at_work: PeopleAtWork, overrides: Json, signals: list[str], raised_by: str
) -> None:
    filed = await file_dispute(await at_work.resident(), **overrides)
    assert filed["safety_advice"]
    for username in ("clerk", "director", "supervisor"):
        staff = await at_work.staff(username)
        (card,) = await cards(staff)
        assert (card["signals"], card["raised_by"], card["dispute_id"]) == (signals, raised_by, filed["id"])
        assert len(card["reminders"]) == len(signals)
        assert await StaffNotice.filter(staff_id=staff.id, kind="red_card").count() == 1
        queue = granted(await staff.get("/disputes", safety="red"))["items"]
        assert [(each["id"], each["safety"]) for each in queue] == [(filed["id"], "red")]
    (masked,) = await cards(await at_work.staff("supervisor"))
    assert (masked["reason"], masked["words"]) == (None, {})
    assert await cards(await at_work.staff("gezhouba-director")) == []
    refused(await (await at_work.staff("admin")).get("/red-cards"), 403)


async def test_a_quiet_case_has_none(at_work: PeopleAtWork) -> None:
    filed = await file_dispute(await at_work.resident())
    clerk = await at_work.staff("clerk")
    assert filed["safety_advice"] is None
    assert await cards(clerk) == []
    assert granted(await clerk.get("/disputes", safety="red"))["items"] == []


async def test_what_is_added_later_counts_too(at_work: PeopleAtWork) -> None:
    resident, clerk = await at_work.resident(), await at_work.staff("clerk")
    filed = await file_dispute(resident)
    granted(await resident.post(f"/disputes/{filed['id']}/supplements", {"text": VIOLENT}), 201)
    (card,) = await cards(clerk)
    assert card["words"] == {"violence": ["殴打", "拿刀"]}


@pytest.mark.parametrize("written", ["answer", "withdrawal", "challenge"])
async def test_whatever_a_resident_writes_counts(at_work: PeopleAtWork, written: str) -> None:
    resident, clerk, mediator = [await at_work.resident(), *[await at_work.staff(n) for n in ("clerk", "mediator")]]
    filed = await file_dispute(resident)
    await take(clerk, filed["id"], "accept")
    await take(clerk, filed["id"], "assign", mediator_id=mediator.id)
    case = await take(clerk, filed["id"], "request_information", items=["照片"], due_on="2026-12-01")
    (request,) = case["information_requests"]
    words = "他昨晚拿 刀威胁我"
    calls: dict[str, tuple[str, Json]] = {
        "answer": (
            f"information-requests/{request['id']}/answers",
            {"answers": [{"item_id": request["items"][0]["id"], "text": words}]},
        ),
        "withdrawal": ("withdrawal", {"reason": words}),
        "challenge": ("challenges", {"reason": words}),
    }
    path, body = calls[written]
    assert (await resident.post(f"/disputes/{filed['id']}/{path}", body)).is_success
    (card,) = await cards(clerk)
    assert (card["words"], card["raised_by"]) == ({"violence": ["拿刀"]}, "system")


async def test_what_is_said_in_a_talk_and_what_staff_have_heard(at_work: PeopleAtWork) -> None:
    resident, clerk, mediator = [await at_work.resident(), *[await at_work.staff(n) for n in ("clerk", "mediator")]]
    filed = await file_dispute(resident)
    await take(clerk, filed["id"], "accept")
    await take(clerk, filed["id"], "assign", mediator_id=mediator.id)
    await take(mediator, filed["id"], "start_mediation")
    for _ in range(2):
        granted(await resident.post(f"/disputes/{filed['id']}/messages", {"text": "再不赔，我就跳楼"}), 201)
    (desperate,) = await cards(clerk)
    assert (desperate["words"], desperate["raised_by"]) == ({"self_harm": ["跳楼"]}, "system")
    call = {"channel": "phone", "outcome": "对方说要拿刀，申请人也说活不下去"}
    case = await take(mediator, filed["id"], "log_contact", **call)
    assert case["safety"] == "red"
    violent, _ = await cards(clerk)
    assert violent["words"] == {"violence": ["拿刀"]}
    await clear(await at_work.staff("director"), violent)
    await take(mediator, filed["id"], "add_note", text="去过了，没有持刀，也没有拿刀")
    await take(mediator, filed["id"], "record_session", held_at="2026-11-24T01:00:00Z", summary="没有再说跳楼")
    assert [card["id"] for card in await cards(clerk)] == [desperate["id"]], "staff know, and say so themselves"


async def test_staff_raise_report_and_only_the_director_clears(at_work: PeopleAtWork) -> None:
    clerk, director = await at_work.staff("clerk"), await at_work.staff("director")
    filed = await file_dispute(await at_work.resident())
    base = f"/disputes/{filed['id']}/red-cards"
    assert paths(await clerk.post(base, {"signals": ["bad_mood"], "reason": " "})) == {"signals", "reason"}
    card = granted(await clerk.post(base, {"signals": ["violence"], "reason": "电话里听到打骂声"}), 201)
    assert card["reason"] == "电话里听到打骂声"
    late = {"authority": "陆城派出所", "reported_at": "2026-11-24T10:00:01+08:00"}
    assert paths(await clerk.post(f"{base}/{card['id']}/reports", late)) == {"reported_at"}
    on_time = late | {"reported_at": "2026-11-24T09:59:00+08:00", "number": "2026-001"}
    assert granted(await clerk.post(f"{base}/{card['id']}/reports", on_time))["reported_at"]
    refused(await clear(clerk, card), 403, "role_not_allowed")
    assert paths(await clear(director, card, reason="")) == {"reason"}
    cleared = granted(await clear(director, card))
    assert cleared["cleared_at"]
    assert granted(await clear(director, card, reason="再来一次")) == cleared
    assert await cards(clerk) == []
    assert granted(await clerk.get(f"/disputes/{filed['id']}"))["safety"] == "cleared"
    kinds = [item["kind"] for item in granted(await clerk.get(f"/disputes/{filed['id']}/timeline"))["items"]]
    assert kinds[1:] == ["red_card", "mandatory_report", "red_card_cleared"]
    assert len(granted(await clerk.get(base))["items"]) == 1


@pytest.mark.parametrize(("signal", "held"), [("violence", True), ("minor_at_risk", True), ("mass_incident", False)])
async def test_the_sides_are_kept_apart(at_work: PeopleAtWork, signal: str, held: bool) -> None:
    filed = await file_dispute(await at_work.resident(), safety_signals=[signal])
    answer = await to_mediation(at_work, filed["id"], mode="joint")
    if not held:
        granted(answer)
        return
    refused(answer, 409, "safety_hold")
    director = await at_work.staff("director")
    granted(await clear(director, (await cards(director))[0]))
    await take(director, filed["id"], "start_mediation", mode="joint")


async def test_one_side_at_a_time_is_possible(at_work: PeopleAtWork) -> None:
    filed = await file_dispute(await at_work.resident(), description=VIOLENT)
    granted(await to_mediation(at_work, filed["id"]))


async def test_nothing_of_the_other_side_is_shown(at_work: PeopleAtWork) -> None:
    resident, director = await at_work.resident(), await at_work.staff("director")
    other = [{"name": "李四", "phone": "13900000004"}]
    filed = await file_dispute(resident, respondents=other, safety_signals=["violence"])
    names = [each["name_masked"] for each in granted(await resident.get(f"/disputes/{filed['id']}"))["parties"]]
    assert names == ["张*", "对方当事人"]
    granted(await clear(director, (await cards(director))[0]))
    names = [each["name_masked"] for each in granted(await resident.get(f"/disputes/{filed['id']}"))["parties"]]
    assert names == ["张*", "李*"]


@pytest.mark.parametrize("unfounded", [False, True])
async def test_nobody_is_asked_to_rate_it(at_work: PeopleAtWork, unfounded: bool) -> None:
    resident, director = await at_work.resident(), await at_work.staff("director")
    filed = await file_dispute(resident, description=VIOLENT)
    granted(await to_mediation(at_work, filed["id"]))
    granted(await clear(director, (await cards(director))[0], unfounded=unfounded))
    await take(director, filed["id"], "end_without_agreement", reason_code="no_consensus", routes=["起诉"])
    page = granted(await resident.get(f"/disputes/{filed['id']}"))
    notice = granted(await resident.get("/notices"))["items"][0]
    assert notice["title"] == "调解未成"
    is_asked = ["打分" in page["next_step"], "打分" in notice["text"], "rate" in {a["action"] for a in page["actions"]}]
    assert is_asked == [unfounded] * 3


async def test_strangers(at_work: PeopleAtWork) -> None:
    filed = await file_dispute(await at_work.resident(), safety_signals=["violence"])
    own, other = await at_work.staff("director"), await file_dispute(await at_work.resident("li"))
    (card,) = await cards(own)
    report = {"authority": "派出所", "reported_at": "2026-11-24T09:00:00+08:00"}
    for username in ("gezhouba-director", "xiaoting-clerk", "admin"):
        stranger = await at_work.staff(username)
        base = f"/disputes/{filed['id']}/red-cards"
        refused(await stranger.get(base), 404)
        refused(await stranger.post(base, {"signals": ["violence"], "reason": "x"}), 404)
        refused(await stranger.post(f"{base}/{card['id']}/reports", report), 404)
        refused(await clear(stranger, card), 404)
    refused(await clear(own, card | {"dispute_id": other["id"]}), 404)
    refused(await clear(await at_work.staff("supervisor"), card), 403)


async def test_no_mediation_is_booked_until_the_card_is_cleared(at_work: PeopleAtWork) -> None:
    zhang = await at_work.resident()
    clerk, mediator, director = [await at_work.staff(each) for each in ("clerk", "mediator", "director")]
    filed = await file_dispute(zhang, description=VIOLENT)
    await take(clerk, filed["id"], "accept")
    await take(clerk, filed["id"], "assign", mediator_id=mediator.id)
    slots = f"/disputes/{filed['id']}/slots"
    start = datetime(2026, 11, 26, 8, 30, tzinfo=SHANGHAI)
    slot = slot_at(filed["center"]["id"], start, AppointmentKind.ONSITE, Purpose.MEDIATION)
    appointments = f"/disputes/{filed['id']}/appointments"

    _ = refused(await clerk.post(appointments, {"slot_id": slot}), 409, "no_joint_meeting")
    error = refused(await zhang.post(appointments, {"slot_id": slot}), 409, "no_joint_meeting")
    assert "红牌" not in error["message"]
    hidden = granted(await zhang.get(slots, purpose="mediation"))
    assert (hidden["items"], hidden["note"]) == ([], error["message"])
    assert granted(await zhang.get(slots))["items"], "the window stays open"

    (card,) = await cards(director)
    granted(await clear(director, card))
    assert granted(await zhang.post(appointments, {"slot_id": slot}), 201)["status"] == "booked"
