"""What a resident does with times, in one line each."""

from datetime import datetime
from typing import Any

import httpx
from tortoise import connections

from backend.appointments.availability import slot_id
from models import AppointmentKind
from tests.people import Person

MISCOUNTED = """
SELECT center_id, kind, starts_at, s.taken, a.held
  FROM slot_count s
  FULL JOIN (SELECT center_id, kind, starts_at, count(*) AS held FROM appointment
              WHERE status <> 'cancelled' GROUP BY 1, 2, 3) a USING (center_id, kind, starts_at)
 WHERE COALESCE(s.taken, 0) <> COALESCE(a.held, 0)
"""
"""Slots whose counter says something else than the appointments do."""

IN_TWO_PLACES = """
SELECT a.id FROM appointment a JOIN appointment b
    ON a.resident_id = b.resident_id AND a.id < b.id AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at
 WHERE a.status = 'booked' AND b.status = 'booked'
"""


async def slots(person: Person, dispute_id: str, **query: str) -> list[dict[str, Any]]:
    answer = await person.get(f"/disputes/{dispute_id}/slots", **query)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def try_to_book(person: Person, dispute_id: str, slot: str) -> httpx.Response:
    return await person.post(f"/disputes/{dispute_id}/appointments", {"slot_id": slot})


async def book(person: Person, dispute_id: str, slot: str) -> dict[str, Any]:
    answer = await try_to_book(person, dispute_id, slot)
    assert answer.status_code == 201, answer.text
    appointment: dict[str, Any] = answer.json()
    return appointment


async def reschedule(person: Person, appointment_id: str, slot: str) -> httpx.Response:
    return await person.post(f"/appointments/{appointment_id}/reschedule", {"slot_id": slot})


async def cancel(person: Person, appointment_id: str) -> httpx.Response:
    return await person.post(f"/appointments/{appointment_id}/cancellation", {"reason": "临时有事"})


def slot_at(center_id: str, starts_at: datetime, kind: AppointmentKind = AppointmentKind.ONSITE) -> str:
    return slot_id(center_id, kind, starts_at)


def outcome(answer: httpx.Response) -> str:
    """`201`, or the code of the refusal."""
    return str(answer.json().get("code", answer.status_code))


async def violations() -> list[dict[str, Any]]:
    """What must never be in the database: a miscounted slot, a resident in two places."""
    connection = connections.get("default")
    return [row for sql in (MISCOUNTED, IN_TWO_PLACES) for row in await connection.execute_query_dict(sql)]
