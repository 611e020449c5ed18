"""Claim codes: whom a center registered takes the case to the own phone, with the code from the receipt and a second
fact that does not stand beside it."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field
from tortoise.expressions import F
from tortoise.queryset import QuerySet

from backend.accounts.actors import Actor, ResidentActor, StaffActor
from backend.appointments import people
from backend.casework import handover
from backend.casework.registration import require_recorder
from backend.core import codes, identity
from backend.core.deps import Deps
from backend.core.errors import FieldProblem, HejieError, InvalidFieldsError, NotFoundError
from backend.core.schema import Code, In, Line
from backend.disputes import history, queries, representation
from backend.disputes.history import Entry
from backend.notices import actions as notices
from backend.notices.actions import News
from models import Audience, ClaimCode, Dispute, Party, Representation, Resident, Side
from models.base import uuid7

_LENGTH, _GROUP = 10, 5


class ClaimRefusedError(InvalidFieldsError):
    """Forged, mistyped, used, expired, or a second fact that is wrong: all alike."""

    message: ClassVar[str] = "没有对上。请核对领取码，并填写登记时的姓名或手机号后四位；仍不行请联系综治中心重新打印。"

    def __init__(self) -> None:
        super().__init__(fields=(FieldProblem("code", self.message),))


class AlreadyClaimedError(HejieError):
    code: ClassVar[str] = "already_claimed"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "申请人已经在手机上绑定了这件事，不需要领取码。"


class AlreadyInvolvedError(HejieError):
    code: ClassVar[str] = "already_involved"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "您已经在这件事里了，不能再以另一个身份加入。有疑问请联系综治中心。"


class ClaimIn(In):
    code: Annotated[Code, Field(max_length=32)]
    name: Line | None = None
    phone_last4: Annotated[str, Field(pattern=r"^[0-9]{4}$")] | None = None


@dataclass(frozen=True, slots=True)
class IssuedCode:
    """The code is known here, and to whoever is handed the paper."""

    code: str
    expires_at: datetime


async def issue(deps: Deps, issuer: Actor, dispute: Dispute) -> IssuedCode:
    """For the first applicant; codes issued before are void. The caller holds the case, or has just made it.
    Raises AlreadyClaimedError."""
    party = await Party.filter(dispute_id=dispute.id, side=Side.APPLICANT, removed_at=None).order_by("ordinal").first()
    if party is None or party.resident_id is not None:
        raise AlreadyClaimedError
    now = deps.clock.now()
    await ClaimCode.filter(dispute_id=dispute.id, used_at=None, revoked_at=None).update(revoked_at=now)
    code = codes.grouped(codes.new_code(_LENGTH), _GROUP)
    paper = ClaimCode(
        id=uuid7(),
        dispute_id=dispute.id,
        party_id=party.id,
        code_hash=_hash(deps, code),
        issuer_id=issuer.id,
        created_at=now,
        expires_at=now + timedelta(days=deps.catalog.claim_codes.days),
    )
    await paper.save(force_create=True)
    return IssuedCode(code, paper.expires_at)


async def issue_again(deps: Deps, actor: StaffActor, dispute_id: UUID) -> IssuedCode:
    """For a paper that was lost. Raises NotFoundError, RoleNotAllowedError, AlreadyClaimedError."""
    dispute = await queries.for_staff(actor, dispute_id, lock=True)
    require_recorder(actor, dispute)
    issued = await issue(deps, actor, dispute)
    await history.record(deps, dispute, actor, Entry("claim_code_issued", Audience.STAFF))
    return issued


async def issue_by_agent(deps: Deps, actor: ResidentActor, dispute_id: UUID) -> IssuedCode:
    """Who acts for somebody hands the case over. Raises NotFoundError, AlreadyClaimedError for an own case."""
    dispute = await queries.for_resident(actor, dispute_id, lock=True)
    if dispute.resident_id != actor.id:
        raise NotFoundError
    return await issue(deps, actor, dispute)


async def claim(deps: Deps, actor: ResidentActor, fields: ClaimIn) -> Dispute:
    """Who acted for the applicant so far sees nothing of the case any more. Raises ClaimRefusedError,
    AlreadyInvolvedError."""
    paper = await _live(deps, fields.code).first()
    if paper is None:
        raise ClaimRefusedError
    dispute = await queries.named_by(paper)
    still_live = await _live(deps, fields.code).exists()
    party = await Party.get(id=paper.party_id)
    if not still_live or party.removed_at or party.resident_id or not await _knows(deps, actor, fields, party):
        raise ClaimRefusedError
    if await queries.is_involved(actor.id, dispute):
        raise AlreadyInvolvedError
    await _end_agency(deps, actor, dispute)
    dispute.resident_id = party.resident_id = actor.id
    paper.used_at, paper.used_by_id = deps.clock.now(), actor.id
    await party.save(update_fields=["resident_id"])
    await paper.save(update_fields=["used_at", "used_by_id"])
    await dispute.save(update_fields=["resident_id"])
    await handover.take_over_orphans(dispute.id, actor.id)
    await history.record(deps, dispute, actor, Entry("claimed", Audience.APPLICANT))
    words = {"center": dispute.center.name, "number": dispute.number}
    await notices.notify(deps, [News(actor.id, "claimed", dispute.id, words)])
    await people.changed(deps, dispute, actor)
    return dispute


async def count_failure(deps: Deps, code: str) -> None:
    """In a transaction of its own: the one that was refused is undone."""
    await _live(deps, code).update(failures=F("failures") + 1)


def _live(deps: Deps, code: str) -> QuerySet[ClaimCode]:
    rules = deps.catalog.claim_codes
    return ClaimCode.filter(
        code_hash=_hash(deps, code),
        used_at=None,
        revoked_at=None,
        expires_at__gt=deps.clock.now(),
        failures__lt=rules.failures,
    )


async def _knows(deps: Deps, actor: ResidentActor, fields: ClaimIn, party: Party) -> bool:
    """Everything that is said must be right; who says nothing must have the phone registered, as WeChat knows it."""
    facts = []
    if fields.name is not None:
        facts.append(deps.keyring.keyed_hash("name", identity.searchable("name", fields.name)) == party.name_hash)
    if fields.phone_last4 is not None:
        phone = deps.keyring.open(party.phone_sealed, "party", "phone", party.id) if party.phone_sealed else ""
        facts.append(secrets.compare_digest(phone[-4:], fields.phone_last4))
    if not facts and party.phone_hash is not None:
        facts.append(await Resident.filter(id=actor.id, phone_hash=party.phone_hash).exists())
    return bool(facts) and all(facts)


async def _end_agency(deps: Deps, actor: ResidentActor, dispute: Dispute) -> None:
    former = dispute.resident_id
    if former is None:
        return
    acting = await Representation.filter(dispute_id=dispute.id, resident_id=former, ended_at=None)
    for row in acting:
        row.ended_at = deps.clock.now()
        row.ended_reason_sealed = deps.keyring.seal("本人已接手", "representation", "ended_reason", row.id)
        await row.save(update_fields=["ended_at", "ended_reason_sealed"])
        await history.record(deps, dispute, actor, representation.entry(deps.catalog, row, "representation_ended"))
    await handover.hand_over(deps, dispute, former, actor.id)


def _hash(deps: Deps, code: str) -> str:
    return deps.keyring.keyed_hash("claim_code", codes.as_meant(code))
