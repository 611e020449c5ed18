"""`make bench-statistics`: the city's year among a million cases, kept against counted anew.

python -m tests.benchmarks.statistics fill        once, some minutes; stays in the data folder
python -m tests.benchmarks.statistics measure     asks for years
python -m tests.benchmarks.statistics recount     counts all from the history, ten minutes
"""

import asyncio
import os
import statistics
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
from rich.console import Console
from rich.table import Table
from sanic import Sanic

from backend import database, embedded, seed, statistics_terminal
from config.catalog_files import read_catalog
from config.settings import Settings
from tests.benchmarks.queue import _running

CASES, GOAL_S, REQUESTS = 1_000_000, 1.0, 10
FOLDER = Path(os.environ.get("HEJIE_DATA_DIR", ".data-statistics"))

console = Console(width=110)

_CASES = """
INSERT INTO dispute (id, number, source, center_id, status, version, category, preferred_mode, mode, route, safety,
                     outcome, amount_fen, agreed_fen, created_at, updated_at)
SELECT gen_random_uuid(), 'S' || n, (ARRAY['mini_program', 'window', 'phone', 'grid'])[1 + n % 4],
       c.ids[1 + n % cardinality(c.ids)], 'closed', 1, ($2::text[])[1 + n % cardinality($2::text[])], 'onsite',
       (ARRAY['ordinary', 'joint', 'cloud', 'commercial'])[1 + n % 4], '{}', 'none', 1, 1000 * (n % 700),
       900 * (n % 700), filed, filed + interval '20 days'
  FROM generate_series($1::int + 1, $1::int + 100000) n, (SELECT array_agg(id ORDER BY code) AS ids FROM center) c,
       LATERAL (SELECT now() - interval '1095 days' * (n::float8 / $3::float8) AS filed) f"""
_EVENTS = """
INSERT INTO event (id, dispute_id, kind, audience, at, status, actor_kind, actor_role, data, clock)
SELECT (lpad(to_hex((extract(epoch FROM d.created_at + e.after) * 1000)::bigint), 12, '0')
        || substr(md5(random()::text), 1, 20))::uuid,
       d.id, e.kind, 'staff', d.created_at + e.after, e.status, 'system', '', e.data::jsonb, e.clock::jsonb
  FROM (SELECT *, created_at::date AS filed_on, (created_at + interval '1 day')::date AS answered_on,
               ('x' || substr(md5(number), 1, 4))::bit(16)::int % 100 AS chance
          FROM dispute WHERE number LIKE 'S%' AND id >= $1 AND id < $2) d,
       LATERAL (VALUES
         (0, 'submitted', interval '0', 'submitted', '{}',
          format('{"effect": "start", "on": "%s", "rule": "respond", "version": "1", "calendar": "1"}', filed_on)),
         (0, CASE WHEN chance < 5 THEN 'withdrawn' WHEN chance < 8 THEN 'refused' ELSE 'accepted' END,
          interval '1 day', 'accepted', '{}', format('{"effect": "stop", "on": "%s"}', answered_on)),
         (8, 'mediation_started', interval '3 days', 'in_mediation', format('{"mode": "%s"}', d.mode), NULL),
         (8, CASE WHEN chance < 15 THEN 'not_agreed' ELSE 'agreed' END, interval '10 days', 'agreed',
          format('{"form": "oral", "total_fen": %s}', d.agreed_fen), NULL),
         (97, 'reopened', interval '12 days', 'in_mediation', '{}', NULL),
         (97, 'not_agreed', interval '15 days', 'not_agreed', '{}', NULL),
         (8, 'closed', interval '20 days', 'closed', '{}', NULL)) e (least, kind, after, status, data, clock)
 WHERE d.chance >= e.least AND d.created_at + e.after < now()"""
_IN_ORDER_OF_TIME = (
    "CREATE INDEX of_time ON statistic_fact (day)", "CLUSTER statistic_fact USING of_time", "DROP INDEX of_time",
    "VACUUM ANALYZE",
)  # fmt: skip
"""As facts lie where they came in day by day."""
_COUNTY = "SELECT id::text FROM center WHERE code = 'C420581'"


