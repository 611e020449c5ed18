"""kill -9 of the worker in the middle changes nothing of what partners have in the end."""

from functools import partial

import pytest
from sanic import Sanic

from backend.core.clock import SystemClock
from backend.core.deps import Deps
from config.settings import Settings
from tests.exchange.cases import KINDS, pour
from tests.exchange.workers import Partner, working
from tests.server_time import eventually

CASES = 60


@pytest.mark.usefixtures("client")
async def test_a_worker_killed_in_the_middle_loses_nothing_and_mixes_up_nothing(
    app: Sanic,  # type: ignore[type-arg]
    settings: Settings,
) -> None:
    deps: Deps = app.ctx.deps
    partner = Partner("city-platform")
    await partner.enter(deps)
    numbers = await pour(deps.keyring, SystemClock(), CASES)
    total = CASES * len(KINDS)
    async with partner.listening(latency_ms=20):
        with working() as worker:
            for part in (0.2, 0.6):
                await eventually(partial(partner.has, int(total * part)), within_s=30)
                worker.kill_and_start_anew()
            await eventually(lambda: partner.has(total), within_s=30)
        received = await partner.received()
        first = (await partner.sim("GET", f"/sim/received?case={numbers[0]}"))["events"]

    assert (received["events"], received["misplaced"], received["unsigned"]) == (total, [], 0)
    assert received["most_at_once"] <= 10
    assert [event["type"].rsplit(".", 1)[1] for event in first] == list(KINDS)
