"""What is written of mediation organizations and of the days they keep a desk in a center."""

from uuid import UUID

from backend.accounts.actors import StaffActor
from backend.centers import staff_queries
from backend.centers.actions import require_admin, take_turns
from backend.centers.staff_schemas import OrganizationIn, ResidencyIn, planned_weekdays
from backend.core import clock
from backend.core.deps import Deps
from backend.core.errors import InvalidFieldsError, NotFoundError
from models import Center, Organization, Residency


async def found(actor: StaffActor, fields: OrganizationIn) -> Organization:
    """Raises RoleNotAllowedError, InvalidFieldsError."""
    require_admin(actor)
    await take_turns()
    organization = Organization()
    await _require_free(organization, fields)
    await organization.update_from_dict(columns(fields)).save(force_create=True)
    return organization


async def change(actor: StaffActor, organization_id: UUID, fields: OrganizationIn) -> Organization:
    """Raises RoleNotAllowedError, NotFoundError, InvalidFieldsError."""
    require_admin(actor)
    await take_turns()
    organization = await staff_queries.organization(organization_id)
    if organization.is_own_committee and fields.kind is not organization.kind:
        raise InvalidFieldsError.at("kind", "这是中心自己的人民调解委员会，类型不能改。")
    await _require_free(organization, fields)
    await organization.update_from_dict(columns(fields) | {"code": fields.code or organization.code}).save()
    return organization


async def _require_free(organization: Organization, fields: OrganizationIn) -> None:
    """Of its code. Raises InvalidFieldsError."""
    others = Organization.filter(code=fields.code, code__isnull=False).exclude(id=organization.id)
    if await others.exists():
        raise InvalidFieldsError.at("code", "已经有组织用了这个编码，请换一个。")


async def close(deps: Deps, actor: StaffActor, organization: Organization) -> None:
    """It mediates no new case; a center's own committee stays as long as the center.
    Raises RoleNotAllowedError, InvalidFieldsError."""
    require_admin(actor)
    if organization.is_own_committee:
        raise InvalidFieldsError.at("organization_id", "这是中心自己的人民调解委员会，不能停用。")
    organization.deactivated_at = deps.clock.now()
    await organization.save()


async def settle(deps: Deps, actor: StaffActor, center: Center, organization_id: UUID, fields: ResidencyIn) -> None:
    """入驻, or other days for one that is there. Raises RoleNotAllowedError, NotFoundError."""
    require_admin(actor)
    if not await Organization.filter(id=organization_id, deactivated_at=None).exists():
        raise NotFoundError
    weekdays = list(planned_weekdays(fields.kind, fields.weekdays))
    residency = Residency(
        center_id=center.id,
        organization_id=organization_id,
        kind=fields.kind,
        weekdays=weekdays,
        since=clock.today(deps.clock),
    )
    await Residency.bulk_create(
        [residency], on_conflict=["organization_id", "center_id"], update_fields=["kind", "weekdays"]
    )


async def leave(actor: StaffActor, center: Center, organization_id: UUID) -> None:
    """Raises RoleNotAllowedError, NotFoundError."""
    require_admin(actor)
    if not await Residency.filter(center_id=center.id, organization_id=organization_id).delete():
        raise NotFoundError


def columns(fields: OrganizationIn) -> dict[str, object]:
    return fields.model_dump() | {"categories": list(fields.categories), "expertise": list(fields.expertise)}
