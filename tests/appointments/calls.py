"""What a resident does with times, in one line each."""

from datetime import datetime
from typing import Any

import httpx

from backend.appointments import invariants
from backend.appointments.availability import slot_id
from models import AppointmentKind, Purpose
from tests.clock import START
from tests.people import Person


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


def slot_at(
    center_id: str,
    starts_at: datetime,
    kind: AppointmentKind = AppointmentKind.ONSITE,
    purpose: Purpose = Purpose.REGISTRATION,
) -> str:
    return slot_id(center_id, kind, starts_at, purpose)


def outcome(answer: httpx.Response) -> str:
    """`201`, or the code of the refusal."""
    return str(answer.json().get("code", answer.status_code))


async def violations() -> dict[str, list[dict[str, Any]]]:
    """What must never be in the database, for the moment at which the tests' clock starts."""
    return await invariants.violations(START)
