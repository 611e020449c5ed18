"""The client against a server that speaks the protocol."""

import asyncio
import threading
from time import monotonic

import pytest
from redis.asyncio import Redis

from backend.core.geo import Gcj02
from backend.travel.errors import (
    NoResultError,
    TravelAwayError,
    TravelError,
    TravelQuotaError,
    TravelRefusedError,
)
from backend.travel.tencent import Quota, TencentLocation, signed
from tests.clock import TravellingClock
from tests.travel.conftest import PATIENCE_S
from tests.travel.tencent_server import KEY, SECRET_KEY, SLOW_S, Tencent

START = Gcj02(111.4775, 30.3789)
ENDS = [Gcj02(111.48, 30.38), Gcj02(111.49, 30.39), Gcj02(111.5, 30.4)]


async def test_the_signature_is_over_what_is_said_not_how_it_is_encoded() -> None:
    params = signed("/ws/geocoder/v1/", {"key": "K", "address": "宜昌市 清江大道;1号"}, "S")
    # md5 of "/ws/geocoder/v1/?address=宜昌市 清江大道;1号&key=KS"
    assert params["sig"] == "d39fbcbe617b5726bf67a2ca72b3c54b"
    assert signed("/p", {"key": "K"}, "") == {"key": "K"}


async def test_driving_times_latitude_first(account: TencentLocation, tencent: Tencent) -> None:
    tencent.seconds = {"30.38,111.48": 900, "30.39,111.49": None}
    assert await account.driving_seconds(START, ENDS) == [900, None, 600]
    (asked,) = tencent.asked
    assert asked["from"] == "30.378900,111.477500"
    assert asked["to"].split(";")[0] == "30.380000,111.480000"
    assert asked["mode"] == "driving"


async def test_the_geocoder_both_ways(account: TencentLocation) -> None:
    assert await account.point_of("宜昌市宜都市清江大道 1号&2号") == Gcj02(111.4779, 30.3788)
    assert await account.address_of(START) == "宜都市陆城清江大道"


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (120, TravelQuotaError),
        (121, TravelQuotaError),
        (110, TravelRefusedError),
        (111, TravelRefusedError),
        (112, TravelRefusedError),
        (113, TravelRefusedError),
        (190, TravelRefusedError),
        (199, TravelRefusedError),
        (347, NoResultError),
        (373, NoResultError),
        (310, TravelAwayError),
        (999, TravelAwayError),
    ],
)
async def test_statuses(account: TencentLocation, tencent: Tencent, status: int, error: type[TravelError]) -> None:
    tencent.status = status
    with pytest.raises(error):
        await account.driving_seconds(START, ENDS)


async def test_a_wrong_secret_is_refused(tencent: Tencent, redis: Redis, clock: TravellingClock) -> None:
    account = TencentLocation(
        tencent.url, KEY, SECRET_KEY + "x", Quota(50, 1000), redis, clock=clock, budget_s=PATIENCE_S
    )
    with pytest.raises(TravelRefusedError, match="111"):
        await account.point_of("宜昌市")
    await account.aclose()


@pytest.mark.parametrize("text", ["", "<html>", "[]", "{}", '{"status":0}', '{"status":0,"result":{"rows":[]}}'])
async def test_answers_that_are_none(account: TencentLocation, tencent: Tencent, text: str) -> None:
    tencent.text = text
    with pytest.raises(TravelAwayError):
        await account.driving_seconds(START, ENDS)


async def test_an_error_of_the_web_server(account: TencentLocation, tencent: Tencent) -> None:
    tencent.http_status = 502
    with pytest.raises(TravelAwayError):
        await account.driving_seconds(START, ENDS)


async def test_nobody_waits_longer_than_the_budget(tencent: Tencent, redis: Redis, clock: TravellingClock) -> None:
    tencent.slow = threading.Event()
    account = TencentLocation(tencent.url, KEY, SECRET_KEY, Quota(50, 1000), redis, clock=clock)
    began = monotonic()
    with pytest.raises(TravelAwayError):
        await account.driving_seconds(START, ENDS)
    assert monotonic() - began < SLOW_S / 2
    await account.aclose()


async def test_after_failures_nobody_asks_for_half_a_minute(
    account: TencentLocation, tencent: Tencent, clock: TravellingClock
) -> None:
    tencent.status = 999
    for _ in range(5):
        with pytest.raises(TravelAwayError):
            await account.driving_seconds(START, ENDS)
    tencent.status = 0
    with pytest.raises(TravelQuotaError, match="paused"):
        await account.driving_seconds(START, ENDS)
    assert len(tencent.asked) == 5
    clock.advance(seconds=31)
    assert await account.driving_seconds(START, ENDS) == [600, 600, 600]


@pytest.mark.parametrize(("status", "still_paused_h", "again_h"), [(120, 0, 0.001), (111, 0.1, 0.2), (121, 13.9, 14.1)])
async def test_how_long_a_refusal_lasts(  # noqa: PLR0917 - three fixtures, three numbers
    account: TencentLocation,
    tencent: Tencent,
    clock: TravellingClock,
    status: int,
    still_paused_h: float,
    again_h: float,
) -> None:
    """It is ten in the morning: the day's quota comes back in 14 hours."""
    tencent.status = status
    with pytest.raises(TravelError):
        await account.point_of("宜昌市")
    tencent.status = 0
    clock.advance(hours=still_paused_h)
    with pytest.raises(TravelQuotaError, match="paused"):
        await account.point_of("宜昌市")
    clock.advance(hours=again_h - still_paused_h)
    assert await account.point_of("宜昌市")


async def test_answers_of_another_shape_open_the_circuit(account: TencentLocation, tencent: Tencent) -> None:
    tencent.text = '{"status":0}'
    for _ in range(5):
        with pytest.raises(TravelAwayError):
            await account.point_of("宜昌市")
    tencent.text = None
    with pytest.raises(TravelQuotaError, match="paused"):
        await account.point_of("宜昌市")


async def test_a_day_is_not_cut_short_by_a_second(
    account: TencentLocation, tencent: Tencent, clock: TravellingClock
) -> None:
    """Two ask at once: one is told that the day is used up, and then the other that the second is."""
    tencent.statuses = [121, 120]
    answers = await asyncio.gather(
        *(account.point_of("宜昌市") for _ in range(2)),
        return_exceptions=True,
    )
    assert {type(each) for each in answers} == {TravelQuotaError}
    assert len(tencent.asked) == 2
    clock.advance(seconds=2)
    with pytest.raises(TravelQuotaError, match="paused"):
        await account.point_of("宜昌市")


async def test_quotas_are_counted_by_pairs(tencent: Tencent, redis: Redis, clock: TravellingClock) -> None:
    account = TencentLocation(tencent.url, KEY, SECRET_KEY, Quota(5, 7), redis, clock=clock, budget_s=PATIENCE_S)
    await account.driving_seconds(START, ENDS)
    with pytest.raises(TravelQuotaError, match="our own count"):
        await account.driving_seconds(START, ENDS)
    clock.advance(seconds=1)
    await account.driving_seconds(START, ENDS)
    clock.advance(seconds=1)
    with pytest.raises(TravelQuotaError, match="our own count"):
        await account.driving_seconds(START, ENDS)
    clock.advance(days=1)
    await account.driving_seconds(START, ENDS)
    assert len(tencent.asked) == 3
    await account.aclose()
