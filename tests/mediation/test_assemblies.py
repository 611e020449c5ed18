"""Consultation meetings: who may vote is fixed at opening, one vote per household, nothing changes after closing."""

import asyncio
from collections import Counter
from decimal import Decimal
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.core.joint_rules import Cast, VoteRule, tally
from backend.mediation import motions
from config import catalog_files
from models import Ballot, Event, Household, Motion
from tests.clock import TravellingClock
from tests.conftest import App
from tests.journeys.contract import Json, granted, paths, refused, take
from tests.mediation.compound import BOSS, CHAIRMAN, OWNERS, PROPERTY, Compound
from tests.mediation.test_roll import with_roll

RULES = {
    code: VoteRule.model_validate(rule) for code, rule in catalog_files.read_catalog()["joint"]["vote_rules"].items()
}
MEETING = {
    "title": "共商会",
    "starts_at": "2026-11-28T19:00:00+08:00",
    "place": "社区会议室",
    "agenda": ["停车秩序", "垃圾分类"],
}
CLOSES = "2026-11-30T19:00:00+08:00"
ROLL = "房号,业主,电话,面积\n" + "".join(f"1栋{n}01,业主{n},1387256002{n},{80 + n}\n" for n in range(1, 7))


async def planned(compound: Compound, **fields: object) -> list[Json]:
    body = MEETING | fields
    found: list[Json] = granted(await compound.mediator.post(f"{compound.path}/assemblies", body), 201)["items"]
    return found


async def opened(compound: Compound, rule: str = "ordinary") -> Json:
    meeting = (await planned(compound))[0]
    body = {"text": "地面停车位统一划线，按户轮换", "rule": rule, "closes_at": CLOSES}
    path = f"{compound.path}/assemblies/{meeting['id']}/motions"
    found: Json = granted(await compound.mediator.post(path, body), 201)["motions"][0]
    return found


async def test_a_series_every_four_weeks(joint: Compound, clock: TravellingClock) -> None:
    boss = await joint.joined(PROPERTY, *BOSS)
    meetings = await planned(joint, every_weeks=4, times=3)
    assert [each["starts_at"][:10] for each in meetings] == ["2026-11-28", "2026-12-26", "2027-01-23"]
    assert {each["every_weeks"] for each in meetings} == {4}
    assert len(granted(await boss.get(f"{joint.path}/assemblies"))["items"]) == 3
    path = f"{joint.path}/assemblies/{meetings[0]['id']}"
    assert paths(await joint.mediator.post(f"{path}/held", {"minutes": "开过了"})) == {"minutes"}
    moved = {"starts_at": "2026-11-29T19:00:00+08:00", "place": "党群中心", "agenda": ["停车秩序"]}
    assert granted(await joint.mediator.put(path, moved))["place"] == "党群中心"
    granted(await joint.mediator.post(f"{joint.path}/assemblies/{meetings[2]['id']}/cancellation"))
    homes = await with_roll(joint, ROLL)
    early = await joint.staff["clerk"].post(f"{path}/attendance", {"household_ids": [homes[0]["id"]]})
    assert paths(early) == {"household_ids"}
    clock.set(clock.now().replace(day=29, hour=20))
    came = {"household_ids": [homes[0]["id"], homes[1]["id"], homes[0]["id"]]}
    assert paths(await joint.mediator.post(f"{path}/attendance", {"household_ids": [str(uuid4())]})) == {
        "household_ids.0"
    }
    for _ in range(2):
        assert granted(await joint.staff["clerk"].post(f"{path}/attendance", came))["attended"] == 2
    held = granted(await joint.mediator.post(f"{path}/held", {"minutes": "确定划线方案。"}))
    assert (held["status"], held["minutes"]) == ("held", "确定划线方案。")
    refused(await joint.mediator.put(path, moved | {"starts_at": "2026-12-05T19:00:00+08:00"}), 409, "assembly_over")
    later = MEETING | {"starts_at": "2026-12-05T19:00:00+08:00"}
    refused(await joint.staff["clerk"].post(f"{joint.path}/assemblies", later), 403)
    wrong = await joint.mediator.post(f"{joint.path}/assemblies", MEETING | {"agenda": [], "every_weeks": 0})
    assert paths(wrong) == {"agenda", "every_weeks", "starts_at"}


