"""`make race`: everybody at once against API processes as production runs them, for some minutes. The database is asked
afterwards for what must never be in it."""

import asyncio
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from rich.console import Console
from rich.progress import track
from sanic import Sanic

from backend import database, seed
from backend.appointments import invariants
from backend.core.clock import SystemClock
from backend.core.crypto import Keyring, new_key
from config.settings import Settings
from models import SlotCount
from tests import native
from tests.engines import engines
from tests.races import killing, mixed, town
from tests.races.town import PLACES, Town

CLIENTS, ROUNDS, PROCESSES = 500, 50, 2
MIXED_S = 60.0

console = Console()


def main() -> None:
    Sanic.test_mode = True
    with engines() as (database_url, redis_url), tempfile.TemporaryDirectory() as folder:
        os.environ.update(
            HEJIE_DATABASE_URL=database_url,
            HEJIE_REDIS_URL=redis_url,
            HEJIE_ENCRYPTION_KEYS=f"race:{new_key()}",
            HEJIE_SEARCH_KEY=new_key(),
            HEJIE_DATA_DIR=folder,
            HEJIE_ACTOR_LIMIT_PER_S="0",
            HEJIE_ADDRESS_LIMIT_PER_S="0",
            HEJIE_LOG_LEVEL="WARNING",
            HEJIE_WORKERS=str(PROCESSES),
        )
        sys.exit(0 if asyncio.run(_campaign(Settings())) else 1)


async def _campaign(settings: Settings) -> bool:
    database_url = settings.database_url.get_secret_value()
    await database.migrate(database_url)
    await seed.load_into(settings)
    keyring = Keyring.parse(settings.encryption_keys.get_secret_value(), settings.search_key.get_secret_value())
    async with database.connected(database_url):
        place = await town.settle_town(CLIENTS, keyring)
        async with _serving() as port:
            is_good = await _race(place, port)
            is_good &= await _clean("after the races")
            console.print(await mixed.run(place, port, MIXED_S))
            is_good &= await _clean(f"after {MIXED_S:.0f} s of mixed traffic")
        console.print(await killing.run(place))
        return await _clean("after API processes were killed mid-booking") and is_good


@asynccontextmanager
async def _serving() -> AsyncIterator[int]:
    server = native.api(native.free_port())
    async with native.running(server):
        yield server.port


async def _race(place: Town, port: int) -> bool:
    """Each round: all want one slot, and those who got it give it back."""
    expected = {"201": PLACES, "slot_full": CLIENTS - PLACES}
    seen: Counter[tuple[tuple[str, int], ...]] = Counter()
    began = time.perf_counter()
    async with place.wires(port, CLIENTS) as wires:
        for number in track(range(ROUNDS), f"{CLIENTS} for {PLACES} places", console=console):
            body = {"slot_id": place.slot(number)}
            paths = [f"/mini/v1/disputes/{each.dispute_id}/appointments" for _, each in wires]
            answers = await asyncio.gather(
                *(wire.post(path, body) for (wire, _), path in zip(wires, paths, strict=True))
            )
            seen[tuple(sorted(Counter(each.outcome for each in answers).items()))] += 1
            taken = [row.taken for row in await SlotCount.filter(taken__gt=0)]
            assert taken == [PLACES], taken
            winners = [
                (wire, each.body["id"]) for (wire, _), each in zip(wires, answers, strict=True) if each.status == 201
            ]
            await asyncio.gather(
                *(
                    wire.post(f"/mini/v1/appointments/{each}/cancellation", {"reason": "让给别人"})
                    for wire, each in winners
                )
            )
    rate = ROUNDS * CLIENTS / (time.perf_counter() - began)
    for outcomes, rounds in seen.items():
        console.print(f"{rounds} rounds of {CLIENTS} clients: {dict(outcomes)}")
    console.print(f"{rate:.0f} answers/s, {PROCESSES} API processes")
    return set(seen) == {tuple(sorted(expected.items()))}


async def _clean(when: str) -> bool:
    found = await invariants.violations(SystemClock().now())
    for name, rows in found.items():
        console.print(f"[red]{name}[/red]: {rows[:3]}")
    console.print(f"{when}: {sum(map(len, found.values()))} violations of {len(invariants.INVARIANTS)} invariants")
    return not found


if __name__ == "__main__":
    main()
