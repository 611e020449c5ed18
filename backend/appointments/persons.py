"""Who takes part in a case, as far as a diary can know them: by account, or by identity number, never by a phone that
a family shares."""

from dataclasses import dataclass
from uuid import UUID

from tortoise import connections

from backend.appointments.diaries import Subject
from backend.disputes.groups import SPOKEN_FOR
from models import DiaryKind, Side

_OF_DISPUTE = f"""
SELECT p.id, p.ordinal, COALESCE(p.resident_id, a.resident_id) AS resident_id, p.side, p.id_number_hash,
       r.id_number_hash AS account_hash
  FROM party p LEFT JOIN resident r ON r.id = p.resident_id
       LEFT JOIN LATERAL (SELECT resident_id FROM representation
                           WHERE party_id = p.id AND resident_id IS NOT NULL AND ended_at IS NULL
                           ORDER BY id LIMIT 1) AS a ON TRUE
 WHERE p.dispute_id = $1 AND p.removed_at IS NULL AND p.left_at IS NULL AND NOT {SPOKEN_FOR} ORDER BY p.ordinal
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Person:
    party_id: UUID
    ordinal: int
    """0 = the applicant first named."""
    resident_id: UUID | None
    """Theirs, or of whoever acts for them by phone; null until one of them has joined by WeChat."""
    side: Side
    identities: frozenset[str]
    """Keyed hashes."""

    @property
    def diaries(self) -> set[Subject]:
        known = {Subject(DiaryKind.IDENTITY, each) for each in self.identities}
        if self.resident_id is not None:
            known.add(Subject(DiaryKind.RESIDENT, str(self.resident_id)))
        return known


async def of_dispute(dispute_id: UUID) -> list[Person]:
    """The applicant first. Of a side of many, those who speak for it."""
    found = await connections.get("default").execute_query_dict(_OF_DISPUTE, [dispute_id])
    return [
        Person(
            row["id"],
            row["ordinal"],
            row["resident_id"],
            Side(row["side"]),
            frozenset(filter(None, (row["id_number_hash"], row["account_hash"]))),
        )
        for row in found
    ]
