"""Versions of the routing policy and county outlines, as the tables keep them."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from tortoise import connections
from tortoise.functions import Count, Max
from tortoise.transactions import in_transaction

from backend.centers.queries import LISTED
from backend.core import boundaries, policies
from backend.core.boundaries import CountyBoundaries, Outline, Polygon
from backend.core.catalog import Catalog
from backend.core.clock import Clock
from backend.core.policies import Policy, PolicyBook
from models import Center, CountyBoundary, RoutingPolicy

_BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
"""The first version holds for whatever came before it too."""

_LOCK = 0x726F757465
"""Version numbers have no gaps: two who activate at once come one after the other."""


class PolicyMomentError(ValueError):
    """A policy cannot take effect in the past, and the last one that stands cannot be withdrawn."""


@dataclass(frozen=True, slots=True)
class County:
    code: str
    name: str
    polygons: tuple[Polygon, ...]
    """WGS-84."""


async def revision() -> tuple[object, ...]:
    """Differs whenever a version or an outline was added or taken away. Read it before what it stands for."""
    kept = await RoutingPolicy.all().annotate(n=Count("version"), gone=Count("withdrawn_at")).values_list("n", "gone")
    known = await CountyBoundary.all().annotate(n=Count("code"), at=Max("imported_at")).values_list("n", "at")
    return (*kept, *known)


async def load_policies() -> PolicyBook:
    rows = await RoutingPolicy.filter(withdrawn_at=None).order_by("version")
    return PolicyBook(tuple(map(_ready, rows)))


async def load_boundaries() -> CountyBoundaries:
    """Outlines of the whole country take seconds: in a thread, so that nobody waits for them."""
    rows = await CountyBoundary.all().order_by("code")
    return await asyncio.to_thread(lambda: CountyBoundaries(map(_outline, rows)))


async def active_by_code() -> dict[str, bool]:
    rows = await Center.filter(level__in=LISTED).values_list("code", "deactivated_at", "lon")
    return {code: closed is None and lon is not None for code, closed, lon in rows}


async def activate(text: str, catalog: Catalog, clock: Clock) -> Policy:
    """Adds a version. Raises PolicyFileError, PolicyMomentError."""
    async with in_transaction():
        await _lock()
        file = policies.check(text, catalog, await active_by_code())
        now = clock.now()
        if file.effective_from is not None and file.effective_from < now:
            raise PolicyMomentError("effective_from is over: leave it out to have the policy take effect at once")
        latest = await RoutingPolicy.all().order_by("-version").first()
        row = RoutingPolicy(
            version=latest.version + 1 if latest else 1,
            name=file.name,
            text=text,
            effective_from=file.effective_from or (now if latest else _BEGINNING),
            added_at=now,
        )
        await row.save(force_create=True)
    return _ready(row)


async def roll_back(clock: Clock) -> tuple[Policy, Policy]:
    """Withdraws the version that took or would take effect last: the one before it counts again.

    Returns the one withdrawn and the one in force. Raises PolicyMomentError.
    """
    async with in_transaction():
        await _lock()
        standing = await RoutingPolicy.filter(withdrawn_at=None).order_by("-effective_from", "-version").limit(2)
        if len(standing) < 2:
            raise PolicyMomentError("only one version stands: there is none to go back to")
        last = standing[0]
        last.withdrawn_at = clock.now()
        await last.save(update_fields=["withdrawn_at"])
        book = await load_policies()
    return _ready(last), book.in_force(clock.now())


async def history() -> list[RoutingPolicy]:
    """The newest first."""
    return await RoutingPolicy.all().order_by("-version")


async def put_boundaries(counties: Iterable[County], source: str, now: datetime) -> int:
    """Adds and replaces by code; others stay."""
    rows = [
        CountyBoundary(
            code=each.code,
            name=each.name,
            shape=boundaries.to_wkb(each.polygons),
            source=source,
            imported_at=now,
        )
        for each in counties
    ]
    async with in_transaction():
        await CountyBoundary.bulk_create(
            rows,
            batch_size=200,
            on_conflict=["code"],
            update_fields=["name", "shape", "source", "imported_at"],
        )
    return len(rows)


async def _lock() -> None:
    await connections.get("default").execute_query_dict("SELECT pg_advisory_xact_lock($1)", [_LOCK])


def _ready(row: RoutingPolicy) -> Policy:
    return policies.ready(policies.parse(row.text), row.version, row.effective_from)


def _outline(row: CountyBoundary) -> Outline:
    return Outline(row.code, row.name, boundaries.from_wkb(row.shape))
