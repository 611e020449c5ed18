"""`make bench-rooms`: 200 people in 20 rooms write 50 messages each, one every 2 s, over sockets spread over two API
processes. Everything must arrive, in order, p95 from sending to hearing under 300 ms, memory flat. About two minutes.

The people are a process of their own, as lean as can be, so that the servers are what is measured."""

import asyncio
import json
import os
import sys
import tempfile
import time
from collections import defaultdict
from contextlib import AsyncExitStack
from typing import Any

import httpx
import psutil
from rich.console import Console
from sanic import Sanic
from websockets.asyncio.client import ClientConnection, connect

from backend import database, seed
from backend.core.crypto import new_key
from backend.server import create_app
from config import logging
from config.settings import Settings
from models import Dispute, Party
from models.base import uuid7
from tests import native
from tests.conftest import lifespan
from tests.engines import engines
from tests.people import People, Person, file_dispute
from tests.simulator import running_simulator

ROOMS, PEOPLE, MESSAGES, EVERY_S = 20, 10, 50, 2.0
GOAL_MS, GROWTH_GOAL_MB = 300.0, 20.0
_SETTLE_S = 15.0

Json = dict[str, Any]
console = Console()


def main() -> None:
    if sys.argv[1:] == ["people"]:
        asyncio.run(_people(json.load(sys.stdin)))
        return
    Sanic.test_mode = True
    with engines() as (database_url, redis_url), tempfile.TemporaryDirectory() as folder:
        os.environ.update(
            HEJIE_DATABASE_URL=database_url,
            HEJIE_REDIS_URL=redis_url,
            HEJIE_ENCRYPTION_KEYS=f"bench:{new_key()}",
            HEJIE_SEARCH_KEY=new_key(),
            HEJIE_DATA_DIR=folder,
            HEJIE_ADDRESS_LIMIT_PER_S="0",
            HEJIE_LOG_LEVEL="WARNING",
        )
        asyncio.run(_measure())


async def _measure() -> None:
    async with running_simulator() as simulator:
        os.environ["HEJIE_WECHAT_URL"] = simulator.url
        settings = Settings()
        logging.configure(settings)
        await database.migrate(settings.database_url.get_secret_value())
        await seed.load_into(settings)
        app = create_app(settings, name="bench-rooms")
        async with lifespan(app), AsyncExitStack() as stack:
            transport = httpx.ASGITransport(app=app)
            client = await stack.enter_async_context(httpx.AsyncClient(transport=transport, base_url="http://bench"))
            rooms = [await _room(People(client), number) for number in range(ROOMS)]
            servers = [native.api(native.free_port()) for _ in range(2)]
            for server in servers:
                _ = await stack.enter_async_context(native.running(server))
            found, sizes = await _run(servers, rooms)
    _print(found, sizes)


async def _room(people: People, number: int) -> Json:
    """A case in mediation with one party for each person."""
    everybody = [await people.resident(f"room{number}-{n}") for n in range(PEOPLE)]
    dispute_id = (await file_dispute(everybody[0]))["id"]
    await Dispute.filter(id=dispute_id).update(status="in_mediation")
    (first, second) = await Party.filter(dispute_id=dispute_id).order_by("ordinal")
    await Party.filter(id=first.id).update(resident_id=everybody[0].id)
    await Party.filter(id=second.id).update(resident_id=everybody[1].id)
    for ordinal, person in enumerate(everybody[2:], start=2):
        await _join(second, person, ordinal)
    return {"dispute_id": dispute_id, "tokens": [person.token for person in everybody]}


async def _join(like: Party, person: Person, ordinal: int) -> None:
    party = Party(id=uuid7(), dispute_id=like.dispute_id, side=like.side, kind=like.kind, ordinal=ordinal,
                  resident_id=person.id, name_sealed=like.name_sealed, name_hash=like.name_hash)  # fmt: skip
    await party.save(force_create=True)


async def _run(servers: list[native.Server], rooms: list[Json]) -> tuple[Json, list[list[int]]]:
    order = json.dumps({"ports": [server.port for server in servers], "rooms": rooms}).encode()
    crowd = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.benchmarks.rooms", "people",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, cwd=native.ROOT,
        env={**os.environ, "PYTHONPATH": str(native.ROOT)},
    )  # fmt: skip
    talking = asyncio.create_task(crowd.communicate(order))
    processes = [psutil.Process(server.process.pid) for server in servers if server.process is not None]
    sizes: list[list[int]] = []
    while not talking.done():
        await asyncio.sleep(5)  # how often memory is read, not a wait for anything
        sizes.append([process.memory_info().rss for process in processes])
    output, _ = await talking
    found: Json = json.loads(output)
    return found, sizes


