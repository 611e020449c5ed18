"""What the simulator does beyond what the client's tests show."""

import asyncio
import json
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import connect

from backend.wechat.simulator.arguments import argument_type
from tests.simulator import Listener, Simulator


@pytest.mark.parametrize("name", ["thing", "title1", "thing1x", "1", "", "thing１"])
def test_names_that_no_template_has(name: str) -> None:
    assert argument_type(name) is None


async def test_templates_of_ones_own(simulator: Simulator) -> None:
    openid = await simulator.accept("alice", "Zx9")
    await simulator.sim("templates", {"items": [{"id": "Zx9", "arguments": ["thing1", "phrase2"]}]})
    identity = {"grant_type": "client_credential", "appid": simulator.app_id, "secret": simulator.app_secret}
    token = (await simulator.http.post("/cgi-bin/stable_token", json=identity)).json()

    async def send(**data: str) -> dict[str, Any]:
        values = {name: {"value": value} for name, value in data.items()}
        message = {"touser": openid, "template_id": "Zx9", "page": "pages/home", "data": values}
        return dict((await simulator.http.post("/cgi-bin/message/subscribe/send", params=token, json=message)).json())

    assert (await send(thing1="好"))["errmsg"].startswith("argument invalid! data.phrase2.value is empty")
    assert (await send(thing1="好", phrase2="已受理", thing9="多余"))["errcode"] == 0


@pytest.mark.parametrize(
    ("path", "method", "given", "errcode"),
    [
        ("/sns/jscode2session", "GET", {}, 40013),
        ("/cgi-bin/stable_token", "POST", {}, 40002),
        ("/cgi-bin/stable_token", "POST", {"force_refresh": "yes"}, 47001),
        ("/cgi-bin/message/subscribe/send", "POST", {}, 41001),
        ("/wxa/business/getuserphonenumber?access_token=x", "POST", {}, 40001),
    ],
)
async def test_calls_that_are_wrong(
    simulator: Simulator, path: str, method: str, given: dict[str, str], errcode: int
) -> None:
    answer = await simulator.http.request(method, path, json=given)
    assert (answer.status_code, answer.json()["errcode"]) == (200, errcode)


async def test_controls_say_what_is_wrong(simulator: Simulator) -> None:
    for path, body in [("consent", {"name": "a", "openid": "b"}), ("faults", {"times": 0}), ("templates", {})]:
        assert (await simulator.http.post(f"/sim/{path}", json=body)).status_code == 422
        for unreadable in (b"", b"\xff", b"{"):
            assert (await simulator.http.post(f"/sim/{path}", content=unreadable)).json()["errors"]


async def test_the_page_and_the_outbox(simulator: Simulator) -> None:
    page = await simulator.http.get("/")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert (await simulator.http.get("/sim/outbox", params={"openid": "o-nobody"})).json()["items"] == []


async def test_reset(simulator: Simulator) -> None:
    await simulator.accept("alice", "tmpl-a")
    assert (await simulator.http.get("/sim/consent", params={"name": "alice"})).json()["grants"] == {"tmpl-a": 1}
    await simulator.sim("reset")
    assert (await simulator.http.get("/sim/consent", params={"name": "alice"})).json()["grants"] == {}


@pytest.mark.parametrize(
    ("fault", "status", "content"),
    [
        ({"status": 502}, 502, b"<html><body><h1>502</h1></body></html>"),
        ({"body": ""}, 200, b""),
        ({"body": "<html>"}, 200, b"<html>"),
        ({"status": 200, "body": "[]"}, 200, b"[]"),
    ],
)
async def test_broken_answers(simulator: Simulator, fault: dict[str, Any], status: int, content: bytes) -> None:
    await simulator.fault("stable_token", **fault)
    answer = await simulator.http.post("/cgi-bin/stable_token")
    assert (answer.status_code, answer.content) == (status, content)
    assert "access_token" in await simulator.stable_token()
    assert (await simulator.look("faults"))["faults"] == []


@pytest.mark.parametrize(("after_effect", "left"), [(True, 0), (False, 1)])
async def test_a_connection_that_is_cut(simulator: Simulator, after_effect: bool, left: int) -> None:
    message = {
        "touser": await simulator.accept("alice", "tmpl-a"), "template_id": "tmpl-a",
        "data": {"thing1": {"value": "好"}},
    }  # fmt: skip
    await simulator.fault("subscribe/send", hang_up=True, after_effect=after_effect)
    with pytest.raises(httpx.RemoteProtocolError):
        await simulator.ask("/cgi-bin/message/subscribe/send", message)
    assert (await simulator.look("consent", name="alice"))["grants"]["tmpl-a"] == left


