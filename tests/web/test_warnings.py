"""What `/readyz` says to the people who run the server."""

import httpx

from backend.web.operations import HEARTBEAT_KEY
from tests.conftest import App
from tests.people import People
from tests.simulator import Simulator
from tests.wechat.test_standing import NOT_LISTED
from tests.wechat.test_tokens import TOKEN


async def test_an_address_that_wechat_refuses_takes_no_server_out_of_service(
    client: httpx.AsyncClient, app: App, people: People, simulator: Simulator
) -> None:
    await app.ctx.redis.set(HEARTBEAT_KEY, "1")
    assert (await client.get("/readyz")).json()["warnings"] == []
    await simulator.http.delete("/sim/tokens")
    await simulator.fault(TOKEN, body=NOT_LISTED, times=1)
    lin = await people.resident("lin")
    assert (await lin.post("/me/phone", {"code": "phone-13872560001-r1"})).status_code == 503
    answer = await client.get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (200, "ok")
    assert "203.0.113.7" in answer.json()["warnings"][0]
    assert (await lin.post("/me/phone", {"code": "phone-13872560001-r2"})).status_code == 200
    assert (await client.get("/readyz")).json()["warnings"] == []
