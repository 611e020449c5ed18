"""The joint mediation committee mediates in its own name; tasks are between one organization and the lead."""

import asyncio
from uuid import uuid4

from tests.clock import TravellingClock
from tests.journeys.contract import Json, granted, paths, refused, take
from tests.mediation.compound import Compound
from tests.people import filing


def committee(organizations: dict[str, str], **overrides: object) -> Json:
    return {
        "name": "陆城街道联合调解委员会",
        "lead_id": organizations["street"],
        "seats": [
            {"organization_id": organizations["street"], "name": "刘志强", "role": "chair"},
            {"organization_id": organizations["community"], "name": "王芳"},
        ],
    } | overrides


async def test_a_standing_committee_mediates(joint: Compound) -> None:
    organizations, director = await joint.organizations(), joint.staff["director"]
    refused(await joint.staff["clerk"].post("/joint-committees", committee(organizations)), 403)
    formed = granted(await director.post("/joint-committees", committee(organizations)), 201)
    assert [(seat["name"], seat["role"]) for seat in formed["seats"]] == [("刘志强", "chair"), ("王芳", "member")]
    assert [each["id"] for each in granted(await director.get("/joint-committees"))["items"]] == [formed["id"]]
    assert granted(await joint.staff["gezhouba-clerk"].get("/joint-committees"))["items"] == []
    resident = await joint.people.resident("owner")
    filed = granted(await resident.post("/disputes", filing()), 201)
    clerk, mediator = joint.staff["clerk"], joint.staff["mediator"]
    await take(clerk, filed["id"], "accept")
    await take(clerk, filed["id"], "assign", mediator_id=mediator.id)
    started = await take(
        mediator, filed["id"], "start_mediation", mode="joint", organization_id=formed["organization_id"]
    )
    assert started["organization"]["name"] == "陆城街道联合调解委员会"
    shown = granted(await resident.get(f"/disputes/{filed['id']}/committees"))["items"]
    assert [each["id"] for each in shown] == [formed["id"]]
    supervised = granted(await joint.staff["supervisor"].get(f"/disputes/{filed['id']}/committees"))["items"]
    assert [seat["name"] for seat in supervised[0]["seats"]] == ["刘*强", "王*"]
    asked = {"kind": "assisting", "organization_id": formed["organization_id"], "part": "mediate", "asked": "请协助"}
    assert paths(await mediator.post(f"/disputes/{filed['id']}/members", asked)) == {"organization_id"}


async def test_who_assists_does_not_lead(joint: Compound) -> None:
    """Asked before the mediation began, it cannot mediate itself."""
    resident = await joint.people.resident("owner")
    filed = granted(await resident.post("/disputes", filing()), 201)
    clerk, mediator, path = joint.staff["clerk"], joint.staff["mediator"], f"/disputes/{filed['id']}"
    await take(clerk, filed["id"], "accept")
    await take(clerk, filed["id"], "assign", mediator_id=mediator.id)
    park = (await joint.organizations())["park"]
    asked = {"kind": "assisting", "organization_id": park, "part": "mediate", "asked": "请协助"}
    granted(await mediator.post(f"{path}/members", asked), 201)
    version = granted(await mediator.get(path))["version"]
    start = {"version": version, "mode": "joint", "organization_id": park}
    answer = await mediator.post(f"{path}/actions/start_mediation", start)
    assert "协助" in refused(answer, 422)["fields"][0]["message"]


async def test_a_committee_is_of_several_bodies(joint: Compound) -> None:
    organizations = await joint.organizations()
    same = [{"organization_id": organizations["street"], "name": name} for name in ("刘志强", "张伟")]
    nobody = [{"organization_id": str(uuid4()), "name": "刘志强", "role": "chair"},
              {"organization_id": organizations["street"], "name": "张伟"}]  # fmt: skip
    post, path = joint.mediator.post, f"{joint.path}/committees"
    assert paths(await post(path, committee(organizations, seats=same))) == {"seats"}
    assert paths(await post(path, committee(organizations, lead_id=organizations["park"]))) == {"lead_id"}
    assert paths(await post(path, committee(organizations, seats=nobody))) == {"seats.0.organization_id"}
    refused(await joint.staff["clerk"].post(path, committee(organizations)), 403)
    formed = granted(await post(path, committee(organizations)), 201)
    assert formed["dispute_id"] == joint.id
    assert granted(await joint.staff["director"].get("/joint-committees"))["items"] == []


