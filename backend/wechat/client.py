"""Calls to WeChat's server API. Source of codes and limits: developers.weixin.qq.com, mini-program server API.

Nothing here repeats a call that may have had an effect; who may call again is told by the class of the error.
"""

import asyncio
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final, Literal, TypeVar

import httpx
import structlog
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from redis.asyncio import Redis

from backend.core.clock import Clock
from backend.wechat.errors import (
    AccountBlockedError,
    ConsentMissingError,
    LoginCodeInvalidError,
    PhoneCodeInvalidError,
    WeChatAwayError,
    WeChatError,
    WeChatQuotaError,
    WeChatRefusedError,
    WeChatUnknownError,
)
from backend.wechat.tokens import AccessToken, AccessTokens

_CODE_TO_SESSION: Final = "sns/jscode2session"
_STABLE_TOKEN: Final = "cgi-bin/stable_token"  # noqa: S105 - a path
_PHONE_NUMBER: Final = "wxa/business/getuserphonenumber"
_SEND: Final = "cgi-bin/message/subscribe/send"

_CONNECTIONS: Final = 10
"""Larger httpx pools spend more time on bookkeeping than they win."""

ProgramState = Literal["developer", "trial", "formal"]

log = structlog.get_logger("hejie.wechat")


@dataclass(frozen=True, slots=True)
class WeChatIdentity:
    openid: str
    unionid: str | None


class _TokenRejectedError(WeChatAwayError):
    """40001, 40014, 42001: WeChat did nothing with the request."""


class _Answer(BaseModel):
    """Input stays out of error texts: answers hold phone numbers and session keys."""

    model_config = ConfigDict(hide_input_in_errors=True)

    errcode: int = 0


class _Session(_Answer):
    """WeChat's `session_key` is left out on purpose: nothing here needs it."""

    openid: str = Field(min_length=1)
    unionid: str | None = None


class _Token(_Answer):
    access_token: str = Field(min_length=1)
    expires_in: int = Field(gt=0)


class _Watermark(BaseModel):
    appid: str


class _PhoneInfo(BaseModel):
    phone_number: str = Field(alias="phoneNumber", min_length=1)
    watermark: _Watermark


class _Phone(_Answer):
    phone_info: _PhoneInfo


class _Sent(_Answer):
    errcode: int
    """Required: an empty object is no receipt."""
    msgid: int | str | None = None


_T = TypeVar("_T", bound=_Answer)

_BY_ERRCODE: Final[dict[int, type[WeChatError]]] = {
    -1: WeChatAwayError,
    45011: WeChatAwayError,
    45009: WeChatQuotaError,
    40001: _TokenRejectedError,
    40014: _TokenRejectedError,
    42001: _TokenRejectedError,
    43101: ConsentMissingError,
}
"""Every other errcode is a refusal."""


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
        self._app_secret = app_secret
        self._clock = clock
        self._timeout_s = timeout_s
        self._http = httpx.AsyncClient(
            base_url=base_url,
            limits=httpx.Limits(max_connections=_CONNECTIONS, max_keepalive_connections=_CONNECTIONS),
            # Waiting for a connection must end before the whole call does: then it is known that nothing was sent.
            timeout=httpx.Timeout(timeout_s, pool=timeout_s / 3, connect=timeout_s / 3),
            transport=transport,
            # WeChat knows us by our own address (40164), not by that of a proxy in the environment.
            trust_env=False,
        )
        # Another secret or another WeChat (the simulator) has other tokens.
        origin = sha256(f"{base_url}\n{app_secret}".encode()).hexdigest()[:12]
        self._tokens = AccessTokens(redis, f"wechat:token:{app_id}:{origin}", self._stable_token, clock)

    async def aclose(self) -> None:
        await self._http.aclose()

    async def code_to_session(self, code: str) -> WeChatIdentity:
        """Uses the login code up, also when the answer is lost.

        Raises LoginCodeInvalidError, AccountBlockedError, WeChatError.
        """
        params = {
            "appid": self._app_id,
            "secret": self._app_secret,
            "js_code": code,
            "grant_type": "authorization_code",
        }
        try:
            session = await self._call("GET", _CODE_TO_SESSION, _Session, params=params)
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
            phone = await self._call_with_token(_PHONE_NUMBER, _Phone, {"code": code})
        except WeChatRefusedError as error:
            if error.errcode in (40029, 40163):
                raise PhoneCodeInvalidError from None
            raise
        if phone.phone_info.watermark.appid != self._app_id:
            log.warning("wechat_foreign_watermark", api=_PHONE_NUMBER)
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
        sent = await self._call_with_token(_SEND, _Sent, body, lost=WeChatUnknownError)
        return None if sent.msgid is None else str(sent.msgid)

    async def _stable_token(self, force: bool) -> AccessToken:
        body = {
            "grant_type": "client_credential",
            "appid": self._app_id,
            "secret": self._app_secret,
            "force_refresh": force,
        }
        try:
            token = await self._call("POST", _STABLE_TOKEN, _Token, json=body)
        except WeChatRefusedError as error:
            # Whatever needed the token was not tried, and will work once the operator has put this right.
            raise WeChatAwayError(_STABLE_TOKEN, error.errcode) from error
        return AccessToken.lasting(token.access_token, token.expires_in, self._clock.now())

    async def _call_with_token(
        self, api: str, answer: type[_T], body: dict[str, Any], lost: type[WeChatError] = WeChatAwayError
    ) -> _T:
        token = await self._token(rejected=None)
        try:
            return await self._call("POST", api, answer, params={"access_token": token}, json=body, lost=lost)
        except _TokenRejectedError:
            token = await self._token(rejected=token)
        return await self._call("POST", api, answer, params={"access_token": token}, json=body, lost=lost)

    async def _token(self, rejected: str | None) -> str:
        """Nobody queues longer than one call takes, however many wait behind a refresh that does not come."""
        try:
            async with asyncio.timeout(self._timeout_s):
                return await self._tokens.good(rejected)
        except TimeoutError as error:
            raise WeChatAwayError(_STABLE_TOKEN) from error

    async def _call(
        self,
        method: Literal["GET", "POST"],
        api: str,
        answer: type[_T],
        *,
        params: dict[str, str] | None = None,
        json: dict[str, Any] | None = None,
        lost: type[WeChatError] = WeChatAwayError,
    ) -> _T:
        """`lost` is raised when the request went out and no readable answer came back."""
        try:
            response = await self._exchange(method, api, params, json, lost)
            return _read(api, response, answer, lost)
        except WeChatError as error:
            log.warning("wechat_call_failed", api=api, errcode=error.errcode, kind=type(error).__name__)
            raise

    async def _exchange(
        self,
        method: str,
        api: str,
        params: dict[str, str] | None,
        json: dict[str, Any] | None,
        lost: type[WeChatError],
    ) -> httpx.Response:
        try:
            async with asyncio.timeout(self._timeout_s):
                return await self._http.request(method, api, params=params, json=json)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise WeChatAwayError(api) from error
        except (httpx.HTTPError, TimeoutError) as error:
            raise lost(api) from error


def _read(api: str, response: httpx.Response, answer: type[_T], lost: type[WeChatError]) -> _T:
    """WeChat says everything, refusals too, in JSON with status 200; anything else is somebody in between."""
    if response.status_code != 200:
        raise lost(api)
    try:
        errcode = _Answer.model_validate_json(response.content).errcode
        if errcode == 0:
            return answer.model_validate_json(response.content)
    except ValidationError as error:
        raise lost(api) from error
    raise _BY_ERRCODE.get(errcode, WeChatRefusedError)(api, errcode)
