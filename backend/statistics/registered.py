"""How many organizations there are, how many keep a desk, and whether somebody sits at it."""

from collections import Counter
from datetime import date
from uuid import UUID

from backend.centers import planned_days
from backend.core import clock
from backend.core.deps import Deps
from backend.registry.attendance_schemas import RateOut
from backend.statistics.schemas import OrganizationsOut, RegisteredOut, ResidentAtOut
from models import CenterLevel, DeskAttendance, Organization, OrganizationKind, Residency


async def organizations(deps: Deps, center_id: UUID | None) -> OrganizationsOut:
    """Of the city; of a center its own and those resident there."""
    desks = Residency.filter(organization__deactivated_at=None, center__deactivated_at=None)
    if center_id is not None:
        desks = desks.filter(center_id=center_id)
    pairs = set(await desks.values_list("organization_id", "center__level"))
    resident = {organization_id for organization_id, _ in pairs}
    active = await Organization.filter(deactivated_at=None).values_list("id", "kind", "center_id")
    kinds: dict[UUID, OrganizationKind] = {
        organization_id: OrganizationKind(kind)
        for organization_id, kind, belongs_to in active
        if center_id is None or belongs_to == center_id or organization_id in resident
    }
    rules = deps.catalog.registry
    groups = {organization_id: rules.kinds[kind].group for organization_id, kind in kinds.items()}
    titles = {kind: row.title for kind, row in rules.kinds.items()}
    levels = Counter(CenterLevel(level) for _, level in pairs)
    return OrganizationsOut(
        total=len(kinds),
        resident=len(resident),
        by_group=_registered(groups, resident, rules.groups),
        by_kind=_registered(kinds, resident, titles),
        by_level=[ResidentAtOut(level=level, resident=levels[level]) for level in CenterLevel if levels[level]],
    )


async def attendance(deps: Deps, center_id: UUID | None, first: date, last: date) -> RateOut:
    last = min(last, clock.today(deps.clock))
    desks = Residency.filter(organization__deactivated_at=None, center__deactivated_at=None)
    signed = DeskAttendance.filter(day__gte=first, day__lte=last)
    if center_id is not None:
        desks, signed = desks.filter(center_id=center_id), signed.filter(center_id=center_id)
    there = set(await signed.values_list("organization_id", "center_id", "day"))
    planned = {
        (desk.organization_id, desk.center_id, day)
        for desk in await desks
        for day in planned_days.of(desk, first, last, deps.calendar)
    }
    return RateOut.of(len(planned), len(planned & there))


def _registered(
    codes: dict[UUID, OrganizationKind] | dict[UUID, str],
    resident: set[UUID],
    titles: dict[OrganizationKind, str] | dict[str, str],
) -> list[RegisteredOut]:
    total = Counter(str(code) for code in codes.values())
    there = Counter(str(codes[each]) for each in resident if each in codes)
    return [
        RegisteredOut(code=str(code), title=title, total=total[str(code)], resident=there[str(code)])
        for code, title in titles.items()
    ]
