"""OpenAPI 3.1 documents of both APIs, read off the routes themselves, and a page to try them."""

import re
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import pydantic
import swagger_ui
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode
from sanic import HTTPResponse, Request, Sanic
from sanic.response import html, json

from backend.core import errors
from backend.core.errors import HejieError
from backend.exchange import receiving
from backend.web import openapi_webhooks
from backend.web.endpoint import Endpoint
from backend.web.errors import ServerError
from backend.web.idempotency import InProgressError, KeyReusedError
from backend.web.openapi_parts import (
    ERROR,
    HEADERS,
    PAGE,
    PARAMETERS,
    SIGNATURE,
    SIGNATURE_PARAMETERS,
    UNLISTED,
    UPLOAD,
)
from backend.web.openapi_webhooks import WEBHOOKS

App = Sanic[Any, Any]
Json = dict[str, Any]

VERSION = "1.0.0"
_ASSETS = Path(swagger_ui.__file__).parent / "static"
_ASSET_NAMES = ("swagger-ui.css", "swagger-ui-bundle.js", "swagger-ui-standalone-preset.js", "favicon-32x32.png")
_ALWAYS = (errors.RateLimitedError, errors.UnavailableError, ServerError)
_TOKEN = (errors.TokenInvalidError, errors.TokenExpiredError, errors.TokenRevokedError)
_JSON_BODY = (errors.MalformedError, errors.TooLargeError, errors.WrongTypeError, errors.InvalidFieldsError)
_KEYED = (errors.InvalidFieldsError, KeyReusedError, InProgressError)


_TITLES = {
    "mini": ("Hejie mini-program API", "What residents call. 居民小程序接口。"),
    "staff": (
        "Hejie staff API",
        "What the staff of governance centers call, and what operators watch. 综治中心工作人员接口。",
    ),
    "exchange": (
        "Hejie exchange API",
        "What other systems call: cases brought, asked for, supplemented, closed. 协同平台接口。See docs/exchange.md.",
    ),
}


class Call(NamedTuple):
    path: str
    endpoint: Endpoint


