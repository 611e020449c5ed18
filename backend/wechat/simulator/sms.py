"""Tencent Cloud SMS, `SendSms` of 2021-01-11: its signature, its refusals, and the phones' SMS inboxes.

Source: cloud.tencent.com, "Signature method v3" (TC3-HMAC-SHA256) and the API reference of SMS.
"""

import hmac
import re
import secrets
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Final

from pydantic import BaseModel, ConfigDict, ValidationError

from backend.core.clock import Clock, local
from backend.wechat.simulator.rules import Rules

VERSION: Final = "2021-01-11"
_ALGORITHM: Final = "TC3-HMAC-SHA256"
_SIGNED_LIFE_S: Final = 300
_MOST_NUMBERS: Final = 200
_REMEMBERED: Final = 20_000
_SENSITIVE: Final = ("[sensitive]", "赌博网站", "办假证")
_REQUIRED: Final = ("PhoneNumberSet", "SmsSdkAppId", "TemplateId")

_MESSAGES: Final[dict[str, str]] = {
    "Ok": "send success",
    "FailedOperation.ContainSensitiveWord": "contain sensitive word",
    "FailedOperation.PhoneNumberInBlacklist": "phone number in blacklist",
    "FailedOperation.SignatureIncorrectOrUnapproved": "signature incorrect or unapproved",
    "FailedOperation.TemplateIncorrectOrUnapproved": "template incorrect or unapproved",
    "FailedOperation.TemplateParamSetNotMatchApprovedTemplate": "template params do not match approved template",
    "InvalidParameterValue.IncorrectPhoneNumber": "incorrect phone number",
    "LimitExceeded.PhoneNumberDailyLimit": "the number of SMS messages sent to a single mobile number every day",
    "LimitExceeded.PhoneNumberOneHourLimit": "the number of SMS messages sent to a single mobile number in an hour",
    "LimitExceeded.PhoneNumberThirtySecondLimit": "the number of SMS messages sent to a number within 30 seconds",
}


class SmsError(Exception):
    """Refuses the whole request; told in JSON with HTTP status 200."""

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.message = message or code


@dataclass(frozen=True, slots=True)
class SmsKeys:
    secret_id: str = "AKIDsimulator"  # noqa: S105 - no secret, in spite of its name
    secret_key: str = "simulator-only"  # noqa: S105 - opens nothing but the simulator

    @classmethod
    def given(cls, secret_id: str, secret_key: str) -> "SmsKeys":
        return cls(secret_id or cls().secret_id, secret_key or cls().secret_key)


