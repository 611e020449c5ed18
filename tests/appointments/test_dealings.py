"""Whatever many do at once, nothing is found afterwards that must not be. HEJIE_DEALINGS_EXAMPLES and
HEJIE_DEALINGS_STEPS make it longer."""

import asyncio
import os
from collections import Counter
from collections.abc import Coroutine
from typing import Any

import hypothesis
from hypothesis.stateful import run_state_machine_as_test

from models import Center
from tests.appointments.dealings import Dealings, Village
from tests.casework.staff import PeopleAtWork
from tests.clock import TravellingClock
from tests.conftest import App

_EXAMPLES, _STEPS = (
    int(os.environ.get(f"HEJIE_DEALINGS_{each}", few)) for each, few in (("EXAMPLES", 3), ("STEPS", 10))
)


async def test_whatever_many_do_at_once(people: PeopleAtWork, clock: TravellingClock, app: App) -> None:
    loop, village = asyncio.get_running_loop(), await Village.settle(people, clock, app.ctx.deps)

    def run(work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, loop).result(60)

    class VillageDealings(Dealings):
        pass

    VillageDealings.village, VillageDealings.run, VillageDealings.seen = village, staticmethod(run), Counter()
    settings = hypothesis.settings(
        max_examples=_EXAMPLES,
        stateful_step_count=_STEPS,
        deadline=None,
        derandomize="HEJIE_DEALINGS_EXAMPLES" not in os.environ,  # so that a short run always gets somewhere
        suppress_health_check=list(hypothesis.HealthCheck),
        phases=(hypothesis.Phase.explicit, hypothesis.Phase.reuse, hypothesis.Phase.generate),
    )
    try:
        await asyncio.to_thread(run_state_machine_as_test, VillageDealings, settings=settings)
    finally:
        await Center.filter(id=village.center_id).update(opening=None)  # the seeds outlive a test
    assert {said for _, said in VillageDealings.seen} & {"200", "201"}
