"""All that happened to a case and all who looked at it, for who answers for it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from backend.accounts.actors import StaffActor
from backend.casework import views
from backend.core.deps import Deps
from backend.core.errors import RoleNotAllowedError
from backend.core.flow_table import RESIDENT
from backend.core.pagination import cut, decode_id
from backend.core.schema import Moment, Out, Page
from backend.disputes import history, queries, timeline
from models import ActorKind, Dispute, Event, Look, Role, Staff

_READERS = (Role.DIRECTOR, Role.SUPERVISOR)


class HistoryEntryOut(Out):
    """`ordinal` and `link` are its place in the chain; looks have none, they are proved by the root of their day.
    What people wrote is null for who reads the case masked."""

    id: str
    at: Moment
    kind: str
    title: str
    text: str
    audience: str
    actor_kind: str
    actor_id: str | None
    actor_role: str
    actor_name: str | None
    """Of staff."""
    reason: str | None
    status_before: str | None
    status_after: str | None
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    data: dict[str, Any]
    detail: dict[str, Any]
    ordinal: int | None
    link: str | None


async def page(
    deps: Deps, actor: StaffActor, dispute_id: UUID, *, limit: int, cursor: str | None, descending: bool
) -> Page[HistoryEntryOut]:
    """In the order of what happened: ids of both are time-ordered. Raises NotFoundError, RoleNotAllowedError."""
    dispute = await queries.for_staff(actor, dispute_id)
    if actor.role not in _READERS:
        raise RoleNotAllowedError
    last, order = decode_id(cursor), "-id" if descending else "id"
    beyond = {} if last is None else {"id__lt" if descending else "id__gt": last}
    events = await Event.filter(dispute_id=dispute_id, **beyond).order_by(order).limit(limit + 1)
    looks = await Look.filter(dispute_id=dispute_id, **beyond).order_by(order).limit(limit + 1)
    both: list[Event | Look] = [*events, *looks]
    both.sort(key=lambda row: row.id, reverse=descending)
    shown, next_cursor = cut(both[: limit + 1], limit, lambda row: (str(row.id),))
    names = await _names(shown)
    before = await _states_before([row for row in shown if isinstance(row, Event)])
    own = views.is_own(actor, dispute)
    items = [
        _of_event(deps, dispute, row, own=own, name=names.get(row.actor_id), status_before=before[row.id])
        if isinstance(row, Event)
        else _of_look(deps, row, names)
        for row in shown
    ]
    return Page[HistoryEntryOut](items=items, next_cursor=next_cursor)


async def _names(rows: Sequence[Event | Look]) -> dict[UUID | None, str]:
    found = Staff.filter(id__in={row.actor_id for row in rows if row.actor_id is not None})
    return {staff.id: staff.name for staff in await found.only("id", "name")}


async def _states_before(events: list[Event]) -> dict[UUID, str | None]:
    """Each event says the state after it; before it was what the one before says."""
    if not events:
        return {}
    events = sorted(events, key=lambda event: event.id)
    earlier = Event.filter(dispute_id=events[0].dispute_id, id__lt=events[0].id).order_by("-id")
    first = await earlier.first()
    states = [first.status if first else None, *(event.status for event in events)]
    return {event.id: state for event, state in zip(events, states, strict=False)}


def _of_event(
    deps: Deps, dispute: Dispute, event: Event, *, own: bool, name: str | None, status_before: str | None
) -> HistoryEntryOut:
    detail = history.detail_of(deps, event) if own else {}
    words = timeline.render(deps, event, timeline.place_of(dispute), detail)
    return HistoryEntryOut(
        **words.model_dump(),
        id=str(event.id),
        audience=event.audience,
        actor_kind=event.actor_kind,
        actor_id=str(event.actor_id) if event.actor_id else None,
        actor_role=event.actor_role,
        actor_name=name,
        reason=detail.get("reason"),
        status_before=status_before,
        status_after=event.status,
        before=detail.get("before"),
        after=detail.get("after"),
        data=event.data,
        detail=detail,
        ordinal=event.ordinal,
        link=bytes(event.link).hex() if event.link else None,
    )


def _of_look(deps: Deps, look: Look, names: dict[UUID | None, str]) -> HistoryEntryOut:
    return HistoryEntryOut(
        id=str(look.id),
        at=look.at,
        kind=f"look_{look.kind}",
        title=deps.catalog.events[f"look_{look.kind}"].title,
        text=deps.catalog.events[f"look_{look.kind}"].text,
        audience="staff",
        actor_kind=ActorKind.RESIDENT if look.actor_role == RESIDENT else ActorKind.STAFF,
        actor_id=str(look.actor_id),
        actor_role=look.actor_role,
        actor_name=names.get(look.actor_id),
        reason=None,
        status_before=None,
        status_after=None,
        before=None,
        after=None,
        data={"subject_id": str(look.subject_id)},
        detail={},
        ordinal=None,
        link=None,
    )
