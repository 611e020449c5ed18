"""Residents and staff who book, move, cancel, propose, answer, wait, block and move days, all at once."""

import asyncio
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from backend.core.clock import SHANGHAI, SystemClock
from models import AppointmentKind
from tests.races import town
from tests.races.town import Town
from tests.races.verdict import Finding
from tests.races.wire import Answer, Wire

RESIDENTS, STAFF, SLOTS, PLACES = 60, 6, 6, 3
MEDIATIONS = range(8, 32)
"""On the three days after the first."""
ALLOWED = frozenset({
    "200", "201", "204", "slot_full", "already_booked", "appointment_not_live", "not_proposed", "places_free",
    "offer_gone", "no_mediator", "fixing_too_early", "slot_past", "invalid_fields", "not_found", "action_not_allowed",
})  # fmt: skip


@dataclass
class Traffic:
    place: Town
    until: float
    seen: Counter[tuple[str, str]] = field(default_factory=Counter)
    chance: random.Random = field(default_factory=lambda: random.Random(7))  # noqa: S311 - guards nothing

    def note(self, what: str, answer: Answer) -> Answer:
        self.seen[what, answer.outcome if answer.status < 500 else str(answer.status)] += 1
        return answer

    def slot(self) -> str:
        return self.place.slot(self.chance.randrange(SLOTS))

    def mediation(self) -> str:
        return self.place.mediation(self.chance.choice(MEDIATIONS), self.chance.choice(list(AppointmentKind)))


async def run(place: Town, port: int, seconds: float) -> Finding:
    mediators = await town.give_mediators(place, RESIDENTS // 2)
    traffic = Traffic(place, time.monotonic() + seconds)
    tokens = [await town.staff_token("clerk") for _ in range(STAFF)]
    director = Wire(port, await town.staff_token("director"))
    async with town.narrowed(place, SLOTS, PLACES), place.wires(port, RESIDENTS) as wires:
        await asyncio.gather(
            *(_resident(traffic, wire, caller.dispute_id) for wire, caller in wires),
            *(_clerk(traffic, Wire(port, token)) for token in tokens),
            _director(traffic, director, [str(each.id) for each in mediators]),
        )
    strange = {key: count for key, count in traffic.seen.items() if key[1] not in ALLOWED}
    told = ", ".join(f"{what} {outcome} {count}" for (what, outcome), count in sorted(traffic.seen.items()))
    found = f"{traffic.seen.total()} calls; unexpected: {strange or 'none'}"
    return Finding(f"{seconds:.0f} s of mixed traffic", "only answers that fit", found, not strange, told)


async def _resident(traffic: Traffic, wire: Wire, dispute_id: str) -> None:
    while time.monotonic() < traffic.until:
        live = [
            each["id"]
            for each in (await wire.get("/mini/v1/appointments?limit=10")).body["items"]
            if each["status"] in ("booked", "proposed")
        ]
        target = traffic.slot() if traffic.chance.random() < 0.5 else traffic.mediation()
        mood = traffic.chance.random()
        if not live:
            traffic.note("book", await wire.post(f"/mini/v1/disputes/{dispute_id}/appointments", {"slot_id": target}))
            if mood < 0.2:
                await _wait(traffic, wire, dispute_id)
            continue
        path = f"/mini/v1/appointments/{traffic.chance.choice(live)}"
        if mood < 0.35:
            traffic.note("cancel", await wire.post(f"{path}/cancellation", {"reason": "有事"}))
        elif mood < 0.7:
            traffic.note("reschedule", await wire.post(f"{path}/reschedule", {"slot_id": target}))
        else:
            said = traffic.chance.choice(["accepted", "accepted", "declined"])
            traffic.note("answer", await wire.post(f"{path}/answer", {"answer": said}))


async def _wait(traffic: Traffic, wire: Wire, dispute_id: str) -> None:
    day = (SystemClock().now().astimezone(SHANGHAI) + timedelta(days=2)).date().isoformat()
    body = {"kind": "onsite", "from": day, "to": day}
    traffic.note("wait", await wire.post(f"/mini/v1/disputes/{dispute_id}/waiting", body))
    for entry in (await wire.get("/mini/v1/waiting")).body["items"]:
        traffic.note("accept", await wire.post(f"/mini/v1/waiting/{entry['id']}/acceptance"))


async def _clerk(traffic: Traffic, wire: Wire) -> None:
    cases = [caller.dispute_id for caller in traffic.place.callers[:RESIDENTS]]
    while time.monotonic() < traffic.until:
        dispute_id = traffic.chance.choice(cases)
        target = traffic.chance.choice([traffic.slot, traffic.mediation])()
        made = traffic.note(
            "arrange", await wire.post(f"/staff/v1/disputes/{dispute_id}/appointments", {"slot_id": target})
        )
        if made.status == 201 and traffic.chance.random() < 0.5:
            path = f"/staff/v1/appointments/{made.body['id']}"
            body: dict[str, Any] = {"slot_id": traffic.slot(), "reason": "改期"}
            traffic.note("staff reschedule", await wire.post(f"{path}/reschedule", body))
        elif made.status == 201:
            path = f"/staff/v1/appointments/{made.body['id']}/cancellation"
            traffic.note("staff cancel", await wire.post(path, {"reason": "来电取消"}))


async def _director(traffic: Traffic, wire: Wire, mediators: list[str]) -> None:
    """Every few seconds somebody is ill; the day after they are well again."""
    first = (SystemClock().now().astimezone(SHANGHAI) + timedelta(days=2)).date()
    number = 0
    while time.monotonic() < traffic.until:
        number += 1
        ill, colleague = traffic.chance.sample(mediators, 2)
        day = (first + timedelta(days=1 + number % 3)).isoformat()
        body = {"day": day, "substitute_id": colleague, "reason": "生病"}
        traffic.note("move day", await wire.post(f"/staff/v1/mediators/{ill}/moved-days", body))
        blocked = await wire.get(f"/staff/v1/centers/{traffic.place.center.id}/blocked-periods")
        for period in blocked.body["items"]:
            traffic.note("unblock", await wire.delete(f"/staff/v1/blocked-periods/{period['id']}"))
        await asyncio.sleep(1)  # the pace of this traffic: a mediator falls ill once a second
