"""A resident's journeys over HTTP, as the contract alone tells them."""

import hashlib

from tests.clock import START, TravellingClock
from tests.journeys.contract import (
    Json,
    assert_status,
    assert_texts,
    assert_when,
    free_slots,
    granted,
    moment,
    offered,
    photo,
    refused,
    take,
)
from tests.people import LUCHENG, People, Person, file_dispute, filing

SCENE = "after_submit"
TERMS = [{"who": "某某物业服务有限公司", "what": "修好漏水并粉刷客厅", "due_on": "2026-12-10", "amount_fen": 80_000}]


async def test_before_the_first_tap(people: People) -> None:
    answer = await people.client.get("/mini/v1/bootstrap", headers={"X-Request-Id": "page-1"})
    page = granted(answer)
    assert answer.headers["X-Request-Id"] == "page-1"
    assert moment(page["server_time"]) == START
    assert page["privacy_notice"]["version"] == "1"
    assert_texts(page["privacy_notice"], "version", "text")
    assert {"id_number", "precise_location"} <= {each["kind"] for each in page["consents"]}
    for consent in page["consents"]:
        assert_texts(consent, "kind", "version", "text")
    assert 1 <= len(page["scenes"][SCENE]["template_ids"]) <= 3
    assert isinstance(page["pages"], dict)
    assert isinstance(page["file_limits"], dict)
    assert page["idempotency_days"] == 7
    notice = granted(await people.client.get("/mini/v1/privacy-notice"))
    assert notice["version"] == "1"


async def test_login_and_consent(people: People) -> None:
    login = {"code": "sim-laoli-a1"}
    answer = granted(await people.client.post("/mini/v1/sessions", json=login), 201)
    assert moment(answer["expires_at"]) > START
    assert_texts(answer["resident"], "id")
    assert answer["resident"]["phone_masked"] is None
    refused(await people.client.post("/mini/v1/sessions", json=login), 401, "login_code_invalid")
    refused(await people.client.post("/mini/v1/sessions", json={"code": "bad-1"}), 401, "login_code_invalid")

    resident = Person(people.client, "/mini/v1", answer["token"], answer["resident"]["id"])
    refused(await resident.post("/disputes", filing()), 409, "privacy_consent_required")
    assert (await resident.post("/me/privacy-consent", {"version": "1"})).status_code == 204
    await file_dispute(resident)

    again = await people.resident("laoli")
    assert again.id == resident.id
    assert (await resident.delete("/sessions/current")).status_code == 204
    refused(await resident.get("/me"), 401, "token_revoked")
    refused(await people.client.get("/mini/v1/me"), 401, "token_invalid")
    granted(await again.get("/me"))


async def test_profile_is_masked(people: People) -> None:
    resident = await people.resident()
    number = "420505194912310024"
    refused(await resident.put("/me", {"id_number": number}), 422)
    consent = {"version": "1", "kinds": ["id_number"]}
    assert (await resident.post("/me/privacy-consent", consent)).status_code == 204
    granted(await resident.post("/me/phone", {"code": "phone-13872560009-1"}))
    saved = await resident.put("/me", {"name": "李秀兰", "id_number": number})
    assert saved.status_code in (200, 204), saved.text
    text = (await resident.get("/me")).text
    assert "13872560009" not in text
    assert number not in text
    refused(await resident.put("/me", {"id_number": "420505194912310020"}), 422)
    assert (await resident.delete("/me/privacy-consent/id_number")).status_code == 204
    refused(await resident.delete("/me/privacy-consent/shoe_size"), 404)


async def test_where_it_would_go(people: People) -> None:
    resident = await people.resident()
    tree = granted(await resident.get("/categories"))["items"]
    codes = {each["code"] for each in tree}
    expected = (
        "marriage_family neighbourhood housing_land contract damage_compensation labour consumer medical traffic "
        "property environment land_forest expropriation intellectual_property commercial finance education "
        "tourism other"
    )
    assert set(expected.split()) <= codes
    assert all(each["name"].strip() and isinstance(each["children"], list) for each in tree)

    query = {"lon": LUCHENG["lon"], "lat": LUCHENG["lat"], "crs": "gcj02", "limit": 5}
    centers = granted(await resident.get("/centers", **query))["items"]
    assert [each["distance_m"] for each in centers] == sorted(each["distance_m"] for each in centers)
    for each in centers:
        assert_texts(each, "id", "name")
        assert each["level"] in ("county", "township", "village")
        assert each["location"]["crs"] == "gcj02"
        assert isinstance(each["open_now"], bool)
        assert each["placeholder"] is True
    assert "陆城" in next(each["name"] for each in centers if each["level"] == "township")
    assert granted(await resident.get(f"/centers/{centers[0]['id']}"))["name"] == centers[0]["name"]

    preview = granted(await resident.post("/routing/preview", {"category": "property", "location": LUCHENG}))
    assert "陆城" in preview["center"]["name"]
    assert_texts(preview, "reason")
    assert isinstance(preview["needs_confirmation"], bool)
    assert 1 <= len(preview["candidates"]) <= 6
    assert preview["center"]["id"] in {each["center"]["id"] for each in preview["candidates"]}
    for each in preview["candidates"]:
        assert each["reason"]
        assert each["distance_m"] >= 0


