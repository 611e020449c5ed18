"""What may not be filed: every wrong field named at once, nothing personal repeated, nothing written."""

from typing import Any

import pytest

from tests.journeys.contract import granted, paths, refused
from tests.people import LUCHENG, People, filing

PERSON = {"name": "张三"}
POINT = {"lon": 111.4775, "lat": 30.3789, "crs": "gcj02"}
VALID_ID = "420505194912310024"


def without(body: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name not in names}


WRONG_FIELDS = [
    pytest.param({}, {"category", "description", "location", "applicant", "respondents"}, id="nothing"),
    pytest.param(without(filing(), "category"), {"category"}, id="no category"),
    pytest.param(filing(category="weather"), {"category"}, id="unknown category"),
    pytest.param(filing(category=7), {"category"}, id="category of another type"),
    pytest.param(filing(category="Property"), {"category"}, id="codes are exact"),
    pytest.param(without(filing(), "description"), {"description"}, id="neither words nor voice"),
    pytest.param(filing(description=""), {"description"}, id="empty description"),
    pytest.param(filing(description="  \n "), {"description"}, id="blank description"),
    pytest.param(filing(description="漏" * 5001), {"description"}, id="description too long"),
    pytest.param(filing(description="漏水\x00"), {"description"}, id="NUL"),
    pytest.param(filing(description="漏\u202e水"), {"description"}, id="writing that turns round"),
    pytest.param(filing(claim=""), {"claim"}, id="empty claim"),
    pytest.param(filing(claim="赔" * 2001), {"claim"}, id="claim too long"),
    pytest.param(filing(occurred_on="2026-11-25"), {"occurred_on"}, id="tomorrow"),
    pytest.param(filing(occurred_on="2035-01-01"), {"occurred_on"}, id="years ahead"),
    pytest.param(filing(occurred_on="2026-02-30"), {"occurred_on"}, id="no such day"),
    pytest.param(filing(occurred_on="24/11/2026"), {"occurred_on"}, id="another date format"),
    pytest.param(filing(amount_fen=-1), {"amount_fen"}, id="negative money"),
    pytest.param(filing(amount_fen=10.5), {"amount_fen"}, id="half a fen"),
    pytest.param(filing(amount_fen="100"), {"amount_fen"}, id="money as text"),
    pytest.param(filing(amount_fen=10**30), {"amount_fen"}, id="more money than there is"),
    pytest.param(filing(amount_fen=True), {"amount_fen"}, id="money as truth"),
    pytest.param(filing(location=None), {"location"}, id="null place"),
    pytest.param(filing(location=without(POINT, "crs")), {"location.crs"}, id="no crs"),
    pytest.param(filing(location=POINT | {"crs": "epsg4326"}), {"location.crs"}, id="unknown crs"),
    pytest.param(filing(location=without(POINT, "lat")), {"location.lat"}, id="half a point"),
    pytest.param(filing(location={}), {"location.division_code"}, id="no place at all"),
    pytest.param(filing(location={"division_code": "999999999"}), {"location.division_code"}, id="unknown division"),
    pytest.param(filing(location={"address": "火星奥林帕斯山"}), {"location.division_code"}, id="address nowhere"),
    pytest.param(filing(location=POINT | {"accuracy_m": -3}), {"location.accuracy_m"}, id="negative accuracy"),
    pytest.param(filing(location=POINT | {"altitude": 3}), {"location.altitude"}, id="unknown field in a place"),
    pytest.param(filing(applicant={}), {"applicant.name"}, id="nameless applicant"),
    pytest.param(filing(applicant={"name": " "}), {"applicant.name"}, id="blank name"),
    pytest.param(filing(applicant={"name": "张" * 129}), {"applicant.name"}, id="name too long"),
    pytest.param(filing(applicant={"name": "张\u202e三"}), {"applicant.name"}, id="name that turns round"),
    pytest.param(filing(applicant=PERSON | {"phone": "abc"}), {"applicant.phone"}, id="phone abc"),
    pytest.param(filing(applicant=PERSON | {"phone": "1387256000"}), {"applicant.phone"}, id="ten digits"),
    pytest.param(filing(applicant=PERSON | {"kind": "ghost"}), {"applicant.kind"}, id="unknown kind"),
    pytest.param(
        filing(applicant=PERSON | {"id_number": "420505194912310020"}), {"applicant.id_number"}, id="check digit"
    ),
    pytest.param(
        filing(applicant=PERSON | {"id_number": "420505203012310020"}), {"applicant.id_number"}, id="born in 2030"
    ),
    pytest.param(filing(applicant=PERSON | {"id_number": VALID_ID}), {"applicant.id_number"}, id="without consent"),
    pytest.param(filing(contact_location=POINT), {"contact_location"}, id="point without consent"),
    pytest.param(filing(contact_location=without(POINT, "crs")), {"contact_location.crs"}, id="contact without crs"),
    pytest.param(filing(respondents=[]), {"respondents"}, id="against nobody"),
    pytest.param(filing(respondents=[{}]), {"respondents.0.name"}, id="nameless respondent"),
    pytest.param(
        filing(respondents=[PERSON, {"name": "李四", "phone": "12"}]), {"respondents.1.phone"}, id="second respondent"
    ),
    pytest.param(
        filing(respondents=[{"name": "李四", "phone": "13900000004"}, {"name": " 张 三", "phone": "138 7256 0001"}]),
        {"respondents.1.name"},
        id="against oneself",
    ),
    pytest.param(
        filing(respondents=[{"name": "李四", "phone": "13900000004"}] * 3),
        {"respondents.1.name", "respondents.2.name"},
        id="against one three times",
    ),
    pytest.param(
        filing(respondents=[{"kind": "organization", "name": "公司", "credit_code": "91420581MA48TEST00"}]),
        {"respondents.0.credit_code"},
        id="credit code's check",
    ),
    pytest.param(filing(file_ids=["no-id"]), {"file_ids.0"}, id="no file id"),
    pytest.param(filing(file_ids="x"), {"file_ids"}, id="files as text"),
    pytest.param(filing(voice_file_id="no-id"), {"voice_file_id"}, id="no voice id"),
    pytest.param(filing(preferred_mode="letter"), {"preferred_mode"}, id="unknown mode"),
    pytest.param(filing(center_id="no-center"), {"center_id"}, id="no center"),
    pytest.param(filing(status="accepted", resident_id="x"), {"status", "resident_id"}, id="unknown fields"),
    pytest.param(
        filing(category="weather", occurred_on="2035-01-01", amount_fen=-1, applicant={}, respondents=[{"phone": "1"}]),
        {"category", "occurred_on", "amount_fen", "applicant.name", "respondents.0.name", "respondents.0.phone"},
        id="many at once",
    ),
    pytest.param(
        without(filing(category="weather", location={"division_code": "999999999"}), "description"),
        {"category", "location.division_code", "description"},
        id="unknown codes, no words",
    ),
]


