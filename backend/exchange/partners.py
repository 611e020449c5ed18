"""Partners entered and changed: by the operator's command only, as it names hosts and hands out keys."""

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from tortoise import connections

from backend.core import rows
from backend.core.deps import Deps
from backend.core.errors import HejieError
from backend.exchange import book, directory, keys, mapping, outbox
from backend.exchange.mapping import Pair
from backend.exchange.schemas import PartnerDraft
from models import CodeSide, CodeWay, OutgoingEvent, OutgoingState, Partner, UnknownCode

_HORIZON = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint - 1 AS xid"


class PartnerExistsError(HejieError):
    code: ClassVar[str] = "partner_exists"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "已有同一代号的协同平台，请换一个代号。"


async def add(deps: Deps, draft: PartnerDraft) -> tuple[Partner, str]:
    """And its secret, which is told once. It is told of what happens from now on. Needs an open transaction, as does
    everything here."""
    if await Partner.filter(code=draft.code).exists():
        raise PartnerExistsError
    now = deps.clock.now()
    horizon = await connections.get("default").execute_query_dict(_HORIZON)
    partner = Partner(**draft.model_dump(), since=now, created_at=now, cursor_xid=horizon[0]["xid"])
    await rows.insert([partner])
    return await Partner.get(id=partner.id), await keys.rotate(deps, partner)


async def change(code: str, draft: PartnerDraft) -> Partner:
    partner = await directory.lock((await directory.by_code(code)).id)
    for name, value in draft.model_dump(exclude={"code"}).items():
        setattr(partner, name, value)
    await partner.save(update_fields=list(draft.model_dump(exclude={"code"})))
    return partner


async def pause(deps: Deps, code: str) -> Partner:
    """Nothing more is sent, and nothing taken; what happens meanwhile waits."""
    return await _set_paused(code, deps.clock.now())


async def resume(code: str) -> Partner:
    return await _set_paused(code, None)


async def _set_paused(code: str, paused_at: datetime | None) -> Partner:
    partner = await directory.lock((await directory.by_code(code)).id)
    partner.paused_at = paused_at
    await partner.save(update_fields=["paused_at"])
    return partner


async def map_codes(deps: Deps, partner: Partner, pairs: Iterable[Pair]) -> int:
    """In place of all it had; what is known now leaves the work list."""
    wanted = list(pairs)
    await mapping.replace(partner.id, wanted)
    for pair in wanted:
        for side, code, but in (
            (CodeSide.OURS, pair.ours, CodeWay.IN),
            (CodeSide.THEIRS, pair.theirs, CodeWay.OUT),
        ):
            if pair.way is not but:
                open_ones = UnknownCode.filter(partner_id=partner.id, kind=pair.kind, side=side, settled_at=None)
                known = open_ones if code == mapping.ALL else open_ones.filter(code=code)
                await known.update(settled_at=deps.clock.now())
    return len(wanted)


async def replay(deps: Deps, partner: Partner, *, since: datetime | None, after: int | None) -> int:
    """Everything from a moment on, or after a number that the partner has seen last; how many events."""
    locked = await directory.lock(partner.id)
    if since is not None:
        return await outbox.replay_since(deps.catalog, locked, since, deps.clock.now())
    return await outbox.replay_after(locked, after or 0, deps.clock.now())


async def send_dead_again(deps: Deps, partner: Partner, ids: Iterable[int] | None) -> int:
    await _lock(partner.id)
    return await book.send_again(partner.id, ids, deps.clock.now())


async def skip_dead(deps: Deps, partner: Partner, ids: Iterable[int] | None) -> int:
    await _lock(partner.id)
    return await book.skip(partner.id, ids, deps.clock.now())


async def dead_events(partner: Partner, limit: int, after: int = 0) -> list[OutgoingEvent]:
    found = OutgoingEvent.filter(partner_id=partner.id, state=OutgoingState.DEAD, id__gt=after)
    return await found.order_by("id").limit(limit).prefetch_related("event", "dispute")


async def _lock(partner_id: UUID) -> None:
    _ = await directory.lock(partner_id)
