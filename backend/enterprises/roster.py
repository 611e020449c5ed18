"""Who may see and keep which enterprises: a station its own roster, a center's staff those of its county, a supervisor
all of them without touching any."""

from typing import ClassVar
from uuid import UUID

from tortoise.expressions import Q

from backend.accounts.actors import StaffActor
from backend.core.deps import Deps
from backend.core.errors import FieldProblem, HejieError, InvalidFieldsError, NotFoundError, RoleNotAllowedError
from backend.enterprises.schemas import EnterpriseIn
from models import Center, Enterprise, Organization, Role
from models.base import uuid7

_KEEP = (Role.ORGANIZATION, Role.CLERK, Role.MEDIATOR, Role.DIRECTOR)


class EnterpriseLeftError(HejieError):
    code: ClassVar[str] = "enterprise_left"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "这家企业已经迁出名册，不能再登记服务。"


async def within_reach(actor: StaffActor) -> Q:
    """Raises NotFoundError, RoleNotAllowedError."""
    if actor.role is Role.EXPERT:
        raise NotFoundError
    if actor.role is Role.ADMIN:
        raise RoleNotAllowedError
    if actor.role is Role.ORGANIZATION:
        return Q(station_id=actor.organization_id)
    if actor.center_id is None:
        return Q()
    return Q(division_code__startswith=county_of((await Center.get(id=actor.center_id)).division_code))


def county_of(division_code: str) -> str:
    """How the codes begin of all that lies in it; of a city, of all its counties."""
    return division_code[:4] if division_code[4:6] == "00" else division_code[:6]


def require_keeper(actor: StaffActor) -> None:
    """Raises RoleNotAllowedError."""
    if actor.role not in _KEEP:
        raise RoleNotAllowedError("企业服务由园区服务站和县级中心登记。")


async def one(actor: StaffActor, enterprise_id: UUID, *, lock: bool = False) -> Enterprise:
    """Raises NotFoundError, RoleNotAllowedError."""
    rows = Enterprise.filter(await within_reach(actor), id=enterprise_id)
    if lock:
        _ = await rows.select_for_update().only("id").first()
    found = await rows.select_related("station").first()
    if found is None:
        raise NotFoundError
    return found


async def to_serve(actor: StaffActor, enterprise_id: UUID) -> Enterprise:
    """Raises NotFoundError, RoleNotAllowedError, EnterpriseLeftError."""
    enterprise = await one(actor, enterprise_id)
    require_keeper(actor)
    if enterprise.left_at is not None:
        raise EnterpriseLeftError
    return enterprise


async def enter(deps: Deps, actor: StaffActor, fields: EnterpriseIn) -> Enterprise:
    """Raises NotFoundError, RoleNotAllowedError, InvalidFieldsError."""
    reach = await within_reach(actor)
    require_keeper(actor)
    enterprise = Enterprise(id=uuid7(), created_at=deps.clock.now())
    await _apply(deps, actor, enterprise, fields)
    await Enterprise.bulk_create([enterprise], ignore_conflicts=True)
    if not await Enterprise.filter(reach, id=enterprise.id).exists():
        raise await _refusal(enterprise)
    return await one(actor, enterprise.id)


async def change(deps: Deps, actor: StaffActor, enterprise_id: UUID, fields: EnterpriseIn) -> Enterprise:
    """Raises NotFoundError, RoleNotAllowedError, InvalidFieldsError."""
    enterprise = await one(actor, enterprise_id, lock=True)
    require_keeper(actor)
    if fields.credit_code != enterprise.credit_code:
        raise InvalidFieldsError.at("credit_code", "统一社会信用代码不能改；填错的请迁出后重新登记。")
    await _apply(deps, actor, enterprise, fields)
    await enterprise.save()
    if not await Enterprise.filter(await within_reach(actor), id=enterprise.id).exists():
        raise await _refusal(enterprise)
    return await one(actor, enterprise.id)


async def let_go(deps: Deps, actor: StaffActor, enterprise_id: UUID) -> Enterprise:
    """Twice changes nothing. Raises NotFoundError, RoleNotAllowedError."""
    enterprise = await one(actor, enterprise_id, lock=True)
    require_keeper(actor)
    enterprise.left_at = enterprise.left_at or deps.clock.now()
    await enterprise.save(update_fields=["left_at"])
    return enterprise


async def station_of(deps: Deps, actor: StaffActor, station_id: UUID | None) -> UUID:
    """Their own, or for a center's staff the one that is named. Raises InvalidFieldsError."""
    own = actor.organization_id if actor.is_associate else None
    if own is not None and station_id not in (None, own):
        raise InvalidFieldsError.at("station_id", "只能登记在本服务站名下。")
    station = await Organization.get_or_none(id=own or station_id, deactivated_at=None)
    if station is None or not deps.catalog.registry.kinds[station.kind].serves_enterprises:
        raise InvalidFieldsError.at("station_id", "请选择在册的园区服务站或商事调解组织。")
    return station.id


async def _apply(deps: Deps, actor: StaffActor, enterprise: Enterprise, fields: EnterpriseIn) -> None:
    enterprise.station_id = await station_of(deps, actor, fields.station_id)
    plain = ("credit_code", "name", "size", "division_code", "workers", "is_key")
    _ = enterprise.update_from_dict({name: getattr(fields, name) for name in plain} | {"address": fields.address or ""})
    seal_contact(deps, enterprise, fields.contact_name, fields.contact_phone)


def seal_contact(deps: Deps, enterprise: Enterprise, name: str | None = None, phone: str | None = None) -> None:
    """None leaves what is known."""
    for column, value in (("contact_name", name), ("contact_phone", phone)):
        if value is not None:
            sealed = deps.keyring.seal(value, "enterprise", column, enterprise.id)
            setattr(enterprise, f"{column}_sealed", sealed)


async def _refusal(enterprise: Enterprise) -> InvalidFieldsError:
    """It exists already, or it is not theirs to enter; what was written is rolled back."""
    if await Enterprise.filter(credit_code=enterprise.credit_code).exclude(id=enterprise.id).exists():
        return InvalidFieldsError(fields=(FieldProblem("credit_code", "这家企业已经在名册中，请先查询。"),))
    return InvalidFieldsError(fields=(FieldProblem("division_code", "这家企业不在本县（市、区），请由所在地登记。"),))