async def test_choosing_another_candidate(people: People) -> None:
    resident = await people.resident()
    preview = granted(await resident.post("/routing/preview", {"category": "property", "location": LUCHENG}))
    second = preview["candidates"][1]["center"]
    assert (await file_dispute(resident, center_id=second["id"]))["center"]["id"] == second["id"]
    far = {"lon": 110.98, "lat": 30.82, "crs": "gcj02"}
    elsewhere = granted(await resident.post("/routing/preview", {"category": "property", "location": far}))
    stranger = elsewhere["center"]["id"]
    answer = await resident.post("/disputes", filing(center_id=stranger))
    assert {field["path"] for field in refused(answer, 422)["fields"]} == {"center_id"}


async def test_from_the_first_word_to_the_rating(people: People, clock: TravellingClock) -> None:
    resident = await people.resident("wang")
    content = photo()
    upload = granted(await resident.upload(content), 201)
    assert (upload["kind"], upload["size"]) == ("image", len(content))
    assert upload["sha256"] == hashlib.sha256(content).hexdigest()
    assert upload["status"] in ("checking", "available")
    await _allow_messages(resident)
    filed = await file_dispute(resident, file_ids=[upload["id"]])
    _check_filed(filed)
    dispute_id = filed["id"]
    await _check_page(resident, filed, upload)

    appointment = await _book(resident, dispute_id, clock)
    await _mediate(people, resident, dispute_id)
    await _check_news(resident, dispute_id, appointment)

    rating = {"resolved": True, "satisfaction": 5, "comment": "调解员很耐心。"}
    granted(await resident.post(f"/disputes/{dispute_id}/rating", rating), 201)
    refused(await resident.post(f"/disputes/{dispute_id}/rating", rating), 409, "already_rated")

    export = await resident.get("/me/export")
    granted(export)
    for held in (filed["number"], "张三", filing()["description"], filing()["claim"]):
        assert held in export.text


async def _allow_messages(resident: Person) -> None:
    templates = granted(await resident.get("/subscriptions/next", scene=SCENE))["template_ids"]
    assert 1 <= len(templates) <= 3
    results = dict.fromkeys(templates, "accept") | {"errMsg": "requestSubscribeMessage:ok", "unheard-of": "accept"}
    report = {"results": results, "scene": SCENE}
    answer = granted(await resident.post("/subscriptions", report))["granted"]
    assert answer == dict.fromkeys(templates, 1)


def _check_filed(filed: Json) -> None:
    assert_status(filed, "submitted")
    assert_texts(filed, "id", "number", "next_step")
    assert filed["case_number"] is None
    assert set(filed["center"]) >= {"id", "name", "address", "phone", "distance_m"}
    assert "陆城" in filed["center"]["name"]
    assert isinstance(filed["center"]["distance_m"], int | float)
    assert_texts(filed["route"], "reason", "policy")
    assert moment(filed["created_at"]) == START
    assert moment(filed["respond_by"]) > START


async def _check_page(resident: Person, filed: Json, upload: Json) -> None:
    dispute_id = filed["id"]
    page = granted(await resident.get(f"/disputes/{dispute_id}", include="timeline,appointments,files"))
    assert_status(page, "submitted")
    assert_texts(page, "owner_text", "next_step")
    assert page["respond_by"] == filed["respond_by"]
    for action in page["actions"]:
        assert_texts(action, "action", "title")
    assert page["appointments"] == []
    assert [each["id"] for each in page["files"]] == [upload["id"]]
    assert page["timeline"][0]["kind"] == "submitted"
    listed = granted(await resident.get("/disputes"))
    assert listed["next_cursor"] is None
    assert [each["id"] for each in listed["items"]] == [dispute_id]
    assert_texts(listed["items"][0], "status", "status_text", "owner_text", "next_step")

    receipt = (await resident.get(f"/disputes/{dispute_id}/receipt")).text
    for written in (
        filed["number"],
        "请物业修好漏水并赔偿粉刷费用。",
        "某某物业服务有限公司",
        "2026-11-24T10:00:00+08:00",
    ):
        assert written in receipt

    links = granted(await resident.get(f"/files/{upload['id']}/links"))
    assert links["status"] in ("checking", "available")
    shown = await resident.get(f"/files/{upload['id']}")
    assert shown.headers["content-type"] == links["content_type"] == "image/jpeg"
    assert shown.content.startswith(b"\xff\xd8")
    assert moment(links["expires_at"]) > START
    refused(await resident.delete(f"/files/{upload['id']}"), 409)


