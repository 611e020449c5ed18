"""Templates of papers, as the administrator keeps them."""

import asyncio

from sanic import Blueprint
from sanic.response import HTTPResponse

from backend.accounts.actors import StaffActor
from backend.core.deps import Deps
from backend.core.errors import RoleNotAllowedError
from backend.papers import pdf, templates
from backend.papers.schemas import (
    PreviewIn,
    RollbackIn,
    TemplateIn,
    TemplateOut,
    TemplatesOut,
    TemplateTextOut,
)
from backend.web.endpoint import endpoint

blueprint = Blueprint("staff_paper_templates")

_ALL = "/paper-templates"
_ONE = _ALL + "/{code}"
_REFUSES = (RoleNotAllowedError,)


@endpoint(blueprint, "GET", _ALL, audience="staff", returns=TemplatesOut, errors=_REFUSES)
async def list_paper_templates(actor: StaffActor, deps: Deps) -> TemplatesOut:
    return await templates.all_of_them(deps, actor)


@endpoint(blueprint, "GET", _ONE, audience="staff", returns=TemplateOut, errors=_REFUSES)
async def get_paper_template(actor: StaffActor, code: str, deps: Deps) -> TemplateOut:
    return await templates.one(deps, actor, code)


@endpoint(blueprint, "GET", _ONE + "/versions/{version}", audience="staff", returns=TemplateTextOut, errors=_REFUSES)
async def get_paper_template_version(actor: StaffActor, code: str, version: int, deps: Deps) -> TemplateTextOut:
    return await templates.text_of(deps, actor, code, version)


@endpoint(
    blueprint,
    "POST",
    _ONE + "/preview",
    audience="staff",
    body=PreviewIn,
    opens_transaction=False,
    produces="application/pdf",
    errors=_REFUSES,
)
async def preview_paper_template(actor: StaffActor, code: str, body: PreviewIn, deps: Deps) -> HTTPResponse:
    sheet = await templates.preview(deps, actor, code, body.text)
    drawn = await asyncio.to_thread(pdf.draw, sheet)
    return HTTPResponse(drawn.content, headers={"Cache-Control": "no-store"}, content_type="application/pdf")


@endpoint(
    blueprint,
    "POST",
    _ONE + "/versions",
    audience="staff",
    body=TemplateIn,
    returns=TemplateOut,
    status=201,
    errors=_REFUSES,
)
async def add_paper_template(actor: StaffActor, code: str, body: TemplateIn, deps: Deps) -> TemplateOut:
    return await templates.add(deps, actor, code, body)


@endpoint(
    blueprint, "POST", _ONE + "/rollback", audience="staff", body=RollbackIn, returns=TemplateOut, errors=_REFUSES
)
async def roll_back_paper_template(actor: StaffActor, code: str, body: RollbackIn, deps: Deps) -> TemplateOut:
    return await templates.roll_back(deps, actor, code, body)
