"""A resident is referred to a legal service that sits in the center, and a slip comes back."""

from typing import Any

import pytest

from models import (
    CaseMember,
    Center,
    LegalReferral,
    MemberKind,
    MemberStatus,
    Organization,
    OrganizationKind,
    Party,
    Role,
    Staff,
)
from tests.casework.staff import PeopleAtWork
from tests.clock import START, TravellingClock
from tests.journeys.contract import Json, granted, paths, refused
from tests.people import Person, file_dispute

NOBODY = "00000000-0000-0000-0000-000000000000"
SLIP = {"result": "granted", "result_on": "2026-11-24", "text": "已指派律师，材料齐全。"}


class Scene:
    def __init__(self, people: PeopleAtWork, center: Center, aid: Organization) -> None:
        self.people, self.center, self.aid = people, center, aid

    async def associate(self) -> Person:
        return await self.people.staff("new-aid")

    def body(self, **fields: Any) -> Json:
        return {"organization_id": str(self.aid.id), "reason": "想起诉物业，没有钱请律师", "agreed": True} | fields


async def organization(kind: OrganizationKind, name: str, username: str | None = None) -> Organization:
    made = Organization(kind=kind, name=name, phone="12348", address="清江大道3号")
    await made.save(force_create=True)
    if username is not None:
        account = Staff(username=username, name="联络员", password_hash="-", role=Role.ORGANIZATION,
                        organization_id=made.id, created_at=START)  # fmt: skip
        await account.save(force_create=True)
    return made


@pytest.fixture
async def scene(people: PeopleAtWork) -> Scene:
    """Legal aid is in 陆城 on Tuesdays and Thursdays."""
    center = await Center.get(code="C420581001")
    aid = await organization(OrganizationKind.LEGAL_AID, "宜都市法律援助中心", "new-aid")
    admin = await people.staff("admin")
    days = {"kind": "rotating", "weekdays": ["tuesday", "thursday"]}
    granted(await admin.put(f"/centers/{center.id}/organizations/{aid.id}", days))
    return Scene(people, center, aid)


async def party_of(dispute_id: str, side: str) -> str:
    return str((await Party.get(dispute_id=dispute_id, side=side)).id)


async def test_from_the_case_to_the_slip(scene: Scene, clock: TravellingClock) -> None:
    people = scene.people
    zhang, clerk, aid = await people.resident("zhang"), await people.staff("clerk"), await scene.associate()
    filed = await file_dispute(zhang)
    path, mine = f"/disputes/{filed['id']}/legal-referrals", f"/disputes/{filed['id']}/legal-referrals"
    body = scene.body(party_id=await party_of(filed["id"], "applicant"))
    sent = granted(await clerk.post(path, body), 201)
    assert (sent["status"], sent["name"], sent["number"]) == ("sent", "张三", filed["number"])
    refused(await clerk.post(path, body), 409, "already_referred")

    (asked,) = granted(await aid.get("/legal-referrals", status="open"))["items"]
    assert (asked["name"], asked["phone"], asked["reason"]) == ("张*", "138****0001", body["reason"])
    assert (asked["number"], asked["party_id"]) == (None, None), "the service learns nothing of the case"
    refused(await aid.post(f"/legal-referrals/{asked['id']}/slip", SLIP), 409, "referral_not_accepted")
    taken = granted(await aid.post(f"/legal-referrals/{asked['id']}/answer", {"accepted": True}))
    assert (taken["status"], taken["name"], taken["phone"]) == ("accepted", "张三", "13872560001")
    refused(await aid.post(f"/legal-referrals/{asked['id']}/answer", {"accepted": True}), 409, "referral_answered")
    wrong = {"result": "won", "result_on": "2026-11-25", "text": ""}
    assert paths(await aid.post(f"/legal-referrals/{asked['id']}/slip", wrong)) == {"result", "result_on", "text"}
    before = SLIP | {"result_on": "2026-11-23"}
    assert paths(await aid.post(f"/legal-referrals/{asked['id']}/slip", before)) == {"result_on"}, "before it was sent"
    back = granted(await aid.post(f"/legal-referrals/{asked['id']}/slip", SLIP))
    assert (back["status"], back["slip"]["result_text"]) == ("returned", "已受理并提供服务")
    refused(await aid.post(f"/legal-referrals/{asked['id']}/slip", SLIP), 409, "referral_answered")

    (read,) = granted(await zhang.get(mine))["items"]
    assert (read["desk"]["days"], read["desk"]["center"]) == ("每周二、四", scene.center.name)
    assert read["slip"]["text"] == SLIP["text"]
    told = [each["text"] for each in granted(await zhang.get(f"/disputes/{filed['id']}/timeline"))["items"]]
    assert told[-3:] == [
        "已请宜都市法律援助中心为您提供法律服务：每周二、四，宜都市陆城街道综治中心。",
        "宜都市法律援助中心已接收您的法律服务转介。请按时间前往办理。",
        "宜都市法律援助中心回复：已受理并提供服务。已指派律师，材料齐全。",
    ]
    inbox = [each["kind"] for each in granted(await zhang.get("/notices"))["items"]]
    assert sorted(inbox) == ["legal_referral_answered", "legal_referral_returned", "legal_referred", "submitted"]
    exported = granted(await zhang.get("/me/export"))["legal_referrals"]
    assert [(each["organization"], each["slip"]) for each in exported] == [("宜都市法律援助中心", SLIP["text"])]
    stored = await LegalReferral.get(id=sent["id"])
    assert SLIP["text"].encode() not in bytes(stored.slip_sealed or b"")
    granted(await clerk.post(path, body), 201)  # the first is done: there may be another


