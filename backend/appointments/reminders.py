"""Reminders, made at the moment they are sent from the booking as it is then: nothing about an old time is ever written
down to be sent later."""

from datetime import datetime, timedelta
from typing import Any

from tortoise import connections
from tortoise.transactions import in_transaction

from backend.appointments import telling
from backend.core.deps import Deps
from backend.core.reminding import ReminderRule
from models import Appointment, AppointmentStatus
from models.base import uuid7

_SOON = """
SELECT a.id, a.dispute_id, a.starts_at, a.updated_at,
       ARRAY(SELECT rule FROM reminder r WHERE r.appointment_id = a.id AND r.sequence = a.sequence) AS sent
  FROM appointment a
 WHERE a.status = 'booked' AND a.ends_at > $1 AND a.starts_at > $1 AND a.starts_at <= $2
 ORDER BY a.starts_at
"""
_LOCK_DISPUTE = "SELECT id FROM dispute WHERE id = $1 FOR NO KEY UPDATE"
_ONCE = """
INSERT INTO reminder (id, appointment_id, sequence, rule, sent_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (appointment_id, sequence, rule) DO NOTHING RETURNING id
"""


async def send_due(deps: Deps) -> int:
    """For the worker: how many appointments were reminded of, each in a transaction of its own."""
    rules, now = deps.catalog.reminders, deps.clock.now()
    until = now + max((rule.longest_lead for rule in rules), default=timedelta())
    reminded = 0
    for row in await connections.get("default").execute_query_dict(_SOON, [now, until]):
        if _due(deps, row["starts_at"], row["updated_at"], row["sent"]):
            async with in_transaction():
                reminded += await _remind(deps, row)
    return reminded


async def _remind(deps: Deps, row: dict[str, Any]) -> bool:
    """Behind the lock of the case, which every change of its bookings takes first; several rules at once make one
    reminder."""
    await connections.get("default").execute_query_dict(_LOCK_DISPUTE, [row["dispute_id"]])
    appointment = await Appointment.get(id=row["id"]).select_related("center")
    if appointment.status is not AppointmentStatus.BOOKED:
        return False
    due = _due(deps, appointment.starts_at, appointment.updated_at, ())
    first = [rule for rule in due if await _is_first(deps, appointment, rule)]
    if not first:
        return False
    until = max(rule.valid_until(appointment.starts_at, deps.quiet_hours) for rule in first)
    residents = await telling.residents_of(appointment)
    await telling.notify(deps, appointment, "reminder", residents, valid_until=until)
    return True


def _due(deps: Deps, starts_at: datetime, changed_at: datetime, sent: Any) -> list[ReminderRule]:
    now = deps.clock.now()
    return [
        rule
        for rule in deps.catalog.reminders
        if rule.name not in sent and rule.is_due(starts_at, changed_at, now, deps.quiet_hours)
    ]


async def _is_first(deps: Deps, appointment: Appointment, rule: ReminderRule) -> bool:
    values = [uuid7(), appointment.id, appointment.sequence, rule.name, deps.clock.now()]
    return bool(await connections.get("default").execute_query_dict(_ONCE, values))
