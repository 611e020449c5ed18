"""Separate talks: what was said belongs to that party and the mediator in whom it was confided, until one item after
the other is shown to the other side. Concessions never leave with the file."""

from collections import defaultdict
from typing import ClassVar
from uuid import UUID

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from backend.accounts.actors import Actor, StaffActor
from backend.core.deps import Deps
from backend.core.errors import FieldProblem, HejieError, InvalidFieldsError, NotFoundError
from backend.core.mediation_rules import StandingKind
from backend.core.pagination import cut, decode_id
from backend.core.schema import Page
from backend.disputes import queries
from backend.disputes.history import Entry
from backend.mediation import access, acts, running, sharing, talks, telling
from backend.mediation.access import Standing
from backend.mediation.sharing import Item, SharedWith
from backend.mediation.talk_schemas import (
    CaucusHandoverOut,
    CaucusItemOut,
    CaucusQuery,
    CaucusShareIn,
)
from models import Audience, Meeting, Proposal, TalkMessage

Confided = TalkMessage | Proposal


class ConsentNeededError(HejieError):
    code: ClassVar[str] = "consent_needed"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "这是当事人单独说的话，要先征得本人同意并写明，才能告诉对方。"


async def page(deps: Deps, actor: Actor, dispute_id: UUID, query: CaucusQuery) -> Page[CaucusItemOut]:
    """Own ones and those that were shown; the oldest first. Raises NotFoundError."""
    standing = await acts.standing(actor, dispute_id)
    items, last = _readable(deps, actor, standing), decode_id(query.cursor)
    if query.party_id is not None:
        items = items.filter(party_id=query.party_id)
    if last is not None:
        items = items.filter(id__gt=last)
    rows, next_cursor = cut(await items.order_by("id").limit(query.limit + 1), query.limit, lambda row: (str(row.id),))
    shown = await _shown(standing, rows)
    return Page[CaucusItemOut](
        items=[CaucusItemOut(**talks.out(deps, row).model_dump(), shared_with=shown[row.id]) for row in rows],
        next_cursor=next_cursor,
    )


async def share(deps: Deps, actor: Actor, dispute_id: UUID, item_id: UUID, fields: CaucusShareIn) -> CaucusItemOut:
    """By the party that said it, or by the mediator: the own words freely, a party's with its consent on record.
    Raises NotFoundError, ConsentNeededError, InvalidFieldsError."""
    standing = await acts.standing(actor, dispute_id, lock=True)
    message = await _readable(deps, actor, standing).get_or_none(id=item_id)
    if message is None or not _may_show(standing, message):
        raise NotFoundError
    running.require_talks(standing.dispute)
    await reveal(deps, actor, standing, message, fields, is_confided=message.said_by_id is not None)
    shown = await _shown(standing, [message])
    return CaucusItemOut(**talks.out(deps, message).model_dump(), shared_with=shown[message.id])


async def reveal(
    deps: Deps,
    actor: Actor,
    standing: Standing,
    row: TalkMessage | Proposal,
    fields: CaucusShareIn,
    *,
    is_confided: bool,
) -> None:
    """To other parties, who hear of it. `is_confided`: a party's own, for which the mediator needs its consent. Raises
    ConsentNeededError, InvalidFieldsError at `to`."""
    resource, table = ("caucus", "talk_message") if isinstance(row, TalkMessage) else ("proposal", "proposal")
    beyond = [place for place, each in enumerate(fields.to) if each.kind != "party"]
    if beyond:
        wrong = "单独谈话的内容只能告诉本案的当事人。"
        raise InvalidFieldsError(fields=tuple(FieldProblem(f"to.{place}", wrong) for place in beyond))
    is_mediator = standing.kind is StandingKind.MEDIATOR
    if is_mediator and is_confided and fields.consent is None:
        raise ConsentNeededError
    await sharing.show(deps, actor, standing, Item(resource, row.id), fields.to)
    if is_mediator and fields.consent is not None:
        row.consent_sealed = deps.keyring.seal(fields.consent, table, "consent", row.id)
        await row.save(update_fields=["consent_sealed"])
    told, data = [each.id for each in fields.to if each.id], {"resource": resource, "item_id": str(row.id)}
    await telling.tell_parties(deps, standing.dispute, actor, told, "caucus_shown", data=data)


async def hand_over(deps: Deps, actor: StaffActor, dispute_id: UUID) -> CaucusHandoverOut:
    """By the mediator in whom it was confided, also after another one has been assigned. Raises NotFoundError."""
    dispute = await queries.for_staff(actor, dispute_id, lock=True)
    mine = {"dispute_id": dispute.id, "mediator_id": actor.id, "handed_over_at": None}
    messages = TalkMessage.filter(**mine, party_id__isnull=False)
    meetings = Meeting.filter(**mine, caucus_party_id__isnull=False)
    proposals = Proposal.filter(**mine, in_caucus=True)
    count = 0
    for rows in (messages, meetings, proposals):
        count += await rows.update(handed_over_at=deps.clock.now())
    if not count and dispute.mediator_id != actor.id:
        raise NotFoundError
    await telling.record(deps, dispute, actor, Entry("caucus_handed_over", Audience.STAFF, {"count": count}))
    return CaucusHandoverOut(count=count)


def _readable(deps: Deps, actor: Actor, standing: Standing) -> QuerySet[TalkMessage]:
    rows = TalkMessage.filter(talks.CAUCUS, dispute_id=standing.dispute.id)
    own = Q(party_id__in=list(standing.party_ids))
    found = access.readable(deps, standing, "caucus", rows, own)
    return found.filter(acts.confided_in(actor, standing, secret=talks.CAUCUS))


def _may_show(standing: Standing, message: TalkMessage) -> bool:
    """What was shown to a party is not that party's to pass on; nor are the mediator's words to it."""
    return standing.kind is StandingKind.MEDIATOR or message.said_by_id in standing.party_ids


async def _shown(standing: Standing, rows: list[TalkMessage]) -> defaultdict[UUID, list[SharedWith]]:
    """Nobody learns from it who else was told, but the party whose talk it is and the mediator."""
    mine = [row.id for row in rows if standing.kind is StandingKind.MEDIATOR or row.party_id in standing.party_ids]
    return await sharing.shown_to("caucus", mine)
