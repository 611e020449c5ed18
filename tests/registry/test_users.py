"""The administrator keeps the accounts of staff, associates and experts."""

from typing import Any

import pytest

from models import Center, Organization, Staff
from tests.casework.staff import PeopleAtWork
from tests.journeys.contract import Json, granted, paths, refused
from tests.people import Person


async def body(**fields: Any) -> Json:
    park = await Organization.get(code="demo-park")
    return {
        "username": "new-expert",
        "name": "刘医生",
        "role": "expert",
        "organization_id": str(park.id),
        "expertise": ["medicine"],
        "certificate_number": "A20260001",
        "certificate_expires_on": "2026-12-01",
    } | fields


async def log_in(people: PeopleAtWork, password: str, username: str = "new-expert") -> Any:
    return await people.client.post("/staff/v1/sessions", json={"username": username, "password": password})


async def test_an_account_from_its_first_day_to_its_last(people: PeopleAtWork) -> None:
    admin = await people.staff("admin")
    made = await admin.post("/users", await body())
    assert made.status_code == 201, made.text
    user, password = made.json()["user"], made.json()["password"]
    assert (user["certificate_masked"], user["organization"]) == ("*****0001", "猇亭工业园区民商事调解中心")
    assert "2026-12-01" in user["warning"]
    assert "hash" not in made.text
    (listed,) = granted(await admin.get("/users", expertise="medicine", role="expert"))["items"]
    assert listed == user
    clerk = await people.staff("clerk")
    (offered,) = granted(await clerk.get("/experts", expertise="medicine"))["items"]
    assert (offered["id"], offered["is_certificate_expired"]) == (user["id"], False)
    assert {each["id"] for each in granted(await clerk.get("/experts"))["items"]} > {user["id"]}
    assert paths(await clerk.get("/experts", expertise="magic")) == {"expertise"}
    session = granted(await log_in(people, password), 201)
    expert = Person(people.client, "/staff/v1", session["token"], user["id"])
    assert granted(await expert.get("/me"))["must_change_password"]

    wrong = {"current": "not-this-one1", "new": "Besser-als-2026"}
    assert paths(await expert.put("/me/password", wrong)) == {"current"}
    for weak in ("short1", "abcdefghijkl", "1111111111", "new-expert-2026", "a1" * 65):
        assert paths(await expert.put("/me/password", {"current": password, "new": weak})) == {"new"}, weak
    other = granted(await log_in(people, password), 201)["token"]
    changed = await expert.put("/me/password", {"current": password, "new": "Besser-als-2026"})
    assert changed.status_code == 204
    assert not granted(await expert.get("/me"))["must_change_password"]
    refused(await Person(people.client, "/staff/v1", other, user["id"]).get("/me"), 401, "token_revoked")
    refused(await log_in(people, password), 401)

    reset = granted(await admin.post(f"/users/{user['id']}/password"))
    refused(await expert.get("/me"), 401, "token_revoked")
    again = granted(await log_in(people, reset["password"]), 201)["token"]
    gone = granted(await admin.post(f"/users/{user['id']}/deactivate"))
    assert not gone["is_active"]
    refused(await Person(people.client, "/staff/v1", again, user["id"]).get("/me"), 401, "token_revoked")
    refused(await log_in(people, reset["password"]), 401, "login_failed")
    assert user["id"] not in {each["id"] for each in granted(await admin.get("/users", limit=100))["items"]}
    assert granted(await admin.get("/users", state="inactive"))["items"] == [gone]
    assert granted(await clerk.get("/experts", expertise="medicine"))["items"] == []
    granted(await admin.post(f"/users/{user['id']}/reactivate"))
    granted(await log_in(people, reset["password"]), 201)


async def test_another_role_holds_at_once_and_what_is_not_said_stays(people: PeopleAtWork) -> None:
    admin, center = await people.staff("admin"), await Center.get(code="C420581001")
    made = granted(await admin.post("/users", await body(phone="13872560077")), 201)
    fields = {"name": "刘调解", "role": "mediator", "center_id": str(center.id), "specialities": ["medical"]}
    changed = granted(await admin.put(f"/users/{made['user']['id']}", fields))
    assert (changed["role"], changed["center"], changed["organization"]) == ("mediator", center.name, None)
    assert changed["certificate_masked"] == "*****0001"
    stored = await Staff.get(id=made["user"]["id"])
    assert stored.phone_hash is not None
    assert b"A20260001" not in bytes(stored.certificate_sealed or b"")
    assert "13872560077" not in made["user"].values()
    session = granted(await log_in(people, made["password"]), 201)
    assert session["staff"]["center"]["id"] == str(center.id)


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"username": "A b"}, {"username"}),
        ({"username": "clerk"}, {"username"}),
        ({"name": "", "role": "king", "expertise": ["magic"]}, {"name", "role", "expertise"}),
        ({"organization_id": None}, {"organization_id"}),
        ({"organization_id": "00000000-0000-0000-0000-000000000000"}, {"organization_id"}),
        ({"role": "clerk", "organization_id": None}, {"center_id"}),
        ({"role": "supervisor"}, {"organization_id"}),
        ({"phone": "12", "id_number": "1", "division_code": "99", "languages": ["klingon"]},
         {"phone", "id_number", "division_code", "languages"}),
        ({"password": "hejie-demo-2026", "is_active": False}, {"password", "is_active"}),
    ],
)  # fmt: skip
async def test_what_is_wrong_with_an_account(people: PeopleAtWork, fields: Json, wrong: set[str]) -> None:
    admin = await people.staff("admin")
    assert paths(await admin.post("/users", await body(**fields))) == wrong
    assert not await Staff.filter(username="new-expert").exists()


async def test_only_the_administrator_and_never_themselves(people: PeopleAtWork) -> None:
    admin, director = await people.staff("admin"), await people.staff("director")
    for answer in (
        await director.get("/users"),
        await director.get(f"/users/{director.id}"),
        await director.post("/users", await body()),
        await director.post(f"/users/{director.id}/password"),
        await (await people.staff("supervisor")).post(f"/users/{director.id}/deactivate"),
    ):
        refused(answer, 403, "role_not_allowed")
    refused(await (await people.staff("park")).get("/users"), 404)
    assert paths(await admin.post(f"/users/{admin.id}/deactivate")) == {"user_id"}
    assert paths(await admin.put(f"/users/{admin.id}", {"name": "我", "role": "supervisor"})) == {"role"}
    refused(await admin.post("/users/00000000-0000-0000-0000-000000000000/deactivate"), 404)
    refused(await admin.get("/users/nobody"), 404)
