"""Consultation meetings (共商会): every so many weeks, with an agenda, who came, what was said."""

import json
from datetime import timedelta
from typing import Annotated, ClassVar, Self
from uuid import UUID

from pydantic import AwareDatetime, Field, ValidationInfo, field_validator, model_validator

from backend.accounts.actors import StaffActor
from backend.core.clock import local
from backend.core.deps import Deps
from backend.core.errors import FieldProblem, HejieError, InvalidFieldsError, NotFoundError
from backend.core.schema import In, Line, LongText, deps_of, problem
from backend.core.wording import when_text
from backend.disputes import safety
from backend.disputes.history import Entry
from backend.mediation import sharing, steering, telling
from backend.mediation.access import Standing
from backend.mediation.sharing import Item, ShareTo
from models import Assembly, AssemblyAttendance, AssemblySeries, AssemblyStatus, Household
from models.base import uuid7

Agenda = Annotated[tuple[Annotated[Line, Field(max_length=128)], ...], Field(min_length=1, max_length=20)]


class AssemblyOverError(HejieError):
    code: ClassVar[str] = "assembly_over"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "这次共商会已经召开或者取消，不能再改。请另行排定一次。"


class PlaceAndTime(In):
    starts_at: AwareDatetime
    place: Line
    agenda: Agenda

    @field_validator("starts_at")
    @classmethod
    def is_to_come(cls, value: AwareDatetime, info: ValidationInfo) -> AwareDatetime:
        now = deps_of(info).clock.now()
        if not now < value <= now + timedelta(days=366):
            raise problem("请选择以后的时间，最多排到一年以内。")
        return value


class AssemblyIn(PlaceAndTime):
    """With `every_weeks` and `times` a series of them."""

    title: Line
    every_weeks: Annotated[int, Field(ge=1, le=26)] | None = None
    times: Annotated[int, Field(ge=1, le=26)] = 1

    @model_validator(mode="after")
    def is_one_or_a_series(self) -> Self:
        if self.every_weeks is None and self.times > 1:
            raise problem("定期召开的，请填写每几周一次。")
        return self


class AttendanceIn(In):
    household_ids: Annotated[tuple[UUID, ...], Field(min_length=1, max_length=5000)]


class HeldIn(In):
    minutes: LongText


class SharesIn(In):
    to: Annotated[tuple[ShareTo, ...], Field(min_length=1, max_length=50)]


async def plan(deps: Deps, actor: StaffActor, dispute_id: UUID, fields: AssemblyIn) -> Standing:
    """Raises NotFoundError, RoleNotAllowedError, MediationNotOpenError, SafetyHoldError."""
    standing = await steering.by_lead(actor, dispute_id)
    await safety.require_no_hold(deps, standing.dispute)
    series = await _series(deps, actor, dispute_id, fields)
    for place in range(fields.times):
        row = Assembly(
            id=uuid7(),
            dispute_id=dispute_id,
            series_id=series.id if series else None,
            title=fields.title,
            starts_at=fields.starts_at + timedelta(weeks=place * (fields.every_weeks or 0)),
            place=fields.place,
            status=AssemblyStatus.PLANNED,
        )
        _write_agenda(deps, row, fields.agenda)
        await row.save(force_create=True)
    data = {"title": fields.title, "when_text": when_text(local(fields.starts_at)), "times": fields.times}
    await telling.record(deps, standing.dispute, actor, Entry("assembly_planned", data=data))
    return standing


async def change(
    deps: Deps, actor: StaffActor, dispute_id: UUID, assembly_id: UUID, fields: PlaceAndTime
) -> tuple[Standing, Assembly]:
    """Raises what `plan` raises, AssemblyOverError."""
    standing, row = await _planned(actor, dispute_id, assembly_id)
    await safety.require_no_hold(deps, standing.dispute)
    row.starts_at, row.place = fields.starts_at, fields.place
    _write_agenda(deps, row, fields.agenda)
    await row.save()
    await _record(deps, actor, standing, row, "assembly_changed")
    return standing, row


async def cancel(deps: Deps, actor: StaffActor, dispute_id: UUID, assembly_id: UUID) -> tuple[Standing, Assembly]:
    """Raises NotFoundError, RoleNotAllowedError, MediationNotOpenError, AssemblyOverError."""
    standing, row = await _planned(actor, dispute_id, assembly_id)
    if await row.motions.all().exists():
        raise AssemblyOverError("这次共商会已经有表决，不能取消。")
    row.status = AssemblyStatus.CANCELLED
    await row.save(update_fields=["status"])
    await _record(deps, actor, standing, row, "assembly_cancelled")
    return standing, row


