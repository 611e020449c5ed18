"""What time alone decides: a proposal that nobody answered lapses, a time that went by is over, an offer not taken goes
on. Judged by the clock wherever it matters, and written down by whoever comes first, an action or the worker."""

from uuid import UUID

from tortoise import connections
from tortoise.transactions import in_transaction

from backend.appointments import diaries, passing_on, telling
from backend.appointments.availability import SlotKey
from backend.core import clock
from backend.core.deps import Deps
from backend.core.reading import Read
from models import Appointment, AppointmentKind, AppointmentStatus, Dispute

LIVE = (AppointmentStatus.BOOKED, AppointmentStatus.PROPOSED)

_AT_ONCE = 200
_OVERDUE = """
SELECT DISTINCT dispute_id AS id FROM appointment
 WHERE status IN ('booked', 'proposed') AND (ends_at <= $1 OR respond_by <= $1) LIMIT $2
"""
_OFFERS = """
SELECT DISTINCT center_id, kind, starts_at FROM wait_entry WHERE status = 'offered' AND offered_until <= $1 LIMIT $2
"""
_WAITED_IN_VAIN = "UPDATE wait_entry SET status = 'lapsed' WHERE status = 'waiting' AND last_day < $1"


_LIVE_OF = Read(
    lambda dispute_id: Appointment.filter(dispute_id=dispute_id, status__in=LIVE).select_related(
        "center", "mediator", "room"
    )
)


async def settle(deps: Deps, dispute: Dispute) -> list[Appointment]:
    """Those of a locked case that are live still, after the others have been ended; with center, mediator and room."""
    return [each for each in await _LIVE_OF.all(dispute.id) if not await _is_over(deps, dispute, each)]


async def sweep(deps: Deps) -> int:
    """For the worker: how many cases and slots were looked after, each in a transaction of its own."""
    now, connection = deps.clock.now(), connections.get("default")
    cases = await connection.execute_query_dict(_OVERDUE, [now, _AT_ONCE])
    for row in cases:
        async with in_transaction():
            await _settle_by_id(deps, row["id"])
    slots = await connection.execute_query_dict(_OFFERS, [now, _AT_ONCE])
    for row in slots:
        async with in_transaction():
            key = SlotKey(str(row["center_id"]), AppointmentKind(row["kind"]), row["starts_at"])
            await passing_on.pass_on_lapsed(deps, key)
    await connection.execute_query(_WAITED_IN_VAIN, [clock.today(deps.clock)])
    return len(cases) + len(slots)


async def end_proposal(
    deps: Deps, dispute: Dispute, appointment: Appointment, status: AppointmentStatus, kind: str
) -> None:
    """Nobody is held any more, and all are told."""
    appointment.status, appointment.updated_at = status, deps.clock.now()
    appointment.sequence += 1
    await appointment.save(update_fields=["status", "sequence", "updated_at"])
    await diaries.leave(appointment)
    await telling.tell(deps, dispute, None, appointment, kind)


async def _settle_by_id(deps: Deps, dispute_id: UUID) -> None:
    _ = await Dispute.filter(id=dispute_id).select_for_update().only("id").first()
    await settle(deps, await Dispute.get(id=dispute_id))


async def _is_over(deps: Deps, dispute: Dispute, appointment: Appointment) -> bool:
    """A time without a check-in is a no-show, which counts against nobody unless staff say so: not every center has
    somebody at the door."""
    now = deps.clock.now()
    if appointment.respond_by is not None and appointment.respond_by <= now:
        await end_proposal(deps, dispute, appointment, AppointmentStatus.EXPIRED, "proposal_expired")
        return True
    if appointment.ends_at <= now:
        appointment.status, appointment.updated_at = AppointmentStatus.NO_SHOW, now
        await appointment.save(update_fields=["status", "updated_at"])
        return True
    return False
