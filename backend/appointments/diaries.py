"""Who and what can be in one place only. PostgreSQL is the judge: entries of one diary never overlap.

Whoever writes into diaries locks them first, all at once and in the order of their ids: nobody waits in a circle, and
the loser reads what the winner wrote instead of running into the constraint.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from tortoise import connections
from tortoise.exceptions import IntegrityError

from backend.appointments.errors import SlotFullError
from backend.core import rows
from models import Appointment, DiaryEntry, DiaryKind
from models.base import uuid7


class Subject(NamedTuple):
    """Of a diary: an id, or for an identity its keyed hash."""

    kind: DiaryKind
    id: str


class Span(NamedTuple):
    subject: Subject
    starts_at: datetime
    ends_at: datetime
    is_blocked: bool
    """By staff; else by an appointment."""


_AT_CENTER = "hashtextextended('bookings of center ' || $1, 0)"
_SHARE_CENTER = f"SELECT pg_advisory_xact_lock_shared({_AT_CENTER})"
_CLOSE_CENTER = f"SELECT pg_advisory_xact_lock({_AT_CENTER})"
"""Advisory locks are granted in the order of asking. A lock on the center's row would not be: as long as bookings come
in, whoever wants the row alone waits."""

_LOCK = f"""
WITH center AS MATERIALIZED (SELECT pg_advisory_xact_lock_shared({_AT_CENTER}))
SELECT d.id, d.kind, d.subject
  FROM center, diary d JOIN unnest($2::text[], $3::text[]) AS w(kind, subject) USING (kind, subject)
 ORDER BY d.id FOR NO KEY UPDATE OF d
"""  # noqa: S608 - our own words
"""Rows are locked after they have been sorted, so after the center; without a row the center may not be locked."""

_CREATE = """
INSERT INTO diary (kind, subject)
SELECT w.kind, w.subject FROM unnest($1::text[], $2::text[]) AS w(kind, subject)
 WHERE NOT EXISTS (SELECT FROM diary d WHERE d.kind = w.kind AND d.subject = w.subject)
 ORDER BY w.kind, w.subject
ON CONFLICT DO NOTHING
"""
_SPANS = """
WITH wanted AS (SELECT d.* FROM diary d JOIN unnest($1::text[], $2::text[]) AS w(kind, subject) USING (kind, subject))
SELECT w.kind, w.subject, e.starts_at, e.ends_at, FALSE AS is_blocked
  FROM wanted w JOIN diary_entry e ON e.diary_id = w.id AND diary_span(e.diary_id, e.starts_at, e.ends_at)
                                                          && diary_span(w.id, $3, $4)
 WHERE (e.held_until IS NULL OR e.held_until > $5) AND e.appointment_id IS DISTINCT FROM $6
 UNION ALL
SELECT w.kind, w.subject, b.starts_at, b.ends_at, TRUE
  FROM wanted w JOIN blocked_period b ON b.diary_id = w.id AND b.starts_at < $4 AND b.ends_at > $3
"""
_LAPSED = """
DELETE FROM diary_entry
 WHERE held_until <= $2
   AND appointment_id IN (SELECT appointment_id FROM diary_entry WHERE diary_id = ANY($1) AND held_until <= $2)
"""
"""All or nothing of a proposal: who accepts it a moment later finds none of its entries, or all."""

_LEAVE = "DELETE FROM diary_entry WHERE appointment_id = $1"
_CONFIRM = "UPDATE diary_entry SET held_until = NULL WHERE appointment_id = $1 RETURNING id"


async def lock(center_id: UUID, subjects: Iterable[Subject]) -> dict[Subject, int]:
    """Their diaries' ids. Until the commit nobody else writes into them, and nobody blocks a period of the center."""
    wanted = sorted(set(subjects))
    arguments: list[Any] = [[each.kind for each in wanted], [each.id for each in wanted]]
    connection = connections.get("default")
    found = await connection.execute_query_dict(_LOCK, [str(center_id), *arguments])
    if len(found) < len(wanted) or not wanted:
        await connection.execute_query(_SHARE_CENTER, [str(center_id)])
        await connection.execute_query(_CREATE, arguments)
        found = await connection.execute_query_dict(_LOCK, [str(center_id), *arguments])
    return {Subject(DiaryKind(row["kind"]), row["subject"]): row["id"] for row in found}


async def close_center(center_id: UUID) -> None:
    """Until the commit nothing is booked there. Comes after the locks on cases, before those on diaries."""
    await connections.get("default").execute_query(_CLOSE_CENTER, [str(center_id)])


async def spans(
    subjects: Iterable[Subject], first: datetime, last: datetime, now: datetime, *, without: UUID | None = None
) -> list[Span]:
    """What stands in their diaries between the two moments; `without` an appointment that is to move."""
    wanted = list(set(subjects))
    values = [[each.kind for each in wanted], [each.id for each in wanted], first, last, now, without]
    found = await connections.get("default").execute_query_dict(_SPANS, values)
    return [
        Span(Subject(DiaryKind(row["kind"]), row["subject"]), row["starts_at"], row["ends_at"], row["is_blocked"])
        for row in found
    ]


async def enter(appointment: Appointment, diaries: dict[Subject, int], taken: Sequence[Subject], now: datetime) -> None:
    """The diaries are locked. Raises SlotFullError: the constraint has the last word."""
    await connections.get("default").execute_query(_LAPSED, [[diaries[each] for each in taken], now])
    try:
        await rows.insert([_entry(appointment, diaries[each], each.kind) for each in taken])
    except IntegrityError as error:
        raise SlotFullError from error


async def confirm(appointment: Appointment) -> bool:
    """What was held for a proposed time is firm; False when it lapsed and is gone."""
    return bool(await connections.get("default").execute_query_dict(_CONFIRM, [appointment.id]))


async def leave(appointment: Appointment) -> None:
    await connections.get("default").execute_query(_LEAVE, [appointment.id])


def _entry(appointment: Appointment, diary_id: int, kind: DiaryKind) -> DiaryEntry:
    """Only mediators and rooms need the buffer."""
    is_buffered = kind in (DiaryKind.MEDIATOR, DiaryKind.ROOM)
    return DiaryEntry(
        id=uuid7(),
        diary_id=diary_id,
        appointment_id=appointment.id,
        starts_at=appointment.starts_at,
        ends_at=free_from(appointment) if is_buffered else appointment.ends_at,
        held_until=appointment.respond_by,
    )


def free_from(appointment: Appointment) -> datetime:
    return appointment.ends_at + timedelta(minutes=appointment.buffer_minutes)
