"""What WeChat pushes to us: who sent it, and what it says.

Source: developers.weixin.qq.com, "Message push" (signature, plain/compatible/safe mode, XML and JSON) and
"Subscribe message events", "Changes of what a user has authorised", "Media check". No framework here: the web room
hands in the query and the body as received.
"""

import base64
import binascii
import hmac
import json
import re
import struct
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha1, sha256
from typing import Any, ClassVar, Final, Literal
from xml.parsers.expat import ExpatError

import xmltodict
from pydantic import AliasChoices, BaseModel, ConfigDict, Field, ValidationError
from wechatpy.crypto import PrpCrypto
from wechatpy.exceptions import InvalidAppIdException

from backend.core.clock import Clock
from backend.core.errors import HejieError, MalformedError, TooLargeError

MAX_BYTES: Final = 128 * 1024
"""Far above any event; a body is parsed before anybody has vouched for it."""

WINDOW: Final = timedelta(minutes=5)

Kind = Literal[
    "subscription_popup",
    "subscription_change",
    "subscription_sent",
    "media_check",
    "profile_changed",
    "authorization_revoked",
    "account_cancelled",
    "unknown",
]

_KINDS: Final[dict[str, Kind]] = {
    "subscribe_msg_popup_event": "subscription_popup",
    "subscribe_msg_change_event": "subscription_change",
    "subscribe_msg_sent_event": "subscription_sent",
    "wxa_media_check": "media_check",
    "user_info_modified": "profile_changed",
    "user_authorization_revoke": "authorization_revoked",
    "user_authorization_cancellation": "account_cancelled",
}
_WITH_ITEMS: Final[frozenset[Kind]] = frozenset({"subscription_popup", "subscription_change", "subscription_sent"})


class CallbackRefusedError(HejieError):
    """Forged, too old, or meant for another app."""

    code: ClassVar[str] = "callback_refused"
    status: ClassVar[int] = 403
    message: ClassVar[str] = "签名校验未通过，请核对消息推送的 Token、密钥与服务器时间。"


@dataclass(frozen=True, slots=True)
class CallbackSecrets:
    """As in the WeChat console. `aes_key` has 43 characters."""

    token: str = field(repr=False)
    aes_key: str = field(repr=False)
    app_id: str
    encrypted_only: bool = False
    """In safe mode nobody but WeChat can make a body; a plain one is vouched for only by its address."""


@dataclass(frozen=True, slots=True)
class CallbackQuery:
    """The query string; what is absent is empty."""

    signature: str = ""
    timestamp: str = ""
    nonce: str = ""
    msg_signature: str = ""


class SubscriptionItem(BaseModel):
    """One template of a subscription event. `status` is the resident's answer (accept, reject …)."""

    model_config = ConfigDict(frozen=True, coerce_numbers_to_str=True, hide_input_in_errors=True)

    template_id: str = Field(validation_alias="TemplateId", min_length=1, max_length=64)
    status: str | None = Field(None, validation_alias="SubscribeStatusString")
    msgid: str | None = Field(None, validation_alias=AliasChoices("MsgID", "MsgId"), max_length=64)
    error_code: int | None = Field(None, validation_alias="ErrorCode", ge=-(2**31), lt=2**31)
    error_status: str | None = Field(None, validation_alias="ErrorStatus")


@dataclass(frozen=True, slots=True)
class CallbackEvent:
    kind: Kind
    name: str
    """WeChat's own name: the event, or the type of a message that is no event."""
    openid: str = field(repr=False)
    """Of the person it is about."""
    created_at: datetime
    dedupe_key: str
    """Equal for every delivery of the same event; at most 64 characters, tells nothing."""
    items: tuple[SubscriptionItem, ...] = ()
    payload: dict[str, Any] = field(default_factory=dict, repr=False)


class _Head(BaseModel):
    model_config = ConfigDict(coerce_numbers_to_str=True, hide_input_in_errors=True)

    sender: str = Field(validation_alias="FromUserName", min_length=1, max_length=64)
    about: str | None = Field(None, validation_alias="OpenID", max_length=64)
    """Changes of authorisations come from WeChat's own service; then this is the person."""
    created_s: int = Field(validation_alias="CreateTime", ge=0, le=32_503_680_000)
    kind: str = Field(validation_alias="MsgType", min_length=1, max_length=64)
    event: str | None = Field(None, validation_alias="Event", max_length=64)
    message_id: str | None = Field(None, validation_alias=AliasChoices("MsgId", "MsgID"), max_length=64)


