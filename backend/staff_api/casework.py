"""Around the case: who should mediate it, what is left for the next one, and each one's own day and inbox."""

from uuid import UUID

from sanic import Blueprint

from backend.accounts.actors import StaffActor
from backend.casework import duplicates, handover_notes, information, proposals, queries, staff_notices, today
from backend.casework.duplicates import DuplicatesOut
from backend.casework.handover_notes import HandoverNoteOut
from backend.casework.information import AnswersRecord
from backend.casework.proposals import MediatorProfileIn, MediatorProfileOut, ProposalsOut, ProposalsQuery
from backend.casework.today import TodayOut
from backend.casework.views import CaseOut
from backend.core.deps import Deps
from backend.core.errors import RoleNotAllowedError
from backend.core.schema import Moment, Out, Page, PageQuery
from backend.disputes.actions import DisputeEndedError
from backend.web.endpoint import endpoint
from models import StaffNotice

blueprint = Blueprint("staff_casework")


class StaffNoticeOut(Out):
    id: str
    kind: str
    title: str
    text: str
    dispute_id: UUID | None
    created_at: Moment
    read_at: Moment | None


class UnreadStaffOut(Out):
    count: int


@endpoint(
    blueprint,
    "POST",
    "/disputes/{dispute_id}/information-requests/{request_id}/answers",
    audience="staff",
    body=AnswersRecord,
    returns=CaseOut,
    status=201,
    errors=(RoleNotAllowedError, DisputeEndedError),
)
async def record_answers(
    actor: StaffActor, dispute_id: UUID, request_id: UUID, body: AnswersRecord, deps: Deps
) -> CaseOut:
    return await queries.case_of(deps, actor, await information.record(deps, actor, dispute_id, request_id, body))


@endpoint(blueprint, "GET", "/disputes/{dispute_id}/possible-duplicates", audience="staff", returns=DuplicatesOut)
async def suggest_duplicates(actor: StaffActor, dispute_id: UUID, deps: Deps) -> DuplicatesOut:
    return await duplicates.of_case(deps, actor, dispute_id)


class HandoverNotesOut(Out):
    items: list[HandoverNoteOut]


@endpoint(
    blueprint,
    "GET",
    "/disputes/{dispute_id}/mediator-proposals",
    audience="staff",
    query=ProposalsQuery,
    returns=ProposalsOut,
)
async def propose_mediators(actor: StaffActor, dispute_id: UUID, query: ProposalsQuery, deps: Deps) -> ProposalsOut:
    return await proposals.for_case(deps, actor, dispute_id, query.language)


@endpoint(blueprint, "GET", "/disputes/{dispute_id}/handover-notes", audience="staff", returns=HandoverNotesOut)
async def list_handover_notes(actor: StaffActor, dispute_id: UUID, deps: Deps) -> HandoverNotesOut:
    return HandoverNotesOut(items=await handover_notes.notes(deps, actor, dispute_id))


@endpoint(
    blueprint,
    "PUT",
    "/mediators/{mediator_id}/profile",
    audience="staff",
    body=MediatorProfileIn,
    returns=MediatorProfileOut,
    errors=(RoleNotAllowedError,),
)
async def change_mediator_profile(
    actor: StaffActor, mediator_id: UUID, body: MediatorProfileIn, deps: Deps
) -> MediatorProfileOut:
    return await proposals.change_profile(deps, actor, mediator_id, body)


@endpoint(blueprint, "GET", "/me/today", audience="staff", returns=TodayOut, errors=(RoleNotAllowedError,))
async def my_today(actor: StaffActor, deps: Deps) -> TodayOut:
    return await today.of(deps, actor)


@endpoint(blueprint, "GET", "/notices", audience="staff", query=PageQuery, returns=Page[StaffNoticeOut])
async def list_staff_notices(actor: StaffActor, query: PageQuery) -> Page[StaffNoticeOut]:
    page, next_cursor = await staff_notices.page(actor, limit=query.limit, cursor=query.cursor)
    return Page[StaffNoticeOut](items=[_out(each) for each in page], next_cursor=next_cursor)


@endpoint(blueprint, "GET", "/notices/unread-count", audience="staff", returns=UnreadStaffOut)
async def count_unread_staff_notices(actor: StaffActor) -> UnreadStaffOut:
    return UnreadStaffOut(count=await staff_notices.unread_count(actor))


@endpoint(blueprint, "POST", "/notices/{notice_id}/read", audience="staff", returns=StaffNoticeOut)
async def read_staff_notice(actor: StaffActor, notice_id: UUID, deps: Deps) -> StaffNoticeOut:
    return _out(await staff_notices.read(deps, actor, notice_id))


def _out(notice: StaffNotice) -> StaffNoticeOut:
    return StaffNoticeOut(
        id=str(notice.id),
        kind=notice.kind,
        title=notice.title,
        text=notice.text,
        dispute_id=notice.dispute_id,
        created_at=notice.created_at,
        read_at=notice.read_at,
    )
