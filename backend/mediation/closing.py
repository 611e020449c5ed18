"""What comes to an end by itself: rooms that nobody ends, and with a mediation its rooms, what is recorded in them, and
its meetings."""

from datetime import datetime, timedelta

from tortoise.expressions import Subquery
from tortoise.queryset import QuerySet

from backend.accounts.actors import Actor
from backend.core.deps import Deps
from backend.core.mediation_rules import StandingKind
from backend.disputes.history import Entry
from backend.mediation import meetings, recording, rooms, telling
from backend.mediation.access import Standing
from backend.mediation.rooms import Door
from models import Dispute, GuestStatus, Meeting, MeetingStatus, Room, RoomGuest, RoomStatus

_OVER = "调解已经结束"
_NOT_BEGUN = (MeetingStatus.PLANNED, MeetingStatus.ADJOURNED)


async def room(deps: Deps, actor: Actor | None, door: Door) -> None:
    """Nobody is in it any more, and nothing is recorded."""
    now = deps.clock.now()
    await recording.stop(deps, actor, door, recording.ENDED)
    await RoomGuest.filter(room_id=door.room.id, status__in=rooms.THERE).update(status=GuestStatus.LEFT, left_at=now)
    door.room.status, door.room.ended_at = RoomStatus.ENDED, now
    await door.room.save(update_fields=["status", "ended_at"])


async def with_mediation(deps: Deps, actor: Actor | None, dispute: Dispute) -> None:
    """The caller holds the lock on the dispute and has ended it."""
    await _rooms(deps, actor, dispute, Room.filter(dispute_id=dispute.id, status=RoomStatus.OPEN))
    for meeting in await Meeting.filter(dispute_id=dispute.id, status=MeetingStatus.RUNNING):
        await meetings.close(deps, actor, dispute, meeting)
    for meeting in await Meeting.filter(dispute_id=dispute.id, status__in=_NOT_BEGUN):
        await meetings.call_off(deps, actor, dispute, meeting, _OVER)


def left_open(deps: Deps, now: datetime) -> QuerySet[Dispute]:
    """Whose time was over so long ago that nobody can be in any more: all passes have run out."""
    return Dispute.filter(id__in=Subquery(_stale(deps, now).values("dispute_id")))


async def left_open_in(deps: Deps, dispute: Dispute) -> bool:
    """Under the lock, by the system. Whether there was one."""
    return bool(await _rooms(deps, None, dispute, _stale(deps, deps.clock.now()).filter(dispute_id=dispute.id)))


def _stale(deps: Deps, now: datetime) -> QuerySet[Room]:
    until = now - timedelta(hours=deps.catalog.rooms.left_open_hours)
    return Room.filter(status=RoomStatus.OPEN, appointment__ends_at__lt=until)


async def _rooms(deps: Deps, actor: Actor | None, dispute: Dispute, found: QuerySet[Room]) -> int:
    opened = await found.select_related("appointment")
    for each in opened:
        await room(deps, actor, Door(Standing(StandingKind.CENTER, dispute), each.appointment, each))
        data = {"room_id": str(each.appointment_id)}
        await telling.record(deps, dispute, actor, Entry("room_ended", data=data))
    return len(opened)
