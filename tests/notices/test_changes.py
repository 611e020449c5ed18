"""What happened after a cursor, in the order of commits."""

import asyncio
from typing import Any

import pytest
from tortoise.transactions import in_transaction

from backend.core import pagination
from models import Audience, Dispute, Event, Party, PartyKind, Side
from models.base import uuid7
from tests.conftest import App
from tests.notices.pushes import Phone
from tests.people import People, Person, file_dispute


async def changes(person: Person, **query: Any) -> dict[str, Any]:
    answer = await person.get("/changes", **query)
    assert answer.status_code == 200, answer.text
    page: dict[str, Any] = answer.json()
    return page


async def test_all_from_the_beginning_then_nothing_more(phone: Phone) -> None:
    dispute = await file_dispute(phone.person)
    await phone.told("accepted")
    page = await changes(phone.person)
    assert [(item["type"], item["kind"]) for item in page["items"]] == [
        ("timeline", "submitted"),
        ("notice", "submitted"),
        ("notice", "accepted"),
    ]
    assert page["items"][0]["dispute_id"] == dispute["id"]
    timeline = (await phone.person.get(f"/disputes/{dispute['id']}/timeline")).json()["items"]
    assert {key: page["items"][0][key] for key in timeline[0]} == timeline[0]
    assert page["next_cursor"] is None
    assert page["cursor"] == page["items"][-1]["cursor"]
    assert await changes(phone.person, after=page["cursor"]) == {
        "items": [], "cursor": page["cursor"], "next_cursor": None
    }  # fmt: skip
    rest = await changes(phone.person, after=page["items"][0]["cursor"], limit=1)
    assert rest["items"] == page["items"][1:2]
    assert rest["next_cursor"] == rest["cursor"] == page["items"][1]["cursor"]


async def test_who_sees_what(phone: Phone, people: People) -> None:
    """The applicant sees what is for applicants; who has joined sees what is for both; strangers and staff's own
    entries stay out."""
    joined, stranger = await people.resident("joined"), await people.resident("stranger")
    dispute = await Dispute.get(id=(await file_dispute(phone.person))["id"])
    party_id = uuid7()
    await Party(
        id=party_id, dispute=dispute, side=Side.RESPONDENT, kind=PartyKind.PERSON, ordinal=9,
        resident_id=joined.id, name_sealed=b"", name_hash="",
    ).save(force_create=True)  # fmt: skip
    for kind, audience in (("urged", Audience.APPLICANT), ("accepted", Audience.PARTIES), ("closed", Audience.STAFF)):
        event = Event(dispute=dispute, kind=kind, audience=audience, at=phone.clock.now(), actor_kind="system")
        await event.save(force_create=True)
    seen = {
        name: [item["kind"] for item in (await changes(person))["items"] if item["type"] == "timeline"]
        for name, person in {"applicant": phone.person, "joined": joined, "stranger": stranger}.items()
    }
    both = ["submitted", "accepted"]
    assert seen == {"applicant": ["submitted", "urged", "accepted"], "joined": both, "stranger": []}


async def test_a_late_commit_is_not_skipped(app: App, phone: Phone) -> None:
    """An older transaction that is still open holds back what younger ones have committed."""
    start = (await changes(phone.person))["cursor"]
    begun, may_end = asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        async with in_transaction():
            await phone.notify("accepted")
            begun.set()
            await may_end.wait()

    slow_task = asyncio.create_task(slow())
    await begun.wait()
    await phone.told("refused")
    assert (await changes(phone.person, after=start))["items"] == []
    may_end.set()
    await slow_task
    page = await changes(phone.person, after=start)
    assert [item["kind"] for item in page["items"]] == ["accepted", "refused"]


@pytest.mark.parametrize("cursor", ["?", "MQ", "x" * 300, "MQpub25lCm5vbmU", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5CjAKMA"])
async def test_bad_cursors(phone: Phone, cursor: str) -> None:
    refused = await phone.person.get("/changes", after=cursor)
    assert (refused.status_code, refused.json()["fields"][0]["path"]) == (422, "after")


async def test_a_cursor_of_another_cluster_starts_from_the_beginning(phone: Phone) -> None:
    await file_dispute(phone.person)
    everything = await changes(phone.person)
    far_ahead = pagination.encode(str(2**62), "0", str(uuid7()))

    assert (await changes(phone.person, after=far_ahead))["items"] == everything["items"]
