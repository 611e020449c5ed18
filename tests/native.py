"""Servers as production runs them: processes of their own, on ports of their own, with the engines of the test."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx

ROOT = Path(__file__).resolve().parents[1]
_READY_S = 30.0


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@dataclass
class Server:
    """One process group. `module` and its arguments are what follows `python -m`."""

    module: tuple[str, ...]
    port: int
    environment: Mapping[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        self.process = subprocess.Popen(  # noqa: ASYNC220 - returns at once
            [sys.executable, "-m", *self.module],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT), **self.environment},
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        async with httpx.AsyncClient(base_url=self.url, trust_env=False) as client, asyncio.timeout(_READY_S):
            while not await self._answers(client):
                assert self.process.poll() is None, f"{self.module} ended with {self.process.returncode}"
                await asyncio.sleep(0.05)  # asked again until it answers, within _READY_S

    async def _answers(self, client: httpx.AsyncClient) -> bool:
        try:
            return (await client.get("/healthz")).is_success
        except httpx.TransportError:
            return False

    def kill(self) -> None:
        """-9, the whole group: nothing in it can finish what it was doing."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(10)

    def stop(self) -> None:
        """As an operator would; the leader ends its own workers."""
        if self.process is not None:
            self.process.terminate()
            with suppress(subprocess.TimeoutExpired):  # one that was still starting hears nothing
                self.process.wait(10)
            self.kill()


def api(port: int, **environment: str) -> Server:
    return Server(("backend.cli", "serve"), port, {"HEJIE_PORT": str(port), **environment})


@asynccontextmanager
async def running(server: Server) -> AsyncIterator[Server]:
    try:
        await server.start()
        yield server
    finally:
        server.stop()