async def test_no_meeting_while_the_sides_are_kept_apart(joint: Compound) -> None:
    card = {"signals": ["violence"], "reason": "有人扬言动手"}
    granted(await joint.staff["clerk"].post(f"{joint.path}/red-cards", card), 201)
    refused(await joint.mediator.post(f"{joint.path}/assemblies", MEETING), 409, "safety_hold")


async def test_a_vote_from_opening_to_its_result(joint: Compound, clock: TravellingClock, app: App) -> None:
    homes = await with_roll(joint, ROLL)
    owner = await joint.follower("孙梅", "13872560021")
    tenant, chairman = await joint.follower("租户", "13872560099"), await joint.joined(OWNERS, *CHAIRMAN)
    motion = await opened(joint)
    assert (motion["entitled"], motion["voted"], motion["status"]) == (6, 0, "open")
    assert granted(await owner.get("/notices"))["items"][0]["kind"] == "motion_opened"
    late = granted(await joint.staff["clerk"].post(f"{joint.path}/households", {"label": "新户", "area_m2": 50.0}), 201)
    path = f"{joint.path}/motions/{motion['id']}/votes"
    own = granted(await owner.post(path, {"choice": "yes"}), 201)["motions"][0]["own"]
    assert [(each["label"], each["choice"]) for each in own] == [("1栋101", "yes")]
    refused(await owner.post(path, {"choice": "no"}), 409, "already_voted")
    for somebody_elses in (homes[1]["id"], str(uuid4())):
        by_proxy = {"choice": "no", "household_id": somebody_elses}
        assert paths(await owner.post(path, by_proxy)) == {"household_id"}
    refused(await tenant.post(path, {"choice": "yes"}), 403, "not_entitled")
    refused(await chairman.post(path, {"choice": "yes"}), 403, "not_entitled")
    assert paths(await owner.post(path, {"choice": "maybe"})) == {"choice"}
    assert granted(await tenant.get(f"{joint.path}/assemblies"))["items"] == []
    clerk = joint.staff["clerk"]
    refused(await clerk.post(path, {"choice": "yes", "household_id": late["id"]}), 403, "not_entitled")
    assert paths(await clerk.post(path, {"choice": "yes", "household_id": str(uuid4())})) == {"household_id"}
    refused(await clerk.post(path, {"choice": "yes", "household_id": homes[0]["id"]}), 409, "already_voted")
    for home, choice in zip(homes[1:5], ("yes", "yes", "no", "abstain"), strict=True):
        granted(await clerk.post(path, {"choice": choice, "household_id": home["id"]}), 201)
    close = f"{joint.path}/motions/{motion['id']}/close"
    refused(await joint.mediator.post(close), 409, "voting_open")
    clock.advance(days=7)
    refused(await clerk.post(path, {"choice": "yes", "household_id": homes[5]["id"]}), 409, "voting_closed")
    assert await motions.close_due(app.ctx.deps) == 1
    assert await motions.close_due(app.ctx.deps) == 0
    closed = granted(await joint.mediator.post(close))["motions"][0]
    assert closed["status"] == "closed"
    assert closed["result"] == {
        "entitled": {"heads": 6, "area_m2": 501.0}, "voted": {"heads": 5, "area_m2": 415.0},
        "yes": {"heads": 3, "area_m2": 246.0}, "no": {"heads": 1, "area_m2": 84.0},
        "abstain": {"heads": 1, "area_m2": 85.0}, "quorate": True, "carried": True,
    }  # fmt: skip
    await Household.all().update(area_m2=Decimal(1))
    assert (
        granted(await chairman.get(f"{joint.path}/assemblies"))["items"][0]["motions"][0]["result"] == closed["result"]
    )
    assert "表决结束" in (await chairman.get(f"{joint.path}/timeline")).text


