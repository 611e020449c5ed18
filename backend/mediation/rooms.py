"""The room of an appointment by video: the same id, found through its case, locked with it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet

from backend.appointments import joining
from backend.appointments.errors import KeptApartError
from backend.core.deps import Deps
from backend.core.errors import HejieError, NotFoundError
from backend.core.mediation_rules import StandingKind
from backend.disputes import safety
from backend.mediation import access
from backend.mediation.access import Standing
from backend.mediation.running import require_not_over, require_not_resting
from models import (
    Appointment,
    AppointmentKind,
    AppointmentStatus,
    GuestStatus,
    Participant,
    Purpose,
    Room,
    RoomConsent,
    RoomConsentKind,
    RoomGuest,
    RoomStatus,
)
from models.base import uuid7

_NEVER_AGREED = (AppointmentStatus.PROPOSED, AppointmentStatus.DECLINED, AppointmentStatus.EXPIRED)
STAFF = (StandingKind.MEDIATOR, StandingKind.CENTER)
THERE = (GuestStatus.WAITING, GuestStatus.ADMITTED)


class RoomEndedError(HejieError):
    code: ClassVar[str] = "room_ended"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "这次视频调解已经结束，不能再进入。需要时请另约时间。"


class RoomNotOpenError(HejieError):
    code: ClassVar[str] = "room_not_open"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "调解室还没有开启，请先由调解员开启。"


class NotAdmittedError(HejieError):
    code: ClassVar[str] = "not_admitted"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "请先进入等候室，等调解员核对身份并允许后再进入。"


@dataclass(frozen=True, slots=True)
class Door:
    standing: Standing
    appointment: Appointment
    room: Room

    @property
    def is_host(self) -> bool:
        return self.standing.kind is StandingKind.MEDIATOR


def readable(deps: Deps, standing: Standing) -> QuerySet[Appointment]:
    """Raises NotFoundError where rooms do not exist to them."""
    held = Appointment.filter(
        dispute_id=standing.dispute.id, kind=AppointmentKind.VIDEO, purpose=Purpose.MEDIATION
    ).exclude(status__in=_NEVER_AGREED)
    asked = Participant.filter(party_id__in=standing.party_ids)
    own = Q(id__in=Subquery(asked.values("appointment_id"))) if standing.party_ids else None
    return access.readable(deps, standing, "room", held, own)


async def appointment_of(deps: Deps, standing: Standing, room_id: UUID) -> Appointment:
    """Raises NotFoundError."""
    found = await readable(deps, standing).filter(id=room_id).select_related("center").first()
    if found is None:
        raise NotFoundError
    return found


async def to_change(deps: Deps, standing: Standing, room_id: UUID) -> Door:
    """The case must be locked: the first who does something makes the row. Raises NotFoundError,
    MediationNotOpenError, RoomEndedError."""
    appointment = await appointment_of(deps, standing, room_id)
    require_not_over(standing.dispute)
    room = await Room.get_or_none(appointment_id=appointment.id)
    if room is None:
        room = Room(
            id=uuid7(), appointment_id=appointment.id, dispute_id=standing.dispute.id, status=RoomStatus.PLANNED
        )
        await room.save(force_create=True)
    if room.status is RoomStatus.ENDED:
        raise RoomEndedError
    return Door(standing, appointment, room)


async def check_now(deps: Deps, door: Door) -> None:
    """Shortly before the start to the end, and only while the two sides may meet under this mediator. Raises
    MediationRestsError, KeptApartError, NotYetError, AppointmentNotLiveError."""
    require_not_resting(door.standing.dispute)
    if await safety.is_held(deps, door.standing.dispute):
        raise KeptApartError
    joining.check_window(deps, door.appointment)


async def present(room: Room) -> list[RoomGuest]:
    return await RoomGuest.filter(room_id=room.id, status=GuestStatus.ADMITTED).order_by("id")


async def consenting(deps: Deps, kind: RoomConsentKind, guests: list[RoomGuest]) -> set[UUID]:
    """Of these guests, those whose consent to the wording in force stands."""
    version = deps.catalog.rooms.consents[kind].version
    found = RoomConsent.filter(
        guest_id__in=[guest.id for guest in guests], kind=kind, version=version, withdrawn_at=None
    )
    return {UUID(str(each)) for each in await found.values_list("guest_id", flat=True)}


def opener(deps: Deps, room: Room | None) -> Callable[[str], str | None]:
    """Of what is sealed on it, by column."""

    def opened(column: str) -> str | None:
        sealed = None if room is None else getattr(room, f"{column}_sealed")
        return None if sealed is None or room is None else deps.keyring.open(sealed, "room", column, room.id)

    return opened
