"""Centers, organizations and mediators as staff see them."""

from dataclasses import dataclass
from uuid import UUID

from tortoise.functions import Count

from backend.accounts.actors import StaffActor
from backend.centers import licences
from backend.centers.staff_schemas import (
    CenterDetailOut,
    CentersQuery,
    MediatorOut,
    OfCenterQuery,
    OrganizationOut,
    OrganizationsQuery,
    ResidentOrganization,
    StaffCenterOut,
    SuccessorOut,
)
from backend.core import pagination
from backend.core.deps import Deps
from backend.core.errors import NotFoundError, RoleNotAllowedError
from backend.core.opening import OpeningRules
from backend.core.schema import Page
from models import Center, Dispute, Organization, Residency, Role, Staff, Status

_ENDED = (Status.REFUSED, Status.WITHDRAWN, Status.CLOSED)
_CITY_WIDE = (Role.SUPERVISOR, Role.ADMIN)


@dataclass(frozen=True, slots=True)
class OpenCase:
    number: str
    status: Status


async def open_cases(center_id: UUID) -> list[OpenCase]:
    """What still lies with a center, oldest first; nothing of its content."""
    still_open = Dispute.filter(center_id=center_id).exclude(status__in=_ENDED)
    rows = await still_open.order_by("id").values("number", "status")
    return [OpenCase(row["number"], Status(row["status"])) for row in rows]


async def center(center_id: UUID) -> Center:
    """Closed ones too. Raises NotFoundError."""
    found = await Center.filter(id=center_id).select_related("successor").first()
    if found is None:
        raise NotFoundError
    return found


async def page(query: CentersQuery) -> Page[StaffCenterOut]:
    matching = Center.all() if query.level is None else Center.filter(level=query.level)
    if query.state != "all":
        matching = matching.filter(deactivated_at__isnull=query.state == "active")
    if query.division is not None:
        matching = matching.filter(division_code__startswith=query.division)
    key = pagination.decode(query.cursor, 1)
    if key is not None:
        if not key[0].isprintable():
            raise pagination.bad_cursor()
        matching = matching.filter(code__gt=key[0])
    rows = await matching.order_by("code").limit(query.limit + 1).select_related("successor")
    found, next_cursor = pagination.cut(rows, query.limit, lambda row: (row.code,))
    return Page[StaffCenterOut](items=[center_out(row) for row in found], next_cursor=next_cursor)


async def detail(center_id: UUID) -> CenterDetailOut:
    """Raises NotFoundError."""
    shown = center_out(await center(center_id))
    residencies = await Residency.filter(center_id=center_id).select_related("organization").order_by("id")
    return CenterDetailOut(
        **dict(shown),
        organizations=[_resident(each) for each in residencies if each.organization.deactivated_at is None],
        open_cases=await Dispute.filter(center_id=center_id).exclude(status__in=_ENDED).count(),
    )


async def organizations(deps: Deps, query: OrganizationsQuery) -> Page[OrganizationOut]:
    """All in the order of their age; of a center those that belong to it or are resident there."""
    matching = Organization.all() if query.kind is None else Organization.filter(kind=query.kind)
    if query.licence is not None:
        matching = matching.filter(licences.is_near(deps, query.licence), deactivated_at=None)
    if query.track is not None:
        matching = matching.filter(licences.may_begin(deps, query.track))
    if query.center_id is not None:
        resident = await Residency.filter(center_id=query.center_id).values_list("organization_id", flat=True)
        own = await Organization.filter(center_id=query.center_id).values_list("id", flat=True)
        matching = matching.filter(id__in=[*resident, *own])
    after = pagination.decode_id(query.cursor)
    if after is not None:
        matching = matching.filter(id__gt=after)
    rows = await matching.order_by("id").limit(query.limit + 1)
    found, next_cursor = pagination.cut(rows, query.limit, lambda row: (str(row.id),))
    return Page[OrganizationOut](items=[organization_out(deps, row) for row in found], next_cursor=next_cursor)


async def organization(organization_id: UUID) -> Organization:
    """Raises NotFoundError."""
    found = await Organization.get_or_none(id=organization_id)
    if found is None:
        raise NotFoundError
    return found


async def mediators(actor: StaffActor, query: OfCenterQuery) -> Page[MediatorOut]:
    """Of the own center; whoever works for the whole city may name any. Raises RoleNotAllowedError."""
    center_id = query.center_id or actor.center_id
    if actor.role not in _CITY_WIDE and center_id != actor.center_id:
        raise RoleNotAllowedError("只能查看本中心的调解员。")
    matching = Staff.filter(role=Role.MEDIATOR, is_active=True)
    if center_id is not None:
        matching = matching.filter(center_id=center_id)
    after = pagination.decode_id(query.cursor)
    if after is not None:
        matching = matching.filter(id__gt=after)
    rows = await matching.order_by("id").limit(query.limit + 1)
    found, next_cursor = pagination.cut(rows, query.limit, lambda row: (str(row.id),))
    busy = Dispute.filter(mediator_id__in=[row.id for row in found]).exclude(status__in=_ENDED)
    counts = await busy.annotate(total=Count("id")).group_by("mediator_id").values_list("mediator_id", "total")
    open_by_mediator = {mediator_id: int(total) for mediator_id, total in counts}
    items = [
        MediatorOut(
            id=str(row.id),
            name=row.name,
            center_id=str(row.center_id) if row.center_id else None,
            open_cases=open_by_mediator.get(row.id, 0),
        )
        for row in found
    ]
    return Page[MediatorOut](items=items, next_cursor=next_cursor)


def center_out(row: Center) -> StaffCenterOut:
    """With its successor loaded."""
    after = row.successor if row.successor_id else None
    return StaffCenterOut(
        id=str(row.id),
        code=row.code,
        name=row.name,
        short_name=row.short_name,
        level=row.level,
        division_code=row.division_code,
        lon=row.lon,
        lat=row.lat,
        crs=row.crs,
        address=row.address,
        phone=row.phone,
        placeholder=row.placeholder,
        categories=row.categories,
        opening=None if row.opening is None else OpeningRules.model_validate(row.opening),
        closed_at=row.deactivated_at,
        successor=SuccessorOut(id=str(after.id), code=after.code, name=after.name) if after else None,
    )


def organization_out(deps: Deps, row: Organization) -> OrganizationOut:
    kind = deps.catalog.registry.kinds[row.kind]
    state = licences.state(deps, row)
    return OrganizationOut(
        id=str(row.id),
        kind=row.kind,
        kind_text=kind.title,
        code=row.code,
        name=row.name,
        registration_number=row.registration_number,
        licence_number=row.licence_number,
        licence_expires_on=row.licence_expires_on,
        licence_state=state,
        warning=None if row.deactivated_at else licences.warning(deps, row),
        seal_name=row.seal_name,
        center_id=str(row.center_id) if row.center_id else None,
        is_own_committee=row.is_own_committee,
        mediates=kind.mediates,
        tracks=list(kind.tracks),
        categories=row.categories,
        expertise=row.expertise,
        level=row.level,
        division_code=row.division_code,
        address=row.address,
        phone=row.phone,
        closed_at=row.deactivated_at,
    )


def _resident(residency: Residency) -> ResidentOrganization:
    body = residency.organization
    return ResidentOrganization(
        id=str(body.id),
        name=body.name,
        kind=body.kind,
        categories=body.categories,
        residency=residency.kind,
        weekdays=residency.weekdays,
    )
