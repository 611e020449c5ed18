"""A mediator's calendar subscribes to a secret address."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from icalendar import Calendar

from backend.appointments.availability import slot_id
from backend.core.clock import SHANGHAI
from models import AppointmentKind, CalendarFeed, Dispute, Party, Purpose, Staff, Status
from tests.appointments.calls import cancel
from tests.clock import TravellingClock
from tests.people import People, Person, file_dispute

ONSITE, VIDEO = AppointmentKind.ONSITE, AppointmentKind.VIDEO


@dataclass(frozen=True)
class Scene:
    """A case with a mediator; only the applicant is in the mini-program."""

    zhang: Person
    clerk: Person
    mediator: Person
    dispute: dict[str, Any]

    async def proposed(self, starts_at: datetime, kind: AppointmentKind = ONSITE) -> str:
        applicant = await Party.get(dispute_id=self.dispute["id"], ordinal=0)
        slot = slot_id(self.dispute["center"]["id"], kind, starts_at, Purpose.MEDIATION)
        body = {"slot_id": slot, "required_party_ids": [str(applicant.id)]}
        made = await self.clerk.post(f"/disputes/{self.dispute['id']}/appointments", body)
        assert made.status_code == 201, made.text
        return str(made.json()["id"])

    async def agreed(self, starts_at: datetime) -> str:
        appointment_id = await self.proposed(starts_at)
        said = await self.zhang.post(f"/appointments/{appointment_id}/answer", {"answer": "accepted"})
        assert said.json()["status"] == "booked", said.text
        return appointment_id


@pytest.fixture
async def scene(people: People, clock: TravellingClock) -> Scene:
    zhang = await people.resident("zhang")
    dispute = await file_dispute(zhang)
    mediator = await Staff.get(username="mediator")
    await Dispute.filter(id=dispute["id"]).update(mediator_id=mediator.id, status=Status.IN_MEDIATION)
    return Scene(zhang, await people.staff("clerk"), await people.staff("mediator"), dispute)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI)


async def address_of(mediator: Person) -> str:
    made = await mediator.post("/me/calendar-feed")
    assert made.status_code == 201, made.text
    return str(urlsplit(made.json()["url"]).path)


async def events(client: httpx.AsyncClient, address: str) -> list[tuple[str, int, str, str]]:
    """Without any token: the address alone."""
    answer = await client.get(address)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    calendar = Calendar.from_ical(answer.content)
    assert calendar.to_ical() == answer.content
    return [(each.uid, each.sequence, str(each.status), str(each["SUMMARY"])) for each in calendar.events]


async def test_it_shows_what_the_mediator_has_and_nobodys_name(scene: Scene, client: httpx.AsyncClient) -> None:
    address = await address_of(scene.mediator)
    assert await events(client, address) == []
    first = await scene.agreed(at(25, 8, 30))
    number = (await scene.clerk.get(f"/disputes/{scene.dispute['id']}")).json()["number"]
    assert await events(client, address) == [(f"{first}@hejie", 0, "CONFIRMED", f"调解 {number}")]
    text = (await client.get(address)).text.replace("\r\n ", "")
    assert not [name for name in ("张三", "物业服务", "13872560001", "漏水") if name in text]
    assert (await cancel(scene.zhang, first)).status_code == 200
    second = await scene.proposed(at(26, 8, 30), VIDEO)
    assert [each[:3] for each in await events(client, address)] == [
        (f"{first}@hejie", 1, "CANCELLED"),
        (f"{second}@hejie", 0, "TENTATIVE"),
    ]


async def test_what_has_not_changed_is_not_sent_again(scene: Scene, client: httpx.AsyncClient) -> None:
    address = await address_of(scene.mediator)
    await scene.agreed(at(25, 8, 30))
    first = await client.get(address)
    assert first.headers["last-modified"] == "Tue, 24 Nov 2026 02:00:00 GMT"
    for known in (first.headers["etag"], f'"other", W/{first.headers["etag"]}'):
        again = await client.get(address, headers={"If-None-Match": known})
        assert (again.status_code, again.content) == (304, b"")
    changed = await client.get(address, headers={"If-None-Match": '"other"'})
    assert changed.status_code == 200


async def test_a_wrong_or_revoked_address_looks_like_none(scene: Scene, client: httpx.AsyncClient) -> None:
    first = await address_of(scene.mediator)
    second = await address_of(scene.mediator)
    assert first != second
    gone, wrong = await client.get(first), await client.get(f"{second[:-1]}!")
    assert (gone.status_code, wrong.status_code) == (404, 404)
    assert {**gone.json(), "request_id": ""} == {**wrong.json(), "request_id": ""}
    assert await events(client, second) == []
    assert (await scene.mediator.get("/me/calendar-feed")).json()["created_at"] == "2026-11-24T10:00:00+08:00"
    assert (await scene.mediator.delete("/me/calendar-feed")).status_code == 204
    assert (await client.get(second)).status_code == 404
    assert (await scene.mediator.get("/me/calendar-feed")).json()["created_at"] is None
    secrets = {first.rsplit("/", 1)[-1], second.rsplit("/", 1)[-1]}
    assert not secrets & {row.token_hash for row in await CalendarFeed.all()}


@pytest.mark.parametrize("username", ["clerk", "director", "supervisor", "admin"])
async def test_only_mediators_have_one(people: People, username: str) -> None:
    refused = await (await people.staff(username)).post("/me/calendar-feed")
    assert refused.json()["code"] == "role_not_allowed"


async def test_a_repeated_request_gives_the_same_address(scene: Scene) -> None:
    made = [await scene.mediator.post("/me/calendar-feed", key="k1") for _ in "ab"]
    assert made[0].json() == made[1].json()
    assert await CalendarFeed.all().count() == 1
