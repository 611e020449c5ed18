"""How one of WeChat's calls is answered: token, quota, body, then what it does.

`@call` turns a function of (world, what was asked) into a handler. Its table of limits is what `openapi/quota/get`
knows.
"""

import inspect
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any, Final, Literal, TypeVar

import sanic
from pydantic import BaseModel, ConfigDict, ValidationError
from sanic import Blueprint
from sanic.response import HTTPResponse, json

from backend.wechat.simulator.quotas import Limit
from backend.wechat.simulator.refusals import RefusalError
from backend.wechat.simulator.world import World

Request = sanic.Request[Any, Any]
Answer = dict[str, object] | HTTPResponse
_Asked = TypeVar("_Asked", bound=BaseModel)

blueprint: Final = Blueprint("wechat_api")
LIMITS: Final[dict[str, Limit]] = {}


class In(BaseModel):
    """What a request carries; like WeChat, what is not known is not read."""

    model_config = ConfigDict(extra="ignore", strict=True)


class QueryIn(BaseModel):
    model_config = ConfigDict(extra="ignore")


def world_of(request: Request) -> World:
    world: World = request.app.ctx.world
    return world


def call(
    path: str,
    *,
    method: Literal["GET", "POST"] = "POST",
    limit: Limit = Limit(),  # noqa: B008 - frozen
    with_token: bool = True,
    hands_out_token: bool = False,
) -> Callable[[Callable[[World, _Asked], Awaitable[Answer]]], Callable[[Request], Awaitable[HTTPResponse]]]:
    LIMITS[path] = limit

    def register(act: Callable[[World, _Asked], Awaitable[Answer]]) -> Callable[[Request], Awaitable[HTTPResponse]]:
        asked_type: type[_Asked] = inspect.get_annotations(act)["asked"]

        @wraps(act)
        async def handler(request: Request) -> HTTPResponse:
            world = world_of(request)
            if with_token:
                world.tokens.check(request.args.get("access_token", ""))
            elif hands_out_token:
                world.check_ip(request.client_ip)
            world.quotas.spend(path)
            answer = await act(world, _read(request, asked_type))
            return answer if isinstance(answer, HTTPResponse) else json(answer, ensure_ascii=False)

        blueprint.add_route(handler, path, methods=[method], name=act.__name__)
        return handler

    return register


def ok(**values: object) -> dict[str, object]:
    return {"errcode": 0, "errmsg": "ok"} | values


def _read(request: Request, asked_type: type[_Asked]) -> _Asked:
    try:
        if request.method == "GET":
            return asked_type.model_validate({name: values[0] for name, values in request.args.items()})
        if not request.body:
            raise RefusalError(44002)
        return asked_type.model_validate_json(request.body)
    except ValidationError:
        raise RefusalError(47001) from None
