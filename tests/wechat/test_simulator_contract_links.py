"""WeChat's facts about codes, links, customer service and quotas, one test each, and that the simulator does them."""

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from tests.clock import TravellingClock
from tests.simulator import Listener, Simulator

TEXT = "/wxa/msg_sec_check"
CODE = "/wxa/getwxacodeunlimit"
LINK = "/wxa/generate_urllink"
CUSTOMER = "/cgi-bin/message/custom/send"
QUOTA = "/cgi-bin/openapi/quota/get"


async def checks(simulator: Simulator, count: int) -> list[int]:
    asked = {"content": "好", "version": 1}
    return [await simulator.errcode(TEXT, asked) for _ in range(count)]


# --- codes and links -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("hyaline", "kind", "head"), [(False, "jpeg", b"\xff\xd8"), (True, "png", b"\x89PNG")])
async def test_a_code_is_a_picture(simulator: Simulator, hyaline: bool, kind: str, head: bytes) -> None:
    answer = await simulator.ask(CODE, {"scene": "k=1", "page": "pages/a", "width": 280, "is_hyaline": hyaline})
    assert (answer.headers["content-type"], answer.content.startswith(head)) == (f"image/{kind}", True)
    assert Image.open(BytesIO(answer.content)).size == (280, 280)
    item = {"scene": "k=1", "page": "pages/a", "env_version": "release"}
    assert (await simulator.look("codes"))["items"] == [item]


@pytest.mark.parametrize(
    ("asked", "errcode"),
    [
        ({"scene": "a" * 33}, 40169),
        ({"scene": ""}, 40169),
        ({"scene": "a%20"}, 40169),
        ({"scene": "号"}, 40169),
        ({"page": "/pages/a"}, 41030),
        ({"page": "pages/a?b=1"}, 41030),
        ({"page": "pages/new"}, 41030),
        ({"width": 10}, 47001),
    ],
)
async def test_a_code_that_is_refused_is_json(simulator: Simulator, asked: dict[str, Any], errcode: int) -> None:
    await simulator.sim("settings", {"pages": ["pages/a"]})
    assert await simulator.errcode(CODE, {"scene": "a" * 32, "page": "pages/a"} | asked) == errcode


async def test_a_page_that_is_not_published_with_check_path_false(simulator: Simulator) -> None:
    await simulator.sim("settings", {"pages": []})
    answer = await simulator.ask(CODE, {"scene": "!#$&'()*+,/:;=?@-._~", "page": "pages/new", "check_path": False})
    assert answer.headers["content-type"] == "image/jpeg"


async def test_sixty_thousand_pages_with_check_path_false(simulator: Simulator) -> None:
    assert (await simulator.look("settings"))["unchecked_pages"] == 60_000
    await simulator.sim("settings", {"unchecked_pages": 1})
    asked = {"scene": "a", "check_path": False}
    first = [await simulator.ask(CODE, asked | {"page": "pages/new"}) for _ in range(2)]
    assert [answer.headers["content-type"] for answer in first] == ["image/jpeg"] * 2
    assert await simulator.errcode(CODE, asked | {"page": "pages/newer"}) == 45029
    assert await simulator.errcode(CODE, asked | {"page": "/pages/new"}) == 41030


async def test_five_thousand_codes_a_minute(simulator: Simulator) -> None:
    assert (await simulator.told(QUOTA, {"cgi_path": CODE}))["rate_limit"]["call_count"] == 5_000


async def test_a_link_leads_to_its_page_until_it_ends(simulator: Simulator, clock: TravellingClock) -> None:
    asked = {"path": "pages/a", "query": "t=1", "expire_type": 1, "expire_interval": 30}
    url = (await simulator.told(LINK, asked))["url_link"]
    info = (await simulator.told("/wxa/query_urllink", {"url_link": url}))["url_link_info"]
    assert (info["path"], info["query"]) == ("pages/a", "t=1")
    (link,) = (await simulator.look("links", url=url))["items"]
    clock.advance(days=30)
    assert [link["expired"], (await simulator.look("links", url=url))["items"][0]["expired"]] == [False, True]


