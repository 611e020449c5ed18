"""What the host of a room does: opens it, looks who is at the door, lets in, ends it; and what happens when the
technology fails."""

import json
from typing import ClassVar
from uuid import UUID

from backend.accounts.actors import StaffActor
from backend.appointments import actions as appointments
from backend.appointments import proposals
from backend.appointments.lapsing import LIVE
from backend.appointments.schemas import ArrangementIn
from backend.core.deps import Deps
from backend.core.errors import HejieError, NotFoundError
from backend.core.mediation_rules import StandingKind
from backend.disputes.history import Entry
from backend.mediation import access, closing, recording, rooms, sharing, telling
from backend.mediation.access import Standing
from backend.mediation.guests import described
from backend.mediation.room_schemas import FailureIn, LinkIn
from backend.mediation.rooms import Door, RoomNotOpenError
from backend.mediation.sharing import Item, ShareTo
from models import Audience, GuestStatus, IdentityCheck, RoomConsentKind, RoomGuest, RoomStatus

_ELSEWHERE = "视频连接故障，另行安排，不影响各方的权利"


class NotIdentifiedError(HejieError):
    code: ClassVar[str] = "not_identified"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "还没有核对这一位的身份，请先对照证件核对并登记，再允许进入。"


class ConsentMissingError(HejieError):
    code: ClassVar[str] = "consent_missing"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "这一位还没有同意线上调解，请先请对方在页面上同意，或者改到现场调解。"


class NotWaitingError(HejieError):
    code: ClassVar[str] = "not_waiting"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "这一位不在等候室，请刷新后查看。"


async def open_room(deps: Deps, actor: StaffActor, standing: Standing, room_id: UUID) -> None:
    """Twice changes nothing. Raises NotFoundError, RoleNotAllowedError, MediationNotOpenError, RoomEndedError,
    MediationRestsError, KeptApartError, NotYetError, AppointmentNotLiveError."""
    door = await _hosted(deps, standing, room_id)
    await rooms.check_now(deps, door)
    if door.room.status is RoomStatus.OPEN:
        return
    door.room.status, door.room.opened_at = RoomStatus.OPEN, deps.clock.now()
    await door.room.save(update_fields=["status", "opened_at"])
    await _record(deps, actor, door, "room_opened")


async def identify(
    deps: Deps, actor: StaffActor, standing: Standing, room_id: UUID, guest_id: UUID, *, document: str
) -> None:
    """A document was compared with the face. Raises NotFoundError, RoleNotAllowedError, MediationNotOpenError,
    RoomEndedError."""
    door = await rooms.to_change(deps, standing, room_id)
    access.require(standing, *rooms.STAFF)
    guest = await _guest(door, guest_id)
    guest.identity, guest.identified_at, guest.identified_by_id = IdentityCheck.STAFF, deps.clock.now(), actor.id
    await guest.save(update_fields=["identity", "identified_at", "identified_by_id"])
    entry = Entry("room_identified", Audience.STAFF, await described(door, guest), {"document": document})
    await telling.record(deps, standing.dispute, actor, entry)


async def admit(deps: Deps, actor: StaffActor, standing: Standing, room_id: UUID, guest_id: UUID) -> None:
    """A recording to which the new one has not agreed stops. Raises NotFoundError, RoleNotAllowedError,
    MediationNotOpenError, RoomEndedError, RoomNotOpenError, NotWaitingError, NotIdentifiedError,
    ConsentMissingError."""
    door = await _hosted(deps, standing, room_id)
    guest = await _waiting(door, guest_id)
    if door.room.status is not RoomStatus.OPEN:
        raise RoomNotOpenError
    if guest.identity is None:
        raise NotIdentifiedError
    if guest.id not in await rooms.consenting(deps, RoomConsentKind.ONLINE, [guest]):
        raise ConsentMissingError
    await _decide(deps, actor, guest, GuestStatus.ADMITTED)
    await telling.record(deps, standing.dispute, actor, Entry("room_entered", data=await described(door, guest)))
    await recording.stop_unless_agreed(deps, actor, door)


async def turn_away(
    deps: Deps, actor: StaffActor, standing: Standing, room_id: UUID, guest_id: UUID, *, reason: str
) -> None:
    """Raises NotFoundError, RoleNotAllowedError, MediationNotOpenError, RoomEndedError, NotWaitingError."""
    door = await _hosted(deps, standing, room_id)
    guest = await _waiting(door, guest_id)
    guest.reason_sealed = deps.keyring.seal(reason, "room_guest", "reason", guest.id)
    await _decide(deps, actor, guest, GuestStatus.TURNED_AWAY)
    entry = Entry("room_turned_away", Audience.STAFF, await described(door, guest), {"reason": reason})
    await telling.record(deps, standing.dispute, actor, entry)


