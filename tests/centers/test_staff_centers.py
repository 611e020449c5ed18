"""Centers, organizations and mediators over the staff's API."""

import asyncio
from typing import Any

import httpx
import pytest
from tortoise import connections

from backend import server as server_process
from models import Center
from models.base import uuid7
from tests.conftest import App
from tests.native import api, free_port, running
from tests.people import LUCHENG, People, Person, file_dispute, filing
from tests.server_time import eventually

pytestmark = pytest.mark.usefixtures("centers")

FIELDS = {
    "name": "陆城第二综治中心",
    "level": "township",
    "division_code": "420581001",
    "lon": 111.4776,
    "lat": 30.379,
    "crs": "gcj02",
}
PREVIEW = {"category": "property", "location": LUCHENG}
ORGANIZATION = {"kind": "specialised_committee", "name": "宜昌市物业纠纷人民调解委员会", "categories": ["property"]}


def paths(answer: Any) -> list[str]:
    assert answer.status_code == 422, answer.text
    return sorted(each["path"] for each in answer.json()["fields"])


async def opened(admin: Person, **fields: Any) -> dict[str, Any]:
    answer = await admin.post("/centers", FIELDS | {"code": "T1"} | fields)
    assert answer.status_code == 201, answer.text
    center: dict[str, Any] = answer.json()
    return center


async def proposed(resident: Person) -> str:
    return str((await resident.post("/routing/preview", PREVIEW)).json()["center"]["name"])


async def test_a_center_from_opening_to_closing(people: People) -> None:
    admin = await people.staff("admin")
    center = await opened(admin, address="清江大道8号", phone="0717-4821234", categories=["property", "labour"])
    assert (center["placeholder"], center["short_name"]) == (False, "宜都陆城")
    assert center["categories"] == ["labour", "property"]
    path = f"/centers/{center['id']}"

    changed = await admin.put(path, FIELDS | {"name": "陆城综治分中心"})
    assert changed.status_code == 200, changed.text
    assert (changed.json()["name"], changed.json()["address"]) == ("陆城综治分中心", "清江大道8号")
    assert (await admin.put(f"{path}/categories", {"categories": []})).json()["categories"] == []

    heir = await Center.get(code="C420581001")
    closed = (await admin.post(f"{path}/deactivate", {"successor_id": str(heir.id)})).json()
    assert closed["center"]["successor"] == {"id": str(heir.id), "code": heir.code, "name": heir.name}
    assert closed["open_cases"] == []
    assert paths(await admin.post(f"/centers/{heir.id}/deactivate", {"successor_id": center["id"]})) == ["successor_id"]
    assert (await admin.post(f"{path}/reactivate")).json()["closed_at"] is None


async def test_closing_names_the_cases_that_stay(people: People) -> None:
    zhang, admin = await people.resident("zhang"), await people.staff("admin")
    filed = await file_dispute(zhang)
    center, heir = await Center.get(code="C420581001"), await Center.get(code="C420581")
    closed = (await admin.post(f"/centers/{center.id}/deactivate", {"successor_id": str(heir.id)})).json()
    assert closed["open_cases"] == [{"number": filed["number"], "status": "submitted"}]
    assert (await zhang.get(f"/disputes/{filed['id']}")).json()["center"]["id"] == str(center.id)


async def test_the_last_queue_at_city_level_stays(people: People) -> None:
    admin = await people.staff("admin")
    queue, heir = await Center.get(level="city"), await Center.get(code="C420581")
    body = {"successor_id": str(heir.id)}
    assert paths(await admin.post(f"/centers/{queue.id}/deactivate", body)) == ["successor_id"]


async def test_the_last_queue_stays_one(people: People) -> None:
    admin = await people.staff("admin")
    queue = await Center.get(level="city")
    body = FIELDS | {"level": "county", "division_code": "420502"}
    assert paths(await admin.put(f"/centers/{queue.id}", body)) == ["level"]


async def test_two_who_close_each_other_at_once(people: People) -> None:
    admin = await people.staff("admin")
    first, second = await opened(admin), await opened(admin, code="T2")
    answers = await asyncio.gather(
        admin.post(f"/centers/{first['id']}/deactivate", {"successor_id": second["id"]}),
        admin.post(f"/centers/{second['id']}/deactivate", {"successor_id": first["id"]}),
    )
    assert sorted(each.status_code for each in answers) == [200, 422]


async def test_changes_at_once_are_all_kept(people: People) -> None:
    admin = await people.staff("admin")
    answers = await asyncio.gather(*(admin.post("/centers", FIELDS | {"code": "T1"}) for _ in range(3)))
    assert sorted(each.status_code for each in answers) == [201, 422, 422]
    center = await Center.get(code="T1")
    path = f"/centers/{center.id}"
    for name, categories in (("甲", ["property"]), ("乙", []), ("丙", ["labour"])):
        await asyncio.gather(
            admin.put(path, FIELDS | {"name": name}),
            admin.put(f"{path}/categories", {"categories": categories}),
        )
        now = (await admin.get(path)).json()
        assert (now["name"], now["categories"]) == (name, categories)


