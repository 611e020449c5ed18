"""Personal data at rest: AES-256-GCM bound to the place where it lies, and keyed hashes to find it again."""

import base64
import hmac
import os
import unicodedata
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE_BYTES = 12


class SealError(Exception):
    """A ciphertext was moved, cut or changed, or its key is not in the ring."""


@dataclass(frozen=True, slots=True)
class Keyring:
    """`keys` maps key id (1–8 ASCII characters) to a cipher; `current` seals, all open."""

    current: str
    keys: dict[str, AESGCM]
    search_key: bytes

    @classmethod
    def parse(cls, encryption_keys: str, search_key: str) -> "Keyring":
        """From `id:base64,id:base64` (32 bytes each, first is current) and a base64 search key.

        Raises ValueError, without the values in its text.
        """
        keys: dict[str, AESGCM] = {}
        for pair in filter(None, (part.strip() for part in encryption_keys.split(","))):
            key_id, _, encoded = pair.partition(":")
            if not (key_id.isascii() and 1 <= len(key_id) <= 8):
                raise ValueError("HEJIE_ENCRYPTION_KEYS: a key id has 1 to 8 ASCII characters")
            keys[key_id] = AESGCM(_key_bytes(encoded, "HEJIE_ENCRYPTION_KEYS"))
        if not keys:
            raise ValueError("HEJIE_ENCRYPTION_KEYS: at least one id:base64 key is needed")
        return cls(next(iter(keys)), keys, _key_bytes(search_key, "HEJIE_SEARCH_KEY"))

    def seal(self, value: str, table: str, column: str, row_id: object) -> bytes:
        return self.seal_bytes(value.encode(), table, column, row_id)

    def open(self, sealed: bytes, table: str, column: str, row_id: object) -> str:
        return self.open_bytes(sealed, table, column, row_id).decode()

    def seal_bytes(self, value: bytes, table: str, column: str, row_id: object) -> bytes:
        """Layout: length of key id (1 byte), key id, nonce (12), ciphertext with tag."""
        nonce = os.urandom(_NONCE_BYTES)
        key_id = self.current.encode()
        head = bytes([len(key_id)]) + key_id + nonce
        return head + self.keys[self.current].encrypt(nonce, value, _place(table, column, row_id))

    def open_bytes(self, sealed: bytes, table: str, column: str, row_id: object) -> bytes:
        """Raises SealError."""
        key_id, rest = key_id_of(sealed), sealed[1 + sealed[0] :]
        if key_id not in self.keys:
            raise SealError(f"no key {key_id!r} for {table}.{column}")
        try:
            return self.keys[key_id].decrypt(rest[:_NONCE_BYTES], rest[_NONCE_BYTES:], _place(table, column, row_id))
        except InvalidTag as error:
            raise SealError(f"{table}.{column} does not open") from error

    def keyed_hash(self, kind: str, value: str) -> str:
        """64 hex characters that find an exact normalised value of one kind (`name`, `phone`, `id_number`)."""
        message = f"{kind}\0{normalise(value)}".encode()
        return hmac.new(self.search_key, message, sha256).hexdigest()


def key_id_of(sealed: bytes) -> str:
    return sealed[1 : 1 + sealed[0]].decode("ascii", "replace")


def normalise(value: str) -> str:
    """One spelling for searching: NFKC, no spaces, upper case."""
    return "".join(unicodedata.normalize("NFKC", value).split()).upper()


def new_key() -> str:
    return base64.b64encode(os.urandom(32)).decode()


def _place(table: str, column: str, row_id: object) -> bytes:
    return f"{table}\0{column}\0{row_id}".encode()


def _key_bytes(encoded: str, variable: str) -> bytes:
    try:
        key = base64.b64decode(encoded, validate=True)
    except ValueError:
        key = b""
    if len(key) != 32:
        raise ValueError(f"{variable}: a key is 32 bytes in base64")
    return key
