"""Figures by which one sees that an agreement helped: a baseline, then readings; rates in percentage points."""

from datetime import date
from decimal import Decimal
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field, ValidationInfo, field_validator, model_validator

from backend.accounts.actors import StaffActor
from backend.core import clock
from backend.core.commitment_rules import Unit
from backend.core.deps import Deps
from backend.core.errors import FieldProblem, HejieError, InvalidFieldsError, NotFoundError, RoleNotAllowedError
from backend.core.schema import Code, In, Line, Moment, Out, Text, deps_of, problem, problems
from backend.core.wording import date_text
from backend.disputes import history
from backend.disputes.history import Entry
from backend.disputes.party_schemas import EARLIEST
from backend.mediation import access, running, steering
from backend.mediation.access import Standing
from models import Indicator, IndicatorReading, Status
from models.base import uuid7

RESOURCE = "indicator"
Number = Annotated[float, Field(ge=-1e13, le=1e13, allow_inf_nan=False)]


class AlreadyReadError(HejieError):
    code: ClassVar[str] = "already_read"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "这一天已经有读数。记错了的请先作废，再重新登记。"


class _Measured(In):
    unit: Code
    """A code of `commitments.toml`."""

    @field_validator("unit")
    @classmethod
    def is_known(cls, value: str, info: ValidationInfo) -> str:
        if value not in deps_of(info).catalog.commitments.units:
            raise problem("没有这个单位，请重新选择。")
        return value


def _past(value: date, info: ValidationInfo) -> date:
    if not EARLIEST <= value <= clock.today(deps_of(info).clock):
        raise problem("日期不能晚于今天，请检查后重填。")
    return value


class IndicatorIn(_Measured):
    name: Line
    baseline: Number
    baseline_on: date
    target: Number | None = None

    _has_come = field_validator("baseline_on")(_past)

    @model_validator(mode="after")
    def fits_the_unit(self, info: ValidationInfo) -> "IndicatorIn":
        unit, found = deps_of(info).catalog.commitments.units[self.unit], []
        for name in ("baseline", "target"):
            value = getattr(self, name)
            if value is not None and (wrong := unit.problem(exact(value))):
                found.append(FieldProblem(name, wrong))
        if found:
            raise problems(found)
        return self


class ReadingIn(_Measured):
    """In the indicator's own unit: 0.85 is not 85 percent."""

    value: Number
    read_on: date
    source: Line

    _has_come = field_validator("read_on")(_past)


class VoidReadingIn(In):
    reason: Text


class ReadingOut(Out):
    id: str
    value: float
    read_on: date
    source: str
    recorded_at: Moment
    is_void: bool


class PointOut(Out):
    on: date
    value: float


class IndicatorOut(Out):
    id: str
    name: str
    unit: str
    unit_text: str
    baseline: float
    baseline_on: date
    target: float | None
    latest: float | None
    change: float | None
    """Latest less baseline, in the unit; of a rate in percentage points. Null until there is a reading."""
    change_text: str | None
    is_reached: bool | None
    """Null without a target or a reading."""
    series: list[PointOut]
    """For a chart: the baseline and the readings that count, by day."""
    readings: list[ReadingOut]


class IndicatorsOut(Out):
    items: list[IndicatorOut]


def exact(value: float) -> Decimal:
    """As it was written: 85.1 and not what the processor makes of it."""
    return Decimal(str(value))


def shown(value: Decimal) -> str:
    """Without trailing zeros."""
    return f"{value.normalize():f}"


async def add(deps: Deps, actor: StaffActor, dispute_id: UUID, fields: IndicatorIn) -> Standing:
    """Raises NotFoundError, RoleNotAllowedError, MediationNotOpenError."""
    standing = await steering.by_lead(actor, dispute_id)
    row = Indicator(
        id=uuid7(),
        dispute_id=dispute_id,
        unit=fields.unit,
        baseline=exact(fields.baseline),
        baseline_on=fields.baseline_on,
        target=None if fields.target is None else exact(fields.target),
        created_by_id=actor.id,
        created_at=deps.clock.now(),
    )
    row.name_sealed = deps.keyring.seal(fields.name, "indicator", "name", row.id)
    await row.save(force_create=True)
    unit = deps.catalog.commitments.units[row.unit]
    data = {"indicator_id": str(row.id), "baseline_text": f"{shown(row.baseline)}{unit.text}"}
    await history.record(
        deps, standing.dispute, actor, Entry("indicator_added", data=data, detail={"name": fields.name})
    )
    return standing


async def read(deps: Deps, actor: StaffActor, dispute_id: UUID, indicator_id: UUID, fields: ReadingIn) -> Standing:
    """Also once the case is closed. Raises NotFoundError, RoleNotAllowedError, MediationNotOpenError, AlreadyReadError,
    InvalidFieldsError."""
    standing, row = await _held(deps, actor, dispute_id, indicator_id)
    if wrong := _wrong_in(deps, row, fields):
        raise InvalidFieldsError(fields=tuple(wrong))
    if await IndicatorReading.filter(indicator_id=row.id, read_on=fields.read_on, voided_at=None).exists():
        raise AlreadyReadError
    made = IndicatorReading(
        id=uuid7(),
        indicator_id=row.id,
        value=exact(fields.value),
        read_on=fields.read_on,
        recorded_by_id=actor.id,
        recorded_at=deps.clock.now(),
    )
    made.source_sealed = deps.keyring.seal(fields.source, "indicator_reading", "source", made.id)
    await made.save(force_create=True)
    unit = deps.catalog.commitments.units[row.unit]
    change = change_text(unit, made.value - row.baseline)
    texts = {"value_text": f"{shown(made.value)}{unit.text}", "change_text": change}
    await _record(deps, actor, standing, row, Entry("indicator_read", data=_of(made) | texts))
    return standing


