"""Every error leaves here, in one form. What is no `HejieError` is a bug: logged with its traceback, told as 500."""

from typing import ClassVar

import asyncpg
import sanic
import sanic.exceptions
import structlog
from redis.exceptions import RedisError
from sanic.response import HTTPResponse, json
from tortoise.exceptions import DBConnectionError

from backend.core import errors
from backend.core.errors import HejieError

log = structlog.get_logger("hejie.web")


class ServerError(HejieError):
    code: ClassVar[str] = "internal_error"
    status: ClassVar[int] = 500
    message: ClassVar[str] = "系统出了问题，我们已经记录。请稍后重试；若仍不行，请致电综治中心。"


_BY_STATUS: dict[int, type[HejieError]] = {
    400: errors.MalformedError,
    404: errors.NotFoundError,
    405: errors.MethodNotAllowedError,
    413: errors.TooLargeError,
    415: errors.WrongTypeError,
    503: errors.UnavailableError,
}
_STORE_AWAY = (
    DBConnectionError,
    OSError,
    TimeoutError,
    asyncpg.AdminShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.DeadlockDetectedError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.LockNotAvailableError,
    asyncpg.PostgresConnectionError,
    asyncpg.QueryCanceledError,
    asyncpg.TooManyConnectionsError,
    RedisError,
)
"""Stores that are away or too busy: nothing was written, trying again is right."""


def answer(error: HejieError, request_id: str) -> HTTPResponse:
    body: dict[str, object] = {"code": error.code, "message": error.text}
    if error.fields:
        body["fields"] = [{"path": problem.path, "message": problem.message} for problem in error.fields]
    headers = {} if error.retry_after_s is None else {"Retry-After": str(error.retry_after_s)}
    return json(
        body | error.details | {"request_id": request_id},
        status=error.status,
        headers=headers,
        ensure_ascii=False,
    )


def known(error: BaseException) -> HejieError | None:
    """The error that a client may be told for an exception; None for a bug."""
    if isinstance(error, HejieError):
        return error
    if isinstance(error, sanic.exceptions.SanicException):
        return _of_framework(error.status_code)
    if isinstance(error, _STORE_AWAY) or isinstance(error.__cause__, _STORE_AWAY):
        return errors.UnavailableError(retry_after_s=2)
    return None


def _of_framework(status: int) -> HejieError | None:
    if status in _BY_STATUS:
        return _BY_STATUS[status]()
    return errors.MalformedError() if status < 500 else None


async def render(request: sanic.Request, error: Exception) -> HTTPResponse:
    told = known(error)
    request_id = getattr(request.ctx, "request_id", "")
    if told is None or (told is not error and told.status >= 500):
        route = request.route.path if request.route else ""
        kind = "unhandled" if told is None else "store_away"
        log.error(kind, method=request.method, route=route, request_id=request_id, exc_info=error)
    response = answer(told or ServerError(), request_id)
    if isinstance(error, sanic.exceptions.MethodNotAllowed):
        response.headers.update(error.headers)
    return response


def install(app: "sanic.Sanic[sanic.Config, object]") -> None:
    app.exception(Exception)(render)
