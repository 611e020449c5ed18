"""A dispute that goes another way than straight to its agreement: refused, moved, withdrawn, urged, not settled."""

from datetime import timedelta

from tests.clock import START, TravellingClock
from tests.journeys.contract import (
    assert_status,
    free_slots,
    granted,
    offered,
    photo,
    refused,
    take,
    to_mediation,
)
from tests.people import People, file_dispute


async def test_refusal_says_where_to_go(people: People) -> None:
    resident, clerk = await people.resident(), await people.staff("clerk")
    filed = await file_dispute(resident)
    redirect = {"authority": "宜都市人民法院", "address": "宜都市长江大道", "phone": "0717-4821234"}
    await take(clerk, filed["id"], "refuse", reason_code="before_court", redirect=redirect)
    page = granted(await resident.get(f"/disputes/{filed['id']}", include="timeline"))
    assert_status(page, "refused")
    last = page["timeline"][-1]["text"]
    assert "宜都市人民法院" in last
    assert "0717-4821234" in last
    case = granted(await clerk.get(f"/disputes/{filed['id']}"))
    late = await clerk.post(f"/disputes/{filed['id']}/actions/accept", {"version": case["version"]})
    refused(late, 409, "action_not_allowed")
    unknown = await clerk.post(f"/disputes/{filed['id']}/actions/praise", {"version": case["version"]})
    refused(unknown, 404)


async def test_transfer_received(people: People) -> None:
    resident, clerk, other = await people.resident(), await people.staff("clerk"), await people.staff("xiaoting-clerk")
    filed = await file_dispute(resident)
    path = f"/disputes/{filed['id']}"
    target = granted(await other.get("/me"))["center"]["id"]
    refused(await other.get(path), 404)
    await take(clerk, filed["id"], "transfer", center_id=target, reason="事情发生在猇亭区")
    page = granted(await resident.get(path))
    assert_status(page, "transferred")
    assert page["center"]["id"] == filed["center"]["id"], "until received it has its old owner"
    await take(other, filed["id"], "receive")
    page = granted(await resident.get(path))
    assert_status(page, "submitted")
    assert page["center"]["id"] == target
    refused(await clerk.get(path), 404)
    await take(other, filed["id"], "accept")


async def test_transfer_declined(people: People) -> None:
    resident, clerk, other = await people.resident(), await people.staff("clerk"), await people.staff("xiaoting-clerk")
    filed = await file_dispute(resident)
    await take(clerk, filed["id"], "accept")
    target = granted(await other.get("/me"))["center"]["id"]
    await take(clerk, filed["id"], "transfer", center_id=target, reason="事情发生在猇亭区")
    declined = {"reason": "事情发生在陆城街道"}
    case = granted(await other.get(f"/disputes/{filed['id']}"))
    answer = await other.post(
        f"/disputes/{filed['id']}/actions/decline_transfer", {"version": case["version"]} | declined
    )
    granted(answer)
    page = granted(await resident.get(f"/disputes/{filed['id']}"))
    assert_status(page, "accepted")
    assert page["center"]["id"] == filed["center"]["id"]
    refused(await other.get(f"/disputes/{filed['id']}"), 404)


async def test_withdrawal(people: People) -> None:
    resident, clerk = await people.resident(), await people.staff("clerk")
    filed = await file_dispute(resident)
    path = f"/disputes/{filed['id']}"
    assert "reason" in {
        field["path"] for field in refused(await resident.post(f"{path}/withdrawal", {}), 422)["fields"]
    }
    granted(await resident.post(f"{path}/withdrawal", {"reason": "已经自己谈好了"}))
    assert_status(granted(await resident.get(path)), "withdrawn")
    refused(await resident.post(f"{path}/withdrawal", {"reason": "再撤一次"}), 409)
    assert offered(granted(await clerk.get(path))) <= {"add_note"}


async def test_urge_once_per_working_day(people: People, clock: TravellingClock) -> None:
    resident = await people.resident()
    filed = await file_dispute(resident)
    path = f"/disputes/{filed['id']}/urges"
    granted(await resident.post(path), 201)
    refused(await resident.post(path), 409, "already_urged")
    clock.advance(days=1)
    granted(await resident.post(path), 201)
    clock.set(START + timedelta(days=4))  # a Saturday counts towards Monday
    granted(await resident.post(path), 201)
    clock.advance(days=2)
    refused(await resident.post(path), 409, "already_urged")


