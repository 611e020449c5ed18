"""An API process that dies in the middle of bookings leaves no held place, and loses nothing that it has answered."""

import asyncio

from models import Appointment, AppointmentStatus
from tests import native
from tests.races.town import Town
from tests.races.verdict import Finding
from tests.races.wire import Answer

TIMES, CLIENTS = 8, 40


async def run(place: Town) -> Finding:
    answered = cut_off = lost = 0
    for number in range(TIMES):
        server = native.api(native.free_port())
        async with native.running(server), place.wires(server.port, CLIENTS) as wires:
            for wire, _ in wires:
                await wire.get("/mini/v1/appointments?limit=1")  # connected before the crowd sets off
            bookings = [
                asyncio.create_task(
                    wire.post(
                        f"/mini/v1/disputes/{caller.dispute_id}/appointments", {"slot_id": place.slot(20 + number)}
                    )
                )
                for wire, caller in wires[:: 1 if number % 2 else -1]
            ]
            await _some_answered(bookings, number % CLIENTS)
            server.kill()
            results = await asyncio.gather(*bookings, return_exceptions=True)
        answers = [each for each in results if not isinstance(each, BaseException)]
        booked = [each.body["id"] for each in answers if each.status == 201]
        answered, cut_off = answered + len(answers), cut_off + len(results) - len(answers)
        lost += len(booked) - await Appointment.filter(id__in=booked, status=AppointmentStatus.BOOKED).count()
    found = f"{answered} bookings answered, {cut_off} cut off, {lost} answered ones lost"
    return Finding(f"{TIMES} kills mid-booking", "some cut off, no answered one lost", found, cut_off > 0 and lost == 0)


async def _some_answered(bookings: list["asyncio.Task[Answer]"], count: int) -> None:
    """The others are on their way: waiting for a lock, writing, about to commit."""
    pending = set(bookings)
    while len(bookings) - len(pending) <= count and pending:
        _, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
