"""An id of somebody else's is as good as none: 404 in a path, and in a body the same as an unknown id."""

import re
from uuid import uuid4

import httpx
import pytest

from backend.web.endpoint import Endpoint
from tests.clock import TravellingClock
from tests.conftest import App
from tests.journeys.contract import Json, free_slots, granted, photo, refused
from tests.people import People, Person, file_dispute, filing

SOMEBODY = "00000000-0000-0000-0000-000000000000"
BODIES: dict[str, Json] = {
    "/disputes/{dispute_id}/supplements": {"text": "补充", "file_ids": []},
    "/disputes/{dispute_id}/withdrawal": {"reason": "不想调解了"},
    "/disputes/{dispute_id}/appointments": {"slot_id": "…"},
    "/disputes/{dispute_id}/rights-acknowledgement": {"version": "1"},
    "/disputes/{dispute_id}/rating": {"resolved": True, "satisfaction": 5},
    "/appointments/{appointment_id}/reschedule": {"slot_id": "…"},
    "/appointments/{appointment_id}/cancellation": {"reason": "临时有事"},
    "/appointments/{appointment_id}/answer": {"answer": "accepted"},
    "/appointments/{appointment_id}/check-in": {"scene": "poster"},
    "/disputes/{dispute_id}/challenges": {"reason": "他帮对方说话"},
    "/disputes/{dispute_id}/mediator-choice": {"mediator_id": SOMEBODY},
    "/disputes/{dispute_id}/information-requests/{request_id}/answers": {
        "answers": [{"item_id": SOMEBODY, "text": "见附件"}]
    },
    "/disputes/{dispute_id}/messages": {"text": "你好"},
    "/disputes/{dispute_id}/caucus/{item_id}/shares": {"to": [{"kind": "party", "id": SOMEBODY}]},
    "/disputes/{dispute_id}/meetings/{meeting_id}/minutes/{version}/answers": {"answer": "confirmed"},
    "/disputes/{dispute_id}/proposals": {
        "summary": "方案",
        "terms": [{"who": "物业", "what": "修好", "due_on": "2026-12-10"}],
        "expires_at": "2026-11-27T18:00:00+08:00",
    },
    "/disputes/{dispute_id}/proposals/{proposal_id}/answers": {"answer": "accepted"},
    "/disputes/{dispute_id}/fee-acceptance": {"schedule_id": SOMEBODY},
    "/disputes/{dispute_id}/undertaking": {"version": "1"},
    "/disputes/{dispute_id}/group-answers": {"about": "representation", "agreed": True},
    "/disputes/{dispute_id}/rooms/{room_id}/consents": {"kind": "online", "version": "1"},
    "/disputes/{dispute_id}/evidence": {"kind": "object", "title": "包装", "source": "超市", "proves": "近似"},
    "/disputes/{dispute_id}/evidence/{item_id}/shares": {"to": [{"kind": "party", "id": SOMEBODY}]},
    "/disputes/{dispute_id}/evidence/{item_id}/objections": {"grounds": ["relevance"], "text": "无关"},
    "/disputes/{dispute_id}/members/{member_id}/consent": {"agreed": True},
    "/disputes/{dispute_id}/motions/{motion_id}/votes": {"choice": "yes"},
    "/disputes/{dispute_id}/agreements/{agreement_id}/comments": {"version": 1, "text": "第二条写错了"},
    "/disputes/{dispute_id}/agreements/{agreement_id}/parcels": {
        "way": "sent_back",
        "carrier": "ems",
        "tracking_number": "EA123456789CN",
        "sent_on": "2026-11-24",
    },
    "/disputes/{dispute_id}/agreements/{agreement_id}/signatures": {"content_hash": "0" * 64},
    "/disputes/{dispute_id}/commitments/{commitment_id}/reports": {"done_on": "2026-11-24", "text": "修好了"},
    "/disputes/{dispute_id}/commitments/{commitment_id}/reports/{report_id}/answer": {"answer": "confirmed"},
    "/disputes/{dispute_id}/commitments/{commitment_id}/waiver": {"reason": "算了"},
    "/disputes/{dispute_id}/confirmation/consent": {"agrees": True},
    "/disputes/{dispute_id}/matters/{matter_id}/updates": {"text": "已开工"},
    "/disputes/{dispute_id}/proposals/{proposal_id}/shares": {"to": [{"kind": "party", "id": SOMEBODY}]},
    "/disputes/{dispute_id}/waiting": {"kind": "onsite", "from": "2026-11-25", "to": "2026-11-25"},
}


def calls_with_an_id(app: App) -> list[Endpoint]:
    """Every call of the residents' API that has an id in its path."""
    described = [getattr(route.handler, "endpoint", None) for route in app.router.routes]
    mini = [
        each for each in described if isinstance(each, Endpoint) and each.audience == "resident" and "{" in each.path
    ]
    assert len(mini) > 12
    return mini


