"""Calls to WeChat's server API. Source of codes and limits: developers.weixin.qq.com, mini-program server API.

Nothing here repeats a call that may have had an effect; who may call again is told by the class of the error.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final, Literal, TypeVar

import httpx
import structlog
from pydantic import BaseModel, Field
from redis.asyncio import Redis

from backend.core.clock import Clock
from backend.wechat import apis
from backend.wechat.errors import (
    AccountBlockedError,
    LoginCodeInvalidError,
    PhoneCodeInvalidError,
    WeChatRefusedError,
)
from backend.wechat.transport import Answer, Transport, reading, refuse_errors

ProgramState = Literal["developer", "trial", "formal"]
_ENVIRONMENTS: Final[dict[ProgramState, str]] = {"developer": "develop", "trial": "trial", "formal": "release"}
"""The same three versions of a mini-program have other names where codes and links are made."""

MAX_TEXT: Final = 2500
"""Characters of one text check."""
_SECOND_CHECK: Final = 2
"""Version of both content checks; the first is frozen."""
_MEDIA_TYPES: Final = {"audio": 1, "image": 2}
LONGEST_LINK_DAYS: Final = 30
_WATERMARK_AGE: Final = timedelta(minutes=10)
"""WeChat's code lasts five minutes, and its clock is not ours."""
_PICTURES: Final = (b"\xff\xd8\xff", b"\x89PNG")

log = structlog.get_logger("hejie.wechat")


@dataclass(frozen=True, slots=True)
class WeChatIdentity:
    openid: str = field(repr=False)
    unionid: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class TextVerdict:
    """`suggest` as WeChat says it: pass, review, risky. `label` says what for; 100 is nothing."""

    suggest: str
    label: int
    trace_id: str


class _Session(Answer):
    """WeChat's `session_key` is left out on purpose: nothing here needs it, so it is kept nowhere."""

    openid: str = Field(pattern="^[!-~]{1,64}$")
    unionid: str | None = None


class _Watermark(BaseModel):
    appid: str
    timestamp: int = Field(ge=0, le=10**11)


class _PhoneInfo(BaseModel):
    phone_number: str = Field(alias="phoneNumber", min_length=1)
    watermark: _Watermark


class _Phone(Answer):
    phone_info: _PhoneInfo


class _Sent(Answer):
    errcode: int = Field(ge=-(2**31), lt=2**31)
    """Required: an empty object is no receipt."""
    msgid: str | None = Field(None, coerce_numbers_to_str=True, max_length=64)


class _Result(BaseModel):
    suggest: str
    label: int = Field(0, ge=0, lt=2**31)


class _TextChecked(Answer):
    result: _Result
    trace_id: str = ""


class _MediaTaken(Answer):
    trace_id: str = Field(min_length=1, max_length=64)


class _Link(Answer):
    url_link: str = Field(min_length=1)


_T = TypeVar("_T", bound=Answer)


