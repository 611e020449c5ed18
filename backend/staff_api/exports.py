"""Tables of cases as files: asked for, followed, fetched; and who carried out what."""

from uuid import UUID

from sanic import Blueprint, Request

from backend.accounts.actors import StaffActor
from backend.core.deps import Deps
from backend.core.errors import NotFoundError, RoleNotAllowedError, UnavailableError
from backend.core.schema import Page, PageQuery
from backend.statistics import exports
from backend.statistics.export_schemas import ExportIn, ExportLogOut, ExportOut
from backend.statistics.exports import ExportEndedError, ExportLimitError, ExportNotReadyError
from backend.web import files as web
from backend.web.endpoint import endpoint, writing

blueprint = Blueprint("staff_exports")


@endpoint(
    blueprint,
    "POST",
    "/exports",
    audience="staff",
    body=ExportIn,
    returns=ExportOut,
    status=202,
    errors=(RoleNotAllowedError, ExportLimitError),
)
async def request_export(actor: StaffActor, body: ExportIn, deps: Deps) -> ExportOut:
    return await exports.request(deps, actor, body)


@endpoint(
    blueprint,
    "GET",
    "/exports",
    audience="staff",
    query=PageQuery,
    returns=Page[ExportOut],
    errors=(RoleNotAllowedError,),
)
async def list_exports(actor: StaffActor, query: PageQuery) -> Page[ExportOut]:
    return await exports.mine(actor, query)


@endpoint(
    blueprint,
    "GET",
    "/exports/log",
    audience="staff",
    query=PageQuery,
    returns=Page[ExportLogOut],
    errors=(RoleNotAllowedError,),
)
async def list_export_log(actor: StaffActor, query: PageQuery) -> Page[ExportLogOut]:
    return await exports.log(actor, query)


@endpoint(blueprint, "GET", "/exports/{export_id}", audience="staff", returns=ExportOut)
async def get_export(actor: StaffActor, export_id: UUID) -> ExportOut:
    return await exports.one(actor, export_id)


@endpoint(
    blueprint,
    "DELETE",
    "/exports/{export_id}",
    audience="staff",
    returns=ExportOut,
    errors=(ExportEndedError,),
)
async def cancel_export(actor: StaffActor, export_id: UUID) -> ExportOut:
    return await exports.cancel(actor, export_id)


@endpoint(
    blueprint,
    "GET",
    "/exports/{export_id}/content",
    audience="staff",
    produces="application/octet-stream",
    errors=(NotFoundError, ExportNotReadyError, UnavailableError),
)
async def get_export_content(request: Request, actor: StaffActor, export_id: UUID, deps: Deps) -> None:
    async with writing(request, deps, None, ""):
        export = await exports.download(deps, actor, export_id)
    parts = exports.content(deps, web.store_of(request), export_id)
    await web.stream(request, parts, exports.file_name(export), exports.TYPES[export.format], export.size)
