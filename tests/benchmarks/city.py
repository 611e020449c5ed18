"""Fills a database with the cases of a city over three years: most ended, spread over all centers; one center, where
the demo staff sit, has an ordinary backlog. What people are called is sealed row by row, as the application does."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any
from uuid import UUID

import asyncpg

from backend.core.catalog import Catalog
from backend.core.crypto import Keyring
from config.catalog_files import read_catalog
from models.base import uuid7
from tests.people import Person, file_dispute

BACKLOG, OFFERED, FILED = 240, 25, 12
_COPIED = 50_000
CATEGORIES = [each.code for each in Catalog.parse(read_catalog()).categories]
random.Random(1).shuffle(CATEGORIES)  # noqa: S311
"""The first ones are the most frequent."""
_YEARS, _OPEN_FOR = timedelta(days=1095), timedelta(days=60)
_SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗"
_GIVEN = [
    first + last
    for first in "伟芳娜敏静丽强磊军洋勇艳杰涛明超秀霞平刚"
    for last in "一建国华文志红玉海春云峰永德兴成梅"
]
_OPEN = ("submitted", "accepted", "in_mediation", "in_mediation")
_ENDED = ("closed",) * 14 + ("fulfilled",) * 2 + ("withdrawn", "withdrawn", "refused", "not_agreed")

_COLUMNS = (
    "id", "number", "source", "center_id", "status", "version", "category", "preferred_mode", "route", "mediator_id",
    "transfer_to_id", "status_before_transfer", "safety", "outcome", "due_at", "yellow_at", "clock", "created_at",
    "updated_at",
)  # fmt: skip
_PARTY = (
    "id", "dispute_id", "side", "kind", "ordinal", "is_minor", "resident_id", "name_sealed", "name_hash",
    "phone_sealed", "phone_hash",
)  # fmt: skip

_EVENTS = """
INSERT INTO event (id, dispute_id, kind, audience, at, actor_kind, actor_role, data)
SELECT gen_random_uuid(), d.id, kind, 'parties', d.created_at, 'system', '', '{}'
  FROM dispute d, unnest(ARRAY['submitted', 'accepted']) kind WHERE d.number LIKE 'B%'
"""
_MEDIATORS = """
INSERT INTO staff SELECT (jsonb_populate_record(s, jsonb_build_object(
       'id', gen_random_uuid(), 'username', 'bench-' || c.code || n, 'center_id', c.id))).*
  FROM staff s, center c, generate_series(1, 3) n WHERE s.username = 'mediator'
"""
_SECONDARY = """
SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS definition FROM pg_index
 WHERE indrelid IN ('dispute'::regclass, 'party'::regclass, 'event'::regclass) AND NOT indisunique
