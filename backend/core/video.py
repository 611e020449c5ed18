"""Whoever carries pictures and sound: one small interface, behind which nothing goes over the network."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Ticket:
    """Who may come in where, until when."""

    room: str
    user: str
    """Opaque; another one in every room."""
    is_host: bool
    now: datetime
    ends_at: datetime

    @property
    def seconds(self) -> int:
        return max(1, int((self.ends_at - self.now).total_seconds()))


@dataclass(frozen=True, slots=True)
class Pass:
    """What the phone hands to whoever carries the meeting; what is empty that one does not want."""

    provider: str
    sdk_app_id: int | None = None
    user_sig: str | None = None
    private_map_key: str | None = None
    url: str | None = None
    phone: str | None = None
    note: str | None = None


class VideoProvider(Protocol):
    def admit(self, ticket: Ticket) -> Pass: ...
