"""Many residents with a case each, put straight into the tables: the race is what is tested, not their logins."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import httpx

from backend.accounts.tokens import token_hash
from backend.core.clock import Clock
from models import Center, Dispute, Party, PartyKind, Resident, ResidentSession, Side, Source, Status
from models.base import uuid7
from tests.people import Person


@dataclass(frozen=True, slots=True)
class Caller:
    person: Person
    dispute_id: str


async def crowd(client: httpx.AsyncClient, clock: Clock, size: int, center: Center) -> list[Caller]:
    now = clock.now()
    residents = [
        Resident(id=uuid7(), app_id="wx", openid=f"crowd-{n}", created_at=now, last_login_at=now) for n in range(size)
    ]
    sessions = [
        ResidentSession(
            resident_id=each.id,
            token_hash=token_hash(str(each.id)),
            created_at=now,
            expires_at=now + timedelta(days=30),
        )
        for each in residents
    ]
    disputes = [
        Dispute(
            id=uuid7(),
            number=f"CROWD{n}",
            source=Source.MINI_PROGRAM,
            resident_id=each.id,
            center_id=center.id,
            status=Status.SUBMITTED,
            category="property",
            preferred_mode="onsite",
            created_at=now,
            updated_at=now,
        )
        for n, each in enumerate(residents)
    ]
    parties = [_applicant(each.id, dispute.id) for each, dispute in zip(residents, disputes, strict=True)]
    await Resident.bulk_create(residents)
    await ResidentSession.bulk_create(sessions)
    await Dispute.bulk_create(disputes)
    await Party.bulk_create(parties)
    return [
        Caller(Person(client, "/mini/v1", str(each.id), str(each.id)), str(dispute.id))
        for each, dispute in zip(residents, disputes, strict=True)
    ]


def _applicant(resident_id: UUID, dispute_id: UUID) -> Party:
    return Party(
        dispute_id=dispute_id,
        resident_id=resident_id,
        side=Side.APPLICANT,
        kind=PartyKind.PERSON,
        ordinal=0,
        name_sealed=b"",
        name_hash="",
    )
