"""The only ways to a complaint. Missing, not theirs, and about themselves look alike."""

from typing import Any
from uuid import UUID

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from backend.accounts.actors import ResidentActor, StaffActor
from backend.complaints.schemas import (
    ComplainantOut,
    ComplaintOut,
    ComplaintsQuery,
    ComplaintStepOut,
    HandledComplaintOut,
)
from backend.core import identity
from backend.core.deps import Deps
from backend.core.errors import NotFoundError, RoleNotAllowedError
from backend.core.pagination import cut, decode_id
from backend.core.schema import Page, PageQuery
from models import Complaint, ComplaintStatus, Party, Resident, Role

_HANDLERS = (Role.DIRECTOR, Role.SUPERVISOR)
_WITH = ("center", "dispute", "subject", "handler")


async def own(actor: ResidentActor, complaint_id: UUID, *, lock: bool = False) -> Complaint:
    """Raises NotFoundError."""
    return await _one(Complaint.filter(resident_id=actor.id), complaint_id, lock=lock)


async def handled(actor: StaffActor, complaint_id: UUID, *, lock: bool = False) -> Complaint:
    """Raises NotFoundError: that there is one is nothing for anybody else."""
    if actor.role not in _HANDLERS:
        raise NotFoundError
    return await _one(Complaint.filter(_theirs(actor)), complaint_id, lock=lock)


async def page_of_own(deps: Deps, actor: ResidentActor, query: PageQuery) -> Page[ComplaintOut]:
    """The newest first."""
    rows, next_cursor = await _page(Complaint.filter(resident_id=actor.id), query)
    return Page[ComplaintOut](items=[out(deps, each) for each in rows], next_cursor=next_cursor)


async def page_of_handled(deps: Deps, actor: StaffActor, query: ComplaintsQuery) -> Page[HandledComplaintOut]:
    """The newest first. Raises RoleNotAllowedError."""
    if actor.role not in _HANDLERS:
        raise RoleNotAllowedError
    found = Complaint.filter(_theirs(actor))
    rows, next_cursor = await _page(found if query.status is None else found.filter(status=query.status), query)
    items = [await handled_out(deps, actor, each) for each in rows]
    return Page[HandledComplaintOut](items=items, next_cursor=next_cursor)


def out(deps: Deps, row: Complaint) -> ComplaintOut:
    return ComplaintOut(**_shape(deps, row))


async def handled_out(deps: Deps, actor: StaffActor, row: Complaint) -> HandledComplaintOut:
    is_open = row.status in (ComplaintStatus.SUBMITTED, ComplaintStatus.TAKEN_UP)
    is_theirs = row.dispute is not None and row.dispute.mediator_id == row.subject_id
    return HandledComplaintOut(
        **_shape(deps, row),
        dispute_number=row.dispute.number if row.dispute else None,
        subject=row.subject.name if row.subject else None,
        complainant=None if row.hides_name else await _complainant(deps, row),
        handler=row.handler.name if row.handler else None,
        overdue=is_open and row.due_at < deps.clock.now(),
        escalated_at=row.escalated_at,
        can_replace_mediator=is_open and is_theirs and row.subject is not None and actor.role is Role.DIRECTOR,
    )


async def _one(found: QuerySet[Complaint], complaint_id: UUID, *, lock: bool) -> Complaint:
    if lock and not await found.filter(id=complaint_id).select_for_update().only("id").first():
        raise NotFoundError
    row = await found.filter(id=complaint_id).select_related(*_WITH).prefetch_related("steps").first()
    if row is None:
        raise NotFoundError
    return row


async def _page(found: QuerySet[Complaint], query: PageQuery) -> tuple[list[Complaint], str | None]:
    last = decode_id(query.cursor)
    found = found if last is None else found.filter(id__lt=last)
    rows = found.order_by("-id").limit(query.limit + 1).select_related(*_WITH).prefetch_related("steps")
    return cut(await rows, query.limit, lambda row: (str(row.id),))


def _theirs(actor: StaffActor) -> Q:
    """Of the own center's mediators; the supervisors have what no director may read, and what went up to them."""
    level = Q(handled_at_id=actor.center_id) if actor.center_id else Q(handled_at_id__isnull=True)
    return level & (Q(subject_id__isnull=True) | ~Q(subject_id=actor.id))


async def _complainant(deps: Deps, row: Complaint) -> ComplainantOut:
    """As the case knows them, else as their own profile does."""
    parties = Party.filter(dispute_id=row.dispute_id, resident_id=row.resident_id, removed_at=None)
    party = await parties.order_by("ordinal").first() if row.dispute_id else None
    source: Party | Resident = party or await Resident.get(id=row.resident_id)
    table = "party" if party else "resident"
    name, phone = [
        deps.keyring.open(sealed, table, column, source.id) if sealed else None
        for column, sealed in (("name", source.name_sealed), ("phone", source.phone_sealed))
    ]
    return ComplainantOut(name=name, phone_masked=identity.mask_phone(phone) if phone else None)


def _shape(deps: Deps, row: Complaint) -> dict[str, Any]:
    rules = deps.catalog.complaints

    def opened(column: str) -> str | None:
        sealed = getattr(row, f"{column}_sealed")
        return deps.keyring.open(sealed, "complaint", column, row.id) if sealed else None

    steps = sorted(row.steps, key=lambda each: each.id)
    return {
        "id": str(row.id),
        "number": row.number,
        "about": row.about,
        "about_text": rules.about[row.about],
        "dispute_id": str(row.dispute_id) if row.dispute_id else None,
        "center": row.center.name,
        "text": opened("text"),
        "wish": opened("wish"),
        "hides_name": row.hides_name,
        "status": row.status,
        "status_text": rules.statuses[row.status],
        "created_at": row.created_at,
        "answer_by": row.due_at,
        "finding": row.finding,
        "finding_text": rules.findings[row.finding] if row.finding else None,
        "measures": [rules.measures.get(each, each) for each in row.measures],
        "answer": opened("answer"),
        "ended_at": row.ended_at,
        "steps": [ComplaintStepOut(kind=each.kind, text=rules.steps[each.kind], at=each.at) for each in steps],
    }
