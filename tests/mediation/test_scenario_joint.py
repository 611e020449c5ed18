"""Scenario 1: a compound in 陆城街道, through HTTP alone, from the center's own finding to the agreement, and on until
it is kept: the standards are met, the matters solved, the arrears paid, and one sees it."""

from datetime import datetime, timedelta

import pytest
from rich.console import Console

from backend.core.clock import SHANGHAI
from tests.agreements import continuing
from tests.casework.staff import PeopleAtWork
from tests.clock import TravellingClock
from tests.conftest import App
from tests.history import whole
from tests.journeys.contract import Json, granted, refused, take
from tests.mediation.compound import BOSS, CHAIRMAN, DEVELOPER, OWNERS, PROPERTY, Compound, compound
from tests.mediation.test_assemblies import MEETING
from tests.mediation.test_committee import committee
from tests.mediation.test_roll import bring_in
from tests.people import Person

HOMES = 20
OWED_YUAN, PAID_AT_FIRST = 1_000, 9
BEFORE = 45.0
"""20 homes owe 1,000 yuan each; nine have paid: 45 percent. In the end 40 percentage points more will have."""

ROLL = "房号,业主,电话,面积,应缴,已缴\n" + "".join(
    f"{n // 10 + 1}栋{n % 10 + 1}01,业主{n},138725601{n:02},{80 + n},{OWED_YUAN},{OWED_YUAN * (n < PAID_AT_FIRST)}\n"
    for n in range(HOMES)
)
STANDARDS = (
    "门岗二十四小时值守", "公共区域每日清扫", "垃圾日产日清", "绿化每月养护", "电梯故障半小时到场", "路灯坏了当日修复",
    "报修两小时内响应", "停车按划线停放", "消防通道每日巡查", "每季度公示收支", "每月设业主接待日", "投诉三日内答复",
)  # fmt: skip
MATTERS = ("停车秩序", "垃圾分类", "楼道照明", "消防通道", "门禁更换")


class Story:
    """What happened, step by step; the clock is moved by what takes time."""

    def __init__(self, clock: TravellingClock, case: Compound) -> None:
        self.clock, self.case = clock, case
        self.lines: list[str] = []

    def on(self, month: int, day: int, hour: int = 10, year: int = 2026) -> None:
        self.clock.set(datetime(year, month, day, hour, tzinfo=SHANGHAI))

    async def tell(self) -> None:
        """The case's timeline as staff read it."""
        cursor: str | None = ""
        while cursor is not None:
            page = granted(await self.case.mediator.get(f"{self.case.path}/timeline", limit=100, cursor=cursor))
            self.lines += [f"{each['at'][:16]} {each['title']}：{each['text']}" for each in page["items"]]
            cursor = page["next_cursor"]
        Console(soft_wrap=True, highlight=False, markup=False).print("\n".join(self.lines))


@pytest.fixture
async def story(people: PeopleAtWork, clock: TravellingClock) -> Story:
    director = await people.staff("director")
    ids = {name: granted(await (await people.staff(name)).get("/me"))["organization"]["id"]
           for name in ("street", "community")}  # fmt: skip
    formed = granted(await director.post("/joint-committees", committee(ids)), 201)
    return Story(clock, await compound(people, clock, organization_id=formed["organization_id"]))


async def test_joint_mediation_of_a_compound(app: App, story: Story) -> None:
    case = story.case
    assert case.case["registration"]["source_text"] == "主动排查"
    assert case.case["organization"]["name"] == "陆城街道联合调解委员会"
    ids = await case.assisted_by("street", "community")
    chairman, boss = await case.joined(OWNERS, *CHAIRMAN), await case.joined(PROPERTY, *BOSS)
    await case.volunteer("何红", [chairman, boss])
    followers = [await case.follower(f"业主{n}", f"138725601{n:02}") for n in range(15, 18)]
    old_man = followers[0]
    homes = await a_task_force_starts(case, ids)
    assert granted(await case.mediator.get(f"{case.path}/task-force"))["collection_rate"] == BEFORE
    await three_parties_meet(story, chairman, boss)
    motion = await the_owners_decide(story, homes, followers)
    await five_matters(story, ids, motion)
    await the_agreement(story)
    refused(await old_man.get(case.path), 404)
    assert len(granted(await old_man.get(f"{case.path}/matters"))["items"]) == 5
    rate = await the_rate_is_measured(story)
    await arrears_are_collected(story, homes, rate)
    await it_is_followed(story, boss)
    boss = await case.people.resident(BOSS[0])
    await twelve_standards_are_met(story, boss)
    await it_is_kept_and_shown(story)
    await it_is_counted_once(story)
    await story.tell()
    assert await whole.flaws(app) == []
    assert len(story.lines) > 60
    for told in ("组成联合调解委员会",):
        assert not any(told in line for line in story.lines), "it stood before the case"
    for told in (
        "协助单位已参加",
        "受邀人员参加",
        "有人关注",
        "会议结束",
        "会议记录",
        "表决结束",
        "达成协议",
        "事项已解决",
        "检查服务标准",
        "履行完毕",
        "已办结",
    ):
        assert any(told in line for line in story.lines), told


