"""Booking under contention against a bare handler that executes the same statements, and times to choose from."""

import asyncio
import pickle
import statistics
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
from tortoise import connections
from tortoise.transactions import in_transaction

from backend.appointments import slots
from backend.appointments.schemas import SlotQuery
from backend.appointments.taking import Terms
from backend.core.clock import SystemClock
from backend.core.deps import Deps
from models import Dispute, Party
from tests import native
from tests.benchmarks import bare_booking
from tests.benchmarks.sql_calls import Call, recorded
from tests.conftest import App
from tests.people import Person
from tests.races import town
from tests.races.town import Town
from tests.races.wire import Wire

CLIENTS, ROUNDS, WARM_UP_S, ROUND_S = 16, 3, 1.5, 5.0
RATIO_GOAL, SLOTS_GOAL_MS, GROWTH_GOAL = 0.5, 10.0, 1.3
EXISTING, FEW, MANY = 200, 1_000, 1_000_000


@dataclass(frozen=True)
class Contention:
    """Bookings (each followed by its cancellation) per second, all of one slot."""

    ours: list[float]
    bare: list[float]
    statements: int

    @property
    def ratio(self) -> float:
        return statistics.median(self.ours) / statistics.median(self.bare)


@dataclass(frozen=True)
class Choosing:
    p50_ms: float
    few_ms: float
    many_ms: float


async def measure(app: App, client: httpx.AsyncClient, folder: Path) -> tuple[Contention, Choosing]:
    deps: Deps = app.ctx.deps
    place = await town.settle_town(CLIENTS, deps.keyring)
    return await _contend(client, place, folder), await _choose(deps, place)


async def _contend(client: httpx.AsyncClient, place: Town, folder: Path) -> Contention:
    # Far from every other number in the statements, so that a diary's can be told from them.
    await connections.get("default").execute_query("ALTER SEQUENCE diary_id_seq RESTART WITH 1000000")
    people = [Person(client, "/mini/v1", each.person.token, each.person.id) for each in place.callers]
    recording = await _record(people, place)
    (folder / "booking.pickle").write_bytes(pickle.dumps(recording))
    ours: list[float] = []
    rod: list[float] = []
    for _ in range(ROUNDS):
        for server, rates in (
            (native.api(native.free_port()), ours),
            (_bare(native.free_port(), folder / "booking.pickle"), rod),
        ):
            async with native.running(server):
                rates.append(await _load(place, server.port))
    return Contention(ours, rod, len(recording.book) + len(recording.cancel))


def _bare(port: int, recording: Path) -> native.Server:
    return native.Server(("tests.benchmarks.bare_booking", str(recording)), port, {"HEJIE_PORT": str(port)})


async def _load(place: Town, port: int) -> float:
    """In this process: the lean client leaves most of the processor to the servers. The first moments, in which
    connections are opened and statements prepared, don't count for either."""
    counts: list[int] = []
    async with place.wires(port, CLIENTS) as wires:
        for seconds in (WARM_UP_S, ROUND_S):
            until = time.perf_counter() + seconds
            counts = await asyncio.gather(
                *(_book_and_cancel(wire, each.dispute_id, place, until) for wire, each in wires)
            )
    return sum(counts) / ROUND_S


async def _book_and_cancel(wire: Wire, dispute_id: str, place: Town, until: float) -> int:
    count, body = 0, {"slot_id": place.slot(0)}
    while time.perf_counter() < until:
        booked = await wire.post(f"/mini/v1/disputes/{dispute_id}/appointments", body)
        if booked.status == 201:
            gone = await wire.post(f"/mini/v1/appointments/{booked.body['id']}/cancellation", {"reason": "有事"})
            count += gone.status == 200
    return count


async def _record(persons: list[Person], place: Town) -> bare_booking.Recording:
    """One booking and one cancellation, and whose ids stand in the statements."""
    caller, person = place.callers[0], persons[0]
    await _once(person, caller.dispute_id, place)  # the diary is there, the statements are prepared
    calls: list[tuple[list[Call], list[Call]]] = []
    ids = []
    for _ in range(2):
        with recorded() as book:
            booked = await person.post(f"/disputes/{caller.dispute_id}/appointments", {"slot_id": place.slot(0)})
        ids.append(UUID(booked.json()["id"]))
        with recorded() as cancel:
            await person.post(f"/appointments/{ids[-1]}/cancellation", {"reason": "有事"})
        calls.append((book, cancel))
    for other, each in zip(persons[1:], place.callers[1:], strict=True):
        await _once(other, each.dispute_id, place)
    owners = [await _owner(each.person.token, each.dispute_id) for each in place.callers]
    books, cancels = zip(*calls, strict=True)
    return bare_booking.Recording.of(books, cancels, ids[0], owners)


