"""What WeChat would remember. In memory: a restart forgets grants, messages and used codes, but no visitor."""

import secrets
from base64 import urlsafe_b64encode
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from backend.core.clock import Clock, today

_ERRMSG: Final[dict[int, str]] = {
    -1: "system error",
    40001: "invalid credential, access_token is invalid or not latest",
    40002: "invalid grant_type",
    40003: "invalid openid",
    40013: "invalid appid",
    40029: "invalid code",
    40037: "invalid template_id",
    40097: "invalid args",
    40125: "invalid appsecret",
    40163: "code been used",
    41001: "access_token missing",
    41008: "missing code",
    41030: "invalid page",
    42001: "access_token expired",
    43101: "user refuse to accept the msg",
    45009: "reach max api daily quota limit",
    45011: "api minute-quota reach limit, must slower, retry next minute",
    47001: "data format error",
    47003: "argument invalid!",
}

TOKEN_LIFE: Final = timedelta(seconds=7200)
_RENEWED_BEFORE_END: Final = timedelta(minutes=5)
_OLD_TOKEN_OVERLAP: Final = timedelta(minutes=5)
_FORCED_APART: Final = timedelta(seconds=30)
_FORCED_A_DAY: Final = 20
_FREE_TEMPLATE: Final = "tmpl-"


class RefusalError(Exception):
    """Told in JSON with HTTP status 200, as WeChat does."""

    def __init__(self, errcode: int, detail: str = "") -> None:
        super().__init__(errcode)
        self.errcode = errcode
        self.errmsg = " ".join(filter(None, (_ERRMSG.get(errcode, "error"), detail)))


@dataclass(slots=True)
class Fault:
    """What the next `times` calls of a path meet instead of, or on top of, the right answer."""

    path: str
    times: int = 1
    errcode: int | None = None
    status: int | None = None
    body: str | None = None
    delay_ms: int = 0
    after_effect: bool = False
    """The call has its effect, and the fault only spoils its answer."""

    def meets(self, path: str) -> bool:
        return self.times > 0 and f"/{path.strip('/')}".endswith(f"/{self.path.strip('/')}")


@dataclass(frozen=True, slots=True)
class Message:
    msgid: int
    touser: str
    template_id: str
    page: str
    data: dict[str, Any]
    miniprogram_state: str
    lang: str
    sent_at: datetime


@dataclass(slots=True)
class Tokens:
    """`stable_token`: the same token for everybody until its last five minutes, or until forced."""

    clock: Clock
    current: str = ""
    ends: dict[str, datetime] = field(default_factory=dict)
    forced: list[datetime] = field(default_factory=list)

    def stable(self, *, force: bool) -> tuple[str, int]:
        """The token and the seconds it has left."""
        now = self.clock.now()
        if force:
            self._count_forced(now)
        ends = self.ends.get(self.current)
        if force or ends is None or now >= ends - _RENEWED_BEFORE_END:
            if ends is not None:
                self.ends[self.current] = min(ends, now + _OLD_TOKEN_OVERLAP)
            self.current = f"sim_{secrets.token_urlsafe(96)}"
            self.ends[self.current] = now + TOKEN_LIFE
        return self.current, int((self.ends[self.current] - now).total_seconds())

    def _count_forced(self, now: datetime) -> None:
        self.forced = [moment for moment in self.forced if moment > now - timedelta(days=1)]
        if self.forced and now - self.forced[-1] < _FORCED_APART:
            raise RefusalError(45011)
        if len(self.forced) >= _FORCED_A_DAY:
            raise RefusalError(45009)
        self.forced.append(now)

    def check(self, token: str) -> None:
        if not token:
            raise RefusalError(41001)
        if token not in self.ends:
            raise RefusalError(40001)
        if self.clock.now() >= self.ends[token]:
            raise RefusalError(42001)

    def lose_all(self) -> None:
        self.current = ""
        self.ends.clear()


class World:
    def __init__(self, app_id: str, app_secret: str, clock: Clock) -> None:
        self.app_id = app_id
        self.app_secret = app_secret
        self.clock = clock
        self.tokens = Tokens(clock)
        self.reset()

    def reset(self) -> None:
        """Everything but the tokens: their loss is a case of its own."""
        self.used_codes: set[str] = set()
        self.grants: Counter[tuple[str, str]] = Counter()
        self.outbox: list[Message] = []
        self.templates: dict[str, frozenset[str]] = {}
        self.faults: list[Fault] = []
        self.calls: Counter[str] = Counter()
        self._last_event_s: dict[str, int] = {}

    def openid_of(self, name: str) -> str:
        """The same for ever. Carries its own check digits, so that a restart knows it as a real one."""
        head = _letters(f"{self.app_id}\n{name}")[:18]
        return f"o{head}{self._check_digits(head)}"

    def knows(self, openid: str) -> bool:
        return len(openid) == 28 and openid[0] == "o" and openid[19:] == self._check_digits(openid[1:19])

    def _check_digits(self, head: str) -> str:
        return _letters(f"{self.app_id}\ncheck\n{head}")[:9]

    def check_app(self, app_id: object, app_secret: object) -> None:
        if app_id != self.app_id:
            raise RefusalError(40013)
        if app_secret != self.app_secret:
            raise RefusalError(40125)

    def log_in(self, code: str) -> str:
        """The openid. `sim-<name>-<nonce>` is `<name>`; any other code is somebody who was never here."""
        if code.startswith("bad"):
            raise RefusalError(40029)
        self.use_up(code)
        name = code.removeprefix("sim-").rpartition("-")[0] if code.startswith("sim-") else ""
        return self.openid_of(name or f"\n{code}")

    def use_up(self, code: str) -> None:
        if code in self.used_codes:
            raise RefusalError(40163)
        self.used_codes.add(code)

    def arguments_of(self, template_id: str) -> frozenset[str] | None:
        """None: any argument of a known type."""
        if template_id in self.templates:
            return self.templates[template_id]
        if template_id.startswith(_FREE_TEMPLATE):
            return None
        raise RefusalError(40037)

    def answer_tap(self, openid: str, template_id: str, result: str) -> None:
        """An acceptance is good for one message. Switching off in the settings takes all of them back."""
        if result.startswith("accept"):
            self.grants[openid, template_id] += 1

    def switch_off(self, openid: str, template_id: str) -> None:
        self.grants[openid, template_id] = 0

    def deliver(self, message: Message) -> None:
        """Each message uses one acceptance up."""
        key = message.touser, message.template_id
        if self.grants[key] <= 0:
            raise RefusalError(43101)
        self.grants[key] -= 1
        self.outbox.append(message)

    def event_time_s(self, openid: str) -> int:
        """Unix seconds, no two alike for one person: WeChat's events have no other name than who, when and what."""
        moment = max(int(self.clock.now().timestamp()), self._last_event_s.get(openid, 0) + 1)
        self._last_event_s[openid] = moment
        return moment

    def next_msgid(self) -> int:
        return int(f"{today(self.clock):%Y%m%d}{len(self.outbox) + 1:08d}")

    def next_fault(self, path: str) -> Fault | None:
        fault = next((fault for fault in self.faults if fault.meets(path)), None)
        if fault is not None:
            fault.times -= 1
        return fault


def _letters(text: str) -> str:
    return urlsafe_b64encode(sha256(text.encode()).digest()).decode()
