"""Where the bytes of uploads lie: any object store that obstore knows, sealed with the keyring before they go."""

import asyncio
from pathlib import Path
from typing import Literal
from uuid import UUID

from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, from_url

from backend.core.crypto import Keyring, key_id_of
from backend.core.errors import UnavailableError

Part = Literal["shown", "thumbnail", "original"]
"""`original` is kept, as evidence, only where what is shown is not what was uploaded."""
PARTS: tuple[Part, ...] = ("shown", "thumbnail", "original")

_RETRY_S = 5


class FileStore:
    """Every method raises UnavailableError while the store is away."""

    def __init__(self, objects: ObjectStore) -> None:
        self._objects = objects

    async def put(self, keyring: Keyring, file_id: UUID, part: Part, content: bytes) -> None:
        sealed = await asyncio.to_thread(keyring.seal_bytes, content, "stored_file", part, file_id)
        try:
            await self._objects.put_async(_path(file_id, part), sealed)
        except (BaseError, OSError) as error:
            raise UnavailableError(retry_after_s=_RETRY_S) from error

    async def get(self, keyring: Keyring, file_id: UUID, part: Part) -> bytes:
        sealed = await self._sealed(file_id, part)
        return await asyncio.to_thread(keyring.open_bytes, sealed, "stored_file", part, file_id)

    async def reseal(self, keyring: Keyring, file_id: UUID, part: Part) -> bool:
        """Whether it was sealed with an older key than the current one."""
        if key_id_of(await self._sealed(file_id, part)) == keyring.current:
            return False
        await self.put(keyring, file_id, part, await self.get(keyring, file_id, part))
        return True

    async def _sealed(self, file_id: UUID, part: Part) -> bytes:
        try:
            found = await self._objects.get_async(_path(file_id, part))
            return bytes(await found.bytes_async())
        except (BaseError, OSError) as error:
            raise UnavailableError(retry_after_s=_RETRY_S) from error

    async def erase(self, file_id: UUID) -> None:
        """Erasing what is not there is no error."""
        for part in PARTS:
            try:
                await self._objects.delete_async(_path(file_id, part))
            except FileNotFoundError:
                continue
            except (BaseError, OSError) as error:
                raise UnavailableError(retry_after_s=_RETRY_S) from error


def open_store(storage_url: str, data_dir: Path) -> FileStore:
    """`storage_url` as obstore writes it (s3://…, file:///…); empty = the folder `files` under `data_dir`."""
    if storage_url:
        return FileStore(from_url(storage_url))
    folder = (data_dir / "files").resolve()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return FileStore(LocalStore(folder))


def _path(file_id: UUID, part: Part) -> str:
    """Spread over folders by the random end of the id; its beginning is the time."""
    return f"{file_id.hex[-2:]}/{file_id.hex}.{part}"
