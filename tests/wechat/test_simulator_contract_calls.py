"""WeChat's facts about messages, events and checks, one test each, and that the simulator does them."""

from io import BytesIO
from typing import Any

import httpx
import pytest
from PIL import Image

from backend.wechat.simulator.arguments import first_wrong
from tests.clock import TravellingClock
from tests.simulator import Listener, Simulator

SEND = "/cgi-bin/message/subscribe/send"
TEXT = "/wxa/msg_sec_check"
MEDIA = "/wxa/media_check_async"
RISK = "/wxa/getuserriskrank"
QUOTA = "/cgi-bin/openapi/quota/get"
T = "tmpl-a"
TEN = "一二三四五六七八九十"
GOOD = {"thing1": {"value": "有新的进展"}}


async def send(simulator: Simulator, openid: str, **other: Any) -> int:
    return await simulator.errcode(SEND, {"touser": openid, "template_id": T, "data": GOOD} | other)


async def text(simulator: Simulator, openid: str, content: str = "邻居噪声", **other: Any) -> dict[str, Any]:
    return await simulator.told(TEXT, {"content": content, "version": 2, "scene": 3, "openid": openid} | other)


async def media(simulator: Simulator, openid: str, path: str = "/photo") -> dict[str, Any]:
    file = {"media_url": f"http://product.test{path}", "media_type": 2}
    return await simulator.told(MEDIA, file | {"version": 2, "scene": 3, "openid": openid})


async def visitor(simulator: Simulator, name: str = "alice") -> str:
    return str((await simulator.log_in(f"sim-{name}-1"))["openid"])


# --- subscribe messages --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "errcode"),
    [
        ({"touser": "o-nobody"}, 40003),
        ({"template_id": "unknown"}, 40037),
        ({"page": "/pages/home"}, 41030),
        ({"data": {"thing1": {"value": "字" * 21}}}, 47003),
        ({"data": {"thing1": {"value": ""}}}, 47003),
        ({"data": {}}, 47003),
        ({"miniprogram_state": "beta"}, 47001),
        ({"lang": "fr_FR"}, 47001),
        ({}, 0),
        ({"miniprogram_state": "trial", "lang": "en_US", "page": "pages/dispute?id=a"}, 0),
    ],
)
async def test_what_a_send_is_refused_for(simulator: Simulator, wrong: dict[str, Any], errcode: int) -> None:
    openid = await simulator.accept("alice", T)
    assert await send(simulator, openid, **wrong) == errcode
    assert (await simulator.look("consent", name="alice"))["grants"][T] == (1 if errcode else 0)


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


async def test_a_page_must_be_published(simulator: Simulator) -> None:
    openid = await simulator.accept("alice", T)
    await simulator.sim("settings", {"pages": ["pages/home"]})
    assert await send(simulator, openid, page="pages/secret?id=1") == 41030
    assert await send(simulator, openid, page="pages/home?id=1") == 0


async def test_ten_million_messages_a_day(simulator: Simulator) -> None:
    assert (await simulator.told(QUOTA, {"cgi_path": SEND}))["quota"]["daily_limit"] == 10_000_000


# --- events --------------------------------------------------------------------------------------------------------


async def test_a_tap_is_told_by_a_popup_event(simulator: Simulator, listener: Listener) -> None:
    openid = await simulator.accept("alice", T)
    event = await listener.event()
    assert (event["Event"], event["FromUserName"]) == ("subscribe_msg_popup_event", openid)
    item = {"TemplateId": T, "SubscribeStatusString": "accept", "PopupScene": "0"}
    assert event["SubscribeMsgPopupEvent"] == {"List": item}


async def test_the_settings_tell_only_of_refusals(simulator: Simulator, listener: Listener) -> None:
    assert (await simulator.tap("alice", T, "accept", where="settings"))["callback_status"] is None
    await simulator.tap("alice", T, "reject", where="settings")
    event = await listener.event()
    assert event["Event"] == "subscribe_msg_change_event"
    assert event["SubscribeMsgChangeEvent"]["List"]["SubscribeStatusString"] == "reject"


