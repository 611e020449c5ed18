"""Proposals and counter-proposals. However many are open, only one is accepted in a case at a time: the case's lock
says who was first, and the database keeps it so."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from backend.accounts.actors import Actor
from backend.core.deps import Deps
from backend.core.errors import FieldProblem, HejieError, InvalidFieldsError, NotFoundError
from backend.core.mediation_rules import StandingKind
from backend.mediation import access, acts, caucus, proposal_views, running, telling
from backend.mediation.access import Standing
from backend.mediation.proposal_schemas import ProposalAnswerIn, ProposalIn, ProposalOut
from backend.mediation.talk_schemas import CaucusShareIn
from models import (
    Dispute,
    Party,
    Proposal,
    ProposalAnswer,
    ProposalAnswerKind,
    ProposalStatus,
    Status,
)
from models.base import uuid7


class ProposalClosedError(HejieError):
    code: ClassVar[str] = "proposal_closed"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "这个方案已经有了结果或者已撤回，不能再答复。请刷新后看最新的方案。"


class ProposalExpiredError(HejieError):
    code: ClassVar[str] = "proposal_expired"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "这个方案已过答复期限，不能再接受。需要时请对方或调解员重新提出。"


class AnotherAcceptedError(HejieError):
    code: ClassVar[str] = "another_accepted"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "本案刚刚已有一个方案被接受。请先看那个方案；要改的，请调解员先撤下它。"


async def propose(deps: Deps, actor: Actor, dispute_id: UUID, fields: ProposalIn) -> ProposalOut:
    """By the mediator or a party. Raises NotFoundError, RoleNotAllowedError, MediationNotOpenError,
    MediationRestsError, PartyLeftError, InvalidFieldsError."""
    standing = await _locked(deps, actor, dispute_id)
    access.require(standing, StandingKind.PARTY, StandingKind.MEDIATOR)
    maker = await acts.own_party(standing) if standing.kind is StandingKind.PARTY else None
    addressed = await _addressed(standing, fields, maker)
    if fields.counter_to is not None:
        await _check_counter(deps, actor, standing, fields)
    proposal_id, caucus_party = uuid7(), None
    if fields.in_caucus:
        caucus_party = maker or addressed[0]
    terms = json.dumps([term.model_dump(mode="json") for term in fields.terms], ensure_ascii=False)
    proposal = Proposal(
        id=proposal_id,
        dispute_id=standing.dispute.id,
        counter_to_id=fields.counter_to,
        made_by_party_id=maker.id if maker else None,
        made_by_id=actor.id,
        in_caucus=caucus_party is not None,
        mediator_id=standing.dispute.mediator_id,
        summary_sealed=deps.keyring.seal(fields.summary, "proposal", "summary", proposal_id),
        terms_sealed=deps.keyring.seal(terms, "proposal", "terms", proposal_id),
        status=ProposalStatus.OPEN,
        expires_at=fields.expires_at,
        made_at=deps.clock.now(),
    )
    await proposal.save(force_create=True)
    pending = ProposalAnswerKind.PENDING
    await ProposalAnswer.bulk_create(
        [ProposalAnswer(id=uuid7(), proposal_id=proposal_id, party_id=each.id, answer=pending) for each in addressed]
    )
    await _record(deps, actor, standing.dispute, proposal, "terms_proposed")
    return await proposal_views.one(deps, standing, proposal)


async def answer(
    deps: Deps, actor: Actor, dispute_id: UUID, proposal_id: UUID, fields: ProposalAnswerIn
) -> ProposalOut:
    """It is accepted when the last of those addressed accepts. Raises NotFoundError, RoleNotAllowedError,
    MediationNotOpenError, MediationRestsError, InvalidFieldsError, ProposalClosedError, ProposalExpiredError,
    AnotherAcceptedError."""
    standing = await _locked(deps, actor, dispute_id)
    proposal = await proposal_views.found(deps, actor, standing, proposal_id)
    access.require(standing, StandingKind.PARTY, StandingKind.MEDIATOR)
    mine = await _to_answer(standing, proposal, fields)
    _require_open(proposal, deps.clock.now())
    is_accepted = fields.answer == "accepted"
    if is_accepted and not proposal.in_caucus:
        await _require_none_accepted(standing.dispute)
    for row in mine:
        row.answer, row.answered_at = ProposalAnswerKind(fields.answer), deps.clock.now()
        row.answered_by_kind = actor.kind
        if fields.comment is not None:
            row.comment_sealed = deps.keyring.seal(fields.comment, "proposal_answer", "comment", row.id)
        await row.save(update_fields=["answer", "answered_at", "answered_by_kind", "comment_sealed"])
    await _settle(deps, proposal, refused=not is_accepted)
    await _record(deps, actor, standing.dispute, proposal, f"proposal_{fields.answer}")
    return await proposal_views.one(deps, standing, proposal)


async def withdraw(deps: Deps, actor: Actor, dispute_id: UUID, proposal_id: UUID) -> ProposalOut:
    """By who made it, while it is open; the mediator also takes down what was accepted, so that another one can be.
    Raises NotFoundError, RoleNotAllowedError, MediationNotOpenError, ProposalClosedError."""
    standing = await _locked(deps, actor, dispute_id)
    proposal = await proposal_views.found(deps, actor, standing, proposal_id)
    access.require(standing, StandingKind.PARTY, StandingKind.MEDIATOR)
    is_mediator = standing.kind is StandingKind.MEDIATOR
    if not is_mediator and proposal.made_by_party_id not in standing.party_ids:
        raise NotFoundError
    took_down = is_mediator and proposal.status is ProposalStatus.ACCEPTED
    if proposal.status is not ProposalStatus.OPEN and not took_down:
        raise ProposalClosedError
    await _close(deps, proposal, ProposalStatus.WITHDRAWN)
    await _record(deps, actor, standing.dispute, proposal, "terms_withdrawn")
    return await proposal_views.one(deps, standing, proposal)


async def share(deps: Deps, actor: Actor, dispute_id: UUID, proposal_id: UUID, fields: CaucusShareIn) -> ProposalOut:
    """One from a separate talk: by the party that made it, or by the mediator. What the party answered is not shown
    with it. Raises NotFoundError, MediationNotOpenError, MediationRestsError, ConsentNeededError, InvalidFieldsError at
    `to`."""
    standing = await _locked(deps, actor, dispute_id)
    proposal = await proposal_views.found(deps, actor, standing, proposal_id)
    is_theirs = standing.kind is StandingKind.MEDIATOR or proposal.made_by_party_id in standing.party_ids
    if not proposal.in_caucus or not is_theirs:
        raise NotFoundError
    said = ProposalAnswer.filter(proposal_id=proposal.id).exclude(answer=ProposalAnswerKind.PENDING)
    is_confided = proposal.made_by_party_id is not None or await said.exists()
    await caucus.reveal(deps, actor, standing, proposal, fields, is_confided=is_confided)
    return await proposal_views.one(deps, standing, proposal)


async def _locked(deps: Deps, actor: Actor, dispute_id: UUID) -> Standing:
    standing = await acts.standing(actor, dispute_id, lock=True)
    acts.require_seen(deps, standing, "proposal")
    running.require_talks(standing.dispute, Status.IN_MEDIATION)
    return standing


async def _addressed(standing: Standing, fields: ProposalIn, maker: Party | None) -> list[Party]:
    others = [party for party in await acts.taking_part(standing.dispute.id) if party.id not in standing.party_ids]
    known = {party.id: party for party in others}
    wrong = [place for place, party_id in enumerate(fields.to) if party_id not in known]
    if wrong:
        message = "请选择本案仍在参加调解的对方当事人。"
        raise InvalidFieldsError(fields=tuple(FieldProblem(f"to.{place}", message) for place in wrong))
    if fields.in_caucus and maker is not None:
        if fields.to:
            raise InvalidFieldsError.at("to", "只告诉调解员的方案不能同时发给对方，请去掉对方。")
        return []
    if fields.in_caucus and len(set(fields.to)) != 1:
        raise InvalidFieldsError.at("to", "单独谈话中的方案只能给一位当事人，请只选一位。")
    chosen = [known[party_id] for party_id in dict.fromkeys(fields.to)] or others
    if not chosen:
        raise InvalidFieldsError.at("to", "没有可以答复这个方案的当事人。")
    return chosen


async def _check_counter(deps: Deps, actor: Actor, standing: Standing, fields: ProposalIn) -> None:
    """To one that the maker knows of; from a separate talk nothing is answered in the open."""
    first = await proposal_views.readable(deps, actor, standing).get_or_none(id=fields.counter_to)
    if first is None or (first.in_caucus and not fields.in_caucus):
        raise InvalidFieldsError.at("counter_to", "没有这个方案，请刷新后重新选择。")


async def _to_answer(standing: Standing, proposal: Proposal, fields: ProposalAnswerIn) -> list[ProposalAnswer]:
    """Raises InvalidFieldsError, ProposalClosedError for who has answered."""
    rows = await ProposalAnswer.filter(proposal_id=proposal.id).order_by("id")
    if standing.kind is StandingKind.PARTY:
        rows = [row for row in rows if row.party_id in standing.party_ids]
    elif fields.party_id is None:
        raise InvalidFieldsError.at("party_id", "请选择是哪一位当事人的答复。")
    if fields.party_id is not None:
        rows = [row for row in rows if row.party_id == fields.party_id]
        if not rows:
            raise InvalidFieldsError.at("party_id", "这个方案不是给这位当事人的，请重新选择。")
    if not rows:
        raise NotFoundError
    left = {party.id for party in await acts.taking_part(proposal.dispute_id)}
    if not {row.party_id for row in rows} <= left:
        raise acts.PartyLeftError
    if any(row.answer is not ProposalAnswerKind.PENDING for row in rows):
        raise ProposalClosedError
    return rows


def _require_open(proposal: Proposal, now: datetime) -> None:
    if proposal.status is not ProposalStatus.OPEN:
        raise ProposalClosedError
    if proposal.expires_at <= now:
        raise ProposalExpiredError


async def _require_none_accepted(dispute: Dispute) -> None:
    if await Proposal.exists(dispute_id=dispute.id, status=ProposalStatus.ACCEPTED, in_caucus=False):
        raise AnotherAcceptedError


async def _settle(deps: Deps, proposal: Proposal, *, refused: bool) -> None:
    if refused:
        await _close(deps, proposal, ProposalStatus.REFUSED)
        return
    rows: Sequence[ProposalAnswer] = await ProposalAnswer.filter(proposal_id=proposal.id)
    if all(row.answer is ProposalAnswerKind.ACCEPTED for row in rows):
        await _close(deps, proposal, ProposalStatus.ACCEPTED)


async def _close(deps: Deps, proposal: Proposal, status: ProposalStatus) -> None:
    proposal.status, proposal.closed_at = status, deps.clock.now()
    await proposal.save(update_fields=["status", "closed_at"])


async def _record(deps: Deps, actor: Actor, dispute: Dispute, proposal: Proposal, event: str) -> None:
    """For those between whom it is; the file keeps that there was one. Of a separate talk the other side learns
    nothing."""
    data = {"proposal_id": str(proposal.id), "in_caucus": proposal.in_caucus, "status": proposal.status.value}
    asked = ProposalAnswer.filter(proposal_id=proposal.id).values_list("party_id", flat=True)
    between = {UUID(str(each)) for each in (*await asked, proposal.made_by_party_id) if each}
    tell = telling.tell_parties if proposal.in_caucus else telling.tell_between
    await tell(deps, dispute, actor, between, event, data=data)
