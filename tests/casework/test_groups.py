"""A side of many speaks through those whom it has elected; nobody is bound who has not confirmed."""

from typing import Any

import httpx
import pytest

from models import Dispute, Notice, Party
from tests.appointments.calls import try_to_book, violations
from tests.appointments.scene import Scene, at, notices, set_scene
from tests.casework.staff import PeopleAtWork
from tests.journeys.contract import Json, granted, paths, refused, take
from tests.people import Person

ELECTION = {"basis": "11月20日小区会议推选，十户到场签字", "document": "推选代表人决议（2026-11-20）",
            "elected_on": "2026-11-20"}  # fmt: skip


async def with_members(people: PeopleAtWork, *, members: int = 10) -> tuple[Scene, list[Person]]:
    """张三 and nine neighbours against a company; the first three neighbours are in the mini-program."""
    scene = await set_scene(people)
    for nth in range(1, members):
        version = (await Dispute.get(id=scene.dispute_id)).version
        body = {"version": version, "side": "applicant", "name": f"邻居{nth}"}
        granted(await scene.clerk.post(f"/disputes/{scene.dispute_id}/parties", body), 201)
    joined = [await people.resident(f"neighbour{nth}") for nth in range(3)]
    for nth, person in enumerate(joined):
        await Party.filter(dispute_id=scene.dispute_id, ordinal=2 + nth).update(resident_id=person.id)
    return scene, joined


async def case_of(scene: Scene) -> Json:
    return granted(await scene.clerk.get(f"/disputes/{scene.dispute_id}"))


async def elect(scene: Scene, *ordinals: int, **changes: Any) -> httpx.Response:
    chosen = [{"party_id": await scene.party_id(each), "scope": "attend"} for each in ordinals]
    body = ELECTION | {"version": (await case_of(scene))["version"], "representatives": chosen} | changes
    return await scene.clerk.post(f"/disputes/{scene.dispute_id}/group-representatives", body)


async def say(person: Person, scene: Scene, about: str, *, agreed: bool) -> httpx.Response:
    body = {"about": about, "agreed": agreed}
    return await person.post(f"/disputes/{scene.dispute_id}/group-answers", body)


async def group_of(person: Person, scene: Scene) -> Json:
    found: Json = granted(await person.get(f"/disputes/{scene.dispute_id}"))["group"]
    return found


async def test_the_elected_are_asked_and_told_and_nobody_else_is_bound(people: PeopleAtWork) -> None:
    scene, (elected, member, refusing) = await with_members(people)
    assert "推选2至5名代表人" in (await case_of(scene))["attention"][0]
    case = granted(await elect(scene, 0, 2), 201)
    assert case["attention"] == []
    assert sum(each["group"]["is_representative"] for each in case["parties"] if each["group"]) == 2

    found = await group_of(member, scene)
    assert (found["is_representative"], found["agrees"], found["is_bound"]) == (False, None, None)
    assert (found["asks"], len(found["representatives"])) == (["representation"], 2)
    assert (await group_of(elected, scene))["asks"] == []
    assert granted(await scene.li.get(f"/disputes/{scene.dispute_id}"))["group"] is None, "the other side is no group"
    granted(await say(member, scene, "representation", agreed=True), 201)
    granted(await say(refusing, scene, "representation", agreed=False), 201)
    refused(await say(scene.li, scene, "representation", agreed=True), 409, "action_not_allowed")
    refused(await say(elected, scene, "representation", agreed=True), 409, "action_not_allowed")
    refused(await say(member, scene, "outcome", agreed=True), 409, "action_not_allowed")

    assert "book" not in {
        each["action"] for each in granted(await member.get(f"/disputes/{scene.dispute_id}"))["actions"]
    }
    refused(await try_to_book(member, scene.dispute_id, scene.slot(at(26, 8, 30))), 409, "not_taking_part")
    proposal = granted(await scene.propose(at(25, 8, 30)), 201)
    asked = {each["party_id"] for each in proposal["participants"]}
    assert asked == {await scene.party_id(each) for each in (0, 1, 2, 4)}, "the elected, the other side, who refused"
    assert [(await notices(each))[:1] for each in (elected, refusing, member)] == [["proposed"], ["proposed"], []]
    assert await violations() == {}

    await take(scene.mediator, scene.dispute_id, "reach_agreement", form="written", summary="分期退还")
    assert (await notices(member))[0] == "agreed", "an outcome is told to all: they may confirm it"
    bound = {each["name"]: each["group"] and each["group"]["is_bound"] for each in (await case_of(scene))["parties"]}
    assert (bound["张三"], bound["邻居1"], bound["邻居2"], bound["某某物业服务有限公司"]) == (True, True, False, None)
    assert (await group_of(member, scene))["asks"] == ["outcome"]
    granted(await say(member, scene, "outcome", agreed=True), 201)
    assert (await group_of(member, scene))["is_bound"] is True
    record = {"about": "outcome", "agreed": True, "way": "telephone", "given_on": "2026-11-24"}
    path = f"/disputes/{scene.dispute_id}/parties/{await scene.party_id(9)}/group-answers"
    told = granted(await scene.clerk.post(path, record), 201)
    bound = {each["name"]: each["group"] and each["group"]["is_bound"] for each in told["parties"]}
    assert [bound[name] for name in ("邻居2", "邻居3", "邻居8", "邻居9")] == [True, False, True, False]


