"""Whose message it is: HMAC-SHA256 over id, timestamp and body, as Standard Webhooks (standardwebhooks.com) has it.

A call of a partner names also what it asks for (`POST /exchange/v1/cases`), so that a signature is good for one address
only; an event that is sent names nothing. Both valid keys sign, either one verifies: keys change without a pause.
"""

import base64
import binascii
import hmac
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

ID_HEADER: Final = "webhook-id"
TIMESTAMP_HEADER: Final = "webhook-timestamp"
SIGNATURE_HEADER: Final = "webhook-signature"
PARTNER_HEADER: Final = "hejie-partner"
"""Whose call it is: the partner's code."""

CLOCK_WINDOW: Final = timedelta(minutes=5)
"""So far a message's timestamp may be from our clock, either way."""

_PREFIX: Final = "whsec_"
_VERSION: Final = "v1"
_KEY_BYTES: Final = 32
_LONGEST_ID: Final = 64


class Refusal(StrEnum):
    """Why a message is not taken."""

    INCOMPLETE = "incomplete"
    OUT_OF_WINDOW = "out_of_window"
    WRONG_SIGNATURE = "wrong_signature"


@dataclass(frozen=True, slots=True)
class Message:
    """`sent_at` has whole seconds; `target`: method and path with query of a call, empty for an event."""

    id: str
    sent_at: datetime
    body: bytes
    target: str = ""

    @property
    def signed_content(self) -> bytes:
        """Neither id nor timestamp holds a full stop, nor does a target hold a line feed: no two messages are alike."""
        target = f"{self.target}\n" if self.target else ""
        return f"{self.id}.{int(self.sent_at.timestamp())}.{target}".encode() + self.body


def new_secret() -> str:
    return _PREFIX + base64.b64encode(os.urandom(_KEY_BYTES)).decode()


def headers(message: Message, secrets: Iterable[str]) -> dict[str, str]:
    """What goes with it. Raises ValueError for a secret that is none."""
    signatures = " ".join(f"{_VERSION},{_signature(secret, message)}" for secret in secrets)
    return {
        ID_HEADER: message.id,
        TIMESTAMP_HEADER: str(int(message.sent_at.timestamp())),
        SIGNATURE_HEADER: signatures,
    }


def verify(
    received: Mapping[str, str], body: bytes, secrets: Iterable[str], now: datetime, target: str = ""
) -> Message | Refusal:
    """`received` has its names in lower case. Which part of a signature is wrong cannot be told by the time it takes.

    That nobody sends the same message again is for the caller to know, by its id.
    """
    message_id, sent_at = received.get(ID_HEADER, ""), _moment(received.get(TIMESTAMP_HEADER, ""))
    given = [each.removeprefix(f"{_VERSION},") for each in received.get(SIGNATURE_HEADER, "").split()]
    if sent_at is None or not given or not _is_id(message_id):
        return Refusal.INCOMPLETE
    message = Message(message_id, sent_at, body, target)
    expected = [_signature(secret, message).encode() for secret in secrets]
    fits = [hmac.compare_digest(each.encode(), right) for each in given[:4] for right in expected]
    if not any(fits):
        return Refusal.WRONG_SIGNATURE
    return message if abs(now - sent_at) <= CLOCK_WINDOW else Refusal.OUT_OF_WINDOW


def _signature(secret: str, message: Message) -> str:
    try:
        key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except binascii.Error as error:
        raise ValueError("a secret is whsec_ and base64") from error
    return base64.b64encode(hmac.digest(key, message.signed_content, "sha256")).decode()


def _moment(seconds: str) -> datetime | None:
    if not (seconds.isascii() and seconds.isdigit() and len(seconds) <= 11):
        return None
    return datetime.fromtimestamp(int(seconds), UTC)


def _is_id(text: str) -> bool:
    return 0 < len(text) <= _LONGEST_ID and text.isascii() and text.isprintable() and not set(text) & set(". ")