async def test_a_message_that_was_sent_is_told(simulator: Simulator, listener: Listener) -> None:
    await simulator.sim("settings", {"sent_events": True})
    openid = await simulator.accept("alice", T)
    await listener.event()
    assert await send(simulator, openid) == 0
    item = (await listener.event())["SubscribeMsgSentEvent"]["List"]
    sent = (await simulator.outbox("alice"))[0]
    assert item == {"TemplateId": T, "MsgID": sent["msgid"], "ErrorCode": "0", "ErrorStatus": "success"}


async def test_in_json_the_list_is_at_the_top_and_one_alone_is_an_object(
    simulator: Simulator, listener: Listener
) -> None:
    await simulator.sim("settings", {"callback_format": "json"})
    await simulator.accept("alice", T)
    assert (await listener.event())["List"]["TemplateId"] == T
    await simulator.sim("subscription-requests", {"name": "alice", "template_ids": [T, "tmpl-b"]})
    assert [item["TemplateId"] for item in (await listener.event())["List"]] == [T, "tmpl-b"]


async def test_xml_nests_the_list_in_an_element_named_after_the_event(simulator: Simulator, listener: Listener) -> None:
    await simulator.sim("subscription-requests", {"name": "alice", "template_ids": [T, "tmpl-b"]})
    assert len((await listener.event())["SubscribeMsgPopupEvent"]["List"]) == 2


@pytest.mark.parametrize("kind", ["authorization_revoke", "authorization_cancellation", "info_modified"])
async def test_withdrawn_authorisations_and_deleted_data_are_told(
    simulator: Simulator, listener: Listener, kind: str
) -> None:
    asked = await simulator.sim("revocations", {"name": "alice", "kind": kind, "revoke_info": ["8"]})
    event = await listener.event()
    assert (event["Event"], event["OpenID"], event["AppID"]) == (f"user_{kind}", asked["openid"], simulator.app_id)
    assert event.get("RevokeInfo") == ("8" if kind == "authorization_revoke" else None)


# --- how events are pushed -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["xml", "json"])
@pytest.mark.parametrize("mode", ["plain", "compatible", "safe"])
async def test_plain_compatible_and_safe_mode(simulator: Simulator, listener: Listener, form: str, mode: str) -> None:
    await simulator.tap("alice", T, "accept", format=form, mode=mode)
    assert (await listener.event())["Event"] == "subscribe_msg_popup_event"
    (request,) = listener.requests
    assert (request.content[:1] == b"{") == (form == "json")
    assert (b"Encrypt" in request.content, T.encode() in request.content) == (mode != "plain", mode != "safe")
    assert ("msg_signature" in request.url.params) == (mode != "plain")


@pytest.mark.parametrize("answer", [None, 500, 302])
async def test_a_push_without_a_good_answer_comes_three_times_the_same(
    simulator: Simulator, listener: Listener, answer: int | None
) -> None:
    listener.answers = [answer] * 3
    assert (await simulator.tap("alice", T, "accept"))["callback_status"] == answer
    assert len({request.content for request in listener.requests}) == 1
    assert (await simulator.look("pushes"))["items"][-1]["statuses"] == [answer] * 3


async def test_a_push_is_repeated_no_more_once_it_is_answered(simulator: Simulator, listener: Listener) -> None:
    listener.answers = [None]
    assert (await simulator.tap("alice", T, "accept"))["callback_status"] == 200
    assert len(listener.requests) == 2


async def test_an_address_is_verified_by_its_echo(simulator: Simulator, listener: Listener) -> None:
    assert await simulator.sim("callback-checks") == {"verified": False}
    echo = httpx.MockTransport(lambda request: httpx.Response(200, text=request.url.params["echostr"]))
    simulator.callback.to = echo
    assert await simulator.sim("callback-checks") == {"verified": True}


# --- text ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "suggest", "label"),
    [
        ("楼上漏水", "pass", 100),
        ("进赌博网站", "risky", 20006),
        ("代开发票", "review", 10001),
        ("[risky]", "risky", 21000),
    ],
)
async def test_a_text_passes_is_reviewed_or_risky_and_errcode_is_0_all_the_same(
    simulator: Simulator, content: str, suggest: str, label: int
) -> None:
    told = await text(simulator, await visitor(simulator), content)
    assert (told["errcode"], told["result"]) == (0, {"suggest": suggest, "label": label})
    assert told["detail"][0]["suggest"] == suggest
    assert told["trace_id"]


