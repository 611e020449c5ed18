"""`/sim/*`: the other side of the phone, for tests and demonstrations. Real WeChat has none of it."""

from dataclasses import asdict
from typing import Any, Literal, Self, TypeVar

import sanic
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from sanic import Blueprint
from sanic.response import HTTPResponse, empty, json

from backend.core.clock import iso
from backend.wechat.simulator.arguments import argument_type
from backend.wechat.simulator.pushes import CallbackPusher, Event, Format, Mode
from backend.wechat.simulator.world import Fault, Message, World

blueprint = Blueprint("sim_api", url_prefix="/sim")

Request = sanic.Request[Any, Any]
_Body = TypeVar("_Body", bound=BaseModel)


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _PersonIn(_In):
    name: str = ""
    openid: str = ""

    @model_validator(mode="after")
    def one_person(self) -> Self:
        if bool(self.name) == bool(self.openid):
            raise ValueError("either name or openid")
        return self

    def openid_in(self, world: World) -> str:
        return self.openid or world.openid_of(self.name)


class _ConsentIn(_PersonIn):
    template_id: str
    result: str
    where: Literal["popup", "settings"] = "popup"
    format: Format = "xml"
    mode: Mode = "safe"


class _EventIn(_PersonIn):
    event: str
    items: list[dict[str, str | int]] = []
    extra: dict[str, str | int] = {}
    created_at: int | None = Field(None, description="Unix seconds")
    timestamp: int | None = Field(None, description="Unix seconds, of the signature")
    token: str = Field("", description="signs with another token: a forgery")
    times: int = Field(1, ge=1, le=100)
    format: Format = "xml"
    mode: Mode = "safe"


class _FaultIn(_In):
    path: str = Field(min_length=1)
    times: int = Field(1, ge=1)
    errcode: int | None = None
    status: int | None = Field(None, ge=200, le=599)
    body: str | None = None
    delay_ms: int = Field(0, ge=0, le=120_000)
    after_effect: bool = False


class _TemplateIn(_In):
    id: str = Field(min_length=1)
    arguments: list[str] = Field(min_length=1)

    @model_validator(mode="after")
    def known_types(self) -> Self:
        if wrong := [name for name in self.arguments if argument_type(name) is None]:
            raise ValueError(f"no argument type: {', '.join(wrong)}")
        return self


class _TemplatesIn(_In):
    items: list[_TemplateIn]


def _world(request: Request) -> World:
    world: World = request.app.ctx.world
    return world


def _body(request: Request, model: type[_Body]) -> _Body:
    return model.model_validate_json(request.body)


async def say_what_is_wrong(_request: Request, error: ValidationError) -> HTTPResponse:
    return json({"errors": error.errors(include_url=False, include_context=False)}, status=422)


@blueprint.get("/outbox")
async def outbox(request: Request) -> HTTPResponse:
    """Oldest first; of everybody unless a person is given."""
    world, name = _world(request), request.args.get("name")
    openid = world.openid_of(name) if name else request.args.get("openid")
    found = [message for message in world.outbox if openid in (None, message.touser)]
    return json({"items": [_shown(message) for message in found]}, ensure_ascii=False)


def _shown(message: Message) -> dict[str, object]:
    return asdict(message) | {"msgid": str(message.msgid), "sent_at": iso(message.sent_at)}


@blueprint.post("/consent")
async def tap(request: Request) -> HTTPResponse:
    """Waits until the callback has answered, so that what comes next finds it done."""
    world, pusher, body = _world(request), _pusher(request), _body(request, _ConsentIn)
    openid = body.openid_in(world)
    if body.where == "settings":
        world.switch_off(openid, body.template_id)
    else:
        world.answer_tap(openid, body.template_id, body.result)
    told = "accept" if body.result.startswith("accept") else body.result
    status = None
    if told in ("accept", "reject"):
        item = {"TemplateId": body.template_id, "SubscribeStatusString": told}
        if body.where == "popup":
            item["PopupScene"] = "0"
        name = "subscribe_msg_popup_event" if body.where == "popup" else "subscribe_msg_change_event"
        event = Event(name, openid, world.event_time_s(openid), [item])
        status = await pusher.push(event, form=body.format, mode=body.mode)
    grants = world.grants[openid, body.template_id]
    return json({"openid": openid, "grants": grants, "callback_status": status})


@blueprint.get("/consent")
async def consent(request: Request) -> HTTPResponse:
    world, name = _world(request), request.args.get("name", "")
    openid = request.args.get("openid") or world.openid_of(name)
    grants = {template: count for (owner, template), count in world.grants.items() if owner == openid}
    return json({"openid": openid, "grants": grants})


@blueprint.post("/send-event")
async def send_event(request: Request) -> HTTPResponse:
    """Any event, as often and as late as asked: repeated, out of order, old, forged."""
    world, pusher, body = _world(request), _pusher(request), _body(request, _EventIn)
    openid = body.openid_in(world)
    created_s = body.created_at or world.event_time_s(openid)
    event = Event(body.event, openid, created_s, body.items, body.extra)
    statuses = [
        await pusher.push(event, form=body.format, mode=body.mode, timestamp=body.timestamp, token=body.token)
        for _ in range(body.times)
    ]
    return json({"openid": event.openid, "statuses": statuses})


@blueprint.post("/faults")
async def add_fault(request: Request) -> HTTPResponse:
    _world(request).faults.append(Fault(**_body(request, _FaultIn).model_dump()))
    return json({"faults": [asdict(fault) for fault in _world(request).faults]}, status=201)


@blueprint.delete("/faults")
async def clear_faults(request: Request) -> HTTPResponse:
    _world(request).faults.clear()
    return empty()


@blueprint.post("/templates")
async def set_templates(request: Request) -> HTTPResponse:
    """Templates with exactly these arguments; beside them every id that begins with `tmpl-` is good."""
    given = _body(request, _TemplatesIn)
    _world(request).templates = {item.id: frozenset(item.arguments) for item in given.items}
    return empty()


@blueprint.get("/calls")
async def calls(request: Request) -> HTTPResponse:
    return json(_world(request).calls)


@blueprint.get("/tokens")
async def tokens(request: Request) -> HTTPResponse:
    return json({"forced": len(_world(request).tokens.forced)})


@blueprint.delete("/tokens")
async def lose_tokens(request: Request) -> HTTPResponse:
    """Every access token is worthless at once."""
    _world(request).tokens.lose_all()
    return empty()


@blueprint.post("/reset")
@blueprint.delete("/reset", name="reset_by_delete")
async def reset(request: Request) -> HTTPResponse:
    _world(request).reset()
    return empty()


def _pusher(request: Request) -> CallbackPusher:
    pusher: CallbackPusher = request.app.ctx.pusher
    return pusher
