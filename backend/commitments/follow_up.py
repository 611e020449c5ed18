"""What became of an agreement, on one page: what was promised day by day, what was solved, what the figures say."""

from datetime import date, timedelta
from uuid import UUID

from backend.commitments import indicators, states, views
from backend.commitments import standing as who
from backend.commitments.indicators import IndicatorOut
from backend.core import clock
from backend.core.clock import local
from backend.core.deps import Deps
from backend.core.schema import Out
from backend.mediation import access
from backend.mediation.access import Standing
from models import (
    Assembly,
    AssemblyStatus,
    Commitment,
    CommitmentEnd,
    CommitmentKind,
    Matter,
    MatterStatus,
)

_DAY = timedelta(days=1)


class DayOut(Out):
    on: date
    open: int
    """Not due yet, or due today."""
    overdue: int
    fulfilled: int
    waived: int


class StandardsOut(Out):
    total: int
    checked: int
    met: int
    """By the latest check of each."""


class KeptOut(Out):
    days: list[DayOut]
    """Each day on which something changed, and today."""
    standards: StandardsOut
    agreed_fen: int
    confirmed_fen: int


class FollowUpOut(Out):
    commitments: KeptOut | None
    """Null for who may not read them."""
    meetings_held: int
    meetings_planned: int
    matters_open: int
    matters_solved: int
    indicators: list[IndicatorOut]


async def of_case(deps: Deps, standing: Standing) -> FollowUpOut:
    """Raises NotFoundError where the figures are not theirs."""
    dispute_id = standing.dispute.id
    found = await indicators.of_case(deps, standing)
    meetings = [each.status for each in await Assembly.filter(dispute_id=dispute_id).only("id", "status")]
    matters = [each.status for each in await Matter.filter(dispute_id=dispute_id).only("id", "status")]
    return FollowUpOut(
        commitments=await _kept(deps, standing),
        meetings_held=meetings.count(AssemblyStatus.HELD),
        meetings_planned=meetings.count(AssemblyStatus.PLANNED),
        matters_open=matters.count(MatterStatus.OPEN),
        matters_solved=matters.count(MatterStatus.SOLVED),
        indicators=found.items,
    )


async def _kept(deps: Deps, standing: Standing) -> KeptOut | None:
    if deps.catalog.mediation.reach(standing.kind, who.RESOURCE) is None:
        return None
    found = access.readable(deps, standing, who.RESOURCE, Commitment.filter(dispute_id=standing.dispute.id))
    rows = await found.order_by("id").prefetch_related("reports__answers")
    stand = [row for row in rows if row.ended_as is not CommitmentEnd.REPLACED]
    sums = [states.kept(row, row.reports) for row in rows]
    return KeptOut(
        days=by_day(deps, stand),
        standards=_standards(stand),
        agreed_fen=sum(each.agreed_fen for each in sums),
        confirmed_fen=sum(each.confirmed_fen for each in sums),
    )


def by_day(deps: Deps, rows: list[Commitment]) -> list[DayOut]:
    today = clock.today(deps.clock)
    due = {row.id: views.falls_due_on(deps, row) for row in rows}
    changes = {local(row.created_at).date() for row in rows} | {day + _DAY for day in due.values()}
    changes |= {local(row.ended_at).date() for row in rows if row.ended_at is not None}
    return [_day(on, rows, due) for on in sorted({day for day in changes if day <= today} | {today})] if rows else []


def _day(on: date, rows: list[Commitment], due: dict[UUID, date]) -> DayOut:
    counts = dict.fromkeys(("open", "overdue", "fulfilled", "waived"), 0)
    for row in rows:
        if local(row.created_at).date() <= on:
            has_ended = row.ended_at is not None and local(row.ended_at).date() <= on
            running = "overdue" if due[row.id] < on else "open"
            counts[str(row.ended_as) if has_ended else running] += 1
    return DayOut(on=on, **counts)


def _standards(rows: list[Commitment]) -> StandardsOut:
    standards = [row for row in rows if row.kind is CommitmentKind.STANDARD]
    checks = [[each for each in row.reports if each.is_met is not None] for row in standards]
    latest = [max(each, key=lambda check: (check.done_on, check.id)) for each in checks if each]
    return StandardsOut(total=len(standards), checked=len(latest), met=sum(bool(each.is_met) for each in latest))
