"""Reads where it counts. Tortoise composes a query anew each time, which takes longer than PostgreSQL to answer it;
here a query is composed once, and asyncpg keeps it prepared."""

from collections.abc import Callable
from functools import cached_property
from typing import Any, Generic, NamedTuple, TypeVar
from uuid import UUID, uuid4

from tortoise import Model, connections
from tortoise.queryset import QuerySet

MODEL = TypeVar("MODEL", bound=Model)


class _Composed(NamedTuple):
    sql: str
    values: tuple[Any, ...]
    """What the query itself brings along, and in places a stand-in for what is asked for."""
    rows: QuerySet[Any]


class Read(Generic[MODEL]):
    """`compose` makes the query for so many ids; apart from them it must be the same every time."""

    def __init__(self, compose: Callable[..., QuerySet[MODEL]], ids: int = 1) -> None:
        self._compose, self._stand_ins = compose, [str(uuid4()) for _ in range(ids)]

    async def all(self, *ids: UUID) -> list[MODEL]:
        composed, connection = self._composed, connections.get("default")
        wanted = dict(zip(self._stand_ins, ids, strict=True))
        values = [wanted.get(str(each), each) for each in composed.values]
        executor = connection.executor_class(
            model=composed.rows.model,
            db=connection,
            select_related_idx=composed.rows._select_related_idx,  # noqa: SLF001
        )
        found: list[MODEL] = await executor.execute_select(composed.sql, values)
        return found

    async def first(self, *ids: UUID) -> MODEL | None:
        found = await self.all(*ids)
        return found[0] if found else None

    @cached_property
    def _composed(self) -> _Composed:
        """Not before Tortoise has read the models."""
        rows = self._compose(*self._stand_ins)
        rows._make_query()  # noqa: SLF001 - what awaiting it does first
        sql, values = rows.query.get_parameterized_sql()
        return _Composed(sql, tuple(values), rows)
