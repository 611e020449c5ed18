"""One call to WeChat and what it came to: token, time, repetition, counting."""

import asyncio
import random
import re
from collections.abc import Callable
from functools import lru_cache
from hashlib import sha256
from typing import Any, Final, TypeVar

import httpx
import structlog
from prometheus_client import Counter
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from redis.asyncio import Redis

from backend.core.clock import Clock
from backend.wechat import apis
from backend.wechat.apis import Api
from backend.wechat.errors import (
    AddressRefusedError,
    ConsentMissingError,
    WeChatAwayError,
    WeChatBusyError,
    WeChatError,
    WeChatQuotaError,
    WeChatRefusedError,
)
from backend.wechat.standing import Standings
from backend.wechat.tokens import AccessToken, AccessTokens

_CONNECTIONS: Final = 10
"""Larger httpx pools spend more time on bookkeeping than they win."""
_FIRST_PAUSE_S: Final = 0.1
_SHORTEST_TRY_S: Final = 0.05

_CALLS = Counter("hejie_wechat_calls", "Calls to WeChat by what they came to", ["api", "outcome"])

log = structlog.get_logger("hejie.wechat")


class _TokenRejectedError(WeChatAwayError):
    """40001, 40014, 42001: WeChat did nothing with the request."""


_BY_ERRCODE: Final[dict[int, type[WeChatError]]] = {
    -1: WeChatBusyError,
    45011: WeChatBusyError,
    45009: WeChatQuotaError,
    40001: _TokenRejectedError,
    40014: _TokenRejectedError,
    42001: _TokenRejectedError,
    43101: ConsentMissingError,
    40164: AddressRefusedError,
    61004: AddressRefusedError,
}
"""Every other errcode is a refusal."""

_ADDRESS: Final = re.compile(r"\bip[: ]+([0-9a-fA-F:.]{3,45})")


class Answer(BaseModel):
    """Input stays out of error texts: answers hold phone numbers and session keys."""

    model_config = ConfigDict(hide_input_in_errors=True)

    errcode: int = Field(0, ge=-(2**31), lt=2**31)


class _Refusal(Answer):
    errmsg: str = ""


class _Token(Answer):
    access_token: str = Field(min_length=1)
    expires_in: int = Field(gt=0, le=10**6)


_T = TypeVar("_T")


class _Time:
    """What is left of the caller's patience, in seconds."""

    def __init__(self, seconds: float) -> None:
        self._ends = asyncio.get_running_loop().time() + seconds

    def left(self) -> float:
        return self._ends - asyncio.get_running_loop().time()


