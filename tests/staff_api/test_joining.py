"""The other side: asked, identified, joined; sees its own side only; leaves at any time."""

from typing import Any
from uuid import uuid4

import pytest

from models import Invitation, RightsAcknowledgement, StaffNotice
from tests.casework.staff import PeopleAtWork
from tests.clock import TravellingClock
from tests.journeys.contract import Json, granted, paths, photo, refused, take
from tests.people import LUCHENG, Person, file_dispute, filing

LI, LI_PHONE = "李四", "13900000004"
SECRETS = ("漏水", "粉刷", "13872560001", "138****0001", "清江大道", "111.4775", "30.3789", "张三", "120000")
OTHER_SIDE = [{"name": LI, "phone": LI_PHONE}, {"name": "王五", "phone": "13900000005"}]


async def opened(at_work: PeopleAtWork, applicant: Person, **overrides: Any) -> tuple[Person, Json]:
    """Accepted, in mediation, with a mediator."""
    clerk, mediator = await at_work.staff("clerk"), await at_work.staff("mediator")
    filed = await file_dispute(applicant, respondents=OTHER_SIDE, **overrides)
    await take(clerk, filed["id"], "accept")
    await take(clerk, filed["id"], "assign", mediator_id=mediator.id)
    case = await take(mediator, filed["id"], "start_mediation")
    return mediator, case


def party(case: Json, side: str = "respondent", nth: int = 0) -> str:
    return str([each["id"] for each in case["parties"] if each["side"] == side][nth])


async def invited(staff: Person, case: Json, nth: int = 0) -> Json:
    return granted(await staff.post(f"/disputes/{case['id']}/parties/{party(case, nth=nth)}/invitations"), 201)


async def verified(at_work: PeopleAtWork, name: str, phone: str) -> Person:
    person = await at_work.resident(name)
    granted(await person.post("/me/phone", {"code": f"phone-{phone}-{uuid4().hex}"}))
    return person


async def joined(at_work: PeopleAtWork, staff: Person, case: Json, nth: int = 0) -> Person:
    name, phone = OTHER_SIDE[nth]["name"], OTHER_SIDE[nth]["phone"]
    person, asked = await verified(at_work, f"other{nth}", phone), await invited(staff, case, nth)
    granted(await person.post("/invitations/acceptance", {"token": asked["token"], "name": name}), 201)
    return person


async def everything(person: Person, dispute_id: str) -> str:
    """All that a phone can read, as text."""
    includes = {"include": "timeline,appointments,files"}
    answers = [
        await person.get(f"/disputes/{dispute_id}", **includes),
        await person.get(f"/disputes/{dispute_id}/receipt"),
        await person.get(f"/disputes/{dispute_id}/amounts"),
    ]
    paths_ = ("/disputes", "/notices", "/changes", "/appointments", "/me/export", f"/disputes/{dispute_id}/timeline")
    answers += [await person.get(path) for path in paths_]
    return "\n".join(answer.text for answer in answers)


async def test_who_holds_the_token_learns_only_that_a_request_exists(at_work: PeopleAtWork) -> None:
    mediator, case = await opened(at_work, await at_work.resident())
    asked, curious = await invited(mediator, case), await at_work.resident("curious")
    assert asked["token"] in asked["sms_text"]
    assert asked["token"] in asked["page"]
    card = await curious.post("/invitations", {"token": f" {asked['token'].lower().replace('-', '')} "})
    assert set(granted(card)) == {"center", "phone", "address", "handled_by", "expires_at", "how_to_answer"}
    for text in (card.text, asked["sms_text"]):
        assert not any(secret in text for secret in (*SECRETS, LI, case["number"]))
    refused(await curious.get(f"/disputes/{case['id']}"), 404)
    rows = granted(await mediator.get(f"/disputes/{case['id']}/invitations"))["items"]
    assert rows[0]["opened_at"]
    assert asked["token"].replace("-", "") not in str(await Invitation.all().values())


