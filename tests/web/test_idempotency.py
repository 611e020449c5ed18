"""One key, one effect."""

import asyncio
import json
from datetime import datetime

import asyncpg
import httpx
import pytest
from tortoise import connections
from tortoise.transactions import in_transaction

from backend.core.clock import SystemClock
from backend.core.crypto import Keyring, new_key
from backend.web.idempotency import Guard, InProgressError
from config.settings import Settings
from models import Dispute, IdempotentRequest
from models.base import uuid7
from tests.clock import TravellingClock
from tests.people import People, file_dispute, filing


async def test_ten_at_once_are_one(people: People) -> None:
    resident = await people.resident()

    answers = await asyncio.gather(*(resident.post("/disputes", filing(), key="k-1") for _ in range(10)))

    assert [answer.status_code for answer in answers] == [201] * 10
    assert len({answer.content for answer in answers}) == 1
    assert await Dispute.all().count() == 1


async def test_the_same_said_in_another_order_is_the_same(people: People) -> None:
    resident = await people.resident()
    first = await resident.post("/disputes", filing(), key="k-1")
    backwards = json.dumps(dict(reversed(filing().items())), indent=4)

    again = await people.client.post(
        "/mini/v1/disputes",
        content=backwards,
        headers={
            "Authorization": f"Bearer {resident.token}",
            "Idempotency-Key": "k-1",
            "Content-Type": "application/json; charset=utf-8",
        },
    )

    assert (again.status_code, again.content) == (201, first.content)


async def test_another_body_under_the_same_key_is_refused(people: People) -> None:
    resident = await people.resident()
    await resident.post("/disputes", filing(), key="k-1")

    other = await resident.post("/disputes", filing(claim="请退还押金。"), key="k-1")

    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert await Dispute.all().count() == 1


async def test_an_answer_without_content_is_repeated_too(people: People) -> None:
    resident = await people.resident(consents=False)

    answers = [await resident.post("/me/privacy-consent", {"version": "1"}, key="k") for _ in range(2)]

    assert [(answer.status_code, answer.content) for answer in answers] == [(204, b"")] * 2


async def test_a_failure_is_not_kept(people: People, clock: TravellingClock) -> None:
    resident = await people.resident()
    urges = f"/disputes/{(await file_dispute(resident))['id']}/urges"
    assert (await resident.post(urges, key="k-1")).status_code == 201
    assert (await resident.post(urges, key="k-2")).json()["code"] == "already_urged"

    clock.advance(days=1)

    assert (await resident.post(urges, key="k-2")).status_code == 201
    assert (await resident.post(urges, key="k-1")).status_code == 201


@pytest.mark.parametrize("key", ["k" * 65, "钥匙", "a\tb", ""])
async def test_a_key_is_short_and_printable(client: httpx.AsyncClient, people: People, key: str) -> None:
    resident = await people.resident()

    token = (b"Authorization", f"Bearer {resident.token}".encode())
    answer = await client.post("/mini/v1/disputes", json=filing(), headers=[token, (b"Idempotency-Key", key.encode())])

    assert answer.status_code == 422
    assert [field["path"] for field in answer.json()["fields"]] == ["Idempotency-Key"]
    assert await Dispute.all().count() == 0


async def test_a_key_belongs_to_its_actor_and_its_path(people: People) -> None:
    zhang, li = await people.resident("zhang"), await people.resident("li")

    filed = [await person.post("/disputes", filing(), key="1") for person in (zhang, li)]
    urged = await zhang.post(f"/disputes/{filed[0].json()['id']}/urges", key="1")

    assert [answer.status_code for answer in (*filed, urged)] == [201, 201, 201]
    assert filed[0].json()["id"] != filed[1].json()["id"]


async def test_answers_are_sealed(people: People) -> None:
    resident = await people.resident()
    number = (await resident.post("/disputes", filing(), key="k-1")).json()["number"]

    row = await IdempotentRequest.get()

    assert row.answer_sealed is not None
    assert number.encode() not in row.answer_sealed


async def test_the_wait_for_the_first_is_bounded(client: httpx.AsyncClient, settings: Settings) -> None:
    guard = Guard.of("k", uuid7(), "POST", "/x", "")
    now = SystemClock().now()
    first = await asyncpg.connect(settings.database_url.get_secret_value())
    try:
        async with first.transaction():
            await first.execute(
                "INSERT INTO idempotent_request (id, scope, body_hash, created_at) VALUES ($1, $2, '', $3)",
                uuid7(),
                guard.scope,
                now,
            )
            with pytest.raises(InProgressError):
                await claim(guard, now)
    finally:
        await first.close()


async def claim(guard: Guard, now: datetime) -> None:
    async with in_transaction():
        await connections.get("default").execute_query("SET LOCAL lock_timeout = '20ms'")
        await guard.claim(Keyring.parse(f"t:{new_key()}", new_key()), now)
