"""A client as lean as can be: one connection, one request at a time, so that the server is what is measured."""

import asyncio
import json
from typing import Any, NamedTuple


class Answer(NamedTuple):
    status: int
    body: Any

    @property
    def outcome(self) -> str:
        """The status of a success, the code of a refusal."""
        return str(self.body.get("code", self.status)) if isinstance(self.body, dict) else str(self.status)


class Wire:
    def __init__(self, port: int, token: str) -> None:
        self._port, self._token = port, token
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def post(self, path: str, body: dict[str, Any] | None = None) -> Answer:
        return await self._ask("POST", path, json.dumps(body or {}).encode())

    async def get(self, path: str) -> Answer:
        return await self._ask("GET", path, b"")

    async def delete(self, path: str) -> Answer:
        return await self._ask("DELETE", path, b"")

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    async def _ask(self, method: str, path: str, content: bytes) -> Answer:
        """Raises ConnectionError when the server dies meanwhile."""
        if self._writer is None:
            self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        assert self._reader is not None
        self._writer.write(
            f"{method} {path} HTTP/1.1\r\nHost: race\r\nAuthorization: Bearer {self._token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n".encode()
            + content
        )
        try:
            head = (await self._reader.readuntil(b"\r\n\r\n")).decode().lower()
            length = int(head.split("content-length:", 1)[1].split("\r\n", 1)[0]) if "content-length:" in head else 0
            raw = await self._reader.readexactly(length)
        except asyncio.IncompleteReadError as error:
            self.close()
            raise ConnectionError from error
        return Answer(int(head.split(" ", 2)[1]), json.loads(raw) if raw else None)
