"""A partner that calls: it signs what it sends, as docs/exchange.md has it."""

import json
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from typing import Any

import httpx
from sanic import Sanic
from tortoise.transactions import in_transaction

from backend.core.deps import Deps
from backend.exchange import keys, signing
from backend.exchange.signing import Message
from models import CodeKind, CodeMapping, CodeWay, Partner
from tests.clock import TravellingClock
from tests.people import LUCHENG

App = Sanic[Any, Any]

_nonce = count(1)
HOTLINE_CODES = {"0101": "property", "0102": "labour"}
HOTLINE_STATUSES = {"submitted": "10", "accepted": "20", "in_mediation": "20", "agreed": "30", "refused": "40"}


@dataclass
class Caller:
    client: httpx.AsyncClient
    clock: TravellingClock
    partner: Partner
    secret: str
    deps: Deps

    def signed(self, method: str, path: str, body: bytes = b"", *, age_s: float = 0, nonce: str = "") -> dict[str, str]:
        sent_at = self.clock.now() - timedelta(seconds=age_s)
        message = Message(nonce or f"msg_{next(_nonce)}", sent_at, body, f"{method} {path}")
        return signing.headers(message, [self.secret]) | {"hejie-partner": self.partner.code}

    async def get(self, path: str) -> httpx.Response:
        return await self.client.get(path, headers=self.signed("GET", path))

    async def post(self, path: str, body: dict[str, Any] | bytes, **headers: str) -> httpx.Response:
        raw = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        known = {"content-type": "application/json"} | self.signed("POST", path, raw) | headers
        return await self.client.post(path, content=raw, headers=known)

    async def refer(self, **overrides: Any) -> httpx.Response:
        return await self.post("/exchange/v1/cases", referral(**overrides))


def referral(**overrides: Any) -> dict[str, Any]:
    """A complete one from 12345, out of 陆城街道, in its own codes."""
    return {
        "number": "12345-2026-000017",
        "category": "0101",
        "description": "来电人反映楼上长期漏水，物业一直不修。",
        "claim": "请物业修好漏水。",
        "occurred_on": "2026-11-01",
        "location": LUCHENG,
        "applicant": {"name": "张三", "phone": "13872560001"},
        "respondents": [{"kind": "organization", "name": "某某物业服务有限公司"}],
        "referred_by": "hotline_12345",
        "referred_on": "2026-11-20",
    } | overrides


async def partner(
    app: App, client: httpx.AsyncClient, clock: TravellingClock, code: str = "hotline", **values: Any
) -> Caller:
    """With a key, and its codes for what `HOTLINE_…` names."""
    known = {"name": "12345热线", "directions": ["in", "out"], "since": clock.now(), "created_at": clock.now()}
    row = Partner(code=code, **known | values)
    await row.save(force_create=True)
    for theirs, ours in HOTLINE_CODES.items():
        _ = await CodeMapping.create(partner=row, kind=CodeKind.CATEGORY, ours=ours, theirs=theirs, way=CodeWay.BOTH)
    for ours, theirs in HOTLINE_STATUSES.items():
        _ = await CodeMapping.create(partner=row, kind=CodeKind.STATUS, ours=ours, theirs=theirs, way=CodeWay.OUT)
    async with in_transaction():
        secret = await keys.rotate(app.ctx.deps, row)
    return Caller(client, clock, row, secret, app.ctx.deps)