class SendSmsIn(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    PhoneNumberSet: list[str]
    SmsSdkAppId: str
    TemplateId: str
    SignName: str = ""
    TemplateParamSet: list[str] = []
    ExtendCode: str = ""
    SessionContext: str = ""
    SenderId: str = ""


@dataclass(frozen=True, slots=True)
class SmsMessage:
    serial: str
    phone: str
    sign: str
    template_id: str
    parameters: list[str]
    text: str
    sent_at: datetime


def check_signature(keys: SmsKeys, headers: Mapping[str, str], body: bytes, now: datetime) -> None:
    """`headers` by lower-case name. Raises SmsError."""
    stamp = headers.get("x-tc-timestamp", "")
    if not stamp:
        raise SmsError("MissingParameter", "The request is missing a required parameter `Timestamp`.")
    if not re.fullmatch(r"[0-9]{1,12}", stamp) or abs(now.timestamp() - int(stamp)) > _SIGNED_LIFE_S:
        raise SmsError("AuthFailure.SignatureExpire", "Signature expired. Timestamp is too far from the server's time.")
    found = re.fullmatch(
        rf"{_ALGORITHM} Credential=([^/]+)/([0-9-]{{10}})/([a-z]+)/tc3_request, ?"
        r"SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})",
        headers.get("authorization", ""),
    )
    if not found:
        raise SmsError("AuthFailure.InvalidAuthorization", "The Authorization header is not understood.")
    secret_id, day, service, signed, signature = found.groups()
    if secret_id != keys.secret_id:
        raise SmsError("AuthFailure.SecretIdNotFound", "The SecretId is not found.")
    names = signed.split(";")
    scope_is_right = service == "sms" and day == f"{datetime.fromtimestamp(int(stamp), UTC):%Y-%m-%d}"
    wanted = _signature(keys.secret_key, names, headers, body, stamp=stamp, day=day)
    if not (scope_is_right and {"content-type", "host"} <= set(names) and hmac.compare_digest(wanted, signature)):
        raise SmsError("AuthFailure.SignatureFailure", "The provided credentials could not be validated.")


def _signature(
    secret_key: str, names: Sequence[str], headers: Mapping[str, str], body: bytes, *, stamp: str, day: str
) -> str:
    canonical_headers = "".join(f"{name}:{headers.get(name, '').strip().lower()}\n" for name in names)
    # Names and values of headers are signed in lower case.
    canonical = "\n".join(["POST", "/", "", canonical_headers, ";".join(names), sha256(body).hexdigest()])
    scope = f"{day}/sms/tc3_request"
    to_sign = "\n".join([_ALGORITHM, stamp, scope, sha256(canonical.encode()).hexdigest()])
    key = f"TC3{secret_key}".encode()
    for part in (day, "sms", "tc3_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.new(key, to_sign.encode(), sha256).hexdigest()


def read_request(headers: Mapping[str, str], body: bytes) -> SendSmsIn:
    """Raises SmsError."""
    for name in ("action", "version", "region"):
        if not headers.get(f"x-tc-{name}"):
            raise SmsError("MissingParameter", f"The request is missing a required parameter `{name.title()}`.")
    if headers["x-tc-action"] != "SendSms":
        raise SmsError("InvalidAction", "The request action is invalid.")
    if headers["x-tc-version"] != VERSION:
        raise SmsError("NoSuchVersion", "The request version does not exist.")
    try:
        given = SendSmsIn.model_validate_json(body)
    except ValidationError as error:
        raise _unreadable(error) from None
    if not 1 <= len(given.PhoneNumberSet) <= _MOST_NUMBERS:
        raise SmsError("LimitExceeded.PhoneNumberCountLimit", f"1 to {_MOST_NUMBERS} phone numbers in one request.")
    return given


def _unreadable(error: ValidationError) -> SmsError:
    first = error.errors()[0]
    name = str(first["loc"][0]) if first["loc"] else ""
    if first["type"] == "missing":
        return SmsError("MissingParameter", f"The request is missing a required parameter `{name}`.")
    if first["type"] == "extra_forbidden":
        return SmsError("UnknownParameter", f"The parameter `{name}` is not recognized.")
    return SmsError("InvalidParameter", f"The parameter `{name}` is invalid." if name else "The request is no JSON.")


class SmsCenter:
    """Keeps the latest 20,000 messages; its limits by number are those of the defaults in Tencent's console."""

    def __init__(self, clock: Clock, rules: Rules) -> None:
        self.clock = clock
        self.rules = rules
        self.outbox: deque[SmsMessage] = deque(maxlen=_REMEMBERED)

    def send(self, request: SendSmsIn) -> list[dict[str, object]]:
        """`SendStatusSet`: one entry for each number, in their order."""
        return [self._send_to(number, request) for number in request.PhoneNumberSet]

    def to(self, phone: str) -> list[SmsMessage]:
        wanted = e164(phone)
        return [message for message in self.outbox if message.phone == wanted]

    def _send_to(self, given: str, request: SendSmsIn) -> dict[str, object]:
        phone = e164(given)
        code = self._refusal(phone, request) or "Ok"
        serial = f"{secrets.randbelow(10_000)}:{secrets.randbits(64)}" if code == "Ok" else ""
        if code == "Ok" and phone:
            self.outbox.append(self._message(serial, phone, request))
        return {
            "SerialNo": serial,
            "PhoneNumber": phone or given,
            "Fee": int(code == "Ok"),
            "SessionContext": request.SessionContext,
            "Code": code,
            "Message": _MESSAGES[code],
            "IsoCode": "CN" if (phone or "").startswith("+86") else "",
        }

    def _refusal(self, phone: str | None, request: SendSmsIn) -> str | None:
        rules = self.rules
        if phone is None:
            return "InvalidParameterValue.IncorrectPhoneNumber"
        if not request.SignName or (rules.sms_sign_names is not None and request.SignName not in rules.sms_sign_names):
            return "FailedOperation.SignatureIncorrectOrUnapproved"
        if wrong := self._wrong_template(request):
            return wrong
        if any(word in text for word in _SENSITIVE for text in request.TemplateParamSet):
            return "FailedOperation.ContainSensitiveWord"
        if phone in map(e164, rules.sms_blacklist):
            return "FailedOperation.PhoneNumberInBlacklist"
        return self._over_limit(phone)

    def _wrong_template(self, request: SendSmsIn) -> str | None:
        if not self.rules.sms_templates:
            return None
        text = self.rules.sms_templates.get(request.TemplateId)
        if text is None:
            return "FailedOperation.TemplateIncorrectOrUnapproved"
        if len(set(re.findall(r"\{[0-9]+\}", text))) != len(request.TemplateParamSet):
            return "FailedOperation.TemplateParamSetNotMatchApprovedTemplate"
        return None

    def _over_limit(self, phone: str) -> str | None:
        now, today = self.clock.now(), local(self.clock.now()).date()
        times = [message.sent_at for message in self.outbox if message.phone == phone]
        limits = (
            ("ThirtySecond", [at for at in times if now - at < timedelta(seconds=30)], self.rules.sms_per_30_s),
            ("OneHour", [at for at in times if now - at < timedelta(hours=1)], self.rules.sms_per_hour),
            ("Daily", [at for at in times if local(at).date() == today], self.rules.sms_per_day),
        )
        return next((f"LimitExceeded.PhoneNumber{name}Limit" for name, sent, most in limits if len(sent) >= most), None)

    def _message(self, serial: str, phone: str, request: SendSmsIn) -> SmsMessage:
        text = self.rules.sms_templates.get(request.TemplateId) or " ".join(request.TemplateParamSet)
        for number, value in enumerate(request.TemplateParamSet, start=1):
            text = text.replace(f"{{{number}}}", value)
        return SmsMessage(
            serial, phone, request.SignName, request.TemplateId, request.TemplateParamSet,
            f"【{request.SignName}】{text}", self.clock.now(),
        )  # fmt: skip


def e164(phone: str) -> str | None:
    """Chinese numbers may come without a country, with 86 or 0086. None: no phone number."""
    if mainland := re.fullmatch(r"(?:\+86|0086|86)?(1[0-9]{10})", phone):
        return f"+86{mainland[1]}"
    return phone if re.fullmatch(r"\+(?!86)[1-9][0-9]{5,14}", phone) else None
