"""Our codes and a partner's. What has no mapping is never guessed: it is marked, and goes on the work list."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from tortoise import connections

from models import CodeKind, CodeMapping, CodeSide, CodeWay
from models.base import uuid7

ALL = "*"
"""Both codes of a mapping: the partner uses ours."""

_NOTE = """
INSERT INTO unknown_code (id, partner_id, kind, side, code, dispute_id, times, first_at, last_at)
VALUES ($1, $2, $3, $4, $5, $6, 1, $7, $7)
ON CONFLICT (partner_id, kind, side, code) DO UPDATE
   SET times = unknown_code.times + 1, last_at = $7, dispute_id = COALESCE($6, unknown_code.dispute_id),
       settled_at = NULL
"""


class Unknown(NamedTuple):
    side: CodeSide
    kind: CodeKind
    code: str


@dataclass(frozen=True, slots=True)
class Codebook:
    """Of one partner."""

    out: dict[tuple[CodeKind, str], str] = field(default_factory=dict)
    into: dict[tuple[CodeKind, str], str] = field(default_factory=dict)

    def theirs(self, kind: CodeKind, ours: str) -> str | None:
        """None: nobody has said."""
        return _look(self.out, kind, ours)

    def ours(self, kind: CodeKind, theirs: str) -> str | None:
        """None: nobody has said. Whether there is such a code (any more) is for the caller to check."""
        return _look(self.into, kind, theirs)


def _look(table: dict[tuple[CodeKind, str], str], kind: CodeKind, code: str) -> str | None:
    return table.get((kind, code)) or (code if (kind, ALL) in table else None)


async def load(partner_id: UUID) -> Codebook:
    book = Codebook()
    for row in await CodeMapping.filter(partner_id=partner_id):
        if row.way is not CodeWay.IN:
            book.out[row.kind, row.ours] = row.theirs
        if row.way is not CodeWay.OUT:
            book.into[row.kind, row.theirs] = row.ours
    return book


async def note_unknown(partner_id: UUID, found: Iterable[Unknown], dispute_id: UUID | None, now: datetime) -> None:
    """Once each on the work list, however often it is met."""
    for side, kind, code in sorted(set(found)):
        values = [uuid7(), partner_id, kind.value, side.value, code[:64], dispute_id, now]
        await connections.get("default").execute_query(_NOTE, values)