async def a_task_force_starts(case: Compound, ids: dict[str, str]) -> list[Json]:
    force = {"name": "清欠专班", "purpose": "法律宣讲、上门沟通，收清旧欠。"}
    granted(await case.mediator.post(f"{case.path}/task-force", force), 201)
    granted(await bring_in(case.staff["clerk"], case, ROLL.encode()))
    homes: list[Json] = granted(await case.mediator.get(f"{case.path}/households", limit=100))["items"]
    in_debt = [home["id"] for home in homes if home["settled_fen"] < home["owed_fen"]]
    given = {"member_id": ids["community"], "household_ids": in_debt}
    assert (await case.mediator.post(f"{case.path}/households/given", given)).status_code == 204
    for who, title in (("street", "召集共商会"), ("community", "上门沟通")):
        task = {"member_id": ids[who], "title": title, "purpose": "按共商联议机制开展。", "working_days": 20}
        task_id = granted(await case.mediator.post(f"{case.path}/tasks", task), 201)["id"]
        granted(await case.staff[who].post(f"{case.path}/tasks/{task_id}/acceptance"))
    return homes


async def three_parties_meet(story: Story, chairman: Person, boss: Person) -> None:
    """The owners' committee, the property company and the developer, with the street and the community beside them. The
    developer's man leaves early; the minutes are confirmed by each who was there."""
    case, mediator = story.case, story.case.mediator
    members = granted(await mediator.get(f"{case.path}/members"))["items"]
    beside = [{"role": "member", "member_id": each["id"]} for each in members if each["kind"] != "follower"]
    parties = [{"role": "party", "party_id": case.parties[name]} for name in (OWNERS, PROPERTY, DEVELOPER)]
    plan = {"kind": "joint", "venue": "onsite", "planned_at": "2026-11-27T14:00:00+08:00",
            "agenda": ["共商联议机制", "服务质量提升方案", "清欠专班"], "participants": parties + beside}  # fmt: skip
    meeting = granted(await mediator.post(f"{case.path}/meetings", plan), 201)
    for read in (case.staff["street"], case.staff["community"], chairman, boss):
        assert granted(await read.get(f"{case.path}/meetings/{meeting['id']}"))["agenda"] == plan["agenda"]
    story.on(11, 27, 14)
    path = f"{case.path}/meetings/{meeting['id']}"
    here = {each["party_id"] or each["member_id"]: each["id"] for each in meeting["participants"]}
    came = [{"participant_id": row, "attendance": "present"} for who, row in here.items() if who]
    granted(await mediator.post(f"{path}/begin", {"attendance": came, "rights_notice": True}))
    early = {"participant_id": here[case.parties[DEVELOPER]], "attendance": "left_early", "reason": "另有安排"}
    granted(await mediator.post(f"{path}/attendance", early))
    story.on(11, 27, 16)
    ended = granted(await mediator.post(f"{path}/end"))
    assert sorted(each["attendance"] for each in ended["participants"]).count("present") == len(here) - 1
    text = "三方同意：建立共商联议机制，制定服务质量提升方案，成立清欠专班。"
    minutes = {"text": text, "facts": ["停车位共一百二十个"], "concessions": ["物业愿免去违约金"]}
    granted(await mediator.post(f"{path}/minutes", minutes), 201)
    for party in (chairman, boss):
        granted(await party.post(f"{path}/minutes/1/answers", {"answer": "confirmed"}))
    by_phone = {"party_id": case.parties[DEVELOPER], "answer": "commented", "comment": "维修基金另议"}
    granted(await case.staff["clerk"].post(f"{path}/minutes/1/answers", by_phone))
    (written,) = granted(await mediator.get(f"{path}/minutes"))["items"]
    assert [each["answer"] for each in written["answers"]] == ["confirmed", "confirmed", "commented"]


