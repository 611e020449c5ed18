"""What WeChat pushes to a mini-program's server: plain, compatible and safe mode, XML and JSON."""

import base64
import json
import re
import secrets
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha1
from typing import Any, Final, Literal, Protocol

import httpx
import xmltodict
from wechatpy.crypto import PrpCrypto

from backend.core.clock import Clock, iso

Mode = Literal["plain", "compatible", "safe"]
Format = Literal["xml", "json"]

_TRIES: Final = 3
_WAIT_S: Final = 5.0
_LOGGED: Final = 1_000
_ACCOUNT: Final = "gh_simulator"


@dataclass(frozen=True, slots=True)
class CallbackKeys:
    """As in WeChat's console. `aes_key` has 43 characters."""

    app_id: str
    url: str
    token: str
    aes_key: str

    def check(self) -> None:
        """Raises ValueError, which says what is wrong."""
        if not re.fullmatch(r"[A-Za-z0-9]{43}", self.aes_key):
            raise ValueError("The AES key has 43 letters and digits, as in WeChat's console.")
        if not re.match(r"https?://.", self.url):
            raise ValueError("The callback's address begins with http:// or https://.")


@dataclass(frozen=True, slots=True)
class Event:
    """`items` in WeChat's own spelling; `extra` are further fields of the message."""

    name: str
    openid: str
    created_s: int
    items: Sequence[Mapping[str, object]] = ()
    extra: Mapping[str, object] | None = None
    kind: str = "event"
    """`MsgType`. What a person writes is no event and has no `name`."""

    def head(self) -> dict[str, object]:
        named = {"Event": self.name} if self.kind == "event" else {}
        return {
            "ToUserName": _ACCOUNT,
            "FromUserName": self.openid,
            "CreateTime": self.created_s,
            "MsgType": self.kind,
            **named,
            **(self.extra or {}),
        }

    def fields(self, form: Format) -> dict[str, object]:
        """XML nests the list in an element named after the event; in JSON one alone is no list."""
        if not self.items:
            return self.head()
        items = list(self.items)
        if form == "json":
            return self.head() | {"List": items[0] if len(items) == 1 else items}
        element = self.name.title().replace("_", "")
        return self.head() | {element: {"List": items}}


@dataclass(frozen=True, slots=True)
class Forgery:
    """What makes a push that must be refused: another time, another token, another mini-program's seal."""

    timestamp: int | None = None
    token: str = ""
    app_id: str = ""


class Habits(Protocol):
    """Form and mode where a push does not say them."""

    callback_format: Format
    callback_mode: Mode


class CallbackPusher:
    def __init__(
        self,
        keys: CallbackKeys,
        clock: Clock,
        habits: Callable[[], Habits],
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._keys = keys
        self._aes_key = base64.b64decode(f"{keys.aes_key}=")
        self._clock = clock
        self._habits = habits
        self._http = httpx.AsyncClient(timeout=_WAIT_S, transport=transport, trust_env=False)
        self.log: deque[dict[str, object]] = deque(maxlen=_LOGGED)

    async def aclose(self) -> None:
        await self._http.aclose()

    async def push(
        self, event: Event, *, form: Format | None = None, mode: Mode | None = None, forgery: Forgery | None = None
    ) -> int | None:
        """The status that the callback answered in the end; None if it never did.

        Without an answer in five seconds, or with a bad one, the same message is pushed three times in all.
        """
        usual = self._habits()
        form, mode = form or usual.callback_format, mode or usual.callback_mode
        content, query = self._letter(event, form, mode, forgery or Forgery())
        statuses: list[int | None] = []
        body = ""
        while len(statuses) < _TRIES and not (statuses and statuses[-1] is not None and statuses[-1] < 300):
            try:
                answer = await self._http.post(self._keys.url, params=query, content=content)
            except httpx.HTTPError:
                statuses.append(None)
            else:
                statuses.append(answer.status_code)
                body = answer.text[:200]
        self._note(event, statuses, body)
        return statuses[-1]

    async def verify(self) -> bool:
        """Does the address answer as its owner? WeChat's console asks before it takes one."""
        stamp, nonce, echo = str(int(self._clock.now().timestamp())), secrets.token_hex(5), secrets.token_hex(8)
        signature = _signed(self._keys.token, stamp, nonce)
        query = {"signature": signature, "timestamp": stamp, "nonce": nonce, "echostr": echo}
        try:
            answer = await self._http.get(self._keys.url, params=query)
        except httpx.HTTPError:
            return False
        return answer.is_success and answer.text == echo

    def _note(self, event: Event, statuses: Sequence[int | None], body: str) -> None:
        noted = {"at": iso(self._clock.now()), "event": event.name or event.kind, "openid": event.openid}
        self.log.append(noted | {"created_at": event.created_s, "statuses": list(statuses), "answer": body})

    def _letter(self, event: Event, form: Format, mode: Mode, forgery: Forgery) -> tuple[bytes, dict[str, str]]:
        fields, nonce, token = event.fields(form), secrets.token_hex(5), forgery.token or self._keys.token
        stamp = str(forgery.timestamp or int(self._clock.now().timestamp()))
        query = {"signature": _signed(token, stamp, nonce), "timestamp": stamp, "nonce": nonce, "openid": event.openid}
        if mode == "plain":
            return _written(fields, form), query
        app_id = forgery.app_id or self._keys.app_id
        sealed: str = PrpCrypto(self._aes_key).encrypt(_written(fields, form), app_id).decode()
        envelope = {"ToUserName": _ACCOUNT, "Encrypt": sealed}
        query |= {"encrypt_type": "aes", "msg_signature": _signed(token, stamp, nonce, sealed)}
        return _written(fields | envelope if mode == "compatible" else envelope, form), query


def _signed(*parts: str) -> str:
    return sha1("".join(sorted(parts)).encode(), usedforsecurity=False).hexdigest()


def _written(fields: Mapping[str, Any], form: Format) -> bytes:
    if form == "json":
        return json.dumps(fields, ensure_ascii=False).encode()
    text: str = xmltodict.unparse({"xml": fields}, full_document=False)
    return text.encode()
