"""What to ask for next: what will be needed, and nobody is nagged. Long-term templates count differently."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from backend.core.catalog import Catalog
from backend.notices import delivery
from backend.notices.delivery import Post
from config.catalog_files import read_catalog
from models.base import uuid7
from tests.clock import TravellingClock
from tests.notices.pushes import APPOINTMENT, OUTCOME, PROGRESS, Phone, outcome
from tests.people import People, file_dispute


async def asked(phone: Phone, scene: str = "after_submit") -> list[str]:
    ids: list[str] = (await phone.person.get("/subscriptions/next", scene=scene)).json()["template_ids"]
    return ids


async def test_not_for_what_is_granted_enough(phone: Phone) -> None:
    for _ in range(3):
        assert APPOINTMENT in await asked(phone, "after_booking")
        await phone.report(tmpl_appointment="accept")
    assert await asked(phone, "after_booking") == [PROGRESS]
    assert await asked(phone) == [PROGRESS, OUTCOME]
    assert await asked(phone, "after_reschedule") == []


@pytest.mark.parametrize("answer", ["reject", "filter"])
async def test_not_soon_after_a_no(phone: Phone, clock: TravellingClock, answer: str) -> None:
    await phone.report(tmpl_progress=answer)
    assert await asked(phone) == [APPOINTMENT, OUTCOME]
    clock.advance(days=6, hours=23)
    assert PROGRESS not in await asked(phone)
    clock.advance(hours=1)
    assert PROGRESS in await asked(phone)
    await phone.report(tmpl_progress=answer)
    clock.advance(minutes=1)
    await phone.report(tmpl_progress="accept")
    assert PROGRESS in await asked(phone)


async def test_never_what_is_banned(phone: Phone, clock: TravellingClock) -> None:
    await phone.report(tmpl_progress="ban")
    clock.advance(days=29)
    assert await asked(phone) == [APPOINTMENT, OUTCOME]


async def test_switching_off_in_the_settings_is_a_no(phone: Phone) -> None:
    await phone.tap(PROGRESS)
    await phone.tap(PROGRESS, "reject", where="settings")
    await phone.live_grants(PROGRESS)
    assert await asked(phone) == [APPOINTMENT, OUTCOME]


async def test_another_persons_no_is_not_mine(phone: Phone, people: People) -> None:
    await phone.report(tmpl_progress="reject")
    li = await people.resident("li")
    answer = (await li.get("/subscriptions/next", scene="after_submit")).json()
    assert answer == {"template_ids": [PROGRESS, APPOINTMENT, OUTCOME]}


@contextmanager
def catalog_with(phone: Phone, post: Post, **parts: dict[str, Any]) -> Iterator[Post]:
    """Entries added or changed, for the API and for the worker."""
    raw = read_catalog()
    before = phone.app.ctx.deps
    catalog = Catalog.parse(raw | {part: raw[part] | entries for part, entries in parts.items()})
    phone.app.ctx.deps = replace(before, catalog=catalog)
    try:
        yield replace(post, catalog=catalog)
    finally:
        phone.app.ctx.deps = before


@pytest.fixture
def long_term(phone: Phone, post: Post) -> Iterator[Post]:
    """The progress template is a long-term one here."""
    progress = read_catalog()["templates"]["progress"] | {"long_term": True}
    with catalog_with(phone, post, templates={"progress": progress}) as changed:
        yield changed


async def test_long_term_is_one_acceptance_until_it_is_taken_back(phone: Phone, long_term: Post) -> None:
    assert await asked(phone) == [PROGRESS]  # never mixed with one-time ones
    assert await phone.report(tmpl_progress="accept") == {PROGRESS: 1}
    assert await phone.report(tmpl_progress="accept") == {PROGRESS: 1}
    assert await asked(phone) == [APPOINTMENT, OUTCOME]
    for _ in range(3):
        await phone.tap(PROGRESS)  # the simulator's templates are one-time ones: it wants one each
    for kind in ("accepted", "note", "refused"):
        notice_id = await phone.told(kind)
        await delivery.deliver(long_term, notice_id, 0)
        assert await outcome(notice_id) == "delivered"
    assert await phone.live_grants(PROGRESS) == 1
    await phone.simulator.fault("cgi-bin/message/subscribe/send", errcode=43101)
    refused = await phone.told("accepted")
    await delivery.deliver(long_term, refused, 0)
    assert await outcome(refused) == "no_consent"
    assert await phone.live_grants(PROGRESS) == 0


async def test_a_reminders_acceptance_is_reserved(phone: Phone, post: Post, clock: TravellingClock) -> None:
    """Of three, one is for the unforeseen and one for the deadline that is running: small news may have the third."""
    for _ in range(4):
        await phone.tap(PROGRESS)
    case = uuid7()
    due = clock.now().replace(hour=23)
    asked_for = await phone.told("information_requested", about=case, valid_until=due)
    await delivery.deliver(post, asked_for, 0)
    notes = [await phone.told("note") for _ in range(2)]
    for note in notes:
        await delivery.deliver(post, note, 0)
    assert [await outcome(note) for note in notes] == ["delivered", "no_consent"]
    assert await phone.live_grants(PROGRESS) == 2
    clock.set(due)
    late = await phone.told("note")
    await delivery.deliver(post, late, 0)
    assert await outcome(late) == "delivered"  # the deadline is over
    assert await phone.live_grants(PROGRESS) == 1


async def test_what_was_supplemented_needs_no_reminder(
    phone: Phone, post: Post, people: People, clock: TravellingClock
) -> None:
    for _ in range(3):
        await phone.tap(PROGRESS)
    dispute = await file_dispute(phone.person)
    clerk = await people.staff("clerk")
    body = {"version": 1, "items": ["合同"], "due_on": "2026-11-30"}
    requested = await clerk.post(f"/disputes/{dispute['id']}/actions/request_information", body)
    assert requested.status_code == 200, requested.text
    outcomes = []
    for _ in range(2):
        note = await phone.told("note")
        await delivery.deliver(post, note, 0)
        outcomes.append(await outcome(note))
        clock.advance(seconds=1)
        await phone.person.post(f"/disputes/{dispute['id']}/supplements", {"text": "合同在此。"})
    assert outcomes == ["delivered", "delivered"]
    assert await phone.live_grants(PROGRESS) == 1


async def test_a_booking_reserves_its_reminder(phone: Phone, post: Post) -> None:
    """Small news by the appointment's template, as a deployment may have them."""
    news = read_catalog()["notices"]["booked"] | {"small": True, "urgent": False}
    for _ in range(2):
        await phone.tap(APPOINTMENT)
    dispute = await file_dispute(phone.person)
    slot = (await phone.person.get(f"/disputes/{dispute['id']}/slots")).json()["items"][0]
    booked = await phone.person.post(f"/disputes/{dispute['id']}/appointments", {"slot_id": slot["id"]})
    outcomes = []
    with catalog_with(phone, post, notices={"directions": news}) as changed:
        for _ in range(2):
            directions = await phone.told("directions")
            await delivery.deliver(changed, directions, 0)
            outcomes.append(await outcome(directions))
            await phone.person.post(f"/appointments/{booked.json()['id']}/cancellation", {"reason": "有事"})
    assert outcomes == ["no_consent", "delivered"]
