"""Text messages by Tencent Cloud SMS, interface SendSms of 2021-01-11. Codes: cloud.tencent.com/document/api/382.

Nothing here repeats a call: whether it may be made again is told by the class of the error.
"""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import httpx
import structlog
from prometheus_client import Counter
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from backend.core.clock import Clock
from backend.sms import signing
from backend.sms.errors import (
    SmsAwayError,
    SmsError,
    SmsLimitError,
    SmsOffError,
    SmsRefusedError,
    SmsUnknownError,
)

TENCENT_CLOUD: Final = "https://sms.tencentcloudapi.com"

_ACTION, _VERSION, _SERVICE = "SendSms", "2021-01-11", "sms"
_CONNECTIONS: Final = 10
_MAINLAND: Final = "+86"

_BY_FAMILY: Final[dict[str, type[SmsError]]] = {
    "LimitExceeded": SmsLimitError,
    "RequestLimitExceeded": SmsLimitError,
    # After one of these nobody can say whether the message went on its way.
    "InternalError": SmsUnknownError,
    "FailedOperation": SmsRefusedError,
    "AuthFailure": SmsRefusedError,
    "UnauthorizedOperation": SmsRefusedError,
    "UnsupportedOperation": SmsRefusedError,
    "UnsupportedRegion": SmsRefusedError,
    "InvalidParameter": SmsRefusedError,
    "InvalidParameterValue": SmsRefusedError,
    "InvalidAction": SmsRefusedError,
    "MissingParameter": SmsRefusedError,
    "IpInBlacklist": SmsRefusedError,
    "IpNotInWhitelist": SmsRefusedError,
    "NoSuchProduct": SmsRefusedError,
    "NoSuchVersion": SmsRefusedError,
    "ResourceNotFound": SmsRefusedError,
    "ResourceUnavailable": SmsAwayError,
}
"""By what stands before the dot. A family that is not listed is unknown."""
_NEVER_PROCESSED: Final[dict[str, type[SmsError]]] = {
    "InternalError.SigVerificationFail": SmsRefusedError,
    "InternalError.SigFieldMissing": SmsRefusedError,
    "InternalError.RestApiInterfaceNotExist": SmsRefusedError,
    "InternalError.RequestTimeException": SmsRefusedError,
}

_OUTCOMES = Counter("hejie_sms", "Text messages by outcome", ["outcome"])

log = structlog.get_logger("hejie.sms")


@dataclass(frozen=True, slots=True)
class SmsAccount:
    """As in the console. `sign_name` stands before each message in 【】."""

    secret_id: str
    secret_key: str = field(repr=False)
    sdk_app_id: str
    sign_name: str
    region: str = "ap-guangzhou"


@dataclass(frozen=True, slots=True)
class SmsReceipt:
    """Taken in by the carrier's side; whether the phone was on is another matter."""

    serial: str


class _Problem(BaseModel):
    model_config = ConfigDict(hide_input_in_errors=True)

    code: str = Field(alias="Code")


class _Status(_Problem):
    serial: str = Field("", alias="SerialNo")


class _Response(BaseModel):
    model_config = ConfigDict(hide_input_in_errors=True)

    error: _Problem | None = Field(None, alias="Error")
    statuses: list[_Status] = Field([], alias="SendStatusSet")


class _Answer(BaseModel):
    model_config = ConfigDict(hide_input_in_errors=True)

    response: _Response = Field(alias="Response")


class Sms:
    """`account` None: off. `timeout_s` is for the whole of one call."""

    def __init__(
        self, account: SmsAccount | None, *, clock: Clock, base_url: str = TENCENT_CLOUD, timeout_s: float = 5.0
    ) -> None:
        self._account = account
        self._clock = clock
        self._timeout_s = timeout_s
        self._url = httpx.URL(base_url)
        self._http = httpx.AsyncClient(
            limits=httpx.Limits(max_connections=_CONNECTIONS, max_keepalive_connections=_CONNECTIONS),
            # Waiting for a connection must end before the whole call does: then it is known that nothing was sent.
            timeout=httpx.Timeout(timeout_s, pool=timeout_s / 3, connect=timeout_s / 3),
            trust_env=False,
        )

    @property
    def is_on(self) -> bool:
        return self._account is not None

    async def aclose(self) -> None:
        await self._http.aclose()

    async def send(self, phone: str, template: str, params: Sequence[str]) -> SmsReceipt:
        """`phone`: eleven digits of the mainland. `template`: its id in the console; each of `params` at most 12
        characters (6 digits in templates for codes) and no address of a page, or it is refused.

        Raises SmsOffError, SmsAwayError, SmsLimitError, SmsRefusedError: it was not sent; SmsUnknownError: it may
        have been.
        """
        try:
            receipt = await self._send(phone, template, params)
        except SmsError as error:
            _OUTCOMES.labels(type(error).__name__).inc()
            if not isinstance(error, SmsOffError):
                log.warning("sms_not_sent", template=template, reason=error.reason, kind=type(error).__name__)
            raise
        _OUTCOMES.labels("sent").inc()
        return receipt

    async def _send(self, phone: str, template: str, params: Sequence[str]) -> SmsReceipt:
        if self._account is None:
            raise SmsOffError
        body = {
            "PhoneNumberSet": [_MAINLAND + phone],
            "SmsSdkAppId": self._account.sdk_app_id,
            "SignName": self._account.sign_name,
            "TemplateId": template,
            "TemplateParamSet": list(params),
        }
        return _read(await self._exchange(self._account, json.dumps(body, ensure_ascii=False).encode()))

    async def _exchange(self, account: SmsAccount, payload: bytes) -> httpx.Response:
        try:
            async with asyncio.timeout(self._timeout_s):
                return await self._http.post(self._url, content=payload, headers=self._headers(account, payload))
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise SmsAwayError from error
        except (httpx.HTTPError, TimeoutError) as error:
            raise SmsUnknownError from error

    def _headers(self, account: SmsAccount, payload: bytes) -> dict[str, str]:
        now, host = self._clock.now(), self._url.netloc.decode()
        signed = signing.authorization(
            account.secret_id,
            account.secret_key,
            service=_SERVICE,
            host=host,
            path=self._url.path,
            action=_ACTION,
            payload=payload,
            at=now,
        )
        return {
            "Authorization": signed,
            "Content-Type": signing.CONTENT_TYPE,
            "Host": host,
            "X-TC-Action": _ACTION,
            "X-TC-Version": _VERSION,
            "X-TC-Timestamp": str(int(now.timestamp())),
            "X-TC-Region": account.region,
        }


def _read(response: httpx.Response) -> SmsReceipt:
    """Tencent says everything, refusals too, in JSON with status 200; each number has a status of its own."""
    if response.status_code != 200:
        raise SmsUnknownError(f"HTTP {response.status_code}")
    try:
        answer = _Answer.model_validate_json(response.content).response
    except ValidationError as error:
        raise SmsUnknownError("unreadable") from error
    if answer.error is not None:
        raise _error(answer.error.code)
    if len(answer.statuses) != 1:
        raise SmsUnknownError("unreadable")
    status = answer.statuses[0]
    if status.code != "Ok":
        raise _error(status.code)
    return SmsReceipt(status.serial)


def _error(code: str) -> SmsError:
    found: Any = _NEVER_PROCESSED.get(code) or _BY_FAMILY.get(code.partition(".")[0], SmsUnknownError)
    error: SmsError = found(code)
    return error
