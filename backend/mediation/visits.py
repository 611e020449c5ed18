"""What a task force does: homes are visited, arrears are settled. Each is written down by whoever did it."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field, ValidationInfo, field_validator

from backend.accounts.actors import StaffActor
from backend.core import clock
from backend.core.deps import Deps
from backend.core.errors import InvalidFieldsError, NotFoundError, RoleNotAllowedError
from backend.core.mediation_rules import StandingKind
from backend.core.schema import Code, In, Text, deps_of, problem
from backend.disputes import history
from backend.disputes.history import Entry
from backend.disputes.party_schemas import EARLIEST
from backend.mediation import access, roll, running, steering
from backend.mediation.access import Standing
from backend.mediation.roll import HouseholdDetailOut
from backend.mediation.roll_rows import MAX_FEN
from models import Audience, Household, Payment, Visit
from models.base import uuid7


class VisitIn(In):
    at: AwareDatetime
    channel: Code
    outcome: Code
    note: Text | None = None

    @field_validator("at")
    @classmethod
    def has_been(cls, value: AwareDatetime, info: ValidationInfo) -> AwareDatetime:
        if value > deps_of(info).clock.now() or value.date() < EARLIEST:
            raise problem("走访时间不能晚于现在，请检查后重填。")
        return value

    @field_validator("channel", "outcome")
    @classmethod
    def is_of_the_catalog(cls, value: str, info: ValidationInfo) -> str:
        rules = deps_of(info).catalog.joint
        if value not in {"channel": rules.visit_channels, "outcome": rules.visit_outcomes}[info.field_name or ""]:
            raise problem("没有这个选项，请重新选择。")
        return value


class PaymentIn(In):
    amount_fen: Annotated[int, Field(ge=1, le=MAX_FEN)]
    paid_on: date

    @field_validator("paid_on")
    @classmethod
    def is_past(cls, value: date, info: ValidationInfo) -> date:
        if EARLIEST <= value <= clock.today(deps_of(info).clock):
            return value
        raise problem("缴费日期不能晚于今天，请检查后重填。")


async def note(
    deps: Deps, actor: StaffActor, dispute_id: UUID, household_id: UUID, fields: VisitIn
) -> HouseholdDetailOut:
    """Raises NotFoundError, RoleNotAllowedError, MediationNotOpenError."""
    standing, home = await _worked_on(deps, actor, dispute_id, household_id)
    row = Visit(
        id=uuid7(),
        dispute_id=dispute_id,
        household_id=home.id,
        at=fields.at,
        channel=fields.channel,
        outcome=fields.outcome,
        actor_id=actor.id,
        actor_name=actor.name,
        recorded_at=deps.clock.now(),
    )
    if fields.note is not None:
        row.note_sealed = deps.keyring.seal(fields.note, "household_visit", "note", row.id)
    await row.save(force_create=True)
    data = {"household_id": str(home.id), "outcome_text": deps.catalog.joint.visit_outcomes[fields.outcome]}
    await history.record(deps, standing.dispute, actor, Entry("household_visited", Audience.STAFF, data))
    return await roll.one(deps, standing, home.id)


async def settle(
    deps: Deps, actor: StaffActor, dispute_id: UUID, household_id: UUID, fields: PaymentIn
) -> HouseholdDetailOut:
    """The case's lock keeps two from settling the same. Raises what `note` raises, InvalidFieldsError above what is
    owed."""
    standing, home = await _worked_on(deps, actor, dispute_id, household_id)
    if fields.amount_fen > home.owed_fen - home.settled_fen:
        raise InvalidFieldsError.at("amount_fen", "缴的不能多于还欠的，请核对金额。")
    home.settled_fen += fields.amount_fen
    await home.save(update_fields=["settled_fen"])
    await Payment(
        id=uuid7(),
        dispute_id=dispute_id,
        household_id=home.id,
        amount_fen=fields.amount_fen,
        paid_on=fields.paid_on,
        actor_id=actor.id,
        recorded_at=deps.clock.now(),
    ).save(force_create=True)
    data = {"household_id": str(home.id), "amount_fen": fields.amount_fen}
    await history.record(deps, standing.dispute, actor, Entry("household_settled", Audience.STAFF, data))
    return await roll.one(deps, standing, home.id)


async def _worked_on(deps: Deps, actor: StaffActor, dispute_id: UUID, household_id: UUID) -> tuple[Standing, Household]:
    """By the case's own center, or an assisting organization that was given the home."""
    standing = await access.of_colleague(actor, dispute_id, lock=True)
    home = await roll.readable(deps, standing).get_or_none(id=household_id)
    if home is None:
        raise NotFoundError
    if standing.kind is not StandingKind.ASSISTING and not steering.is_of_center(actor, standing):
        raise RoleNotAllowedError
    running.require_open(standing.dispute)
    return standing, home
