"""Asking the other side. Who holds the token learns that a request exists, who handles it and how to answer; only who
proves to be the party joins the case, and then sees its own side of it."""

from datetime import datetime, timedelta
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field
from tortoise.expressions import F
from tortoise.queryset import QuerySet

from backend.accounts.actors import ResidentActor, StaffActor
from backend.appointments import people
from backend.casework.claims import AlreadyInvolvedError
from backend.casework.registration import require_recorder
from backend.core import clock, codes, identity, jobs
from backend.core.clock import local
from backend.core.crypto import Keyring
from backend.core.deps import Deps
from backend.core.errors import FieldProblem, HejieError, InvalidFieldsError, NotFoundError
from backend.core.schema import Code, In, Line, Moment, Out
from backend.core.wording import date_text
from backend.disputes import history, queries
from backend.disputes.history import Entry
from backend.notices import actions as notices
from backend.notices.actions import News
from models import Audience, Delivery, Dispute, Invitation, Party, Representation, Resident, Side, Status
from models.base import uuid7

_LENGTH, _GROUP = 16, 4
_LONGEST_LINK_DAYS = 30
_OPEN = (Status.SUBMITTED, Status.ACCEPTED, Status.IN_MEDIATION, Status.TRANSFERRED)


class InvitationRefusedError(InvalidFieldsError):
    """Forged, mistyped, revoked, expired, answered already, or somebody else: all alike."""

    message: ClassVar[str] = (
        "没有对上。请核对邀请码，先授权微信手机号，再填写您的姓名（单位填全称）；仍不行请联系综治中心。"
    )

    def __init__(self) -> None:
        super().__init__(fields=(FieldProblem("token", self.message),))


class NotInvitableError(HejieError):
    code: ClassVar[str] = "not_invitable"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "这位当事人已经加入或退出，或者案件已经结束，不能再邀请。"


class InviteIn(In):
    """`by_text`: the link goes to the party's mobile phone, where it has one and text messages are set up."""

    by_text: bool = True


class InvitationIn(In):
    token: Annotated[Code, Field(max_length=64)]


class JoiningIn(InvitationIn):
    """The phone is the one that WeChat vouches for; an identity number may be given in its place."""

    name: Line
    id_number: Annotated[Code, Field(max_length=32)] | None = None


class InvitationOut(Out):
    id: str
    party_id: str
    created_at: Moment
    expires_at: Moment
    opened_at: Moment | None
    joined_at: Moment | None
    revoked_at: Moment | None
    texting: Delivery | None
    """Where the text message with its link stands; null: none goes out."""
    texted_at: Moment | None


class IssuedInvitationOut(InvitationOut):
    """`token` and what carries it are given this once."""

    token: str
    page: str
    sms_text: str


class InvitationCard(Out):
    """All that is known before identification."""

    center: str
    phone: str
    address: str
    handled_by: str
    expires_at: Moment
    how_to_answer: str


async def invite(
    deps: Deps, actor: StaffActor, dispute_id: UUID, party_id: UUID, *, by_text: bool
) -> IssuedInvitationOut:
    """Invitations of the party sent before are void. Raises NotFoundError, RoleNotAllowedError, NotInvitableError."""
    dispute = await queries.for_staff(actor, dispute_id, lock=True)
    party = await Party.get_or_none(id=party_id, dispute_id=dispute.id, removed_at=None)
    if party is None:
        raise NotFoundError
    require_recorder(actor, dispute)
    if party.resident_id or party.left_at or dispute.status not in _OPEN:
        raise NotInvitableError
    now, code = deps.clock.now(), codes.new_code(_LENGTH)
    await revoke_all(deps, party.id)
    row = Invitation(
        id=uuid7(),
        dispute_id=dispute.id,
        party_id=party.id,
        token_hash=_hash(deps, code),
        issuer_id=actor.id,
        created_at=now,
        expires_at=now + timedelta(days=deps.catalog.invitations.days),
    )
    if by_text and mobile_of(deps.keyring, party):
        row.texting = Delivery.PENDING
        row.token_sealed = deps.keyring.seal(codes.grouped(code, _GROUP), "invitation", "token", row.id)
        await jobs.enqueue(jobs.TEXT_INVITATION, [{"invitation_id": str(row.id)}], priority=jobs.URGENT)
    await row.save(force_create=True)
    await history.record(deps, dispute, actor, Entry("invited", Audience.STAFF, {"party_id": str(party.id)}))
    return _issued(deps, dispute, row, codes.grouped(code, _GROUP))