@pytest.mark.parametrize(("body", "expected"), WRONG_FIELDS)
async def test_every_wrong_field_is_named(people: People, body: dict[str, Any], expected: set[str]) -> None:
    resident = await people.resident()
    answer = await resident.post("/disputes", body, key="k1")
    assert paths(answer) == expected
    assert granted(await resident.get("/disputes"))["items"] == []
    filed = await resident.post("/disputes", filing(), key="k1")
    assert filed.status_code == 201, "a failure does not use the key up"


@pytest.mark.parametrize(
    ("lon", "lat"),
    [
        pytest.param(0, 0, id="null island"),
        pytest.param(139.69, 35.68, id="Tokyo"),
        pytest.param(30.3789, 111.4775, id="swapped"),
        pytest.param(181, 30, id="off the globe"),
        pytest.param("111.4", "30.3", id="text"),
    ],
)
async def test_points_that_cannot_be(people: People, lon: Any, lat: Any) -> None:
    resident = await people.resident()
    body = filing(location={"lon": lon, "lat": lat, "crs": "gcj02"})
    found = paths(await resident.post("/disputes", body))
    assert found
    assert all(path.startswith("location") for path in found)


async def test_values_are_not_repeated(people: People) -> None:
    resident = await people.resident()
    secrets = ("赵钱孙李周吴郑王" * 20, "1387256000999", "420505194912310020", "不在任何地方的某某路")
    applicant = {"name": secrets[0], "phone": secrets[1], "id_number": secrets[2]}
    answer = await resident.post("/disputes", filing(applicant=applicant, location={"address": secrets[3]}))
    refused(answer, 422)
    assert not any(secret in answer.text for secret in secrets)


