"""Who is nearer by road, from the rule to the record."""

import asyncio
import socket
import threading
from time import monotonic
from typing import Any

import pytest
from redis.asyncio import Redis

from backend.centers import travel_time
from backend.centers.decision import Candidate, RouteDecision
from backend.core.deps import CenterPoint
from backend.core.geo import Wgs84, to_gcj02, to_wgs84
from backend.core.travel import OFF, TravelTimes
from backend.travel.driving import Driving
from backend.travel.tencent import Quota, TencentLocation
from models import Dispute
from tests.clock import TravellingClock
from tests.conftest import App
from tests.people import LUCHENG, People, file_dispute
from tests.travel.conftest import keyring
from tests.travel.tencent_server import KEY, SECRET_KEY, Tencent

HERE = Wgs84(111.4, 30.3)


def center(name: str, division_code: str = "420581001") -> CenterPoint:
    return CenterPoint(name, name, name, "township", division_code, HERE, frozenset(), placeholder=False)


NEAR, NEXT, FAR = (
    Candidate(center(name), metres, "") for name, metres in (("near", 1000), ("next", 3500), ("far", 9000))
)
ELSEWHERE = Candidate(center("elsewhere", "420583001"), 900, "")


def decided(*candidates: Candidate, policy: Any = "nearest", county: str | None = None) -> RouteDecision:
    return RouteDecision(policy, "property", "township", "1", candidates, county=county)


def known(**seconds: int) -> TravelTimes:
    return TravelTimes("known", seconds, 3000.0)


def order(decision: RouteDecision) -> list[str]:
    return [each.center.name for each in decision.candidates]


def test_within_the_tolerance_the_road_decides() -> None:
    reranked = travel_time.applied(decided(NEAR, NEXT, FAR), known(near=1500, next=420, far=60))
    assert order(reranked) == ["next", "near", "far"]
    assert (reranked.travel, reranked.candidates[0].minutes, reranked.candidates[2].minutes) == ("known", 7, None)
    assert reranked.reason == "附近几个中心距离相近，开车到next最快，约7分钟。"
    assert reranked.as_record()["travel"] == "known"


def test_who_has_no_road_comes_after_those_who_have() -> None:
    assert order(travel_time.applied(decided(NEAR, NEXT), known(next=9000))) == ["next", "near"]


def test_equal_times_leave_the_order() -> None:
    assert order(travel_time.applied(decided(NEAR, NEXT), known(near=600, next=600))) == ["near", "next"]


def test_jurisdiction_is_not_left_for_a_shorter_drive() -> None:
    jurisdiction = decided(NEAR, ELSEWHERE, NEXT, policy="jurisdiction", county="420581")
    reranked = travel_time.applied(jurisdiction, known(near=900, next=300, elsewhere=60))
    assert order(reranked) == ["next", "near", "elsewhere"]


@pytest.mark.parametrize(
    ("decision", "times", "travel"),
    [
        (decided(NEAR, NEXT), OFF, "off"),
        (decided(NEAR, NEXT), TravelTimes("away", tolerance_m=3000.0), "away"),
        (decided(NEAR, NEXT), TravelTimes("not_asked", tolerance_m=3000.0), "not_asked"),
        (decided(NEAR, FAR), known(far=1), "not_asked"),
        (decided(NEAR, NEXT, policy="division"), known(next=1), "not_asked"),
        (decided(NEAR, NEXT), known(somebody=1), "known"),
    ],
)
def test_else_the_straight_line(decision: RouteDecision, times: TravelTimes, travel: str) -> None:
    reranked = travel_time.applied(decision, times)
    assert (order(reranked), reranked.travel) == (order(decision), travel)


PREVIEW = {"category": "property", "location": LUCHENG | {"lat": 30.4}}


@pytest.fixture
def with_driving(app: App, driving: Driving) -> Any:
    off, app.ctx.driving = app.ctx.driving, driving
    yield
    app.ctx.driving = off


@pytest.mark.usefixtures("with_driving")
async def test_a_filing_goes_where_its_preview_said(people: People, tencent: Tencent, app: App) -> None:
    zhang = await people.resident("zhang")
    app.ctx.driving.tolerance_m = 30_000.0
    tencent.seconds = {}
    plain = (await zhang.post("/routing/preview", PREVIEW)).json()
    second = app.ctx.deps.centers.by_id(plain["candidates"][1]["center"]["id"])
    await app.ctx.redis.flushdb()
    there = to_gcj02(second.point)
    tencent.seconds = {f"{round(there.lat, 3)},{round(there.lon, 3)}": 240}
    preview = (await zhang.post("/routing/preview", PREVIEW)).json()
    assert (preview["center"]["id"], preview["minutes"], preview["travel"]) == (second.id, 4, "known")

    asked = len(tencent.asked)
    filed = await file_dispute(zhang, location=PREVIEW["location"])
    assert filed["center"]["id"] == second.id
    assert len(tencent.asked) == asked
    assert (await Dispute.get(id=filed["id"])).route["travel"] == "known"


