"""Centers as everybody may see them. The queue at city level takes what no center may; it is never shown."""

import re
from typing import Any
from uuid import UUID

from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet, ValuesListQuery

from backend.calendars import opening_hours
from backend.centers.loading import CRS
from backend.centers.schemas import CenterOut, CentersQuery, DeskOut, PointOut
from backend.core import geo, pagination
from backend.core.catalog import Catalog
from backend.core.deps import CenterPoint, Deps
from backend.core.divisions import DivisionDirectory, DivisionPoint
from backend.core.errors import InvalidFieldsError, NotFoundError
from backend.core.geo import Wgs84
from backend.core.opening import OpeningRules
from backend.core.schema import Page
from models import Center, CenterLevel, Division, Residency, SceneCode

LISTED = (CenterLevel.COUNTY, CenterLevel.TOWNSHIP, CenterLevel.VILLAGE)

_CODE = re.compile(r"[\x21-\x7e]{1,32}")


async def load_divisions(catalog: Catalog) -> DivisionDirectory:
    former = catalog.former_names
    return DivisionDirectory(
        DivisionPoint(row.code, row.name, row.level, row.parent_code, _seat(row), former.get(row.code, ()))
        for row in await Division.all()
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
    most, following = query.limit + 1, list[tuple[float, CenterPoint]]()
    while len(following) <= query.limit:
        hits = deps.centers.nearest(point, levels=levels, category=query.category, limit=most)
        following = [hit for hit in hits if after is None or (hit[0], hit[1].code) > after]
        if len(hits) < most:
            break
        most *= 4
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
    opening, known = rules(deps, center), deps.centers.by_id(str(center.id))
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
        desks=[DeskOut.of(desk) for desk in known.desks] if known else [],
    )


def _wgs84(center: Center) -> Wgs84:
    assert center.lon is not None, "only centers with a point are shown or routed to"
    assert center.lat is not None
    return geo.to_wgs84(center.lon, center.lat, CRS[center.crs])


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