async def _book(resident: Person, dispute_id: str, clock: TravellingClock) -> Json:
    slots = await free_slots(resident, dispute_id, clock, kind="onsite")
    for slot in slots:
        starts_at = moment(slot["starts_at"])
        assert_texts(slot, "id")
        assert slot["kind"] == "onsite"
        assert moment(slot["ends_at"]) > starts_at >= START
        assert_when(slot["when_text"], starts_at)
    slot = slots[0]
    booked = granted(await resident.post(f"/disputes/{dispute_id}/appointments", {"slot_id": slot["id"]}), 201)
    assert (booked["status"], booked["kind"]) == ("booked", "onsite")
    assert {name: booked[name] for name in ("starts_at", "ends_at", "when_text")} == {
        name: slot[name] for name in ("starts_at", "ends_at", "when_text")
    }
    assert booked["starts_ts"] == moment(slot["starts_at"]).timestamp()
    assert booked["ends_ts"] == moment(slot["ends_at"]).timestamp()
    assert "陆城" in booked["center"]["name"]
    assert_texts(booked, "checkin_code")
    calendar = await resident.get(f"/appointments/{booked['id']}/calendar.ics")
    assert calendar.headers["content-type"].startswith("text/calendar")
    assert "BEGIN:VEVENT" in calendar.text
    again = await resident.post(f"/disputes/{dispute_id}/appointments", {"slot_id": slots[1]["id"]})
    refused(again, 409, "already_booked")
    assert granted(await resident.get("/appointments"))["items"][0]["id"] == booked["id"]
    return booked


async def _mediate(people: People, resident: Person, dispute_id: str) -> None:
    clerk, mediator, director = [await people.staff(name) for name in ("clerk", "mediator", "director")]
    rating = {"resolved": True, "satisfaction": 5}
    path = f"/disputes/{dispute_id}"
    case = granted(await clerk.get(path))
    assert {"accept", "refuse", "transfer"} <= offered(case)
    assert case["light"]
    moment(case["due_at"])

    accepted = await take(clerk, dispute_id, "accept")
    assert_status(granted(await resident.get(path)), "accepted")
    assert accepted["case_number"]
    await take(clerk, dispute_id, "assign", mediator_id=mediator.id)
    refused(await resident.post(f"{path}/rating", rating), 409, "not_ratable_yet")
    await take(mediator, dispute_id, "start_mediation")
    page = granted(await resident.get(path))
    assert_status(page, "in_mediation")
    assert page["case_number"] == accepted["case_number"]
    session = {"held_at": "2026-11-24T09:30:00+08:00", "summary": "双方面谈，物业同意查明漏水原因。"}
    await take(mediator, dispute_id, "record_session", **session)
    await take(mediator, dispute_id, "reach_agreement", form="written", summary="物业两周内修好并赔偿。", terms=TERMS)
    assert_status(granted(await resident.get(path)), "agreed")
    await take(mediator, dispute_id, "confirm_fulfilment")
    assert_status(granted(await resident.get(path)), "fulfilled")
    await take(director, dispute_id, "close")
    page = granted(await resident.get(path))
    assert_status(page, "closed")
    assert "rate" in {each["action"] for each in page["actions"]}


async def _check_news(resident: Person, dispute_id: str, appointment: Json) -> None:
    timeline = granted(await resident.get(f"/disputes/{dispute_id}/timeline"))["items"]
    for item in timeline:
        assert_texts(item, "kind", "title", "text")
    times = [moment(item["at"]) for item in timeline]
    assert times == sorted(times)
    kinds = [item["kind"] for item in timeline]
    assert kinds[0] == "submitted"
    assert appointment["when_text"] in " ".join(item["text"] for item in timeline)
    backwards = granted(await resident.get(f"/disputes/{dispute_id}/timeline", order="desc"))["items"]
    assert [item["kind"] for item in backwards] == kinds[::-1]

    notices = granted(await resident.get("/notices"))["items"]
    for notice in notices:
        assert_texts(notice, "id", "kind", "title", "text", "page")
        assert notice["dispute_id"] == dispute_id
        moment(notice["created_at"])
        assert notice["read_at"] is None
    assert len(notices) >= 5
    unread = granted(await resident.get("/notices/unread-count"))
    assert len(notices) in unread.values()
    assert (await resident.post(f"/notices/{notices[0]['id']}/read")).status_code in (200, 204)
    assert len(notices) - 1 in granted(await resident.get("/notices/unread-count")).values()

    changes = granted(await resident.get("/changes"))["items"]
    types = [item["type"] for item in changes]
    assert types.count("timeline") == len(timeline)
    assert types.count("notice") == len(notices)
    middle = changes[len(changes) // 2]["cursor"]
    after = granted(await resident.get("/changes", after=middle))["items"]
    assert after == changes[len(changes) // 2 + 1 :]
    assert granted(await resident.get("/changes", after=changes[-1]["cursor"]))["items"] == []
