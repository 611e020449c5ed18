"""An associate's own list: what it is asked for, before it decides without a word of who quarrels."""

from typing import ClassVar, Literal
from uuid import UUID

from tortoise.queryset import QuerySet

from backend.accounts.actors import StaffActor
from backend.core.deps import Deps
from backend.core.errors import HejieError, NotFoundError
from backend.core.pagination import cut, decode_id
from backend.core.schema import Moment, Out, Page, PageQuery
from backend.disputes import history, queries
from backend.disputes.history import Entry
from backend.mediation import access, member_views, members, running
from models import Audience, CaseMember, MemberKind, MemberStatus


class InvitationAnsweredError(HejieError):
    code: ClassVar[str] = "invitation_answered"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "这个邀请已经答复过或者已经收回，请刷新后再看。"


class AskedQuery(PageQuery):
    status: Literal["invited", "accepted", "declined", "ended"] | None = None


class AskedOut(Out):
    """`dispute_id` and `number` only after accepting."""

    id: str
    status: str
    center: str
    category_text: str
    part: str
    part_text: str
    asked: str | None
    invited_at: Moment
    answered_at: Moment | None
    dispute_id: str | None
    number: str | None


async def page(deps: Deps, actor: StaffActor, query: AskedQuery) -> Page[AskedOut]:
    found, last = _of(actor), decode_id(query.cursor)
    if query.status is not None:
        found = found.filter(status=query.status)
    if last is not None:
        found = found.filter(id__lt=last)
    rows = await found.order_by("-id").limit(query.limit + 1).select_related("dispute__center")
    shown, next_cursor = cut(rows, query.limit, lambda row: (str(row.id),))
    return Page[AskedOut](items=[out(deps, each) for each in shown], next_cursor=next_cursor)


async def answer(deps: Deps, actor: StaffActor, member_id: UUID, *, declined: str | None) -> CaseMember:
    """`declined` is the reason; None accepts. Raises NotFoundError, InvitationAnsweredError, MediationNotOpenError."""
    asked = await _of(actor).get_or_none(id=member_id, kind=MemberKind.ASSISTING)
    if asked is None:
        raise NotFoundError
    dispute = await queries.beside(asked, lock=True)
    member = await _of(actor).filter(id=member_id).select_related("organization", "dispute__center").get()
    if member.status is not MemberStatus.INVITED:
        raise InvitationAnsweredError
    if declined is None:
        running.require_open(dispute)
    member.answered_at = deps.clock.now()
    data, detail = members.data_of(deps, member), {}
    if declined is None:
        member.status, kind = MemberStatus.ACCEPTED, "organization_assists"
    else:
        member.status, kind, detail = MemberStatus.DECLINED, "organization_declined", {"reason": declined}
        member.reason_sealed = deps.keyring.seal(declined, "case_member", "reason", member.id)
    await member.save(update_fields=["status", "answered_at", "reason_sealed"])
    audience = Audience.PARTIES if declined is None else Audience.STAFF
    await history.record(deps, dispute, actor, Entry(kind, audience, dict(data), detail))
    return member


def out(deps: Deps, member: CaseMember) -> AskedOut:
    dispute, is_in = member.dispute, member.status is MemberStatus.ACCEPTED
    category = deps.catalog.category_by_code.get(dispute.category)
    return AskedOut(
        id=str(member.id),
        status=member.status,
        center=dispute.center.name,
        category_text=category.name if category else dispute.category,
        part=member.part,
        part_text=deps.catalog.joint.part_text(member.part),
        asked=member_views.opened(deps, member, "asked"),
        invited_at=member.invited_at,
        answered_at=member.answered_at,
        dispute_id=str(dispute.id) if is_in else None,
        number=dispute.number if is_in else None,
    )


def _of(actor: StaffActor) -> QuerySet[CaseMember]:
    return CaseMember.filter(access.memberships_of(actor))
