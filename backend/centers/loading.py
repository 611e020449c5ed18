"""What routing keeps of the centers in memory, read from the tables: all of it once, then whatever has changed."""

import asyncio
import gc
import json
import sys
from collections.abc import Iterable, Mapping
from operator import attrgetter
from typing import NamedTuple

from tortoise import connections

from backend.centers.grid import SLICE, slices
from backend.centers.index import GridIndex
from backend.core import geo
from backend.core.catalog import Catalog
from backend.core.deps import CenterPoint, Desk
from backend.core.geo import Crs
from models import CenterLevel, CenterRevision, Residency

CRS: dict[str, Crs] = {"gcj02": "gcj02", "wgs84": "wgs84", "bd09": "bd09"}

_MANY = 2_000
"""When more have changed, reading them all again gives way to requests in between; taking up the changes does not."""


class NoCityQueueError(RuntimeError):
    """The data was never loaded: without the queue a filing could find nobody."""


class Snapshot(NamedTuple):
    """The centers at one moment."""

    centers: GridIndex
    retired: GridIndex
    desks: Mapping[str, tuple[Desk, ...]]
    """By center: the organizations resident there."""
    since: str
    """PostgreSQL's transaction number: whatever older ones wrote has been read."""


_Row = tuple[str, str, str, str, str, float | None, float | None, str, str, bool, str, str, bool]
"""What `_SELECT` names; asyncpg's own records come apart like tuples, and are never made into others."""

_EVERYTHING, _NOTHING = "[]", frozenset[str]()
_CITY = CenterLevel.CITY.value
_SELECT = """SELECT id::text, code, name, level, division_code, lon, lat, crs, categories, placeholder, address, phone,
    deactivated_at IS NOT NULL FROM center"""
_CHANGED_SQL = f"""{_SELECT}
    WHERE age(xmin) <= age($1::text::xid) OR level = 'city' OR id = ANY($2::uuid[]) LIMIT {_MANY + 1}"""
"""`xmin` is the transaction that wrote the row, by whatever way it was changed."""
_MOMENT_SQL = """SELECT pg_snapshot_xmin(pg_current_snapshot())::xid::text AS since, count(*) AS count FROM center
    WHERE level <> 'city' AND lon IS NOT NULL AND lat IS NOT NULL"""


async def revision() -> tuple[object, ...]:
    """Differs whenever a center, an organization or a residency was added, changed or taken away. Read it before
    the centers."""
    return tuple(await CenterRevision.all().values_list("revision", flat=True))


async def load(catalog: Catalog, known: Snapshot | None = None) -> Snapshot:
    """In slices, with a turn of the event loop after each: requests wait for milliseconds, not for the whole.

    Of those that are `known`, centers that have not moved keep their point. Raises NoCityQueueError.
    """
    gc.disable()  # half a million new objects would set off full collections, each as long as half a second
    try:
        snapshot = await _load(catalog, known)
        gc.freeze()  # nor do later ones look at them: they hold no cycles
        return snapshot
    finally:
        gc.enable()


async def follow(catalog: Catalog, known: Snapshot) -> Snapshot:
    """What is `known`, and what was written since: milliseconds for a few centers. Raises NoCityQueueError."""
    since, count = await _moment()
    desks = await _desks()
    elsewhere = [key for key in {*desks, *known.desks} if desks.get(key) != known.desks.get(key)]
    rows = await _rows(_CHANGED_SQL, known.since, elsewhere)
    if len(rows) > _MANY:
        return await load(catalog, known)
    read = _Read(desks, known)
    read.take(rows)
    touched = [row[0] for row in rows]
    index = _changed(known.centers, touched, read.open, read.queue)
    retired = _changed(known.retired, touched, read.closed, read.queue)
    if len(index) + len(retired) != count:  # some row was deleted, which nothing does but an operator by hand
        return await load(catalog, known)
    return Snapshot(index, retired, desks, since)


