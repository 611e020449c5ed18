"""Seals again, with the current key, what older keys have sealed. May be interrupted and run again."""

from collections.abc import Callable
from uuid import UUID

from tortoise import Model, Tortoise, fields

from backend.core.crypto import Keyring, key_id_of

BATCH = 500

NIL = UUID(int=0)


def sealed_columns() -> list[tuple[type[Model], str]]:
    """Every column that holds sealed data; the suffix is the convention that the place of a seal relies on."""
    return [
        (model, name)
        for model in Tortoise.apps["models"].values()
        for name, field in model._meta.fields_map.items()
        if isinstance(field, fields.BinaryField) and name.endswith("_sealed")
    ]


async def rotate(keyring: Keyring, progress: Callable[[str, int, int], None]) -> int:
    """How many values were sealed again. `progress(column, seen, total)` is called after each batch.

    A value that somebody changes meanwhile is left alone: it has the current key already.
    """
    changed = 0
    for model, column in sealed_columns():
        table = model._meta.db_table
        total = await model.filter(**{f"{column}__not_isnull": True}).count()
        seen, last = 0, NIL
        while rows := await _batch(model, column, last):
            for row_id, sealed in rows:
                changed += await _again(keyring, model, column, row_id, bytes(sealed))
            seen, last = seen + len(rows), rows[-1][0]
            progress(f"{table}.{column}", seen, total)
    return changed


async def _batch(model: type[Model], column: str, last: UUID) -> list[tuple[UUID, bytes]]:
    rows = model.filter(id__gt=last, **{f"{column}__not_isnull": True}).order_by("id").limit(BATCH)
    return [(row[0], row[1]) for row in await rows.values_list("id", column)]


async def _again(keyring: Keyring, model: type[Model], column: str, row_id: UUID, sealed: bytes) -> int:
    if key_id_of(sealed) == keyring.current:
        return 0
    place = (model._meta.db_table, column.removesuffix("_sealed"), row_id)
    fresh = keyring.seal_bytes(keyring.open_bytes(sealed, *place), *place)
    return await model.filter(id=row_id, **{column: sealed}).update(**{column: fresh})
