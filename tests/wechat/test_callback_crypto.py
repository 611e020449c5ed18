"""What is pushed to us, read back; what was not pushed by WeChat, refused."""

import base64
import json
import os
import struct
from datetime import timedelta
from hashlib import sha1

import httpx
import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from hypothesis import given
from hypothesis import strategies as st

from backend.core.clock import Clock
from backend.core.errors import HejieError, MalformedError, TooLargeError
from backend.wechat import callback_crypto
from backend.wechat.callback_crypto import (
    CallbackEvent,
    CallbackQuery,
    CallbackRefusedError,
    CallbackSecrets,
    SubscriptionItem,
)
from config.settings import Settings
from tests.clock import START, TravellingClock
from tests.simulator import Simulator, secrets_of

SECRETS = secrets_of(Settings())
NOW = TravellingClock()
STAMP = str(int(START.timestamp()))
TEXT = "<xml><FromUserName>o1</FromUserName><CreateTime>1</CreateTime><MsgType>text</MsgType><MsgId>7</MsgId></xml>"
POPUP = {"FromUserName": "o1", "CreateTime": 1, "MsgType": "event", "Event": "subscribe_msg_popup_event"}
BOMB = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>' + TEXT.replace("o1", "&b;")
EXTERNAL = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>' + TEXT.replace("o1", "&a;")


def signed(*parts: str, token: str = SECRETS.token) -> str:
    return sha1("".join(sorted([token, *parts])).encode(), usedforsecurity=False).hexdigest()


def plain_query(stamp: str = STAMP, nonce: str = "n1") -> CallbackQuery:
    return CallbackQuery(signature=signed(stamp, nonce), timestamp=stamp, nonce=nonce)


def sealed(text: str, app_id: str = SECRETS.app_id) -> str:
    """Written after WeChat's description of the format, not with the library that opens it."""
    key, content = base64.b64decode(SECRETS.aes_key + "="), text.encode()
    letter = os.urandom(16) + struct.pack(">I", len(content)) + content + app_id.encode()
    padding = 32 - len(letter) % 32
    cipher = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    return base64.b64encode(cipher.update(letter + bytes([padding]) * padding)).decode()


def read_sealed(text: str, app_id: str = SECRETS.app_id) -> CallbackEvent:
    return read_envelope(sealed(text, app_id))


def read_envelope(content: str, beside: str = "") -> CallbackEvent:
    query = CallbackQuery(timestamp=STAMP, nonce="n1", msg_signature=signed(STAMP, "n1", content))
    body = f"<xml>{beside}<Encrypt><![CDATA[{content}]]></Encrypt></xml>"
    return callback_crypto.read(SECRETS, query, body.encode(), clock=NOW)


def read_plain(body: str | bytes, query: CallbackQuery | None = None) -> CallbackEvent:
    content = body.encode() if isinstance(body, str) else body
    return callback_crypto.read(SECRETS, query or plain_query(), content, clock=NOW)


def listen(simulator: Simulator, clock: Clock) -> list[CallbackEvent]:
    """What the simulator pushes from here on; a message that must be refused is answered with its status."""
    heard: list[CallbackEvent] = []

    def receive(request: httpx.Request) -> httpx.Response:
        names = ("signature", "timestamp", "nonce", "msg_signature")
        query = CallbackQuery(**{name: request.url.params.get(name, "") for name in names})
        try:
            heard.append(callback_crypto.read(SECRETS, query, request.content, clock=clock))
        except CallbackRefusedError as error:
            return httpx.Response(error.status)
        return httpx.Response(200, text="success")

    simulator.callback.to = httpx.MockTransport(receive)
    return heard


@pytest.mark.parametrize("mode", ["plain", "compatible", "safe"])
@pytest.mark.parametrize("form", ["xml", "json"])
@pytest.mark.parametrize("count", [1, 2])
async def test_every_mode_and_form(simulator: Simulator, clock: Clock, mode: str, form: str, count: int) -> None:
    events = listen(simulator, clock)
    items = [{"TemplateId": f"tmpl-{n}", "SubscribeStatusString": "accept", "PopupScene": "0"} for n in range(count)]
    answer = await simulator.sim(
        "send-event",
        {"name": "alice", "event": "subscribe_msg_popup_event", "items": items, "format": form, "mode": mode}
        | {"times": 2},
    )
    assert answer["statuses"] == [200, 200]
    first, again = events
    assert (first.kind, first.name, first.openid) == ("subscription_popup", POPUP["Event"], answer["openid"])
    assert first.created_at == START
    assert first.items == tuple(
        SubscriptionItem(TemplateId=f"tmpl-{n}", SubscribeStatusString="accept") for n in range(count)
    )
    assert first.dedupe_key == again.dedupe_key


