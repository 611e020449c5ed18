"""Organizations are asked and answer, persons are invited with every party's consent, owners follow."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from httpx import Response

from models import CaseMember, Event, Organization, OrganizationKind
from tests.clock import TravellingClock
from tests.enterprises.scene import credit_code
from tests.journeys.contract import Json, granted, paths, refused, take
from tests.mediation.compound import BOSS, CHAIRMAN, DEVELOPER, OWNERS, PROPERTY, Compound
from tests.mediation.test_committee import committee

ASKED = "请协调各方，召集共商会。"


async def members(compound: Compound) -> list[Json]:
    found: list[Json] = granted(await compound.mediator.get(f"{compound.path}/members"))["items"]
    return found


async def test_an_organization_reads_enough_to_decide_and_not_who_quarrels(joint: Compound) -> None:
    street = joint.staff["street"]
    member_id = await joint.ask("street")
    refused(await street.get(f"{joint.path}/members"), 404)
    answer = await street.get("/invitations", status="invited")
    card = granted(answer)["items"][0]
    assert (card["id"], card["center"], card["category_text"]) == (member_id, "宜都市陆城街道综治中心", "物业")
    assert (card["part_text"], card["asked"], card["dispute_id"], card["number"]) == ("统筹协调", ASKED, None, None)
    assert not any(name in answer.text for name in (OWNERS, PROPERTY, DEVELOPER, "业主反映", joint.id))
    for other in ("community", "park", "expert-law", "clerk"):
        assert granted(await joint.staff[other].get("/invitations"))["items"] == []
        refused(await joint.staff[other].post(f"/invitations/{member_id}/acceptance"), 404)
    accepted = granted(await street.post(f"/invitations/{member_id}/acceptance"))
    assert (accepted["status"], accepted["dispute_id"]) == ("accepted", joint.id)
    assert [each["organization"]["name"] for each in granted(await street.get(f"{joint.path}/members"))["items"]] == [
        "陆城街道党工委"
    ]
    refused(
        await street.post(f"/invitations/{member_id}/refusal", {"reason": "又不想去了"}), 409, "invitation_answered"
    )


async def test_who_declined_may_be_asked_again(joint: Compound) -> None:
    member_id = await joint.ask("community")
    body = {"kind": "assisting", "organization_id": (await joint.organizations())["community"], "part": "organize",
            "asked": ASKED}  # fmt: skip
    refused(await joint.mediator.post(f"{joint.path}/members", body), 409, "already_asked")
    community = joint.staff["community"]
    assert paths(await community.post(f"/invitations/{member_id}/refusal")) == {"reason"}
    granted(await community.post(f"/invitations/{member_id}/refusal", {"reason": "人手不够"}))
    assert [(each["status"], each["reason"]) for each in await members(joint)] == [("declined", "人手不够")]
    again = (await joint.assisted_by("community"))["community"]
    refused(await joint.mediator.post(f"{joint.path}/members", body), 409, "already_asked")
    granted_end = await community.post(f"{joint.path}/members/{again}/end", {"reason": "工作已移交"})
    assert granted_end.status_code == 204, granted_end.text
    refused(await community.get(f"{joint.path}/members"), 404)
    refused(await joint.mediator.post(f"{joint.path}/members/{again}/end", {"reason": "结束"}), 409, "member_ended")
    assert [each["status"] for each in await members(joint)] == ["declined", "ended"]


async def test_one_answer_counts(joint: Compound) -> None:
    """Really at once: accepting and declining, twice each."""
    member_id = await joint.ask("street")
    street = joint.staff["street"]
    answers = await asyncio.gather(
        street.post(f"/invitations/{member_id}/acceptance"),
        street.post(f"/invitations/{member_id}/refusal", {"reason": "不去"}),
        street.post(f"/invitations/{member_id}/acceptance"),
        street.post(f"/invitations/{member_id}/refusal", {"reason": "不去"}),
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    assert await Event.filter(kind__in=("organization_assists", "organization_declined")).count() == 1


async def test_asked_at_once_by_two(joint: Compound) -> None:
    body = {"kind": "assisting", "organization_id": (await joint.organizations())["street"], "part": "coordinate",
            "asked": ASKED}  # fmt: skip
    both = await asyncio.gather(
        *(joint.staff[who].post(f"{joint.path}/members", body) for who in ("mediator", "director"))
    )
    assert sorted(answer.status_code for answer in both) == [201, 409]
    assert await CaseMember.filter(dispute_id=joint.id).count() == 1


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"organization_id": str(uuid4())}, {"organization_id"}),
        ({"organization_id": None, "asked": None}, {"organization_id", "asked"}),
        ({"part": "volunteer"}, {"part"}),
        ({"asked": f"请劝{OWNERS}缴费"}, {"asked"}),
        ({"kind": "invited", "part": "volunteer"}, {"name"}),
        ({"kind": "follower"}, {"kind"}),
    ],
)
async def test_what_cannot_be_asked(joint: Compound, change: Json, where: set[str]) -> None:
    organization_id = (await joint.organizations())["street"]
    body = {"kind": "assisting", "organization_id": organization_id, "part": "coordinate", "asked": ASKED}
    assert paths(await joint.mediator.post(f"{joint.path}/members", body | change)) == where


async def test_neither_a_party_nor_a_body_without_an_account_assists(joint: Compound) -> None:
    body: dict[str, Any] = {"kind": "assisting", "part": "coordinate", "asked": ASKED}
    party = await Organization.create(
        kind=OrganizationKind.PROFESSIONAL_ORGANIZATION, name=f"{PROPERTY[:2]}{PROPERTY[2:]}"
    )
    mute = await Organization.create(kind=OrganizationKind.PUBLIC_BODY, name="没有账号的单位")
    try:
        for organization_id, word in ((party.id, "当事人"), (mute.id, "联络员")):
            answer = await joint.mediator.post(
                f"{joint.path}/members", body | {"organization_id": str(organization_id)}
            )
            fields = refused(answer, 422)["fields"]
            assert [field["path"] for field in fields] == ["organization_id"]
            assert word in fields[0]["message"]
    finally:
        await party.delete()
        await mute.delete()


async def test_who_helps_is_no_party_and_no_party_helps(joint: Compound) -> None:
    """Compared are credit codes, however they are typed, and names; in whatever order the two come."""
    code, clerk = credit_code(77), joint.staff["clerk"]
    adding: Json = {"side": "respondent", "kind": "organization", "name": "改了名的公司", "credit_code": code}
    street = await Organization.get(code="demo-street")
    lead = granted(await joint.mediator.get(joint.path))["organization"]["name"]
    await joint.assisted_by("street")

    async def add(**fields: object) -> Response:
        version = granted(await clerk.get(joint.path))["version"]
        return await clerk.post(f"{joint.path}/parties", adding | {"version": version} | fields)

    before = street.registration_number
    await Organization.filter(id=street.id).update(registration_number=f" {code.lower()[:9]} {code[9:]} ")
    try:
        for taken in ({}, {"name": "陆城街道 党工委", "credit_code": None}, {"name": lead, "credit_code": None}):
            assert paths(await add(**taken)) == {"name"}, taken
        member_id = await joint.ask("community")
        assert paths(await add(name="陆城街道园林社区党委", credit_code=None)) == {"name"}, "asked, not yet answered"
        granted(await joint.staff["community"].post(f"/invitations/{member_id}/refusal", {"reason": "没有人手"}))
        granted(await add(name="陆城街道园林社区党委", credit_code=None), 201)
        other = credit_code(78)
        granted(await add(credit_code=other), 201)
        await Organization.filter(code="demo-park").update(registration_number=other.lower())
        asked = {"kind": "assisting", "part": "coordinate", "asked": ASKED}
        for username in ("park", "community"):
            body = asked | {"organization_id": (await joint.organizations())[username]}
            assert paths(await joint.mediator.post(f"{joint.path}/members", body)) == {"organization_id"}, username
        bodies = committee(await joint.organizations())
        assert paths(await joint.mediator.post(f"{joint.path}/committees", bodies)) == {"seats.1.organization_id"}
    finally:
        await Organization.filter(id=street.id).update(registration_number=before)
        await Organization.filter(code="demo-park").update(registration_number="")


async def test_only_the_lead_asks_and_only_while_it_goes_on(joint: Compound) -> None:
    body = {"kind": "assisting", "organization_id": (await joint.organizations())["street"], "part": "coordinate",
            "asked": ASKED}  # fmt: skip
    for who, status in (("clerk", 403), ("supervisor", 403), ("gezhouba-clerk", 404), ("street", 404)):
        refused(await joint.staff[who].post(f"{joint.path}/members", body), status)
    member_id = await joint.ask("street")
    await take(joint.mediator, joint.id, "end_without_agreement", reason_code="no_consensus", routes=["起诉"])
    refused(await joint.mediator.post(f"{joint.path}/members", body), 409, "mediation_not_open")
    refused(await joint.staff["street"].post(f"/invitations/{member_id}/acceptance"), 409, "mediation_not_open")


async def test_an_invited_person_needs_every_party(joint: Compound) -> None:
    owner, boss = await joint.joined(OWNERS, *CHAIRMAN), await joint.joined(PROPERTY, *BOSS)
    body = {"kind": "invited", "name": "李大爷", "part": "volunteer"}
    listed = granted(await joint.mediator.post(f"{joint.path}/members", body), 201)["items"]
    person_id, path = listed[0]["id"], f"{joint.path}/members/{listed[0]['id']}"
    assert len(listed[0]["waits_for"]) == 3
    refused(await joint.mediator.post(f"{path}/token"), 409, "consents_missing")
    refused(await joint.mediator.post(f"{path}/admission"), 409, "consents_missing")
    shown = granted(await owner.post(f"{path}/consent", {"agreed": True}), 201)["items"]
    assert (shown[0]["name"], len(shown[0]["waits_for"])) == ("李大爷", 2)
    refused(await owner.post(f"{path}/consent", {"agreed": True}), 409, "consent_given")
    granted(await boss.post(f"{path}/consent", {"agreed": True}), 201)
    told = {"party_id": joint.parties[DEVELOPER], "agreed": True}
    assert paths(await joint.staff["clerk"].post(f"{path}/consents", told | {"party_id": person_id})) == {"party_id"}
    granted(await joint.staff["clerk"].post(f"{path}/consents", told), 201)
    token = granted(await joint.mediator.post(f"{path}/token"), 201)["token"]
    wang = await joint.people.resident("wang")
    assert granted(await wang.post("/memberships/card", {"token": token}))["kind"] == "invited"
    assert paths(await wang.post("/memberships", {"token": token, "name": "王五"})) == {"token"}
    refused(await owner.post("/memberships", {"token": token, "name": "李大爷"}), 409, "already_taking_part")
    granted(await wang.post("/memberships", {"token": token, "name": "李大爷"}), 201)
    assert granted(await wang.get("/memberships"))["items"][0]["kind"] == "invited"
    refused(await wang.get(f"{joint.path}/members"), 404)
    refused(await wang.get(joint.path), 404)
    assert paths(await (await joint.people.resident("x")).post("/memberships", {"token": token, "name": "李大爷"})) == {
        "token"
    }
    refused(await owner.post(f"{path}/consent", {"agreed": True}), 409, "not_invited_now")
    granted(await boss.post(f"{path}/consent", {"agreed": False}), 201)
    refused(await wang.get(f"{joint.path}/matters"), 404)
    refused(await wang.delete(f"{joint.path}/membership"), 404)
    refused(await boss.post(f"{path}/consent", {"agreed": False}), 409, "not_invited_now")
    assert [(each["status"], len(each["waits_for"])) for each in await members(joint)] == [("ended", 1)]


async def test_one_refusal_ends_it(joint: Compound) -> None:
    owner = await joint.joined(OWNERS, *CHAIRMAN)
    body = {"kind": "invited", "name": "赵大妈", "part": "neighbour"}
    path = (
        f"{joint.path}/members/"
        + granted(await joint.mediator.post(f"{joint.path}/members", body), 201)["items"][0]["id"]
    )
    both = await asyncio.gather(
        owner.post(f"{path}/consent", {"agreed": False}),
        joint.staff["clerk"].post(f"{path}/consents", {"party_id": joint.parties[OWNERS], "agreed": True}),
        joint.staff["clerk"].post(f"{path}/consents", {"party_id": joint.parties[PROPERTY], "agreed": False}),
    )
    assert sum(answer.status_code == 201 for answer in both) in (1, 2)
    assert (await members(joint))[0]["status"] == "declined"
    told = {"party_id": joint.parties[DEVELOPER], "agreed": True}
    refused(await joint.staff["clerk"].post(f"{path}/consents", told), 409, "not_invited_now")
    refused(await joint.mediator.post(f"{path}/token"), 409, "not_invited_now")


async def test_followers_come_by_a_code_and_go_when_they_like(joint: Compound, clock: TravellingClock) -> None:
    owner = await joint.joined(OWNERS, *CHAIRMAN)
    code = granted(await joint.mediator.post(f"{joint.path}/follower-codes"), 201)
    picture = await joint.mediator.post(f"{joint.path}/member-tokens/picture", {"token": code["token"]})
    assert (picture.status_code, picture.headers["content-type"]) == (200, "image/jpeg")
    neighbours = [await joint.people.resident(name) for name in ("sun", "li")]
    for each in neighbours:
        granted(await each.post("/memberships", {"token": code["token"].lower().replace("-", " ")}), 201)
        refused(await each.post("/memberships", {"token": code["token"]}), 409, "already_taking_part")
        refused(await each.get(f"{joint.path}/members"), 404)
    assert [each["kind"] for each in await members(joint)] == ["follower", "follower"]
    assert granted(await owner.get(f"{joint.path}/members"))["items"] == []
    both = await asyncio.gather(*(neighbours[0].delete(f"{joint.path}/membership") for _ in range(2)))
    assert sorted(answer.status_code for answer in both) == [204, 404]
    granted(await neighbours[0].post("/memberships", {"token": code["token"]}), 201)
    codes = granted(await joint.mediator.get(f"{joint.path}/follower-codes"))["items"]
    assert (await joint.mediator.delete(f"{joint.path}/follower-codes/{codes[0]['id']}")).status_code == 204
    late = await joint.people.resident("late")
    assert paths(await late.post("/memberships", {"token": code["token"]})) == {"token"}
    fresh = granted(await joint.mediator.post(f"{joint.path}/follower-codes"), 201)["token"]
    clock.advance(days=91)
    later = await joint.people.resident("later")
    assert paths(await later.post("/memberships", {"token": fresh})) == {"token"}


async def test_a_closed_account_follows_nothing_any_more(joint: Compound) -> None:
    follower = await joint.follower("孙梅", "13872560021")
    exported = granted(await follower.get("/me/export"))
    assert [(each["kind"], each["name"]) for each in exported["memberships"]] == [("follower", "孙梅")]
    assert (await follower.delete("/me")).status_code in (200, 204)
    assert [(each["status"], each["name"]) for each in await members(joint)] == [("ended", None)]
