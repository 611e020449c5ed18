"""Money of a case: claimed, agreed, recovered. Amounts in fen."""

from datetime import date
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field, ValidationInfo, field_validator
from tortoise.functions import Sum

from backend.accounts.actors import StaffActor
from backend.core import clock
from backend.core.deps import Deps
from backend.core.errors import HejieError, InvalidFieldsError, NotFoundError
from backend.core.mediation_rules import StandingKind
from backend.core.schema import In, Moment, Out, Text, deps_of, problem
from backend.core.wording import money_text
from backend.disputes import history
from backend.disputes.history import Entry
from backend.disputes.party_schemas import EARLIEST
from backend.disputes.schemas import MAX_FEN
from backend.mediation import access
from backend.mediation.access import Standing
from models import Agreement, AgreementStatus, Audience, Dispute, Party, Recovery, Side, Status
from models.base import uuid7

_AFTER_AN_AGREEMENT = (Status.AGREED, Status.FULFILLED, Status.CLOSED)
_UNSIGNED = (AgreementStatus.DRAFT, AgreementStatus.FINAL, AgreementStatus.SIGNING)


class NothingAgreedError(HejieError):
    code: ClassVar[str] = "nothing_agreed"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "还没有达成带金额的协议，不能登记收回的款项。请先登记协议。"


class RecoveryIn(In):
    amount_fen: Annotated[int, Field(ge=1, le=MAX_FEN)]
    received_on: date
    note: Text | None = None

    @field_validator("received_on")
    @classmethod
    def has_come(cls, value: date, info: ValidationInfo) -> date:
        if not EARLIEST <= value <= clock.today(deps_of(info).clock):
            raise problem("到账日期不能晚于今天，请检查后重填。")
        return value


class RecoveryOut(Out):
    id: str
    amount_fen: int
    received_on: date
    note: str | None
    recorded_at: Moment
    is_void: bool


class AmountsOut(Out):
    claimed_fen: int | None
    """Null on the phones of the other side."""
    agreed_fen: int | None
    """What stands in the agreement; after a second one what the first brought, too. Never less than `recovered_fen`."""
    awaits_signatures: bool
    """It does not bind yet, and no statistics count it."""
    recovered_fen: int
    recoveries: list[RecoveryOut]


async def record(deps: Deps, actor: StaffActor, dispute_id: UUID, fields: RecoveryIn) -> Standing:
    """Raises NotFoundError, RoleNotAllowedError, NothingAgreedError; InvalidFieldsError above what was agreed."""
    standing = await access.of_colleague(actor, dispute_id, lock=True)
    access.require(standing, StandingKind.MEDIATOR, StandingKind.CENTER)
    dispute = standing.dispute
    if dispute.status not in _AFTER_AN_AGREEMENT or not dispute.agreed_fen:
        raise NothingAgreedError
    if await recovered(dispute) + fields.amount_fen > dispute.agreed_fen:
        raise InvalidFieldsError.at("amount_fen", "加上这一笔就超过协议金额了，请核对金额或者以前的登记。")
    row = Recovery(
        id=uuid7(),
        dispute_id=dispute.id,
        amount_fen=fields.amount_fen,
        received_on=fields.received_on,
        recorder_id=actor.id,
        recorded_at=deps.clock.now(),
    )
    row.note_sealed = deps.keyring.seal(fields.note, "recovery", "note", row.id) if fields.note else None
    await row.save(force_create=True)
    data = {"recovery_id": str(row.id), "amount_fen": row.amount_fen, "received_on": row.received_on.isoformat(),
            "amount_text": money_text(row.amount_fen)}  # fmt: skip
    await history.record(deps, dispute, actor, Entry("recovered", Audience.PARTIES, data))
    return standing


async def void(deps: Deps, actor: StaffActor, dispute_id: UUID, recovery_id: UUID, reason: str) -> Standing:
    """Written down by mistake; doing it twice changes nothing. Raises NotFoundError, RoleNotAllowedError."""
    standing = await access.of_colleague(actor, dispute_id, lock=True)
    row = await Recovery.get_or_none(id=recovery_id, dispute_id=dispute_id)
    if row is None:
        raise NotFoundError
    access.require(standing, StandingKind.MEDIATOR, StandingKind.CENTER)
    if row.voided_at is None:
        row.voided_at = deps.clock.now()
        await row.save(update_fields=["voided_at"])
        data = {"recovery_id": str(row.id), "amount_fen": row.amount_fen, "amount_text": money_text(row.amount_fen)}
        entry = Entry("recovery_voided", Audience.PARTIES, data, {"reason": reason})
        await history.record(deps, standing.dispute, actor, entry)
    return standing


async def recovered(dispute: Dispute) -> int:
    found = (
        await Recovery.filter(dispute_id=dispute.id, voided_at=None).annotate(total=Sum("amount_fen")).values("total")
    )
    return int(found[0]["total"] or 0)


async def amounts(deps: Deps, standing: Standing) -> AmountsOut:
    """Raises NotFoundError where they are not theirs."""
    dispute = standing.dispute
    rows = await access.readable(deps, standing, "recovery", Recovery.filter(dispute_id=dispute.id)).order_by("id")
    return AmountsOut(
        claimed_fen=dispute.amount_fen if await _may_know_the_claim(standing) else None,
        agreed_fen=dispute.agreed_fen,
        awaits_signatures=await awaits_signatures(dispute),
        recovered_fen=sum(row.amount_fen for row in rows if row.voided_at is None),
        recoveries=[_out(deps, standing, row) for row in rows],
    )


async def _may_know_the_claim(standing: Standing) -> bool:
    """What the applicant asks for is not shown to the other side: see `disputes.views.full`."""
    if standing.kind is not StandingKind.PARTY:
        return True
    return await Party.filter(id__in=standing.party_ids, side=Side.APPLICANT).exists()


async def awaits_signatures(dispute: Dispute) -> bool:
    drawn = {each.status for each in await Agreement.filter(dispute_id=dispute.id).only("id", "status")}
    return not drawn.isdisjoint(_UNSIGNED) and AgreementStatus.EFFECTIVE not in drawn


def _out(deps: Deps, standing: Standing, row: Recovery) -> RecoveryOut:
    """What staff noted is theirs."""
    reads_notes = standing.kind in (StandingKind.MEDIATOR, StandingKind.CENTER)
    note = deps.keyring.open(row.note_sealed, "recovery", "note", row.id) if row.note_sealed and reads_notes else None
    return RecoveryOut(
        id=str(row.id),
        amount_fen=row.amount_fen,
        received_on=row.received_on,
        note=note,
        recorded_at=row.recorded_at,
        is_void=row.voided_at is not None,
    )
