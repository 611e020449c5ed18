"""What WeChat pushes to a mini-program's server: plain, compatible and safe mode, XML and JSON."""

import base64
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha1
from typing import Any, Final, Literal

import httpx
import xmltodict
from wechatpy.crypto import PrpCrypto

from backend.core.clock import Clock

Mode = Literal["plain", "compatible", "safe"]
Format = Literal["xml", "json"]

_TRIES: Final = 3
_WAIT_S: Final = 5.0
_ACCOUNT: Final = "gh_simulator"


@dataclass(frozen=True, slots=True)
class Event:
    """`items` in WeChat's own spelling; `extra` are further fields of the message."""

    name: str
    openid: str
    created_s: int
    items: Sequence[Mapping[str, object]] = ()
    extra: Mapping[str, object] | None = None

    def head(self) -> dict[str, object]:
        return {
            "ToUserName": _ACCOUNT,
            "FromUserName": self.openid,
            "CreateTime": self.created_s,
            "MsgType": "event",
            "Event": self.name,
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


class CallbackPusher:
    def __init__(
        self,
        *,
        app_id: str,
        url: str,
        token: str,
        aes_key: str,
        clock: Clock,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._app_id = app_id
        self._url = url
        self._token = token
        self._key = base64.b64decode(f"{aes_key}=")
        self._clock = clock
        self._http = httpx.AsyncClient(timeout=_WAIT_S, transport=transport, trust_env=False)

    async def aclose(self) -> None:
        await self._http.aclose()

    async def push(
        self, event: Event, *, form: Format = "xml", mode: Mode = "safe", timestamp: int | None = None, token: str = ""
    ) -> int | None:
        """The status that the callback answered in the end; None if it never did.

        Another `timestamp` than the present or another `token` makes a message that must be refused.
        """
        stamp = str(timestamp or int(self._clock.now().timestamp()))
        content, query = self._letter(event, form, mode, stamp, token or self._token)
        for attempt in range(1, _TRIES + 1):
            try:
                answer = await self._http.post(self._url, params=query, content=content)
            except httpx.TransportError:
                continue
            if answer.is_success or attempt == _TRIES:
                return answer.status_code
        return None

    def _letter(self, event: Event, form: Format, mode: Mode, stamp: str, token: str) -> tuple[bytes, dict[str, str]]:
        fields, nonce = event.fields(form), secrets.token_hex(5)
        query = {"signature": _signed(token, stamp, nonce), "timestamp": stamp, "nonce": nonce, "openid": event.openid}
        if mode == "plain":
            return _written(fields, form), query
        sealed: str = PrpCrypto(self._key).encrypt(_written(fields, form), self._app_id).decode()
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