"""


@dataclass(frozen=True, slots=True)
class Town:
    home: UUID
    centers: list[UUID]
    mediators: dict[UUID, list[UUID]]
    now: datetime
    clock: Any
    """Of a case that is open."""


async def settle(
    connection: asyncpg.Connection, clerk: Person, resident: Person, keyring: Keyring, cases: int
) -> list[str]:
    """Returns the ids of the few cases that came in as residents file them, and were accepted."""
    await connection.execute("SET session_replication_role = replica; SET maintenance_work_mem = '512MB'")
    filed = [(await file_dispute(resident))["id"] for _ in range(FILED)]
    for each in filed:
        (await clerk.post(f"/disputes/{each}/actions/accept", {"version": 1})).raise_for_status()
    indexes = await connection.fetch(_SECONDARY)
    for index in indexes:
        await connection.execute(f"DROP INDEX {index['name']}")
    await connection.execute(_MEDIATORS)
    clock = await connection.fetchval("SELECT clock FROM dispute WHERE id = $1", UUID(filed[0]))
    rows = _cases(await _town(connection, clerk, clock), cases)
    while batch := list(islice(rows, _COPIED)):
        await connection.copy_records_to_table("dispute", records=batch, columns=_COLUMNS)
        parties = [party for row in batch for party in _parties(keyring, row[0])]
        await connection.copy_records_to_table("party", records=parties, columns=_PARTY)
    await connection.execute(_EVENTS)
    for index in indexes:
        await connection.execute(index["definition"])
    await connection.execute("VACUUM ANALYZE")
    return filed


async def _town(connection: asyncpg.Connection, clerk: Person, clock: Any) -> Town:
    home = UUID((await clerk.get("/me")).json()["center"]["id"])
    mediators: dict[UUID, list[UUID]] = {}
    found = await connection.fetch("SELECT id, center_id FROM staff WHERE role = 'mediator' ORDER BY username DESC")
    for row in found:
        mediators.setdefault(row["center_id"], []).append(row["id"])
    return Town(home, list(mediators), mediators, datetime.now(UTC), clock)


def _cases(town: Town, cases: int) -> Iterator[tuple[Any, ...]]:
    """In the order of filing. Where there are few, a good part lies with the one center, so that its pages are full."""
    chance = random.Random(cases)  # noqa: S311 - the same cases in every run
    general = cases - BACKLOG - OFFERED - FILED
    at_home = 0.3 if cases < 10_000 else 0.0
    for nth in range(general):
        made = town.now - _YEARS * ((general - nth) / general)
        home = town.home if chance.random() < at_home else chance.choice(town.centers)
        is_open = town.now - made < _OPEN_FOR and chance.random() < 0.55
        yield _case(town, chance, made, home, is_open=is_open)
    for nth in range(BACKLOG + OFFERED):
        made = town.now - _OPEN_FOR * chance.random()
        home, offered = town.home, None
        if nth >= BACKLOG:
            home, offered = chance.choice(town.centers), town.home
        yield _case(town, chance, made, home, is_open=True, offered=offered, red=chance.random() < 0.12)


def _case(
    town: Town, chance: random.Random, made: datetime, home: UUID,
    *, is_open: bool, offered: UUID | None = None, red: bool = False,
) -> tuple[Any, ...]:  # fmt: skip
    if is_open and offered is None and chance.random() < 0.04:
        offered = chance.choice(town.centers)
    status = "transferred" if offered else chance.choice(_OPEN if is_open else _ENDED)
    due_at = town.now + timedelta(hours=chance.uniform(-110, 790)) if is_open else None
    has_mediator = status not in ("submitted", "withdrawn", "refused", "transferred")
    kind = CATEGORIES[int(len(CATEGORIES) * chance.random() ** 2)]
    safety = "red" if red or (is_open and chance.random() < 0.004) else "cleared" if chance.random() < 0.004 else "none"
    source = chance.choice(("mini_program", "mini_program", "window", "phone"))
    if not is_open and chance.random() < 0.2:
        source = "historic"
    return (
        uuid7(nanoseconds=int(made.timestamp() * 10**9)), f"B{chance.getrandbits(96):024x}", source, home, status, 1,
        kind, "onsite", "{}", chance.choice(town.mediators[home]) if has_mediator else None, offered,
        "accepted" if offered else None, safety, 0, due_at, due_at and due_at - timedelta(days=2),
        town.clock if is_open else None, made, made,
    )  # fmt: skip


def _parties(keyring: Keyring, dispute_id: UUID) -> Iterator[tuple[Any, ...]]:
    chance = random.Random(dispute_id.int)  # noqa: S311
    for ordinal, side in enumerate(("applicant", "respondent")):
        party_id = uuid7()
        name, phone = chance.choice(_SURNAMES) + chance.choice(_GIVEN), f"13{chance.randrange(10**9):09}"
        yield (
            party_id, dispute_id, side, "person", ordinal, False,
            uuid7() if chance.random() < 0.3 else None,
            keyring.seal(name, "party", "name", party_id), keyring.keyed_hash("name", name),
            keyring.seal(phone, "party", "phone", party_id), keyring.keyed_hash("phone", phone),
        )  # fmt: skip
