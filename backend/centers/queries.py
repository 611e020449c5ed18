"""Centers as everybody may see them. The queue at city level takes what no center may; it is never shown."""

import asyncio
import gc
import json
import re
import sys
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from tortoise import connections
from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet, ValuesListQuery

from backend.calendars import opening_hours
from backend.centers.directory import Directory
from backend.centers.index import GridIndex
from backend.centers.schemas import CenterOut, CentersQuery, PointOut
from backend.core import geo, pagination
from backend.core.catalog import Catalog
from backend.core.deps import CenterIndex, CenterPoint, Deps
from backend.core.divisions import DivisionDirectory, DivisionPoint
from backend.core.errors import InvalidFieldsError, NotFoundError
from backend.core.geo import Crs, Wgs84
from backend.core.opening import OpeningRules
from backend.core.schema import Page
from models import Center, CenterLevel, CenterRevision, Division, Residency, SceneCode

LISTED = (CenterLevel.COUNTY, CenterLevel.TOWNSHIP, CenterLevel.VILLAGE)

_ALL = 1_000_000
_CODE = re.compile(r"[\x21-\x7e]{1,32}")
_CRS: dict[str, Crs] = {"gcj02": "gcj02", "wgs84": "wgs84", "bd09": "bd09"}


class _Row(NamedTuple):
    id: UUID
    code: str
    name: str
    level: str
    division_code: str
    lon: float
    lat: float
    crs: str
    categories: str
    placeholder: bool
    address: str
    phone: str
    deactivated_at: datetime | None

    @property
    def is_closed(self) -> bool:
        return self.deactivated_at is not None


_PAGE = 250
_PAGE_SQL = f"""
    SELECT {", ".join(_Row._fields)} FROM center
    WHERE lon IS NOT NULL AND lat IS NOT NULL AND code > $1 ORDER BY code LIMIT {_PAGE}
"""  # noqa: S608 - constants only


class NoCityQueueError(RuntimeError):
    """The data was never loaded: without the queue a filing could find nobody."""


async def load_centers(catalog: Catalog, known: CenterIndex | None = None) -> tuple[GridIndex, Directory]:
    """In pages, with a turn of the event loop after each: requests wait for milliseconds, not for the whole.

    Of the index that is `known`, centers that have not moved keep their point. Raises NoCityQueueError.
    """
    gc.disable()  # half a million new objects would set off full collections, each as long as a second
    try:
        return await _load(catalog, known)
    finally:
        gc.enable()


async def _load(catalog: Catalog, known: CenterIndex | None) -> tuple[GridIndex, Directory]:
    hosted = await _categories_hosted()
    lists: dict[frozenset[str], frozenset[str]] = {}  # one of each: thousands of centers list the same
    open_ones: list[CenterPoint] = []
    retired: list[CenterPoint] = []
    async for row in _rows():
        kept = known.by_id(str(row.id)) if known else None
        listed = hosted.get(row.id, frozenset()).union(json.loads(row.categories))
        point = _point(row, lists.setdefault(listed, listed), kept.point if kept else None)
        (retired if row.is_closed else open_ones).append(point)
    queue = next((point for point in open_ones if point.level == CenterLevel.CITY), None)
    if queue is None:
        raise NoCityQueueError("no center at city level: load the data first (hejie seed)")
    parents = {category.code: category.parent for category in catalog.categories if category.parent}
    centers = [point for point in open_ones if point.level in LISTED]
    index = await GridIndex.build(centers, queue, parents)
    return index, await asyncio.to_thread(Directory, centers, queue, parents, retired)


async def _rows() -> AsyncIterator["_Row"]:
    """Without the models: they cost ten times as much as what routing needs of them."""
    after = ""
    while True:
        page = await connections.get("default").execute_query_dict(_PAGE_SQL, [after])
        for row in page:
            yield _Row(**row)
        if len(page) < _PAGE:
            return
        after = page[-1]["code"]
        gc.collect(1)  # what the page itself leaves behind
        await asyncio.sleep(0)


async def index_version() -> tuple[object, ...]:
    """Differs whenever a center, an organization or a residency was added, changed or taken away. Read it before
    the index."""
    return tuple(await CenterRevision.all().values_list("revision", flat=True))


async def _categories_hosted() -> dict[UUID, frozenset[str]]:
    """By center: what the organizations resident there take on."""
    rows = await Residency.filter(organization__deactivated_at=None).values_list(
        "center_id", "organization__categories"
    )
    hosted: dict[UUID, frozenset[str]] = {}
    for center_id, categories in rows:
        hosted[center_id] = hosted.get(center_id, frozenset()) | frozenset(categories)
    return hosted


async def load_divisions() -> DivisionDirectory:
    return DivisionDirectory(
        DivisionPoint(row.code, row.name, row.level, row.parent_code, _seat(row)) for row in await Division.all()
    )


async def page(deps: Deps, query: CentersQuery) -> Page[CenterOut]:
    """Two statements at most, whatever the number of centers. Raises InvalidFieldsError for a foreign cursor."""
    if query.lon is None or query.lat is None or query.crs is None:
        return await _by_code(deps, query)
    return await _nearest(deps, query, geo.to_wgs84(query.lon, query.lat, query.crs))


async def listed(deps: Deps, center_id: UUID) -> CenterOut:
    """Raises NotFoundError."""
    center = await _shown(id=center_id).first()
    if center is None:
        raise NotFoundError
    return _out(deps, center)