async def test_an_answer_that_comes_too_late(simulator: Simulator) -> None:
    await simulator.fault("stable_token", delay_ms=5_000)
    with pytest.raises(httpx.ReadTimeout):
        await simulator.http.post("/cgi-bin/stable_token", json={}, timeout=0.05)


async def test_latency_is_of_wechat_only(simulator: Simulator) -> None:
    await simulator.sim("settings", {"latency_ms": 5_000})
    with pytest.raises(httpx.ReadTimeout):
        await simulator.http.post("/cgi-bin/stable_token", json={}, timeout=0.05)
    assert (await simulator.http.get("/sim/settings", timeout=1)).json()["latency_ms"] == 5_000


async def test_settings_change_all_or_nothing(simulator: Simulator) -> None:
    before = await simulator.look("settings")
    for wrong in [{"latency_ms": -1}, {"nonsense": 1}, {"callback_mode": "none", "latency_ms": 7}]:
        assert (await simulator.http.post("/sim/settings", json=wrong)).status_code == 422
    unknown = {"quotas": {"/nothing": {"daily": 1}}, "latency_ms": 7}
    assert (await simulator.http.post("/sim/settings", json=unknown)).json()["errcode"] == 76021
    assert await simulator.look("settings") == before


async def test_the_outbox_page_by_page(simulator: Simulator) -> None:
    for number in range(5):
        openid = await simulator.accept("alice", "tmpl-a")
        data = {"number1": {"value": str(number)}}
        await simulator.ask(
            "/cgi-bin/message/subscribe/send", {"touser": openid, "template_id": "tmpl-a", "data": data}
        )
    seen, cursor = [], "0"
    while cursor:
        page = await simulator.look("outbox", name="alice", limit=2, cursor=cursor)
        seen += [item["data"]["number1"]["value"] for item in page["items"]]
        cursor = page["next_cursor"]
    assert seen == ["0", "1", "2", "3", "4"]
    assert len({item["msgid"] for item in await simulator.outbox("alice")}) == 5


async def test_verdicts_of_ones_own(simulator: Simulator) -> None:
    openid = (await simulator.log_in("sim-alice-1"))["openid"]
    await simulator.sim("verdicts", {"contains": "漏水", "suggest": "risky", "label": 20001, "times": 1})
    asked = {"content": "楼上漏水", "version": 2, "scene": 1, "openid": openid}
    said = [(await simulator.told("/wxa/msg_sec_check", asked))["result"]["suggest"] for _ in range(2)]
    assert said == ["risky", "pass"]


@pytest.mark.parametrize("forgery", [{"token": "other"}, {"app_id": "wx-other"}, {"timestamp": 1_000_000_000}])
async def test_forged_events(simulator: Simulator, listener: Listener, forgery: dict[str, Any]) -> None:
    told = await simulator.sim("send-event", {"name": "a", "event": "x", "times": 2, **forgery})
    assert told["statuses"] == [403, 403]
    assert len(listener.requests) == 6, "each three times"


async def test_a_phone_hears_what_arrives_as_it_happens(simulator: Simulator) -> None:
    async with connect(simulator.url.replace("http:", "ws:") + "/sim/live?name=alice") as phone:

        async def heard() -> dict[str, Any]:
            return dict(json.loads(await asyncio.wait_for(phone.recv(), 5)))

        openid = await simulator.accept("alice", "tmpl-a")
        assert await heard() == {"type": "ready", "openid": openid}
        assert await heard() == {"type": "consent"}
        message = {"touser": openid, "template_id": "tmpl-a", "data": {"thing1": {"value": "已受理"}}}
        assert await simulator.errcode("/cgi-bin/message/subscribe/send", message) == 0
        arrived = await heard()
        assert (arrived["type"], arrived["item"]["data"]["thing1"]["value"]) == ("message", "已受理")
        assert await simulator.errcode("/cgi-bin/message/subscribe/send", message) == 43101
        assert await heard() == {"type": "not_allowed", "template_id": "tmpl-a"}
        await simulator.accept("bob", "tmpl-a")
        await simulator.tap("alice", "tmpl-b", "accept")
        assert await heard() == {"type": "consent"}, "other people's taps are not heard"
