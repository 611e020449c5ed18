from typing import Literal
from uuid import UUID

from sanic import Blueprint

from backend.accounts.actors import StaffActor
from backend.casework import actions, queries, whole_history
from backend.casework.action_in import ActionIn
from backend.casework.completeness import ClosingIncompleteError
from backend.casework.merging import MergeNotPossibleError
from backend.casework.queries import CasesQuery
from backend.casework.schemas import FIELDS
from backend.casework.splitting import SplitNotPossibleError
from backend.casework.views import CaseBrief, CaseOut, StaffTimelineItem
from backend.casework.whole_history import HistoryEntryOut
from backend.commitments.completion import DisputedFulfilmentError
from backend.core.deps import Deps
from backend.core.errors import HejieError, RoleNotAllowedError
from backend.core.schema import Page, PageQuery
from backend.disputes import looks
from backend.disputes.workflow import ActionNotAllowedError, StaleVersionError
from backend.web.endpoint import endpoint
from models import LookKind

blueprint = Blueprint("staff_disputes")


class StaffTimelineQuery(PageQuery):
    order: Literal["asc", "desc"] = "asc"


@endpoint(
    blueprint,
    "GET",
    "/disputes",
    audience="staff",
    query=CasesQuery,
    returns=Page[CaseBrief],
    errors=(RoleNotAllowedError,),
)
async def list_cases(actor: StaffActor, query: CasesQuery, deps: Deps) -> Page[CaseBrief]:
    return await queries.page(deps, actor, query)


@endpoint(blueprint, "GET", "/disputes/{dispute_id}", audience="staff", returns=CaseOut)
async def get_case(actor: StaffActor, dispute_id: UUID, deps: Deps) -> CaseOut:
    found = await queries.case(deps, actor, dispute_id)
    await looks.note(deps, actor, dispute_id, LookKind.CASE)
    return found


@endpoint(
    blueprint,
    "GET",
    "/disputes/{dispute_id}/timeline",
    audience="staff",
    query=StaffTimelineQuery,
    returns=Page[StaffTimelineItem],
)
async def get_case_timeline(
    actor: StaffActor, dispute_id: UUID, query: StaffTimelineQuery, deps: Deps
) -> Page[StaffTimelineItem]:
    descending = query.order == "desc"
    page = await queries.history_page(
        deps, actor, dispute_id, limit=query.limit, cursor=query.cursor, descending=descending
    )
    await looks.note(deps, actor, dispute_id, LookKind.TIMELINE)
    return page


@endpoint(
    blueprint,
    "GET",
    "/disputes/{dispute_id}/history",
    audience="staff",
    query=StaffTimelineQuery,
    returns=Page[HistoryEntryOut],
    errors=(RoleNotAllowedError,),
)
async def get_case_history(
    actor: StaffActor, dispute_id: UUID, query: StaffTimelineQuery, deps: Deps
) -> Page[HistoryEntryOut]:
    descending = query.order == "desc"
    page = await whole_history.page(
        deps, actor, dispute_id, limit=query.limit, cursor=query.cursor, descending=descending
    )
    await looks.note(deps, actor, dispute_id, LookKind.HISTORY)
    return page


_REFUSES: dict[str, tuple[type[HejieError], ...]] = {
    "confirm_fulfilment": (DisputedFulfilmentError,),
    "close": (ClosingIncompleteError,),
    "merge": (MergeNotPossibleError,),
    "split": (SplitNotPossibleError,),
}
"""Beside what every action may be refused for."""


def _offer(action: str, fields: type[ActionIn]) -> None:
    """One call per action, so that each is described with its own fields."""

    async def act(actor: StaffActor, dispute_id: UUID, body: ActionIn, deps: Deps) -> CaseOut:
        dispute = await actions.perform(deps, actor, dispute_id, action, body)
        return await queries.case_of(deps, actor, dispute)

    act.__name__ = f"act_{action}"
    endpoint(
        blueprint,
        "POST",
        f"/disputes/{{dispute_id}}/actions/{action}",
        audience="staff",
        body=fields,
        returns=CaseOut,
        errors=(RoleNotAllowedError, StaleVersionError, ActionNotAllowedError, *_REFUSES.get(action, ())),
    )(act)


for _action, _fields in FIELDS.items():
    _offer(_action, _fields)
