"""Writes where it counts. Tortoise composes its SQL anew each time and validates every field again; here the statement
of a table is composed once, and asyncpg keeps it prepared."""

import json
from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import Any

from tortoise import Model, connections, fields

_as_json = partial(json.dumps, ensure_ascii=False, separators=(",", ":"))


async def insert(rows: Sequence[Model]) -> None:
    """Of one table, in the transaction that is open; values as the columns want them, which nobody checks again.

    What the database fills in by itself stays unset on the objects. Raises IntegrityError.
    """
    if not rows:
        return
    connection = connections.get("default")
    for first in range(0, len(rows), _AT_ONCE):
        batch = rows[first : first + _AT_ONCE]
        statement, columns = _statement(type(batch[0]), len(batch))
        values = [_value(row, column, convert) for row in batch for column, convert in columns]
        await connection.execute_query(statement, values)


async def change(row: Model, names: tuple[str, ...]) -> None:
    """These fields of it, as `insert` writes them. Raises IntegrityError."""
    statement, columns = _change_statement(type(row), names)
    await connections.get("default").execute_query(statement, [_value(row, column, how) for column, how in columns])


async def pour(rows: Sequence[Model], conflict: str = "") -> None:
    """Thousands of one table in one statement, which triggers count once. `conflict` is what follows ON CONFLICT."""
    if not rows:
        return
    described = type(rows[0]).describe(serializable=False)
    columns = [(field["name"], field["db_column"]) for field in (described["pk_field"], *described["data_fields"])]
    table, names = described["table"], ", ".join(f'"{column}"' for _, column in columns)
    statement = f"""INSERT INTO "{table}" ({names})
        SELECT {names} FROM jsonb_populate_recordset(NULL::"{table}", $1::jsonb)"""  # noqa: S608 - our own names
    statement += f" ON CONFLICT {conflict}" if conflict else ""
    values = [{column: getattr(row, name) for name, column in columns} for row in rows]
    await connections.get("default").execute_query(statement, [json.dumps(values, default=str)])


_AT_ONCE = 10
"""Rows in one statement: a filing's parties, the notices of one event."""

_Columns = tuple[tuple[str, Callable[[Any], str] | None], ...]


@cache
def _statement(model: type[Model], rows: int) -> tuple[str, _Columns]:
    wanted = _fields_of(model)
    columns = tuple((str(field["name"]), _converter(field)) for field in wanted)
    names = ", ".join(f'"{field["db_column"]}"' for field in wanted)
    places = ", ".join(_places(row * len(wanted), len(wanted)) for row in range(rows))
    return f'INSERT INTO "{model._meta.db_table}" ({names}) VALUES {places}', columns  # noqa: S608, SLF001 - our own


@cache
def _change_statement(model: type[Model], names: tuple[str, ...]) -> tuple[str, _Columns]:
    """The row's id comes first."""
    known = {str(field["name"]): field for field in _fields_of(model)}
    columns = tuple((name, _converter(known[name])) for name in names)
    changes = ", ".join(f'"{known[name]["db_column"]}" = ${place}' for place, name in enumerate(names, 2))
    return f'UPDATE "{model._meta.db_table}" SET {changes} WHERE id = $1', (("id", None), *columns)  # noqa: S608, SLF001


def _fields_of(model: type[Model]) -> list[dict[str, Any]]:
    described = model.describe(serializable=False)
    return [described["pk_field"], *described["data_fields"]]


def _converter(field: dict[str, Any]) -> Callable[[Any], str] | None:
    return _as_json if issubclass(field["field_type"], fields.JSONField) else None


def _places(before: int, count: int) -> str:
    return "(" + ", ".join(f"${place}" for place in range(before + 1, before + count + 1)) + ")"


def _value(row: Model, column: str, convert: Callable[[Any], str] | None) -> Any:
    value = getattr(row, column)
    return value if convert is None or value is None else convert(value)
