"""The papers of a case: asked for, listed, handed out as PDF and DOCX."""

from uuid import UUID

from sanic import Blueprint, Request
from sanic.response import HTTPResponse

from backend.accounts.actors import StaffActor
from backend.core.deps import Deps
from backend.core.errors import RoleNotAllowedError, UnavailableError
from backend.core.schema import Page, PageQuery
from backend.disputes import looks
from backend.papers import actions, binding, possible, queries
from backend.papers.actions import PaperIncompleteError
from backend.papers.binding import FileCatalogOut, FileNotReadyError
from backend.papers.schemas import PaperIn, PaperOut, PossiblePapersOut
from backend.web import files as web
from backend.web.endpoint import endpoint
from models import LookKind

blueprint = Blueprint("staff_papers")

_ALL = "/disputes/{dispute_id}/papers"
_ONE = _ALL + "/{paper_id}"
_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@endpoint(blueprint, "GET", _ALL, audience="staff", query=PageQuery, returns=Page[PaperOut])
async def list_papers(actor: StaffActor, dispute_id: UUID, query: PageQuery, deps: Deps) -> Page[PaperOut]:
    return await queries.page(deps, actor, dispute_id, query)


@endpoint(blueprint, "GET", "/disputes/{dispute_id}/paper-kinds", audience="staff", returns=PossiblePapersOut)
async def list_paper_kinds(actor: StaffActor, dispute_id: UUID, deps: Deps) -> PossiblePapersOut:
    return await possible.of_case(deps, actor, dispute_id)


@endpoint(
    blueprint,
    "POST",
    _ALL,
    audience="staff",
    body=PaperIn,
    returns=PaperOut,
    status=201,
    errors=(RoleNotAllowedError, PaperIncompleteError),
)
async def request_paper(actor: StaffActor, dispute_id: UUID, body: PaperIn, deps: Deps) -> PaperOut:
    return await actions.request(deps, actor, dispute_id, body)


@endpoint(blueprint, "GET", "/disputes/{dispute_id}/file-catalog", audience="staff", returns=FileCatalogOut)
async def get_file_catalog(actor: StaffActor, dispute_id: UUID, deps: Deps) -> FileCatalogOut:
    return await binding.catalog(deps, actor, dispute_id)


@endpoint(
    blueprint,
    "POST",
    "/disputes/{dispute_id}/bound-file",
    audience="staff",
    returns=PaperOut,
    status=201,
    errors=(RoleNotAllowedError, FileNotReadyError),
)
async def bind_file(actor: StaffActor, dispute_id: UUID, deps: Deps) -> PaperOut:
    return await binding.request(deps, actor, dispute_id)


@endpoint(blueprint, "GET", _ONE, audience="staff", returns=PaperOut)
async def get_paper(actor: StaffActor, dispute_id: UUID, paper_id: UUID, deps: Deps) -> PaperOut:
    return queries.out(deps, await queries.one(actor, dispute_id, paper_id))


@endpoint(blueprint, "GET", _ONE + "/pdf", audience="staff", produces="application/pdf", errors=(UnavailableError,))
async def get_paper_pdf(
    request: Request, actor: StaffActor, dispute_id: UUID, paper_id: UUID, deps: Deps
) -> HTTPResponse:
    paper = await queries.one(actor, dispute_id, paper_id)
    stored = queries.file_of(paper, "pdf")
    await looks.note(deps, actor, dispute_id, LookKind.PAPER, paper.id)
    return await web.serve(request, deps, stored)


@endpoint(blueprint, "GET", _ONE + "/docx", audience="staff", produces=_DOCX, errors=(UnavailableError,))
async def get_paper_docx(
    request: Request, actor: StaffActor, dispute_id: UUID, paper_id: UUID, deps: Deps
) -> HTTPResponse:
    paper = await queries.one(actor, dispute_id, paper_id)
    stored = queries.file_of(paper, "docx")
    await looks.note(deps, actor, dispute_id, LookKind.PAPER, paper.id)
    return await web.serve(request, deps, stored)