def main() -> None:
    Sanic.test_mode = True
    os.environ.update(HEJIE_LOG_LEVEL="WARNING", HEJIE_ACTOR_LIMIT_PER_S="0", HEJIE_ADDRESS_LIMIT_PER_S="0")
    with embedded.running(Settings(data_dir=FOLDER), durable=False) as settings:
        url = urlsplit(settings.database_url.get_secret_value())._replace(path="/figures").geturl()
        chosen = settings.model_copy(update={"database_url": type(settings.database_url)(url)})
        wanted = sys.argv[1:] or ["fill", "measure", "recount"]
        if "fill" in wanted and not (FOLDER / "filled").exists():
            for statement in ("DROP DATABASE IF EXISTS figures", "CREATE DATABASE figures"):
                server = settings.database_url.get_secret_value()
                subprocess.run([str(embedded.postgresql_program("psql")), server, "-qc", statement], check=True)
            asyncio.run(_fill(chosen))
            (FOLDER / "filled").touch()
        if "measure" in wanted:
            asyncio.run(_measure(chosen))
        if "recount" in wanted:
            asyncio.run(_recount(chosen))


async def _fill(settings: Settings) -> None:
    began, url = time.monotonic(), settings.database_url.get_secret_value()
    await database.migrate(url)
    await seed.load_into(settings)
    connection = await asyncpg.connect(url, command_timeout=900)
    await connection.execute("SET session_replication_role = replica; SET work_mem = '256MB'")
    categories = [row["code"] for row in read_catalog()["categories"]]
    for first in range(0, CASES, 100_000):
        await connection.execute(_CASES, first, categories, CASES)
    edges = [f"{part:02x}000000-0000-0000-0000-000000000000" for part in range(0, 256, 16)]
    edges.append("ffffffff-ffff-ffff-ffff-ffffffffffff")
    for low, high in pairwise(edges):
        await connection.execute(_EVENTS, low, high)
    await connection.execute("VACUUM ANALYZE")
    console.print(f"{CASES:,} cases in {time.monotonic() - began:.0f} s")
    began = time.monotonic()
    await statistics_terminal.rebuild(settings)
    console.print(f"counted in {time.monotonic() - began:.0f} s")
    for statement in _IN_ORDER_OF_TIME:
        await connection.execute(statement)
    await connection.close()


async def _measure(settings: Settings) -> None:
    table = Table("s", "median", "slowest", f"goal < {GOAL_S:.0f}")
    async with _running(settings, "figures") as (_, people):
        supervisor = await people.staff("supervisor")
        county = next(
            each["id"]
            for each in (await supervisor.get("/centers", limit=100)).json()["items"]
            if each["code"] == "C420581"
        )
        asked = {
            "the city, a year": {"from": "2025-01-01", "to": "2025-12-31"},
            "the city, a year that begins and ends amid a month": {"from": "2025-03-11", "to": "2026-03-10"},
            "the city, the year so far": {},
            "the city, all": {"from": "2023-01-01"},
            "a county with its townships, a year": {"from": "2025-01-01", "to": "2025-12-31", "center_id": county},
        }
        for name, query in asked.items():
            times = []
            for _ in range(REQUESTS):
                began = time.perf_counter()
                (await supervisor.get("/statistics/figures", **query)).raise_for_status()
                times.append(time.perf_counter() - began)
            verdict = "[green]reached[/green]" if max(times) < GOAL_S else "[red]missed[/red]"
            table.add_row(name, f"{statistics.median(times):.3f}", f"{max(times):.3f}", verdict)
    console.print(table)


async def _recount(settings: Settings) -> None:
    began = time.monotonic()
    same = await statistics_terminal.recount(settings)
    console.print(f"recounted in {time.monotonic() - began:.0f} s: {'the same' if same else '[red]not the same[/red]'}")


if __name__ == "__main__":
    main()
