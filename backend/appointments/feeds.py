"""A mediator's appointments for a calendar to subscribe to, under an address that is a secret."""

from datetime import datetime, timedelta
from hashlib import sha256
from typing import NamedTuple

from tortoise import connections

from backend.accounts.actors import StaffActor
from backend.accounts.tokens import new_token, token_hash
from backend.appointments import ics, views
from backend.core.deps import Deps
from backend.core.errors import NotFoundError, RoleNotAllowedError
from models import Appointment, AppointmentKind, CalendarFeed, Role

_KEPT = timedelta(days=60)
"""Past appointments stay for so long."""
_ONE_AT_A_TIME = "SELECT id FROM staff WHERE id = $1 FOR NO KEY UPDATE"


class Feed(NamedTuple):
    content: bytes
    etag: str
    changed_at: datetime


async def open_feed(deps: Deps, actor: StaffActor) -> str:
    """The new secret, which nobody can be told again; the one before it is revoked. Raises RoleNotAllowedError."""
    if actor.role is not Role.MEDIATOR:
        raise RoleNotAllowedError
    await connections.get("default").execute_query_dict(_ONE_AT_A_TIME, [actor.id])
    await revoke(deps, actor)
    secret = new_token()
    await CalendarFeed(staff_id=actor.id, token_hash=token_hash(secret), created_at=deps.clock.now()).save()
    return secret


async def revoke(deps: Deps, actor: StaffActor) -> None:
    await CalendarFeed.filter(staff_id=actor.id, revoked_at=None).update(revoked_at=deps.clock.now())


async def live_since(actor: StaffActor) -> datetime | None:
    feed = await CalendarFeed.filter(staff_id=actor.id, revoked_at=None).first()
    return feed.created_at if feed else None


async def read(deps: Deps, secret: str) -> Feed:
    """Case number and place, nobody's name. Raises NotFoundError for a secret that never was, or is none any more."""
    kept = await CalendarFeed.filter(token_hash=token_hash(secret), revoked_at=None, staff__is_active=True).first()
    if kept is None:
        raise NotFoundError
    now = deps.clock.now()
    rows = Appointment.filter(mediator_id=kept.staff_id, starts_at__gte=now - _KEPT)
    found = await rows.order_by("starts_at", "id").select_related("center", "dispute", "room")
    content = ics.feed(f"{kept.id}@hejie", "调解日程", [_entry(each, now) for each in found])
    changed_at = max([kept.created_at, *(each.updated_at for each in found)])
    return Feed(content, f'"{sha256(content).hexdigest()[:32]}"', changed_at)


def _entry(appointment: Appointment, now: datetime) -> ics.Entry:
    dispute, room = appointment.dispute, appointment.room
    place = views.place_text(appointment.kind, appointment.center)
    if room is not None and appointment.kind is AppointmentKind.ONSITE:
        place = f"{place} {room.name}"
    title = f"{views.PURPOSES[appointment.purpose]} {dispute.case_number or dispute.number}"
    return views.calendar_entry(appointment, now, title=title, place=place)
