"""What one request says to PostgreSQL: every client call on the wire, BEGIN and COMMIT included."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import asyncpg

_METHODS = ("execute", "executemany", "fetch", "fetchrow", "fetchval")


@dataclass(frozen=True, slots=True)
class Call:
    method: str
    sql: str
    arguments: tuple[Any, ...]


_recording: ContextVar[list[Call] | None] = ContextVar("recording", default=None)


@contextmanager
def recorded() -> Iterator[list[Call]]:
    """Calls made in this context; tasks that were running before are not in it. A connection's reset when it goes
    back to its pool is not counted: it happens for any use of a pool."""
    calls: list[Call] = []
    originals = {name: getattr(asyncpg.Connection, name) for name in _METHODS}
    for name, original in originals.items():
        setattr(asyncpg.Connection, name, _noting(name, original))
    token = _recording.set(calls)
    try:
        yield calls
    finally:
        _recording.reset(token)
        for name, original in originals.items():
            setattr(asyncpg.Connection, name, original)


def _noting(name: str, original: Callable[..., Any]) -> Callable[..., Any]:
    async def call(connection: asyncpg.Connection, sql: str, *arguments: Any, **options: Any) -> Any:
        calls = _recording.get()
        if calls is not None and sql != connection.get_reset_query():
            calls.append(Call(name, sql, arguments))
        return await original(connection, sql, *arguments, **options)

    return call
