"""Seals again, with the current key, what older keys have sealed: columns and files. May be repeated at any time."""

from collections.abc import AsyncIterator, Callable
from itertools import compress
from uuid import UUID

from tortoise import Model, Tortoise

from backend.core.crypto import Keyring, key_id_of
from backend.files.store import PARTS, FileStore
from models import StoredFile

BATCH = 500

_FIRST = UUID(int=0)

Progress = Callable[[str, int, int], None]
"""(what, done, of how many), after each batch."""


async def rotate(keyring: Keyring, store: FileStore, progress: Progress) -> int:
    """How many values were sealed again. One that somebody changes meanwhile has the current key already."""
    changed = 0
    for model, table, column in sealed_columns():
        total, seen = await model.filter(**{f"{column}__not_isnull": True}).count(), 0
        async for batch in _batches(model, column):
            for row_id, sealed in batch:
                changed += await _column_again(keyring, model, (table, column, row_id), sealed)
            seen += len(batch)
            progress(f"{table}.{column}", seen, total)
    return changed + await _files_again(keyring, store, progress)


def sealed_columns() -> list[tuple[type[Model], str, str]]:
    """(model, table, column): the suffix `_sealed` is the convention that the place of a seal relies on."""
    found = []
    for model in Tortoise.apps["models"].values():
        described = model.describe(serializable=False)
        names = (str(field["name"]) for field in described["data_fields"])
        found += [(model, str(described["table"]), name) for name in names if name.endswith("_sealed")]
    return found


async def _batches(model: type[Model], column: str) -> AsyncIterator[list[tuple[UUID, bytes]]]:
    last = _FIRST
    while True:
        rows = model.filter(id__gt=last, **{f"{column}__not_isnull": True}).order_by("id").limit(BATCH)
        batch = [(row[0], bytes(row[1])) for row in await rows.values_list("id", column)]
        if not batch:
            return
        yield batch
        last = batch[-1][0]


async def _column_again(keyring: Keyring, model: type[Model], place: tuple[str, str, UUID], sealed: bytes) -> int:
    table, column, row_id = place
    if key_id_of(sealed) == keyring.current:
        return 0
    bound_to = (table, column.removesuffix("_sealed"), row_id)
    fresh = keyring.seal_bytes(keyring.open_bytes(sealed, *bound_to), *bound_to)
    return await model.filter(id=row_id, **{column: sealed}).update(**{column: fresh})


async def _files_again(keyring: Keyring, store: FileStore, progress: Progress) -> int:
    columns = ("id", "has_thumbnail", "has_original")
    files = await StoredFile.filter(deleted_at=None).order_by("id").values_list(*columns)
    changed = 0
    for seen, (file_id, *has) in enumerate(files, start=1):
        for part in compress(PARTS, (True, *has)):
            changed += await store.reseal(keyring, file_id, part)
        if seen % BATCH == 0 or seen == len(files):
            progress("files", seen, len(files))
    return changed
