"""What is written of mediation organizations and of the days they keep a desk in a center."""

from uuid import UUID

from backend.accounts.actors import StaffActor
from backend.centers.actions import require_admin
from backend.centers.staff_schemas import OrganizationIn
from backend.core.deps import Deps
from backend.core.errors import InvalidFieldsError, NotFoundError
from models import Center, Organization, Residency


async def found(actor: StaffActor, fields: OrganizationIn) -> Organization:
    """Raises RoleNotAllowedError."""
    require_admin(actor)
    organization = Organization(**_columns(fields))
    await organization.save(force_create=True)
    return organization


async def change(actor: StaffActor, organization: Organization, fields: OrganizationIn) -> None:
    """Raises RoleNotAllowedError."""
    require_admin(actor)
    await organization.update_from_dict(_columns(fields)).save()


async def close(deps: Deps, actor: StaffActor, organization: Organization) -> None:
    """It mediates no new case; a center's own committee stays as long as the center.
    Raises RoleNotAllowedError, InvalidFieldsError."""
    require_admin(actor)
    if organization.is_own_committee:
        raise InvalidFieldsError.at("organization_id", "这是中心自己的人民调解委员会，不能停用。")
    organization.deactivated_at = deps.clock.now()
    await organization.save()


async def settle(actor: StaffActor, center: Center, organization_id: UUID, weekdays: tuple[str, ...]) -> None:
    """入驻, or other days for one that is there. Raises RoleNotAllowedError, NotFoundError."""
    require_admin(actor)
    if not await Organization.filter(id=organization_id, deactivated_at=None).exists():
        raise NotFoundError
    residency = Residency(center_id=center.id, organization_id=organization_id, weekdays=list(weekdays))
    await Residency.bulk_create([residency], on_conflict=["organization_id", "center_id"], update_fields=["weekdays"])


async def leave(actor: StaffActor, center: Center, organization_id: UUID) -> None:
    """Raises RoleNotAllowedError, NotFoundError."""
    require_admin(actor)
    if not await Residency.filter(center_id=center.id, organization_id=organization_id).delete():
        raise NotFoundError


def _columns(fields: OrganizationIn) -> dict[str, object]:
    return fields.model_dump() | {"categories": list(fields.categories)}
