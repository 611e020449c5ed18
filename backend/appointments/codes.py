"""Codes that are shown and typed, and credentials that are signed and soon run out."""

import hmac
import secrets
from base64 import urlsafe_b64encode
from datetime import datetime
from hashlib import sha256

from backend.core.crypto import Keyring

_DIGITS = 6


def new_code() -> str:
    return f"{secrets.randbelow(10**_DIGITS):0{_DIGITS}}"


def signed(keyring: Keyring, use: str, parts: tuple[str, ...], until: datetime) -> str:
    """`parts` can be read by whoever holds it; nobody can change them. They hold no dot."""
    plain = ".".join((*parts, str(int(until.timestamp()))))
    return f"{plain}.{_signature(keyring, use, plain)}"


def read(keyring: Keyring, use: str, text: str, now: datetime) -> tuple[str, ...] | None:
    """None for what was not made here for this use, was changed, or has run out."""
    plain, _, signature = text.rpartition(".")
    *parts, until = plain.split(".")
    if not hmac.compare_digest(_signature(keyring, use, plain).encode(), signature.encode()):
        return None
    return tuple(parts) if now.timestamp() < int(until) else None


def _signature(keyring: Keyring, use: str, plain: str) -> str:
    key = hmac.new(keyring.search_key, f"appointments {use}".encode(), sha256).digest()
    return urlsafe_b64encode(hmac.new(key, plain.encode(), sha256).digest()[:18]).decode()