@pytest.mark.parametrize("address", ["a\x00b", "a\x07b", "清江大道\n8号", "清江大道\u20288号"])
async def test_addresses_that_no_file_could_keep(people: People, address: str) -> None:
    admin = await people.staff("admin")
    assert paths(await admin.post("/centers", FIELDS | {"code": "T1", "address": address})) == ["address"]


async def test_blanks_confirm_no_address(people: People) -> None:
    center = await opened(await people.staff("admin"), address="   ")
    assert (center["address"], center["placeholder"]) == ("", True)


async def test_own_hours(people: People) -> None:
    admin = await people.staff("admin")
    center = await Center.get(code="C420581001")
    rules = {
        "hours": [{"weekdays": ["tuesday"], "starts": "13:00", "ends": "14:00"}],
        "kinds": {"onsite": {"minutes": 30, "capacity": 1}},
        "minimum_notice_minutes": 0,
        "horizon_days": 7,
    }
    path = f"/centers/{center.id}/hours"
    assert (await admin.put(path, {"opening": rules})).status_code == 200
    shown = (await (await people.resident("lin")).get(f"/centers/{center.id}")).json()
    assert shown["hours"] == "周二 13:00–14:00"
    backwards = rules | {"hours": [{"weekdays": ["tuesday"], "starts": "15:00", "ends": "14:00"}]}
    assert paths(await admin.put(path, {"opening": backwards})) == ["opening.hours.0"]
    assert (await admin.put(path, {"opening": None})).json()["opening"] is None


async def test_bad_centers(people: People) -> None:
    admin = await people.staff("admin")
    assert paths(await admin.post("/centers", FIELDS | {"code": "C420581001"})) == ["code"]
    assert paths(await admin.post("/centers", {})) == ["code", "crs", "division_code", "lat", "level", "lon", "name"]
    wrong = {"code": "宜昌", "lon": 30.379, "lat": 111.4776, "division_code": "420581999", "phone": "墙上",
             "categories": ["football"]}  # fmt: skip
    answer = await admin.post("/centers", FIELDS | wrong)
    assert paths(answer) == ["categories", "code", "division_code", "lat", "lon", "phone"]
    for body in ({"successor_id": str(uuid7())}, {"successor_id": "x"}):
        center = await Center.get(code="C420581001")
        assert paths(await admin.post(f"/centers/{center.id}/deactivate", body)) == ["successor_id"]
    assert (await admin.get(f"/centers/{uuid7()}")).status_code == 404
    assert (await admin.put(f"/centers/{uuid7()}", FIELDS)).status_code == 404


@pytest.mark.parametrize("username", ["clerk", "mediator", "director", "supervisor"])
async def test_only_the_administrator_changes_anything(people: People, username: str) -> None:
    member = await people.staff(username)
    center = await Center.get(code="C420581001")
    at = f"/centers/{center.id}"
    answers = [
        await member.post("/centers", FIELDS | {"code": "T1"}),
        await member.put(at, FIELDS),
        await member.put(f"{at}/hours", {"opening": None}),
        await member.put(f"{at}/categories", {"categories": []}),
        await member.post(f"{at}/deactivate", {"successor_id": str(center.id)}),
        await member.post(f"{at}/reactivate"),
        await member.put(f"{at}/organizations/{uuid7()}", {"weekdays": ["monday"]}),
        await member.delete(f"{at}/organizations/{uuid7()}"),
        await member.post("/organizations", ORGANIZATION),
    ]
    assert [(each.status_code, each.json()["code"]) for each in answers] == [(403, "role_not_allowed")] * len(answers)
    assert (await member.get(at)).status_code == 200


async def test_pages_of_centers(people: People) -> None:
    clerk = await people.staff("clerk")
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = (await clerk.get("/centers", limit=50, cursor=cursor)).json()
        seen += [item["code"] for item in page["items"]]
        cursor = page["next_cursor"]
    assert seen == sorted(set(seen))
    assert len(seen) == 121
    assert len((await clerk.get("/centers", division="420581", level="township")).json()["items"]) == 10
    assert (await clerk.get("/centers", state="closed")).json()["items"] == []
    assert paths(await clerk.get("/centers", state="x", level="x", division="宜都")) == ["division", "level", "state"]


