"""Clients that file as fast as they are answered, on one connection each. A process of its own, as lean as can be,
so that the server is what is measured: `python -m tests.benchmarks.load`, its orders as JSON on standard input."""

import asyncio
import itertools
import json
import sys
import time
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import cast
from uuid import uuid4

import uvloop

_PATIENCE_S = 10.0


@dataclass(frozen=True, slots=True)
class Order:
    port: int
    path: str
    body: str
    tokens: list[str]
    """One client for each."""
    seconds: float
    warm_up_s: float = 1.0


@dataclass(slots=True)
class Result:
    seconds: float
    answers: int = 0
    failures: int = 0
    milliseconds: list[float] = field(default_factory=list)

    @property
    def per_second(self) -> float:
        return self.answers / self.seconds

    def percentile_ms(self, part: float) -> float:
        ordered = sorted(self.milliseconds)
        return ordered[min(int(len(ordered) * part), len(ordered) - 1)]


class _Client(asyncio.Protocol):
    """Writes the next request as soon as the last one is answered."""

    def __init__(self, order: Order, token: str, result: Result, count_from: float) -> None:
        content = order.body.encode()
        self._head = (
            f"POST {order.path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\nIdempotency-Key: "
        ).encode()
        self._content = b"\r\n\r\n" + content
        self._result, self._count_from, self._until = result, count_from, count_from + order.seconds
        self._keys = map(f"{uuid4().hex}-{{}}".format, itertools.count())
        self._received = b""
        self.closed = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's are none by inheritance
        self._send()

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, separator, body = self._received.partition(b"\r\n\r\n")
        if not separator:
            return
        length = int(head.lower().split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
        if len(body) < length:
            return
        self._note(head)
        self._received = b""
        if time.perf_counter() < self._until:
            self._send()
        else:
            self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        if exc is not None or time.perf_counter() < self._until:
            self._result.failures += 1
        self.closed.set_result(None)

    def _send(self) -> None:
        self._sent = time.perf_counter()
        self._transport.write(self._head + next(self._keys).encode() + self._content)

    def _note(self, head: bytes) -> None:
        now = time.perf_counter()
        if not self._count_from <= now <= self._until:
            return
        if head.startswith(b"HTTP/1.1 201"):
            self._result.answers += 1
            self._result.milliseconds.append((now - self._sent) * 1000)
        else:
            self._result.failures += 1


async def run(order: Order) -> Result:
    result = Result(order.seconds)
    count_from = time.perf_counter() + order.warm_up_s
    loop = asyncio.get_running_loop()
    clients = [_Client(order, token, result, count_from) for token in order.tokens]
    for client in clients:
        await loop.create_connection(partial(_same, client), "127.0.0.1", order.port)
    async with asyncio.timeout(order.warm_up_s + order.seconds + _PATIENCE_S):
        await asyncio.gather(*(client.closed for client in clients))
    return result


def _same(client: _Client) -> _Client:
    return client


if __name__ == "__main__":
    done = uvloop.run(run(Order(**json.load(sys.stdin))))
    json.dump(asdict(done), sys.stdout)
