"""Which cases belong together: staff say so, and see it on the page of each."""

from uuid import UUID

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from backend.accounts.actors import StaffActor
from backend.casework.done import Done, keep, written
from backend.casework.link_schemas import DismissDuplicate, Link, Unlink
from backend.core.deps import Deps
from backend.core.errors import InvalidFieldsError, NotFoundError
from backend.core.schema import Moment, Out
from backend.disputes import queries
from backend.disputes.history import Entry
from models import Audience, CaseLink, DismissedDuplicate, Dispute, LinkKind


class LinkOut(Out):
    id: str
    kind: str
    kind_text: str
    case_id: str
    number: str
    case_number: str | None
    status: str
    status_text: str
    made_at: Moment


async def link(deps: Deps, actor: StaffActor, dispute: Dispute, fields: Link) -> Done:
    """Raises InvalidFieldsError at `other_id`."""
    other = await other_case(actor, dispute, fields.other_id)
    if await _between(dispute.id, other.id).filter(kind=fields.kind).exists():
        raise InvalidFieldsError.at("other_id", "这两件已经这样关联了。")
    await make(deps, actor, dispute, other, fields.kind)
    detail = written(note=fields.note)
    return await in_both(deps, actor, dispute, other, event="linked", kind=fields.kind, detail=detail)


async def unlink(deps: Deps, actor: StaffActor, dispute: Dispute, fields: Unlink) -> Done:
    """Only what was linked by hand: what was merged or split stays so. Raises InvalidFieldsError at `other_id`."""
    other = await other_case(actor, dispute, fields.other_id)
    ended = await _between(dispute.id, other.id).filter(kind=fields.kind).update(ended_at=deps.clock.now())
    if not ended:
        raise InvalidFieldsError.at("other_id", "这两件没有这样关联。")
    detail = {"reason": fields.reason}
    return await in_both(deps, actor, dispute, other, event="unlinked", kind=fields.kind, detail=detail)


async def dismiss_duplicate(deps: Deps, actor: StaffActor, dispute: Dispute, fields: DismissDuplicate) -> Done:
    """The two are not suggested again, from neither side. Raises InvalidFieldsError at `other_id`."""
    other = await other_case(actor, dispute, fields.other_id)
    first, second = sorted((dispute.id, other.id))
    if await DismissedDuplicate.filter(dispute_id=first, other_id=second).exists():
        raise InvalidFieldsError.at("other_id", "这一件已经排除过了。")
    now = deps.clock.now()
    dismissed = DismissedDuplicate(dispute_id=first, other_id=second, dismissed_by_id=actor.id, dismissed_at=now)
    await dismissed.save(force_create=True)
    detail = {"reason": fields.reason}
    kind = LinkKind.DUPLICATE
    return await in_both(deps, actor, dispute, other, event="duplicate_dismissed", kind=kind, detail=detail)


async def other_case(actor: StaffActor, dispute: Dispute, other_id: UUID, path: str = "other_id") -> Dispute:
    """Another case of the same center; the caller has locked it. Raises InvalidFieldsError."""
    if other_id == dispute.id:
        raise InvalidFieldsError.at(path, "这就是本件，请选择另一件。")
    try:
        other = await queries.for_staff(actor, other_id)
    except NotFoundError:
        other = None
    if other is None or other.center_id != dispute.center_id:
        raise InvalidFieldsError.at(path, "本中心没有这个案件，请重新选择。")
    return other


async def make(deps: Deps, actor: StaffActor, dispute: Dispute, other: Dispute, kind: LinkKind) -> None:
    made = {"kind": kind, "made_by_id": actor.id, "made_at": deps.clock.now()}
    await CaseLink(dispute_id=dispute.id, other_id=other.id, **made).save(force_create=True)


async def in_both(
    deps: Deps,
    actor: StaffActor,
    dispute: Dispute,
    other: Dispute,
    *,
    event: str,
    kind: LinkKind,
    detail: dict[str, str],
) -> Done:
    """Written into the other case's history here, into this one's by whoever finishes the action."""
    await keep(deps, other, actor, Entry(event, Audience.STAFF, _data(deps, dispute, kind), detail))
    return Done(data=_data(deps, other, kind), detail=detail, audience=Audience.STAFF)


async def of_case(deps: Deps, dispute: Dispute) -> list[LinkOut]:
    """Those whose other case lies with the same center."""
    found = CaseLink.filter(_of(dispute.id), ended_at=None).select_related("dispute", "other")
    return [
        _out(deps, each, dispute.id)
        for each in await found.order_by("id")
        if each.dispute.center_id == each.other.center_id
    ]


def _out(deps: Deps, row: CaseLink, dispute_id: UUID) -> LinkOut:
    is_own = row.dispute_id == dispute_id
    other = row.other if is_own else row.dispute
    return LinkOut(
        id=str(row.id),
        kind=row.kind,
        kind_text=deps.catalog.links.titles[row.kind][0 if is_own else 1],
        case_id=str(other.id),
        number=other.number,
        case_number=other.case_number,
        status=other.status,
        status_text=deps.catalog.statuses[other.status].text,
        made_at=row.made_at,
    )


def _between(one_id: UUID, other_id: UUID) -> QuerySet[CaseLink]:
    pairs = Q(dispute_id=one_id, other_id=other_id) | Q(dispute_id=other_id, other_id=one_id)
    return CaseLink.filter(pairs, ended_at=None)


def _of(dispute_id: UUID) -> Q:
    return Q(dispute_id=dispute_id) | Q(other_id=dispute_id)


def _data(deps: Deps, other: Dispute, kind: LinkKind) -> dict[str, str]:
    return {
        "kind": kind,
        "kind_text": deps.catalog.links.titles[kind][0],
        "other_id": str(other.id),
        "number": other.case_number or other.number,
    }
