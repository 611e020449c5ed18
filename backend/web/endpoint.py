"""What every call goes through: who asks, how often, what is asked, one transaction, one answer.

A handler takes what it names: `actor`, `body` and its `digest`, `query`, `deps`, `request`, `wechat`, `sms`, and its
path values.
"""

import inspect
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any, Literal

import pydantic
from sanic import Blueprint, Request
from sanic.response import HTTPResponse
from tortoise.transactions import in_transaction

from backend.accounts.actors import Actor, Filer
from backend.core.deps import Deps
from backend.core.digests import json_hash
from backend.core.errors import HejieError, NotFoundError, TokenRevokedError, TooLargeError, WrongTypeError
from backend.core.schema import Empty, In, Query
from backend.web import auth, fields
from backend.web.idempotency import Answer, Guard

MAX_JSON_BYTES = 1_000_000

Audience = Literal["resident", "staff", "colleague", "partner", "anyone"]
"""`colleague`: staff, and the associates of single cases; `staff` never lets an associate in. `partner`: another
system, by its signature over all of the request."""
Handler = Callable[..., Awaitable[Any]]

_FIND: dict[str, Callable[[Deps, str | None], Awaitable[Actor]]] = {
    "resident": auth.resident,
    "staff": auth.staff,
    "colleague": auth.colleague,
}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A call as described to the world; the OpenAPI document is made from nothing else."""

    method: str
    path: str
    audience: Audience
    handler: Handler
    body: type[In] | None
    query: type[Query] | None
    returns: Any
    status: int
    errors: tuple[type[HejieError], ...]
    writes: bool
    idempotent: bool
    takes: dict[str, type]
    """What its handler names, with their types."""
    serializer: pydantic.TypeAdapter[Any]
    produces: str

    @property
    def is_upload(self) -> bool:
        """Its handler reads the body itself, as multipart/form-data."""
        return self.method in ("POST", "PUT") and self.body is None and "request" in self.takes

    @property
    def reads_json(self) -> bool:
        return self.method in ("POST", "PUT") and not self.is_upload

    @property
    def takes_key(self) -> bool:
        return self.method != "GET" and self.idempotent

    @property
    def success_status(self) -> int:
        return 204 if self.returns is None and self.produces == "application/json" else self.status

    async def __call__(self, request: Request, **path: str) -> HTTPResponse | None:
        """None: its handler has answered already, part by part."""
        deps: Deps = replace(request.app.ctx.deps, touched=set())
        try:
            actor = await self._actor(request, deps)
        except TokenRevokedError as error:
            return await self._last_answer(request, deps, error)
        parsed, digest = self._body(request, deps)
        known: dict[str, Any] = {
            "actor": actor,
            "body": parsed,
            "digest": digest,
            "query": self.query and fields.validate(self.query, {k: v[-1] for k, v in request.args.items()}, deps),
            "deps": deps,
            "request": request,
            "wechat": request.app.ctx.wechat,
            "sms": request.app.ctx.sms,
        }
        arguments = {name: known[name] for name in self.takes if name in known} | self._path(path)
        if not self.writes:
            async with auth.reading(deps, actor):
                result = await self.handler(**arguments)
            return None if request.responded else self._respond(result)
        async with writing(request, deps, actor, digest, takes_key=self.idempotent) as write:
            if write.answer is None:
                response = self._respond(await self.handler(**arguments))
                await write.finish(Answer(response.status, response.body or b""))
        return json_response(write.answer)

    async def _actor(self, request: Request, deps: Deps) -> Filer | None:
        limits = request.app.ctx.limits
        await limits.hit("address", request.remote_addr or request.ip)
        if self.audience == "anyone":
            return None
        if self.audience == "partner":
            return await auth.partner(deps, request, limits, MAX_JSON_BYTES)
        actor = await _FIND[self.audience](deps, request.headers.get("authorization"))
        await limits.hit("actor", str(actor.id))
        return actor

    async def _last_answer(self, request: Request, deps: Deps, error: TokenRevokedError) -> HTTPResponse:
        """Logging out and closing the account revoke the token they came with; their repetition is safe all the
        same. Raises the error for everything else."""
        key = request.headers.get("idempotency-key")
        if self.method != "DELETE" or key is None or error.actor_id is None:
            raise error
        answer = await Guard.of(key, error.actor_id, self.method, request.path, "").stored(deps.keyring)
        if answer is None:
            raise error
        return json_response(answer)

    def _body(self, request: Request, deps: Deps) -> tuple[In | None, str]:
        """Raises what is wrong with the body: too large, of another type, malformed, or in its fields."""
        if not self.reads_json:
            return None, ""
        raw = request.body
        if len(raw) > MAX_JSON_BYTES:
            raise TooLargeError
        if raw and request.content_type.partition(";")[0].strip().lower() != "application/json":
            raise WrongTypeError
        parsed = fields.parse_json(raw or b"{}")
        return fields.validate_json(self.body or Empty, raw or b"{}", deps), json_hash(parsed)

    def _path(self, path: dict[str, str]) -> dict[str, Any]:
        """An id that is none looks like an id that is not yours."""
        if not all(value.isprintable() for value in path.values()):
            raise NotFoundError
        try:
            return {name: self.takes[name](value) for name, value in path.items()}
        except ValueError as error:
            raise NotFoundError from error

    def _respond(self, result: Any) -> HTTPResponse:
        if isinstance(result, HTTPResponse):
            return result
        if result is None:
            return HTTPResponse(status=204)
        return json_response(Answer(self.status, self.serializer.dump_json(result)))


def endpoint(
    blueprint: Blueprint,
    method: Literal["GET", "POST", "PUT", "DELETE"],
    path: str,
    *,
    audience: Audience,
    body: type[In] | None = None,
    query: type[Query] | None = None,
    returns: Any = None,
    status: int = 200,
    errors: tuple[type[HejieError], ...] = (),
    opens_transaction: bool = True,
    idempotent: bool = True,
    produces: str = "application/json",
) -> Callable[[Handler], Handler]:
    """`opens_transaction=False`: the handler asks WeChat or a store first and opens `writing` itself.
    `produces`: the content type of a handler that makes its own response."""

    def register(handler: Handler) -> Handler:
        described = Endpoint(
            method=method,
            path=path,
            audience=audience,
            handler=handler,
            body=body,
            query=query,
            returns=returns,
            status=status,
            errors=errors,
            writes=method != "GET" and opens_transaction,
            idempotent=idempotent and audience != "anyone",
            takes=inspect.get_annotations(handler, eval_str=True),
            serializer=pydantic.TypeAdapter(returns),
            produces=produces,
        )

        _route(blueprint, described)
        return handler

    return register


def _route(blueprint: Blueprint, endpoint: Endpoint) -> None:
    async def call(request: Request, **path: str) -> HTTPResponse | None:
        return await endpoint(request, **path)

    call.endpoint = endpoint  # type: ignore[attr-defined]
    route = endpoint.path.replace("{", "<").replace("}", ":str>")
    blueprint.add_route(
        call,
        route,
        methods=[endpoint.method],
        name=endpoint.handler.__name__,
        unquote=True,
        error_format="json",  # else Sanic reads and parses the source of each handler at every start
        stream=endpoint.audience == "partner" and endpoint.method == "POST",  # what is too large is not read at all
    )


class Write:
    """One write under way: the answer to give, once there is one."""

    def __init__(self, deps: Deps, guard: Guard | None, answer: Answer | None) -> None:
        self.deps, self.guard, self.answer = deps, guard, answer

    async def finish(self, answer: Answer) -> None:
        self.answer = answer
        if self.guard is not None:
            await self.guard.finish(self.deps.keyring, answer)

    async def forget(self) -> None:
        """After the commit, when what follows it has failed: failures are not stored."""
        if self.guard is not None:
            await self.guard.forget()


@asynccontextmanager
async def writing(
    request: Request, deps: Deps, actor: Filer | None, digest: str, *, takes_key: bool = True
) -> AsyncIterator[Write]:
    """The one transaction of a write. A repeated request finds the first answer in `answer` and does nothing.
    After the commit, the residents it concerns are told over their open sockets."""
    key = request.headers.get("idempotency-key")
    guard = None
    if key is not None and actor is not None and takes_key:
        guard = Guard.of(key, actor.id, request.method, request.path, digest)
    async with in_transaction():
        await auth.use_up(deps, actor)
        stored = await guard.claim(deps.keyring, deps.clock.now()) if guard else None
        write = Write(deps, guard, stored)
        yield write
    if deps.touched:
        request.app.ctx.newsroom.tell(deps.touched)


def json_response(answer: Answer | None) -> HTTPResponse:
    assert answer is not None, "a write always ends with an answer"
    if answer.status == 204:
        return HTTPResponse(status=204)
    return HTTPResponse(answer.body, answer.status, content_type="application/json")
