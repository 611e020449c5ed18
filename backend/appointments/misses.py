"""No-shows and late cancellations: who has too many books only a few days ahead."""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from tortoise import connections

from backend.appointments.persons import Person
from backend.appointments.taking import Terms
from backend.core import rows
from backend.core.deps import Deps
from models import Appointment, AppointmentStatus, Miss, MissKind
from models.base import uuid7

_COUNTED = """
SELECT count(*) AS missed FROM miss m JOIN party p ON p.id = m.party_id
 WHERE p.resident_id = $1 AND m.excused_at IS NULL AND m.missed_at > $2
"""


async def terms(deps: Deps, resident_id: UUID, *, placeholders_open: bool) -> Terms:
    return Terms(placeholders_open, horizon_days=await horizon_days(deps, resident_id))


async def horizon_days(deps: Deps, resident_id: UUID) -> int | None:
    """None = as far ahead as the center allows."""
    rules = deps.catalog.booking
    since = deps.clock.now() - timedelta(days=rules.misses_days)
    found = await connections.get("default").execute_query_dict(_COUNTED, [resident_id, since])
    return rules.limited_horizon_days if found[0]["missed"] > rules.misses_allowed else None


async def note_no_shows(deps: Deps, appointment: Appointment, party_ids: Iterable[UUID]) -> None:
    await rows.insert([_miss(deps, appointment, party_id, MissKind.NO_SHOW) for party_id in party_ids])


def is_late_to_cancel(deps: Deps, appointment: Appointment) -> bool:
    """To be asked before the cancellation. A time that was firm, nearer to its start than the rules like."""
    rules, left = deps.catalog.booking, appointment.starts_at - deps.clock.now()
    is_late = appointment.status is AppointmentStatus.BOOKED and left < rules.cancel_by
    return is_late and rules.late_cancellation_counts


async def note_late_cancellation(deps: Deps, appointment: Appointment, person: Person) -> None:
    await rows.insert([_miss(deps, appointment, person.party_id, MissKind.LATE_CANCELLATION)])


async def excuse(deps: Deps, appointment: Appointment) -> int:
    """How many misses it had that counted until now."""
    counted = Miss.filter(appointment_id=appointment.id, excused_at=None)
    return await counted.update(excused_at=deps.clock.now())


def _miss(deps: Deps, appointment: Appointment, party_id: UUID, kind: MissKind) -> Miss:
    return Miss(id=uuid7(), appointment_id=appointment.id, party_id=party_id, kind=kind, missed_at=deps.clock.now())