async def _load(catalog: Catalog, known: Snapshot | None) -> Snapshot:
    since, _ = await _moment()
    desks = await _desks()
    read = _Read(desks, known)
    async with connections.get("default").acquire_connection() as connection, connection.transaction():
        cursor = await connection.cursor(_SELECT)
        while page := await cursor.fetch(4 * SLICE):
            for some in slices(page):  # a filing waits for one of these at each of its dozen statements
                read.take(some)
                await asyncio.sleep(0)
    parents = {category.code: category.parent for category in catalog.categories if category.parent}
    index = await GridIndex.build(read.open, read.queue, parents)
    retired = await GridIndex.build(read.closed, read.queue, parents)
    return Snapshot(index, retired, desks, since)


class _Read:
    """Rows as points."""

    def __init__(self, desks: Mapping[str, tuple[Desk, ...]], known: Snapshot | None) -> None:
        self._desks, self._known = desks, known
        self.open: list[CenterPoint] = []
        self.closed: list[CenterPoint] = []
        self._queues: list[CenterPoint] = []
        self._lists: dict[tuple[str, tuple[Desk, ...]], frozenset[str]] = {}
        """One of each: thousands of centers list the same."""

    @property
    def queue(self) -> CenterPoint:
        """The first at city level, by code. Raises NoCityQueueError."""
        if not self._queues:
            raise NoCityQueueError("no center at city level: load the data first (hejie seed)")
        return min(self._queues, key=attrgetter("code"))

    def take(self, rows: Iterable[_Row]) -> None:
        """All in one piece: for tens of thousands, calls would cost as much as what they do."""
        for id_, code, name, level, division, lon, lat, crs, categories, placeholder, address, phone, closed in rows:
            if lon is None or lat is None:
                continue
            desks, given, before = self._desks.get(id_, ()), (lon, lat, crs), self._before(id_)
            listed = self._listed(categories, desks)
            center = CenterPoint(
                id_,
                code,
                name,
                sys.intern(level),
                division,
                before.point if before and before.given == given else geo.to_wgs84(lon, lat, CRS[crs]),
                listed if categories != _EVERYTHING else _NOTHING,  # whoever is resident there
                placeholder,
                address,
                phone,
                listed,
                desks,
                given,
            )
            if before == center:
                center = before  # two copies of everybody would take twice the memory while one replaces the other
            if level == _CITY:
                self._queues += [] if closed else [center]
            else:
                (self.closed if closed else self.open).append(center)

    def _before(self, center_id: str) -> CenterPoint | None:
        known = self._known
        return (known.centers.by_id(center_id) or known.retired.by_id(center_id)) if known else None

    def _listed(self, categories: str, desks: tuple[Desk, ...]) -> frozenset[str]:
        """By name: by the center itself, or by an organization there."""
        key = categories, desks
        if key not in self._lists:
            self._lists[key] = frozenset(json.loads(categories)).union(*(desk.categories for desk in desks))
        return self._lists[key]


async def _moment() -> tuple[str, int]:
    """Read it before the rows."""
    _, [row] = await connections.get("default").execute_query(_MOMENT_SQL)
    return row["since"], row["count"]


async def _rows(sql: str, *values: object) -> list[_Row]:
    """Without the models: they cost ten times as much as what routing needs of them."""
    records: list[_Row]
    _, records = await connections.get("default").execute_query(sql, list(values))
    return records


async def _desks() -> dict[str, tuple[Desk, ...]]:
    resident = Residency.filter(organization__deactivated_at=None).order_by("organization__name", "id")
    rows = await resident.values_list("center_id", "organization__name", "organization__categories", "weekdays")
    desks: dict[str, tuple[Desk, ...]] = {}
    for center_id, name, categories, weekdays in rows:
        desk = Desk(name, frozenset(categories), tuple(weekdays))
        desks[str(center_id)] = (*desks.get(str(center_id), ()), desk)
    return desks


def _changed(
    index: GridIndex, touched: Iterable[str], there_now: Iterable[CenterPoint], queue: CenterPoint
) -> GridIndex:
    before = [center for center in map(index.by_id, touched) if center and center.level != CenterLevel.CITY]
    return index.changed(before, there_now, queue)
