"""What a partner's call meets on a real server: its sockets, its own reading of what comes, its count in Redis."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from backend.core.clock import SystemClock
from models import PartnerCase
from tests import native
from tests.exchange import calling
from tests.exchange.calling import App, Caller, referral
from tests.journeys.contract import granted, refused

CASES = "/exchange/v1/cases"
LARGE = 10_000_000


@pytest.mark.usefixtures("settings")
async def test_large_broken_and_too_many_calls_over_real_sockets(app: App, client: httpx.AsyncClient) -> None:
    clock: Any = SystemClock()
    known = await calling.partner(app, client, clock, limit_per_s=4)
    async with (
        native.running(native.api(native.free_port())) as server,
        httpx.AsyncClient(base_url=server.url, trust_env=False, timeout=20) as http,
    ):
        hotline = replace(known, client=http)
        large = b'{"number":"' + b"x" * LARGE + b'"}'
        refused(await hotline.post(CASES, large), 413, "too_large")
        headers = hotline.signed("POST", CASES, large)
        refused(await http.post(CASES, content=_parts(large), headers=headers), 413, "too_large")
        for said in (b"content-length: %d" % LARGE, b"content-length: " + b"9" * 30):
            assert b" 413 " in await _raw(server.port, _head(hotline, said))
        for said in (b"content-length: -1", b"content-length: x", b"transfer-encoding: chunked\r\n\r\nZZ\r\nabc"):
            assert b" 400 " in await _raw(server.port, _head(hotline, said))
        granted(await hotline.refer(), 201)
        headers = hotline.signed("POST", CASES, body := json.dumps(referral()).encode())
        headers["content-type"] = "application/json"
        granted(await http.post(CASES, content=body, headers=headers), 201)
        refused(await http.post(CASES, content=body, headers=headers), 401, "message_replayed")
        answers = await asyncio.gather(*(hotline.get(f"{CASES}/{referral()['number']}") for _ in range(60)))
        assert {answer.status_code for answer in answers} == {200, 429}
        late = next(answer for answer in answers if answer.status_code == 429)
        assert 1 <= int(late.headers["retry-after"]) <= 12
        refused(late, 429, "rate_limited")
    assert await PartnerCase.all().count() == 1


async def _parts(body: bytes) -> AsyncIterator[bytes]:
    for first in range(0, len(body), 65_536):
        yield body[first : first + 65_536]


def _head(hotline: Caller, said: bytes) -> bytes:
    headers = hotline.signed("POST", CASES) | {"host": "x", "content-type": "application/json"}
    lines = [f"POST {CASES} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join(lines).encode() + b"\r\n" + said + b"\r\n\r\n"


async def _raw(port: int, head: bytes) -> bytes:
    """The first line of the answer, which comes before any body."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(head)
        async with asyncio.timeout(10):
            return await reader.readline()
    finally:
        writer.close()
