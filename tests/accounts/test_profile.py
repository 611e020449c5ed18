from typing import Any

import pytest
from tortoise import connections

from tests.people import People, Person
from tests.simulator import Simulator

ID_NUMBER = "420581199003072355"


def fields_of(answer: Any) -> list[str]:
    assert answer.status_code == 422, answer.text
    return [each["path"] for each in answer.json()["fields"]]


async def agree(person: Person, *kinds: str) -> None:
    (await person.post("/me/privacy-consent", {"version": "1", "kinds": list(kinds)})).raise_for_status()


async def test_a_profile_is_masked_and_sealed(people: People) -> None:
    lin = await people.resident("lin")
    await agree(lin, "id_number")
    changed = await lin.put("/me", {"name": "林小雨", "id_number": ID_NUMBER})
    assert changed.status_code == 200, changed.text
    me = (await lin.get("/me")).json()
    assert me == changed.json()
    assert (me["name_masked"], me["id_number_masked"]) == ("林*雨", "420*************55")
    assert me["consents"] == {"privacy_notice": "1", "id_number": "1"}
    rows = await connections.get("default").execute_query_dict("SELECT name_sealed, id_number_sealed FROM resident")
    assert all("林小雨".encode() not in row["name_sealed"] for row in rows)
    assert all(ID_NUMBER.encode() not in row["id_number_sealed"] for row in rows)


async def test_what_is_absent_stays_and_null_erases(people: People) -> None:
    lin = await people.resident("lin")
    await lin.put("/me", {"name": "林小雨"})
    assert (await lin.put("/me", {})).json()["name_masked"] == "林*雨"
    assert (await lin.put("/me", {"name": None})).json()["name_masked"] is None


async def test_an_identity_number_needs_its_own_consent(people: People) -> None:
    lin = await people.resident("lin")
    assert fields_of(await lin.put("/me", {"name": "林小雨", "id_number": ID_NUMBER})) == ["id_number"]
    assert (await lin.get("/me")).json()["name_masked"] is None


@pytest.mark.parametrize(
    ("body", "paths"),
    [
        ({"name": "", "id_number": "420581199003072353"}, ["name", "id_number"]),
        ({"name": "张" * 51}, ["name"]),
        ({"name": "张\n三"}, ["name"]),
        ({"name": 5}, ["name"]),
        ({"id_number": "420581209003072355"}, ["id_number"]),
        ({"nickname": "小雨"}, ["nickname"]),
    ],
)
async def test_bad_profiles(people: People, body: dict[str, Any], paths: list[str]) -> None:
    lin = await people.resident("lin")
    await agree(lin, "id_number")
    answer = await lin.put("/me", body)
    assert fields_of(answer) == paths
    assert "4205812" not in answer.text


async def test_the_phone_comes_from_wechat(people: People) -> None:
    lin = await people.resident("lin")
    answer = await lin.post("/me/phone", {"code": "phone-13872560001-p1"})
    assert (answer.status_code, answer.json()["phone_masked"]) == (200, "138****0001")
    again = await people.client.post("/mini/v1/sessions", json={"code": "sim-lin-phone"})
    assert again.json()["resident"]["phone_masked"] == "138****0001"


async def test_a_phone_code_works_once(people: People) -> None:
    lin = await people.resident("lin")
    assert (await lin.post("/me/phone", {"code": "phone-13872560002-p2"})).status_code == 200
    assert fields_of(await lin.post("/me/phone", {"code": "phone-13872560002-p2"})) == ["code"]


@pytest.mark.parametrize(
    ("body", "paths"),
    [
        ({}, ["code"]),
        ({"code": "bad-phone"}, ["code"]),
        ({"phone": "13872560001"}, ["sms_code"]),
        ({"sms_code": "123456"}, ["phone"]),
        ({"phone": "abc", "sms_code": "12"}, ["phone", "sms_code"]),
        ({"code": "phone-13872560001-p3", "phone": "13872560001", "sms_code": "123456"}, ["phone", "sms_code"]),
    ],
)
async def test_bad_phones(people: People, body: dict[str, Any], paths: list[str]) -> None:
    lin = await people.resident("lin")
    assert fields_of(await lin.post("/me/phone", body)) == paths


async def test_the_old_phone_stays_while_wechat_is_away(people: People, simulator: Simulator) -> None:
    lin = await people.resident("lin")
    await lin.post("/me/phone", {"code": "phone-13872560001-p4"})
    await simulator.fault("/wxa/business/getuserphonenumber", status=500, times=1)
    answer = await lin.post("/me/phone", {"code": "phone-13872560009-p5"})
    assert answer.status_code == 503
    assert "Retry-After" in answer.headers
    assert (await lin.get("/me")).json()["phone_masked"] == "138****0001"