async def test_a_household_votes_once_however_many_try(joint: Compound) -> None:
    """The owner's phone, twice, and three at the window, really at once."""
    homes = await with_roll(joint, ROLL)
    owner = await joint.follower("孙梅", "13872560021")
    motion = await opened(joint)
    path = f"{joint.path}/motions/{motion['id']}/votes"
    paper = {"choice": "no", "household_id": homes[0]["id"]}
    answers = await asyncio.gather(
        *(owner.post(path, {"choice": "yes"}) for _ in range(2)),
        *(joint.staff[who].post(path, paper) for who in ("clerk", "mediator", "director")),
    )
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 4}
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"already_voted"}
    assert await Ballot.filter(choice__isnull=False).count() == 1
    assert await Event.filter(kind__in=("vote_cast", "vote_recorded")).count() == 1


async def test_closing_and_the_last_votes_at_once(joint: Compound) -> None:
    homes = await with_roll(joint, ROLL)
    motion = await opened(joint)
    path = f"{joint.path}/motions/{motion['id']}"
    for home in homes[:-1]:
        granted(await joint.mediator.post(f"{path}/votes", {"choice": "yes", "household_id": home["id"]}), 201)
    last = {"choice": "no", "household_id": homes[-1]["id"]}
    *closings, vote = await asyncio.gather(
        *(joint.staff[who].post(f"{path}/close") for who in ("mediator", "director")),
        joint.staff["clerk"].post(f"{path}/votes", last),
    )
    assert vote.status_code == 201
    row = await Motion.get(id=motion["id"])
    closed = [answer for answer in closings if answer.status_code == 200]
    assert (row.closed_at is not None) == bool(closed)
    if row.result is not None:
        assert (row.result["no"]["heads"], row.result["voted"]["heads"]) == (1, 6)


async def test_what_cannot_be_put_to_the_vote(joint: Compound, clock: TravellingClock) -> None:
    meeting = (await planned(joint))[0]
    path, body = (
        f"{joint.path}/assemblies/{meeting['id']}/motions",
        {"text": "划线", "rule": "ordinary", "closes_at": CLOSES},
    )
    assert paths(await joint.mediator.post(path, body)) == {"rule"}
    await with_roll(joint, "房号,面积\n101,80\n102,\n")
    assert paths(await joint.mediator.post(path, body)) == {"rule"}
    wrong = body | {"rule": "loudest", "closes_at": "2026-11-24T10:00:00+08:00"}
    assert paths(await joint.mediator.post(path, wrong)) == {"rule", "closes_at"}
    refused(await joint.staff["clerk"].post(path, body), 403)
    refused(await joint.mediator.post(f"{joint.path}/assemblies/{uuid4()}/motions", body), 404)
    granted(await joint.mediator.post(path, body | {"rule": "consultation"}), 201)
    refused(await joint.mediator.post(f"{joint.path}/assemblies/{meeting['id']}/cancellation"), 409, "assembly_over")


