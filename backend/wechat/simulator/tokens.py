"""Access tokens: the stable one and the ordinary one, each blind to the other."""

import re
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from backend.core.clock import Clock
from backend.wechat.simulator.refusals import RefusalError

TOKEN_LIFE: Final = timedelta(seconds=7200)
_RENEWED_BEFORE_END: Final = timedelta(minutes=5)
_OVERLAP: Final = timedelta(minutes=5)
_FORCED_APART: Final = timedelta(seconds=30)
_FORCED_A_DAY: Final = 20
_REMEMBERED: Final = timedelta(days=1)


@dataclass(slots=True)
class _Token:
    ends: datetime
    replaced: bool = False


@dataclass(slots=True)
class Tokens:
    """The stable token is the same for everybody until its last five minutes, or until forced."""

    clock: Clock
    stable_token: str = ""
    ordinary_token: str = ""
    known: dict[str, _Token] = field(default_factory=dict)
    forced: list[datetime] = field(default_factory=list)

    def stable(self, *, force: bool) -> tuple[str, int]:
        """The token and the seconds it has left."""
        now = self.clock.now()
        if force:
            self._count_forced(now)
        held = self.known.get(self.stable_token)
        # Of a clock that was set back: no token lives longer than its time.
        if force or held is None or not _RENEWED_BEFORE_END < held.ends - now <= TOKEN_LIFE:
            self.stable_token = self._instead_of(self.stable_token)
        return self.stable_token, int((self.known[self.stable_token].ends - now).total_seconds())

    def ordinary(self) -> tuple[str, int]:
        """Each call makes another one, and the one before is good for five more minutes."""
        self.ordinary_token = self._instead_of(self.ordinary_token)
        return self.ordinary_token, int(TOKEN_LIFE.total_seconds())

    def check(self, value: str) -> None:
        if not value:
            raise RefusalError(41001)
        if not re.fullmatch(r"[\w-]{1,512}", value, re.ASCII):
            raise RefusalError(40014)
        token = self.known.get(value)
        if token is None or (token.replaced and self.clock.now() >= token.ends):
            raise RefusalError(40001)
        if self.clock.now() >= token.ends:
            raise RefusalError(42001)

    def lose_all(self) -> None:
        self.stable_token = self.ordinary_token = ""
        self.known.clear()

    def _instead_of(self, old: str) -> str:
        now = self.clock.now()
        if (before := self.known.get(old)) is not None:
            before.ends, before.replaced = min(before.ends, now + _OVERLAP), True
        self.known = {value: token for value, token in self.known.items() if token.ends > now - _REMEMBERED}
        new = f"sim_{secrets.token_urlsafe(96)}"
        self.known[new] = _Token(now + TOKEN_LIFE)
        return new

    def _count_forced(self, now: datetime) -> None:
        self.forced = [moment for moment in self.forced if moment > now - timedelta(days=1)]
        if self.forced and now - self.forced[-1] < _FORCED_APART:
            raise RefusalError(45011)
        if len(self.forced) >= _FORCED_A_DAY:
            raise RefusalError(45009)
        self.forced.append(now)