async def test_declined_with_a_reason(scene: Scene) -> None:
    zhang, mediator = await scene.people.resident("zhang"), await scene.people.staff("mediator")
    filed = await file_dispute(zhang)
    body = scene.body(party_id=await party_of(filed["id"], "applicant"))
    sent = granted(await mediator.post(f"/disputes/{filed['id']}/legal-referrals", body), 201)
    aid = await scene.associate()
    assert paths(await aid.post(f"/legal-referrals/{sent['id']}/answer", {"accepted": False})) == {"reason"}
    no = {"accepted": False, "reason": "不在援助范围"}
    declined = granted(await aid.post(f"/legal-referrals/{sent['id']}/answer", no))
    assert (declined["status"], declined["reason"], declined["name"]) == ("declined", None, "张*")
    (read,) = granted(await zhang.get(f"/disputes/{filed['id']}/legal-referrals"))["items"]
    assert (read["status"], read["decline_reason"]) == ("declined", "不在援助范围")


async def test_somebody_at_the_window_without_a_case(scene: Scene) -> None:
    clerk, aid = await scene.people.staff("clerk"), await scene.associate()
    path = f"/centers/{scene.center.id}/legal-referrals"
    body = scene.body(name="李奶奶", phone="0717 482 1234")
    sent = granted(await clerk.post(path, body), 201)
    assert (sent["name"], sent["phone"], sent["number"]) == ("李奶奶", "0717-4821234", None)
    granted(await aid.post(f"/legal-referrals/{sent['id']}/answer", {"accepted": True}))
    granted(await aid.post(f"/legal-referrals/{sent['id']}/slip", SLIP | {"result": "advised"}))
    (listed,) = granted(await clerk.get("/legal-referrals", status="returned"))["items"]
    assert listed["slip"]["text"] == SLIP["text"]
    (masked,) = granted(await (await scene.people.staff("supervisor")).get("/legal-referrals"))["items"]
    assert (masked["name"], masked["reason"], masked["slip"]["text"]) == ("李*奶", None, None)
    assert granted(await (await scene.people.staff("gezhouba-clerk")).get("/legal-referrals"))["items"] == []
    assert paths(await clerk.post(path, body | {"name": "", "phone": "1", "agreed": False, "reason": ""})) == {
        "name", "phone", "agreed", "reason"}  # fmt: skip
    refused(await (await scene.people.staff("gezhouba-clerk")).post(path, body), 403)
    refused(await clerk.post(f"/centers/{NOBODY}/legal-referrals", body), 404)