async def the_owners_decide(story: Story, homes: list[Json], followers: list[Person]) -> Json:
    """Three by phone, twelve on paper, of twenty."""
    case = story.case
    series = MEETING | {"every_weeks": 2, "times": 3, "title": "共商联议会"}
    first = granted(await case.mediator.post(f"{case.path}/assemblies", series), 201)["items"][0]
    story.on(11, 28, 20)
    path = f"{case.path}/assemblies/{first['id']}"
    came = {"household_ids": [home["id"] for home in homes[:15]]}
    assert granted(await case.staff["clerk"].post(f"{path}/attendance", came))["attended"] == 15
    body = {"text": "通过服务质量提升方案（十二项标准）和停车管理办法", "rule": "ordinary",
            "closes_at": "2026-12-01T20:00:00+08:00"}  # fmt: skip
    motion = granted(await case.mediator.post(f"{path}/motions", body), 201)["motions"][0]
    votes = f"{case.path}/motions/{motion['id']}/votes"
    for follower in followers:
        granted(await follower.post(votes, {"choice": "yes"}), 201)
    for place, home in enumerate(homes[:12]):
        paper = {"choice": "yes" if place < 10 else "no", "household_id": home["id"]}
        granted(await case.staff["clerk"].post(votes, paper), 201)
    story.on(12, 1, 21)
    closed = granted(await case.mediator.post(f"{case.path}/motions/{motion['id']}/close"))["motions"][0]
    assert closed["result"]["carried"], closed["result"]
    assert (closed["result"]["yes"]["heads"], closed["result"]["voted"]["heads"]) == (13, 15)
    granted(await case.mediator.post(f"{path}/held", {"minutes": "方案和停车管理办法通过，列出五项议定事项。"}))
    motion_closed: Json = closed
    return motion_closed


async def five_matters(story: Story, ids: dict[str, str], motion: Json) -> None:
    case = story.case
    owners: list[tuple[str, str | None]] = [
        ("party", case.parties[PROPERTY]), ("member", ids["community"]), ("party", case.parties[PROPERTY]),
        ("member", ids["street"]), ("center", None),
    ]  # fmt: skip
    for title, (kind, owner_id) in zip(MATTERS, owners, strict=True):
        body = {"title": title, "owner_kind": kind, "owner_id": owner_id, "due_on": "2027-01-15",
                "motion_id": motion["id"], "followers": True}  # fmt: skip
        granted(await case.mediator.post(f"{case.path}/matters", body), 201)


async def the_agreement(story: Story) -> None:
    story.on(12, 10)
    terms = [{"who": PROPERTY, "what": standard, "due_on": "2027-06-30", "kind": "standard"} for standard in STANDARDS]
    summary = "建立共商联议机制，执行十二项服务标准，专班收清旧欠。"
    after = await take(
        story.case.mediator, story.case.id, "reach_agreement", form="written", summary=summary, terms=terms
    )
    assert (after["status"], len(STANDARDS)) == ("agreed", 12)
    mediator, path = story.case.mediator, story.case.path
    found: dict[str, str] = {
        "facts": "小区交付以来问题遗留较多，部分业主对服务不满，拒交物业费。",
        "issues": "服务质量、停车管理和旧欠；物业公司承担服务不到位的责任，业主承担按时交费的义务。",
        "manner": "由共商联议会逐项检查，逐月公示",
        "deadline": "2027-06-30",
    }
    fixed = await continuing.fixed_text(mediator, path, **found)
    signed = await continuing.signed_at_the_center(mediator, path, fixed, story.clock)
    assert (signed["status"], len(signed["content"]["terms"])) == ("effective", 12)


async def the_rate_is_measured(story: Story) -> str:
    """Where its readings go."""
    case, day = story.case, story.clock.now().date().isoformat()
    measured = {"name": "物业费收缴率", "unit": "percent", "baseline": BEFORE, "baseline_on": day, "target": 80}
    (rate,) = granted(await case.mediator.post(f"{case.path}/indicators", measured), 201)["items"]
    return f"{case.path}/indicators/{rate['id']}/readings"


async def arrears_are_collected(story: Story, homes: list[Json], rate: str) -> None:
    """The community's people go from door to door; eight of eleven pay: from 45 to 85 percent."""
    case, community = story.case, story.case.staff["community"]
    for place, home in enumerate(homes[PAID_AT_FIRST:]):
        story.on(12, 11 + place, 19)
        path, pays = f"{case.path}/households/{home['id']}", place < 8
        visit = {"at": (story.clock.now() - timedelta(hours=1)).isoformat(), "channel": "home",
                 "outcome": "promised" if pays else "hardship"}  # fmt: skip
        granted(await community.post(f"{path}/visits", visit), 201)
        if pays:
            paid = {"amount_fen": OWED_YUAN * 100, "paid_on": story.clock.now().date().isoformat()}
            granted(await community.post(f"{path}/payments", paid), 201)
    figures = granted(await case.mediator.get(f"{case.path}/task-force"))
    assert (figures["visited"], figures["settled"], figures["collection_rate"]) == (11, 17, BEFORE + 40)
    reading = {"value": figures["collection_rate"], "unit": "percent", "source": "清欠专班台账",
               "read_on": story.clock.now().date().isoformat()}  # fmt: skip
    granted(await case.staff["clerk"].post(rate, reading), 201)