async def _people(order: Json) -> None:
    """Half of each room on one server, half on the other."""
    started = time.monotonic() + 5
    people = [
        _Somebody(room["dispute_id"], token, order["ports"][n % 2], place * PEOPLE + n)
        for place, room in enumerate(order["rooms"])
        for n, token in enumerate(room["tokens"])
    ]
    await asyncio.gather(*(each.take_part(started) for each in people))
    waits = sorted(wait for each in people for wait in each.waits)
    heard = defaultdict[str, set[tuple[str, ...]]](set)
    for each in people:
        heard[each.dispute_id].add(tuple(each.heard))
    result = {
        "sent": sum(each.sent for each in people),
        "errors": sum(each.errors for each in people),
        "delivered": len(waits),
        "same_for_all": all(len(orders) == 1 for orders in heard.values()),
        "without_gaps": all(each.seqs == list(range(1, PEOPLE * MESSAGES + 1)) for each in people),
        **{
            f"p{part}_ms": waits[min(int(len(waits) * part / 100), len(waits) - 1)] * 1000 for part in (50, 95, 99, 100)
        },
    }
    sys.stdout.write(json.dumps(result))


class _Somebody:
    def __init__(self, dispute_id: str, token: str, port: int, number: int) -> None:
        self.dispute_id, self._number, self._token = dispute_id, number, token
        self._url = f"ws://127.0.0.1:{port}/mini/v1/disputes/{dispute_id}/room"
        self.sent = self.errors = 0
        self.heard: list[str] = []
        self.seqs: list[int] = []
        self.waits: list[float] = []

    async def take_part(self, start: float) -> None:
        headers = {"Authorization": f"Bearer {self._token}"}
        async with connect(self._url, additional_headers=headers, proxy=None) as socket:
            listening = asyncio.create_task(self._listen(socket))
            await self._write(socket, start + self._number % 200 * EVERY_S / 200)
            await asyncio.wait({listening}, timeout=_SETTLE_S)
            listening.cancel()

    async def _write(self, socket: ClientConnection, start: float) -> None:
        """The text is when it was sent: one machine, one monotonic clock."""
        for n in range(MESSAGES):
            await asyncio.sleep(start + n * EVERY_S - time.monotonic())
            text = f"{time.monotonic()} {self._number}"
            await socket.send(json.dumps({"type": "message", "ref": str(n), "text": text}))
            self.sent += 1

    async def _listen(self, socket: ClientConnection) -> None:
        while len(self.heard) < PEOPLE * MESSAGES:
            message = json.loads(await socket.recv())
            if message["type"] == "message":
                self.waits.append(time.monotonic() - float(message["text"].split()[0]))
                self.heard.append(message["id"])
                self.seqs.append(message["seq"])
            self.errors += message["type"] == "error"


def _print(found: Json, sizes: list[list[int]]) -> None:
    wanted = ROOMS * PEOPLE * MESSAGES
    whole = found["sent"] == wanted and found["delivered"] == wanted * PEOPLE and not found["errors"]
    ordered = found["same_for_all"] and found["without_gaps"]
    first = sizes[len(sizes) // 4]
    growth = max(last - early for early, last in zip(first, sizes[-1], strict=True)) / 2**20
    console.print(
        f"{ROOMS * PEOPLE} people in {ROOMS} rooms, {found['sent']} messages, {found['delivered']} of "
        f"{wanted * PEOPLE} deliveries, {found['errors']} errors {_verdict(good=whole)}\n"
        f"  in order and without gaps in every room, the same for all {_verdict(good=ordered)}\n"
        f"  sent to heard: p50 {found['p50_ms']:.0f} ms, p95 {found['p95_ms']:.0f} ms (goal < {GOAL_MS:.0f}), "
        f"p99 {found['p99_ms']:.0f} ms, longest {found['p100_ms']:.0f} ms {_verdict(good=found['p95_ms'] < GOAL_MS)}\n"
        f"  a server grew by at most {growth:.1f} MB from a quarter of the time to the end "
        f"(goal ≤ {GROWTH_GOAL_MB:.0f}) {_verdict(good=growth <= GROWTH_GOAL_MB)}"
    )


def _verdict(*, good: bool) -> str:
    return "[green]reached[/green]" if good else "[red]missed[/red]"


if __name__ == "__main__":
    main()
