"""`make bench-history`: a million events verified, and one of them changed found."""

import asyncio
import json
import os
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
from rich.console import Console

from backend import database, history_terminal, seed
from backend.core.clock import SystemClock
from backend.core.crypto import Keyring, new_key
from backend.disputes import chain
from config.settings import Settings
from models import ActorKind, Audience, Dispute, Event, Source, Status
from models.base import uuid7
from tests.engines import engines

CASES, EVENTS_EACH, GOAL_S = 100_000, 10, 60.0

console = Console()

_WRITTEN = json.dumps({"text": "已电话联系双方，约定周五上午面谈。"}, ensure_ascii=False).encode()
_CASE = ("id", "number", "source", "center_id", "status", "version", "category", "preferred_mode", "route", "safety",
         "outcome", "created_at", "updated_at", "history_length", "history_head")  # fmt: skip
_EVENT = (*chain.Said._fields, "detail_sealed", "ordinal", "link")


def main() -> None:
    with engines() as (database_url, redis_url), tempfile.TemporaryDirectory() as folder:
        os.environ.update(
            HEJIE_DATABASE_URL=database_url, HEJIE_REDIS_URL=redis_url, HEJIE_DATA_DIR=folder,
            HEJIE_ENCRYPTION_KEYS=f"bench:{new_key()}", HEJIE_SEARCH_KEY=new_key(),
        )  # fmt: skip
        asyncio.run(_measure(Settings()))


async def _measure(settings: Settings) -> None:
    url = settings.database_url.get_secret_value()
    await database.migrate(url)
    await seed.load_into(settings)
    connection = await asyncpg.connect(url)
    keyring = Keyring.parse(settings.encryption_keys.get_secret_value(), settings.search_key.get_secret_value())
    center_id = await connection.fetchval("SELECT id FROM center LIMIT 1")
    for first in range(0, CASES, 1_000):
        cases = list(_cases(keyring, center_id, min(1_000, CASES - first)))
        await _copy(connection, "dispute", _CASE, [case for case, _ in cases])
        await _copy(connection, "event", _EVENT, [event for _, events in cases for event in events])
    await connection.execute("ANALYZE")
    began = time.perf_counter()
    whole = await history_terminal.verify(settings, Path(os.devnull))
    took = time.perf_counter() - began
    await connection.execute(
        "UPDATE event SET status = 'refused' WHERE id = (SELECT id FROM event LIMIT 1 OFFSET 5000)"
    )
    found = not await history_terminal.verify(settings, Path(os.devnull))
    await connection.close()
    verdict = "[green]reached[/green]" if whole and found and took < GOAL_S else "[red]missed[/red]"
    console.print(f"{CASES * EVENTS_EACH:,} events verified in {took:.1f} s (goal < {GOAL_S:.0f}); {verdict}")


def _cases(keyring: Keyring, center_id: UUID, count: int) -> Iterator[tuple[Dispute, list[Event]]]:
    now = SystemClock().now()
    for _ in range(count):
        case = Dispute(
            id=uuid7(), number=uuid7().hex, source=Source.WINDOW, center_id=center_id, status=Status.ACCEPTED,
            category="property", preferred_mode="onsite", created_at=now, updated_at=now,
        )  # fmt: skip
        events = [
            Event(
                id=uuid7(), dispute_id=case.id, kind="note", audience=Audience.STAFF, at=now + timedelta(minutes=n),
                status="accepted", flow="1 2026-01-01", actor_kind=ActorKind.STAFF, actor_id=center_id,
                actor_role="clerk", data={"center": "宜都市陆城街道综治中心", "n": n},
            )
            for n in range(EVENTS_EACH)
        ]  # fmt: skip
        for event in events:
            event.detail_sealed = keyring.seal_bytes(_WRITTEN, "event", "detail", event.id)
        chain.begin(keyring, case, events, [_WRITTEN] * EVENTS_EACH)
        yield case, events


async def _copy(connection: asyncpg.Connection, table: str, columns: tuple[str, ...], rows: list[Any]) -> None:
    def value(row: Any, column: str) -> Any:
        found = getattr(row, column)
        return json.dumps(found, ensure_ascii=False) if isinstance(found, dict) else found

    records = [tuple(value(row, column) for column in columns) for row in rows]
    await connection.copy_records_to_table(table, records=records, columns=columns)


if __name__ == "__main__":
    main()
