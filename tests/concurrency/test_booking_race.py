"""Everybody at once. PostgreSQL is the judge; nobody may see a 500 or a 503."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from random import Random
from typing import TypeVar

import httpx
import pytest

from models import Center, CenterLevel, Dispute, Party, SlotCount
from tests.appointments.calls import book, cancel, outcome, reschedule, slots, try_to_book, violations
from tests.clock import TravellingClock
from tests.concurrency.crowd import Caller, crowd

CAPACITY = 5
Item = TypeVar("Item")


@pytest.fixture
async def center(client: httpx.AsyncClient) -> Center:
    found = await Center.filter(level=CenterLevel.TOWNSHIP, opening__isnull=True).first()
    assert found is not None
    return found


def in_pairs(items: Sequence[Item]) -> list[tuple[Item, Item]]:
    return list(zip(items[::2], items[1::2], strict=True))


async def onsite_slots(caller: Caller) -> list[str]:
    return [slot["id"] for slot in await slots(caller.person, caller.dispute_id, kind="onsite")]


@pytest.mark.parametrize("size", [60, 200])
async def test_as_many_succeed_as_there_are_places(
    client: httpx.AsyncClient, clock: TravellingClock, center: Center, size: int
) -> None:
    callers = await crowd(client, clock, size, center)
    slot = (await onsite_slots(callers[0]))[0]

    answers = await asyncio.gather(*(try_to_book(each.person, each.dispute_id, slot) for each in callers))

    assert Counter(map(outcome, answers)) == {"201": CAPACITY, "slot_full": size - CAPACITY}
    assert [row.taken for row in await SlotCount.all()] == [CAPACITY]
    assert await violations() == {}


async def test_a_dispute_tried_on_many_slots_at_once_has_one_appointment(
    client: httpx.AsyncClient, clock: TravellingClock, center: Center
) -> None:
    [caller] = await crowd(client, clock, 1, center)
    choices = (await onsite_slots(caller))[:12]

    answers = await asyncio.gather(*(try_to_book(caller.person, caller.dispute_id, slot) for slot in choices))

    assert Counter(map(outcome, answers)) == {"201": 1, "already_booked": 11}
    assert await violations() == {}


async def test_residents_with_two_disputes_are_not_booked_into_two_places(
    client: httpx.AsyncClient, clock: TravellingClock, center: Center
) -> None:
    callers = await crowd(client, clock, 20, center)
    pairs = [(one, Caller(one.person, other.dispute_id)) for one, other in in_pairs(callers)]
    for one, other in pairs:
        await Dispute.filter(id=other.dispute_id).update(resident_id=one.person.id)
        await Party.filter(dispute_id=other.dispute_id, ordinal=0).update(resident_id=one.person.id)
    choices = await onsite_slots(callers[0])

    answers = await asyncio.gather(
        *(
            try_to_book(each.person, each.dispute_id, slot)
            for pair, slot in zip(pairs, choices, strict=False)
            for each in pair
        )
    )

    outcomes = [Counter(map(outcome, pair)) for pair in in_pairs(answers)]
    assert outcomes == [Counter({"201": 1, "already_booked": 1})] * len(pairs)
    assert await violations() == {}


async def test_residents_who_swap_slots_do_not_block_each_other(
    client: httpx.AsyncClient, clock: TravellingClock, center: Center
) -> None:
    callers = await crowd(client, clock, 8, center)
    ends = (await onsite_slots(callers[0]))[:2]
    booked = [await book(each.person, each.dispute_id, ends[n % 2]) for n, each in enumerate(callers)]

    for turn in range(1, 4):
        answers = await asyncio.gather(
            *(
                reschedule(each.person, appointment["id"], ends[(n + turn) % 2])
                for n, (each, appointment) in enumerate(zip(callers, booked, strict=True))
            )
        )
        assert set(map(outcome, answers)) <= {"200", "slot_full"}

    assert await violations() == {}


async def test_the_last_place_freed_goes_to_one(
    client: httpx.AsyncClient, clock: TravellingClock, center: Center
) -> None:
    callers = await crowd(client, clock, 20, center)
    slot = (await onsite_slots(callers[0]))[0]
    inside = [await book(each.person, each.dispute_id, slot) for each in callers[:CAPACITY]]

    left, *answers = await asyncio.gather(
        cancel(callers[0].person, inside[0]["id"]),
        *(try_to_book(each.person, each.dispute_id, slot) for each in callers[CAPACITY:]),
    )
    late = await try_to_book(callers[0].person, callers[0].dispute_id, slot)

    assert left.status_code == 200
    assert Counter(map(outcome, [*answers, late]))["201"] == 1
    assert await violations() == {}


@pytest.mark.parametrize("seed", range(3))
async def test_mixed_traffic_leaves_every_counter_right(
    client: httpx.AsyncClient, clock: TravellingClock, center: Center, seed: int
) -> None:
    callers = await crowd(client, clock, 24, center)
    choices = (await onsite_slots(callers[0]))[:4]
    chance = Random(seed)  # noqa: S311 - repeatable, guards nothing
    plans = [[(chance.random(), chance.choice(choices)) for _ in range(6)] for _ in callers]

    answers = await asyncio.gather(*(live(each, plan) for each, plan in zip(callers, plans, strict=True)))

    assert {outcome for each in answers for outcome in each} <= {"200", "201", "slot_full"}
    assert await violations() == {}
    assert max(row.taken for row in await SlotCount.all()) <= CAPACITY


async def live(caller: Caller, plan: list[tuple[float, str]]) -> list[str]:
    """One resident's way: books, moves about, gives up, books again."""
    seen: list[str] = []
    held: str | None = None
    for mood, slot in plan:
        if held is None:
            answer = await try_to_book(caller.person, caller.dispute_id, slot)
            held = answer.json()["id"] if answer.status_code == 201 else None
        elif mood < 0.3:
            answer, held = await cancel(caller.person, held), None
        else:
            answer = await reschedule(caller.person, held, slot)
        seen.append(outcome(answer))
    return seen
