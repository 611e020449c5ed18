"""Staff and parties at the same cases at once: the small sister of `make bench-closing`."""

import asyncio
import random

from tests.aftercare.scene import AGREED
from tests.benchmarks import closing
from tests.benchmarks.closing import Crowd
from tests.casework.staff import PeopleAtWork
from tests.conftest import App
from tests.journeys.contract import take, to_mediation

ROUNDS = 100


async def test_chains_hold_and_everybody_rates_once(people: PeopleAtWork, app: App) -> None:
    residents = [await people.resident(f"r{number}") for number in range(6)]
    cases, of = await closing.quarrels(people, residents, 2)
    mediators = [await to_mediation(people, each) for each in cases]
    await take(mediators[0], cases[0], "reach_agreement", **AGREED)
    staff = [await people.staff(name) for name in ("clerk", "mediator", "director", "director", "supervisor")]
    left = iter(range(ROUNDS))
    crowd = Crowd(cases, lambda: next(left, None) is not None)
    draws = [random.Random(number) for number in range(len(staff) + len(residents))]  # noqa: S311
    await asyncio.gather(
        *(closing.staff_at_work(each, crowd, [mediators[0].id], draws.pop()) for each in staff),
        *(closing.party_at_home(each, crowd, of[each.id], draws.pop()) for each in residents),
    )
    assert crowd.unlawful == []
    assert crowd.done("act") > 0
    assert crowd.done("rate") >= 3
    assert 0 < crowd.done("urge") <= 2
    assert await closing.wrong_afterwards(app.ctx.deps.keyring, cases) == []