async def test_a_resident_organization_brings_its_categories(people: People) -> None:
    """A center that lists only labor serves property disputes, while an organization for them keeps a desk there."""
    zhang, admin = await people.resident("zhang"), await people.staff("admin")
    center = await Center.get(code="C420581001")
    at = f"/centers/{center.id}"
    home = "宜都市陆城街道综治中心"

    async def is_home() -> bool:
        return await proposed(zhang) == home

    async def is_elsewhere() -> bool:
        return not await is_home()

    await admin.put(f"{at}/categories", {"categories": ["labour"]})
    await eventually(is_elsewhere, within_s=10)
    body = (await admin.post("/organizations", ORGANIZATION)).json()
    settled = await admin.put(f"{at}/organizations/{body['id']}", {"weekdays": ["thursday", "tuesday"]})
    (there,) = settled.json()["organizations"]
    assert (there["name"], there["weekdays"]) == (ORGANIZATION["name"], ["tuesday", "thursday"])
    await eventually(is_home, within_s=10)
    desk = {
        "organization": ORGANIZATION["name"],
        "categories": ["property"],
        "weekdays": ["tuesday", "thursday"],
        "days": "每周二、四",
    }
    assert (await zhang.get(at)).json()["desks"] == [desk]
    preview = (await zhang.post("/routing/preview", PREVIEW)).json()
    assert preview["desks"] == [desk]
    assert preview["reason"].endswith(f"办理这类纠纷的{ORGANIZATION['name']}每周二、四在该中心。")
    assert preview["candidates"][1]["desks"] == []
    listed = (await zhang.get("/centers", category="property", limit=100)).json()["items"]
    assert center.code in {item["code"] for item in listed} or len(listed) == 100

    await admin.put(f"/organizations/{body['id']}", ORGANIZATION | {"categories": ["medical"]})
    await eventually(is_elsewhere, within_s=10)
    await admin.put(f"/organizations/{body['id']}", ORGANIZATION)
    await eventually(is_home, within_s=10)
    assert (await admin.post(f"/organizations/{body['id']}/deactivate")).json()["closed_at"] is not None
    await eventually(is_elsewhere, within_s=10)
    assert (await admin.put(f"{at}/organizations/{body['id']}", {"weekdays": ["monday"]})).status_code == 404
    assert (await admin.delete(f"{at}/organizations/{body['id']}")).status_code == 204
    assert (await admin.delete(f"{at}/organizations/{body['id']}")).status_code == 404


async def test_organizations(people: People) -> None:
    admin = await people.staff("admin")
    center = await Center.get(code="C420581001")
    (own,) = (await admin.get("/organizations", center_id=str(center.id))).json()["items"]
    assert (own["is_own_committee"], own["center_id"]) == (True, str(center.id))
    assert paths(await admin.post(f"/organizations/{own['id']}/deactivate")) == ["organization_id"]
    assert paths(await admin.post("/organizations", {"kind": "club", "name": "", "categories": ["football"]})) == [
        "categories", "kind", "name"]  # fmt: skip
    body = (await admin.post("/organizations", ORGANIZATION)).json()
    answer = await admin.put(f"/centers/{center.id}/organizations/{body['id']}", {"weekdays": []})
    assert paths(answer) == ["weekdays"]


async def test_mediators(people: People) -> None:
    own = (await (await people.staff("clerk")).get("/mediators")).json()["items"]
    assert [each["name"] for each in own] == ["王建国"]
    everybody = (await (await people.staff("supervisor")).get("/mediators")).json()["items"]
    assert len(everybody) == 3
    other = await Center.get(code="C420505")
    clerk = await people.staff("clerk")
    assert (await clerk.get("/mediators", center_id=str(other.id))).status_code == 403
    admin = await people.staff("admin")
    (theirs,) = (await admin.get("/mediators", center_id=str(other.id))).json()["items"]
    assert theirs["center_id"] == str(other.id)

    zhang, director, mediator = await people.resident("zhang"), await people.staff("director"), own[0]["id"]
    filed = await file_dispute(zhang)
    accepted = (await director.post(f"/disputes/{filed['id']}/actions/accept", {"version": 1})).json()
    body = {"version": accepted["version"], "mediator_id": mediator}
    await director.post(f"/disputes/{filed['id']}/actions/assign", body)
    assert (await clerk.get("/mediators")).json()["items"][0]["open_cases"] == 1


async def test_another_process_follows_by_itself(app: App, people: People) -> None:
    """How long it takes hangs on the machine of the test; how often is looked does not."""
    assert server_process._LOOK_FOR_CHANGES_S <= 0.5
    admin, zhang = await people.staff("admin"), await people.resident("zhang")
    async with (
        running(api(free_port())) as server,
        httpx.AsyncClient(base_url=server.url, trust_env=False) as there,
    ):
        elsewhere = Person(there, "/mini/v1", zhang.token, zhang.id)

        async def is_new() -> bool:
            return await proposed(elsewhere) == FIELDS["name"]

        assert not await is_new()
        await opened(admin, lon=LUCHENG["lon"], lat=LUCHENG["lat"])
        await eventually(is_new, within_s=10)
        filed = await elsewhere.post("/disputes", filing())
        assert filed.json()["center"]["name"] == FIELDS["name"]


async def test_any_way_of_writing_is_counted(app: App) -> None:
    connection = connections.get("default")

    async def revision() -> int:
        (row,) = await connection.execute_query_dict("SELECT revision FROM center_revision")
        return int(row["revision"])

    for statement in (
        "UPDATE center SET phone = '12345' WHERE code = 'C420581001'",
        "UPDATE organization SET name = name WHERE is_own_committee",
        "DELETE FROM residency",
    ):
        before = await revision()
        await connection.execute_script(statement)
        assert await revision() == before + 1
