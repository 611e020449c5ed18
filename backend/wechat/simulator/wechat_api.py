"""WeChat's own addresses: same paths, JSON and error codes."""

import secrets
from typing import Any, Literal, TypeVar

import sanic
from pydantic import BaseModel, ConfigDict, ValidationError
from sanic import Blueprint
from sanic.response import HTTPResponse, json

from backend.wechat.simulator import arguments
from backend.wechat.simulator.world import Message, RefusalError, World

blueprint = Blueprint("wechat_api")

Request = sanic.Request[Any, Any]
_Body = TypeVar("_Body", bound=BaseModel)


class _In(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True)


class _TokenIn(_In):
    grant_type: str = ""
    appid: str = ""
    secret: str = ""
    force_refresh: bool = False


class _CodeIn(_In):
    code: str = ""


class _ValueIn(_In):
    value: str


class _SendIn(_In):
    touser: str = ""
    template_id: str = ""
    page: str = ""
    data: dict[str, _ValueIn] = {}
    miniprogram_state: Literal["developer", "trial", "formal"] = "formal"
    lang: Literal["zh_CN", "en_US", "zh_HK", "zh_TW"] = "zh_CN"


def _world(request: Request) -> World:
    world: World = request.app.ctx.world
    return world


def _body(request: Request, model: type[_Body]) -> _Body:
    try:
        return model.model_validate_json(request.body)
    except ValidationError:
        raise RefusalError(47001) from None


def _ok(**values: object) -> HTTPResponse:
    return json({"errcode": 0, "errmsg": "ok"} | values, ensure_ascii=False)


@blueprint.get("/sns/jscode2session")
async def code_to_session(request: Request) -> HTTPResponse:
    world = _world(request)
    world.check_app(request.args.get("appid"), request.args.get("secret"))
    if request.args.get("grant_type") != "authorization_code":
        raise RefusalError(40002)
    if not (code := request.args.get("js_code")):
        raise RefusalError(41008)
    return json({"openid": world.log_in(code), "session_key": secrets.token_urlsafe(16) + "=="})


@blueprint.post("/cgi-bin/stable_token")
async def stable_token(request: Request) -> HTTPResponse:
    body = _body(request, _TokenIn)
    if body.grant_type != "client_credential":
        raise RefusalError(40002)
    world = _world(request)
    world.check_app(body.appid, body.secret)
    token, expires_in = world.tokens.stable(force=body.force_refresh)
    return json({"access_token": token, "expires_in": expires_in})


@blueprint.post("/wxa/business/getuserphonenumber")
async def phone_number(request: Request) -> HTTPResponse:
    world = _world(request)
    world.tokens.check(request.args.get("access_token", ""))
    code = _body(request, _CodeIn).code
    number = code.removeprefix("phone-").rpartition("-")[0]
    if not (code.startswith("phone-") and number) or code in world.used_codes:
        raise RefusalError(40029)
    world.use_up(code)
    return _ok(
        phone_info={
            "phoneNumber": number,
            "purePhoneNumber": number,
            "countryCode": "86",
            "watermark": {"timestamp": int(world.clock.now().timestamp()), "appid": world.app_id},
        }
    )


@blueprint.post("/cgi-bin/message/subscribe/send")
async def send_subscribe_message(request: Request) -> HTTPResponse:
    world = _world(request)
    world.tokens.check(request.args.get("access_token", ""))
    body = _body(request, _SendIn)
    if not world.knows(body.touser):
        raise RefusalError(40003)
    _check_data(body, world.arguments_of(body.template_id))
    if body.page.startswith("/") or len(body.page) > 1024:
        raise RefusalError(41030)
    message = Message(msgid=world.next_msgid(), sent_at=world.clock.now(), **body.model_dump())
    world.deliver(message)
    return _ok(msgid=message.msgid)


def _check_data(body: _SendIn, wanted: frozenset[str] | None) -> None:
    values = {name: item.value for name, item in body.data.items()}
    missing = sorted((wanted or frozenset()) - values.keys())
    if missing or not values:
        raise RefusalError(47003, f"data.{missing[0]}.value is empty" if missing else "data is empty")
    # WeChat drops arguments that a template does not have.
    shown = {name: value for name, value in values.items() if wanted is None or name in wanted}
    if (wrong := arguments.first_wrong(shown)) is not None:
        raise RefusalError(47003, f"data.{wrong}.value invalid")
