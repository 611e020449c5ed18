"""A case between two who are both in the mini-program, with a mediator."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx

from backend.core.clock import SHANGHAI
from models import AppointmentKind, Dispute, Party, Purpose, Staff, Status
from tests.appointments.calls import slot_at
from tests.casework.staff import PeopleAtWork
from tests.people import Person, file_dispute

ONSITE, VIDEO = AppointmentKind.ONSITE, AppointmentKind.VIDEO


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """In November 2026; the clock starts on Tuesday the 24th at 10:00. Mediations on site begin at 8:30, 10:15, 14:30
    and 16:15… as far as they fit: 8:30, 10:15, 14:30."""
    return datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI)


@dataclass(frozen=True)
class Scene:
    people: PeopleAtWork
    zhang: Person
    li: Person
    clerk: Person
    mediator: Person
    director: Person
    dispute_id: str
    center_id: str

    def slot(self, starts_at: datetime, kind: AppointmentKind = ONSITE, purpose: Purpose = Purpose.MEDIATION) -> str:
        return slot_at(self.center_id, starts_at, kind, purpose)

    async def propose(self, starts_at: datetime, kind: AppointmentKind = ONSITE, **more: Any) -> httpx.Response:
        """By the clerk."""
        body = {"slot_id": self.slot(starts_at, kind), **more}
        return await self.clerk.post(f"/disputes/{self.dispute_id}/appointments", body)

    async def proposed(self, starts_at: datetime, kind: AppointmentKind = ONSITE, **more: Any) -> str:
        answer = await self.propose(starts_at, kind, **more)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    async def party_id(self, ordinal: int) -> str:
        return str((await Party.get(dispute_id=self.dispute_id, ordinal=ordinal)).id)

    async def agreed(self, starts_at: datetime, kind: AppointmentKind = ONSITE) -> str:
        """A mediation to which both said yes."""
        appointment_id = await self.proposed(starts_at, kind)
        for person in (self.zhang, self.li):
            said = await answer(person, appointment_id)
            assert said.status_code == 200, said.text
        return appointment_id

    async def status(self, appointment_id: str) -> str:
        return str((await self.zhang.get(f"/appointments/{appointment_id}")).json()["status"])


async def answer(person: Person, appointment_id: str, said: str = "accepted", **more: str) -> httpx.Response:
    return await person.post(f"/appointments/{appointment_id}/answer", {"answer": said, **more})


async def notices(person: Person) -> list[str]:
    """Latest first."""
    return [each["kind"] for each in (await person.get("/notices")).json()["items"]]


async def set_scene(people: PeopleAtWork, *, joined: bool = True, name: str = "zhang") -> Scene:
    zhang, li = await people.resident(name), await people.resident("li")
    dispute = await file_dispute(zhang)
    mediator = await Staff.get(username="mediator")
    await Dispute.filter(id=dispute["id"]).update(mediator_id=mediator.id, status=Status.IN_MEDIATION)
    if joined:
        await Party.filter(dispute_id=dispute["id"], ordinal=1).update(resident_id=li.id)
    clerk, at_work, director = [await people.staff(each) for each in ("clerk", "mediator", "director")]
    return Scene(people, zhang, li, clerk, at_work, director, dispute["id"], dispute["center"]["id"])