@pytest.mark.parametrize(
    ("asked", "errcode"),
    [
        ({"expire_interval": 31}, 85401),
        ({"expire_interval": 0}, 85401),
        ({"query": "a" * 1024}, 0),
        ({"query": "a" * 1025}, 40212),
        ({"query": "汉"}, 40212),
        ({"path": "/pages/a"}, 40165),
        ({"path": "pages/a?b=1"}, 40165),
    ],
)
async def test_a_link_lasts_thirty_days_and_has_a_query_of_1024(
    simulator: Simulator, asked: dict[str, Any], errcode: int
) -> None:
    given = {"path": "pages/a", "query": "", "expire_type": 1, "expire_interval": 30}
    assert await simulator.errcode(LINK, given | asked) == errcode


async def test_half_a_million_links_a_day(simulator: Simulator) -> None:
    assert (await simulator.told(QUOTA, {"cgi_path": LINK}))["quota"]["daily_limit"] == 500_000


@pytest.mark.parametrize(
    ("after", "errcode"), [(timedelta(days=30), 0), (timedelta(days=31), 85401), (timedelta(0), 85401)]
)
async def test_a_link_until_a_moment(
    simulator: Simulator, clock: TravellingClock, after: timedelta, errcode: int
) -> None:
    until = int((clock.now() + after).timestamp())
    assert await simulator.errcode(LINK, {"path": "", "expire_type": 0, "expire_time": until}) == errcode


# --- customer service and quotas -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("said", "answers", "life"), [("在吗", 5, {"hours": 48}), ("", 2, {"minutes": 1})])
async def test_customer_service_may_answer_for_a_while(
    simulator: Simulator, clock: TravellingClock, said: str, answers: int, life: dict[str, float]
) -> None:
    message = {
        "touser": (await simulator.log_in("sim-alice-1"))["openid"],
        "msgtype": "text",
        "text": {"content": "您好"},
    }
    assert await simulator.errcode(CUSTOMER, message) == 45015
    await simulator.sim("say", {"name": "alice", "text": said})
    codes = [await simulator.errcode(CUSTOMER, message) for _ in range(answers + 1)]
    assert codes == [0] * answers + [45047]
    await simulator.sim("say", {"name": "alice", "text": said})
    clock.advance(**life)
    simulator.forget_token()
    assert await simulator.errcode(CUSTOMER, message) == 45015


async def test_what_a_person_writes_has_a_message_id(simulator: Simulator, listener: Listener) -> None:
    await simulator.sim("say", {"name": "alice", "text": "在吗"})
    event = await listener.event()
    assert (event["MsgType"], event["Content"], event["MsgId"].isdigit()) == ("text", "在吗", True)


async def test_the_daily_quota_ends_at_midnight_in_china(simulator: Simulator, clock: TravellingClock) -> None:
    await simulator.sim("settings", {"quotas": {TEXT: {"daily": 1}}})
    assert await checks(simulator, 2) == [0, 45009]
    assert (await simulator.told(QUOTA, {"cgi_path": TEXT}))["quota"] == {"daily_limit": 1, "used": 1, "remain": 0}
    clock.advance(hours=14)
    simulator.forget_token()
    assert await checks(simulator, 1) == [0]


async def test_the_minute_quota_ends_with_the_minute(simulator: Simulator, clock: TravellingClock) -> None:
    await simulator.sim("settings", {"quotas": {TEXT: {"per_minute": 1}}})
    assert await checks(simulator, 2) == [0, 45011]
    clock.advance(minutes=1)
    assert await checks(simulator, 1) == [0]


@pytest.mark.parametrize(
    ("path", "what"), [("/cgi-bin/clear_quota", "appid"), ("/cgi-bin/openapi/quota/clear", "cgi_path")]
)
async def test_a_quota_is_cleared_ten_times_a_month(simulator: Simulator, path: str, what: str) -> None:
    await simulator.sim("settings", {"quotas": {TEXT: {"daily": 1}}})
    body = {what: simulator.app_id if what == "appid" else TEXT}
    for _ in range(10):
        assert await checks(simulator, 2) == [0, 45009]
        assert await simulator.errcode(path, body) == 0
    assert await simulator.errcode(path, body) == 48006


async def test_a_quota_of_nothing(simulator: Simulator) -> None:
    assert await simulator.errcode(QUOTA, {"cgi_path": "/wxa/nothing"}) == 76021


async def test_the_wrong_method_and_no_body(simulator: Simulator) -> None:
    assert await simulator.errcode(TEXT) == 43002
    assert (await simulator.http.post("/sns/jscode2session")).json()["errcode"] == 43001
    assert (await simulator.http.post("/cgi-bin/stable_token")).json()["errcode"] == 44002
