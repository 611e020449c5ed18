"""A case with two parties on their phones and an outcome."""

from typing import Any

from tests.casework.staff import PeopleAtWork
from tests.journeys.contract import Json, granted, take, to_mediation
from tests.people import Person, file_dispute

AGREED: Json = {
    "form": "oral",
    "summary": "物业两周内修好。",
    "terms": [{"who": "物业", "what": "修好漏水", "due_on": "2026-12-01"}],
}
FAILED: Json = {"reason_code": "no_consensus", "routes": ["向人民法院起诉"]}


async def agreed(people: PeopleAtWork, resident: Person, **filed: Any) -> str:
    """The id of a case in which an oral agreement was reached."""
    dispute_id: str = (await file_dispute(resident, **filed))["id"]
    mediator = await to_mediation(people, dispute_id)
    await take(mediator, dispute_id, "record_session", held_at="2026-11-24T09:30:00+08:00", summary="面谈")
    await take(mediator, dispute_id, "reach_agreement", **AGREED)
    return dispute_id


async def kinds(staff: Person) -> list[str]:
    """Of what lies in the inbox, the newest first."""
    return [each["kind"] for each in granted(await staff.get("/notices", limit=100))["items"]]
