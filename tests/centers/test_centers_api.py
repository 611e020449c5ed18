from typing import Any

import pytest
from tortoise import connections

from backend.core import pagination
from backend.core.geo import Wgs84, distance_m, to_wgs84
from models import Center
from models.base import uuid7
from tests.clock import TravellingClock
from tests.people import LUCHENG, People, Person

POINT = {name: LUCHENG[name] for name in ("lon", "lat", "crs")}


def fields_of(answer: Any) -> list[str]:
    assert answer.status_code == 422, answer.text
    return sorted(each["path"] for each in answer.json()["fields"])


async def test_nearest_first(people: People) -> None:
    lin = await people.resident("lin")
    items = (await lin.get("/centers", **POINT, limit=100)).json()["items"]
    assert items[0]["name"] == "宜都市陆城街道综治中心"
    metres = [item["distance_m"] for item in items]
    assert metres == sorted(metres)
    here = to_wgs84(POINT["lon"], POINT["lat"], "gcj02")  # type: ignore[arg-type]
    for item in items:
        place = item["location"]
        assert place["crs"] == "gcj02"
        there: Wgs84 = to_wgs84(place["lon"], place["lat"], "gcj02")
        assert abs(distance_m(here, there) - item["distance_m"]) < 2


async def test_the_same_place_in_every_coordinate_system(people: People) -> None:
    lin = await people.resident("lin")
    same = [
        {"lon": 111.2867, "lat": 30.6919, "crs": "gcj02"},
        {"lon": 111.281052, "lat": 30.694344, "crs": "wgs84"},
        {"lon": 111.293251, "lat": 30.697639, "crs": "bd09"},
    ]
    found = [(await lin.get("/centers", **point, limit=3)).json()["items"] for point in same]
    assert len({tuple(item["id"] for item in items) for items in found}) == 1


async def test_without_a_point_by_code(people: People) -> None:
    lin = await people.resident("lin")
    items = (await lin.get("/centers", limit=100)).json()["items"]
    codes = [item["code"] for item in items]
    assert codes == sorted(codes)
    assert all(item["distance_m"] is None for item in items)


@pytest.mark.parametrize("point", [{}, POINT])
async def test_pages_hold_every_center_once(people: People, point: dict[str, Any]) -> None:
    lin = await people.resident("lin")
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = (await lin.get("/centers", **point, limit=50, cursor=cursor)).json()
        assert all(item["level"] != "city" for item in page["items"])
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
    assert len(seen) == len(set(seen)) == 120


@pytest.mark.parametrize("limit", [1, 7])
async def test_small_pages_go_on_where_the_last_one_ended(people: People, limit: int) -> None:
    lin = await people.resident("lin")
    whole = (await lin.get("/centers", **POINT, limit=15)).json()["items"]
    assert [item["distance_m"] for item in whole] == sorted(item["distance_m"] for item in whole)
    seen: list[Any] = []
    cursor = ""
    while len(seen) < len(whole):
        page = (await lin.get("/centers", **POINT, limit=limit, cursor=cursor)).json()
        assert len(page["items"]) == limit
        seen += page["items"]
        cursor = page["next_cursor"]
    assert seen[: len(whole)] == whole


async def test_filters(people: People) -> None:
    lin = await people.resident("lin")
    counties = (await lin.get("/centers", **POINT, level="county", limit=100)).json()["items"]
    assert len(counties) == 13
    assert {item["level"] for item in counties} == {"county"}
    assert len((await lin.get("/centers", category="medical", limit=100)).json()["items"]) == 100


async def test_centers_of_some_categories_only(people: People) -> None:
    lin = await people.resident("lin")
    center = await Center.get(code="C420581001")
    await Center.filter(id=center.id).update(categories=["labour"])
    codes = {category: await listed(lin, category) for category in ("labour", "labour_wages", "property")}
    await Center.filter(id=center.id).update(categories=[])
    assert len(codes["labour"]) == len(codes["labour_wages"]) == 120
    assert codes["labour"] - codes["property"] == {center.code}


async def listed(person: Person, category: str) -> set[str]:
    first = (await person.get("/centers", category=category, limit=100)).json()
    rest = (await person.get("/centers", category=category, limit=100, cursor=first["next_cursor"])).json()
    return {item["code"] for item in first["items"] + rest["items"]}


