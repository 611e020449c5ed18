"""A room as whoever takes part reads it; staff of the center see who waits and what was agreed to."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from backend.accounts.actors import Actor
from backend.core import identity
from backend.core.deps import Deps
from backend.core.wording import when_text
from backend.mediation import rooms
from backend.mediation.access import Standing
from backend.mediation.room_schemas import ConsentTextOut, GuestOut, RoomOut
from models import (
    Appointment,
    CaseMember,
    GuestStatus,
    Party,
    Room,
    RoomConsent,
    RoomConsentKind,
    RoomGuest,
    RoomStatus,
)


async def of_case(deps: Deps, actor: Actor, standing: Standing) -> list[RoomOut]:
    """The earliest first. Raises NotFoundError."""
    return await _shown(deps, actor, standing, await rooms.readable(deps, standing).order_by("starts_at", "id"))


async def one(deps: Deps, actor: Actor, standing: Standing, room_id: UUID) -> RoomOut:
    """Raises NotFoundError."""
    return (await _shown(deps, actor, standing, [await rooms.appointment_of(deps, standing, room_id)]))[0]


async def _shown(deps: Deps, actor: Actor, standing: Standing, held: Sequence[Appointment]) -> list[RoomOut]:
    found = {room.appointment_id: room for room in await Room.filter(appointment_id__in=[each.id for each in held])}
    guests: dict[UUID, list[RoomGuest]] = defaultdict(list)
    all_guests = RoomGuest.filter(room_id__in=[room.id for room in found.values()]).order_by("id")
    for guest in await all_guests.select_related("party", "member__organization", "member__staff"):
        guests[guest.room_id].append(guest)
    agreed = await _agreed(deps, guests)
    return [
        _out(deps, actor, standing, each, room=room, guests=guests[room.id] if room else [], agreed=agreed)
        for each in held
        for room in [found.get(each.id)]
    ]


async def _agreed(deps: Deps, guests: dict[UUID, list[RoomGuest]]) -> dict[UUID, list[RoomConsentKind]]:
    wordings = deps.catalog.rooms.consents
    ids = [guest.id for group in guests.values() for guest in group]
    agreed: dict[UUID, list[RoomConsentKind]] = defaultdict(list)
    for consent in await RoomConsent.filter(guest_id__in=ids, withdrawn_at=None).order_by("kind"):
        if consent.version == wordings[consent.kind].version:
            agreed[consent.guest_id].append(consent.kind)
    return agreed


def _out(
    deps: Deps,
    actor: Actor,
    standing: Standing,
    appointment: Appointment,
    *,
    room: Room | None,
    guests: list[RoomGuest],
    agreed: dict[UUID, list[RoomConsentKind]],
) -> RoomOut:
    is_staff, opened = standing.kind in rooms.STAFF, rooms.opener(deps, room)
    mine = next((guest for guest in guests if guest.actor_id == actor.id), None)
    seen = guests if is_staff else [guest for guest in guests if guest.status is GuestStatus.ADMITTED]
    return RoomOut(
        id=str(appointment.id),
        status=room.status if room else RoomStatus.PLANNED,
        starts_at=appointment.starts_at,
        ends_at=appointment.ends_at,
        when_text=when_text(appointment.starts_at),
        opens_at=appointment.starts_at - deps.catalog.booking.join_from,
        opened_at=room.opened_at if room else None,
        ended_at=room.ended_at if room else None,
        recording_since=room.recording_since if room else None,
        has_link=room is not None and room.link_sealed is not None,
        failed_at=room.failed_at if room else None,
        failure=opened("failure"),
        venue=opened("venue"),
        fallback_appointment_id=room.fallback_id if room else None,
        consents=[ConsentTextOut(kind=kind, **each.model_dump()) for kind, each in deps.catalog.rooms.consents.items()],
        guests=[_guest(deps, each, agreed[each.id], whole=is_staff, named=is_staff) for each in seen],
        me=_guest(deps, mine, agreed[mine.id], whole=True, named=is_staff) if mine else None,
    )


def _guest(deps: Deps, guest: RoomGuest, agreed: list[RoomConsentKind], *, whole: bool, named: bool) -> GuestOut:
    name = _name(deps, guest)
    return GuestOut(
        id=str(guest.id),
        kind=guest.member.kind if guest.member else "party",
        side=guest.party.side if guest.party else None,
        name=name if named else identity.mask_name(name),
        status=guest.status,
        asked_at=guest.asked_at,
        identity=guest.identity if whole else None,
        consents=agreed if whole else [],
    )


def _name(deps: Deps, guest: RoomGuest) -> str:
    if guest.party is not None:
        return _party_name(deps, guest.party)
    return member_name(deps, guest.member) if guest.member else ""


def _party_name(deps: Deps, party: Party) -> str:
    return deps.keyring.open(party.name_sealed, "party", "name", party.id)


def member_name(deps: Deps, member: CaseMember) -> str:
    """Organization and account must have been read with it."""
    known = member.organization or member.staff
    if known is not None:
        return known.name
    return deps.keyring.open(member.name_sealed, "case_member", "name", member.id) if member.name_sealed else "参加人"
