"""Of joint mediation, one or two of everything, for the access matrix."""

from models import CaseMember, Household, MemberKind, MemberStatus, Staff
from models.base import uuid7
from tests.clock import START
from tests.journeys.contract import Json, granted
from tests.mediation.standings import Standings

_KNOW_OF_MEMBERS = dict.fromkeys(("party_a", "party_b", "supervisor", "assisting"), 4)
"""Followers are the center's to know."""
_ALL = dict.fromkeys((*_KNOW_OF_MEMBERS, "mediator", "clerk"), 1)

ROWS: tuple[tuple[str, dict[str, int | str]], ...] = (
    ("/members", {**_KNOW_OF_MEMBERS, "mediator": 5, "clerk": 5}),
    ("/follower-codes", {"mediator": 1, "clerk": 1}),
    ("/committees", {**_ALL}),
    ("/tasks", {"mediator": 2, "clerk": 2, "supervisor": 2, "assisting": 1}),
    ("/task-force", {"mediator": "one", "clerk": "one", "assisting": "one"}),
    ("/households", {"mediator": 2, "clerk": 2, "assisting": 1}),
    ("/households/{home}", {"mediator": "one", "clerk": "one", "assisting": "one"}),
    ("/households/{other_home}", {"mediator": "one", "clerk": "one"}),
    ("/assemblies", {**_ALL, "follower": 1}),
    ("/matters", {**dict.fromkeys(_ALL, 2), "follower": 1, "invited": 0}),
)


async def furnish(scene: Standings) -> None:
    """The street has one task and one home, another organization has a task too; the follower owns the other home."""
    community = await _another_assists(scene)
    await _post(scene, "/follower-codes", {}, 201)
    await _committee(scene, community)
    await _post(scene, "/task-force", {"name": "清欠专班", "purpose": "收清旧欠。"}, 201)
    for name, label in (("home", "101"), ("other_home", "102")):
        scene.ids[name] = (await _post(scene, "/households", {"label": label, "area_m2": 90.0}, 201))["id"]
    given = {"member_id": scene.ids["assisting"], "household_ids": [scene.ids["home"]]}
    await scene["mediator"].post(scene.path("/households/given"), given)
    await Household.filter(id=scene.ids["other_home"]).update(resident_id=scene["follower"].id)
    for member_id in (scene.ids["assisting"], str(community.id)):
        task = {"member_id": member_id, "title": "入户", "purpose": "讲清法律规定。", "working_days": 5}
        await _post(scene, "/tasks", task, 201)
    meeting = {"title": "第一次共商会", "starts_at": "2026-11-28T19:00:00+08:00", "place": "社区", "agenda": ["停车"]}
    planned = (await _post(scene, "/assemblies", meeting, 201))["items"][0]
    motion = {"text": "画停车线", "rule": "ordinary", "closes_at": "2026-11-30T19:00:00+08:00"}
    await _post(scene, f"/assemblies/{planned['id']}/motions", motion, 201)
    for followers in (True, False):
        matter = {"title": "停车", "owner_kind": "center", "due_on": "2026-12-31", "followers": followers}
        await _post(scene, "/matters", matter, 201)


async def _another_assists(scene: Standings) -> CaseMember:
    community = await Staff.get(username="community")
    member = CaseMember(
        id=uuid7(),
        dispute_id=scene.dispute_id,
        kind=MemberKind.ASSISTING,
        status=MemberStatus.ACCEPTED,
        organization_id=community.organization_id,
        invited_by_id=scene["mediator"].id,
        invited_at=START,
    )
    await member.save(force_create=True)
    return member


async def _committee(scene: Standings, community: CaseMember) -> None:
    street = await CaseMember.get(id=scene.ids["assisting"])
    seats = [
        {"organization_id": str(street.organization_id), "name": "刘志强", "role": "chair"},
        {"organization_id": str(community.organization_id), "name": "王芳"},
    ]
    fields = {"name": "联合调解委员会", "lead_id": str(street.organization_id), "seats": seats}
    await _post(scene, "/committees", fields, 201)


async def _post(scene: Standings, path: str, body: Json, status: int) -> Json:
    return granted(await scene["mediator"].post(scene.path(path), body), status)