async def it_is_followed(story: Story, boss: Person) -> None:
    """Three consultation meetings held, five matters solved; the property company reports on its own by phone."""
    case = story.case
    parking, _, lights, *_ = granted(await boss.get(f"{case.path}/matters"))["items"]
    for matter in (parking, lights):
        granted(await boss.post(f"{case.path}/matters/{matter['id']}/updates", {"text": "已完工，请验收"}), 201)
    for meeting in granted(await case.mediator.get(f"{case.path}/assemblies"))["items"][1:]:
        story.clock.set(max(story.clock.now(), datetime.fromisoformat(meeting["starts_at"]) + timedelta(hours=2)))
        minutes = {"minutes": "通报议定事项进展。"}
        granted(await case.mediator.post(f"{case.path}/assemblies/{meeting['id']}/held", minutes))
    held = granted(await case.mediator.get(f"{case.path}/assemblies"))["items"]
    assert [each["status"] for each in held] == ["held"] * 3
    for matter in granted(await case.mediator.get(f"{case.path}/matters"))["items"]:
        proof = {"proof": f"{matter['title']}：现场照片和验收单"}
        granted(await case.mediator.post(f"{case.path}/matters/{matter['id']}/solution", proof))
    found = granted(await case.mediator.get(f"{case.path}/matters"))
    assert (found["open"], found["solved"]) == (0, 5)


async def twelve_standards_are_met(story: Story, boss: Person) -> None:
    """Each is looked at on the spot; one has to be looked at twice."""
    case, clerk = story.case, story.case.staff["clerk"]
    promised = granted(await boss.get(f"{case.path}/commitments"))["items"]
    assert [(each["kind"], each["debtor_id"]) for each in promised] == [("standard", case.parties[PROPERTY])] * 12
    today = story.clock.now().date().isoformat()
    for place, met in [(3, False), *((place, True) for place in range(12))]:
        checked = {"done_on": today, "met": met, "text": "现场查看"}
        granted(await clerk.post(f"{case.path}/commitments/{promised[place]['id']}/checks", checked), 201)
    found = granted(await case.mediator.get(f"{case.path}/follow-up"))
    assert found["commitments"]["standards"] == {"total": 12, "checked": 12, "met": 12}


async def it_is_kept_and_shown(story: Story) -> None:
    """Twelve standards, three meetings, five matters, forty percentage points: confirmed, drawn, closed."""
    case, mediator = story.case, story.case.mediator
    story.on(1, 20, year=2027)
    await take(mediator, case.id, "confirm_fulfilment", note="十二项标准连续达标")
    closed = await take(await case.people.staff("director"), case.id, "close", note="回访满意")
    assert closed["status"] == "closed"
    for reader in (mediator, await case.people.resident(BOSS[0])):
        found = granted(await reader.get(f"{case.path}/follow-up"))
        assert (found["meetings_held"], found["matters_solved"], found["matters_open"]) == (3, 5, 0)
        assert found["commitments"]["days"][-1] == {
            "on": "2027-01-20", "open": 0, "overdue": 0, "fulfilled": 12, "waived": 0}  # fmt: skip
        (rate,) = found["indicators"]
        assert (rate["change"], rate["change_text"], rate["is_reached"]) == (40.0, "+40个百分点", True)
        drawn = (await reader.get(f"{case.path}/follow-up/chart.svg")).text
        assert "召开共商会3次，解决议定事项5件；约定事项履行完毕12项" in drawn
        assert "物业费收缴率基准45%，现为85%，+40个百分点" in drawn


async def it_is_counted_once(story: Story) -> None:
    """For the committee that led, once; for each of the two that assisted, once."""
    supervisor = await story.case.people.staff("supervisor")
    span = {"from": "2026-01-01", "to": story.clock.now().date().isoformat()}
    figures = granted(await supervisor.get("/statistics/mediation", **span))
    assert {each["code"]: (each["started"], each["settled"]) for each in figures["total"]["by_mode"]} == {
        "joint": (1, 1)
    }
    assert (figures["parts"]["lead"], figures["parts"]["assisted"]) == (1, 2)
    assert {each["organization"]: (each["lead"], each["assisted"]) for each in figures["parts"]["by_organization"]} == {
        "陆城街道联合调解委员会": (1, 0), "陆城街道党工委": (0, 1), "陆城街道园林社区党委": (0, 1)}  # fmt: skip