async def test_a_matter_is_followed_until_it_is_solved(joint: Compound, clock: TravellingClock) -> None:
    ids, boss = await joint.assisted_by("street", "community"), await joint.joined(PROPERTY, *BOSS)
    tenant = await joint.follower("租户", "13872560099")
    await with_roll(joint, ROLL)
    motion = await opened(joint)
    path = f"{joint.path}/matters"
    body = {"title": "地面划线", "owner_kind": "member", "owner_id": ids["community"], "due_on": "2026-12-10"}
    assert paths(await joint.mediator.post(path, body | {"motion_id": motion["id"]})) == {"motion_id"}
    wrong = body | {"owner_id": joint.parties[PROPERTY]}
    assert paths(await joint.mediator.post(path, wrong)) == {"owner_id"}
    assert paths(await joint.mediator.post(path, body | {"due_on": "2026-11-23"})) == {"due_on"}
    assert paths(await joint.mediator.post(path, body | {"assembly_id": str(uuid4())})) == {"assembly_id"}
    first = granted(await joint.mediator.post(path, body), 201)["items"][0]
    assert (first["owner_text"], first["light"]) == ("陆城街道园林社区党委", "green")
    theirs = body | {"owner_kind": "party", "owner_id": joint.parties[PROPERTY], "title": "换门禁", "followers": True}
    granted(await joint.mediator.post(path, theirs), 201)
    assert [each["title"] for each in granted(await tenant.get(path))["items"]] == ["换门禁"]
    to_followers = {"to": [{"kind": "followers"}]}
    assert (await joint.mediator.post(f"{path}/{first['id']}/shares", to_followers)).status_code == 204
    assert len(granted(await tenant.get(path))["items"]) == 2
    clock.advance(days=20)
    boss = await joint.people.resident(BOSS[0])
    assert {each["light"] for each in granted(await boss.get(path))["items"]} == {"red"}
    community, one = joint.staff["community"], f"{path}/{first['id']}"
    granted(await community.post(f"{one}/updates", {"text": "已找施工队"}), 201)
    refused(await joint.staff["street"].post(f"{one}/solution", {"proof": "划好了"}), 403)
    both = await asyncio.gather(*(community.post(f"{one}/solution", {"proof": "验收单第3号"}) for _ in range(2)))
    assert sorted(answer.status_code for answer in both) == [200, 409]
    found = granted(await joint.mediator.get(path))
    assert (found["open"], found["solved"]) == (1, 1)
    assert [each["text"] for each in found["items"][0]["updates"]] == ["已找施工队", "验收单第3号"]
    refused(await community.post(f"{one}/updates", {"text": "又坏了"}), 409, "matter_solved")


async def test_whose_matter_it_is_reports_by_phone(joint: Compound) -> None:
    """A party and an invited person, each of its own; that it is solved is the center's to say."""
    boss, chairman = await joint.joined(PROPERTY, *BOSS), await joint.joined(OWNERS, *CHAIRMAN)
    owner, path = await joint.follower("孙梅", "13872560021"), f"{joint.path}/matters"
    volunteer, member_id = await joint.volunteer("何红", [boss, chairman])
    body = {"title": "换门禁", "owner_kind": "party", "owner_id": joint.parties[PROPERTY], "due_on": "2026-12-10"}
    theirs = {"title": "劝导停车", "owner_kind": "member", "owner_id": member_id}
    granted(await joint.mediator.post(path, body), 201)
    door, parking = granted(await joint.mediator.post(path, body | theirs), 201)["items"]
    follower = next(each["id"] for each in granted(await joint.mediator.get(f"{joint.path}/members"))["items"]
                    if each["kind"] == "follower")  # fmt: skip
    assert paths(await joint.mediator.post(path, body | theirs | {"owner_id": follower})) == {"owner_id"}
    said = {"text": "门禁已到货，周五安装"}
    for report in ({}, {"text": ""}, said | {"status": "solved"}):
        assert paths(await boss.post(f"{path}/{door['id']}/updates", report))
    items = granted(await boss.post(f"{path}/{door['id']}/updates", said), 201)["items"]
    assert [(each["status"], each["text"]) for each in items[0]["updates"]] == [("open", said["text"])]
    refused(await chairman.post(f"{path}/{door['id']}/updates", said), 403, "role_not_allowed")
    for stranger, matter in ((owner, door), (volunteer, door), (await joint.people.resident("nobody"), door)):
        refused(await stranger.post(f"{path}/{matter['id']}/updates", said), 404)
    refused(await boss.post(f"{path}/{uuid4()}/updates", said), 404)
    assert [each["title"] for each in granted(await volunteer.get(path))["items"]] == ["劝导停车"]
    granted(await volunteer.post(f"{path}/{parking['id']}/updates", {"text": "劝了三户"}), 201)
    assert granted(await owner.get(path))["items"] == []
    granted(await joint.mediator.post(f"{path}/{door['id']}/solution", {"proof": "验收单第3号"}))
    refused(await boss.post(f"{path}/{door['id']}/updates", said), 409, "matter_solved")


