"""100,000 cases on both sides, 25 of them different: exactly these are found, in less than a minute."""

import asyncio
import json
import os
import resource
import tempfile
from pathlib import Path
from time import perf_counter

import httpx
from rich.console import Console
from tortoise import connections

from backend import database, partner_lists, seed, wiring
from backend.core.clock import SystemClock
from backend.core.crypto import new_key
from config.settings import Settings
from models import CodeKind, CodeMapping, CodeWay, Difference, Partner
from tests.engines import engines

CASES, WITHIN_S = 100_000, 60.0
_LISTED = [f"P{nth:06}" for nth in range(1, CASES + 1)]
_POUR_CASES = """
INSERT INTO dispute (id, number, source, center_id, status, category, preferred_mode, route, created_at, updated_at,
                     version, safety, outcome)
SELECT gen_random_uuid(), 'N' || to_char(n, 'FM000000'), 'referral', (SELECT id FROM center LIMIT 1), 'accepted',
       'property', 'onsite', '{}', now() - interval '1 day', now() - interval '1 day', 1, 'none', 0
  FROM generate_series(1, $1) AS n
"""
_POUR_NUMBERS = """
INSERT INTO partner_case (id, partner_id, their_number, dispute_id, created_at)
SELECT gen_random_uuid(), $1, 'P' || substr(number, 2), id, now() FROM dispute WHERE number LIKE 'N%'
"""


async def main(settings: Settings) -> None:
    await database.migrate(settings.database_url.get_secret_value())
    await seed.load_into(settings)
    async with database.connected(settings.database_url.get_secret_value()):
        deps, partner = await wiring.load_deps(settings, SystemClock()), await _prepared()
        with tempfile.TemporaryDirectory() as folder:
            file, planted = _list(Path(folder))
            before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, perf_counter()
            async with httpx.AsyncClient() as http:
                run = await partner_lists.reconcile(deps, partner, file, http)
            took = perf_counter() - began
            grown_mb = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        rows = await Difference.filter(partner_id=partner.id, gone_at=None)
        found = {(row.kind.value, row.number) for row in rows}
    sides = f"{run.ours} cases here, {run.theirs} there"
    Console().print(f"{sides}: {len(found)} differences in {took:.1f} s, {grown_mb:.0f} MB more")
    if found != planted or took >= WITHIN_S:
        raise SystemExit(f"wanted {len(planted)} differences within {WITHIN_S:.0f} s; odd: {sorted(found ^ planted)}")


async def _prepared() -> Partner:
    now = SystemClock().now()
    partner = Partner(code="bench", name="bench", since=now, created_at=now)
    await partner.save(force_create=True)
    mapped = CodeMapping(partner=partner, kind=CodeKind.STATUS, ours="*", theirs="*", way=CodeWay.BOTH)
    await mapped.save(force_create=True)
    connection = connections.get("default")
    _ = await connection.execute_query(_POUR_CASES, [CASES])
    _ = await connection.execute_query(_POUR_NUMBERS, [partner.id])
    return partner


def _list(folder: Path) -> tuple[Path, set[tuple[str, str]]]:
    """Ten are missing there, five here, ten stand otherwise."""
    missing_there, other = set(_LISTED[7::10_000]), set(_LISTED[13::10_000])
    missing_here = [f"Q{nth}" for nth in range(5)]
    path = folder / "list.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for number in [each for each in _LISTED if each not in missing_there] + missing_here:
            file.write(json.dumps({"number": number, "status": "closed" if number in other else "accepted"}) + "\n")
    planted = {("missing_there", number) for number in missing_there} | {("state", number) for number in other}
    return path, planted | {("missing_here", number) for number in missing_here}


if __name__ == "__main__":
    with engines() as (database_url, redis_url):
        os.environ.update(
            HEJIE_DATABASE_URL=database_url,
            HEJIE_REDIS_URL=redis_url,
            HEJIE_ENCRYPTION_KEYS=f"bench:{new_key()}",
            HEJIE_SEARCH_KEY=new_key(),
        )
        asyncio.run(main(Settings()))
