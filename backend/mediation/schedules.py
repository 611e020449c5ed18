"""What an institution publishes of its prices."""

from datetime import date
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field, ValidationInfo, field_validator

from backend.accounts.actors import StaffActor
from backend.core import clock
from backend.core.deps import Deps
from backend.core.errors import HejieError, NotFoundError, RoleNotAllowedError
from backend.core.schema import In, Moment, Out, deps_of, problem
from backend.mediation.fees import FeeLine
from models import FeeSchedule, Organization, OrganizationKind, Role


class FreeOfChargeError(HejieError):
    code: ClassVar[str] = "free_of_charge"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "只有登记了执业证号的商事调解组织可以公布收费标准；其他调解一律免费。"


class FeeScheduleIn(In):
    effective_from: date
    lines: Annotated[tuple[FeeLine, ...], Field(min_length=1, max_length=50)]

    @field_validator("effective_from")
    @classmethod
    def is_not_past(cls, value: date, info: ValidationInfo) -> date:
        if value < clock.today(deps_of(info).clock):
            raise problem("生效日期不能早于今天：已经公布的价格不能往前改。")
        return value


class FeeScheduleOut(Out):
    id: str
    version: int
    effective_from: date
    lines: list[FeeLine]
    published_at: Moment


class FeeSchedulesOut(Out):
    items: list[FeeScheduleOut]
    """The newest first."""


async def publish(deps: Deps, actor: StaffActor, organization_id: UUID, fields: FeeScheduleIn) -> FeeScheduleOut:
    """By the institution itself or the administrator; the organization's row is locked, so that versions count on.
    Raises NotFoundError, RoleNotAllowedError, FreeOfChargeError."""
    found = await Organization.filter(id=organization_id, deactivated_at=None).select_for_update().first()
    if found is None:
        raise NotFoundError
    is_their_own = actor.role is Role.ORGANIZATION and actor.organization_id == found.id
    if actor.role is not Role.ADMIN and not is_their_own:
        raise RoleNotAllowedError
    if found.kind is not OrganizationKind.COMMERCIAL_INSTITUTION or not found.licence_number:
        raise FreeOfChargeError
    last = await FeeSchedule.filter(organization_id=found.id).order_by("-version").first()
    schedule = FeeSchedule(
        organization_id=found.id,
        version=last.version + 1 if last else 1,
        effective_from=fields.effective_from,
        lines=[line.model_dump(mode="json") for line in fields.lines],
        published_by_id=actor.id,
        published_at=deps.clock.now(),
    )
    await schedule.save(force_create=True)
    return out(schedule)


async def of(organization_id: UUID) -> FeeSchedulesOut:
    """Published means that anybody may know. Raises NotFoundError."""
    if not await Organization.filter(id=organization_id).exists():
        raise NotFoundError
    rows = await FeeSchedule.filter(organization_id=organization_id).order_by("-version")
    return FeeSchedulesOut(items=[out(row) for row in rows])


async def in_force(organization_id: UUID, day: date) -> FeeSchedule | None:
    """None = the institution charges nothing."""
    return (
        await FeeSchedule.filter(organization_id=organization_id, effective_from__lte=day).order_by("-version").first()
    )


def out(row: FeeSchedule) -> FeeScheduleOut:
    return FeeScheduleOut(
        id=str(row.id),
        version=row.version,
        effective_from=row.effective_from,
        lines=lines_of(row),
        published_at=row.published_at,
    )


def lines_of(row: FeeSchedule) -> list[FeeLine]:
    return [FeeLine.model_validate(line, strict=False) for line in row.lines]
