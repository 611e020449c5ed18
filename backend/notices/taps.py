"""What residents answered when they were asked for messages, as the page and as WeChat report it, and what to ask next.

WeChat's events are stored when they come and wait here. Whoever needs a person's books takes in first what waits for
them, so that nothing that WeChat has told us is overlooked, and everything takes effect once, in its order.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from backend.accounts.actors import ResidentActor
from backend.core.catalog import Catalog
from backend.core.clock import Clock
from backend.core.deps import Deps
from backend.notices import ledger
from backend.notices.ledger import Tap
from models import GrantSource, SubscriptionAnswer, WechatCallback

POPUP: Final = "subscription_popup"
CHANGE: Final = "subscription_change"

_WITHIN_THE_SECOND: Final = timedelta(microseconds=999_999)
"""WeChat's clock shows whole seconds: what was accepted in the same one came before."""


async def report(deps: Deps, actor: ResidentActor, results: Mapping[str, object], scene: str) -> dict[str, int]:
    """What the page was told by `wx.requestSubscribeMessage`. Returns how many messages of each of these templates
    are allowed."""
    answers = {
        template_id: answer
        for template_id, answer in results.items()
        if isinstance(answer, str) and template_id in deps.catalog.template_by_id
    }
    now = deps.clock.now()
    await ledger.lock(actor.id)
    await take_in(deps.catalog, deps.clock, actor.id, actor.openid)
    await ledger.report(deps.catalog, actor.id, Tap(GrantSource.PAGE, answers, now, scene), now)
    return await ledger.live(actor.id, answers)


async def take_in(catalog: Catalog, clock: Clock, resident_id: UUID, openid: str) -> None:
    """What WeChat has told of this person's answers and nobody has looked at yet. The caller holds `ledger.lock`."""
    waiting = WechatCallback.filter(openid=openid, handled_at=None, kind__in=(POPUP, CHANGE))
    for event in await waiting.order_by("created_at", "received_at", "id"):
        await apply(catalog, clock, resident_id, event)
        event.handled_at = clock.now()
        await event.save(update_fields=["handled_at"])


async def apply(catalog: Catalog, clock: Clock, resident_id: UUID, event: WechatCallback) -> None:
    """One event of either kind. The caller holds `ledger.lock`."""
    now = clock.now()
    at = now if event.created_at is None else min(event.created_at, now)
    said = {str(item["template_id"]): str(item["status"] or "") for item in event.items}
    if event.kind == POPUP:
        await ledger.report(catalog, resident_id, Tap(GrantSource.EVENT, said, at), now)
        return
    for template_id, answer in said.items():
        if answer == "reject" and template_id in catalog.template_by_id:
            await ledger.switch_off(resident_id, template_id, at + _WITHIN_THE_SECOND, now)


async def next_templates(
    deps: Deps, actor: ResidentActor, scene: str, *, most: int, again_after: timedelta
) -> list[str]:
    """Template ids to ask for, the most needed first; perhaps none."""
    wanted = deps.catalog.templates_of_scene(scene)
    live = await ledger.live(actor.id, wanted)
    known, now = await ledger.answers(actor.id), deps.clock.now()
    asked = [
        template_id
        for template_id in wanted
        if live[template_id] < deps.catalog.template_by_id[template_id].enough_in_hand
        and _may_ask(known.get(template_id), now, again_after)
    ]
    return deps.catalog.in_one_request(asked, most)


def _may_ask(known: SubscriptionAnswer | None, now: datetime, again_after: timedelta) -> bool:
    """Not for what WeChat has banned, and not soon after a no."""
    if known is None or known.answer == "accept":
        return True
    return known.answer != "ban" and now - known.answered_at >= again_after