async def test_a_tap_reaches_the_callback(simulator: Simulator, clock: Clock) -> None:
    events = listen(simulator, clock)
    assert (await simulator.tap("alice", "tmpl-a", "acceptWithAudio"))["grants"] == 1
    assert (await simulator.tap("alice", "tmpl-a", "reject"))["grants"] == 1
    assert (await simulator.tap("alice", "tmpl-a", "ban"))["callback_status"] is None
    assert (await simulator.tap("alice", "tmpl-a", "reject", where="settings"))["grants"] == 0
    told = [(event.kind, event.items[0].status) for event in events]
    assert told == [
        ("subscription_popup", "accept"),
        ("subscription_popup", "reject"),
        ("subscription_change", "reject"),
    ]
    assert len({event.dedupe_key for event in events}) == 3


async def test_three_tries_for_a_callback_that_fails(simulator: Simulator) -> None:
    answers = iter([503, 500, 200])
    simulator.callback.to = httpx.MockTransport(lambda _: httpx.Response(next(answers)))
    assert (await simulator.tap("alice", "tmpl-a", "accept"))["callback_status"] == 200


def test_a_sent_event() -> None:
    sent = {"TemplateId": "t", "MsgID": 1700827132819554304, "ErrorCode": "20003", "ErrorStatus": "user refuse"}
    body = POPUP | {"Event": "subscribe_msg_sent_event", "List": sent}
    event = read_plain(json.dumps(body))
    assert event.kind == "subscription_sent"
    (item,) = event.items
    assert (item.msgid, item.error_code, item.error_status) == ("1700827132819554304", 20003, "user refuse")


def test_a_sealed_message() -> None:
    event = read_sealed(TEXT)
    assert (event.kind, event.name, event.openid, event.items) == ("unknown", "text", "o1", ())
    assert event.payload["MsgId"] == "7"
    assert "o1" not in repr(event)


def test_unknown_events_are_read() -> None:
    event = read_plain(json.dumps(POPUP | {"Event": "wxa_privacy_apply", "List": "?", "result": {"a": [1]}}))
    assert (event.kind, event.name, event.items) == ("unknown", "wxa_privacy_apply", ())


def test_in_compatible_mode_the_plain_part_counts_for_nothing() -> None:
    assert read_envelope(sealed(TEXT), beside="<FromUserName>attacker</FromUserName>").openid == "o1"


def test_what_makes_two_events_one() -> None:
    item = {"TemplateId": "a", "SubscribeStatusString": "accept"}
    one = read_plain(json.dumps(POPUP | {"List": [item]})).dedupe_key
    assert read_plain(json.dumps(POPUP | {"List": item}), plain_query(nonce="n2")).dedupe_key == one
    for other in ({"CreateTime": 2}, {"FromUserName": "o2"}, {"List": [item | {"TemplateId": "b"}]}):
        assert read_plain(json.dumps(POPUP | {"List": [item]} | other)).dedupe_key != one
    assert read_plain(TEXT).dedupe_key == read_plain(TEXT.replace(">1<", ">2<")).dedupe_key


@pytest.mark.parametrize("moved_s", [-300, 0, 300])
def test_verification(moved_s: int) -> None:
    stamp = str(int(STAMP) + moved_s)
    callback_crypto.verify(SECRETS.token, stamp, "n", signed(stamp, "n"), clock=NOW)


ODD_STAMPS = [str(int(STAMP) - 301), str(int(STAMP) + 301), "", "-1", "1e3", "٣", "9" * 12, "9" * 13]


@pytest.mark.parametrize("stamp", ODD_STAMPS)
def test_old_and_odd_timestamps(stamp: str) -> None:
    with pytest.raises(CallbackRefusedError):
        callback_crypto.verify(SECRETS.token, stamp, "n", signed(stamp, "n"), clock=NOW)
    with pytest.raises(CallbackRefusedError):
        read_plain(TEXT, plain_query(stamp))


@pytest.mark.parametrize("signature", ["", "0" * 40, "签名", signed(STAMP, "n1", token="guessed")])
def test_forged_signatures(signature: str) -> None:
    with pytest.raises(CallbackRefusedError):
        callback_crypto.verify(SECRETS.token, STAMP, "n1", signature, clock=NOW)
    with pytest.raises(CallbackRefusedError):
        read_plain(TEXT, CallbackQuery(signature=signature, timestamp=STAMP, nonce="n1"))
    body = f"<xml><Encrypt>{sealed(TEXT)}</Encrypt></xml>"
    with pytest.raises(CallbackRefusedError):
        read_plain(body, CallbackQuery(signed(STAMP, "n1"), STAMP, "n1", msg_signature=signature))


