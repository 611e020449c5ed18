"""The waiting room: who asks to come in, what they agree to, who leaves."""

from collections.abc import Collection
from typing import Any, ClassVar
from uuid import UUID

from backend.accounts.actors import Actor, ResidentActor
from backend.core.deps import Deps
from backend.core.errors import HejieError, InvalidFieldsError, RoleNotAllowedError
from backend.core.mediation_rules import StandingKind
from backend.disputes.history import Entry
from backend.mediation import acts, identifying, recording, rooms, telling
from backend.mediation.access import Standing
from backend.mediation.room_schemas import ConsentIn
from backend.mediation.rooms import Door
from models import (
    Audience,
    CaseMember,
    Dispute,
    GuestStatus,
    IdentityCheck,
    MemberKind,
    Party,
    Room,
    RoomConsent,
    RoomConsentKind,
    RoomGuest,
    RoomStatus,
    Side,
)
from models.base import uuid7

SIDES = {Side.APPLICANT: "申请人", Side.RESPONDENT: "被申请人"}
MEMBERS = {MemberKind.EXPERT: "专家", MemberKind.ASSISTING: "协助单位", MemberKind.INVITED: "受邀人"}


class NotAskedError(HejieError):
    code: ClassVar[str] = "not_asked"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "请先申请进入调解室，再继续操作。"


async def ask(deps: Deps, actor: Actor, standing: Standing, room_id: UUID) -> None:
    """Who is in already stays in. Raises NotFoundError, RoleNotAllowedError, MediationNotOpenError, RoomEndedError,
    MediationRestsError, KeptApartError, NotYetError, AppointmentNotLiveError."""
    door = await rooms.to_change(deps, standing, room_id)
    if standing.kind in rooms.STAFF:
        raise RoleNotAllowedError
    await rooms.check_now(deps, door)
    known = await _guest_of(actor, door)
    if known is not None and known.status in rooms.THERE:
        return
    party = await acts.speaks_for(actor, standing)
    guest = known or await _new(deps, actor, door, party)
    guest.status, guest.asked_at, guest.left_at = GuestStatus.WAITING, deps.clock.now(), None
    await guest.save(force_create=known is None)
    data = await described(door, guest)
    await telling.record(deps, standing.dispute, actor, Entry("room_waiting", Audience.STAFF, data))


async def consent(deps: Deps, actor: Actor, standing: Standing, room_id: UUID, given: ConsentIn) -> None:
    """Twice changes nothing. Raises NotFoundError, InvalidFieldsError, NotAskedError, MediationNotOpenError,
    RoomEndedError."""
    door, guest = await _mine(deps, actor, standing, room_id)
    wording = deps.catalog.rooms.consents[given.kind]
    if given.version != wording.version:
        raise InvalidFieldsError.at("version", "同意书已经更新，请重新打开页面阅读最新的内容。")
    if guest.id in await rooms.consenting(deps, given.kind, [guest]):
        return
    _ = await RoomConsent.create(guest_id=guest.id, kind=given.kind, version=given.version, given_at=deps.clock.now())
    await _tell(deps, actor, door, "room_consent_given", {"kind_text": wording.title, "version": given.version})


async def withdraw(deps: Deps, actor: Actor, standing: Standing, room_id: UUID, kind: RoomConsentKind) -> None:
    """As easily as it was given, also when all is over. Without the consent to a recording it stops, without that to
    meeting online the guest leaves. Raises NotFoundError, NotAskedError."""
    appointment = await rooms.appointment_of(deps, standing, room_id)
    room = await Room.get_or_none(appointment_id=appointment.id)
    guest = await RoomGuest.get_or_none(room_id=room.id, actor_id=actor.id) if room else None
    if room is None or guest is None:
        raise NotAskedError
    door = Door(standing, appointment, room)
    standing_ones = RoomConsent.filter(guest_id=guest.id, kind=kind, withdrawn_at=None)
    if not await standing_ones.update(withdrawn_at=deps.clock.now()):
        return
    await _tell(deps, actor, door, "room_consent_withdrawn", {"kind_text": deps.catalog.rooms.consents[kind].title})
    if kind is RoomConsentKind.ONLINE:
        await _go(deps, actor, door, guest)
    await recording.stop_unless_agreed(deps, actor, door)


