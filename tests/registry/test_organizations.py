"""In whose name a case may be mediated, and until when."""

from typing import Any

import pytest

from models import Center, Organization, OrganizationKind
from tests.casework.staff import PeopleAtWork
from tests.clock import TravellingClock
from tests.journeys.contract import Json, granted, paths, refused, take
from tests.people import Person, file_dispute

INSTITUTION: Json = {
    "kind": "commercial_institution",
    "code": "S1",
    "name": "宜昌市商事调解中心",
    "licence_number": "鄂商调001",
    "licence_expires_on": "2026-12-24",
    "seal_name": "宜昌市商事调解中心（调解专用章）",
    "expertise": ["law", "economics", "law"],
    "level": "city",
    "division_code": "420500",
    "address": "沿江大道1号",
    "phone": "07176215798",
}


async def founded(admin: Person, **fields: Any) -> Json:
    answer = await admin.post("/organizations", INSTITUTION | fields)
    assert answer.status_code == 201, answer.text
    body: Json = answer.json()
    return body


async def test_an_organization_says_what_it_is_and_its_licence_warns(
    people: PeopleAtWork, clock: TravellingClock
) -> None:
    admin = await people.staff("admin")
    body = await founded(admin)
    assert (body["kind_text"], body["tracks"], body["expertise"]) == (
        "商事调解组织",
        ["commercial"],
        ["economics", "law"],
    )
    assert (body["phone"], body["seal_name"]) == ("0717-6215798", INSTITUTION["seal_name"])
    assert (body["licence_state"], body["warning"]) == ("expiring", "许可证将于2026-12-24到期，请及时换证。")
    (listed,) = granted(await admin.get("/organizations", licence="expiring"))["items"]
    assert listed == body
    clock.advance(days=31)
    (listed,) = granted(await admin.get("/organizations", licence="expired", kind="commercial_institution"))["items"]
    assert (listed["licence_state"], "到期" in listed["warning"]) == ("expired", True)
    renewed = await admin.put(f"/organizations/{body['id']}", INSTITUTION | {"licence_expires_on": "2029-12-24"})
    assert (granted(renewed)["licence_state"], granted(renewed)["warning"]) == ("valid", None)
    assert granted(await admin.get("/organizations", licence="expired"))["items"] == []


async def test_what_is_wrong_with_an_organization(people: PeopleAtWork) -> None:
    admin = await people.staff("admin")
    first = await founded(admin)
    wrong = {"expertise": ["magic"], "division_code": "990000", "phone": "12", "level": "moon",
             "licence_expires_on": "soon", "code": "x" * 33}  # fmt: skip
    assert paths(await admin.post("/organizations", INSTITUTION | wrong)) == set(wrong)
    assert paths(await admin.post("/organizations", INSTITUTION)) == {"code"}, "it is taken"
    second = await founded(admin, code=None)
    assert paths(await admin.put(f"/organizations/{second['id']}", INSTITUTION)) == {"code"}
    granted(await admin.put(f"/organizations/{first['id']}", INSTITUTION))
    own = await Organization.filter(is_own_committee=True).first()
    assert own is not None
    assert paths(await admin.put(f"/organizations/{own.id}", INSTITUTION | {"code": None})) == {"kind"}
    refused(await (await people.staff("director")).put(f"/organizations/{first['id']}", INSTITUTION), 403)


@pytest.mark.parametrize(
    ("residency", "weekdays"),
    [
        ({"kind": "permanent"}, ["monday", "tuesday", "wednesday", "thursday", "friday"]),
        ({"kind": "permanent", "weekdays": ["friday"]}, ["friday"]),
        ({"kind": "rotating", "weekdays": ["thursday", "tuesday"]}, ["tuesday", "thursday"]),
        ({"kind": "on_call"}, []),
        ({"kind": "rotating"}, None),
        ({"kind": "on_call", "weekdays": ["monday"]}, None),
    ],
)
async def test_residency_is_permanent_rotating_or_on_call(
    people: PeopleAtWork, residency: Json, weekdays: list[str] | None
) -> None:
    admin, center = await people.staff("admin"), await Center.get(code="C420581001")
    body = await founded(admin)
    answer = await admin.put(f"/centers/{center.id}/organizations/{body['id']}", residency)
    if weekdays is None:
        assert paths(answer) == {"weekdays"}
        return
    (there,) = granted(answer)["organizations"]
    assert (there["residency"], there["weekdays"]) == (residency["kind"], weekdays)


async def to_start(people: PeopleAtWork) -> tuple[Json, Person]:
    clerk, mediator = await people.staff("clerk"), await people.staff("mediator")
    filed = await file_dispute(await people.resident())
    await take(clerk, filed["id"], "accept")
    return await take(clerk, filed["id"], "assign", mediator_id=mediator.id), mediator


async def start(mediator: Person, case: Json, **fields: Any) -> Any:
    return await mediator.post(f"/disputes/{case['id']}/actions/start_mediation", {"version": case["version"]} | fields)


async def test_who_may_not_mediate_in_its_own_name_starts_nothing(people: PeopleAtWork) -> None:
    admin = await people.staff("admin")
    case, mediator = await to_start(people)
    own = await Organization.get(center_id=case["center"]["id"], is_own_committee=True)
    answer = await start(mediator, case, mode="commercial", organization_id=str(own.id))
    assert paths(answer) == {"organization_id"}, "the own committee"
    for kind in OrganizationKind:
        body = await founded(admin, kind=kind.value, code=None, licence_expires_on="2029-01-01")
        tracks = [None] if not body["tracks"] else ["commercial" if "commercial" not in body["tracks"] else "people"]
        for track in tracks:
            answer = await start(mediator, case, organization_id=body["id"], **({"track": track} if track else {}))
            assert paths(answer) == {"organization_id"}, kind
    granted(await start(mediator, case, organization_id=(await founded(admin, kind="justice_office", code=None))["id"]))


async def test_an_expired_licence_begins_no_commercial_mediation(people: PeopleAtWork, clock: TravellingClock) -> None:
    admin = await people.staff("admin")
    case, mediator = await to_start(people)
    bare = await founded(admin, code=None, licence_number="", licence_expires_on=None)
    assert bare["warning"] is not None
    assert paths(await start(mediator, case, organization_id=bare["id"], mode="commercial")) == {"organization_id"}
    body = await founded(admin, licence_expires_on="2026-11-25")
    clock.advance(days=1, hours=13)  # 23:00 of its last day
    clock.advance(hours=2)
    mediator = await people.staff("mediator")
    admin = await people.staff("admin")
    offered = granted(await admin.get("/organizations", track="commercial"))["items"]
    assert [each["code"] for each in offered] == ["demo-park"]
    answer = await start(mediator, case, organization_id=body["id"], mode="commercial")
    assert paths(answer) == {"organization_id"}
    assert "到期" in answer.json()["fields"][0]["message"]
    clock.advance(hours=-2)
    offered = granted(await admin.get("/organizations", track="commercial"))["items"]
    assert {each["id"] for each in offered} > {body["id"]}
    own = granted(await admin.get("/organizations", track="people", center_id=case["center"]["id"]))["items"]
    assert [each["is_own_committee"] for each in own] == [True]
    assert paths(await admin.get("/organizations", track="private")) == {"track"}
    granted(await start(mediator, case, organization_id=body["id"], mode="commercial"))
