from uuid import UUID

from sanic import Blueprint

from backend.accounts.actors import ResidentActor
from backend.core.deps import Deps
from backend.core.schema import Out, Page, PageQuery
from backend.notices import actions, queries
from backend.notices.schemas import NoticeOut, notice_out
from backend.web.endpoint import endpoint

blueprint = Blueprint("mini_notices")


class UnreadOut(Out):
    count: int


@endpoint(blueprint, "GET", "/notices", audience="resident", query=PageQuery, returns=Page[NoticeOut])
async def list_notices(actor: ResidentActor, query: PageQuery, deps: Deps) -> Page[NoticeOut]:
    page, next_cursor = await queries.page_for_resident(actor, limit=query.limit, cursor=query.cursor)
    return Page[NoticeOut](items=[notice_out(deps, each) for each in page], next_cursor=next_cursor)


@endpoint(blueprint, "GET", "/notices/unread-count", audience="resident", returns=UnreadOut)
async def count_unread(actor: ResidentActor) -> UnreadOut:
    return UnreadOut(count=await queries.unread_count(actor))


@endpoint(blueprint, "POST", "/notices/{notice_id}/read", audience="resident", returns=NoticeOut)
async def read_notice(actor: ResidentActor, notice_id: UUID, deps: Deps) -> NoticeOut:
    return notice_out(deps, await actions.read(deps, actor, notice_id))