async def test_a_text_is_of_somebody_who_was_here_within_two_hours(
    simulator: Simulator, clock: TravellingClock
) -> None:
    openid = await visitor(simulator)
    clock.advance(hours=2)
    assert (await text(simulator, openid))["errcode"] == 0
    clock.advance(seconds=1)
    assert (await text(simulator, openid))["errcode"] == 61010
    await simulator.sim("visits", {"name": "alice"})
    assert (await text(simulator, openid))["errcode"] == 0


@pytest.mark.parametrize(("scene", "errcode"), [(0, 40129), (1, 0), (4, 0), (5, 40129)])
async def test_a_text_has_one_of_four_scenes(simulator: Simulator, scene: int, errcode: int) -> None:
    assert (await text(simulator, await visitor(simulator), scene=scene))["errcode"] == errcode


async def test_a_text_has_at_most_2500_characters(simulator: Simulator) -> None:
    openid = await visitor(simulator)
    assert [(await text(simulator, openid, "字" * length))["errcode"] for length in (2500, 2501)] == [0, 45002]


async def test_version_1_of_the_text_check_still_answers(simulator: Simulator) -> None:
    assert [await simulator.errcode(TEXT, {"content": said}) for said in ("好", "办假证")] == [0, 87014]


async def test_four_thousand_texts_a_minute_two_million_a_day(simulator: Simulator) -> None:
    shown = await simulator.told(QUOTA, {"cgi_path": TEXT})
    assert (shown["quota"]["daily_limit"], shown["rate_limit"]["call_count"]) == (2_000_000, 4_000)


# --- media ---------------------------------------------------------------------------------------------------------


def picture(colour: str) -> bytes:
    written = BytesIO()
    Image.new("RGB", (64, 64), colour).save(written, "JPEG")
    return written.getvalue()


@pytest.mark.parametrize(
    ("content", "suggest"),
    [(b"sound", "pass"), (b"..[risky]..", "risky"), (picture("red"), "risky"), (picture("yellow"), "review"),
     (picture("white"), "pass")],
)  # fmt: skip
async def test_a_file_is_fetched_and_its_result_is_told_by_an_event(
    simulator: Simulator, listener: Listener, content: bytes, suggest: str
) -> None:
    listener.files["/photo"] = content
    openid = await visitor(simulator)
    asked, event = await media(simulator, openid), await listener.event()
    assert (event["Event"], event["FromUserName"], event["appid"]) == ("wxa_media_check", openid, simulator.app_id)
    assert (event["trace_id"], event["errcode"], event["version"]) == (asked["trace_id"], "0", "2")
    assert event["result"]["suggest"] == event["detail"]["suggest"] == suggest


@pytest.mark.parametrize("size", [None, 10 * 1024 * 1024 + 1])
async def test_a_file_that_cannot_be_had_is_minus_1008(
    simulator: Simulator, listener: Listener, size: int | None
) -> None:
    listener.files |= {} if size is None else {"/photo": bytes(size)}
    await media(simulator, await visitor(simulator))
    event = await listener.event()
    assert (event["errcode"], "result" in event) == ("-1008", False)


async def test_media_are_of_somebody_who_was_here_lately(simulator: Simulator, clock: TravellingClock) -> None:
    openid = await visitor(simulator)
    clock.advance(hours=3)
    assert (await media(simulator, openid))["errcode"] == 61010


async def test_two_thousand_files_a_minute_two_hundred_thousand_a_day(simulator: Simulator) -> None:
    shown = await simulator.told(QUOTA, {"cgi_path": MEDIA})
    assert (shown["quota"]["daily_limit"], shown["rate_limit"]["call_count"]) == (200_000, 2_000)


async def test_a_risk_rank_is_of_somebody_who_was_here_within_thirty_minutes(
    simulator: Simulator, clock: TravellingClock
) -> None:
    openid = await visitor(simulator)
    await simulator.sim("people", {"name": "alice", "risk_rank": 3})
    asked = {"appid": simulator.app_id, "openid": openid, "scene": 0}
    assert (await simulator.told(RISK, asked))["risk_rank"] == 3
    clock.advance(minutes=31)
    assert await simulator.errcode(RISK, asked) == 61010
