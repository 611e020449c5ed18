"""The safety path: signs of danger raise a red card at once; what they forbid stays forbidden until it is cleared."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from tortoise.queryset import QuerySet

from backend.accounts.actors import Actor
from backend.core import rows
from backend.core.catalog import Catalog
from backend.core.deps import Deps
from backend.core.errors import HejieError
from backend.disputes import history
from backend.disputes.history import Entry
from models import ActorKind, Audience, Dispute, RedCard, Safety
from models.base import uuid7


class SafetyHoldError(HejieError):
    code: ClassVar[str] = "safety_hold"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "本件有安全红牌，不能安排双方见面。请先处置，由中心主任写明理由解除后再进行。"


@dataclass(frozen=True, slots=True)
class Signs:
    """`words` are what was found, by signal; for staff to review."""

    signals: tuple[str, ...]
    words: dict[str, list[str]]

    def __bool__(self) -> bool:
        return bool(self.signals)


def signs(catalog: Catalog, chosen: Iterable[str], *texts: str | None) -> Signs:
    """What was chosen, and what the words of the catalog find."""
    written = "\n".join("".join(text.split()) for text in texts if text)
    found = {
        code: hits
        for code, signal in catalog.safety_signals.items()
        if (hits := [word for word in signal.words if word in written])
    }
    wanted = {*chosen, *found}
    return Signs(tuple(code for code in catalog.safety_signals if code in wanted), found)


async def unnamed(found: Signs, cards: QuerySet[RedCard]) -> Signs:
    """Without the signals that one of these cards names already."""
    if not found:
        return found
    named = {signal for card in await cards.only("signals") for signal in card.signals}
    signals = tuple(code for code in found.signals if code not in named)
    return Signs(signals, {code: hits for code, hits in found.words.items() if code in signals})


def advice(catalog: Catalog, found: Signs) -> str | None:
    """What the resident reads at once."""
    return "".join(catalog.safety_signals[code].advice for code in found.signals) or None


async def raise_card(deps: Deps, dispute: Dispute, actor: Actor | None, found: Signs, reason: str = "") -> RedCard:
    """Every time anew: two reports are two cards."""
    dispute.safety, card_id = Safety.RED, uuid7()
    await dispute.save(update_fields=["safety"])
    why = json.dumps({"reason": reason, "words": found.words}, ensure_ascii=False)
    card = RedCard(
        id=card_id,
        dispute_id=dispute.id,
        signals=list(found.signals),
        raised_by=actor.kind if actor else ActorKind.SYSTEM,
        actor_id=actor.id if actor else None,
        reason_sealed=deps.keyring.seal(why, "red_card", "reason", card_id),
        raised_at=deps.clock.now(),
    )
    await rows.insert([card])
    signals = [deps.catalog.safety_signals[code] for code in found.signals]
    data = {
        "red_card_id": str(card_id),
        "signals": list(found.signals),
        "titles": [signal.title for signal in signals],
        "reminders": [signal.reminder for signal in signals],
    }
    detail = {"reason": reason, "words": found.words}
    await history.record(deps, dispute, actor, Entry("red_card", Audience.STAFF, data, detail))
    return card


async def is_held(deps: Deps, dispute: Dispute) -> bool:
    """Whether the two sides must be kept apart."""
    if dispute.safety is not Safety.RED:
        return False
    blocking = {code for code, signal in deps.catalog.safety_signals.items() if signal.blocks}
    cards = await RedCard.filter(dispute_id=dispute.id, cleared_at=None)
    return any(blocking.intersection(card.signals) for card in cards)


async def require_no_hold(deps: Deps, dispute: Dispute) -> None:
    """Before anything that brings both sides together. Raises SafetyHoldError."""
    if await is_held(deps, dispute):
        raise SafetyHoldError
