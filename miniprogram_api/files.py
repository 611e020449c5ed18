from uuid import UUID

from sanic import Blueprint, Request
from sanic.response import HTTPResponse

from backend.accounts.actors import ResidentActor
from backend.core.deps import Deps
from backend.core.schema import Query
from backend.files import actions, links, queries
from backend.files.actions import FileInUseError, FileTooLargeError, FileTypeError
from backend.files.queries import FileNotShownError
from backend.files.schemas import FileOut, LinksOut
from backend.web import files as web
from backend.web.endpoint import endpoint, json_response, writing
from backend.web.idempotency import Answer

blueprint = Blueprint("mini_files")


class LinkQuery(Query):
    """As signed; anything else leads nowhere."""

    part: str = ""
    expires: str = ""
    signature: str = ""


@endpoint(
    blueprint,
    "POST",
    "/files",
    audience="resident",
    returns=FileOut,
    status=201,
    errors=(FileTypeError, FileTooLargeError),
    opens_transaction=False,
)
async def upload_file(request: Request, actor: ResidentActor, deps: Deps) -> HTTPResponse:
    upload = await actions.inspect(*web.only_file(request))
    digest = web.form_digest(request, upload.sha256)
    async with web.provisional(request, deps, upload) as bytes_, writing(request, deps, actor, digest) as write:
        if write.answer is None:
            stored = await actions.record_upload(deps, actor, bytes_.file_id, upload)
            await write.finish(Answer(201, queries.out(stored).model_dump_json().encode()))
            bytes_.kept = True
    return json_response(write.answer)


@endpoint(
    blueprint,
    "DELETE",
    "/files/{file_id}",
    audience="resident",
    errors=(FileInUseError,),
    opens_transaction=False,
)
async def delete_file(request: Request, actor: ResidentActor, file_id: UUID, deps: Deps) -> HTTPResponse:
    async with writing(request, deps, actor, "") as write:
        if write.answer is None:
            await actions.discard(deps, actor, file_id)
            await write.finish(Answer(204, b""))
    await web.erase(request, [file_id])
    return json_response(write.answer)


@endpoint(blueprint, "GET", "/files/{file_id}", audience="resident", errors=(FileNotShownError,), produces="*/*")
async def get_file(request: Request, actor: ResidentActor, file_id: UUID, deps: Deps) -> HTTPResponse:
    return await web.serve(request, deps, await queries.shown_to_owner(actor, file_id))


@endpoint(blueprint, "GET", "/files/{file_id}/links", audience="resident", returns=LinksOut)
async def get_links(request: Request, actor: ResidentActor, file_id: UUID, deps: Deps) -> LinksOut:
    return links.links_to(deps, await queries.owned(actor, file_id), web.base_url(request))


@endpoint(blueprint, "GET", "/files/{file_id}/content", audience="anyone", query=LinkQuery, produces="*/*")
async def follow_link(request: Request, file_id: UUID, query: LinkQuery, deps: Deps) -> HTTPResponse:
    part = links.check(deps, file_id, query.part, query.expires, query.signature)
    return await web.serve(request, deps, await queries.linked(file_id), part)
