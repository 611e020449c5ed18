"""Nothing acknowledged is lost when the API process is killed right after the answer."""

import json
import socket
from uuid import uuid4

import httpx
import pytest
from sanic import Sanic
from tortoise import connections

from config.settings import Settings
from tests import native
from tests.people import People, filing


@pytest.fixture
async def server(app: Sanic, client: httpx.AsyncClient, settings: Settings) -> native.Server:  # type: ignore[type-arg]
    """Not started; `app` and `client` bring the tables, and clear them afterwards."""
    return native.api(native.free_port(), HEJIE_DATA_DIR=str(settings.data_dir))


async def test_killed_right_after_the_answer(server: native.Server) -> None:
    body, key = filing(), f"offline-{uuid4()}"
    async with native.running(server):
        token = await _login(server.url)
        status, answer = _post_and_kill(server, "/mini/v1/disputes", token, key, body)
        assert status == 201, answer
    first = json.loads(answer)
    stored = await connections.get("default").execute_query_dict("SELECT id FROM dispute WHERE id = $1", [first["id"]])
    assert len(stored) == 1

    async with native.running(server), httpx.AsyncClient(base_url=server.url, trust_env=False) as client:
        headers = {"Authorization": f"Bearer {token}"}
        again = await client.post("/mini/v1/disputes", json=body, headers=headers | {"Idempotency-Key": key})
        assert (again.status_code, again.json()) == (201, first)
        listed = await client.get("/mini/v1/disputes", headers=headers)
        assert [each["id"] for each in listed.json()["items"]] == [first["id"]]
        other = await client.post(
            "/mini/v1/disputes", json=filing(claim="别的"), headers=headers | {"Idempotency-Key": key}
        )
        assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


async def _login(url: str) -> str:
    async with httpx.AsyncClient(base_url=url, trust_env=False) as client:
        return (await People(client).resident(f"kill-{uuid4().hex[:8]}")).token


def _post_and_kill(
    server: native.Server, path: str, token: str, key: str, body: dict[str, object]
) -> tuple[int, bytes]:
    """The server dies as soon as the first byte of its answer is here."""
    content = json.dumps(body).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer {token}\r\nIdempotency-Key: {key}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        connection.sendall(head.encode() + content)
        received = connection.recv(1)
        server.kill()
        while more := connection.recv(65536):
            received += more
    head_, _, answer = received.partition(b"\r\n\r\n")
    return int(head_.split(b" ", 2)[1]), answer