async def revoke(deps: Deps, actor: StaffActor, dispute_id: UUID, invitation_id: UUID) -> None:
    """Twice changes nothing. Raises NotFoundError, RoleNotAllowedError."""
    dispute = await queries.for_staff(actor, dispute_id, lock=True)
    row = await Invitation.get_or_none(id=invitation_id, dispute_id=dispute.id)
    if row is None:
        raise NotFoundError
    require_recorder(actor, dispute)
    await Invitation.filter(id=row.id, revoked_at=None, joined_at=None).update(revoked_at=deps.clock.now())


async def revoke_all(deps: Deps, party_id: UUID) -> None:
    live = Invitation.filter(party_id=party_id, joined_at=None, revoked_at=None)
    await live.update(revoked_at=deps.clock.now())


async def of_case(actor: StaffActor, dispute_id: UUID) -> list[InvitationOut]:
    """Raises NotFoundError."""
    dispute = await queries.for_staff(actor, dispute_id)
    return [_out(row) for row in await Invitation.filter(dispute_id=dispute.id).order_by("-id")]


async def look(deps: Deps, fields: InvitationIn) -> InvitationCard:
    """Raises InvitationRefusedError."""
    row = await _live(deps, fields.token).select_related("dispute__center", "dispute__mediator").first()
    if row is None:
        raise InvitationRefusedError
    if row.opened_at is None:
        await Invitation.filter(id=row.id).update(opened_at=deps.clock.now())
    center, mediator = row.dispute.center, row.dispute.mediator
    return InvitationCard(
        center=center.name,
        phone=center.phone,
        address=center.address,
        handled_by=f"{center.name}调解员{mediator.name}" if mediator else center.name,
        expires_at=row.expires_at,
        how_to_answer=deps.catalog.invitations.how_to_answer,
    )


async def join(deps: Deps, actor: ResidentActor, fields: JoiningIn) -> Dispute:
    """Raises InvitationRefusedError, AlreadyInvolvedError."""
    row = await _live(deps, fields.token).first()
    if row is None:
        raise InvitationRefusedError
    dispute = await queries.named_by(row)
    still_live = await _live(deps, fields.token).exists()
    party = await Party.get(id=row.party_id)
    if not still_live or party.resident_id or party.removed_at or party.left_at or dispute.status not in _OPEN:
        raise InvitationRefusedError
    authority = None
    if not await _is_identified(deps, actor, fields, party):
        authority = await _representing(deps, actor, fields, party)
        if authority is None:
            raise InvitationRefusedError
    if await queries.is_involved(actor.id, dispute):
        raise AlreadyInvolvedError
    party.resident_id, row.joined_at = actor.id, deps.clock.now()
    await party.save(update_fields=["resident_id"])
    await row.save(update_fields=["joined_at"])
    if authority is not None:
        authority.resident_id = actor.id
        await authority.save(update_fields=["resident_id"])
    data = {"party_id": str(party.id), "side_text": SIDES[party.side]}
    await history.record(deps, dispute, actor, Entry("joined", data=data))
    words = {"center": dispute.center.name, "number": dispute.number}
    told = [News(actor.id, "joined", dispute.id, words)]
    if dispute.resident_id is not None:
        told.append(News(dispute.resident_id, "party_joined", dispute.id, words))
    await notices.notify(deps, told)
    await people.changed(deps, dispute, actor)
    return dispute


