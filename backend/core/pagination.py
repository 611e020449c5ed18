"""Keyset paging: a cursor names the last row seen, so that rows inserted meanwhile move nothing."""

import base64
import binascii
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TypeVar
from uuid import UUID

from backend.core.errors import InvalidFieldsError

Row = TypeVar("Row")


def encode(*key: str) -> str:
    return base64.urlsafe_b64encode("\n".join(key).encode()).decode().rstrip("=")


def decode(cursor: str | None, parts: int) -> tuple[str, ...] | None:
    """Raises InvalidFieldsError at `cursor` for anything that `encode` did not make with as many parts."""
    if cursor is None:
        return None
    try:
        key = tuple(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().split("\n"))
    except (binascii.Error, ValueError):
        key = ()
    if len(key) != parts:
        raise bad_cursor()
    return key


def decode_id(cursor: str | None) -> UUID | None:
    """A cursor that is the id of the last row alone. Raises InvalidFieldsError."""
    key = decode(cursor, 1)
    try:
        return None if key is None else UUID(key[0])
    except ValueError as error:
        raise bad_cursor() from error


def moment_of(text: str) -> datetime:
    """A part of a cursor. Raises InvalidFieldsError, also for a moment that UTC has no date for."""
    try:
        found = datetime.fromisoformat(text)
        if found.tzinfo is not None:
            return found.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise bad_cursor() from error
    raise bad_cursor()


def bad_cursor() -> InvalidFieldsError:
    return InvalidFieldsError.at("cursor", "翻页位置已失效，请从第一页重新加载。")


def cut(rows: Sequence[Row], limit: int, key: Callable[[Row], tuple[str, ...]]) -> tuple[list[Row], str | None]:
    """From `limit + 1` rows read: the page, and the cursor of the next one if there is one."""
    page = list(rows[:limit])
    return page, encode(*key(page[-1])) if len(rows) > limit else None