async def belongings(people: People, owner: Person, clock: TravellingClock) -> dict[str, str]:
    """One of everything that can belong to a resident."""
    upload = granted(await owner.upload(photo()), 201)
    unused = granted(await owner.upload(photo("blue")), 201)
    dispute_id = (await file_dispute(owner, file_ids=[upload["id"]]))["id"]
    slot = (await free_slots(owner, dispute_id, clock))[0]["id"]
    appointment = granted(await owner.post(f"/disputes/{dispute_id}/appointments", {"slot_id": slot}), 201)
    notice = granted(await owner.get("/notices"))["items"][0]
    return {
        "dispute": dispute_id,
        "file": upload["id"],
        "unused file": unused["id"],
        "appointment": appointment["id"],
        "notice": notice["id"],
        "resident": owner.id,
    }


async def test_every_id_on_every_path(app: App, people: People, clock: TravellingClock) -> None:
    owner = await people.resident("zhang")
    theirs = await belongings(people, owner, clock)
    for place, call in enumerate(calls_with_an_id(app)):
        stranger = await people.resident(f"li-{place // 30}")  # nobody may ask as often as all of it takes
        slot = (await free_slots(owner, theirs["dispute"], clock))[0]["id"]
        body = BODIES.get(call.path, {})
        body = body | {"slot_id": slot} if "slot_id" in body else body
        for belonging in (*theirs.values(), str(uuid4()), "no-id-at-all"):
            path = re.sub(r"\{.*?\}", belonging, call.path)
            refused(await _call(stranger, call.method, path, body), 404)
    intact = granted(await owner.get(f"/disputes/{theirs['dispute']}", include="appointments"))
    assert intact["status"] == "submitted"
    assert [each["status"] for each in intact["appointments"]] == ["booked"]


async def _call(person: Person, method: str, path: str, body: Json) -> httpx.Response:
    if method == "GET":
        return await person.get(path)
    if method == "DELETE":
        return await person.delete(path)
    return await (person.put if method == "PUT" else person.post)(path, body)


@pytest.mark.parametrize("whose", ["file", "unused file", "dispute", "unknown"])
async def test_in_a_body_as_if_unknown(people: People, clock: TravellingClock, whose: str) -> None:
    owner, stranger = await people.resident("zhang"), await people.resident("li")
    foreign = (await belongings(people, owner, clock) | {"unknown": str(uuid4())})[whose]
    own = (await file_dispute(stranger))["id"]
    answers = [
        await stranger.post("/disputes", filing(file_ids=[foreign])),
        await stranger.post("/disputes", filing(voice_file_id=foreign)),
        await stranger.post("/disputes", filing(center_id=foreign)),
        await stranger.post(f"/disputes/{own}/supplements", {"text": "补充", "file_ids": [foreign]}),
    ]
    assert [{field["path"] for field in refused(answer, 422)["fields"]} for answer in answers] == [
        {"file_ids.0"},
        {"voice_file_id"},
        {"center_id"},
        {"file_ids.0"},
    ]
    unknown = await stranger.post("/disputes", filing(file_ids=[str(uuid4())]))
    assert answers[0].json()["fields"] == unknown.json()["fields"]


async def test_nothing_of_others_in_lists(people: People, clock: TravellingClock) -> None:
    owner, stranger = await people.resident("zhang"), await people.resident("li")
    await belongings(people, owner, clock)
    for path in ("/disputes", "/appointments", "/notices", "/changes"):
        assert granted(await stranger.get(path))["items"] == []


async def test_another_center_sees_nothing(people: People, clock: TravellingClock) -> None:
    owner, clerk = await people.resident("zhang"), await people.staff("gezhouba-clerk")
    theirs = await belongings(people, owner, clock)
    path = f"/disputes/{theirs['dispute']}"
    refused(await clerk.get(path), 404)
    refused(await clerk.get(f"{path}/timeline"), 404)
    refused(await clerk.post(f"{path}/actions/accept", {"version": 1}), 404)
    refused(await clerk.post(f"/appointments/{theirs['appointment']}/check-in", {"code": "000000"}), 404)
    assert granted(await clerk.get("/disputes"))["items"] == []


async def test_tokens_of_one_api_are_nothing_to_the_other(people: People) -> None:
    resident, clerk = await people.resident(), await people.staff("clerk")
    for token, path in ((resident.token, "/staff/v1/disputes"), (clerk.token, "/mini/v1/disputes")):
        answer = await people.client.get(path, headers={"Authorization": f"Bearer {token}"})
        refused(answer, 401, "token_invalid")
