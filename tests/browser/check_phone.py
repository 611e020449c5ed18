"""The simulator's page in a real browser: `make test-browser`. Not part of `make test`, which needs no browser."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.browser.chromium import Page, browser, path_of_chromium
from tests.simulator import Listener, Simulator

T = "tmpl-progress"
WIDE = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"


@pytest.fixture(scope="module")
async def chromium(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Page]:
    path = path_of_chromium()
    if path is None:
        pytest.exit(
            "Chromium is needed. Debian, Ubuntu: apt install chromium; Fedora: dnf install chromium; "
            "elsewhere Google Chrome will do.",
            returncode=1,
        )
    async with browser(path, tmp_path_factory.mktemp("chromium")) as page:
        yield page


@pytest.fixture
async def phone(chromium: Page, simulator: Simulator, listener: Listener) -> AsyncIterator[Page]:
    """Alice's."""
    chromium.problems.clear()
    await simulator.log_in("sim-alice-1")
    await chromium.open(f"{simulator.url}/?name=alice")
    await chromium.until_seen("已连接")
    await chromium.until_seen("还没有消息")
    yield chromium
    assert chromium.problems == []
    await chromium.open("about:blank")


async def send(simulator: Simulator, openid: str, words: str = "已受理") -> int:
    message: dict[str, Any] = {"touser": openid, "template_id": T, "page": "pages/dispute?id=x"}
    return await simulator.errcode("/cgi-bin/message/subscribe/send", message | {"data": {"thing1": {"value": words}}})


async def test_a_message_arrives_while_one_looks(phone: Page, simulator: Simulator) -> None:
    openid = await simulator.accept("alice", T)
    assert await send(simulator, openid) == 0
    await phone.until_seen("已受理")
    await phone.until_seen("pages/dispute?id=x")


async def test_what_a_message_says_is_text_only(phone: Page, simulator: Simulator) -> None:
    openid = await simulator.accept("alice", T)
    assert await send(simulator, openid, "<img src=x>") == 0
    await phone.until_seen("<img src=x>")
    assert await phone.value("document.images.length") == 0


async def test_a_message_that_is_not_allowed_can_be_allowed(phone: Page, simulator: Simulator) -> None:
    openid = (await simulator.log_in("sim-alice-2"))["openid"]
    assert await send(simulator, openid) == 43101
    await phone.until_seen("没有送达")
    await phone.click("允许一次")
    await phone.until("!document.querySelector('.note')")
    assert await send(simulator, openid) == 0
    await phone.until_seen("已受理")


async def test_allowing_refusing_and_switching_off(phone: Page, simulator: Simulator, listener: Listener) -> None:
    await simulator.accept("alice", T)
    assert (await listener.event())["Event"] == "subscribe_msg_popup_event"
    await phone.click("订阅设置")
    await phone.until_seen("还可收 1 条")
    await phone.click("允许", within=".template")
    await phone.until_seen("还可收 2 条")
    await phone.click("拒绝", within=".template")
    answers = [(await listener.event())["SubscribeMsgPopupEvent"]["List"] for _ in range(2)]
    assert [item["SubscribeStatusString"] for item in answers] == ["accept", "reject"]
    await phone.click("关闭接收")
    await phone.until_seen("已关闭")
    assert (await listener.event())["Event"] == "subscribe_msg_change_event"
    assert (await simulator.look("consent", name="alice"))["grants"] == {}
    await phone.click("重新打开")
    await phone.click("关闭接收")


async def test_another_persons_phone(phone: Page, simulator: Simulator) -> None:
    await simulator.log_in("sim-王秀兰-1")
    await phone.click("王秀兰", within="#people")
    await phone.until_seen("王秀兰 的手机")
    await phone.until_seen("已连接")
    openid = await simulator.accept("王秀兰", T)
    assert await send(simulator, openid, "请看进度") == 0
    await phone.until_seen("请看进度")
    await phone.click("alice", within="#people")
    await phone.until_seen("还没有消息")


@pytest.mark.parametrize("width", [320, 1280])
async def test_nothing_sticks_out(phone: Page, simulator: Simulator, width: int) -> None:
    await phone.do(
        "Emulation.setDeviceMetricsOverride", width=width, height=700, deviceScaleFactor=1, mobile=width < 700
    )
    await send(simulator, await simulator.accept("alice", T), "一二三四五六七八九十" * 2)
    await phone.until_seen("一二三四五六七八九十")
    assert await phone.value(WIDE)
    await phone.do("Emulation.clearDeviceMetricsOverride")