async def test_the_simulator_forges_and_delays(simulator: Simulator, clock: Clock) -> None:
    heard = listen(simulator, clock)
    old = int((clock.now() - timedelta(minutes=6)).timestamp())
    ways: list[tuple[dict[str, str | int], int]] = [({}, 200), ({"token": "guessed"}, 403), ({"timestamp": old}, 403)]
    for how, status in ways:
        for mode in ("plain", "safe"):
            event = {"name": "a", "event": "subscribe_msg_change_event", "mode": mode} | how
            assert (await simulator.sim("send-event", event))["statuses"] == [status]
    assert len(heard) == 2


def test_a_message_for_another_app() -> None:
    with pytest.raises(CallbackRefusedError):
        read_sealed(TEXT, app_id="wx-other")


def test_in_safe_mode_a_plain_message_is_a_forgery() -> None:
    strict = CallbackSecrets(SECRETS.token, SECRETS.aes_key, SECRETS.app_id, encrypted_only=True)
    with pytest.raises(CallbackRefusedError):
        callback_crypto.read(strict, plain_query(), TEXT.encode(), clock=NOW)


BAD = [
    "",
    "<xml>",
    "<html/>",
    "<xml/>",
    "null",
    "{}",
    "[1]",
    "{" * 50_000,
    '{"a":' * 20_000,
    "<a>" * 20_000,
    BOMB,
    EXTERNAL,
    TEXT.replace("<CreateTime>1<", "<CreateTime>soon<"),
    TEXT.replace("o1", ""),
    json.dumps(POPUP | {"List": [3]}),
    json.dumps(POPUP | {"List": [{"SubscribeStatusString": "accept"}]}),
    json.dumps(POPUP | {"CreateTime": float("nan")}),
    json.dumps(POPUP | {"CreateTime": 10**4000}),
    json.dumps(POPUP)[:-1] + ', "x": 1e999}',
    json.dumps(POPUP | {"List": [{"TemplateId": "t", "MsgID": "1" * 65}]}),
    json.dumps(POPUP | {"List": [{"TemplateId": "t" * 65}]}),
    json.dumps(POPUP | {"List": [{"TemplateId": "t", "ErrorCode": 2**31}]}),
    json.dumps(POPUP | {"x": "\x00"}),
    json.dumps(POPUP | {"x": "\ud800"}),
    json.dumps({"Encrypt": "\ud800"}),
    json.dumps({"Encrypt": {"a": 1}}),
    b"\xff\xfe{",
    b"{\xff}",
    b'<?xml version="1.0" encoding="x-foo"?><xml><a/></xml>',
]


@pytest.mark.parametrize("body", BAD, ids=range(len(BAD)))
def test_what_cannot_be_read(body: str | bytes) -> None:
    with pytest.raises(MalformedError):
        read_plain(body)


@pytest.mark.parametrize("text", [BOMB, EXTERNAL, "", "{}", "<xml/>"])
def test_what_cannot_be_read_when_opened(text: str) -> None:
    with pytest.raises(MalformedError):
        read_sealed(text)


@pytest.mark.parametrize("content", ["", "AA", "A" * 24, "A" * 44, "A" * 88, "!!!!"])
def test_signed_but_not_a_ciphertext(content: str) -> None:
    with pytest.raises(HejieError):
        read_envelope(content)


def test_a_megabyte() -> None:
    with pytest.raises(TooLargeError):
        read_plain(b"<xml>" + b"a" * 1_000_000)


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
_body = st.one_of(
    st.binary(max_size=200),
    st.builds(
        lambda head, extra: json.dumps(extra | POPUP | head).encode(),
        _json_head := st.fixed_dictionaries(
            {}, optional={"FromUserName": _json, "CreateTime": _json, "Event": _json, "List": _json, "MsgId": _json}
        ),
        st.dictionaries(st.text(max_size=8), _json, max_size=3),
    ),
)


@given(_body)
def test_nothing_signed_is_a_bug_of_ours(body: bytes) -> None:
    try:
        event = read_plain(body)
    except HejieError:
        return
    assert len(event.dedupe_key) == 64
    json.dumps(event.payload, allow_nan=False)