@pytest.mark.usefixtures("with_driving")
async def test_when_it_is_away_the_record_says_so(people: People, tencent: Tencent, app: App) -> None:
    zhang = await people.resident("zhang")
    app.ctx.driving.tolerance_m = 30_000.0
    tencent.status = 121
    preview = (await zhang.post("/routing/preview", PREVIEW)).json()
    metres = [each["distance_m"] for each in preview["candidates"]]
    assert (preview["travel"], preview["minutes"], metres) == ("away", None, sorted(metres))
    filed = await file_dispute(zhang, location=PREVIEW["location"])
    assert filed["center"]["id"] == preview["center"]["id"]
    assert (await Dispute.get(id=filed["id"])).route["travel"] == "away"


@pytest.mark.usefixtures("with_driving")
async def test_the_half_that_was_left_out_is_suggested(people: People, tencent: Tencent) -> None:
    zhang = await people.resident("zhang")
    typed = {"category": "property", "location": {"address": "宜都市陆城街道清江大道"}}
    suggested = (await zhang.post("/routing/preview", typed)).json()["suggested_location"]
    assert suggested == {"lon": 111.4779, "lat": 30.3788, "crs": "gcj02", "address": "宜都市陆城街道清江大道"}
    assert tencent.asked[-1]["address"] == "宜昌市宜都市陆城街道清江大道"
    pointed = {"category": "property", "location": {"lon": 111.4775, "lat": 30.3789, "crs": "gcj02"}}
    suggested = (await zhang.post("/routing/preview", pointed)).json()["suggested_location"]
    assert suggested["address"] == "宜都市陆城清江大道"


async def test_without_a_key_nobody_is_asked(people: People) -> None:
    zhang = await people.resident("zhang")
    preview = (await zhang.post("/routing/preview", PREVIEW)).json()
    assert (preview["travel"], preview["suggested_location"]) == ("off", None)
    filed = await file_dispute(zhang)
    assert (await Dispute.get(id=filed["id"])).route["travel"] == "off"


async def test_redis_does_not_tell_where_somebody_was(driving: Driving, app: App) -> None:
    point = to_wgs84(111.4775, 30.3789, "gcj02")
    await driving.ask(point, [center("a"), center("b")])
    assert (await driving.recall(point)).state == "known"
    keys = [key.decode() async for key in app.ctx.redis.scan_iter("travel:times:*")]
    assert len(keys) == 1
    assert "111" not in (await app.ctx.redis.get(keys[0])).decode()


async def test_a_redis_that_hangs_keeps_no_preview_waiting(tencent: Tencent, clock: TravellingClock) -> None:
    """It takes connections and never says a word: neither what is remembered nor the quota can be looked up."""
    hanging = socket.create_server(("127.0.0.1", 0))
    redis = Redis(port=hanging.getsockname()[1])
    account = TencentLocation(tencent.url, KEY, SECRET_KEY, Quota(50, 1000), redis, clock=clock, budget_s=2.0)
    driving = Driving(account, redis, keyring(), 3000.0, budget_s=0.05)
    point = to_wgs84(111.4775, 30.3789, "gcj02")
    began = monotonic()
    times = await driving.ask(point, [center("a"), center("b")])
    assert (times.state, await driving.address_of(point), await driving.point_of("宜都市")) == ("away", None, None)
    assert monotonic() - began < 2.0, "the way there alone may take that long"
    assert tencent.asked == []
    await driving.aclose()
    await redis.aclose()
    hanging.close()


async def test_a_late_answer_is_no_answer_for_the_filing_either(account: TencentLocation, tencent: Tencent) -> None:
    point, redis = to_wgs84(111.4775, 30.3789, "gcj02"), account._redis
    driving = Driving(account, redis, keyring(), 3000.0, budget_s=0.05)
    tencent.slow = threading.Event()
    assert (await driving.ask(point, [center("a"), center("b")])).state == "away"
    tencent.slow.set()
    await asyncio.gather(*driving._running)
    assert len(tencent.asked) == 1
    assert (await driving.recall(point)).state == "away"
