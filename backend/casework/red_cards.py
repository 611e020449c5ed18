"""The duty desk: which cases show signs of danger, who was told, who cleared them and why."""

import json
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field, ValidationInfo, field_validator
from tortoise.expressions import Q

from backend.accounts.actors import StaffActor
from backend.casework import filing, views
from backend.casework.registration import require_recorder
from backend.core.deps import Deps
from backend.core.errors import NotFoundError, RoleNotAllowedError
from backend.core.pagination import cut, decode_id
from backend.core.schema import Code, In, Line, Moment, Out, Page, PageQuery, Text, deps_of, problem
from backend.disputes import history, queries, safety
from backend.disputes.history import Entry
from backend.disputes.party_schemas import EARLIEST
from models import Audience, Dispute, RedCard, Role, Safety


class RedCardIn(In):
    signals: Annotated[tuple[Code, ...], Field(min_length=1, max_length=10)]
    reason: Text

    @field_validator("signals")
    @classmethod
    def are_signals(cls, value: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if set(value) - set(deps_of(info).catalog.safety_signals):
            raise problem("没有这个选项，请重新选择。")
        return value


class ReportIn(In):
    """Mandatory reporting: whom, when, under which number."""

    authority: Line
    reported_at: AwareDatetime
    number: Line | None = None

    @field_validator("reported_at")
    @classmethod
    def is_over(cls, value: AwareDatetime, info: ValidationInfo) -> AwareDatetime:
        if value.date() < EARLIEST or value > deps_of(info).clock.now():
            raise problem("报告时间不能晚于现在，请检查后重填。")
        return value


class ClearanceIn(In):
    reason: Text
    unfounded: bool = False
    """A false alarm: the case is as if it had never been flagged."""


class RedCardOut(Out):
    id: str
    dispute_id: str
    number: str
    center: str
    signals: list[str]
    titles: list[str]
    reminders: list[str]
    raised_by: str
    raised_at: Moment
    reason: str | None
    words: dict[str, list[str]]
    """Words that were found, by signal. As `reason`, for the center's own staff."""
    reported_at: Moment | None
    cleared_at: Moment | None
    cleared_reason: str | None


async def page(deps: Deps, actor: StaffActor, query: PageQuery) -> Page[RedCardOut]:
    """Open ones of the center, or of the city; the newest first."""
    if actor.role == Role.ADMIN:
        raise RoleNotAllowedError
    cards = RedCard.filter(cleared_at=None)
    if actor.center_id is not None:
        cards = cards.filter(Q(dispute__center_id=actor.center_id) | Q(dispute__transfer_to_id=actor.center_id))
    last = decode_id(query.cursor)
    if last is not None:
        cards = cards.filter(id__lt=last)
    found = await cards.order_by("-id").limit(query.limit + 1).select_related("dispute__center")
    rows, next_cursor = cut(found, query.limit, lambda card: (str(card.id),))
    return Page[RedCardOut](items=[out(deps, actor, card, card.dispute) for card in rows], next_cursor=next_cursor)


async def of_case(deps: Deps, actor: StaffActor, dispute_id: UUID) -> Page[RedCardOut]:
    """All of a case, cleared ones too. Raises NotFoundError."""
    dispute = await queries.for_staff(actor, dispute_id)
    cards = await RedCard.filter(dispute_id=dispute.id).order_by("-id")
    return Page[RedCardOut](items=[out(deps, actor, card, dispute) for card in cards])


async def raise_by_staff(deps: Deps, actor: StaffActor, dispute_id: UUID, fields: RedCardIn) -> RedCardOut:
    """Raises NotFoundError, RoleNotAllowedError."""
    dispute = await queries.for_staff(actor, dispute_id, lock=True)
    require_recorder(actor, dispute)
    found = safety.signs(deps.catalog, fields.signals)
    card = await filing.alarm(deps, dispute, actor, found, fields.reason)
    return out(deps, actor, card, dispute)


async def report(deps: Deps, actor: StaffActor, dispute_id: UUID, card_id: UUID, fields: ReportIn) -> RedCardOut:
    """Raises NotFoundError, RoleNotAllowedError."""
    dispute, card = await _locked(actor, dispute_id, card_id)
    require_recorder(actor, dispute)
    card.reported_at = fields.reported_at
    await card.save(update_fields=["reported_at"])
    data = {"red_card_id": str(card.id), "authority": fields.authority, "reported_at": fields.reported_at.isoformat()}
    detail = {"number": fields.number} if fields.number else {}
    await history.record(deps, dispute, actor, Entry("mandatory_report", Audience.STAFF, data, detail))
    return out(deps, actor, card, dispute)


async def clear(deps: Deps, actor: StaffActor, dispute_id: UUID, card_id: UUID, fields: ClearanceIn) -> RedCardOut:
    """Only the director. Clearing twice changes nothing. Raises NotFoundError, RoleNotAllowedError."""
    dispute, card = await _locked(actor, dispute_id, card_id)
    require_recorder(actor, dispute)
    if actor.role is not Role.DIRECTOR:
        raise RoleNotAllowedError
    if card.cleared_at is None:
        card.cleared_at, card.cleared_by_id, card.is_unfounded = deps.clock.now(), actor.id, fields.unfounded
        card.cleared_reason_sealed = deps.keyring.seal(fields.reason, "red_card", "cleared_reason", card.id)
        await card.save()
        await _settle(dispute)
        entry = Entry("red_card_cleared", Audience.STAFF, {"red_card_id": str(card.id)}, {"reason": fields.reason})
        await history.record(deps, dispute, actor, entry)
    return out(deps, actor, card, dispute)


async def _settle(dispute: Dispute) -> None:
    """Once no card is open: cleared, or, where all were false alarms, as before."""
    cards = await RedCard.filter(dispute_id=dispute.id)
    if all(card.cleared_at for card in cards):
        dispute.safety = Safety.NONE if all(card.is_unfounded for card in cards) else Safety.CLEARED
        await dispute.save(update_fields=["safety"])


async def _locked(actor: StaffActor, dispute_id: UUID, card_id: UUID) -> tuple[Dispute, RedCard]:
    dispute = await queries.for_staff(actor, dispute_id, lock=True)
    card = await RedCard.get_or_none(id=card_id, dispute_id=dispute.id)
    if card is None:
        raise NotFoundError
    return dispute, card


def out(deps: Deps, actor: StaffActor, card: RedCard, dispute: Dispute) -> RedCardOut:
    own = views.is_own(actor, dispute)
    why = json.loads(deps.keyring.open(card.reason_sealed, "red_card", "reason", card.id)) if own else {}
    cleared = card.cleared_reason_sealed if own else None
    signals = [deps.catalog.safety_signals[code] for code in card.signals if code in deps.catalog.safety_signals]
    return RedCardOut(
        id=str(card.id),
        dispute_id=str(dispute.id),
        number=dispute.number,
        center=dispute.center.name,
        signals=card.signals,
        titles=[signal.title for signal in signals],
        reminders=[signal.reminder for signal in signals],
        raised_by=card.raised_by,
        raised_at=card.raised_at,
        reason=why.get("reason"),
        words=why.get("words", {}),
        reported_at=card.reported_at,
        cleared_at=card.cleared_at,
        cleared_reason=deps.keyring.open(cleared, "red_card", "cleared_reason", card.id) if cleared else None,
    )