@pytest.mark.parametrize(
    ("content", "content_type", "status"),
    [
        pytest.param(b"{", "application/json", 400, id="cut off"),
        pytest.param(b"", "application/json", 422, id="empty"),
        pytest.param(b"[]", "application/json", 400, id="a list"),
        pytest.param(b'"x"', "application/json", 400, id="a text"),
        pytest.param(b'{"amount_fen": NaN}', "application/json", 400, id="NaN"),
        pytest.param(b"\xff\xfe{}", "application/json", 400, id="not UTF-8"),
        pytest.param(b"category=property", "application/x-www-form-urlencoded", 415, id="a form"),
        pytest.param(b"{}", "text/plain", 415, id="plain text"),
        pytest.param(b'{"description": "' + b"x" * 1_000_001 + b'"}', "application/json", 413, id="a megabyte"),
    ],
)
async def test_bodies_that_are_no_filing(people: People, content: bytes, content_type: str, status: int) -> None:
    resident = await people.resident()
    headers = {"Authorization": f"Bearer {resident.token}", "Content-Type": content_type}
    refused(await people.client.post("/mini/v1/disputes", content=content, headers=headers), status)
    nobody = {"Content-Type": content_type}
    refused(await people.client.post("/mini/v1/disputes", content=content, headers=nobody), 401)


async def test_what_is_optional_may_be_null(people: People) -> None:
    resident = await people.resident()
    names = ("claim", "occurred_on", "amount_fen", "center_id", "contact_location", "voice_file_id")
    applicant = {"kind": "person", "name": "张三", "phone": None, "id_number": None}
    respondents = [{"name": "602室住户", "phone": None}]
    body = filing(applicant=applicant, respondents=respondents, file_ids=[]) | dict.fromkeys(names)
    granted(await resident.post("/disputes", body), 201)
    lean = {
        "category": "neighbourhood",
        "description": "吵",
        "location": {"address": LUCHENG["address"]},
        "applicant": PERSON,
        "respondents": [PERSON],
    }
    granted(await resident.post("/disputes", lean), 201)


async def test_personal_fields_pass_with_their_consent(people: People) -> None:
    resident = await people.resident()
    kinds = ["id_number", "precise_location"]
    assert (await resident.post("/me/privacy-consent", {"version": "1", "kinds": kinds})).status_code == 204
    body = filing(applicant=PERSON | {"id_number": VALID_ID}, contact_location=POINT)
    answer = await resident.post("/disputes", body)
    granted(answer, 201)
    assert VALID_ID not in answer.text


async def test_what_only_the_store_knows_is_told_at_once(people: People) -> None:
    resident = await people.resident()
    unknown = "0190a6c0-0000-7000-8000-000000000000"
    body = filing(
        applicant=PERSON | {"id_number": VALID_ID},
        contact_location=POINT,
        center_id=unknown,
        file_ids=[unknown],
        voice_file_id="0190a6c0-0000-7000-8000-000000000001",
    )
    expected = {"applicant.id_number", "contact_location", "center_id", "file_ids.0", "voice_file_id"}
    assert paths(await resident.post("/disputes", body)) == expected
