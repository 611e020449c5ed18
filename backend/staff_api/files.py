from uuid import UUID

from sanic import Blueprint, Request
from sanic.response import HTTPResponse

from backend.accounts.actors import StaffActor
from backend.casework import evidence
from backend.core.deps import Deps
from backend.web import files as web
from backend.web.endpoint import endpoint

blueprint = Blueprint("staff_files")


@endpoint(blueprint, "GET", "/files/{file_id}", audience="staff", produces="*/*")
async def get_case_file(request: Request, actor: StaffActor, file_id: UUID, deps: Deps) -> HTTPResponse:
    return await web.serve(request, deps, await evidence.file_for_staff(actor, file_id))