async def leave(deps: Deps, actor: Actor, standing: Standing, room_id: UUID) -> None:
    """Who is not there leaves nothing behind. Raises NotFoundError, NotAskedError, MediationNotOpenError,
    RoomEndedError."""
    door, guest = await _mine(deps, actor, standing, room_id)
    await _go(deps, actor, door, guest)
    await recording.stop_unless_agreed(deps, actor, door)


async def party_left(deps: Deps, actor: ResidentActor, dispute: Dispute, parties: Collection[UUID]) -> None:
    """Who leaves the mediation leaves its room too. The caller holds the lock on the dispute."""
    found = RoomGuest.filter(
        party_id__in=parties, room__dispute_id=dispute.id, status__in=rooms.THERE, room__status=RoomStatus.OPEN
    )
    for guest in await found.select_related("room__appointment"):
        door = Door(Standing(StandingKind.PARTY, dispute), guest.room.appointment, guest.room)
        await _go(deps, actor, door, guest)
        await recording.stop_unless_agreed(deps, actor, door)


async def described(door: Door, guest: RoomGuest) -> dict[str, Any]:
    """For the history: which guest, and in words that name nobody."""
    party = await Party.get_or_none(id=guest.party_id)
    member = await CaseMember.get_or_none(id=guest.member_id)
    text = SIDES[party.side] if party else MEMBERS.get(member.kind if member else MemberKind.FOLLOWER, "参加人")
    return {"room_id": str(door.appointment.id), "guest_id": str(guest.id), "guest_text": text}


async def _new(deps: Deps, actor: Actor, door: Door, party: Party | None) -> RoomGuest:
    guest = RoomGuest(
        id=uuid7(),
        room_id=door.room.id,
        actor_id=actor.id,
        party_id=party.id if party else None,
        member_id=door.standing.member.id if door.standing.member else None,
    )
    await _identify(deps, actor, guest, party)
    return guest


async def _go(deps: Deps, actor: Actor, door: Door, guest: RoomGuest) -> None:
    if guest.status not in rooms.THERE:
        return
    was_in = guest.status is GuestStatus.ADMITTED
    guest.status, guest.left_at = GuestStatus.LEFT, deps.clock.now()
    await guest.save(update_fields=["status", "left_at"])
    audience = Audience.PARTIES if was_in else Audience.STAFF
    entry = Entry("room_left", audience, await described(door, guest))
    await telling.record(deps, door.standing.dispute, actor, entry)


async def _mine(deps: Deps, actor: Actor, standing: Standing, room_id: UUID) -> tuple[Door, RoomGuest]:
    door = await rooms.to_change(deps, standing, room_id)
    guest = await _guest_of(actor, door)
    if guest is None:
        raise NotAskedError
    return door, guest


async def _guest_of(actor: Actor, door: Door) -> RoomGuest | None:
    return await RoomGuest.get_or_none(room_id=door.room.id, actor_id=actor.id)


async def _identify(deps: Deps, actor: Actor, guest: RoomGuest, party: Party | None) -> None:
    """What is known without looking at anybody; else staff compare a document."""
    if not isinstance(actor, ResidentActor):
        guest.identity = IdentityCheck.ACCOUNT
    elif party is not None:
        guest.identity = await identifying.matching(actor, party)
    guest.identified_at = deps.clock.now() if guest.identity else None


async def _tell(deps: Deps, actor: Actor, door: Door, kind: str, data: dict[str, Any]) -> None:
    """A consent is the guest's own business: which side has not agreed is nobody's to hold against them."""
    reader = actor.id if isinstance(actor, ResidentActor) else None
    data = {"room_id": str(door.appointment.id)} | data
    await telling.record(deps, door.standing.dispute, actor, telling.of_one(door.standing.dispute, reader, kind, data))
