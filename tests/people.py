"""Those who call: residents who logged in through WeChat, staff who typed a password."""

from itertools import count
from typing import Any

import httpx

_nonce = count(1)

LUCHENG = {"lon": 111.4775, "lat": 30.3789, "crs": "gcj02", "address": "宜都市陆城街道清江大道"}
"""A place in 陆城街道 of 宜都市, where the demo staff sit."""


class Person:
    def __init__(self, client: httpx.AsyncClient, base: str, token: str, id_: str) -> None:
        self._client, self._base, self.token, self.id = client, base, token, id_

    async def get(self, path: str, **query: Any) -> httpx.Response:
        return await self._client.get(self._base + path, params=query, headers=self._headers(None))

    async def post(self, path: str, body: dict[str, Any] | None = None, *, key: str | None = None) -> httpx.Response:
        return await self._client.post(self._base + path, json=body or {}, headers=self._headers(key))

    async def put(self, path: str, body: dict[str, Any], *, key: str | None = None) -> httpx.Response:
        return await self._client.put(self._base + path, json=body, headers=self._headers(key))

    async def delete(self, path: str, *, key: str | None = None) -> httpx.Response:
        return await self._client.delete(self._base + path, headers=self._headers(key))

    async def upload(
        self,
        content: bytes,
        name: str = "a.jpg",
        content_type: str = "image/jpeg",
        *,
        key: str | None = None,
        to: str = "/files",
    ) -> httpx.Response:
        files = {"file": (name, content, content_type)}
        return await self._client.post(f"{self._base}{to}", files=files, headers=self._headers(key))

    def _headers(self, key: str | None) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} | ({"Idempotency-Key": key} if key else {})


class People:
    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    async def resident(self, name: str = "zhang", *, consents: bool = True) -> Person:
        code = f"sim-{name}-{next(_nonce)}"
        answer = (await self.client.post("/mini/v1/sessions", json={"code": code})).raise_for_status().json()
        person = Person(self.client, "/mini/v1", answer["token"], answer["resident"]["id"])
        if consents:
            (await person.post("/me/privacy-consent", {"version": "1"})).raise_for_status()
        return person

    async def staff(self, username: str) -> Person:
        body = {"username": username, "password": "hejie-demo"}
        answer = (await self.client.post("/staff/v1/sessions", json=body)).raise_for_status().json()
        return Person(self.client, "/staff/v1", answer["token"], answer["staff"]["id"])


def filing(**overrides: Any) -> dict[str, Any]:
    """A complete filing in 陆城街道; `overrides` replace top-level fields."""
    return {
        "category": "property",
        "description": "楼上长期漏水，物业一直不修，客厅的墙已经发霉。",
        "claim": "请物业修好漏水并赔偿粉刷费用。",
        "occurred_on": "2026-11-01",
        "amount_fen": 120_000,
        "location": LUCHENG,
        "applicant": {"kind": "person", "name": "张三", "phone": "13872560001"},
        "respondents": [{"kind": "organization", "name": "某某物业服务有限公司"}],
    } | overrides


async def file_dispute(resident: Person, **overrides: Any) -> dict[str, Any]:
    filed = await resident.post("/disputes", filing(**overrides))
    assert filed.status_code == 201, filed.text
    answer: dict[str, Any] = filed.json()
    return answer
