"""The documents say what the server does, and the server does nothing else whatever it is sent."""

import json
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from random import Random
from typing import Any, NamedTuple
from uuid import UUID

import httpx
import pytest

from backend import published_api
from backend.web.limits import RequestLimits
from config.settings import Settings
from tests.conftest import App
from tests.people import People, Person, file_dispute

Document = dict[str, Any]

ODD: tuple[Any, ...] = (
    None, True, -1, 0, 1.5, 2**63, 10**30, 1e308, "", " ", "x", "\0", "😀", "2026-13-45", "2026-11-25", "x" * 6000,
    "00000000-0000-0000-0000-000000000000", [], {}, [[]], [None], {"x": 1}, ["x"] * 60, "' OR 1=1 --", "%00", "1",
)  # fmt: skip
RAW = (b"", b"{", b"[]", b"\xff\xfe", b'{"a":' * 300, b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\n')
PLAIN: dict[str, tuple[Any, ...]] = {
    "integer": (0, 1, 5, -1, 20_000),
    "number": (30.4, 111.4, 0, -1),
    "boolean": (True, False),
}
WORDS = ("property", "1", "2026-11-25", "2026-11-25T09:30:00+08:00", "漏水", "13872560001")
ROUNDS = 6


class Operation(NamedTuple):
    document: Document
    method: str
    path: str
    about: dict[str, Any]


@pytest.fixture(scope="module")
def documents() -> dict[str, Document]:
    return published_api.documents()


def operations(document: Document) -> Iterator[Operation]:
    for path, item in document["paths"].items():
        for method, about in item.items():
            yield Operation(document, method.upper(), path, about)


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def resolved(document: Document, reference: str) -> Any:
    node: Any = document
    for part in reference.removeprefix("#/").split("/"):
        node = node[part]
    return node


def test_the_committed_documents_are_what_the_routes_say() -> None:
    assert published_api.write(check_only=True) == [], "run `hejie openapi`"


def test_every_route_is_described(app: App, documents: dict[str, Document]) -> None:
    described = {
        (operation.method, operation.path) for document in documents.values() for operation in operations(document)
    }
    routes = {
        (method, "/" + re.sub(r"<(\w+)(:[^>]*)?>", r"{\1}", route.path))
        for route in app.router.routes
        for method in route.methods - {"HEAD", "OPTIONS"}
    }

    assert {route for route in routes - described if not route[1].startswith(("/docs", "/verify/"))} == set()
    assert described - routes == set()


def test_references_lead_somewhere(documents: dict[str, Document]) -> None:
    for document in documents.values():
        assert all(resolved(document, reference) for reference in references(document))


def test_operations_are_named_once(documents: dict[str, Document]) -> None:
    for document in documents.values():
        names = [operation.about.get("operationId") for operation in operations(document)]
        named = [name for name in names if name]
        assert len(named) == len(set(named))


def test_what_a_caller_must_send_is_required(documents: dict[str, Document]) -> None:
    body = documents["mini"]["components"]["schemas"]["DisputeIn"]

    assert {"category", "location", "applicant", "respondents"} <= set(body["required"])
    assert body["additionalProperties"] is False


async def test_the_page_and_what_it_loads_come_from_here(client: httpx.AsyncClient) -> None:
    page = (await client.get("/docs")).text
    assert "//" not in page

    loaded = [*re.findall(r'(?:href|src)="([^"]+)"', page), *re.findall(r'url: "([^"]+)"', page)]
    assert len(loaded) == 7
    for address in loaded:
        assert (await client.get(address)).status_code == 200


async def test_the_server_publishes_the_committed_documents(
    client: httpx.AsyncClient, documents: dict[str, Document]
) -> None:
    for api, document in documents.items():
        assert (await client.get(f"/docs/{api}.json")).json() == document


@pytest.fixture
async def patient(app: App, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """A server that lets one caller send much in a short time."""
    async with aclosing(RequestLimits(settings.redis_url.get_secret_value(), 0, 0)) as unlimited:
        monkeypatch.setattr(app.ctx, "limits", unlimited)
        yield


@pytest.mark.usefixtures("patient")
async def test_whatever_is_sent_the_answer_is_a_described_one(people: People, documents: dict[str, Document]) -> None:
    resident = await people.resident()
    director = await people.staff("director")
    known = (await file_dispute(resident))["id"]
    random = Random(20261124)  # noqa: S311 - a seed makes a failure repeatable

    surprises = []
    for document, caller in ((documents["mini"], resident), (documents["staff"], director)):
        for operation in sorted(listed(document), key=ends_the_session):
            for _ in range(ROUNDS):
                request = made_up(operation, caller, known, random)
                answer = await people.client.send(request)
                if not is_described(operation, answer):
                    surprises.append((operation.method, str(request.url)[:200], request.content[:200], answer.text))
    assert surprises == []


def listed(document: Document) -> Iterator[Operation]:
    """Those made from routes; the hand-written ones are sockets and machines."""
    return (operation for operation in operations(document) if "operationId" in operation.about)


def ends_the_session(operation: Operation) -> bool:
    return operation.method == "DELETE" and operation.path.endswith(("/sessions/current", "/me"))


def is_described(operation: Operation, answer: httpx.Response) -> bool:
    response = operation.about["responses"].get(str(answer.status_code))
    if response is None or answer.status_code < 400:
        return response is not None
    code = answer.json()["code"]
    refusal = resolved(operation.document, response["$ref"])
    described = refusal["content"]["application/json"]["schema"]["properties"]["code"]["enum"]
    return code in described and code not in ("internal_error", "unavailable")


def made_up(operation: Operation, caller: Person, known: str, random: Random) -> httpx.Request:
    parameters = [each for each in operation.about["parameters"] if "name" in each]
    path = operation.path
    for each in parameters:
        if each["in"] == "path":
            odd = random.choice([known, str(UUID(int=random.getrandbits(128))), "x", "%00", "钥匙"])
            path = path.replace(f"{{{each['name']}}}", odd)
    query = {
        each["name"]: str(random.choice(ODD))[:300]
        for each in parameters
        if each["in"] == "query" and random.random() < 0.5
    }
    headers = {"Authorization": f"Bearer {caller.token}", "Content-Type": "application/json"}
    if random.random() < 0.2:
        headers["Idempotency-Key"] = random.choice(["1", "k" * 65])
    content = None if operation.method == "GET" else body(operation, known, random)
    return httpx.Request(operation.method, f"http://test{path}", params=query or None, headers=headers, content=content)


def body(operation: Operation, known: str, random: Random) -> bytes:
    content = operation.about.get("requestBody", {}).get("content", {})
    if "application/json" not in content or random.random() < 0.1:
        return random.choice(RAW)
    return json.dumps(like(operation.document, content["application/json"]["schema"], known, random)).encode()


def like(document: Document, schema: dict[str, Any], known: str, random: Random) -> Any:
    """Something of the schema's form, here and there with something odd in it."""
    if random.random() < 0.15:
        return random.choice(ODD)
    if "$ref" in schema:
        return like(document, resolved(document, schema["$ref"]), known, random)
    if choices := schema.get("enum"):
        return random.choice(choices)
    if options := schema.get("anyOf"):
        return like(document, random.choice(options), known, random)
    if "properties" in schema:
        kept = [name for name in schema["properties"] if name in schema.get("required", ()) or random.random() < 0.5]
        return {name: like(document, schema["properties"][name], known, random) for name in kept}
    if schema.get("type") == "array":
        return [like(document, schema.get("items", {}), known, random) for _ in range(random.randrange(4))]
    return random.choice(PLAIN.get(schema.get("type", ""), (known, *WORDS)))