async def test_only_to_a_legal_service_that_sits_there(scene: Scene) -> None:
    clerk = await scene.people.staff("clerk")
    filed = await file_dispute(await scene.people.resident("zhang"))
    path, party = f"/disputes/{filed['id']}/legal-referrals", await party_of(filed["id"], "applicant")
    other = await file_dispute(await scene.people.resident("li"))
    street = await Organization.get(code="demo-street")
    elsewhere = await organization(OrganizationKind.NOTARY, "外地公证处")
    for wrong in (NOBODY, str(street.id), str(elsewhere.id)):
        answer = await clerk.post(path, scene.body(organization_id=wrong, party_id=party))
        assert paths(answer) == {"organization_id"}
    for stranger in (NOBODY, await party_of(other["id"], "applicant")):
        assert paths(await clerk.post(path, scene.body(party_id=stranger))) == {"party_id"}
    scene.aid.deactivated_at = START
    await scene.aid.save()
    assert paths(await clerk.post(path, scene.body(party_id=party))) == {"organization_id"}


async def test_who_reads_and_answers_what(scene: Scene) -> None:
    """The other side, another organization, another center, an expert, an administrator."""
    people = scene.people
    zhang, li, clerk = await people.resident("zhang"), await people.resident("li"), await people.staff("clerk")
    filed = await file_dispute(zhang)
    respondent = await Party.get(dispute_id=filed["id"], side="respondent")
    path = f"/disputes/{filed['id']}/legal-referrals"
    await Party.filter(id=respondent.id).update(resident_id=li.id)
    ours = granted(await clerk.post(path, scene.body(party_id=await party_of(filed["id"], "applicant"))), 201)
    theirs = granted(await clerk.post(path, scene.body(party_id=str(respondent.id))), 201)
    assert len(granted(await li.get("/me/export"))["legal_referrals"]) == 1
    for resident, own in ((zhang, ours), (li, theirs)):
        assert [each["id"] for each in granted(await resident.get(path))["items"]] == [own["id"]]
        kinds = [each["kind"] for each in granted(await resident.get(f"/disputes/{filed['id']}/timeline"))["items"]]
        assert kinds.count("legal_referred") == 1, "each reads of their own"
    refused(await (await people.resident("wang")).get(path), 404)
    _ = await organization(OrganizationKind.NOTARY, "另一家", "new-notary")
    for username in ("new-notary", "street", "expert-law"):
        stranger = await people.staff(username)
        refused(await stranger.get(f"/legal-referrals/{ours['id']}"), 404)
        refused(await stranger.post(f"/legal-referrals/{ours['id']}/answer", {"accepted": True}), 404)
        refused(await stranger.post(f"/legal-referrals/{ours['id']}/slip", SLIP), 404)
        refused(await stranger.get(path), 404)
    assert granted(await (await people.staff("new-notary")).get("/legal-referrals"))["items"] == []
    refused(await clerk.post(f"/legal-referrals/{ours['id']}/answer", {"accepted": True}), 404)
    body = scene.body(party_id=str(respondent.id))
    refused(await (await people.staff("gezhouba-clerk")).post(path, body), 404)
    refused(await (await people.staff("supervisor")).post(path, body), 403)
    refused(await (await people.staff("admin")).get("/legal-referrals"), 403)
    refused(await (await people.staff("admin")).get(path), 404)
    assert len(granted(await (await people.staff("supervisor")).get(path))["items"]) == 2
    assert len(granted(await clerk.get(path))["items"]) == 2
    street = await Organization.get(code="demo-street")
    _ = await CaseMember.create(
        dispute_id=filed["id"], kind=MemberKind.ASSISTING, status=MemberStatus.ACCEPTED, organization_id=street.id,
        invited_by_id=clerk.id, invited_at=START, answered_at=START,
    )  # fmt: skip
    refused(await (await people.staff("street")).get(path), 404)