async def _nearest(deps: Deps, query: CentersQuery, point: Wgs84) -> Page[CenterOut]:
    levels = tuple(level.value for level in LISTED) if query.level is None else (query.level,)
    after = _after(query.cursor)
    hits = deps.centers.nearest(
        point,
        levels=levels,
        category=query.category,
        limit=query.limit + 1 if after is None else _ALL,
    )
    following = [hit for hit in hits if after is None or (hit[0], hit[1].code) > after]
    found, next_cursor = pagination.cut(following, query.limit, lambda hit: (repr(hit[0]), hit[1].code))
    centers = {str(row.id): row for row in await _shown(id__in=[center.id for _, center in found])}
    items = [_out(deps, centers[center.id], metres) for metres, center in found if center.id in centers]
    return Page[CenterOut](items=items, next_cursor=next_cursor)


async def _by_code(deps: Deps, query: CentersQuery) -> Page[CenterOut]:
    matching = _shown(level=query.level) if query.level else _shown()
    if query.category is not None:
        named = {query.category, deps.catalog.category_by_code[query.category].parent or query.category}
        serves = [Q(categories__contains=[code]) for code in sorted(named)]
        serves.append(Q(id__in=Subquery(_hosting(named))))
        matching = matching.filter(Q(Q(categories__contained_by=[]), *serves, join_type=Q.OR))
    key = pagination.decode(query.cursor, 1)
    if key is not None:
        if not _CODE.fullmatch(key[0]):
            raise pagination.bad_cursor()
        matching = matching.filter(code__gt=key[0])
    rows = await matching.order_by("code").limit(query.limit + 1)
    found, next_cursor = pagination.cut(rows, query.limit, lambda row: (row.code,))
    return Page[CenterOut](items=[_out(deps, row) for row in found], next_cursor=next_cursor)


def _hosting(categories: set[str]) -> ValuesListQuery[Any]:
    """Ids of centers where some organization takes on one of these."""
    takes_on = [Q(organization__categories__contains=[code]) for code in sorted(categories)]
    resident = Residency.filter(Q(*takes_on, join_type=Q.OR), organization__deactivated_at=None)
    return resident.values_list("center_id", flat=True)


def _shown(**where: object) -> QuerySet[Center]:
    return Center.filter(deactivated_at=None, level__in=LISTED, lon__isnull=False).filter(**where)


def _after(cursor: str | None) -> tuple[float, str] | None:
    key = pagination.decode(cursor, 2)
    if key is None:
        return None
    try:
        return float(key[0]), key[1]
    except ValueError as error:
        raise pagination.bad_cursor() from error


def rules(deps: Deps, center: Center) -> OpeningRules:
    """The center's own, or the catalog's default."""
    return deps.catalog.opening if center.opening is None else OpeningRules.model_validate(center.opening)


def _out(deps: Deps, center: Center, metres: float | None = None) -> CenterOut:
    opening = rules(deps, center)
    place = geo.to_gcj02(_wgs84(center))
    return CenterOut(
        id=str(center.id),
        code=center.code,
        name=center.name,
        level=center.level,
        division_code=center.division_code,
        location=PointOut(lon=round(place.lon, 6), lat=round(place.lat, 6)),
        distance_m=None if metres is None else round(metres),
        open_now=opening_hours.is_open(opening, deps.calendar, deps.clock.now()),
        hours=opening_hours.hours_text(opening),
        address=center.address,
        phone=center.phone,
        placeholder=center.placeholder,
        categories=center.categories,
    )


def _point(row: "_Row", listed: frozenset[str], known: Wgs84 | None) -> CenterPoint:
    """A center that lists nothing serves everything, whoever is resident there."""
    return CenterPoint(
        id=str(row.id),
        code=row.code,
        name=row.name,
        level=sys.intern(row.level),
        division_code=row.division_code,
        point=known if known and _is_same_place(row, known) else geo.to_wgs84(row.lon, row.lat, _CRS[row.crs]),
        categories=listed if row.categories else frozenset(),
        placeholder=row.placeholder,
        address=row.address,
        phone=row.phone,
        specialities=listed,
    )


def _is_same_place(row: "_Row", known: Wgs84) -> bool:
    """To a tenth of a millimetre. The way to GCJ-02 is one step; the way back is four."""
    if row.crs != "gcj02":
        return False
    lon, lat = geo.to_gcj02(known)
    return abs(lon - row.lon) < 1e-9 and abs(lat - row.lat) < 1e-9


def _wgs84(center: Center) -> Wgs84:
    assert center.lon is not None, "only centers with a point are shown or routed to"
    assert center.lat is not None
    return geo.to_wgs84(center.lon, center.lat, _CRS[center.crs])


def _seat(row: Division) -> Wgs84 | None:
    if row.lon_gcj02 is None or row.lat_gcj02 is None:
        return None
    return geo.to_wgs84(row.lon_gcj02, row.lat_gcj02, "gcj02")


async def scene(code: str) -> SceneCode:
    """Raises InvalidFieldsError for a code that was never given out or is revoked."""
    found = await SceneCode.get_or_none(code=code, revoked_at=None)
    if found is None:
        raise InvalidFieldsError.at("scene", "这个二维码或链接已失效，请从首页进入，或在中心重新扫码。")
    return found
