from uuid import UUID

from sanic import Blueprint, Request
from sanic.response import HTTPResponse

from backend.accounts.actors import StaffActor
from backend.casework import evidence
from backend.core.deps import Deps
from backend.core.errors import RoleNotAllowedError
from backend.disputes import looks
from backend.files import actions, queries
from backend.files.actions import FileTooLargeError, FileTypeError
from backend.files.schemas import FileOut
from backend.web import files as web
from backend.web.endpoint import endpoint, json_response, writing
from backend.web.idempotency import Answer
from models import LookKind

blueprint = Blueprint("staff_files")


@endpoint(blueprint, "GET", "/files/{file_id}", audience="staff", produces="*/*")
async def get_case_file(request: Request, actor: StaffActor, file_id: UUID, deps: Deps) -> HTTPResponse:
    stored = await evidence.file_for_staff(actor, file_id)
    assert stored.dispute_id is not None, "staff are let in to a file by its case"
    await looks.note(deps, actor, stored.dispute_id, LookKind.FILE, stored.id)
    return await web.serve(request, deps, stored)


@endpoint(
    blueprint,
    "POST",
    "/disputes/{dispute_id}/files",
    audience="staff",
    returns=FileOut,
    status=201,
    errors=(FileTypeError, FileTooLargeError, RoleNotAllowedError),
    opens_transaction=False,
)
async def upload_scan(request: Request, actor: StaffActor, dispute_id: UUID, deps: Deps) -> HTTPResponse:
    upload = await actions.inspect(*web.only_file(request))
    digest = web.form_digest(request, upload.sha256)
    async with web.provisional(request, deps, upload) as bytes_, writing(request, deps, actor, digest) as write:
        if write.answer is None:
            stored = await evidence.add_scan(deps, actor, dispute_id, bytes_.file_id, upload)
            await write.finish(Answer(201, queries.out(stored).model_dump_json().encode()))
            bytes_.kept = True
    return json_response(write.answer)
