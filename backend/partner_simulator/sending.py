"""What the simulated partner sends to Hejie: signed calls, as well and as badly as a test wants them."""

import json
from typing import Any, ClassVar, Final, Literal
from uuid import uuid4

import httpx
from pydantic import BaseModel, ConfigDict, Field

from backend.exchange import signing
from backend.exchange.signing import Message
from backend.partner_simulator.world import OwnCase, World

_CASES: Final = "/exchange/v1/cases"


class Call(BaseModel):
    model_config: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    method: Literal["GET", "POST", "PUT", "DELETE"] = "POST"
    path: str = Field(pattern="^/")
    """With its query."""
    body: Any = None
    id: str = ""
    """Of the message; a fresh one where none is given."""


class Calls(BaseModel):
    """In this order. `changed`: the body gets a blank after it was signed."""

    model_config: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    calls: list[Call] = Field(min_length=1, max_length=1000)
    twice: bool = False
    reverse: bool = False
    changed: bool = False


class Sender:
    def __init__(self, world: World, url: str, partner: str, transport: httpx.AsyncBaseTransport | None) -> None:
        self.world = world
        self._partner = partner
        self._http = httpx.AsyncClient(base_url=url, transport=transport, trust_env=False, timeout=30)

    async def send(self, asked: Calls) -> list[dict[str, Any]]:
        """Status and body of each answer. `twice` sends the very same bytes again."""
        calls = asked.calls[::-1] if asked.reverse else asked.calls
        answers = []
        for call in calls:
            request = self._signed(call, changed=asked.changed)
            answers += [await self._sent(request) for _ in range(2 if asked.twice else 1)]
            self._remember(call, answers[-1])
        return answers

    def _remember(self, call: Call, answer: dict[str, Any]) -> None:
        """What it has brought it has itself."""
        if call.path == _CASES and answer["status"] == 201:
            self.world.own[call.body["number"]] = OwnCase(referral=call.body)

    def _signed(self, call: Call, *, changed: bool) -> httpx.Request:
        body = b"" if call.body is None else json.dumps(call.body, ensure_ascii=False).encode()
        now = self.world.clock.now() + self.world.skew
        message = Message(call.id or uuid4().hex, now, body, f"{call.method} {call.path}")
        headers = signing.headers(message, self.world.secrets[:2]) | {signing.PARTNER_HEADER: self._partner}
        if body:
            headers["content-type"] = "application/json"
        return self._http.build_request(call.method, call.path, headers=headers, content=body + b" " * changed)

    async def _sent(self, request: httpx.Request) -> dict[str, Any]:
        try:
            response = await self._http.send(request)
        except httpx.TransportError as error:
            return {"status": 0, "body": type(error).__name__}
        is_json = response.headers.get("content-type", "").startswith("application/json")
        return {"status": response.status_code, "body": response.json() if is_json else response.text}

    async def aclose(self) -> None:
        await self._http.aclose()
