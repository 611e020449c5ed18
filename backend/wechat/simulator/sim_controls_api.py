"""`/sim/*`, how the world behaves: faults, settings, templates, verdicts, tokens. Real WeChat has none of it."""

from dataclasses import asdict
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from sanic import Blueprint
from sanic.response import HTTPResponse, empty, json

from backend.wechat.simulator.calls import Request, world_of
from backend.wechat.simulator.faults import Fault
from backend.wechat.simulator.moderation import Verdict
from backend.wechat.simulator.rules import Rules
from backend.wechat.simulator.sim_forms import FaultIn, TemplatesIn, VerdictIn

blueprint = Blueprint("sim_controls_api", url_prefix="/sim")

_Body = TypeVar("_Body", bound=BaseModel)


def body_of(request: Request, model: type[_Body]) -> _Body:
    return model.model_validate_json(request.body)


async def say_what_is_wrong(_request: Request, error: ValidationError) -> HTTPResponse:
    return json({"errors": error.errors(include_url=False, include_context=False, include_input=False)}, status=422)


@blueprint.get("/faults")
async def faults(request: Request) -> HTTPResponse:
    return json({"faults": world_of(request).faults.shown()})


@blueprint.post("/faults")
async def add_fault(request: Request) -> HTTPResponse:
    world = world_of(request)
    world.faults.add(Fault(**body_of(request, FaultIn).model_dump()))
    return json({"faults": world.faults.shown()}, status=201)


@blueprint.delete("/faults")
async def clear_faults(request: Request) -> HTTPResponse:
    world_of(request).faults.clear()
    return empty()


@blueprint.get("/settings")
async def settings(request: Request) -> HTTPResponse:
    return json(world_of(request).rules.model_dump())


@blueprint.post("/settings")
async def change_settings(request: Request) -> HTTPResponse:
    """Only what is given changes."""
    world = world_of(request)
    changed = body_of(request, Rules).model_dump(exclude_unset=True)
    world.change_rules(**changed)
    return json(world.rules.model_dump())


@blueprint.get("/templates")
async def templates(request: Request) -> HTTPResponse:
    return json({"items": [asdict(each) for each in world_of(request).templates.values()]}, ensure_ascii=False)


@blueprint.post("/templates")
async def set_templates(request: Request) -> HTTPResponse:
    """Templates with exactly these arguments; beside them every id that begins with `tmpl-` is good."""
    given = body_of(request, TemplatesIn)
    world_of(request).templates = {item.id: item.template() for item in given.items}
    return empty()


@blueprint.post("/verdicts")
async def add_verdict(request: Request) -> HTTPResponse:
    """How texts and files with these words are judged from now on, beside what is built in."""
    world = world_of(request)
    world.moderation.added.append(Verdict(**body_of(request, VerdictIn).model_dump()))
    return json({"items": [asdict(each) for each in world.moderation.added]}, status=201, ensure_ascii=False)


@blueprint.delete("/verdicts")
async def clear_verdicts(request: Request) -> HTTPResponse:
    world_of(request).moderation.added.clear()
    return empty()


@blueprint.get("/calls")
async def calls(request: Request) -> HTTPResponse:
    return json(world_of(request).calls)


@blueprint.get("/tokens")
async def tokens(request: Request) -> HTTPResponse:
    return json({"forced": len(world_of(request).tokens.forced)})


@blueprint.delete("/tokens")
async def lose_tokens(request: Request) -> HTTPResponse:
    """Every access token is worthless at once."""
    world_of(request).tokens.lose_all()
    return empty()


@blueprint.post("/reset")
@blueprint.delete("/reset", name="reset_by_delete")
async def reset(request: Request) -> HTTPResponse:
    world_of(request).reset()
    return empty()
