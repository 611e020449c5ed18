"""Commitments as each who may know of them reads them."""

from datetime import date
from uuid import UUID

from backend.accounts.actors import Actor, StaffActor
from backend.commitments import standing as who
from backend.commitments import states
from backend.commitments.schemas import (
    CommitmentOut,
    CommitmentsOut,
    ReportAnswerOut,
    ReportOut,
    RouteOut,
)
from backend.core import clock, identity
from backend.core.deps import Deps
from backend.core.mediation_rules import StandingKind
from backend.core.wording import date_text
from backend.mediation import access
from backend.mediation.access import Standing
from models import (
    ActorKind,
    Commitment,
    Confirmation,
    ConfirmationStatus,
    FulfilmentReport,
    Party,
    PartyKind,
    ReportAnswer,
)

_IN_FULL = (StandingKind.MEDIATOR, StandingKind.CENTER, StandingKind.PARTY)


async def of_case(deps: Deps, actor: Actor, standing: Standing) -> CommitmentsOut:
    """Raises NotFoundError where they are not theirs."""
    found = access.readable(deps, standing, who.RESOURCE, Commitment.filter(dispute_id=standing.dispute.id))
    rows = await found.order_by("id").prefetch_related("reports__answers", "notes")
    items = [await out(deps, actor, standing, row) for row in rows]
    stand = [each for each in items if each.status != "replaced"]
    sums = [states.kept(row, row.reports) for row in rows]
    return CommitmentsOut(
        open=sum(each.ended_at is None for each in stand),
        overdue=sum(each.is_overdue for each in stand),
        fulfilled=sum(each.status == "fulfilled" for each in stand),
        waived=sum(each.status == "waived" for each in stand),
        agreed_fen=sum(each.agreed_fen for each in sums),
        confirmed_fen=sum(each.confirmed_fen for each in sums),
        items=items,
    )


async def one(deps: Deps, actor: Actor, standing: Standing, commitment_id: UUID) -> CommitmentOut:
    """Raises NotFoundError."""
    row = await who.one(deps, standing, commitment_id)
    await row.fetch_related("notes")
    return await out(deps, actor, standing, row)


async def out(deps: Deps, actor: Actor, standing: Standing, row: Commitment) -> CommitmentOut:
    """Needs the reports with their answers, and the notes."""
    so_far, falls_due = states.kept(row, row.reports), falls_due_on(deps, row)
    is_overdue = row.ended_as is None and clock.today(deps.clock) > falls_due
    reports = sorted(row.reports, key=lambda each: each.id)
    running = row.ended_as is None and who.is_agreed(standing.dispute)
    return CommitmentOut(
        id=str(row.id),
        agreement_id=str(row.agreement_id),
        ordinal=row.ordinal,
        kind=row.kind.value,
        debtor_id=str(row.debtor_id) if row.debtor_id else None,
        who=await _name(deps, standing, row, "who"),
        creditor_id=str(row.creditor_id) if row.creditor_id else None,
        to_whom=await _name(deps, standing, row, "to_whom") if row.to_whom_sealed else None,
        what=opened(deps, row, "what"),
        amount_fen=row.amount_fen,
        confirmed_fen=so_far.confirmed_fen,
        left_fen=so_far.left_fen(row.amount_fen) if row.ended_as is None else 0,
        due_on=row.due_on,
        falls_due_on=falls_due,
        due_text=date_text(falls_due),
        status=states.state(row, so_far),
        is_overdue=is_overdue,
        ended_at=row.ended_at,
        end_reason=_opened(deps, row.end_reason_sealed, "commitment", "end_reason", row.id),
        urged=sorted(note.at for note in row.notes),
        reports=[await _report(deps, actor, standing, row, each) for each in reports],
        routes=await _routes(deps, standing, row) if is_overdue else [],
        may_report=running and await who.may_report(actor, standing, row),
    )


def opened(deps: Deps, row: Commitment, column: str) -> str:
    return deps.keyring.open(getattr(row, f"{column}_sealed"), "commitment", column, row.id)


def falls_due_on(deps: Deps, row: Commitment) -> date:
    return deps.calendar.roll_to_workday(row.due_on)


async def _report(deps: Deps, actor: Actor, standing: Standing, row: Commitment, report: FulfilmentReport) -> ReportOut:
    by_staff = report.reporter_kind is ActorKind.STAFF
    is_note = by_staff and report.amount_fen is not None and not isinstance(actor, StaffActor)
    text = _opened(deps, report.text_sealed, "fulfilment_report", "text", report.id)
    return ReportOut(
        id=str(report.id),
        by="staff" if by_staff else "party",
        amount_fen=report.amount_fen,
        completes=report.completes,
        is_met=report.is_met,
        done_on=report.done_on,
        text=None if is_note else text,
        file_ids=report.file_ids,
        reported_at=report.reported_at,
        verdict=states.verdict(report),
        answers=[_answer(deps, each) for each in sorted(report.answers, key=lambda each: each.id)],
        may_answer=await who.may_answer(actor, standing, row, report),
    )


def _answer(deps: Deps, answer: ReportAnswer) -> ReportAnswerOut:
    return ReportAnswerOut(
        by="staff" if answer.by_kind is ActorKind.STAFF else "party",
        answer=answer.kind,
        reason=_opened(deps, answer.reason_sealed, "report_answer", "reason", answer.id),
        at=answer.at,
    )


async def _routes(deps: Deps, standing: Standing, row: Commitment) -> list[RouteOut]:
    category = deps.catalog.top_category(standing.dispute.category)
    confirmed = Confirmation.filter(agreement_id=row.agreement_id, status=ConfirmationStatus.CONFIRMED)
    found = deps.catalog.commitments.routes_for(
        category, is_payment=row.amount_fen is not None, is_confirmed=await confirmed.exists()
    )
    return [RouteOut(**route.model_dump(include={"code", "title", "text", "legal_basis"})) for route in found]


async def _name(deps: Deps, standing: Standing, row: Commitment, column: str) -> str:
    """The city reads persons masked."""
    name = opened(deps, row, column)
    if standing.kind in _IN_FULL:
        return name
    party_id = row.debtor_id if column == "who" else row.creditor_id
    party = await Party.get_or_none(id=party_id) if party_id else None
    return name if party is not None and party.kind is PartyKind.ORGANIZATION else identity.mask_name(name)


def _opened(deps: Deps, sealed: bytes | None, table: str, column: str, row_id: UUID) -> str | None:
    return None if sealed is None else deps.keyring.open(sealed, table, column, row_id)
