"""Partners whose answers never end, or never begin: each costs its own time and memory, and nobody else's."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Final

from models import OutgoingEvent, OutgoingState
from tests.exchange.conftest import Add, Worker, office
from tests.people import People, file_dispute
from tests.server_time import eventually

TIMEOUT_S: Final = 0.4
_OK: Final = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
_UNNAMED: Final = "status 200 without an acknowledgement of this event"
_LATE: Final = f"no answer within {TIMEOUT_S:g} s"

Manner = Callable[[asyncio.StreamWriter, str], Awaitable[None]]


async def _without_end(writer: asyncio.StreamWriter, event_id: str) -> None:
    writer.write(_OK + b"\r\n" + json.dumps({"received": event_id}).encode())
    while True:
        writer.write(b" " * 65_536)
        await writer.drain()


async def _drop_by_drop(writer: asyncio.StreamWriter, event_id: str) -> None:
    writer.write(_OK + b"content-length: 1000000\r\n\r\n")
    for byte in json.dumps({"received": event_id}) + " " * 10**6:
        writer.write(byte.encode())
        await writer.drain()
        await asyncio.sleep(0.01)  # so slow is this partner


async def _too_long(writer: asyncio.StreamWriter, event_id: str) -> None:
    body = json.dumps({"received": event_id, "more": "x" * 70_000}).encode()
    writer.write(_OK + b"content-length: %d\r\n\r\n" % len(body) + body)
    await writer.drain()


async def _cut_off(writer: asyncio.StreamWriter, event_id: str) -> None:
    writer.write(_OK + b"content-length: 1000\r\n\r\n" + json.dumps({"received": event_id}).encode())
    writer.close()


async def _half_a_head(writer: asyncio.StreamWriter, _: str) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-le")


async def _silent(_: asyncio.StreamWriter, __: str) -> None:
    """Never answers."""


MANNERS: Final[dict[Manner, str]] = {
    _without_end: _UNNAMED,
    _too_long: _UNNAMED,
    _drop_by_drop: _LATE,
    _half_a_head: _LATE,
    _silent: _LATE,
    _cut_off: "RemoteProtocolError",
}


async def test_what_never_ends_is_left_in_time_and_costs_nobody_else_anything(
    worker: Worker, people: People, add_partner: Add
) -> None:
    healthy = await add_partner("healthy")
    open_ones: set[asyncio.StreamWriter] = set()
    expected = dict[str, str]()
    async with _all_listening(open_ones) as urls:
        for url, problem in urls.items():
            partner = await add_partner(f"bad-{len(expected)}", url=url)
            expected[str(partner.partner.id)] = problem
        _ = await file_dispute(await people.resident())
        async with office(worker, exchange_timeout_s=TIMEOUT_S):
            await healthy.has(1)
            await eventually(lambda: _all_tried(len(expected)), within_s=10)
        found = await OutgoingEvent.filter(state=OutgoingState.PENDING)
        assert {str(row.partner_id): row.problem for row in found} == expected
        await eventually(lambda: _none(open_ones), within_s=5)


async def _all_tried(count: int) -> bool:
    return await OutgoingEvent.filter(state=OutgoingState.PENDING, attempts__gte=1).count() == count


async def _none(open_ones: set[asyncio.StreamWriter]) -> bool:
    return not open_ones


@asynccontextmanager
async def _all_listening(open_ones: set[asyncio.StreamWriter]) -> AsyncIterator[dict[str, str]]:
    """Problem by address."""
    servers, urls = [], dict[str, str]()
    for manner, problem in MANNERS.items():
        server = await asyncio.start_server(_behaving(manner, open_ones), "127.0.0.1", 0)
        servers.append(server)
        urls[f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/events"] = problem
    try:
        yield urls
    finally:
        for server in servers:
            server.close()


def _behaving(
    manner: Manner, open_ones: set[asyncio.StreamWriter]
) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        open_ones.add(writer)
        with suppress(OSError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            said = dict(line.split(": ", 1) for line in head.splitlines() if ": " in line)
            _ = await reader.readexactly(int(said["content-length"]))
            await manner(writer, said["webhook-id"])
            while await reader.read(65_536):
                pass  # until the other side leaves
        writer.close()
        open_ones.discard(writer)

    return answer