async def test_members_leave_and_others_are_appointed(joint: Compound, clock: TravellingClock) -> None:
    """The chair moves away, the community sends somebody else; who sat there stays on record."""
    organizations, mediator = await joint.organizations(), joint.mediator
    formed = granted(await mediator.post(f"{joint.path}/committees", committee(organizations)), 201)
    path, (chair, member) = f"{joint.path}/committees/{formed['id']}/seats", formed["seats"]
    clock.advance(days=2)
    successor = {"organization_id": organizations["street"], "name": "赵明", "role": "chair"}
    for body, wrong in (
        ({}, {""}),
        ({"leaving": [chair["id"]]}, {"joining"}),
        ({"leaving": [member["id"]]}, {"joining"}),
        ({"joining": [successor]}, {"joining"}),
        ({"leaving": [str(uuid4())], "joining": [successor]}, {"leaving.0"}),
        ({"leaving": [chair["id"]], "joining": [successor | {"organization_id": str(uuid4())}]},
         {"joining.0.organization_id"}),
        ({"leaving": [chair["id"]], "joining": [successor | {"organization_id": organizations["park"]}]},
         {"joining"}),
    ):  # fmt: skip
        assert paths(await mediator.post(path, body)) == wrong, body
    change = {"leaving": [chair["id"]], "joining": [successor]}
    refused(await joint.staff["clerk"].post(path, change), 403)
    refused(await joint.staff["gezhouba-clerk"].post(path, change), 404)
    both = await asyncio.gather(*(joint.staff[who].post(path, change) for who in ("mediator", "director")))
    assert sorted(answer.status_code for answer in both) == [200, 422], "one of them finds the seat given away"
    (found,) = granted(await mediator.get(f"{joint.path}/committees"))["items"]
    assert [(seat["name"], seat["role"]) for seat in found["seats"]] == [("王芳", "member"), ("赵明", "chair")]
    (left,) = found["former"]
    assert (left["name"], left["since"], left["until"]) == ("刘志强", formed["formed_at"], found["seats"][1]["since"])
    assert "改选" in (await mediator.get(f"{joint.path}/timeline", limit=100)).text
    refused(await joint.staff["director"].post(f"/joint-committees/{formed['id']}/seats", change), 404)
    standing = granted(await joint.staff["director"].post("/joint-committees", committee(organizations)), 201)
    path, change = f"/joint-committees/{standing['id']}/seats", {"joining": [successor | {"role": "member"}]}
    for who, status in (("gezhouba-clerk", 404), ("mediator", 403), ("supervisor", 403)):
        refused(await joint.staff[who].post(path, change), status)
    assert len(granted(await joint.staff["director"].post(path, change))["seats"]) == 3


async def test_a_task_is_between_one_organization_and_the_lead(joint: Compound, clock: TravellingClock) -> None:
    ids = await joint.assisted_by("street", "community")
    path, street, community = f"{joint.path}/tasks", joint.staff["street"], joint.staff["community"]
    body = {
        "member_id": ids["community"],
        "title": "入户宣讲",
        "purpose": "向欠费住户讲清法律规定。",
        "working_days": 5,
    }
    refused(await joint.staff["clerk"].post(path, body), 403)
    bad = body | {"member_id": str(uuid4()), "materials": [{"resource": "caucus", "item_id": str(uuid4())}]}
    assert paths(await joint.mediator.post(path, bad)) == {"member_id"}
    unknown = [{"resource": "caucus", "item_id": str(uuid4())}, {"resource": "matter", "item_id": str(uuid4())}]
    wrong = await joint.mediator.post(path, body | {"materials": unknown})
    assert paths(wrong) == {"materials.0.resource", "materials.1.item_id"}
    task = granted(await joint.mediator.post(path, body), 201)
    assert (task["status"], task["due_on"], task["light"]) == ("given", "2026-12-01", "green")
    assert granted(await street.get(path))["items"] == []
    assert len(granted(await community.get(path))["items"]) == 1
    for who, status in (("street", 404), ("mediator", 403), ("park", 404)):
        refused(await joint.staff[who].post(f"{path}/{task['id']}/acceptance"), status)
    refused(await community.post(f"{path}/{task['id']}/reports", {"text": "去了三户"}), 409, "task_closed")
    granted(await community.post(f"{path}/{task['id']}/acceptance"))
    granted(await community.post(f"{path}/{task['id']}/reports", {"text": "去了三户"}), 201)
    clock.advance(days=6)
    assert granted(await joint.mediator.get(path))["items"][0]["light"] == "yellow"
    clock.advance(days=2)
    assert granted(await joint.mediator.get(path))["items"][0]["light"] == "red"
    done = granted(await community.post(f"{path}/{task['id']}/completion", {"text": "都去过了"}))
    assert (done["status"], done["light"]) == ("done", "none")
    assert [each["text"] for each in done["reports"]] == ["去了三户", "都去过了"]
    refused(await community.post(f"{path}/{task['id']}/completion", {"text": "再来"}), 409, "task_closed")
