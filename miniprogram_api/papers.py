"""The papers of a case that a party may read."""

from uuid import UUID

from sanic import Blueprint, Request
from sanic.response import HTTPResponse

from backend.accounts.actors import ResidentActor
from backend.core.deps import Deps
from backend.core.errors import UnavailableError
from backend.disputes import looks
from backend.papers import queries
from backend.papers.schemas import OwnPapersOut
from backend.web import files as web
from backend.web.endpoint import endpoint
from models import LookKind

blueprint = Blueprint("mini_papers")

_ALL = "/disputes/{dispute_id}/papers"
_ONE = _ALL + "/{paper_id}"
_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@endpoint(blueprint, "GET", _ALL, audience="resident", returns=OwnPapersOut)
async def list_own_papers(actor: ResidentActor, dispute_id: UUID, deps: Deps) -> OwnPapersOut:
    return await queries.of_resident(deps, actor, dispute_id)


@endpoint(blueprint, "GET", _ONE + "/pdf", audience="resident", produces="application/pdf", errors=(UnavailableError,))
async def get_own_paper_pdf(
    request: Request, actor: ResidentActor, dispute_id: UUID, paper_id: UUID, deps: Deps
) -> HTTPResponse:
    paper = await queries.one_of_resident(deps, actor, dispute_id, paper_id)
    stored = queries.file_of(paper, "pdf")
    await looks.note(deps, actor, dispute_id, LookKind.PAPER, paper.id)
    return await web.serve(request, deps, stored)


@endpoint(blueprint, "GET", _ONE + "/docx", audience="resident", produces=_DOCX, errors=(UnavailableError,))
async def get_own_paper_docx(
    request: Request, actor: ResidentActor, dispute_id: UUID, paper_id: UUID, deps: Deps
) -> HTTPResponse:
    paper = await queries.one_of_resident(deps, actor, dispute_id, paper_id)
    stored = queries.file_of(paper, "docx")
    await looks.note(deps, actor, dispute_id, LookKind.PAPER, paper.id)
    return await web.serve(request, deps, stored)