async def _once(person: Person, dispute_id: str, place: Town) -> None:
    booked = await person.post(f"/disputes/{dispute_id}/appointments", {"slot_id": place.slot(0)})
    await person.post(f"/appointments/{booked.json()['id']}/cancellation", {"reason": "有事"})


async def _owner(token: str, dispute_id: str) -> bare_booking.Owner:
    dispute = await Dispute.get(id=dispute_id)
    party = await Party.get(dispute_id=dispute_id)
    found = await connections.get("default").execute_query_dict(
        "SELECT d.id, s.id AS session_id, s.token_hash FROM diary d JOIN resident_session s ON s.resident_id = $1"
        " WHERE d.kind = 'resident' AND d.subject = $1::text",
        [dispute.resident_id],
    )
    row: dict[str, Any] = found[0]
    ids = (dispute.id, dispute.resident_id, party.id, row["session_id"], row["token_hash"], row["id"])
    return bare_booking.Owner(token, ids)


async def _choose(deps: Deps, place: Town) -> Choosing:
    """Four weeks of one center with the hours that centers have: with bookings to come, and with ever more that went
    by."""
    dispute = await Dispute.get(id=place.callers[0].dispute_id).select_related("center")
    dispute.center.opening = None
    await _fill(place, EXISTING, ahead=True)
    p50 = await _p50_ms(deps, dispute)
    await _fill(place, FEW, ahead=False)
    few = await _p50_ms(deps, dispute)
    await _fill(place, MANY - FEW, ahead=False)
    return Choosing(p50, few, await _p50_ms(deps, dispute))


async def _p50_ms(deps: Deps, dispute: Dispute) -> float:
    today = SystemClock().now().astimezone().date()
    query = SlotQuery.model_validate({"from": today, "to": today.fromordinal(today.toordinal() + 27)}, context=deps)
    samples = []
    for _ in range(60):
        began = time.perf_counter()
        page = await slots.slots(deps, dispute, query, Terms(placeholders_open=True))
        samples.append((time.perf_counter() - began) * 1000)
        assert page.items
    return statistics.median(samples)


_APPOINTMENTS = """
INSERT INTO appointment (id, dispute_id, center_id, purpose, kind, status, starts_at, ends_at, buffer_minutes, sequence,
                         checkin_code, created_at, updated_at)
SELECT (lpad(to_hex($3::int), 8, '0') || lpad(to_hex(n), 24, '0'))::uuid, $1, $2, 'registration', 'onsite',
       'completed', at, at + interval '20 min', 0, 0, $5, now(), now()
  FROM generate_series(1, $3::int) n, LATERAL (SELECT date_trunc('hour', now()) + n * $4::interval AS at) AS t
"""
"""In the order of their ids, as real ones are."""
_PLACES = """
INSERT INTO slot_count (id, center_id, kind, starts_at, taken)
SELECT id, center_id, kind, starts_at, 1 FROM appointment WHERE checkin_code = $1
ON CONFLICT DO NOTHING
"""
_ENTRIES = """
INSERT INTO diary_entry (id, diary_id, appointment_id, starts_at, ends_at)
SELECT id, $2, id, starts_at, ends_at FROM appointment WHERE checkin_code = $1
"""
_QUICKLY = ("statement_timeout = 0", "session_replication_role = replica", "maintenance_work_mem = '256MB'")
_UNINDEXED = """
ALTER TABLE diary_entry DROP CONSTRAINT IF EXISTS nobody_in_two_places;
DROP INDEX IF EXISTS diary_entry_as_read;
"""
_INDEXED = """
CREATE INDEX diary_entry_as_read ON diary_entry USING gist (diary_span(diary_id, starts_at, ends_at))
"""


async def _fill(place: Town, count: int, *, ahead: bool) -> None:
    """In the diaries too: as if the worker had never thrown old entries away. Made for reading alone: the constraint's
    index over a million rows is built when they are there, and nobody asks whether they overlap."""
    mark, step = f"{count}{ahead}", timedelta(hours=3) if ahead else -timedelta(minutes=25)
    case = UUID(place.callers[1].dispute_id)
    async with in_transaction() as filling:
        for setting in _QUICKLY:
            await filling.execute_query(f"SET LOCAL {setting}")
        await filling.execute_script(_UNINDEXED)
        diary = await filling.execute_query_dict(
            "INSERT INTO diary (kind, subject) VALUES ('room', $1) RETURNING id", [mark]
        )
        await filling.execute_query(_APPOINTMENTS, [case, place.center.id, count, step, mark])
        await filling.execute_query(_PLACES, [mark])
        await filling.execute_query(_ENTRIES, [mark, diary[0]["id"]])
        await filling.execute_query(_INDEXED)
    await connections.get("default").execute_query("ANALYZE appointment, slot_count, diary_entry")
