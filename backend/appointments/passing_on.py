"""A place that is freed goes to the next who waits for it: held for them until a moment, then passed on again. The
place stays counted as taken meanwhile, so that nobody else can have it."""

from datetime import datetime, timedelta
from typing import Any

from tortoise import connections

from backend.appointments import places, views
from backend.appointments.availability import SlotKey
from backend.core.booking_rules import BookingRules
from backend.core.clock import SHANGHAI, local
from backend.core.deps import Deps
from backend.core.wording import when_text
from backend.notices import actions as notices
from backend.notices.actions import News
from models import Center, Dispute, WaitEntry, WaitStatus

ACTIVE = (WaitStatus.WAITING, WaitStatus.OFFERED)

_OFFER_OR_FREE = """
WITH next AS (
     UPDATE wait_entry SET status = 'offered', starts_at = $3, offered_until = $5
      WHERE id = (SELECT w.id FROM wait_entry w
                   WHERE center_id = $1 AND kind = $2 AND status = 'waiting' AND $4 BETWEEN first_day AND last_day
                     AND NOT EXISTS (SELECT FROM appointment a
                                      WHERE a.dispute_id = w.dispute_id AND a.status IN ('booked', 'proposed')
                                        AND a.ends_at > $6 AND (a.respond_by IS NULL OR a.respond_by > $6))
                   ORDER BY w.id LIMIT 1 FOR UPDATE OF w SKIP LOCKED)
     RETURNING dispute_id, resident_id),
     freed AS (
     UPDATE slot_count SET taken = taken - 1
      WHERE center_id = $1 AND kind = $2 AND starts_at = $3 AND taken > 0 AND NOT EXISTS (SELECT FROM next)
     RETURNING taken)
SELECT next.dispute_id, next.resident_id, freed.taken FROM next FULL JOIN freed ON TRUE
"""
"""One row: who has the place now, or how many are still taken. Who has booked another time meanwhile could not take
it: they keep their turn, and the next is asked."""
_LAPSE = """
UPDATE wait_entry SET status = 'lapsed'
 WHERE id IN (SELECT id FROM wait_entry
               WHERE center_id = $1 AND kind = $2 AND starts_at = $3 AND status = 'offered' AND offered_until <= $4
                 FOR UPDATE SKIP LOCKED)
RETURNING dispute_id, resident_id
"""


async def pass_on(deps: Deps, slot: SlotKey) -> None:
    """Locks the slot's counter when nobody waits, so it comes last in a transaction."""
    now = deps.clock.now()
    until = offered_until(deps.catalog.booking, now, slot.starts_at)
    if until is not None:
        found = await _rows(_OFFER_OR_FREE, [*slot[:3], local(slot.starts_at).date(), until, now])
        assert found, "a place that was taken is counted"
        if found[0]["resident_id"] is not None:
            await tell(deps, slot, "place_offered", found, until)
        return
    await places.free(slot)


async def pass_on_lapsed(deps: Deps, slot: SlotKey) -> None:
    """What was offered and not taken in time."""
    lapsed = await _rows(_LAPSE, [*slot[:3], deps.clock.now()])
    for _ in lapsed:
        await pass_on(deps, slot)
    if lapsed:
        await tell(deps, slot, "offer_lapsed", lapsed)


def offered_until(rules: BookingRules, now: datetime, starts_at: datetime) -> datetime | None:
    """None when there is not enough time left. The hold begins when a phone may ring: nobody has to answer at night."""
    here = local(now)
    begins = max(here, datetime.combine(here.date(), rules.offer_from, SHANGHAI))
    if here.time() >= rules.offer_to:
        begins = datetime.combine(here.date() + timedelta(days=1), rules.offer_from, SHANGHAI)
    until = (begins + rules.offer).replace(microsecond=0)
    return until if until < starts_at else None


async def tell(
    deps: Deps, slot: SlotKey, kind: str, entries: list[dict[str, Any]], until: datetime | None = None
) -> None:
    center = await Center.get(id=slot.center_id)
    words = {
        "when_text": when_text(slot.starts_at),
        "place": views.place_text(slot.kind, center),
        "center": center.name,
        "due_text": when_text(until) if until else "",
    }
    valid_until = until or slot.starts_at
    news = [News(each["resident_id"], kind, each["dispute_id"], words, valid_until) for each in entries]
    await notices.notify(deps, news)


async def _rows(statement: str, values: list[Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = await connections.get("default").execute_query_dict(statement, values)
    return found


async def leave_for(deps: Deps, dispute: Dispute) -> None:
    """Nobody waits any more for this case; a place that was held for it goes on. The caller has locked the case."""
    found = await WaitEntry.filter(dispute_id=dispute.id, status__in=ACTIVE).select_for_update()
    for entry in found:
        held = offer_of(entry)
        entry.status = WaitStatus.LEFT
        await entry.save(update_fields=["status"])
        if held is not None:
            await pass_on(deps, held)


def offer_of(entry: WaitEntry) -> SlotKey | None:
    """The slot of which it holds a place."""
    if entry.status is not WaitStatus.OFFERED or entry.starts_at is None:
        return None
    return SlotKey(str(entry.center_id), entry.kind, entry.starts_at)