async def end(deps: Deps, actor: StaffActor, standing: Standing, room_id: UUID) -> None:
    """Raises NotFoundError, RoleNotAllowedError, MediationNotOpenError, RoomEndedError."""
    door = await _hosted(deps, standing, room_id)
    await closing.room(deps, actor, door)
    await _record(deps, actor, door, "room_ended")


async def fail(deps: Deps, actor: StaffActor, standing: Standing, room_id: UUID, failure: FailureIn) -> None:
    """Nobody is to blame: nothing is counted against anybody, and no clock rests. Raises NotFoundError,
    RoleNotAllowedError, MediationNotOpenError, RoomEndedError, and what arranging a time raises."""
    door = await rooms.to_change(deps, standing, room_id)
    access.require(standing, *rooms.STAFF)
    room, keyring = door.room, deps.keyring
    await closing.room(deps, actor, door)
    room.failed_at = room.ended_at
    room.failure_sealed = keyring.seal(failure.reason, "room", "failure", room.id)
    if failure.venue is not None:
        room.venue_sealed = keyring.seal(failure.venue, "room", "venue", room.id)
    data, detail = {"room_id": str(door.appointment.id)}, {"reason": failure.reason, "venue": failure.venue or ""}
    await telling.record(deps, standing.dispute, actor, Entry("room_failed", data=data, detail=detail))
    if door.appointment.status in LIVE:
        await appointments.end(deps, standing.dispute, actor, door.appointment, _ELSEWHERE)
    if failure.slot_id is not None:
        wish = ArrangementIn(slot_id=failure.slot_id)
        room.fallback_id = (await proposals.arrange(deps, actor, standing.dispute.id, wish)).id
    await room.save()


async def set_link(deps: Deps, actor: StaffActor, standing: Standing, room_id: UUID, link: LinkIn) -> None:
    """Raises NotFoundError, RoleNotAllowedError, MediationNotOpenError, RoomEndedError."""
    door = await rooms.to_change(deps, standing, room_id)
    access.require(standing, *rooms.STAFF)
    given = link.model_dump()
    text = json.dumps(given, ensure_ascii=False) if any(given.values()) else None
    door.room.link_sealed = None if text is None else deps.keyring.seal(text, "room", "link", door.room.id)
    await door.room.save(update_fields=["link_sealed"])
    await _record(deps, actor, door, "room_link_set", Audience.STAFF)


async def invite(deps: Deps, actor: StaffActor, standing: Standing, room_id: UUID, to: tuple[ShareTo, ...]) -> None:
    """Members beside the parties, who may then ask to come in. Raises NotFoundError, RoleNotAllowedError,
    MediationNotOpenError, RoomEndedError, InvalidFieldsError at `to`."""
    door = await _hosted(deps, standing, room_id)
    await sharing.show(deps, actor, standing, Item("room", door.appointment.id), to)


async def _hosted(deps: Deps, standing: Standing, room_id: UUID) -> Door:
    door = await rooms.to_change(deps, standing, room_id)
    access.require(standing, StandingKind.MEDIATOR)
    return door


async def _guest(door: Door, guest_id: UUID) -> RoomGuest:
    guest = await RoomGuest.get_or_none(id=guest_id, room_id=door.room.id)
    if guest is None:
        raise NotFoundError
    return guest


async def _waiting(door: Door, guest_id: UUID) -> RoomGuest:
    guest = await _guest(door, guest_id)
    if guest.status is not GuestStatus.WAITING:
        raise NotWaitingError
    return guest


async def _decide(deps: Deps, actor: StaffActor, guest: RoomGuest, status: GuestStatus) -> None:
    guest.status, guest.decided_at, guest.decided_by_id = status, deps.clock.now(), actor.id
    await guest.save(update_fields=["status", "decided_at", "decided_by_id", "reason_sealed"])


async def _record(deps: Deps, actor: StaffActor, door: Door, kind: str, audience: Audience = Audience.PARTIES) -> None:
    data = {"room_id": str(door.appointment.id)}
    await telling.record(deps, door.standing.dispute, actor, Entry(kind, audience, data))
