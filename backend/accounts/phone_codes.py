"""Codes sent by text message, which prove that a number can be read. Kept as keyed hashes, for one resident and one
number."""

import hmac
import math
import secrets
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

from tortoise import connections

from backend.accounts.actors import ResidentActor
from backend.core.deps import Deps
from backend.core.errors import RateLimitedError
from models import PhoneCode, Resident
from models.base import uuid7

LIFE: Final = timedelta(minutes=5)
MAX_TRIES: Final = 5
_DIGITS: Final = 6
_LIMITS: Final = ((timedelta(minutes=1), 1), (timedelta(hours=1), 5), (timedelta(days=1), 10))
"""So many within so long, to one number and for one resident alike."""

_LOCK_NUMBER: Final = "SELECT pg_advisory_xact_lock(hashtextextended('phone_code ' || $1, 0))"
_SENT: Final = """
SELECT created_at, resident_id = $1 AS for_resident, phone_hash = $2 AS to_number
  FROM phone_code WHERE (resident_id = $1 OR phone_hash = $2) AND created_at > $3
 ORDER BY created_at DESC
"""


class Issued(NamedTuple):
    """The code is known here and to the caller only."""

    row_id: UUID
    code: str


async def issue(deps: Deps, actor: ResidentActor, phone: str) -> Issued:
    """An earlier one for the same number is worth nothing more.

    Locks the resident, then the number. Raises RateLimitedError.
    """
    phone_hash = deps.keyring.keyed_hash("phone", phone)
    _ = await Resident.filter(id=actor.id).select_for_update().only("id").first()
    await connections.get("default").execute_query_dict(_LOCK_NUMBER, [phone_hash])
    await _check_limits(actor.id, phone_hash, deps.clock.now())
    await _waiting(actor.id, phone_hash).update(used_at=deps.clock.now())
    row_id, code = uuid7(), f"{secrets.randbelow(10**_DIGITS):0{_DIGITS}}"
    code_hash = _hash(deps, row_id, code)
    row = PhoneCode(id=row_id, resident_id=actor.id, phone_hash=phone_hash, code_hash=code_hash)
    row.created_at = deps.clock.now()
    await row.save(force_create=True)
    return Issued(row_id, code)


async def take_back(row_id: UUID) -> None:
    """It certainly was not sent: it counts against no limit."""
    await PhoneCode.filter(id=row_id).delete()


async def accept(deps: Deps, actor: ResidentActor, phone: str, code: str) -> bool:
    """Uses the code up if it is the right one; counts the try if not, which the caller has to commit."""
    waiting = _waiting(actor.id, deps.keyring.keyed_hash("phone", phone))
    row = await waiting.filter(created_at__gt=deps.clock.now() - LIFE).order_by("-id").select_for_update().first()
    if row is None or row.tries >= MAX_TRIES:
        return False
    is_right = hmac.compare_digest(row.code_hash, _hash(deps, row.id, code))
    row.tries += 1
    row.used_at = deps.clock.now() if is_right else None
    await row.save(update_fields=["tries", "used_at"])
    return is_right


async def _check_limits(resident_id: UUID, phone_hash: str, now: datetime) -> None:
    longest = _LIMITS[-1][0]
    sent = await connections.get("default").execute_query_dict(_SENT, [resident_id, phone_hash, now - longest])
    waits = [
        times[most - 1] + within - now
        for whose in ("for_resident", "to_number")
        for within, most in _LIMITS
        if len(times := [row["created_at"] for row in sent if row[whose] and row["created_at"] > now - within]) >= most
    ]
    if waits:
        wait_s = math.ceil(max(waits).total_seconds())
        raise RateLimitedError("验证码发送得太频繁，请稍后再试；之前收到的短信请先查看。", retry_after_s=max(1, wait_s))


def _waiting(resident_id: UUID, phone_hash: str) -> Any:
    return PhoneCode.filter(resident_id=resident_id, phone_hash=phone_hash, used_at=None)


def _hash(deps: Deps, row_id: UUID, code: str) -> str:
    """Bound to its row, and with a key: six digits alone would be guessed from a copy of the table."""
    return deps.keyring.keyed_hash("phone_code", f"{row_id} {code}")
