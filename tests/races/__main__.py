"""`make race`: everybody at once against API processes as production runs them, for some minutes. The database is asked
afterwards for what must never be in it."""

import asyncio
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping
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
from tests.races import killing, mixed, town, verdict
from tests.races.town import PLACES, Town
from tests.races.verdict import Finding

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
    """Each part and, after it, what is in the database; the verdict comes last."""
    began, database_url = time.monotonic(), settings.database_url.get_secret_value()
    await database.migrate(database_url)
    await seed.load_into(settings)
    keyring = Keyring.parse(settings.encryption_keys.get_secret_value(), settings.search_key.get_secret_value())
    async with database.connected(database_url):
        place = await town.settle_town(CLIENTS, keyring)
        async with _serving() as port:
            findings = [await _race(place, port), await _violations("after the races")]
            findings += [await mixed.run(place, port, MIXED_S), await _violations("after mixed traffic")]
        findings += [await killing.run(place), await _violations("after the kills")]
    for each in findings:
        console.print(each.detail, end="\n" if each.detail else "")
    console.print(verdict.table(findings, (time.monotonic() - began) / 60))
    is_good = all(each.is_good for each in findings)
    console.print("[green]nobody was booked twice[/green]" if is_good else "[red]not as it must be[/red]")
    return is_good


@asynccontextmanager
async def _serving() -> AsyncIterator[int]:
    server = native.api(native.free_port())
    async with native.running(server):
        yield server.port


async def _race(place: Town, port: int) -> Finding:
    """Each round: all want one slot, and those who got it give it back."""
    wanted = _told({"201": PLACES, "slot_full": CLIENTS - PLACES}, PLACES)
    seen: Counter[str] = Counter()
    began = time.perf_counter()
    async with place.wires(port, CLIENTS) as wires:
        for number in track(range(ROUNDS), f"{CLIENTS} for {PLACES} places", console=console):
            body = {"slot_id": place.slot(number)}
            paths = [f"/mini/v1/disputes/{each.dispute_id}/appointments" for _, each in wires]
            answers = await asyncio.gather(
                *(wire.post(path, body) for (wire, _), path in zip(wires, paths, strict=True))
            )
            counted = sum([row.taken for row in await SlotCount.filter(taken__gt=0)])
            seen[_told(Counter(each.outcome for each in answers), counted)] += 1
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
    found = "\n".join(f"{rounds} rounds: {outcomes}" for outcomes, rounds in seen.items())
    found += f"\n{rate:.0f} answers/s, {PROCESSES} API processes"
    what = f"{ROUNDS} rounds of {CLIENTS} clients for {PLACES} places"
    return Finding(what, f"{ROUNDS} rounds: {wanted}", found, set(seen) == {wanted})


def _told(outcomes: Mapping[str, int], counted: int) -> str:
    return ", ".join(f"{count} × {outcome}" for outcome, count in sorted(outcomes.items())) + f", {counted} counted"


async def _violations(when: str) -> Finding:
    found = await invariants.violations(SystemClock().now())
    told = "\n".join(f"{name}: {rows[:3]}" for name, rows in found.items())
    what = f"{len(invariants.INVARIANTS)} invariants {when}"
    return Finding(what, "0 violations", f"{sum(map(len, found.values()))} violations\n{told}".strip(), not found)


if __name__ == "__main__":
    main()