async def void(deps: Deps, actor: StaffActor, dispute_id: UUID, place: tuple[UUID, UUID], reason: str) -> Standing:
    """`place`: the indicator and its reading. Doing it twice changes nothing. Raises what `read` raises."""
    standing, row = await _held(deps, actor, dispute_id, place[0])
    made = await IndicatorReading.get_or_none(id=place[1], indicator_id=row.id)
    if made is None:
        raise NotFoundError
    if made.voided_at is None:
        made.voided_at = deps.clock.now()
        await made.save(update_fields=["voided_at"])
        entry = Entry("indicator_voided", data=_of(made), detail={"reason": reason})
        await _record(deps, actor, standing, row, entry)
    return standing


async def of_case(deps: Deps, standing: Standing) -> IndicatorsOut:
    """Raises NotFoundError where they are not theirs."""
    found = access.readable(deps, standing, RESOURCE, Indicator.filter(dispute_id=standing.dispute.id))
    rows = await found.order_by("id").prefetch_related("readings")
    return IndicatorsOut(items=[_out(deps, row) for row in rows])


def change_text(unit: Unit, change: Decimal) -> str:
    sign = "+" if change > 0 else ""
    return f"{sign}{shown(change)}{unit.change}"


async def _held(deps: Deps, actor: StaffActor, dispute_id: UUID, indicator_id: UUID) -> tuple[Standing, Indicator]:
    standing = await access.of_colleague(actor, dispute_id, lock=True)
    found = access.readable(deps, standing, RESOURCE, Indicator.filter(dispute_id=dispute_id))
    row = await found.get_or_none(id=indicator_id)
    if row is None:
        raise NotFoundError
    if not steering.is_of_center(actor, standing):
        raise RoleNotAllowedError
    if standing.dispute.status is not Status.CLOSED:
        running.require_open(standing.dispute)
    return standing, row


def _wrong_in(deps: Deps, row: Indicator, fields: ReadingIn) -> list[FieldProblem]:
    unit = deps.catalog.commitments.units[row.unit]
    found = []
    if fields.unit != row.unit:
        found.append(FieldProblem("unit", f"这个指标的单位是{unit.text}，请换算后再填。"))
    elif wrong := unit.problem(exact(fields.value)):
        found.append(FieldProblem("value", wrong))
    if fields.read_on < row.baseline_on:
        found.append(FieldProblem("read_on", "读数日期不能早于基准日期，请检查后重填。"))
    return found


async def _record(deps: Deps, actor: StaffActor, standing: Standing, row: Indicator, entry: Entry) -> None:
    name = deps.keyring.open(row.name_sealed, "indicator", "name", row.id)
    data, detail = {"indicator_id": str(row.id)} | entry.data, {"name": name} | entry.detail
    await history.record(deps, standing.dispute, actor, Entry(entry.kind, data=data, detail=detail))


def _of(made: IndicatorReading) -> dict[str, str]:
    return {"reading_id": str(made.id), "read_text": date_text(made.read_on)}


def _out(deps: Deps, row: Indicator) -> IndicatorOut:
    unit = deps.catalog.commitments.units[row.unit]
    readings = sorted(row.readings, key=lambda each: (each.read_on, each.id))
    sure = [each for each in readings if each.voided_at is None]
    latest = sure[-1].value if sure else None
    change = None if latest is None else latest - row.baseline
    first = PointOut(on=row.baseline_on, value=float(row.baseline))
    return IndicatorOut(
        id=str(row.id),
        name=deps.keyring.open(row.name_sealed, "indicator", "name", row.id),
        unit=row.unit,
        unit_text=unit.text,
        baseline=float(row.baseline),
        baseline_on=row.baseline_on,
        target=None if row.target is None else float(row.target),
        latest=None if latest is None else float(latest),
        change=None if change is None else float(change),
        change_text=None if change is None else change_text(unit, change),
        is_reached=_is_reached(row, latest),
        series=[first, *(PointOut(on=each.read_on, value=float(each.value)) for each in sure)],
        readings=[_reading(deps, each) for each in readings],
    )


def _is_reached(row: Indicator, latest: Decimal | None) -> bool | None:
    """A target below the baseline is to be come down to."""
    if row.target is None or latest is None:
        return None
    return latest >= row.target if row.target >= row.baseline else latest <= row.target


def _reading(deps: Deps, made: IndicatorReading) -> ReadingOut:
    return ReadingOut(
        id=str(made.id),
        value=float(made.value),
        read_on=made.read_on,
        source=deps.keyring.open(made.source_sealed, "indicator_reading", "source", made.id),
        recorded_at=made.recorded_at,
        is_void=made.voided_at is not None,
    )
