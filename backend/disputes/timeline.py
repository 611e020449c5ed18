"""Events as sentences for those who may read them. The words are the catalog's."""

from collections import defaultdict
from datetime import date, datetime
from typing import Any
from uuid import UUID

from tortoise.expressions import Q

from backend.accounts.actors import ResidentActor
from backend.core.clock import local
from backend.core.deps import Deps
from backend.core.pagination import cut, decode_id
from backend.core.schema import Page
from backend.core.wording import date_text, when_text
from backend.disputes import history
from backend.disputes.schemas import TimelineItem
from models import Audience, Dispute, Event

WHO_RATED = ("rated", "review_answered")
"""Entries that would tell staff who rated."""
READABLE_BY_STAFF = ~Q(kind__in=WHO_RATED)


async def for_resident(
    deps: Deps, actor: ResidentActor, dispute: Dispute, *, limit: int, cursor: str | None, descending: bool
) -> Page[TimelineItem]:
    readable = readable_by(actor, dispute)
    events, next_cursor = await read(dispute.id, readable, limit=limit, cursor=cursor, descending=descending)
    place = place_of(dispute)
    return Page[TimelineItem](items=[render(deps, event, place) for event in events], next_cursor=next_cursor)


def readable_by(actor: ResidentActor, dispute: Dispute) -> Q:
    open_to_all = [Audience.PARTIES, Audience.APPLICANT] if dispute.resident_id == actor.id else [Audience.PARTIES]
    return Q(audience__in=open_to_all) | Q(audience=Audience.READER, reader_id=actor.id)


async def read(
    dispute_id: UUID, readable: Q, *, limit: int, cursor: str | None, descending: bool
) -> tuple[list[Event], str | None]:
    """Ids are time-ordered, so they are the order of what happened."""
    events = Event.filter(readable, dispute_id=dispute_id)
    last = decode_id(cursor)
    if last is not None:
        events = events.filter(id__lt=last) if descending else events.filter(id__gt=last)
    rows = await events.order_by("-id" if descending else "id").limit(limit + 1)
    return cut(rows, limit, lambda event: (str(event.id),))


def place_of(dispute: Dispute) -> dict[str, str]:
    """What the event itself may lack. The center must have been read with the dispute."""
    return {"center": dispute.center.name, "case_number": dispute.case_number or ""}


def render(deps: Deps, event: Event, place: dict[str, str], detail: dict[str, Any] | None = None) -> TimelineItem:
    """`detail` is what people wrote: read from the event, unless who reads it may know less."""
    words = deps.catalog.events[event.kind]
    written = history.detail_of(deps, event) if detail is None else detail
    known: dict[str, Any] = {**place, **event.data, **written}
    filled = defaultdict(str, {key: _word(value) for key, value in known.items()})
    return TimelineItem(at=event.at, kind=event.kind, title=words.title, text=words.text.format_map(filled))


def _word(value: Any) -> str:
    if isinstance(value, datetime):
        return when_text(local(value))
    if isinstance(value, date):
        return date_text(value)
    return "、".join(map(str, value)) if isinstance(value, list) else str(value)
