"""The wait list: in order, held for a while, passed on."""

from datetime import datetime
from typing import Any

import pytest

from backend.appointments import lapsing
from models import Center, SlotCount, WaitEntry
from tests.appointments.calls import book, cancel, outcome, slot_at, try_to_book, violations
from tests.appointments.scene import at, notices
from tests.casework.staff import PeopleAtWork
from tests.clock import TravellingClock
from tests.conftest import App
from tests.people import Person, file_dispute

MORNING = at(25, 9)
WISH = {"kind": "onsite", "from": "2026-11-25", "to": "2026-11-25"}
ONE_PLACE = {
    "hours": [{"weekdays": ["wednesday", "thursday"], "starts": "09:00", "ends": "09:30"}],
    "kinds": {"onsite": {"minutes": 30, "capacity": 1}},
    "minimum_notice_minutes": 60,
    "horizon_days": 31,
}


class Waiting:
    """A center with one place a day, which the first has, and others who wait for it."""

    def __init__(self, people: PeopleAtWork, center_id: str) -> None:
        self.people, self.slot, self.next_day = people, slot_at(center_id, MORNING), slot_at(center_id, at(26, 9))

    async def comes(self, name: str) -> tuple[Person, str]:
        person = await self.people.resident(name)
        return person, (await file_dispute(person))["id"]

    async def waits(self, name: str, **wish: str) -> tuple[Person, str]:
        person, dispute_id = await self.comes(name)
        answer = await person.post(f"/disputes/{dispute_id}/waiting", WISH | wish)
        assert answer.status_code == 201, answer.text
        return person, answer.json()["id"]


@pytest.fixture
async def line(people: PeopleAtWork, clock: TravellingClock) -> Any:
    zhang = await people.resident("zhang")
    dispute = await file_dispute(zhang)
    center = Center.filter(id=dispute["center"]["id"])
    await center.update(opening=ONE_PLACE)
    line = Waiting(people, dispute["center"]["id"])
    held = await book(zhang, dispute["id"], line.slot)
    yield line, zhang, held["id"]
    await center.update(opening=None)


Line = tuple[Waiting, Person, str]


async def offers(person: Person) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await person.get("/waiting")).json()["items"]
    return items


async def test_a_freed_place_is_held_for_the_first_who_waits(line: Line) -> None:
    waiting, zhang, held = line
    first, first_id = await waiting.waits("wang")
    second, second_id = await waiting.waits("zhao")
    walker, walkers_case = await waiting.comes("sun")
    assert [each["ahead"] for each in (*await offers(first), *await offers(second))] == [0, 1]

    await cancel(zhang, held)

    [offer] = await offers(first)
    assert (offer["status"], offer["offered_until"]) == ("offered", "2026-11-24T10:30:00+08:00")
    assert offer["offer"]["starts_at"] == "2026-11-25T09:00:00+08:00"
    assert (await notices(first))[0] == "place_offered"
    assert [each["status"] for each in await offers(second)] == ["waiting"]
    assert outcome(await try_to_book(walker, walkers_case, waiting.slot)) == "slot_full"
    assert outcome(await second.post(f"/waiting/{second_id}/acceptance")) == "offer_gone"
    assert (await second.post(f"/waiting/{first_id}/acceptance")).status_code == 404
    taken = await first.post(f"/waiting/{first_id}/acceptance")
    assert (taken.status_code, taken.json()["status"]) == (201, "booked")
    assert await offers(first) == []
    assert await violations() == {}


async def test_who_has_booked_meanwhile_is_passed_over_and_keeps_the_turn(line: Line) -> None:
    waiting, zhang, held = line
    first, first_case = await waiting.comes("wang")
    await first.post(f"/disputes/{first_case}/waiting", WISH)
    second, second_id = await waiting.waits("zhao")
    other = await book(first, first_case, waiting.next_day)

    await cancel(zhang, held)

    assert [each["status"] for each in (*await offers(first), *await offers(second))] == ["waiting", "offered"]
    await cancel(first, other["id"])
    await second.delete(f"/waiting/{second_id}")
    assert [each["status"] for each in await offers(first)] == ["offered"]
    assert await violations() == {}


async def test_not_taken_in_time_it_goes_to_the_next(app: App, line: Line, clock: TravellingClock) -> None:
    waiting, zhang, held = line
    first, first_id = await waiting.waits("wang")
    second, second_id = await waiting.waits("zhao")
    await cancel(zhang, held)
    clock.advance(minutes=30)

    assert [each["status"] for each in await offers(first)] == ["lapsed"]
    assert outcome(await first.post(f"/waiting/{first_id}/acceptance")) == "offer_gone"
    assert await lapsing.sweep(app.ctx.deps) == 1
    assert await offers(first) == []
    assert (await notices(first))[0] == "offer_lapsed"
    assert (await second.post(f"/waiting/{second_id}/acceptance")).status_code == 201
    assert await violations() == {}