class WeChat:
    """`timeout_s` is for the whole of one call; `transport` another way to WeChat than the network."""

    def __init__(
        self,
        base_url: str,
        app_id: str,
        app_secret: str,
        redis: Redis,
        *,
        clock: Clock,
        timeout_s: float = 3.0,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._app_id = app_id
        self._clock = clock
        self._transport = Transport(
            base_url, app_id, app_secret, redis, clock=clock, timeout_s=timeout_s, transport=transport
        )

    async def aclose(self) -> None:
        await self._transport.aclose()

    async def warnings(self) -> list[str]:
        """What the people who run this server must put right with WeChat, in words; mostly nothing."""
        return (await self._transport.standings.read()).warnings()

    async def code_to_session(self, code: str) -> WeChatIdentity:
        """Uses the login code up, also when the answer is lost.

        Raises LoginCodeInvalidError, AccountBlockedError, WeChatError.
        """
        api = apis.CODE_TO_SESSION
        params = {"js_code": code, "grant_type": "authorization_code"}
        try:
            session = await self._transport.with_secret(api, reading(api, _Session), params)
        except WeChatRefusedError as error:
            if error.errcode in (40029, 40163):
                raise LoginCodeInvalidError from None
            if error.errcode == 40226:
                raise AccountBlockedError from None
            raise
        return WeChatIdentity(session.openid, session.unionid)

    async def phone_number(self, code: str) -> str:
        """With the country's prefix only if foreign. Uses the code up. Raises PhoneCodeInvalidError, WeChatError."""
        try:
            phone = await self._with_token(apis.PHONE_NUMBER, _Phone, {"code": code})
        except WeChatRefusedError as error:
            if error.errcode in (40029, 40163):
                raise PhoneCodeInvalidError from None
            raise
        watermark = phone.phone_info.watermark
        age_s = abs(self._clock.now().timestamp() - watermark.timestamp)
        if watermark.appid != self._app_id or age_s > _WATERMARK_AGE.total_seconds():
            log.warning("wechat_foreign_watermark", api=apis.PHONE_NUMBER.path, age_s=round(age_s))
            raise PhoneCodeInvalidError
        return phone.phone_info.phone_number

    async def send_subscribe_message(
        self, openid: str, template_id: str, page: str, data: dict[str, str], state: ProgramState
    ) -> str | None:
        """WeChat's message id. Values must already fit the limits of their argument types.

        Raises ConsentMissingError, WeChatRefusedError, WeChatQuotaError, WeChatAwayError: it was not sent;
        WeChatUnknownError: it may have been.
        """
        body = {
            "touser": openid,
            "template_id": template_id,
            "page": page,
            "data": {name: {"value": value} for name, value in data.items()},
            "miniprogram_state": state,
            "lang": "zh_CN",
        }
        return (await self._with_token(apis.SEND, _Sent, body)).msgid

    async def check_text(self, openid: str, text: str, scene: int) -> TextVerdict:
        """At most MAX_TEXT characters. `scene`: 1 profile, 2 comment, 3 forum, 4 social log. Raises WeChatError;
        a refusal with 61010: the person has not been here for two hours."""
        body = {"openid": openid, "scene": scene, "version": _SECOND_CHECK, "content": text}
        checked = await self._with_token(apis.CHECK_TEXT, _TextChecked, body)
        return TextVerdict(checked.result.suggest, checked.result.label, checked.trace_id)

    async def check_media(self, openid: str, url: str, kind: Literal["audio", "image"], scene: int) -> str:
        """The trace id, by which the event `wxa_media_check` will bring the result within 30 minutes. WeChat fetches
        `url` itself, at most 10 MB. Raises WeChatError."""
        body = {
            "openid": openid,
            "media_url": url,
            "media_type": _MEDIA_TYPES[kind],
            "scene": scene,
            "version": _SECOND_CHECK,
        }
        return (await self._with_token(apis.CHECK_MEDIA, _MediaTaken, body)).trace_id

    async def program_code(self, scene: str, page: str, state: ProgramState) -> bytes:
        """A picture, JPEG or PNG, that opens `page` (no leading slash, no query) with `scene`: at most 32 of WeChat's
        characters. Only for the published version does the page have to exist. Raises WeChatError."""
        body = {
            "scene": scene,
            "page": page,
            "check_path": state == "formal",
            "env_version": _ENVIRONMENTS[state],
            "width": 430,
        }
        return await self._transport.with_token(apis.CODE, _picture, body)

    async def url_link(self, path: str, query: str, days: int, state: ProgramState) -> str:
        """An https address that opens the mini-program, from a text message too, for `days`. Raises WeChatError."""
        assert 1 <= days <= LONGEST_LINK_DAYS, "WeChat makes no link that lasts longer"
        body = {
            "path": path,
            "query": query,
            "expire_type": 1,
            "expire_interval": days,
            "env_version": _ENVIRONMENTS[state],
        }
        return (await self._with_token(apis.URL_LINK, _Link, body)).url_link

    async def _with_token(self, api: apis.Api, shape: type[_T], body: dict[str, Any]) -> _T:
        return await self._transport.with_token(api, reading(api, shape), body)


def _picture(response: httpx.Response) -> bytes:
    """The bytes themselves, or JSON with an error."""
    if response.status_code == 200 and response.content.startswith(_PICTURES):
        return response.content
    refuse_errors(apis.CODE, response)
    raise apis.CODE.lost(apis.CODE.path)
