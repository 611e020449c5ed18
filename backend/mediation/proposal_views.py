"""Proposals as those read them who made them, to whom they were made, and who answers for the case."""

import json
from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet

from backend.accounts.actors import Actor
from backend.core.deps import Deps
from backend.core.errors import NotFoundError
from backend.core.mediation_rules import StandingKind
from backend.core.pagination import cut, decode_id
from backend.core.schema import Page, PageQuery
from backend.mediation import access, acts
from backend.mediation.access import Standing
from backend.mediation.proposal_schemas import ProposalAnswerOut, ProposalOut
from backend.mediation.sharing import shown_to
from backend.mediation.talks import SIDES
from models import Dispute, Party, Proposal, ProposalAnswer, ProposalStatus, Staff

_SECRET = Q(in_caucus=True)


async def page(deps: Deps, actor: Actor, dispute_id: UUID, query: PageQuery) -> Page[ProposalOut]:
    """The latest first. Raises NotFoundError."""
    standing = await acts.standing(actor, dispute_id)
    proposals, last = readable(deps, actor, standing), decode_id(query.cursor)
    if last is not None:
        proposals = proposals.filter(id__lt=last)
    rows = await proposals.order_by("-id").limit(query.limit + 1)
    shown, next_cursor = cut(rows, query.limit, lambda row: (str(row.id),))
    return Page[ProposalOut](items=await _out(deps, standing, shown), next_cursor=next_cursor)


async def get(deps: Deps, actor: Actor, dispute_id: UUID, proposal_id: UUID) -> ProposalOut:
    """Raises NotFoundError."""
    standing = await acts.standing(actor, dispute_id)
    return await one(deps, standing, await found(deps, actor, standing, proposal_id))


async def found(deps: Deps, actor: Actor, standing: Standing, proposal_id: UUID) -> Proposal:
    """Raises NotFoundError."""
    proposal = await readable(deps, actor, standing).get_or_none(id=proposal_id)
    if proposal is None:
        raise NotFoundError
    return proposal


async def one(deps: Deps, standing: Standing, proposal: Proposal) -> ProposalOut:
    return (await _out(deps, standing, [proposal]))[0]


async def accepted_terms(deps: Deps, dispute: Dispute, proposal_id: UUID) -> list[dict[str, Any]] | None:
    """Of the one that the case has accepted; None for any other id."""
    proposal = await Proposal.get_or_none(
        id=proposal_id, dispute_id=dispute.id, status=ProposalStatus.ACCEPTED, in_caucus=False
    )
    return None if proposal is None else _terms(deps, proposal)


def readable(deps: Deps, actor: Actor, standing: Standing) -> QuerySet[Proposal]:
    """What was made in a separate talk is that party's and the mediator's. Raises NotFoundError."""
    proposals, mine = Proposal.filter(dispute_id=standing.dispute.id), list(standing.party_ids)
    if standing.kind not in (StandingKind.MEDIATOR, StandingKind.PARTY):
        proposals = proposals.filter(in_caucus=False)
    addressed = Subquery(ProposalAnswer.filter(party_id__in=mine).values("proposal_id"))
    own = Q(made_by_party_id__in=mine) | Q(id__in=addressed)
    rows = access.readable(deps, standing, "proposal", proposals, own)
    return rows.filter(acts.confided_in(actor, standing, secret=_SECRET))


async def _out(deps: Deps, standing: Standing, proposals: Sequence[Proposal]) -> list[ProposalOut]:
    ids = [proposal.id for proposal in proposals]
    answers = await ProposalAnswer.filter(proposal_id__in=ids).order_by("id")
    by_proposal = defaultdict[UUID, list[ProposalAnswer]](list)
    for row in answers:
        by_proposal[row.proposal_id].append(row)
    sides = {party.id: SIDES[party.side] for party in await Party.filter(dispute_id=standing.dispute.id)}
    makers = Staff.filter(id__in=[proposal.made_by_id for proposal in proposals])
    names = sides | {staff.id: staff.name for staff in await makers}
    inside = {each.id for each in proposals if _is_inside(standing, each, by_proposal[each.id])}
    shown = await shown_to("proposal", inside)
    return [
        _one(deps, standing, each, by_proposal[each.id], names).model_copy(update={"shared_with": shown[each.id]})
        if each.id in inside
        else _from_outside(_one(deps, standing, each, [], names))
        for each in proposals
    ]


def _is_inside(standing: Standing, proposal: Proposal, answers: list[ProposalAnswer]) -> bool:
    """Of a separate talk: the mediator, and the party whose it is."""
    there = {proposal.made_by_party_id, *(row.party_id for row in answers)}
    return not proposal.in_caucus or standing.kind is StandingKind.MEDIATOR or not there.isdisjoint(standing.party_ids)


def _from_outside(shown: ProposalOut) -> ProposalOut:
    """What the party answered is no part of what it let be shown."""
    known = shown.status in ("withdrawn", "expired")
    return shown if known else shown.model_copy(update={"status": "open", "closed_at": None})


def _one(
    deps: Deps, standing: Standing, proposal: Proposal, answers: list[ProposalAnswer], names: dict[UUID, str]
) -> ProposalOut:
    is_over = proposal.status is ProposalStatus.OPEN and proposal.expires_at <= deps.clock.now()
    party_id = proposal.made_by_party_id
    return ProposalOut(
        id=str(proposal.id),
        counter_to=str(proposal.counter_to_id) if proposal.counter_to_id else None,
        made_by="party" if party_id else "mediator",
        party_id=str(party_id) if party_id else None,
        name=names.get(party_id or proposal.made_by_id, ""),
        in_caucus=proposal.in_caucus,
        summary=deps.keyring.open(proposal.summary_sealed, "proposal", "summary", proposal.id),
        terms=_terms(deps, proposal),
        status="expired" if is_over else proposal.status.value,
        expires_at=proposal.expires_at,
        made_at=proposal.made_at,
        closed_at=proposal.closed_at,
        answers=[_answer(deps, standing, row, names) for row in answers],
        shared_with=[],
    )


def _answer(deps: Deps, standing: Standing, row: ProposalAnswer, names: dict[UUID, str]) -> ProposalAnswerOut:
    own = standing.kind is StandingKind.MEDIATOR or row.party_id in standing.party_ids
    comment = row.comment_sealed if own else None
    return ProposalAnswerOut(
        party_id=str(row.party_id),
        side_text=names.get(row.party_id, ""),
        answer=row.answer.value,
        comment=deps.keyring.open(comment, "proposal_answer", "comment", row.id) if comment else None,
        by=row.answered_by_kind,
        at=row.answered_at,
    )


def _terms(deps: Deps, proposal: Proposal) -> list[Any]:
    opened: list[Any] = json.loads(deps.keyring.open(proposal.terms_sealed, "proposal", "terms", proposal.id))
    return opened
