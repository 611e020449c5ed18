"""What `/readyz` says to the people who run the server."""

import secrets

import httpx
import pytest

from backend.core import placeholders
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


async def test_a_production_server_names_the_templates_that_are_none(
    client: httpx.AsyncClient, app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    await app.ctx.redis.set(HEARTBEAT_KEY, "1")
    monkeypatch.setattr(app.ctx, "settings", app.ctx.settings.model_copy(update={"env": "production"}))
    answer = await client.get("/readyz")
    assert answer.status_code == 200
    pushes, texts = answer.json()["warnings"]
    assert "“办理进度通知”“预约通知”“办理结果通知”" in pushes
    assert "“deadline”" in texts

    catalog = app.ctx.deps.catalog
    real = {
        "templates": {
            key: each.model_copy(update={"id": secrets.token_urlsafe(32)}) for key, each in catalog.templates.items()
        },
        "sms_templates": {
            key: each.model_copy(update={"id": "2412345"}) for key, each in catalog.sms_templates.items()
        },
    }
    assert placeholders.warnings(catalog.model_copy(update=real), sends_texts=True) == []
    without_texts = catalog.model_copy(update={"templates": real["templates"]})
    assert placeholders.warnings(without_texts, sends_texts=False) == []
