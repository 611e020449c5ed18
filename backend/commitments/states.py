"""How far a commitment is kept, as its reports tell it, and when it falls due. Pure: nothing here reads or writes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from backend.core.commitment_rules import CommitmentRules
from models import ActorKind, Commitment, CommitmentEnd, CommitmentKind, FulfilmentReport, ReportAnswerKind

Verdict = Literal["confirmed", "disputed", "pending"]
State = Literal["open", "partly", "fulfilled", "waived", "replaced"]


@dataclass(frozen=True, slots=True)
class Kept:
    """Amounts in fen; 0 where no money is owed."""

    confirmed_fen: int
    reported_fen: int
    """Confirmed, or not yet answered: what is disputed counts for nothing until somebody decides."""
    is_complete: bool
    is_begun: bool

    agreed_fen: int
    """The whole sum, of what a later agreement has replaced only what was paid."""

    def left_fen(self, amount_fen: int | None) -> int:
        """What may still be reported."""
        return max((amount_fen or 0) - self.reported_fen, 0)


def verdict(report: FulfilmentReport) -> Verdict:
    """Needs the report's answers. What staff say counts before what the other side says."""
    said = {answer.by_kind: answer.kind for answer in report.answers}
    answer = said.get(ActorKind.STAFF) or said.get(ActorKind.RESIDENT)
    if answer is not None:
        return "confirmed" if answer is ReportAnswerKind.CONFIRMED else "disputed"
    return "confirmed" if report.reporter_kind is ActorKind.STAFF else "pending"


def kept(commitment: Commitment, reports: Iterable[FulfilmentReport]) -> Kept:
    judged = [(report, verdict(report)) for report in reports]
    sure = [report for report, found in judged if found == "confirmed"]
    confirmed = sum(report.amount_fen or 0 for report in sure)
    if commitment.kind is CommitmentKind.PAYMENT:
        complete = confirmed >= (commitment.amount_fen or 0)
    else:
        complete = any(report.completes for report in sure)
    return Kept(
        confirmed_fen=confirmed,
        reported_fen=sum(report.amount_fen or 0 for report, found in judged if found != "disputed"),
        is_complete=complete,
        is_begun=any(report.is_met is not False for report in sure),
        agreed_fen=confirmed if commitment.ended_as is CommitmentEnd.REPLACED else commitment.amount_fen or 0,
    )


def state(commitment: Commitment, so_far: Kept) -> State:
    if commitment.ended_as is not None:
        ended: dict[CommitmentEnd, State] = {
            CommitmentEnd.FULFILLED: "fulfilled",
            CommitmentEnd.WAIVED: "waived",
            CommitmentEnd.REPLACED: "replaced",
        }
        return ended[commitment.ended_as]
    return "partly" if so_far.is_begun else "open"


def told_now(rules: CommitmentRules, falls_due_on: date, agreed_on: date, today: date) -> list[str]:
    """Names of the reminders and urgings whose day has come, the earliest first. Who has just agreed is not reminded
    of what lay before that; once it is due, reminders of it are too late."""
    days = [(f"before_{days}", falls_due_on - timedelta(days=days)) for days in rules.remind_days_before]
    reminders = [(name, day) for name, day in days if agreed_on < day <= today <= falls_due_on]
    days = [(f"after_{days}", falls_due_on + timedelta(days=days)) for days in rules.urge_days_after]
    urgings = [(name, day) for name, day in days if day <= today]
    return [name for name, _ in sorted(reminders + urgings, key=lambda each: each[1])]
