"""What time does to a confirmation: the parties are told before the days run out, and a day too late it is missed. One
transaction each, which looks again under the lock of the case: any number of workers may sweep at once and again."""

from collections.abc import Awaitable, Callable
from datetime import date, datetime, time, timedelta
from uuid import UUID

from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet
from tortoise.transactions import in_transaction

from backend.agreements import confirming, counting, rows
from backend.core import clock
from backend.core.clock import SHANGHAI
from backend.core.deps import Deps
from backend.core.wording import date_text
from backend.disputes import queries
from backend.mediation import acts
from models import Confirmation, ConfirmationNotice, ConfirmationStatus, Dispute, Status
from models.base import uuid7

Act = Callable[[Deps, Dispute, Confirmation], Awaitable[bool]]

_AT_ONCE = 200
_NOTHING_LEFT = (Status.FULFILLED, Status.CLOSED)
"""Who has got what was agreed needs no court."""


async def sweep(deps: Deps) -> dict[str, int]:
    """How many were missed, and of how many the parties were told."""
    today = clock.today(deps.clock)
    await each(deps, _counted_in_advance(deps), _recount)
    missed = await each(deps, Confirmation.filter(status=ConfirmationStatus.OPEN, last_day__lt=today), _miss)
    if deps.quiet_hours.is_quiet(deps.clock.now()):
        return {"missed": missed, "told": 0}
    return {"missed": missed, "told": await each(deps, _to_tell(deps, today), _remind)}


def _to_tell(deps: Deps, today: date) -> QuerySet[Confirmation]:
    """Of which some notice has come due and was not sent."""
    due = Q()
    for days in deps.catalog.confirmation.notice_days:
        told = Subquery(ConfirmationNotice.filter(days_before=days).values("confirmation_id"))
        due |= Q(last_day__lte=today + timedelta(days=days)) & ~Q(id__in=told)
    running = Confirmation.filter(status=ConfirmationStatus.OPEN, last_day__gte=today)
    return running.filter(due).exclude(dispute__status__in=_NOTHING_LEFT)


def _counted_in_advance(deps: Deps) -> QuerySet[Confirmation]:
    """Over days whose holidays had not been announced; another calendar is in force now."""
    running = Confirmation.filter(status=ConfirmationStatus.OPEN, counted__contains={"is_estimated": True})
    return running.exclude(counted__contains={"calendar": deps.calendar.version})


async def each(deps: Deps, among: QuerySet[Confirmation], act: Act) -> int:
    """Of how many something was done."""
    done, last = 0, UUID(int=0)
    while batch := await among.filter(id__gt=last).order_by("id").limit(_AT_ONCE).values_list("id", "dispute_id"):
        for row_id, dispute_id in batch:
            async with in_transaction():
                dispute = await queries.for_system(dispute_id, Dispute.all())
                row = await among.get_or_none(id=row_id)
                done += dispute is not None and row is not None and await act(deps, dispute, row)
        last = batch[-1][0]
    return done


async def _recount(deps: Deps, dispute: Dispute, row: Confirmation) -> bool:
    agreement = await row.agreement
    assert agreement.effective_at is not None, "its days are counted from it"
    found = counting.counted(deps.calendar, agreement.effective_at, deps.catalog.confirmation.days)
    has_moved, row.last_day, row.counted = found.last_day != row.last_day, found.last_day, found.as_record()
    row.updated_at = deps.clock.now()
    await row.save(update_fields=["last_day", "counted", "updated_at"])
    if has_moved:
        data = {"last_day_text": date_text(found.last_day)}
        await confirming.record(deps, None, dispute, row, "confirmation_recounted", data=data)
    return has_moved


async def _miss(deps: Deps, dispute: Dispute, row: Confirmation) -> bool:
    row.status, row.updated_at = ConfirmationStatus.MISSED, deps.clock.now()
    await row.save(update_fields=["status", "updated_at"])
    await confirming.record(deps, None, dispute, row, "confirmation_missed", data={"on_text": date_text(row.last_day)})
    return True


async def _remind(deps: Deps, dispute: Dispute, row: Confirmation) -> bool:
    """After an outage one message, with the days that are left then."""
    sent = {each.days_before for each in await ConfirmationNotice.filter(confirmation_id=row.id)}
    due = counting.due_notice(deps.catalog.confirmation.notice_days, row.last_day, clock.today(deps.clock), sent)
    now = deps.clock.now()
    notices = [ConfirmationNotice(id=uuid7(), confirmation_id=row.id, days_before=days, at=now) for days in due]
    await ConfirmationNotice.bulk_create(notices)
    until = datetime.combine(row.last_day, time.max, SHANGHAI)
    parties = await acts.taking_part(dispute.id)
    await rows.tell(deps, dispute, "confirmation_due", parties, until=until, due_text=date_text(row.last_day))
    return True