async def test_only_the_party_itself_joins(at_work: PeopleAtWork) -> None:
    mediator, case = await opened(at_work, await at_work.resident())
    token = (await invited(mediator, case))["token"]
    li, son = await verified(at_work, "li", LI_PHONE), await at_work.resident("son")
    number = "11010519491231002X"
    for person, body in ((son, {"name": LI}), (li, {"name": "李某"}), (son, {"name": LI, "id_number": number}),
                         (son, {"name": LI, "id_number": "1"})):  # fmt: skip
        assert paths(await person.post("/invitations/acceptance", {"token": token} | body)) == {"token"}
        refused(await person.get(f"/disputes/{case['id']}"), 404)
    granted(await li.post("/invitations/acceptance", {"token": token, "name": LI}), 201)
    assert granted(await li.get(f"/disputes/{case['id']}"))["status"] == "in_mediation"
    assert paths(await li.post("/invitations/acceptance", {"token": token, "name": LI})) == {"token"}, "a second time"


async def test_an_identity_number_that_the_case_has(at_work: PeopleAtWork) -> None:
    mediator, case = await opened(at_work, await at_work.resident())
    clerk, number = await at_work.staff("clerk"), "11010519491231002X"
    change = {"version": case["version"], "id_number": number, "reason": "核对身份证"}
    granted(await clerk.put(f"/disputes/{case['id']}/parties/{party(case)}", change))
    token, person = (await invited(mediator, case))["token"], await at_work.resident("li")
    granted(await person.post("/invitations/acceptance", {"token": token, "name": LI, "id_number": number}), 201)


async def test_forged_revoked_expired_replaced_and_worn_out_look_alike(
    at_work: PeopleAtWork, clock: TravellingClock
) -> None:
    mediator, case = await opened(at_work, await at_work.resident())
    li = await verified(at_work, "li", LI_PHONE)
    replaced, revoked = await invited(mediator, case), await invited(mediator, case)
    path = f"/disputes/{case['id']}/invitations/{revoked['id']}"
    assert (await mediator.delete(path)).status_code == (await mediator.delete(path)).status_code == 204
    worn = await invited(mediator, case)
    stranger = await at_work.resident("stranger")
    answers = [await stranger.post("/invitations/acceptance", {"token": worn["token"], "name": "甲"}) for _ in range(5)]
    for dead in ("A" * 16, replaced["token"], revoked["token"], worn["token"]):
        answers.append(await li.post("/invitations/acceptance", {"token": dead, "name": LI}))
        answers.append(await li.post("/invitations", {"token": dead}))
    late = await invited(mediator, case)
    clock.advance(days=15)
    li = await verified(at_work, "li", LI_PHONE)
    answers.append(await li.post("/invitations/acceptance", {"token": late["token"], "name": LI}))
    assert len({str(refused(answer, 422)["fields"]) for answer in answers}) == 1
    guesses = [await stranger.post("/invitations", {"token": f"A{nth}"}) for nth in range(12)]
    assert guesses[-1].status_code == 429


async def test_nobody_joins_twice_or_on_both_sides(at_work: PeopleAtWork) -> None:
    applicant = await verified(at_work, "zhang", LI_PHONE)
    mediator, case = await opened(at_work, applicant)
    token = (await invited(mediator, case))["token"]
    refused(await applicant.post("/invitations/acceptance", {"token": token, "name": LI}), 409, "already_involved")
    path = f"/disputes/{case['id']}/parties/{party(case, nth=1)}/invitations"
    other = await joined(at_work, mediator, case, 1)
    refused(await mediator.post(path), 409, "not_invitable")
    granted(await other.get(f"/disputes/{case['id']}"))


async def test_each_side_sees_its_own(at_work: PeopleAtWork) -> None:
    """The access matrix: what one side wrote, uploaded or did is nowhere on another phone."""
    applicant = await at_work.resident()
    upload = granted(await applicant.upload(photo()), 201)
    mediator, case = await opened(at_work, applicant, file_ids=[upload["id"]], location=LUCHENG)
    li, wang = await joined(at_work, mediator, case, 0), await joined(at_work, mediator, case, 1)
    said = {"applicant": "申请人的底线是五千元", "li": "李四其实愿意修", "wang": "王五说钥匙在邻居家"}
    people = {"applicant": applicant, "li": li, "wang": wang}
    files = {"applicant": upload["id"]}
    for who, person in people.items():
        mine = granted(await person.upload(photo("red" if who == "li" else "blue")), 201)
        files[who] = mine["id"]
        body = {"text": said[who], "file_ids": [mine["id"]]}
        granted(await person.post(f"/disputes/{case['id']}/supplements", body), 201)
    await take(mediator, case["id"], "add_note", text="内部：注意情绪")
    for who, person in people.items():
        text = await everything(person, case["id"])
        assert "内部" not in text
        for other in people:
            assert (said[other] in text) == (who == other), (who, other)
            assert (files[other] in text) == (who == other), (who, other)
            got = await person.get(f"/files/{files[other]}")
            assert got.status_code == (200 if who == other else 404), (who, other)
        if who != "applicant":
            assert not [secret for secret in (*SECRETS, "您的申请") if secret in text], who
            refused(await person.get(f"/disputes/{case['id']}/receipt"), 404)
            refused(await person.post(f"/disputes/{case['id']}/withdrawal", {"reason": "x"}), 403)
            refused(await person.post(f"/disputes/{case['id']}/claim-codes"), 404)
        kinds = [item["kind"] for item in granted(await person.get(f"/disputes/{case['id']}/timeline"))["items"]]
        assert kinds.count("supplemented") == 1, who
    page = granted(await li.get(f"/disputes/{case['id']}"))
    assert [each["phone_masked"] for each in page["parties"]] == [None, "139****0004", None]
    seen = granted(await applicant.get(f"/disputes/{case['id']}"))
    assert [each["phone_masked"] for each in seen["parties"]] == ["138****0001", None, None]


