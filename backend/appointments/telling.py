"""What goes into the history, and who is told. Where one side will be at which hour is nothing for the other to read:
a time at the window concerns one party, a mediation all of them."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from tortoise import connections

from backend.accounts.actors import Actor
from backend.appointments import views
from backend.core.clock import iso
from backend.core.deps import Deps
from backend.core.wording import when_text
from backend.disputes import history
from backend.disputes.history import Entry
from backend.notices import actions as notices
from backend.notices.actions import News
from models import Appointment, Audience, Dispute, Purpose

_JOINED = """
SELECT p.resident_id FROM participant i JOIN party p ON p.id = i.party_id
 WHERE i.appointment_id = $1 AND p.resident_id IS NOT NULL
 UNION
SELECT r.resident_id FROM participant i JOIN representation r ON r.party_id = i.party_id
 WHERE i.appointment_id = $1 AND r.resident_id IS NOT NULL AND r.ended_at IS NULL
"""
_NOTHING: Mapping[str, str | None] = MappingProxyType({})


async def tell(
    deps: Deps,
    dispute: Dispute,
    actor: Actor | None,
    appointment: Appointment,
    kind: str,
    *,
    notice: str | None = None,
    detail: Mapping[str, str | None] = _NOTHING,
) -> None:
    """Recorded, and everybody whom it concerns is told. `notice` is the kind of message; default `kind`. The
    center must have been read with the appointment."""
    await record(deps, dispute, actor, appointment, kind, detail=detail)
    await notify(deps, appointment, notice or kind, await residents_of(appointment))


async def record(
    deps: Deps,
    dispute: Dispute,
    actor: Actor | None,
    appointment: Appointment,
    kind: str,
    *,
    audience: Audience | None = None,
    detail: Mapping[str, str | None] = _NOTHING,
) -> None:
    """`detail` is what people wrote; by default those whom the appointment concerns may read of it."""
    written = {name: text for name, text in detail.items() if text}
    entry = _entry(appointment, kind, audience or _audience(dispute, appointment), written)
    await history.record(deps, dispute, actor, entry)


async def notify(
    deps: Deps,
    appointment: Appointment,
    kind: str,
    residents: Iterable[UUID],
    *,
    valid_until: datetime | None = None,
) -> None:
    """No push leaves after `valid_until`; by default the answer's time limit, or the start."""
    words = {
        "when_text": when_text(appointment.starts_at),
        "place": views.place_text(appointment.kind, appointment.center),
        "center": appointment.center.name,
        "due_text": when_text(appointment.respond_by) if appointment.respond_by else "",
    }
    until = valid_until or appointment.respond_by or appointment.starts_at
    news = [News(each, kind, appointment.dispute_id, words, until) for each in sorted(residents)]
    await notices.notify(deps, news)


async def residents_of(appointment: Appointment) -> set[UUID]:
    """Of a mediation all parties who have joined, and who acts for others by phone."""
    if appointment.purpose is Purpose.REGISTRATION:
        return {appointment.resident_id} if appointment.resident_id else set()
    found = await connections.get("default").execute_query_dict(_JOINED, [appointment.id])
    return {row["resident_id"] for row in found}


def _entry(appointment: Appointment, kind: str, audience: Audience, detail: dict[str, str]) -> Entry:
    return Entry(
        kind,
        audience,
        data={
            "appointment_id": str(appointment.id),
            "purpose": appointment.purpose,
            "kind": appointment.kind,
            "starts_at": iso(appointment.starts_at),
            "when_text": when_text(appointment.starts_at),
            "place": views.place_text(appointment.kind, appointment.center),
        },
        detail=detail,
    )


def _audience(dispute: Dispute, appointment: Appointment) -> Audience:
    if appointment.purpose is Purpose.MEDIATION:
        return Audience.PARTIES
    is_applicant = appointment.resident_id is not None and appointment.resident_id == dispute.resident_id
    return Audience.APPLICANT if is_applicant else Audience.STAFF
