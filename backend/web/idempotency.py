"""One key, one effect. The row goes in first, in the same transaction as the write that it guards: whoever
comes second waits on its unique key until the first has committed (then gets that answer) or rolled back
(then does the work itself). The wait is bounded by the connection's `lock_timeout` of 5 s."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import ClassVar
from uuid import UUID

import asyncpg
from tortoise import connections

from backend.core.crypto import Keyring
from backend.core.errors import HejieError, InvalidFieldsError
from models.base import uuid7

_CLAIM = """
INSERT INTO idempotent_request (id, scope, body_hash, created_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (scope) DO NOTHING RETURNING id
"""
_STORED = "SELECT id, body_hash, status, answer_sealed FROM idempotent_request WHERE scope = $1"
_FORGET = "DELETE FROM idempotent_request WHERE id = $1"
_FINISH = "UPDATE idempotent_request SET status = $2, answer_sealed = $3 WHERE id = $1"


class KeyReusedError(HejieError):
    code: ClassVar[str] = "idempotency_key_reused"
    status: ClassVar[int] = 422
    message: ClassVar[str] = "这个请求编号已用于另一份内容，请换一个编号重新提交。"


class InProgressError(HejieError):
    code: ClassVar[str] = "request_in_progress"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "上一次提交还在处理，请稍等几秒再试，不会重复提交。"


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Guard:
    """A request's key within its scope."""

    scope: str
    body_hash: str
    row_id: UUID

    @classmethod
    def of(cls, key: str, actor_id: UUID, method: str, path: str, body_hash: str) -> "Guard":
        if not (1 <= len(key) <= 64 and key.isascii() and key.isprintable()):
            raise InvalidFieldsError.at("Idempotency-Key", "请求编号须为 1 到 64 个可见的英文字符。")
        scope = sha256("\n".join([str(actor_id), method, path, key]).encode()).hexdigest()
        return cls(scope, body_hash, uuid7())

    async def claim(self, keyring: Keyring, now: datetime) -> Answer | None:
        """The first answer if there was one. Raises KeyReusedError, InProgressError."""
        connection = connections.get("default")
        try:
            claimed = await connection.execute_query_dict(_CLAIM, [self.row_id, self.scope, self.body_hash, now])
        except asyncpg.LockNotAvailableError as error:
            raise InProgressError(retry_after_s=2) from error
        return None if claimed else await self.stored(keyring)

    async def stored(self, keyring: Keyring) -> Answer | None:
        rows = await connections.get("default").execute_query_dict(_STORED, [self.scope])
        if not rows:
            return None
        row = rows[0]
        if row["body_hash"] != self.body_hash:
            raise KeyReusedError
        return Answer(
            row["status"], keyring.open_bytes(row["answer_sealed"], "idempotent_request", "answer", row["id"])
        )

    async def finish(self, keyring: Keyring, answer: Answer) -> None:
        sealed = keyring.seal_bytes(answer.body, "idempotent_request", "answer", self.row_id)
        await connections.get("default").execute_query(_FINISH, [self.row_id, answer.status, sealed])

    async def forget(self) -> None:
        """What was answered turned out to be undone: the same request may be made again."""
        await connections.get("default").execute_query(_FORGET, [self.row_id])
