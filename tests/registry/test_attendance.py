"""Residency is proved by attendance."""

import asyncio
from datetime import datetime

import pytest

from backend.core.clock import SHANGHAI
from models import Center, Organization, SceneCode
from tests.casework.staff import PeopleAtWork
from tests.clock import TravellingClock
from tests.journeys.contract import Json, granted, paths, refused


@pytest.fixture
async def path() -> str:
    return f"/centers/{(await Center.get(code='C420581001')).id}"


@pytest.fixture
async def street(people: PeopleAtWork, path: str, clock: TravellingClock) -> str:
    """Resident on Tuesdays and Fridays since 2 November; back to 24 November, a Tuesday."""
    organization_id = str((await Organization.get(code="demo-street")).id)
    clock.set(datetime(2026, 11, 2, 9, 0, tzinfo=SHANGHAI))
    admin = await people.staff("admin")
    days = {"kind": "rotating", "weekdays": ["tuesday", "friday"]}
    granted(await admin.put(f"{path}/organizations/{organization_id}", days))
    clock.reset()
    return organization_id


async def poster(path: str) -> str:
    code = await SceneCode.filter(params__contains={"center_id": path.removeprefix("/centers/")}).first()
    assert code is not None
    return code.code


async def test_a_month_of_attendance(people: PeopleAtWork, path: str, street: str, clock: TravellingClock) -> None:
    clerk, director, associate = (
        await people.staff("clerk"),
        await people.staff("director"),
        await people.staff("street"),
    )
    there = granted(await clerk.post(f"{path}/attendance", {"organization_id": street}), 201)
    assert (there["proof"], there["day"], there["left_at"]) == ("window", "2026-11-24", None)
    refused(await clerk.post(f"{path}/attendance", {"organization_id": street}), 409, "already_signed")
    scanned = {"poster_code": await poster(path)}
    refused(await associate.post(f"{path}/attendance", scanned), 409, "already_signed")
    clock.advance(hours=6)
    left = granted(await associate.post(f"{path}/attendance", scanned | {"movement": "leave"}), 201)
    assert left["left_at"] == "2026-11-24T16:00:00+08:00"
    refused(await associate.post(f"{path}/attendance", scanned | {"movement": "leave"}), 409, "already_signed")
    for day in ("2026-11-03", "2026-11-04"):
        record = {"arrived_at": f"{day}T09:00:00+08:00", "left_at": f"{day}T12:00:00+08:00"}
        body = {"organization_id": street, "record": record}
        assert granted(await director.post(f"{path}/attendance", body), 201)["proof"] == "record"
        refused(await director.post(f"{path}/attendance", body), 409, "already_signed")
    month = granted(await director.get(f"{path}/attendance"))
    (item,) = month["items"]
    assert item["missed"] == ["2026-11-06", "2026-11-10", "2026-11-13", "2026-11-17", "2026-11-20"]
    assert item["unplanned"] == ["2026-11-04"]
    assert (item["planned"], item["attended"], item["rate"]) == (7, 2, 0.2857)
    assert (month["month"], month["planned"], month["rate"]) == ("2026-11", 7, 0.2857)
    assert [day["day"] for day in item["days"]] == ["2026-11-03", "2026-11-04", "2026-11-24"]
    assert granted(await associate.get(f"{path}/attendance"))["items"] == [item]
    empty = granted(await director.get(f"{path}/attendance", month="2026-10"))["items"][0]
    assert (empty["planned"], empty["rate"]) == (0, None), "it was not there yet"


async def test_the_calendar_says_which_days_count(people: PeopleAtWork, path: str, clock: TravellingClock) -> None:
    """October 2026: 1 to 7 off, Saturday the 10th made up."""
    admin, organization = await people.staff("admin"), await Organization.get(code="demo-street")
    clock.set(datetime(2026, 9, 1, 9, 0, tzinfo=SHANGHAI))
    granted(await admin.put(f"{path}/organizations/{organization.id}", {"kind": "permanent"}))
    clock.set(datetime(2026, 10, 11, 9, 0, tzinfo=SHANGHAI))
    director = await people.staff("director")
    (item,) = granted(await director.get(f"{path}/attendance"))["items"]
    assert item["missed"] == ["2026-10-08", "2026-10-09", "2026-10-10"]
    granted(await admin.put(f"{path}/organizations/{organization.id}", {"kind": "on_call"}))
    (item,) = granted(await director.get(f"{path}/attendance"))["items"]
    assert (item["planned"], item["rate"]) == (0, None)


async def test_two_at_once_sign_once(people: PeopleAtWork, path: str, street: str) -> None:
    clerk, director = await people.staff("clerk"), await people.staff("director")
    answers = await asyncio.gather(
        *(each.post(f"{path}/attendance", {"organization_id": street}) for each in (clerk, director) * 4)
    )
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 7


async def test_who_may_sign_for_whom(people: PeopleAtWork, path: str, street: str) -> None:
    clerk, director, associate = (
        await people.staff("clerk"),
        await people.staff("director"),
        await people.staff("street"),
    )
    park = str((await Organization.get(code="demo-park")).id)
    now: Json = {"organization_id": street}
    record = {"arrived_at": "2026-11-23T09:00:00+08:00"}
    for username in ("mediator", "gezhouba-clerk", "supervisor", "admin"):
        refused(await (await people.staff(username)).post(f"{path}/attendance", now), 403, "role_not_allowed")
    refused(await clerk.post(f"{path}/attendance", now | {"record": record}), 403)
    refused(await clerk.post(f"{path}/attendance", now | {"movement": "leave"}), 409, "not_signed_in")
    assert paths(await clerk.post(f"{path}/attendance")) == {"organization_id"}
    assert paths(await clerk.post(f"{path}/attendance", {"organization_id": park})) == {"organization_id"}
    later = {"arrived_at": "2026-11-25T09:00:00+08:00", "left_at": "2026-11-25T08:00:00+08:00"}
    answer = await director.post(f"{path}/attendance", now | {"record": later})
    assert paths(answer) == {"record.arrived_at", "record.left_at"}
    ancient = {"arrived_at": "0001-01-01T00:00:00+14:00", "left_at": "2026-11-23T08:00:00+08:00"}
    answer = await director.post(f"{path}/attendance", now | {"record": ancient})
    assert paths(answer) == {"record.arrived_at"}
    backwards = {"arrived_at": "2026-11-23T09:00:00+08:00", "left_at": "2026-11-23T08:00:00+08:00"}
    assert paths(await director.post(f"{path}/attendance", now | {"record": backwards})) == {"record.left_at"}
    elsewhere = await SceneCode.exclude(params__contains={"center_id": path.removeprefix("/centers/")}).first()
    assert elsewhere is not None
    for code in (None, "nowhere", elsewhere.code):
        assert paths(await associate.post(f"{path}/attendance", {"poster_code": code})) == {"poster_code"}
    good = {"poster_code": await poster(path)}
    refused(await associate.post(f"{path}/attendance", good | {"organization_id": park}), 403)
    for stranger in ("park", "expert-law"):
        refused(await (await people.staff(stranger)).post(f"{path}/attendance", good), 404)
        refused(await (await people.staff(stranger)).get(f"{path}/attendance"), 404)
    refused(await (await people.staff("gezhouba-director")).get(f"{path}/attendance"), 403)
    assert paths(await director.get(f"{path}/attendance", month="2026-13")) == {"month"}
    granted(await associate.post(f"{path}/attendance", good), 201)
