"""Scenario 2: a design patent across three provinces, mediated by video at 葛洲坝, agreed after seven days, signed by
post, confirmed by the intermediate court and kept. HTTP only; `pytest -s` prints its timeline."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from tortoise import connections

from backend.centers import loading
from models import Purpose
from tests.agreements import continuing
from tests.appointments.calls import slot_at
from tests.appointments.scene import VIDEO, answer, at
from tests.casework.staff import PeopleAtWork
from tests.clock import START, TravellingClock
from tests.conftest import App
from tests.core.test_identity import credit_code
from tests.history import whole
from tests.journeys.contract import Json, granted, photo, refused, take
from tests.mediation import usersig
from tests.mediation.test_usersig import KEY
from tests.people import Person, filing

OFFICE = "西陵区司法局葛洲坝司法所"
FOOD, MAKER, SUPPLIER = "蜀香食品有限公司", "宜昌果蔬脆食品有限公司", "江西彩印包装有限公司"
PHONES = {FOOD: "13900000021", MAKER: "13900000022", SUPPLIER: "13900000023"}
AT_THE_MAKER = {"lon": 111.288402, "lat": 30.721444, "crs": "gcj02", "address": "西陵区葛洲坝街道"}
IN_CHENGDU = {"lon": 104.0668, "lat": 30.5728, "crs": "gcj02", "address": "成都市武侯区"}


def company(name: str, region: int) -> Json:
    code = credit_code(f"91{region:06}MA0ABCD{len(name) % 10}2")
    return {"kind": "organization", "name": name, "credit_code": code, "phone": PHONES[name]}


async def follow_centers(app: App) -> None:
    """What a process does within a second of every change."""
    found = await loading.load(app.ctx.deps.catalog)
    app.ctx.deps = replace(app.ctx.deps, centers=found.centers, retired=found.retired)


@pytest.fixture
async def leaves_no_office(app: App) -> AsyncIterator[None]:
    """Asked for before the client: by then the cases are gone that name it."""
    yield
    script = f"""
        DELETE FROM residency WHERE organization_id IN (SELECT id FROM organization WHERE name = '{OFFICE}');
        DELETE FROM organization WHERE name = '{OFFICE}';
    """  # noqa: S608
    await connections.get("default").execute_script(script)
    await follow_centers(app)


class Story:
    def __init__(self, people: PeopleAtWork, clock: TravellingClock) -> None:
        self.people, self.clock = people, clock
        self.parties: dict[str, Person] = {}
        self.ids: dict[str, str] = {}
        self.case = ""

    def path(self, rest: str = "") -> str:
        return f"/disputes/{self.case}{rest}"

    async def do(self, who: Person, path: str, status: int = 200, **body: Any) -> Json:
        return granted(await who.post(self.path(path), body), status)

    def day(self, days: int, hour: int = 10) -> None:
        self.clock.set((START + timedelta(days=days)).replace(hour=hour))

    async def phone(self, name: str) -> Person:
        person = await self.people.resident(f"of-{PHONES[name]}")
        granted(await person.post("/me/phone", {"code": f"phone-{PHONES[name]}-{uuid4().hex}"}))
        self.parties[name] = person
        return person

    def to(self, *names: str) -> list[Json]:
        return [{"kind": "party", "id": self.ids[each]} for each in names or PHONES]


async def test_cloud_mediation_of_a_design_patent(
    app: App, leaves_no_office: None, people: PeopleAtWork, clock: TravellingClock
) -> None:
    story = Story(people, clock)
    clerk, mediator = await people.staff("gezhouba-clerk"), await people.staff("gezhouba-mediator")
    await _the_office_knows_the_field(story, clerk)
    await follow_centers(app)
    await _filed_from_another_province(story)
    await _taken_up_by_the_justice_office(story, clerk, mediator)
    await _evidence_is_verified_and_exchanged(story, mediator)
    story.day(1)
    await _the_expert_is_asked(story, mediator)
    story.day(3)
    await _the_law_is_made_clear(story, mediator)
    await _all_meet_by_video(story, clerk, mediator)
    proposal_id = await _proposals_go_back_and_forth(story, mediator)
    story.day(7)
    await _agreed_after_seven_days(story, mediator, proposal_id)
    assert await whole.flaws(app) == []


async def _the_office_knows_the_field(story: Story, clerk: Person) -> None:
    """The justice office sits in the center, which serves its field through it."""
    admin, center = await story.people.staff("admin"), granted(await clerk.get("/me"))["center"]
    founded = {"kind": "justice_office", "name": OFFICE, "categories": ["intellectual_property"]}
    office = granted(await admin.post("/organizations", founded), 201)
    granted(await admin.put(f"/centers/{center['id']}/organizations/{office['id']}", {"kind": "permanent"}))
    story.ids |= {"office": office["id"], "center": center["id"]}


async def _filed_from_another_province(story: Story) -> None:
    """It is routed by speciality and by where it happened, not by where the applicant sits."""
    food = await story.phone(FOOD)
    agreed = await food.post("/me/privacy-consent", {"version": "1", "kinds": ["precise_location"]})
    assert agreed.status_code == 204, agreed.text
    body = filing(
        category="ip_patent",
        description="在超市发现对方果蔬脆的包装与我公司外观设计专利几乎一样。",
        claim="停止使用侵权包装，销毁库存，赔偿损失。",
        amount_fen=30_000_000,
        location=AT_THE_MAKER,
        contact_location=IN_CHENGDU,
        preferred_mode="video",
        applicant=company(FOOD, 510107),
        respondents=[company(MAKER, 420502)],
    )
    filed = granted(await food.post("/disputes", body), 201)
    story.case = filed["id"]
    assert filed["center"]["id"] == story.ids["center"], filed["route"]


async def _taken_up_by_the_justice_office(story: Story, clerk: Person, mediator: Person) -> None:
    case = await take(clerk, story.case, "accept")
    supplier = company(SUPPLIER, 360100) | {"side": "respondent", "version": case["version"]}
    case = granted(await clerk.post(story.path("/parties"), supplier), 201)
    story.ids |= {each["name"]: each["id"] for each in case["parties"]}
    assert set(story.ids) >= set(PHONES)
    await take(clerk, story.case, "assign", mediator_id=mediator.id)
    case = await take(mediator, story.case, "start_mediation", mode="cloud", organization_id=story.ids["office"])
    assert (case["organization"]["name"], case["mode"], case["elapsed"]["days"]) == (OFFICE, "cloud", 0)
    for name in (MAKER, SUPPLIER):
        person = await story.phone(name)
        asked = await story.do(mediator, f"/parties/{story.ids[name]}/invitations", 201)
        granted(await person.post("/invitations/acceptance", {"token": asked["token"], "name": name}), 201)


async def _evidence_is_verified_and_exchanged(story: Story, mediator: Person) -> None:
    """云调查"""
    items = {}
    for name, kind, title in ((FOOD, "document", "外观设计专利证书"), (FOOD, "object", "购得的包装实物"),
                              (SUPPLIER, "electronic", "设计稿与往来邮件")):  # fmt: skip
        person = story.parties[name]
        file = granted(await person.upload(photo("blue" if kind == "object" else "red")), 201)
        given = {"kind": kind, "title": title, "source": name, "proves": "设计的来源与近似", "file_id": file["id"]}
        items[title] = (await story.do(person, "/evidence", 201, **given))["id"]
    patent, package, _ = items.values()
    assert granted(await story.parties[MAKER].get(story.path("/evidence")))["items"] == []
    await story.do(mediator, f"/evidence/{package}/custody", 201, act="received", holder="葛洲坝司法所证据柜")
    checks = {patent: ("register_searched", "consistent"), package: ("video_inspected", "consistent"),
              items["设计稿与往来邮件"]: ("hash_checked", "doubtful")}  # fmt: skip
    for item, (method, result) in checks.items():
        verified = {"method": method, "result": result, "original_compared": item == package}
        await story.do(mediator, f"/evidence/{item}/verifications", 201, **verified)
    await story.do(mediator, "/evidence-exchanges", 201, item_ids=list(items.values()))
    seen = granted(await story.parties[MAKER].get(story.path("/evidence")))["items"]
    assert [each["verifications"][0]["result_text"] for each in seen] == ["核验一致", "核验一致", "存疑"]
    objection = {"grounds": ["relevance"], "text": "设计由供应商提供，我公司不知情。"}
    await story.do(story.parties[MAKER], f"/evidence/{package}/objections", 201, **objection)
    story.ids |= {"package": package, "patent": patent}


async def _the_expert_is_asked(story: Story, mediator: Person) -> None:
    """云会诊"""
    expert = await story.people.staff("expert-law")
    materials = [story.ids["patent"], story.ids["package"]]
    question = {"question": "被控包装是否落入专利保护范围？供应商与使用者如何担责？", "expert_ids": [expert.id]}
    asked = await story.do(mediator, "/consultations", 201, item_ids=materials, **question)
    refused(await expert.get(story.path("/evidence")), 404)
    said = {"answer": "accepted", "no_conflict": True}
    granted(await expert.post(f"/consultations/{asked['id']}/answer", said))
    assert len(granted(await expert.get(story.path("/evidence")))["items"]) == 2
    story.day(2)
    text = "整体视觉效果无实质性差异，落入保护范围；使用者能证明合法来源的不承担赔偿责任，但应停止使用。"
    path = f"/consultations/{asked['id']}"
    await story.do(expert, f"{path}/opinions", 201, text=text, final=True)
    shown = await story.do(mediator, f"{path}/shares", to=story.to())
    assert (shown["status"], shown["light"]) == ("answered", "green")
    assert text in (await story.parties[SUPPLIER].get(story.path(path))).text


async def _the_law_is_made_clear(story: Story, mediator: Person) -> None:
    """云普法"""
    law = {"statement": "未经许可制造、销售使用该外观设计的产品构成侵权；供应商应当保证设计不侵犯他人权利。",
           "statutes": ["patent-law-11", "patent-law-64", "patent-law-77", "civil-code-612", "civil-procedure-205"],
           "to": [story.ids[each] for each in PHONES]}  # fmt: skip
    given = await story.do(mediator, "/explanations", 201, **law)
    path = f"/explanations/{given['id']}"
    for name, person in story.parties.items():
        question: Json = {"question": "库存包装怎么处理？"} if name == MAKER else {}
        await story.do(person, f"{path}/acknowledgement", **question)
    await story.do(mediator, f"{path}/replies", 201, party_id=story.ids[MAKER], text="停止使用，由供应商更换。")
    receipts = granted(await mediator.get(story.path(path)))["receipts"]
    assert all(each["read_at"] for each in receipts)


async def _all_meet_by_video(story: Story, clerk: Person, mediator: Person) -> None:
    starts_at = at(30, 9, 45)
    slot = slot_at(story.ids["center"], starts_at, VIDEO, Purpose.MEDIATION)
    room = await story.do(clerk, "/appointments", 201, slot_id=slot)
    for person in story.parties.values():
        granted(await answer(person, room["id"]))
    path = f"/rooms/{room['id']}"
    story.clock.set(starts_at - timedelta(minutes=15))
    await story.do(mediator, f"{path}/opening")
    for person in story.parties.values():
        mine = (await story.do(person, f"{path}/entry"))["me"]
        assert mine["identity"] == "phone", "the number that WeChat has verified"
        for kind in ("online", "recording"):
            granted(await person.put(story.path(f"{path}/consents"), {"kind": kind, "version": "1"}))
        await story.do(mediator, f"{path}/guests/{mine['id']}/admission")
    passes = [await story.do(each, f"{path}/pass") for each in (*story.parties.values(), mediator)]
    assert len({usersig.opened(each["user_sig"], KEY)["TLS.identifier"] for each in passes}) == 4
    assert granted(await mediator.put(story.path(f"{path}/recording"), {"on": True}))["recording_since"]
    story.clock.set(starts_at + timedelta(minutes=50))
    held = {"held_at": starts_at.isoformat(), "summary": "三方确认事实，就停止使用与补偿协商。", "kind": "video"}
    await take(mediator, story.case, "record_session", **held)
    assert (await story.do(mediator, f"{path}/end"))["status"] == "ended"


async def _proposals_go_back_and_forth(story: Story, mediator: Person) -> str:
    """云沟通: what the last one says becomes the agreement."""
    await story.do(mediator, "/messages", 201, text="请各方在明天下午前提出方案。")
    terms: list[Json] = [
        {"who": MAKER, "what": "停止使用该包装，销毁库存", "due_on": "2026-12-15"},
        {"who": SUPPLIER, "what": "补偿并更换包装设计", "due_on": "2026-12-31", "amount_fen": 12_000_000},
    ]
    said = {"summary": "停止使用，供应商补偿。", "expires_at": "2026-12-01T18:00:00+08:00"}
    first = await story.do(story.parties[FOOD], "/proposals", 201, terms=terms, **said)
    await story.do(story.parties[SUPPLIER], f"/proposals/{first['id']}/answers", answer="refused", comment="偏高")
    less = [terms[0], terms[1] | {"amount_fen": 8_000_000}]
    last = await story.do(story.parties[SUPPLIER], "/proposals", 201, terms=less, counter_to=first["id"], **said)
    for name in (FOOD, MAKER):
        last = await story.do(story.parties[name], f"/proposals/{last['id']}/answers", answer="accepted")
    assert last["status"] == "accepted"
    return str(last["id"])


async def _signed_by_post_in_three_provinces(story: Story, mediator: Person) -> None:
    """It takes effect with the seal, when the last signed copy is back."""
    found = {
        "facts": "果蔬脆的包装与申请人的外观设计专利近似，设计由供应商提供。",
        "issues": "是否侵权，如何补偿；供应商对设计来源负责。",
        "manner": "销毁库存留影像，补偿款银行转账",
        "deadline": "2026-12-31",
    }
    fixed = await continuing.fixed_text(mediator, story.path(), **found)
    signed = await continuing.signed_by_post(mediator, story.path(), fixed, story.clock)
    assert (signed["status"], signed["effective_at"]) == ("effective", "2026-12-08T12:00:00+08:00")
    assert sorted(each["way"] for each in signed["parcels"]) == ["copy"] * 3 + ["sent_back"] * 3 + ["to_sign"] * 3
    assert all(each["delivered_on"] for each in signed["parcels"])
    assert [each["signed_at"] is not None for each in signed["slots"]] == [True] * 5, "three parties, mediator, seal"
    own = granted(await story.parties[SUPPLIER].get(story.path(f"/agreements/{fixed['id']}")))["parcels"]
    assert len([each for each in own if each["tracking_number"]]) == 3, "the numbers of its own copies"


async def _the_intermediate_court_is_asked(story: Story, mediator: Person) -> None:
    seen = granted(await mediator.get(story.path("/confirmation")))
    assert (seen["last_day"], seen["courts"][0]["court"]) == ("2027-01-07", "宜昌市中级人民法院")
    for name in PHONES:
        await story.do(mediator, "/confirmation/consents", agrees=True, party_id=story.ids[name])
    asked = {"ground": "organization", "court_code": "yichang", "applied_by": "online"}
    today = story.clock.now().date().isoformat()
    applied = granted(await mediator.post(story.path("/confirmation/application"), asked | {"applied_on": today}))
    assert (applied["status"], applied["court"]) == ("applied", "宜昌市中级人民法院")
    story.clock.advance(days=10)
    ruled = {"confirmed": True, "decided_on": story.clock.now().date().isoformat(), "ruling": "（2026）鄂05民特1号"}
    assert granted(await mediator.post(story.path("/confirmation/result"), ruled))["status"] == "confirmed"


async def _all_of_it_is_kept(story: Story, mediator: Person) -> None:
    """The maker has destroyed its stock; the supplier pays in two parts, the second late, when the ruling can be
    enforced."""
    food, maker, supplier = (story.parties[each] for each in (FOOD, MAKER, SUPPLIER))
    stops, pays = granted(await maker.get(story.path("/commitments")))["items"]
    video = granted(await maker.upload(photo("green")), 201)["id"]
    done: Json = {"done_on": "2026-12-14", "completes": True, "text": "库存已销毁，影像附后", "file_ids": [video]}
    told = await story.do(maker, f"/commitments/{stops['id']}/reports", 201, **done)
    await story.do(food, f"/commitments/{stops['id']}/reports/{told['reports'][0]['id']}/answer", answer="confirmed")
    path, half = f"/commitments/{pays['id']}/reports", {"amount_fen": 4_000_000}
    told = await story.do(supplier, path, 201, done_on="2026-12-20", text="第一笔", **half)
    await story.do(food, f"{path}/{told['reports'][0]['id']}/answer", answer="confirmed")
    story.day(42)
    for name, phone in PHONES.items():
        story.parties[name] = await story.people.resident(f"of-{phone}")
    food = story.parties[FOOD]
    late = granted(await food.get(story.path(f"/commitments/{pays['id']}")))
    assert (late["is_overdue"], late["left_fen"]) == (True, 4_000_000)
    assert [each["code"] for each in late["routes"]] == ["mediate_again", "enforce"]
    kept = await story.do(food, path, 201, done_on="2027-01-05", **half)
    assert (kept["status"], kept["confirmed_fen"]) == ("fulfilled", 8_000_000)
    await take(mediator, story.case, "confirm_fulfilment", note="三方核对，全部履行")
    await take(await story.people.staff("gezhouba-director"), story.case, "close")
    for person in story.parties.values():
        page = granted(await person.get(story.path()))
        sums = granted(await person.get(story.path("/amounts")))
        assert (page["status"], sums["agreed_fen"], sums["recovered_fen"]) == ("closed", 8_000_000, 8_000_000)


async def _agreed_after_seven_days(story: Story, mediator: Person, proposal_id: str) -> None:
    written = {"form": "written", "summary": "停止使用，供应商补偿。", "proposal_id": proposal_id}
    case = await take(mediator, story.case, "reach_agreement", **written)
    over = {"since": "2026-11-24", "until": "2026-12-01", "is_over": True, "days": 7, "working_days": 5}
    assert case["elapsed"] == over
    await _signed_by_post_in_three_provinces(story, mediator)
    await _the_intermediate_court_is_asked(story, mediator)
    story.day(27)
    page = granted(await story.parties[SUPPLIER].get(story.path(), include="timeline"))
    assert (page["status"], page["elapsed"]) == ("agreed", over)
    await _all_of_it_is_kept(story, mediator)
    print(f"\n云上调解，历时 {over['days']} 天（{over['working_days']} 个工作日）")  # noqa: T201
    for each in granted(await mediator.get(story.path("/timeline"), limit=100))["items"]:
        print(f"{each['at'][5:16].replace('T', ' ')}  {each['title']}  {each['text']}")  # noqa: T201