async def test_one_center(people: People, clock: TravellingClock) -> None:
    lin = await people.resident("lin")
    (first,) = (await lin.get("/centers", **POINT, limit=1)).json()["items"]
    one = (await lin.get(f"/centers/{first['id']}")).json()
    assert one == first | {"distance_m": None}
    assert one["hours"] == "周一至周五 8:30–12:00、14:30–17:30"
    assert (one["open_now"], one["placeholder"]) == (True, True)
    clock.advance(hours=3)
    assert (await lin.get(f"/centers/{first['id']}")).json()["open_now"] is False


async def test_a_center_with_its_own_hours(people: People) -> None:
    lin = await people.resident("lin")
    center = await Center.get(code="C420581001")
    rules = {
        "hours": [{"weekdays": ["tuesday"], "starts": "13:00", "ends": "14:00"}],
        "kinds": {"onsite": {"minutes": 30, "capacity": 1}},
        "minimum_notice_minutes": 0,
        "horizon_days": 7,
    }
    await Center.filter(id=center.id).update(opening=rules)
    one = (await lin.get(f"/centers/{center.id}")).json()
    await Center.filter(id=center.id).update(opening=None)
    assert (one["hours"], one["open_now"]) == ("周二 13:00–14:00", False)


async def test_hidden_centers(people: People, clock: TravellingClock) -> None:
    lin = await people.resident("lin")
    queue, closed = await Center.get(level="city"), await Center.get(code="C420581001")
    await Center.filter(id=closed.id).update(deactivated_at=clock.now())
    for center_id in (queue.id, closed.id, uuid7(), "no-id"):
        assert (await lin.get(f"/centers/{center_id}")).status_code == 404
    listed = (await lin.get("/centers", **POINT, limit=5)).json()["items"]
    await Center.filter(id=closed.id).update(deactivated_at=None)
    assert str(closed.id) not in {item["id"] for item in listed}


@pytest.mark.parametrize(
    ("query", "paths"),
    [
        ({"lon": 111.3}, ["crs", "lat"]),
        ({"crs": "gcj02"}, ["lat", "lon"]),
        ({"lon": 111.3, "lat": 30.7}, ["crs"]),
        ({"lon": 0, "lat": 0, "crs": "wgs84"}, ["lat", "lon"]),
        ({"lon": 30.7, "lat": 111.3, "crs": "wgs84"}, ["lat", "lon"]),
        ({"lon": 30.7, "lat": 73.3, "crs": "wgs84"}, ["lat", "lon"]),
        ({"lon": -74, "lat": 40.7, "crs": "wgs84"}, ["lat", "lon"]),
        ({"lon": "nan", "lat": "inf", "crs": "epsg"}, ["crs", "lat", "lon"]),
        ({"limit": 0}, ["limit"]),
        ({"limit": 101, "level": "city", "category": "none"}, ["category", "level", "limit"]),
        ({"cursor": "x"}, ["cursor"]),
        ({"cursor": pagination.encode("C" * 33)}, ["cursor"]),
        ({"cursor": pagination.encode("\0")}, ["cursor"]),
        (POINT | {"cursor": pagination.encode("far", "C420581")}, ["cursor"]),
        (POINT | {"cursor": "x"}, ["cursor"]),
    ],
)
async def test_bad_queries(people: People, query: dict[str, Any], paths: list[str]) -> None:
    assert fields_of(await (await people.resident("lin")).get("/centers", **query)) == paths


async def test_divisions(people: People) -> None:
    lin = await people.resident("lin")
    counties = (await lin.get("/divisions")).json()["items"]
    assert len(counties) == 13
    towns = (await lin.get("/divisions", parent="420581")).json()["items"]
    assert {"code": "420581001", "name": "陆城街道", "level": "township", "parent_code": "420581"} in towns
    assert (await lin.get("/divisions", parent="420581001")).json()["items"] == []
    for unknown in ("999999", "宜都", "42"):
        assert fields_of(await lin.get("/divisions", parent=unknown)) == ["parent"]


async def test_the_code_on_a_poster(people: People, clock: TravellingClock) -> None:
    lin = await people.resident("lin")
    center = await Center.get(code="C420581001")
    rows = await connections.get("default").execute_query_dict(
        "SELECT code FROM scene_code WHERE params->>'center_id' = $1", [str(center.id)]
    )
    scene = rows[0]["code"]
    assert len(scene) <= 32
    answer = await lin.post("/scenes/resolve", {"scene": scene})
    assert answer.json() == {"page": "pages/center/index", "params": {"center_id": str(center.id)}}
    for wrong in (scene[:-1], "x" * 33, "", None):
        assert fields_of(await lin.post("/scenes/resolve", {"scene": wrong})) == ["scene"]