async def held(deps: Deps, actor: StaffActor, dispute_id: UUID, fields: InvitationIn) -> Invitation:
    """A live invitation of the case, by its token: whoever issued it has it at hand, nobody else can find it.

    Raises NotFoundError, RoleNotAllowedError, InvitationRefusedError.
    """
    dispute = await queries.for_staff(actor, dispute_id)
    require_recorder(actor, dispute)
    row = await _live(deps, fields.token).filter(dispute_id=dispute.id).first()
    if row is None:
        raise InvitationRefusedError
    return row


async def count_failure(deps: Deps, token: str) -> None:
    """In a transaction of its own: the one that was refused is undone."""
    await _live(deps, token).update(failures=F("failures") + 1)


def mobile_of(keyring: Keyring, party: Party) -> str | None:
    """The number to which a text message can go."""
    if party.phone_sealed is None:
        return None
    phone = keyring.open(party.phone_sealed, "party", "phone", party.id)
    return phone if identity.is_mobile(phone) else None


def as_written(fields: InvitationIn) -> str:
    """As it was issued, however it was typed: of letters that a code or a link may carry."""
    return codes.grouped(codes.as_meant(fields.token), _GROUP)


SIDES = {Side.APPLICANT: "申请人", Side.RESPONDENT: "被申请人"}


def _live(deps: Deps, token: str) -> QuerySet[Invitation]:
    return Invitation.filter(
        token_hash=_hash(deps, codes.as_meant(token)),
        joined_at=None,
        revoked_at=None,
        expires_at__gt=deps.clock.now(),
        failures__lt=deps.catalog.invitations.failures,
    )


async def _is_identified(deps: Deps, actor: ResidentActor, fields: JoiningIn, party: Party) -> bool:
    """The name, and with it the identity number or the verified phone."""
    if deps.keyring.keyed_hash("name", identity.searchable("name", fields.name)) != party.name_hash:
        return False
    if fields.id_number is None:
        phone = await _verified_phone(actor)
        return phone is not None and phone == party.phone_hash
    try:
        number = identity.normalize_id_number(fields.id_number, clock.today(deps.clock))
    except ValueError:
        return False
    return deps.keyring.keyed_hash("id_number", number) == party.id_number_hash


async def _representing(deps: Deps, actor: ResidentActor, fields: JoiningIn, party: Party) -> Representation | None:
    """The authority by which somebody else answers for the party: an organization has no phone of its own."""
    name, phone = (
        deps.keyring.keyed_hash("name", identity.searchable("name", fields.name)),
        await _verified_phone(actor),
    )
    if phone is None or fields.id_number is not None:
        return None
    return await Representation.filter(party_id=party.id, ended_at=None, name_hash=name, phone_hash=phone).first()


async def _verified_phone(actor: ResidentActor) -> str | None:
    return (await Resident.get(id=actor.id)).phone_hash


def _issued(deps: Deps, dispute: Dispute, row: Invitation, token: str) -> IssuedInvitationOut:
    center = dispute.center
    sms = deps.catalog.invitations.sms.format(
        center=center.name, token=token, until=last_day(row), phone=center.phone or "中心窗口"
    )
    page = f"{deps.catalog.pages['invitation']}?token={token}"
    return IssuedInvitationOut(**_out(row).model_dump(), token=token, page=page, sms_text=sms)


def _out(row: Invitation) -> InvitationOut:
    return InvitationOut(
        id=str(row.id),
        party_id=str(row.party_id),
        created_at=row.created_at,
        expires_at=row.expires_at,
        opened_at=row.opened_at,
        joined_at=row.joined_at,
        revoked_at=row.revoked_at,
        texting=row.texting,
        texted_at=row.texted_at,
    )


def link_days(row: Invitation, now: datetime) -> int:
    """For how long WeChat keeps a link to it: whole days, thirty at most."""
    return min(max((row.expires_at - now).days, 1), _LONGEST_LINK_DAYS)


def last_day(row: Invitation) -> str:
    return date_text(local(row.expires_at).date())


def _hash(deps: Deps, code: str) -> str:
    return deps.keyring.keyed_hash("invitation", code)
