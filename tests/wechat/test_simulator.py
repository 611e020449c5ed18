"""What the simulator does beyond what the client's tests show."""

from typing import Any

import pytest

from backend.wechat.simulator.arguments import argument_type, first_wrong
from tests.simulator import Simulator

TEN = "一二三四五六七八九十"


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("thing1", [TEN * 2, "房屋漏水 A-3", "😀" * 20], ["", TEN * 2 + "多", "两\n行", "\x00", "a\u2028b"]),
        ("phrase2", ["已受理", "五个汉字呀"], ["", "六个汉字太长", "v2", "受理1"]),
        ("character_string3", ["YC-2026-0001", "a" * 32], ["", "a" * 33, "编号1"]),
        ("number4", ["12", "-1.5", "1" * 32], ["", "1" * 33, "1,000", "一"]),
        ("letter5", ["abc"], ["", "ab1", "a" * 33]),
        ("symbol6", ["+-*"], ["", "a", "!!!!!!"]),
        ("time7", ["09:30", "2026年11月25日 09:30", "2026年11月25日 09:30~10:30"], ["", "9点半", "上午9:30"]),
        (
            "date8",
            ["2026年11月25日", "2026年1月5日 9:30", "2026年1月5日~2026年1月6日"],
            ["11月25日", "2026-11-25"],
        ),
        ("amount9", ["¥1200.00", "1200元", "9999999999"], ["", "12345678901", "¥¥1", "一百"]),
        ("phone_number10", ["0717-6052345", "+86 13812345678"], ["", "1" * 18, "电话1"]),
        ("car_number11", ["鄂E12345", "粤B8Z888挂"], ["", "鄂E12345678"]),
        ("name12", [TEN, "John Smith", "张三A"], ["", TEN + "多", "a" * 21]),
        ("const13", ["现场"], ["", TEN * 2 + "多"]),
    ],
)
def test_limits_of_arguments(name: str, good: list[str], bad: list[str]) -> None:
    assert [value for value in good if first_wrong({name: value})] == []
    assert [value for value in bad if not first_wrong({name: value})] == []


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


async def test_forced_refreshes_of_a_day(simulator: Simulator, clock: Any) -> None:
    body = {"grant_type": "client_credential", "appid": simulator.app_id, "secret": simulator.app_secret}

    async def force() -> dict[str, Any]:
        return dict((await simulator.http.post("/cgi-bin/stable_token", json=body | {"force_refresh": True})).json())

    tokens = set()
    for _ in range(20):
        tokens.add((await force())["access_token"])
        assert (await force())["errcode"] == 45011
        clock.advance(seconds=30)
    assert len(tokens) == 20
    assert (await force())["errcode"] == 45009
    clock.advance(days=1)
    assert (await force())["expires_in"] == 7200


async def test_controls_say_what_is_wrong(simulator: Simulator) -> None:
    for path, body in [("consent", {"name": "a", "openid": "b"}), ("faults", {"times": 0}), ("templates", {})]:
        assert (await simulator.http.post(f"/sim/{path}", json=body)).status_code == 422


async def test_the_page_and_the_outbox(simulator: Simulator) -> None:
    page = await simulator.http.get("/")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert (await simulator.http.get("/sim/outbox", params={"openid": "o-nobody"})).json()["items"] == []


async def test_reset(simulator: Simulator) -> None:
    await simulator.accept("alice", "tmpl-a")
    assert (await simulator.http.get("/sim/consent", params={"name": "alice"})).json()["grants"] == {"tmpl-a": 1}
    await simulator.sim("reset")
    assert (await simulator.http.get("/sim/consent", params={"name": "alice"})).json()["grants"] == {}
