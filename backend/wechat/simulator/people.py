"""Who has WeChat: openids, the codes that the phone hands out, session keys, last visits."""

import hmac
import re
import secrets
from base64 import b64encode, urlsafe_b64encode
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final, Literal

from backend.core.clock import Clock
from backend.wechat.simulator.refusals import RefusalError

CODE_LIFE: Final = timedelta(minutes=5)
_REMEMBERED_PEOPLE: Final = 20_000
_REMEMBERED_CODES: Final = 200_000
_DATED = re.compile(r"-t([0-9]{10})\.[0-9a-f]{8}$")

CodeKind = Literal["sim", "phone"]


@dataclass(slots=True)
class Person:
    openid: str
    name: str
    session_key: str = ""
    last_visit: datetime | None = None
    is_blocked: bool = False
    risk_rank: int = 0


@dataclass(frozen=True, slots=True)
class PhoneNumber:
    number: str
    country: str

    @property
    def full(self) -> str:
        """WeChat puts the country before foreign numbers only."""
        return self.number if self.country == "86" else f"+{self.country}{self.number}"


class People:
    """Remembers the latest 20,000 people and 200,000 used codes. Everybody's openid is good for ever."""

    def __init__(self, app_id: str, clock: Clock) -> None:
        self._app_id = app_id
        self._clock = clock
        self._met: OrderedDict[str, Person] = OrderedDict()
        self._used_codes: OrderedDict[str, None] = OrderedDict()

    def openid_of(self, name: str) -> str:
        """The same for ever. Carries its own check digits, so that a restart knows it as a real one."""
        head = _letters(f"{self._app_id}\n{name}")[:18]
        return self.met(f"o{head}{self._check_digits(head)}", name).openid

    def knows(self, openid: str) -> bool:
        return len(openid) == 28 and openid[0] == "o" and openid[19:] == self._check_digits(openid[1:19])

    def met(self, openid: str, name: str = "") -> Person:
        person = self._met.pop(openid, None) or Person(openid, name.lstrip("\n"))
        person.name = person.name or name
        self._met[openid] = person
        while len(self._met) > _REMEMBERED_PEOPLE:
            self._met.popitem(last=False)
        return person

    def visits(self, openid: str) -> Person:
        """Opens the mini-program, or uses it."""
        person = self.met(openid)
        person.last_visit = self._clock.now()
        return person

    def has_visited(self, openid: str, within: timedelta) -> bool:
        person = self._met.get(openid)
        return person is not None and person.last_visit is not None and self._clock.now() - person.last_visit <= within

    def latest(self, limit: int) -> list[Person]:
        return [person for person, _ in zip(reversed(self._met.values()), range(limit), strict=False)]

    def new_code(self, kind: CodeKind, what: str) -> str:
        """For `what` (a name, a phone number), good for five minutes. Codes without a date never grow old."""
        return f"{kind}-{what}-t{int(self._clock.now().timestamp())}.{secrets.token_hex(4)}"

    def log_in(self, code: str) -> Person:
        """`sim-<name>-<nonce>` is `<name>`; any other code is somebody who was never here."""
        if code.startswith(("bad", "phone-")):
            raise RefusalError(40029)
        self._use_up(code)
        name = code.removeprefix("sim-").rpartition("-")[0] if code.startswith("sim-") else ""
        person = self.visits(self.openid_of(name or f"\n{code}"))
        if person.is_blocked:
            raise RefusalError(40226)
        person.session_key = _new_session_key()
        return person

    def phone_number(self, code: str) -> PhoneNumber:
        """`phone-<number>-<nonce>`; `phone-+852-<number>-<nonce>` is a foreign one."""
        found = re.fullmatch(r"phone-(?:\+([0-9]{1,4})-)?([0-9]{5,15})-.+", code)
        if not found or code in self._used_codes:
            raise RefusalError(40029)
        self._use_up(code)
        return PhoneNumber(found[2], found[1] or "86")

    def check_session(self, openid: str, signature: str, method: str) -> Person:
        """Raises 87009 unless the signature of "" was made with the one valid session key."""
        if not self.knows(openid):
            raise RefusalError(40003)
        person = self.met(openid)
        wanted = hmac.new(person.session_key.encode(), b"", sha256).hexdigest()
        if method != "hmac_sha256" or not person.session_key or not hmac.compare_digest(wanted, signature):
            raise RefusalError(87009)
        return person

    def reset_session(self, person: Person) -> str:
        person.session_key = _new_session_key()
        return person.session_key

    def _use_up(self, code: str) -> None:
        if code in self._used_codes:
            raise RefusalError(40163)
        if dated := _DATED.search(code):
            age_s = self._clock.now().timestamp() - int(dated[1])
            if not -60 <= age_s <= CODE_LIFE.total_seconds():
                raise RefusalError(40029)
        self._used_codes[code] = None
        while len(self._used_codes) > _REMEMBERED_CODES:
            self._used_codes.popitem(last=False)

    def _check_digits(self, head: str) -> str:
        return _letters(f"{self._app_id}\ncheck\n{head}")[:9]


def union_id(openid: str) -> str:
    return f"u{_letters(openid)[:27]}"


def _new_session_key() -> str:
    return b64encode(secrets.token_bytes(16)).decode()


def _letters(text: str) -> str:
    return urlsafe_b64encode(sha256(text.encode()).digest()).decode()