async def hold(
    deps: Deps, actor: StaffActor, dispute_id: UUID, assembly_id: UUID, minutes: str
) -> tuple[Standing, Assembly]:
    """Raises what `cancel` raises; InvalidFieldsError before its time."""
    standing, row = await _planned(actor, dispute_id, assembly_id)
    if deps.clock.now() < row.starts_at:
        raise InvalidFieldsError.at("minutes", "还没有到召开时间，请开完会再记录。")
    row.status = AssemblyStatus.HELD
    row.minutes_sealed = deps.keyring.seal(minutes, "assembly", "minutes", row.id)
    await row.save(update_fields=["status", "minutes_sealed"])
    await _record(deps, actor, standing, row, "assembly_held")
    return standing, row


async def attend(
    deps: Deps, actor: StaffActor, dispute_id: UUID, assembly_id: UUID, household_ids: tuple[UUID, ...]
) -> tuple[Standing, Assembly]:
    """Twice is once. Raises NotFoundError, RoleNotAllowedError, MediationNotOpenError, InvalidFieldsError."""
    standing = await steering.by_center(actor, dispute_id)
    row = await one_of(standing, assembly_id)
    if row.status is AssemblyStatus.CANCELLED:
        raise AssemblyOverError
    if deps.clock.now() < row.starts_at:
        raise InvalidFieldsError.at("household_ids", "还没有到召开时间，请到会后再登记。")
    known = set(await Household.filter(dispute_id=dispute_id).values_list("id", flat=True))
    wrong = [place for place, each in enumerate(household_ids) if each not in known]
    if wrong:
        message = "名册里没有这一户，请重新选择。"
        raise InvalidFieldsError(fields=tuple(FieldProblem(f"household_ids.{place}", message) for place in wrong))
    now = deps.clock.now()
    came = [AssemblyAttendance(assembly_id=row.id, household_id=each, recorded_by_id=actor.id, at=now)
            for each in dict.fromkeys(household_ids)]  # fmt: skip
    await AssemblyAttendance.bulk_create(came, ignore_conflicts=True)
    return standing, row


async def share(deps: Deps, actor: StaffActor, dispute_id: UUID, assembly_id: UUID, fields: SharesIn) -> None:
    """Raises NotFoundError, RoleNotAllowedError, MediationNotOpenError, InvalidFieldsError."""
    standing = await steering.by_lead(actor, dispute_id)
    row = await one_of(standing, assembly_id)
    await sharing.show(deps, actor, standing, Item("assembly", row.id), fields.to)


async def one_of(standing: Standing, assembly_id: UUID) -> Assembly:
    """Of a case that the caller holds. Raises NotFoundError."""
    row = await Assembly.get_or_none(id=assembly_id, dispute_id=standing.dispute.id)
    if row is None:
        raise NotFoundError
    return row


async def _planned(actor: StaffActor, dispute_id: UUID, assembly_id: UUID) -> tuple[Standing, Assembly]:
    standing = await steering.by_lead(actor, dispute_id)
    row = await one_of(standing, assembly_id)
    if row.status is not AssemblyStatus.PLANNED:
        raise AssemblyOverError
    return standing, row


async def _series(deps: Deps, actor: StaffActor, dispute_id: UUID, fields: AssemblyIn) -> AssemblySeries | None:
    if fields.every_weeks is None:
        return None
    series = AssemblySeries(
        id=uuid7(),
        dispute_id=dispute_id,
        title=fields.title,
        every_weeks=fields.every_weeks,
        first_at=fields.starts_at,
        created_by_id=actor.id,
        created_at=deps.clock.now(),
    )
    await series.save(force_create=True)
    return series


def _write_agenda(deps: Deps, row: Assembly, agenda: Agenda) -> None:
    text = json.dumps(list(agenda), ensure_ascii=False)
    row.agenda_sealed = deps.keyring.seal(text, "assembly", "agenda", row.id)


async def _record(deps: Deps, actor: StaffActor, standing: Standing, row: Assembly, kind: str) -> None:
    data = {"assembly_id": str(row.id), "title": row.title, "when_text": when_text(local(row.starts_at))}
    await telling.record(deps, standing.dispute, actor, Entry(kind, data=data))