async def test_who_represents_an_organization_joins_until_the_authority_ends(at_work: PeopleAtWork) -> None:
    clerk, manager = await at_work.staff("clerk"), await verified(at_work, "manager", "13900000006")
    company = [{"kind": "organization", "name": "某某物业服务有限公司"}]
    filed = await file_dispute(await at_work.resident(), respondents=company)
    case = granted(await clerk.get(f"/disputes/{filed['id']}"))
    token = (await invited(clerk, case))["token"]
    answer = {"token": token, "name": "钱经理"}
    assert paths(await manager.post("/invitations/acceptance", answer)) == {"token"}
    authority = {
        "party_id": party(case), "kind": "agent", "name": "钱经理", "phone": "13900000006", "scope": "settle",
        "basis": "公司授权", "document": "授权委托书2026-11号", "given_on": "2026-11-20",
    }  # fmt: skip
    more = granted(await clerk.post(f"/disputes/{case['id']}/representations", authority), 201)
    granted(await manager.post("/invitations/acceptance", answer), 201)
    granted(await manager.get(f"/disputes/{case['id']}"))
    row = more["representations"][0]["id"]
    granted(await clerk.post(f"/disputes/{case['id']}/representations/{row}/revocation", {"reason": "公司撤销授权"}))
    refused(await manager.get(f"/disputes/{case['id']}"), 404)
    assert granted(await manager.get("/disputes"))["items"] == granted(await manager.get("/notices"))["items"] == []
    after = granted(await clerk.get(f"/disputes/{case['id']}"))
    assert not any(each["has_joined"] for each in after["parties"] if each["side"] == "respondent")


async def test_leaving_ends_it_when_the_other_side_is_gone(at_work: PeopleAtWork) -> None:
    applicant = await at_work.resident()
    mediator, case = await opened(at_work, applicant, category="labour")
    li, wang = await joined(at_work, mediator, case, 0), await joined(at_work, mediator, case, 1)
    path = f"/disputes/{case['id']}/departure"
    first = granted(await li.post(path, {"reason": "不想谈"}))
    assert first["status"] == "in_mediation"
    assert "depart" in {each["action"] for each in granted(await wang.get(f"/disputes/{case['id']}"))["actions"]}
    refused(await li.post(path), 409, "action_not_allowed")
    last = granted(await wang.post(path))
    assert (last["status"], len(last["routes"])) == ("not_agreed", 3)
    assert "劳动人事争议仲裁委员会" in last["routes"][0]
    page = granted(await applicant.get(f"/disputes/{case['id']}", include="timeline"))
    assert [item["kind"] for item in page["timeline"]][-3:] == ["departed", "departed", "not_agreed"]
    assert "不想谈" not in str(page)
    assert page["routes"] == last["routes"]
    assert await StaffNotice.filter(staff_id=mediator.id, kind="party_departed").count() == 2


async def test_whoever_asked_for_it_leaves_by_withdrawing(at_work: PeopleAtWork) -> None:
    applicant = await at_work.resident()
    mediator, case = await opened(at_work, applicant)
    li = await joined(at_work, mediator, case)
    assert granted(await applicant.post(f"/disputes/{case['id']}/departure"))["status"] == "withdrawn"
    page = granted(await li.get(f"/disputes/{case['id']}", include="timeline"))
    assert page["status"] == "withdrawn"
    assert "您撤回" not in str(page)
    assert "您已撤回" not in str(page), "who was asked has not taken it back"


