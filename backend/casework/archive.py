"""Earlier cases come into the archive: flagged, without a clock, nobody told. One row of the file is one case, known by
its outside number; a second import brings in only what is not there yet."""

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, time
from itertools import islice
from uuid import UUID

from backend.casework.importing import PastCase
from backend.core import geo, rows
from backend.core.clock import SHANGHAI
from backend.core.deps import Deps
from backend.disputes import history, party_rows
from backend.disputes.actions import new_number
from backend.disputes.history import Entry
from backend.disputes.party_schemas import PartyIn
from models import Audience, Dispute, Party, Registration, Side, Source, Status
from models.base import uuid7

_BATCH = 200
_WITHOUT_OUTCOME = (Status.REFUSED, Status.WITHDRAWN)


async def not_there_yet(cases: Sequence[PastCase]) -> list[PastCase]:
    known: set[str] = set()
    for batch in _batches(cases):
        numbers = [case.external_number for case in batch]
        found = Registration.filter(external_number__in=numbers)
        known |= {row.external_number for row in await found.only("id", "external_number") if row.external_number}
    return [case for case in cases if case.external_number not in known]


async def bring_in(deps: Deps, cases: Sequence[PastCase], progress: Callable[[int], None]) -> None:
    """In the transaction that is open. `progress` hears how many more are written."""
    for batch in _batches(cases):
        disputes = [_dispute(deps, case) for case in batch]
        pairs = list(zip(disputes, batch, strict=True))
        await rows.insert(disputes)
        await rows.insert([party for dispute, case in pairs for party in _parties(deps, dispute, case)])
        await rows.insert([_registration(deps, dispute, case) for dispute, case in pairs])
        for dispute, case in pairs:
            data = {"ended_on": case.ended_on.isoformat(), "recovered_fen": case.recovered_fen or 0}
            detail = {"record": dict(case.as_received)} if case.as_received else {}
            await history.record(deps, dispute, None, Entry("imported", Audience.STAFF, data, detail))
        progress(len(batch))


def _dispute(deps: Deps, case: PastCase) -> Dispute:
    """Its id is of the day on which it was filed, and of its line: lists are in the order of filing."""
    filed_at = _at(case.filed_on)
    dispute_id = uuid7(nanoseconds=int(filed_at.timestamp()) * 10**9 + case.line * 10**6)
    described, location = case.description, _location(case)
    place = geo.rounded(geo.to_wgs84(*case.place.point, "gcj02")) if case.place and case.place.point else None
    return Dispute(
        id=dispute_id,
        number=new_number(),
        case_number=case.case_number,
        source=Source.HISTORIC,
        center_id=UUID(case.center_id),
        status=case.status,
        category=case.category,
        description_sealed=deps.keyring.seal(described, "dispute", "description", dispute_id) if described else None,
        occurred_on=case.occurred_on,
        location_sealed=deps.keyring.seal(location, "dispute", "location", dispute_id) if location else None,
        place_lon=place.lon if place else None,
        place_lat=place.lat if place else None,
        amount_fen=case.amount_fen,
        preferred_mode="onsite",
        mode=case.mode,
        track=case.track,
        route={"policy": Source.HISTORIC, "reason": deps.catalog.registration[Source.HISTORIC].title},
        outcome=0 if case.status in _WITHOUT_OUTCOME else 1,
        created_at=filed_at,
        updated_at=_at(case.ended_on),
    )


def _location(case: PastCase) -> str | None:
    if case.place is None:
        return None
    found: dict[str, object] = {"address": case.place.address} if case.place.address else {}
    if case.place.point:
        found |= {"lon": case.place.point[0], "lat": case.place.point[1], "crs": "gcj02"}
    return json.dumps(found, ensure_ascii=False)


def _parties(deps: Deps, dispute: Dispute, case: PastCase) -> Iterator[Party]:
    sides = ((Side.APPLICANT, case.applicant), (Side.RESPONDENT, case.respondent))
    for ordinal, (side, past) in enumerate(sides):
        given = PartyIn.model_construct(kind=past.kind, name=past.name, phone=past.phone, credit_code=None)
        yield party_rows.new(deps, given, dispute.id, side, ordinal)


def _registration(deps: Deps, dispute: Dispute, case: PastCase) -> Registration:
    return Registration(
        id=uuid7(),
        dispute_id=dispute.id,
        basis=deps.catalog.registration[Source.HISTORIC].bases[0],
        external_number=case.external_number,
        created_at=deps.clock.now(),
    )


def _at(day: date) -> datetime:
    return datetime.combine(day, time(12), SHANGHAI)


def _batches(cases: Sequence[PastCase]) -> Iterator[list[PastCase]]:
    left = iter(cases)
    while batch := list(islice(left, _BATCH)):
        yield batch