def verify(token: str, timestamp: str, nonce: str, signature: str, *, clock: Clock) -> None:
    """Raises CallbackRefusedError for a forged signature or a timestamp more than five minutes off."""
    _check_signature(signature, token, timestamp, nonce)
    _check_age(timestamp, clock)


def read(secrets: CallbackSecrets, query: CallbackQuery, body: bytes, *, clock: Clock) -> CallbackEvent:
    """In compatible mode only the encrypted part counts: the plain one beside it proves nothing.

    Raises CallbackRefusedError, MalformedError, TooLargeError.
    """
    if len(body) > MAX_BYTES:
        raise TooLargeError
    _check_age(query.timestamp, clock)
    envelope = _parse(body)
    sealed = envelope.get("Encrypt")
    if sealed is None:
        if secrets.encrypted_only:
            raise CallbackRefusedError
        _check_signature(query.signature, secrets.token, query.timestamp, query.nonce)
        return _event(envelope)
    if not (isinstance(sealed, str) and sealed.isascii()):
        raise MalformedError
    _check_signature(query.msg_signature, secrets.token, query.timestamp, query.nonce, sealed)
    return _event(_parse(_decrypt(secrets, sealed)))


def _check_signature(given: str, *parts: str) -> None:
    expected = sha1("".join(sorted(parts)).encode(), usedforsecurity=False).hexdigest()
    if not hmac.compare_digest(expected.encode(), given.encode()):
        raise CallbackRefusedError


def _check_age(timestamp: str, clock: Clock) -> None:
    if not re.fullmatch(r"[0-9]{1,11}", timestamp):
        raise CallbackRefusedError
    if abs(clock.now() - datetime.fromtimestamp(int(timestamp), UTC)) > WINDOW:
        raise CallbackRefusedError


def _decrypt(secrets: CallbackSecrets, sealed: str) -> bytes:
    key = base64.b64decode(f"{secrets.aes_key}=")
    try:
        opened: str = PrpCrypto(key).decrypt(sealed, secrets.app_id)
    except InvalidAppIdException:
        raise CallbackRefusedError from None
    except (ValueError, struct.error, IndexError, binascii.Error) as error:
        raise MalformedError from error
    return opened.encode()


def _parse(body: bytes) -> dict[str, Any]:
    try:
        if body.lstrip()[:1] == b"{":
            parsed = json.loads(body, parse_constant=_no_number)
        else:
            parsed = xmltodict.parse(body, disable_entities=True).get("xml")
        if "\\u0000" in json.dumps(parsed, ensure_ascii=False, allow_nan=False).encode().decode():
            raise MalformedError
    except (ValueError, ExpatError, LookupError, RecursionError) as error:  # LookupError: an encoding that nobody knows
        raise MalformedError from error
    if not isinstance(parsed, dict):
        raise MalformedError
    return parsed


def _no_number(name: str) -> float:
    raise ValueError(name)


def _event(payload: dict[str, Any]) -> CallbackEvent:
    try:
        head = _Head.model_validate(payload)
        kind = _KINDS.get(head.event or "", "unknown")
        items = _items(payload) if kind in _WITH_ITEMS else ()
    except ValidationError as error:
        raise MalformedError from error
    return CallbackEvent(
        kind=kind,
        name=head.event or head.kind,
        openid=(head.about or head.sender).strip(),
        created_at=datetime.fromtimestamp(head.created_s, UTC),
        dedupe_key=_dedupe_key(head, items, payload),
        items=items,
        payload=payload,
    )


def _items(payload: dict[str, Any]) -> tuple[SubscriptionItem, ...]:
    """JSON has `List` at the top, XML in an element named after the event; one alone may be no list."""
    nested = (value["List"] for value in payload.values() if isinstance(value, dict) and "List" in value)
    found = payload.get("List", next(nested, []))
    return tuple(SubscriptionItem.model_validate(item) for item in (found if isinstance(found, list) else [found]))


def _dedupe_key(head: _Head, items: tuple[SubscriptionItem, ...], payload: dict[str, Any]) -> str:
    """By MsgId where there is one. Two events of a person in one second differ in what they say."""
    if head.message_id:
        parts = ["message", head.message_id]
    else:
        said = sorted(item.model_dump_json() for item in items) or [json.dumps(payload, sort_keys=True)]
        parts = ["event", head.sender, str(head.created_s), head.event or head.kind, *said]
    return sha256("\n".join(parts).encode()).hexdigest()
