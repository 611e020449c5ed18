"""Whether a meeting is being recorded: only while everybody who is in has agreed."""

from typing import ClassVar
from uuid import UUID

from backend.accounts.actors import Actor, StaffActor
from backend.core.deps import Deps
from backend.core.errors import HejieError
from backend.core.mediation_rules import StandingKind
from backend.disputes.history import Entry
from backend.mediation import access, rooms, telling
from backend.mediation.access import Standing
from backend.mediation.rooms import Door, RoomNotOpenError
from models import RoomConsentKind, RoomStatus

WITHDRAWN, SWITCHED_OFF, ENDED = "有人没有同意录制", "调解员停止录制", "调解室已关闭"


class RecordingConsentError(HejieError):
    """`missing` says how many, not who."""

    code: ClassVar[str] = "recording_consent_missing"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "在场的各方都同意后才能录制，请先在页面上征得每一方同意，或者不录制继续调解。"


async def switch(deps: Deps, actor: StaffActor, standing: Standing, room_id: UUID, *, on: bool) -> None:
    """By the mediator; switching to what it is changes nothing. Raises NotFoundError, RoleNotAllowedError,
    MediationNotOpenError, RoomEndedError, RoomNotOpenError, RecordingConsentError."""
    door = await rooms.to_change(deps, standing, room_id)
    access.require(standing, StandingKind.MEDIATOR)
    if door.room.status is not RoomStatus.OPEN:
        raise RoomNotOpenError
    if not on:
        await stop(deps, actor, door, SWITCHED_OFF)
        return
    there, missing = await _missing(deps, door)
    if missing or not there:
        raise RecordingConsentError(missing=missing)
    if door.room.recording_since is None:
        door.room.recording_since = deps.clock.now()
        await door.room.save(update_fields=["recording_since"])
        entry = Entry("room_recording_started", data={"room_id": str(door.appointment.id)})
        await telling.record(deps, standing.dispute, actor, entry)


async def stop_unless_agreed(deps: Deps, actor: Actor, door: Door) -> None:
    """After anything that may have changed who is in, or what they agree to."""
    there, missing = await _missing(deps, door)
    if missing or not there:
        await stop(deps, actor, door, WITHDRAWN if missing else ENDED)


async def stop(deps: Deps, actor: Actor | None, door: Door, why: str) -> None:
    if door.room.recording_since is None:
        return
    door.room.recording_since = None
    await door.room.save(update_fields=["recording_since"])
    data = {"room_id": str(door.appointment.id), "why_text": why}
    await telling.record(deps, door.standing.dispute, actor, Entry("room_recording_stopped", data=data))


async def _missing(deps: Deps, door: Door) -> tuple[int, int]:
    """How many guests are in, and how many of them have not agreed."""
    there = await rooms.present(door.room)
    return len(there), len(there) - len(await rooms.consenting(deps, RoomConsentKind.RECORDING, there))
