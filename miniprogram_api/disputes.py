from typing import Literal
from uuid import UUID

from sanic import Blueprint, Request

from backend.accounts.actors import ResidentActor
from backend.aftercare import urges
from backend.casework import departures, filing
from backend.core.deps import Deps
from backend.core.errors import RoleNotAllowedError
from backend.core.schema import In, Out, Page, PageQuery, Query, Text
from backend.disputes import queries, routing, timeline, views
from backend.disputes.actions import AlreadyUrgedError, DisputeEndedError
from backend.disputes.schemas import (
    DisputeBrief,
    DisputeFiled,
    DisputeIn,
    DisputeOut,
    Files,
    ReceiptOut,
    TimelineItem,
)
from backend.disputes.workflow import ActionNotAllowedError
from backend.web.endpoint import endpoint
from miniprogram_api import dispute_page
from models import Source

blueprint = Blueprint("mini_disputes")


class DisputesQuery(PageQuery):
    order: Literal["asc", "desc"] = "desc"


class DisputeQuery(Query):
    include: str = ""


class TimelineQuery(PageQuery):
    order: Literal["asc", "desc"] = "asc"


class SupplementIn(In):
    text: Text
    file_ids: Files = ()


class WithdrawalIn(In):
    reason: Text


class SupplementOut(Out):
    dispute_id: str


class UrgeOut(Out):
    dispute_id: str
    message: str


@endpoint(blueprint, "POST", "/disputes", audience="resident", body=DisputeIn, returns=DisputeFiled, status=201)
async def file_dispute(actor: ResidentActor, body: DisputeIn, deps: Deps, request: Request) -> DisputeFiled:
    times = await request.app.ctx.driving.recall(routing.point_of(body.location))
    dispute, decision, advice = await filing.file_dispute(
        deps, body, filer=actor, source=Source.MINI_PROGRAM, times=times
    )
    return views.filed(deps, dispute, decision, advice)


@endpoint(blueprint, "GET", "/disputes", audience="resident", query=DisputesQuery, returns=Page[DisputeBrief])
async def list_disputes(actor: ResidentActor, query: DisputesQuery, deps: Deps) -> Page[DisputeBrief]:
    page, next_cursor = await queries.page_for_resident(
        actor, limit=query.limit, cursor=query.cursor, descending=query.order == "desc"
    )
    return Page[DisputeBrief](items=[views.brief(deps, each) for each in page], next_cursor=next_cursor)


@endpoint(blueprint, "GET", "/disputes/{dispute_id}", audience="resident", query=DisputeQuery, returns=DisputeOut)
async def get_dispute(actor: ResidentActor, dispute_id: UUID, query: DisputeQuery, deps: Deps) -> DisputeOut:
    return await dispute_page.read(deps, actor, dispute_id, query.include)


@endpoint(
    blueprint,
    "GET",
    "/disputes/{dispute_id}/timeline",
    audience="resident",
    query=TimelineQuery,
    returns=Page[TimelineItem],
)
async def get_timeline(actor: ResidentActor, dispute_id: UUID, query: TimelineQuery, deps: Deps) -> Page[TimelineItem]:
    dispute = await queries.for_resident(actor, dispute_id)
    return await timeline.for_resident(
        deps, actor, dispute, limit=query.limit, cursor=query.cursor, descending=query.order == "desc"
    )


@endpoint(blueprint, "GET", "/disputes/{dispute_id}/receipt", audience="resident", returns=ReceiptOut)
async def get_receipt(actor: ResidentActor, dispute_id: UUID, deps: Deps) -> ReceiptOut:
    dispute = await queries.filed_by(actor, dispute_id)
    return views.receipt(deps, dispute, await queries.parties(dispute_id))


@endpoint(
    blueprint,
    "POST",
    "/disputes/{dispute_id}/supplements",
    audience="resident",
    body=SupplementIn,
    returns=SupplementOut,
    status=201,
    errors=(DisputeEndedError,),
)
async def add_supplement(actor: ResidentActor, dispute_id: UUID, body: SupplementIn, deps: Deps) -> SupplementOut:
    await filing.supplement(deps, actor, dispute_id, body.text, body.file_ids)
    return SupplementOut(dispute_id=str(dispute_id))


@endpoint(
    blueprint,
    "POST",
    "/disputes/{dispute_id}/withdrawal",
    audience="resident",
    body=WithdrawalIn,
    returns=DisputeOut,
    errors=(RoleNotAllowedError, ActionNotAllowedError),
)
async def withdraw(actor: ResidentActor, dispute_id: UUID, body: WithdrawalIn, deps: Deps) -> DisputeOut:
    await departures.withdraw(deps, actor, dispute_id, body.reason)
    return await dispute_page.read(deps, actor, dispute_id, "")


@endpoint(
    blueprint,
    "POST",
    "/disputes/{dispute_id}/urges",
    audience="resident",
    returns=UrgeOut,
    status=201,
    errors=(AlreadyUrgedError, DisputeEndedError),
)
async def urge(actor: ResidentActor, dispute_id: UUID, deps: Deps) -> UrgeOut:
    await urges.urge(deps, actor, dispute_id)
    return UrgeOut(dispute_id=str(dispute_id), message="已提醒综治中心，请留意进度。")
