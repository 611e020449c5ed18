"""What a file of organizations changes; all of it in the transaction in which it was planned."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from backend.registry.importing import Desk, OrganizationRow, code_of
from models import Organization, Residency

_COLUMNS = ("code", "kind", "name", "registration_number", "licence_number", "licence_expires_on", "seal_name",
            "categories", "expertise", "level", "division_code", "address", "phone", "deactivated_at")  # fmt: skip
_BATCH = 200


class Import(NamedTuple):
    added: list[Organization]
    changed: list[Organization]
    unchanged: int
    closed: list[Organization]
    settled: list[Residency]
    """New, or of another kind or on other days."""
    left: list[Residency]


async def known() -> dict[str, Organization]:
    """By code. The centers' own committees come and go with their centers, in no file."""
    return {code_of(each): each for each in await Organization.filter(is_own_committee=False).order_by("id")}


async def plan(lines: Sequence[OrganizationRow], now: datetime, today: date) -> Import:
    """Writes nothing. `lines` are all that a file holds, checked."""
    organizations, found = await known(), Import([], [], 0, [], [], [])
    desks = await _desks()
    unchanged = 0
    for row in lines:
        organization = organizations.get(row.code)
        is_new = organization is None
        organization = organization or Organization()
        before = None if is_new else _values(organization)
        was_open = organization.deactivated_at is None
        _apply(row, organization, now)
        moved = _plan_desks(found, organization, row.desks, desks.get(organization.id, {}), today)
        if is_new:
            found.added.append(organization)
        elif _values(organization) != before:
            found.changed.append(organization)
        elif not moved:
            unchanged += 1
        if was_open and not is_new and organization.deactivated_at is not None:
            found.closed.append(organization)
    return found._replace(unchanged=unchanged)


async def carry_out(planned: Import, tell: Callable[[int], object]) -> None:
    """`tell` hears how many organizations were written."""
    for batch in _batches(planned.added):
        await Organization.bulk_create(batch)
        tell(len(batch))
    for batch in _batches(planned.changed):
        await Organization.bulk_update(batch, _COLUMNS)
        tell(len(batch))
    await Residency.bulk_create(
        planned.settled, on_conflict=["organization_id", "center_id"], update_fields=["kind", "weekdays"]
    )
    await Residency.filter(id__in=[each.id for each in planned.left]).delete()


def _apply(row: OrganizationRow, organization: Organization, now: datetime) -> None:
    _ = organization.update_from_dict(row.values)
    organization.code = row.code
    if row.is_closed is not None:
        organization.deactivated_at = (organization.deactivated_at or now) if row.is_closed else None


def _plan_desks(
    found: Import,
    organization: Organization,
    wanted: tuple[Desk, ...] | None,
    there: dict[UUID, Residency],
    today: date,
) -> bool:
    """Whether anything changes."""
    if wanted is None:
        return False
    settled = []
    for desk in wanted:
        before = there.get(desk.center_id)
        if before is not None and (before.kind, tuple(before.weekdays)) == (desk.kind, desk.weekdays):
            continue
        settled.append(
            Residency(
                organization_id=organization.id,
                center_id=desk.center_id,
                kind=desk.kind,
                weekdays=list(desk.weekdays),
                since=today,
            )
        )
    kept = {desk.center_id for desk in wanted}
    left = [each for center_id, each in there.items() if center_id not in kept]
    found.settled.extend(settled)
    found.left.extend(left)
    return bool(settled or left)


async def _desks() -> dict[UUID, dict[UUID, Residency]]:
    """By organization and center. What was left in a closed center is in no file."""
    found: dict[UUID, dict[UUID, Residency]] = {}
    for each in await Residency.filter(center__deactivated_at=None):
        found.setdefault(each.organization_id, {})[each.center_id] = each
    return found


def _values(organization: Organization) -> tuple[object, ...]:
    return tuple(getattr(organization, name) for name in _COLUMNS)


def _batches(organizations: list[Organization]) -> list[list[Organization]]:
    return [organizations[start : start + _BATCH] for start in range(0, len(organizations), _BATCH)]
