"""Who may say what of a commitment, and when. Whoever writes holds the case: no two payments pass each other."""

from typing import ClassVar
from uuid import UUID

from backend.accounts.actors import Actor, ResidentActor, StaffActor
from backend.core.deps import Deps
from backend.core.errors import HejieError, NotFoundError, RoleNotAllowedError
from backend.core.mediation_rules import StandingKind
from backend.disputes import representation
from backend.mediation import access, steering
from backend.mediation.access import Standing
from models import Commitment, Dispute, FulfilmentReport, Party, PartyKind, Representation, Status

RESOURCE = "commitment"
_AGREED = (Status.AGREED, Status.FULFILLED, Status.CLOSED)
_STAFF = (StandingKind.MEDIATOR, StandingKind.CENTER)


class NothingToKeepError(HejieError):
    code: ClassVar[str] = "nothing_to_keep"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "本件现在没有生效的协议，或者已经重新调解，不能登记履行。请先登记协议。"


class CommitmentEndedError(HejieError):
    code: ClassVar[str] = "commitment_ended"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "这一项已经履行完毕、免除或者被新协议代替，不用再登记。请刷新后再看。"


def require_agreed(dispute: Dispute) -> None:
    """Raises NothingToKeepError."""
    if not is_agreed(dispute):
        raise NothingToKeepError


def is_agreed(dispute: Dispute) -> bool:
    return dispute.status in _AGREED


async def one(deps: Deps, standing: Standing, commitment_id: UUID) -> Commitment:
    """With its case, its reports and their answers. Raises NotFoundError."""
    found = access.readable(deps, standing, RESOURCE, Commitment.filter(dispute_id=standing.dispute.id))
    row = await found.filter(id=commitment_id).prefetch_related("reports__answers").first()
    if row is None:
        raise NotFoundError
    row.dispute = standing.dispute
    return row


def require_running(row: Commitment) -> None:
    """Raises NothingToKeepError, CommitmentEndedError."""
    require_agreed(row.dispute)
    if row.ended_as is not None:
        raise CommitmentEndedError


def is_staff(standing: Standing) -> bool:
    return standing.kind in _STAFF


def is_debtor(standing: Standing, row: Commitment) -> bool:
    return row.debtor_id in standing.party_ids


async def is_creditor(standing: Standing, row: Commitment) -> bool:
    """Named as such; where nobody is, whoever is on the other side than who owes it."""
    if row.creditor_id is not None or row.debtor_id is None:
        return row.creditor_id in standing.party_ids
    mine = {party.side for party in await Party.filter(id__in=list(standing.party_ids))}
    return bool(mine) and (await Party.get(id=row.debtor_id)).side not in mine


async def creditors(row: Commitment) -> list[UUID]:
    """To whom it is owed: named, or all on the other side than who owes it."""
    if row.creditor_id is not None:
        return [row.creditor_id]
    debtor = await Party.get_or_none(id=row.debtor_id) if row.debtor_id else None
    if debtor is None:
        return []
    others = Party.filter(dispute_id=row.dispute_id, removed_at=None).exclude(side=debtor.side)
    return [party.id for party in await others]


async def may_waive(deps: Deps, actor: ResidentActor, standing: Standing, row: Commitment) -> bool:
    """A claim is given up by whoever may sign an agreement, and by nobody for others on the same side."""
    owed = await creditors(row)
    return (
        bool(owed)
        and standing.party_ids.issuperset(owed)
        and all([await _settles(deps, actor, party) for party in await Party.filter(id__in=owed)])
    )


async def _settles(deps: Deps, actor: ResidentActor, party: Party) -> bool:
    if party.resident_id == actor.id and party.kind is PartyKind.PERSON and not party.is_minor:
        return True
    acting = await Representation.filter(party_id=party.id, resident_id=actor.id, ended_at=None)
    return any(representation.signing_role(deps.catalog, party, each) for each in acting)


def may_decide(actor: Actor, standing: Standing) -> bool:
    return isinstance(actor, StaffActor) and steering.is_lead(actor, standing)


async def may_report(actor: Actor, standing: Standing, row: Commitment) -> bool:
    if isinstance(actor, StaffActor):
        return steering.is_of_center(actor, standing)
    return is_debtor(standing, row) or await is_creditor(standing, row)


async def may_answer(actor: Actor, standing: Standing, row: Commitment, report: FulfilmentReport) -> bool:
    """Once, while it counts."""
    is_answered = any(answer.by_kind is actor.kind for answer in report.answers)
    is_open = report.is_met is None and is_agreed(standing.dispute) and is_awaited(actor, standing)
    return is_open and not is_answered and await is_asked(actor, standing, row, report)


async def is_asked(actor: Actor, standing: Standing, row: Commitment, report: FulfilmentReport) -> bool:
    """Nobody answers what they said themselves."""
    if isinstance(actor, StaffActor):
        return may_decide(actor, standing)
    return report.reporter_id != actor.id and await is_creditor(standing, row)


def is_awaited(actor: Actor, standing: Standing) -> bool:
    """The other side only while the case is not done with."""
    return isinstance(actor, StaffActor) or standing.dispute.status is Status.AGREED


def require(*, allowed: bool) -> None:
    """Raises RoleNotAllowedError."""
    if not allowed:
        raise RoleNotAllowedError