async def test_nothing_new_once_it_is_over(joint: Compound) -> None:
    await with_roll(joint, ROLL)
    motion = await opened(joint)
    homes = granted(await joint.mediator.get(f"{joint.path}/households"))["items"]
    await take(joint.mediator, joint.id, "end_without_agreement", reason_code="no_consensus", routes=["起诉"])
    vote = {"choice": "yes", "household_id": homes[0]["id"]}
    for path, body in (
        ("/assemblies", MEETING),
        (f"/motions/{motion['id']}/votes", vote),
        ("/matters", {"title": "停车", "owner_kind": "center", "due_on": "2026-12-31"}),
        ("/households", {"label": "9栋101"}),
    ):
        refused(await joint.mediator.post(f"{joint.path}{path}", body), 409, "mediation_not_open")


async def test_the_roll_makes_followers_of_owners(joint: Compound) -> None:
    await with_roll(joint, ROLL)
    owner = await joint.person("业主1", "13872560021")
    assert granted(await (await joint.people.resident("nobody")).post("/memberships/by-roll")) == {"joined": 0}
    assert granted(await owner.post("/memberships/by-roll")) == {"joined": 1}
    assert granted(await owner.post("/memberships/by-roll")) == {"joined": 0}
    mine = granted(await owner.get("/memberships"))["items"]
    assert [(each["kind"], each["households"]) for each in mine] == [("follower", ["1栋101"])]
    motion = await opened(joint)
    assert (await owner.delete(f"{joint.path}/membership")).status_code == 204
    refused(await owner.post(f"{joint.path}/motions/{motion['id']}/votes", {"choice": "yes"}), 404)


@pytest.mark.parametrize(
    ("rule", "votes", "quorate", "carried"),
    [
        ("ordinary", "yyyn--", True, True),
        ("ordinary", "yyy---", False, False),
        ("ordinary", "yynn--", True, False),
        ("ordinary", "yyaa--", True, False),
        ("major", "yyyn--", True, True),
        ("major", "yyynn-", True, False),
        ("consultation", "yyy---", False, False),
        ("consultation", "yyyn--", True, True),
        ("ordinary", "", False, False),
    ],
)
def test_when_a_vote_is_carried(rule: str, votes: str, quorate: bool, carried: bool) -> None:
    found = tally(RULES[rule], [Cast({"y": "yes", "n": "no", "a": "abstain"}.get(each), Decimal(90)) for each in votes])
    assert (found.quorate, found.carried) == (quorate, carried)


def test_heads_alone_are_not_enough() -> None:
    """One owner of half the area against many small ones: 双过半."""
    small = [Cast("yes", Decimal(10))] * 9
    assert not tally(RULES["ordinary"], [*small, Cast("no", Decimal(90))]).carried
    assert tally(RULES["ordinary"], [*small, Cast("no", Decimal(89))]).carried


ballots = st.lists(st.builds(Cast, st.sampled_from(["yes", "no", "abstain", None]), st.decimals("0.01", 500, places=2)))


@given(ballots, st.sampled_from(sorted(RULES)))
def test_counts_add_up_and_a_yes_more_never_hurts(cast: list[Cast], rule: str) -> None:
    found = tally(RULES[rule], cast)
    assert found.yes.heads + found.no.heads + found.abstain.heads == found.voted.heads <= found.entitled.heads
    assert found.yes.area_m2 + found.no.area_m2 + found.abstain.area_m2 == found.voted.area_m2
    assert found.quorate or not found.carried
    if found.carried:
        assert tally(RULES[rule], [each._replace(choice="yes") for each in cast]).carried
        assert tally(RULES[rule], [*cast, Cast("yes", Decimal(50))]).carried