class Transport:
    """`timeout_s` is for the whole of one call with its token and its repetitions."""

    def __init__(
        self,
        base_url: str,
        app_id: str,
        app_secret: str,
        redis: Redis,
        *,
        clock: Clock,
        timeout_s: float,
        transport: httpx.AsyncBaseTransport | None,
    ) -> None:
        self.app_id = app_id
        self._app_secret = app_secret
        self._clock = clock
        self._timeout_s = timeout_s
        self._base_url = f"{base_url.rstrip('/')}/"
        # Without a client around it: its cookies, redirects and hooks would only take a third of the processor's time.
        # WeChat knows us by our own address (40164), not by that of a proxy in the environment.
        self._http = transport or httpx.AsyncHTTPTransport(
            limits=httpx.Limits(max_connections=_CONNECTIONS, max_keepalive_connections=_CONNECTIONS), trust_env=False
        )
        # Another secret or another WeChat (the simulator) has other tokens and other counts.
        origin = sha256(f"{base_url}\n{app_secret}".encode()).hexdigest()[:12]
        self.standings = Standings(redis, f"wechat:standing:{app_id}:{origin}", clock)
        self._tokens = AccessTokens(redis, f"wechat:token:{app_id}:{origin}", self._stable_token, clock)

    async def aclose(self) -> None:
        await self._http.aclose()

    async def with_secret(self, api: Api, read: Callable[[httpx.Response], _T], params: dict[str, str]) -> _T:
        """A GET that names app and secret instead of a token."""
        query = {"appid": self.app_id, "secret": self._app_secret, **params}
        return await self._call("GET", api, read, _Time(self._timeout_s), url=httpx.URL(self._url(api), params=query))

    async def with_token(self, api: Api, read: Callable[[httpx.Response], _T], body: dict[str, Any]) -> _T:
        """A rejected token is replaced once, and the call made once more."""
        time = _Time(self._timeout_s)
        token = await self._token(None, time)
        try:
            return await self._call("POST", api, read, time, url=_with_token(self._url(api), token), json=body)
        except _TokenRejectedError:
            token = await self._token(token, time)
        return await self._call("POST", api, read, time, url=_with_token(self._url(api), token), json=body)

    async def _token(self, rejected: str | None, time: _Time) -> str:
        """Nobody queues longer than one call takes, however many wait behind a refresh that does not come."""
        try:
            async with asyncio.timeout(time.left()):
                return await self._tokens.good(rejected)
        except TimeoutError as error:
            raise WeChatAwayError(apis.STABLE_TOKEN.path) from error

    async def _stable_token(self, force: bool) -> AccessToken:
        api = apis.FORCED_TOKEN if force else apis.STABLE_TOKEN
        body = {
            "grant_type": "client_credential",
            "appid": self.app_id,
            "secret": self._app_secret,
            "force_refresh": force,
        }
        try:
            time = _Time(self._timeout_s)
            token = await self._call("POST", api, reading(api, _Token), time, url=self._url(api), json=body)
        except WeChatRefusedError as error:
            # Whatever needed the token was not tried, and will work once the operator has put this right.
            raise WeChatAwayError(api.path, error.errcode) from error
        await self.standings.accepted()
        return AccessToken.lasting(token.access_token, token.expires_in, self._clock.now())

    async def _call(
        self, method: str, api: Api, read: Callable[[httpx.Response], _T], time: _Time, **request: Any
    ) -> _T:
        """Asks again while WeChat is busy and the call is one that may be asked again, in growing, random pauses."""
        pause_s = _FIRST_PAUSE_S
        while True:
            try:
                return await self._once(method, api, read, time, **request)
            except WeChatBusyError:
                wait_s = random.uniform(pause_s / 2, pause_s)  # noqa: S311 - no secret, it spreads the crowd
                if not api.repeatable or time.left() < wait_s + _SHORTEST_TRY_S:
                    raise
            await asyncio.sleep(wait_s)
            pause_s *= 2

    async def _once(
        self, method: str, api: Api, read: Callable[[httpx.Response], _T], time: _Time, **request: Any
    ) -> _T:
        await self.standings.admit(api)
        try:
            answer = read(await self._exchange(method, api, time, request))
        except WeChatError as error:
            log.warning("wechat_call_failed", api=api.name, errcode=error.errcode, kind=type(error).__name__)
            _CALLS.labels(api.name, type(error).__name__).inc()
            await self.standings.met(api, error)
            raise
        _CALLS.labels(api.name, "ok").inc()
        return answer

    async def _exchange(self, method: str, api: Api, time: _Time, request: dict[str, Any]) -> httpx.Response:
        left_s = time.left()
        if left_s < _SHORTEST_TRY_S:
            raise WeChatAwayError(api.path)
        # Waiting for a connection must end before the whole call does: then it is known that nothing was sent.
        patience = httpx.Timeout(left_s, pool=left_s / 3, connect=left_s / 3).as_dict()
        asked = httpx.Request(method, extensions={"timeout": patience}, **request)
        try:
            async with asyncio.timeout(left_s):
                return await self._answer(asked)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise WeChatAwayError(api.path) from error
        except (httpx.HTTPError, TimeoutError) as error:
            raise api.lost(api.path) from error

    def _url(self, api: Api) -> str:
        return self._base_url + api.path

    async def _answer(self, asked: httpx.Request) -> httpx.Response:
        answer = await self._http.handle_async_request(asked)
        try:
            await answer.aread()
        finally:
            await answer.aclose()
        return answer


@lru_cache(maxsize=2 * len(apis.ALL))
def _with_token(url: str, token: str) -> httpx.URL:
    """Parsing it anew would take longer than all else that makes a request."""
    return httpx.URL(url, params={"access_token": token})


_A = TypeVar("_A", bound=Answer)


def reading(api: Api, shape: type[_A]) -> Callable[[httpx.Response], _A]:
    """WeChat says everything, refusals too, in JSON with status 200; anything else is somebody in between."""

    def read(response: httpx.Response) -> _A:
        refuse_errors(api, response)
        try:
            return shape.model_validate_json(response.content)
        except ValidationError as error:
            raise api.lost(api.path) from error

    return read


def refuse_errors(api: Api, response: httpx.Response) -> None:
    """Raises what a JSON answer says; `api.lost` for one that is none."""
    if response.status_code != 200:
        raise api.lost(api.path)
    try:
        said = _Refusal.model_validate_json(response.content)
    except ValidationError as error:
        raise api.lost(api.path) from error
    if said.errcode == 0:
        return
    kind = _BY_ERRCODE.get(said.errcode, WeChatRefusedError)
    if kind is AddressRefusedError:
        raise AddressRefusedError(api.path, said.errcode, _address_in(said.errmsg))
    raise kind(api.path, said.errcode)


def _address_in(errmsg: str) -> str:
    """WeChat's text names the address it saw: "invalid ip 1.2.3.4 ipv6 ::ffff:1.2.3.4, not in whitelist"."""
    found = _ADDRESS.search(errmsg)
    return found.group(1).strip(".:") if found else ""