class _Schemas(GenerateJsonSchema):
    """Names of fields are not repeated as titles."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 - pydantic calls it so
        return False


def install(app: App) -> None:
    app.add_route(_page, "/docs", name="docs_page")
    for api in _TITLES:
        app.add_route(partial(_document, api=api), f"/docs/{api}.json", name=f"docs_{api}")
    for name in _ASSET_NAMES:
        app.static(f"/docs/assets/{name}", _ASSETS / name, name=f"docs_{name}")


async def _page(_request: Request) -> HTTPResponse:
    return html(PAGE)


async def _document(request: Request, api: str) -> HTTPResponse:
    return json(document(request.app, api), ensure_ascii=False)


def documents(app: App) -> dict[str, Json]:
    """By API. Needs the routes only: no database, no started server."""
    return {api: document(app, api) for api in _TITLES}


def document(app: App, api: str) -> Json:
    calls = sorted(calls_of(app, f"/{api}/v1"), key=lambda call: (call.path, call.endpoint.method))
    schemas, definitions = _schemas(calls)
    refusals = sorted({found for call in calls for found in _refusals(call)}, key=_name)
    paths: dict[str, Json] = {path: dict(item) for path, item in UNLISTED.get(api, {}).items()}
    for call in calls:
        paths.setdefault(call.path, {})[call.endpoint.method.lower()] = _operation(call, schemas)
    title, description = _TITLES[api]
    told: Json = {}
    if api == "exchange":
        told, definitions = {"webhooks": WEBHOOKS}, definitions | openapi_webhooks.schemas(_Schemas)
    return told | {
        "openapi": "3.1.0",
        "info": {"title": title, "description": description, "version": VERSION},
        "servers": [{"url": "/"}],
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": dict(sorted((definitions | {"Error": ERROR}).items())),
            "responses": {_name(found): _refusal(found) for found in refusals},
            "parameters": PARAMETERS,
            "headers": HEADERS,
            "securitySchemes": {
                scheme: SIGNATURE if scheme == "partner" else {"type": "http", "scheme": "bearer"}
                for scheme in sorted({_scheme(call.endpoint.audience) for call in calls} - {"anyone"})
            },
        },
    }


def _scheme(audience: str) -> str:
    """Staff and associates log in alike."""
    return "staff" if audience == "colleague" else audience


def calls_of(app: App, prefix: str) -> Iterator[Call]:
    for route in app.router.routes:
        endpoint = getattr(route.handler, "endpoint", None)
        path = "/" + re.sub(r"<(\w+)(:[^>]*)?>", r"{\1}", route.path)
        if isinstance(endpoint, Endpoint) and path.startswith(f"{prefix}/"):
            yield Call(path, endpoint)


_Key = tuple[str, str, JsonSchemaMode]
_Schema = dict[_Key, Json]


def _schemas(calls: Iterable[Call]) -> tuple[_Schema, Json]:
    """By (path, method, mode), with the definitions they refer to."""
    wanted: list[tuple[tuple[str, str], JsonSchemaMode, pydantic.TypeAdapter[Any]]] = []
    for path, endpoint in calls:
        key = (path, endpoint.method)
        if endpoint.body is not None:
            wanted.append((key, "validation", pydantic.TypeAdapter(endpoint.body)))
        if endpoint.returns is not None:
            wanted.append((key, "serialization", endpoint.serializer))
    found, rest = pydantic.TypeAdapter.json_schemas(
        wanted, ref_template="#/components/schemas/{model}", schema_generator=_Schemas
    )
    by_key: _Schema = {(*key, mode): schema for (key, mode), schema in found.items()}
    return by_key, rest.get("$defs", {})


def _operation(call: Call, schemas: _Schema) -> Json:
    path, endpoint = call
    operation: Json = {
        "operationId": endpoint.handler.__name__,
        "summary": endpoint.handler.__name__.replace("_", " ").capitalize(),
        "tags": [path.split("/")[3]],
        "parameters": list(_parameters(call)),
        "responses": _responses(call, schemas),
        "security": [] if endpoint.audience == "anyone" else [{_scheme(endpoint.audience): []}],
    }
    if endpoint.handler.__doc__:
        operation["description"] = endpoint.handler.__doc__
    if endpoint.is_upload:
        operation["requestBody"] = {"required": True, "content": {"multipart/form-data": {"schema": UPLOAD}}}
    elif endpoint.body is not None:
        content = {"application/json": {"schema": schemas[path, endpoint.method, "validation"]}}
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _parameters(call: Call) -> Iterator[Json]:
    path, endpoint = call
    for name in re.findall(r"{(\w+)}", path):
        schema = {"type": "string"} | ({"format": "uuid"} if endpoint.takes[name] is UUID else {})
        yield {"name": name, "in": "path", "required": True, "schema": schema}
    if endpoint.query is not None:
        query = endpoint.query.model_json_schema(schema_generator=_Schemas)
        definitions = query.get("$defs", {})
        for name, schema in query["properties"].items():
            required = name in query.get("required", ())
            yield {"name": name, "in": "query", "required": required, "schema": _inlined(schema, definitions)}
    if endpoint.audience == "partner":
        yield from SIGNATURE_PARAMETERS
    if endpoint.takes_key:
        yield {"$ref": "#/components/parameters/IdempotencyKey"}
    yield {"$ref": "#/components/parameters/RequestId"}


def _inlined(schema: Json, definitions: Json) -> Json:
    """Query parameters stand by themselves: enumerations are written out."""
    if "$ref" in schema:
        return dict(definitions[schema["$ref"].rsplit("/", 1)[1]])
    if "anyOf" in schema:
        return schema | {"anyOf": [_inlined(each, definitions) for each in schema["anyOf"]]}
    return schema


def _responses(call: Call, schemas: _Schema) -> Json:
    path, endpoint = call
    success: Json = {"description": "Done.", "headers": _headers("X-Request-Id")}
    if endpoint.produces != "application/json":
        success["content"] = {endpoint.produces: {}}
    elif endpoint.returns is not None:
        success["content"] = {"application/json": {"schema": schemas[path, endpoint.method, "serialization"]}}
    refusals = {str(found[0].status): {"$ref": f"#/components/responses/{_name(found)}"} for found in _refusals(call)}
    ranges = {"206": success} if endpoint.produces == "*/*" else {}
    return {str(endpoint.success_status): success} | ranges | refusals


def possible_errors(call: Call) -> set[type[HejieError]]:
    """What is declared, and what every call of its kind may answer."""
    path, endpoint = call
    found: set[type[HejieError]] = {*_ALWAYS, *endpoint.errors}
    if endpoint.audience == "partner":
        found.update(receiving.ERRORS)
    elif endpoint.audience != "anyone":
        found.update(_TOKEN)
    if endpoint.reads_json:
        found.update(_JSON_BODY)
    if endpoint.is_upload:
        found.update((errors.MalformedError, errors.TooLargeError, errors.WrongTypeError))
    if endpoint.query is not None:
        found.add(errors.InvalidFieldsError)
    if endpoint.takes_key:
        found.update(_KEYED)
    if "{" in path:
        found.add(errors.NotFoundError)
    return found


def _refusals(call: Call) -> Iterator[tuple[type[HejieError], ...]]:
    """The possible errors of each status."""
    found = sorted(possible_errors(call), key=lambda error: (error.status, error.code, error.__name__))
    for _, group in groupby(found, lambda error: error.status):
        yield tuple(group)


def _name(found: tuple[type[HejieError], ...]) -> str:
    return ".".join(error.__name__.removesuffix("Error") for error in found)


def _refusal(found: tuple[type[HejieError], ...]) -> Json:
    retry = ("Retry-After",) if found[0].status in (429, 503) else ()
    codes = {"properties": {"code": {"enum": sorted({error.code for error in found})}}}
    return {
        "description": "\n".join(f"`{error.code}` {error.message}" for error in found),
        "headers": _headers("X-Request-Id", *retry),
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"} | codes}},
    }


def _headers(*names: str) -> Json:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}
