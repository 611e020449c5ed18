"""A worker and partners as processes of their own, to be killed."""

import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any

import httpx
from tortoise.transactions import in_transaction

from backend.core.deps import Deps
from backend.exchange import partners
from backend.exchange.mapping import ALL, Pair
from backend.exchange.schemas import PartnerDraft
from models import CodeKind, CodeWay
from tests import native

BASIS = "履行法定职责所必需（个人信息保护法第十三条第三项）"
OURS = [Pair(kind, ALL, ALL, CodeWay.BOTH) for kind in CodeKind]


class Partner:
    """`hejie partner-simulator`, and its row in our tables."""

    def __init__(self, code: str) -> None:
        self.code, port = code, native.free_port()
        self._server = native.Server(("backend.cli", "partner-simulator", "--port", str(port)), port)
        self.url = self._server.url
        self.secret = ""

    async def enter(self, deps: Deps) -> None:
        draft = {
            "code": self.code, "name": self.code, "url": f"{self.url}/events", "directions": ["out"],
            "may_know": {"status": BASIS, "category": BASIS, "outcome": BASIS}, "limit_per_s": 0,
        }  # fmt: skip
        async with in_transaction():
            partner, self.secret = await partners.add(deps, PartnerDraft.model_validate(draft, context=(deps, False)))
            await partners.map_codes(deps, partner, OURS)

    @asynccontextmanager
    async def listening(self, latency_ms: int = 0) -> AsyncIterator[None]:
        async with native.running(self._server):
            await self.sim("PUT", "/sim/secrets", {"secrets": [self.secret]})
            await self.sim("PUT", "/sim/manner", {"latency_ms": latency_ms})
            yield

    async def sim(self, method: str, path: str, body: Any = None) -> Any:
        async with httpx.AsyncClient(base_url=self.url, trust_env=False) as http:
            answer = (await http.request(method, path, json=body)).raise_for_status()
        return answer.json() if answer.content else None

    async def received(self) -> dict[str, Any]:
        found: dict[str, Any] = await self.sim("GET", "/sim/received")
        return found

    async def has(self, events: int) -> bool:
        return bool((await self.sim("GET", "/healthz"))["events"] >= events)


class WorkerProcess:
    """`hejie worker`."""

    def __init__(self) -> None:
        self._process = self._started()

    def kill_and_start_anew(self) -> None:
        self.kill()
        self._process = self._started()

    def kill(self) -> None:
        """-9: nothing can be finished or written down."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(10)

    @staticmethod
    def _started() -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "backend.cli", "worker"],
            cwd=native.ROOT,
            env={**os.environ, "PYTHONPATH": str(native.ROOT)},
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )


@contextmanager
def working() -> Iterator[WorkerProcess]:
    worker = WorkerProcess()
    try:
        yield worker
    finally:
        worker.kill()
