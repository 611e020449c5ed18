"""Secrets that open one case: to the invited person named, once; to followers, whoever has the compound's code."""

from datetime import timedelta
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field
from tortoise.expressions import F, Q
from tortoise.queryset import QuerySet

from backend.accounts.actors import StaffActor
from backend.core import codes
from backend.core.clock import local
from backend.core.deps import Deps
from backend.core.errors import FieldProblem, InvalidFieldsError, NotFoundError
from backend.core.schema import Code, In, Line, Moment, Out
from backend.core.wording import date_text
from backend.disputes import history, queries
from backend.disputes.history import Entry
from backend.mediation import access, steering
from models import Audience, CaseMember, Dispute, MemberInvitation
from models.base import uuid7

_LENGTH, _GROUP = 16, 4


class TokenRefusedError(InvalidFieldsError):
    """Forged, mistyped, used, revoked, expired, or another name: all alike."""

    message: ClassVar[str] = "没有对上。请核对参加码；受邀参加的，请填写您自己的姓名。仍不行请联系综治中心。"

    def __init__(self) -> None:
        super().__init__(fields=(FieldProblem("token", self.message),))


class TokenIn(In):
    token: Annotated[Code, Field(max_length=64)]


class JoinIn(TokenIn):
    """An invited person is known by the name; a follower may say one."""

    name: Annotated[Line, Field(max_length=50)] | None = None


class TokenOut(Out):
    id: str
    created_at: Moment
    expires_at: Moment
    revoked_at: Moment | None


class IssuedTokenOut(TokenOut):
    """`token` is given this once; it fits a mini-program code as its scene."""

    token: str
    page: str


class MemberCard(Out):
    """All that is known before joining."""

    center: str
    phone: str
    kind: str
    expires_at: Moment


async def issue(deps: Deps, actor: StaffActor, dispute: Dispute, member: CaseMember | None) -> IssuedTokenOut:
    """The caller holds the case. Tokens of the same person issued before are void; followers' codes stay."""
    now, code = deps.clock.now(), codes.new_code(_LENGTH)
    days = deps.catalog.joint.follower_code_days if member is None else deps.catalog.invitations.days
    if member is not None:
        await MemberInvitation.filter(member_id=member.id, used_at=None, revoked_at=None).update(revoked_at=now)
    row = MemberInvitation(
        id=uuid7(),
        dispute_id=dispute.id,
        member_id=member.id if member else None,
        token_hash=_hash(deps, code),
        issuer_id=actor.id,
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    await row.save(force_create=True)
    token = codes.grouped(code, _GROUP)
    page = f"{deps.catalog.pages['membership']}?token={token}"
    return IssuedTokenOut(**_out(row).model_dump(), token=token, page=page)


async def issue_follower_code(deps: Deps, actor: StaffActor, dispute_id: UUID) -> IssuedTokenOut:
    """Raises NotFoundError, RoleNotAllowedError, MediationNotOpenError."""
    dispute = (await steering.by_lead(actor, dispute_id)).dispute
    issued = await issue(deps, actor, dispute, None)
    data = {"until_text": date_text(local(issued.expires_at).date())}
    await history.record(deps, dispute, actor, Entry("follower_code_issued", Audience.STAFF, data))
    return issued


async def follower_codes(actor: StaffActor, dispute_id: UUID) -> list[TokenOut]:
    """For the case's center, without the secrets. Raises NotFoundError."""
    standing = await access.of_colleague(actor, dispute_id)
    if not steering.is_of_center(actor, standing):
        raise NotFoundError
    rows = MemberInvitation.filter(dispute_id=dispute_id, member_id__isnull=True)
    return [_out(row) for row in await rows.order_by("-id")]


async def revoke(deps: Deps, actor: StaffActor, dispute_id: UUID, code_id: UUID) -> None:
    """Who follows already goes on. Twice changes nothing. Raises NotFoundError, RoleNotAllowedError."""
    standing = await access.of_colleague(actor, dispute_id, lock=True)
    steering.require_lead(actor, standing)
    row = MemberInvitation.filter(id=code_id, dispute_id=dispute_id, member_id__isnull=True)
    if not await row.exists():
        raise NotFoundError
    await row.filter(revoked_at=None).update(revoked_at=deps.clock.now())


async def held(deps: Deps, actor: StaffActor, dispute_id: UUID, token: str) -> str:
    """The token as it was issued: whoever issued it has it at hand. Raises NotFoundError, RoleNotAllowedError,
    TokenRefusedError."""
    steering.require_lead(actor, await access.of_colleague(actor, dispute_id))
    if not await live(deps, token).filter(dispute_id=dispute_id).exists():
        raise TokenRefusedError
    return codes.grouped(codes.as_meant(token), _GROUP)


async def look(deps: Deps, token: str) -> MemberCard:
    """Raises TokenRefusedError."""
    row = await live(deps, token).select_related("dispute__center").first()
    if row is None:
        raise TokenRefusedError
    center, kind = row.dispute.center, "invited" if row.member_id else "follower"
    return MemberCard(center=center.name, phone=center.phone, kind=kind, expires_at=row.expires_at)


async def opened_by(deps: Deps, token: str) -> tuple[Dispute, MemberInvitation]:
    """The case, held. Raises TokenRefusedError."""
    row = await live(deps, token).first()
    if row is None:
        raise TokenRefusedError
    dispute = await queries.named_by(row)
    if not await live(deps, token).exists():
        raise TokenRefusedError
    return dispute, row


async def count_failure(deps: Deps, token: str) -> None:
    """Only a person's: one passer-by must not shut a compound's code. In a transaction of its own."""
    await live(deps, token).filter(member_id__isnull=False).update(failures=F("failures") + 1)


def live(deps: Deps, token: str) -> QuerySet[MemberInvitation]:
    fresh = Q(revoked_at=None, used_at=None, expires_at__gt=deps.clock.now())
    hash_ = _hash(deps, codes.as_meant(token))
    return MemberInvitation.filter(fresh, token_hash=hash_, failures__lt=deps.catalog.invitations.failures)


def _out(row: MemberInvitation) -> TokenOut:
    return TokenOut(id=str(row.id), created_at=row.created_at, expires_at=row.expires_at, revoked_at=row.revoked_at)


def _hash(deps: Deps, code: str) -> str:
    return deps.keyring.keyed_hash("member_invitation", code)