async def test_another_election_begins_anew(people: PeopleAtWork) -> None:
    scene, (_, member, _) = await with_members(people)
    granted(await elect(scene, 0, 2), 201)
    granted(await say(member, scene, "representation", agreed=False), 201)
    granted(await elect(scene, 3, 4), 201)
    assert (await group_of(member, scene))["is_representative"], "the one at place 3"
    assert (await group_of(scene.zhang, scene))["asks"] == ["representation"]
    slot = scene.slot(at(26, 8, 30))
    refused(await try_to_book(scene.zhang, scene.dispute_id, slot), 409, "not_taking_part")
    granted(await say(scene.zhang, scene, "representation", agreed=False), 201)
    granted(await try_to_book(scene.zhang, scene.dispute_id, slot), 201)
    await take(scene.mediator, scene.dispute_id, "request_information", items=["购房合同"], due_on="2026-12-01")
    assert await Notice.filter(kind="information_requested", resident_id=member.id).exists()


async def test_a_mediation_with_many_begins_with_those_who_speak_for_them(people: PeopleAtWork) -> None:
    scene, _ = await with_members(people)
    await Dispute.filter(id=scene.dispute_id).update(status="accepted")
    body = {"version": (await case_of(scene))["version"]}
    path = f"/disputes/{scene.dispute_id}/actions/start_mediation"
    said = refused(await scene.mediator.post(path, body), 409, "action_not_allowed")
    assert "代表人" in said["message"]
    granted(await elect(scene, 0, 2, 3, 4, 5), 201)
    await take(scene.mediator, scene.dispute_id, "start_mediation")
    how = {"given_on": "2026-11-24", "how": "in_person"}
    consents = [{"party_id": await scene.party_id(each), **how} for each in (0, 1, 2, 3, 4, 5)]
    longer = {"version": (await case_of(scene))["version"], "days": 5, "reason": "等业主大会"}
    path = path.replace("start_mediation", "extend_term")
    assert paths(await scene.mediator.post(path, longer | {"consents": consents[:-1]})) == {"consents"}
    granted(await scene.mediator.post(path, longer | {"consents": consents}))


@pytest.mark.parametrize(
    ("ordinals", "changes", "wrong"),
    [
        ((0,), {}, {"representatives"}),
        ((0, 2, 3, 4, 5, 6), {}, {"representatives"}),
        ((0, 0), {}, {"representatives.1.party_id"}),
        ((0, 1), {}, {"representatives.1.party_id"}),
        ((0, 2), {"elected_on": "2026-11-25"}, {"elected_on"}),
        ((0, 2), {"basis": "", "document": "一\n二"}, {"basis", "document"}),
        ((0, 2), {"basis": "长" * 2001}, {"basis"}),
        ((0, 2), {"representatives": [{"party_id": "00000000-0000-0000-0000-000000000000", "scope": "all"}]},
         {"representatives.0.scope"}),
        ((0, 2), {"representatives": []}, {"representatives"}),
    ],
)  # fmt: skip
async def test_bad_elections(people: PeopleAtWork, ordinals: tuple[int, ...], changes: Json, wrong: set[str]) -> None:
    scene, _ = await with_members(people)
    assert paths(await elect(scene, *ordinals, **changes)) == wrong


async def test_few_need_nobody_and_strangers_elect_nobody(people: PeopleAtWork) -> None:
    scene, _ = await with_members(people, members=9)
    assert (await case_of(scene))["attention"] == []
    assert paths(await elect(scene, 0, 2)) == {"representatives"}
    refused(await elect(scene, 0, 2, version=1), 409, "stale_version")
    path, other = f"/disputes/{scene.dispute_id}/group-representatives", await people.staff("gezhouba-clerk")
    body = ELECTION | {"version": 1, "representatives": [{"party_id": await scene.party_id(0)}]}
    refused(await other.post(path, body), 404)
    refused(await (await people.staff("supervisor")).post(path, body), 403, "role_not_allowed")