async def test_reschedule_and_cancel(people: People, clock: TravellingClock) -> None:
    resident = await people.resident()
    filed = await file_dispute(resident)
    first, second = (await free_slots(resident, filed["id"], clock))[:2]
    place = f"/disputes/{filed['id']}/appointments"
    booked = granted(await resident.post(place, {"slot_id": first["id"]}), 201)
    moved = granted(await resident.post(f"/appointments/{booked['id']}/reschedule", {"slot_id": second["id"]}))
    assert (moved["status"], moved["starts_at"]) == ("booked", second["starts_at"])
    left = {slot["id"]: slot["remaining"] for slot in await free_slots(resident, filed["id"], clock)}
    assert left[first["id"]] == first["remaining"]
    assert left[second["id"]] == second["remaining"] - 1
    granted(await resident.post(f"/appointments/{moved['id']}/cancellation", {"reason": "临时有事"}))
    assert granted(await resident.get(f"/appointments/{moved['id']}"))["status"] == "cancelled"
    refused(await resident.post(f"/appointments/{moved['id']}/cancellation", {"reason": "再取消"}), 409)
    booked = granted(await resident.post(place, {"slot_id": first["id"]}), 201)
    granted(await resident.post(f"/appointments/{booked['id']}/cancellation", {"reason": "临时有事"}))
    clock.advance(days=7)
    refused(await resident.post(place, {"slot_id": first["id"]}), 409, "slot_past")


async def test_no_agreement_leaves_ways_open(people: People) -> None:
    resident = await people.resident()
    filed = await file_dispute(resident)
    mediator = await to_mediation(people, filed["id"])
    await take(mediator, filed["id"], "end_without_agreement", reason_code="no_consensus", routes=["litigation"])
    assert_status(granted(await resident.get(f"/disputes/{filed['id']}")), "not_agreed")
    rating = {"resolved": False, "satisfaction": 2}
    granted(await resident.post(f"/disputes/{filed['id']}/rating", rating), 201)


async def test_supplement_with_a_photo(people: People) -> None:
    resident, clerk = await people.resident(), await people.staff("clerk")
    filed = await file_dispute(resident)
    upload = granted(await resident.upload(photo("red")), 201)
    body = {"text": "又拍了一张照片。", "file_ids": [upload["id"]]}
    granted(await resident.post(f"/disputes/{filed['id']}/supplements", body), 201)
    page = granted(await resident.get(f"/disputes/{filed['id']}", include="files,timeline"))
    assert [each["id"] for each in page["files"]] == [upload["id"]]
    assert page["timeline"][-1]["kind"] == "supplemented"
    again = await resident.post(f"/disputes/{filed['id']}/supplements", body)
    assert {field["path"] for field in refused(again, 422)["fields"]} == {"file_ids.0"}
    await take(clerk, filed["id"], "accept")


async def test_staff_meet_their_limits(people: People) -> None:
    """Wrong role 403, stale version 409 with the right one, notes stay inside."""
    resident, clerk, admin = await people.resident(), await people.staff("clerk"), await people.staff("admin")
    supervisor = await people.staff("supervisor")
    filed = await file_dispute(resident)
    path = f"/disputes/{filed['id']}"
    version = granted(await clerk.get(path))["version"]
    refused(await supervisor.post(f"{path}/actions/accept", {"version": version}), 403, "role_not_allowed")
    refused(await admin.get(path), 404)
    await take(clerk, filed["id"], "add_note", text="申请人耳背，请打电话。", audience="staff")
    stale = refused(await clerk.post(f"{path}/actions/accept", {"version": version}), 409, "stale_version")
    assert version + 1 in stale.values()
    assert "耳背" not in (await resident.get(f"{path}/timeline")).text
    assert "耳背" in (await clerk.get(f"{path}/timeline")).text
    masked = (await supervisor.get(path)).text
    assert "13872560001" not in masked
    assert "张三" not in masked


async def test_list_pages_are_stable_under_inserts(people: People) -> None:
    resident = await people.resident()
    ids = [(await file_dispute(resident))["id"] for _ in range(5)]
    first = granted(await resident.get("/disputes", limit=2, order="asc"))
    await file_dispute(resident)
    second = granted(await resident.get("/disputes", limit=2, order="asc", cursor=first["next_cursor"]))
    assert [each["id"] for each in first["items"] + second["items"]] == ids[:4]
    for wrong in ({"limit": 0}, {"limit": 101}, {"cursor": "nonsense"}):
        refused(await resident.get("/disputes", **wrong), 422)