async def test_a_lapsed_offer_is_judged_by_the_clock_without_the_worker(line: Line, clock: TravellingClock) -> None:
    waiting, zhang, held = line
    await waiting.waits("wang")
    walker, walkers_case = await waiting.comes("sun")
    await cancel(zhang, held)
    clock.advance(minutes=30)

    assert (await try_to_book(walker, walkers_case, waiting.slot)).status_code == 201
    assert [entry.status for entry in await WaitEntry.all()] == ["lapsed"]
    assert await violations() == {}


async def test_a_lapsed_offer_goes_to_who_waits_before_who_walks_in(line: Line, clock: TravellingClock) -> None:
    waiting, zhang, held = line
    await waiting.waits("wang")
    second, _ = await waiting.waits("zhao")
    walker, walkers_case = await waiting.comes("sun")
    await cancel(zhang, held)
    clock.advance(minutes=30)

    refused = await try_to_book(walker, walkers_case, waiting.slot)

    assert outcome(refused) == "slot_full"
    assert [entry.status for entry in await WaitEntry.all().order_by("id")] == ["offered", "waiting"]  # rolled back
    assert (await second.get("/waiting")).status_code == 200
    assert await violations() == {}


async def test_who_leaves_passes_on_what_was_held(line: Line) -> None:
    waiting, zhang, held = line
    first, first_id = await waiting.waits("wang")
    second, _ = await waiting.waits("zhao")
    await cancel(zhang, held)

    assert (await first.delete(f"/waiting/{first_id}")).status_code == 204
    assert (await first.delete(f"/waiting/{first_id}")).status_code == 204
    assert [each["status"] for each in await offers(second)] == ["offered"]
    assert await violations() == {}


async def test_a_case_that_ends_waits_no_more(line: Line) -> None:
    waiting, zhang, held = line
    first, dispute_id = await waiting.comes("wang")
    await first.post(f"/disputes/{dispute_id}/waiting", WISH)
    await cancel(zhang, held)

    await first.post(f"/disputes/{dispute_id}/withdrawal", {"reason": "已经和好"})

    assert await offers(first) == []
    assert (await SlotCount.get(starts_at=MORNING)).taken == 0
    assert await violations() == {}


async def test_nobody_has_to_answer_at_night(line: Line, clock: TravellingClock) -> None:
    waiting, zhang, held = line
    first, _ = await waiting.waits("wang")
    clock.set(at(24, 21, 30))

    await cancel(zhang, held)

    assert [each["offered_until"] for each in await offers(first)] == ["2026-11-25T08:30:00+08:00"]


async def test_too_late_to_be_offered_it_is_simply_free(line: Line, clock: TravellingClock) -> None:
    waiting, zhang, held = line
    first, _ = await waiting.waits("wang")
    clock.set(at(25, 8, 40))

    await cancel(zhang, held)

    assert [each["status"] for each in await offers(first)] == ["waiting"]
    assert (await SlotCount.get(starts_at=MORNING)).taken == 0


@pytest.mark.parametrize(
    ("wish", "expected"),
    [
        (WISH | {"from": "2026-11-26", "to": "2026-11-26"}, "places_free"),
        (WISH | {"from": "2026-11-27", "to": "2026-11-27"}, "to"),
        (WISH | {"from": "2026-11-26"}, "to"),
        (WISH | {"to": "2027-03-01"}, "to"),
        (WISH | {"from": "2026-11-20", "to": "2026-11-20"}, "to"),
        (WISH | {"kind": "video"}, "to"),
        (WISH | {"kind": "phone"}, "kind"),
    ],
)
async def test_waits_that_make_no_sense(line: Line, wish: dict[str, str], expected: str) -> None:
    person, dispute_id = await line[0].comes("wang")

    refused = await person.post(f"/disputes/{dispute_id}/waiting", wish)

    body = refused.json()
    assert expected in (body["code"], *(field["path"] for field in body.get("fields") or ()))


async def test_one_waits_once(line: Line) -> None:
    person, dispute_id = await line[0].comes("wang")

    answers = [await person.post(f"/disputes/{dispute_id}/waiting", WISH) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [201, 409]


def test_the_hold_is_counted_from_when_a_phone_may_ring(app: App) -> None:
    from backend.appointments.passing_on import offered_until

    rules, far = app.ctx.deps.catalog.booking, datetime.fromisoformat("2027-01-04T09:00:00+08:00")
    held = {
        now: offered_until(rules, datetime.fromisoformat(now), far)
        for now in ("2026-12-31T20:59:30+08:00", "2026-12-31T21:00:00+08:00", "2026-12-31T00:00:00+08:00")
    }
    assert [str(each)[:16] for each in held.values()] == ["2026-12-31 21:29", "2027-01-01 08:30", "2026-12-31 08:30"]