@pytest.mark.parametrize("status", ["submitted", "accepted", "transferred"])
async def test_leaving_before_it_began(at_work: PeopleAtWork, status: str) -> None:
    clerk = await at_work.staff("clerk")
    filed = await file_dispute(await at_work.resident(), respondents=OTHER_SIDE[:1])
    if status == "accepted":
        await take(clerk, filed["id"], "accept")
    case = granted(await clerk.get(f"/disputes/{filed['id']}"))
    li = await joined(at_work, clerk, case)
    if status == "transferred":
        await take(clerk, filed["id"], "transfer", level_up=True, reason="情况复杂")
    assert granted(await li.post(f"/disputes/{filed['id']}/departure"))["status"] == "not_agreed"
    assert granted(await clerk.get(f"/disputes/{filed['id']}"))["transfer_to"] is None


async def test_rights_and_duties_before_the_first_talk(at_work: PeopleAtWork) -> None:
    applicant = await at_work.resident()
    mediator, case = await opened(at_work, applicant)
    notice = granted(await people_notice(at_work))
    path = f"/disputes/{case['id']}/rights-acknowledgement"
    assert paths(await applicant.post(path, {"version": "0"})) == {"version"}
    first = granted(await applicant.post(path, {"version": notice["version"]}))
    assert first == granted(await applicant.post(path, {"version": notice["version"]}))
    assert granted(await applicant.get(f"/disputes/{case['id']}"))["rights_notice"] == first
    session = {"held_at": "2026-11-24T09:30:00+08:00", "summary": "面谈", "version": case["version"]}
    act = f"/disputes/{case['id']}/actions/record_session"
    assert paths(await mediator.post(act, session | {"rights_notice": False})) == {"rights_notice"}
    granted(await mediator.post(f"/disputes/{case['id']}/parties/{party(case)}/rights-acknowledgement"))
    attended = {"attended": [party(case), party(case, "applicant")], "rights_notice": False}
    after = granted(await mediator.post(act, session | attended))
    assert [each["knows_rights"] for each in after["parties"]] == [True, True, False]
    done = granted(await mediator.post(act, session | {"version": after["version"]}))
    assert all(each["knows_rights"] for each in done["parties"])
    ways = await RightsAcknowledgement.filter(dispute_id=case["id"]).order_by("id").values_list("way", flat=True)
    assert list(map(str, ways)) == ["phone", "window", "session"]


async def people_notice(at_work: PeopleAtWork) -> Any:
    return await at_work.client.get("/mini/v1/rights-notice")


async def test_every_id_tried_by_strangers(at_work: PeopleAtWork) -> None:
    mediator, case = await opened(at_work, await at_work.resident())
    asked = await invited(mediator, case)
    other = granted(await (await at_work.staff("clerk")).post("/disputes", filing(source="window")), 201)
    base, one = f"/disputes/{case['id']}", f"/disputes/{case['id']}/parties/{party(case)}"
    removal = {"version": 1, "reason": "x"}
    add = {"version": 1, "side": "applicant", "name": "赵六"}
    for username in ("gezhouba-director", "xiaoting-clerk", "admin"):
        stranger = await at_work.staff(username)
        answers = [
            await stranger.post(f"{base}/parties", add),
            await stranger.put(one, {"version": 1, "reason": "x"}),
            await stranger.post(f"{one}/removal", removal),
            await stranger.post(f"{one}/invitations"),
            await stranger.post(f"{one}/rights-acknowledgement"),
            await stranger.get(f"{base}/invitations"),
            await stranger.delete(f"{base}/invitations/{asked['id']}"),
        ]
        for answer in answers:
            refused(answer, 404)
    supervisor = await at_work.staff("supervisor")
    for answer in (await supervisor.post(f"{base}/parties", add), await supervisor.post(f"{one}/invitations")):
        refused(answer, 403)
    elsewhere = f"/disputes/{other['id']}"
    for answer in (await mediator.post(f"{elsewhere}/parties/{party(case)}/invitations"),
                   await mediator.delete(f"{elsewhere}/invitations/{asked['id']}"),
                   await mediator.post(f"{elsewhere}/parties/{party(case)}/rights-acknowledgement"),
                   await mediator.post(f"{elsewhere}/parties/{party(case)}/removal", removal)):  # fmt: skip
        refused(answer, 404)
