"""Several residents and staff at one small center, several at once, in whatever order; and time goes on."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar
from uuid import uuid4

import httpx
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from backend.appointments import invariants, lapsing, reminders
from backend.core.clock import SHANGHAI
from backend.core.deps import Deps
from models import Appointment, BlockedPeriod, Center, Dispute, Party, Staff, Status, WaitEntry
from tests.appointments.calls import outcome, slots
from tests.casework.staff import PeopleAtWork
from tests.clock import TravellingClock
from tests.people import Person, file_dispute
from tests.races.mixed import ALLOWED
from tests.races.town import ALWAYS

Run = Callable[[Coroutine[Any, Any, Any]], Any]
Call = Coroutine[Any, Any, httpx.Response]

_NAMES = ("zhang", "li", "wang", "zhao")
_ONE_PLACE = {"minutes": 30, "capacity": 1}
_SMALL = ALWAYS | {
    "kinds": {"onsite": _ONE_PLACE, "video": _ONE_PLACE},
    "hours": [{"weekdays": ["monday", "tuesday", "wednesday", "thursday", "friday"], "starts": "09:00",
               "ends": "11:00"}],
}  # fmt: skip
_LIVE = ("booked", "proposed")
_WAYS = (
    "book", "book", "book", "reschedule", "cancel", "answer", "answer", "wait", "take offer", "arrange", "arrange",
    "staff reschedule", "staff cancel", "move day",
)  # fmt: skip


@dataclass(frozen=True)
class Case:
    id: str
    applicant: Person
    other: Person


@dataclass
class Village:
    """In each case the next one's applicant is the other side, so that everybody is in two; one mediator has all."""

    clock: TravellingClock
    deps: Deps
    cases: list[Case]
    clerk: Person
    director: Person
    mediator_id: str
    center_id: str

    @classmethod
    async def settle(cls, people: PeopleAtWork, clock: TravellingClock, deps: Deps) -> "Village":
        residents = [await people.resident(name) for name in _NAMES]
        mediator = await Staff.get(username="mediator")
        cases = []
        for one, other in zip(residents, [*residents[1:], residents[0]], strict=True):
            dispute_id = (await file_dispute(one))["id"]
            await Dispute.filter(id=dispute_id).update(mediator_id=mediator.id, status=Status.IN_MEDIATION)
            await Party.filter(dispute_id=dispute_id, ordinal=1).update(resident_id=other.id)
            cases.append(Case(dispute_id, one, other))
        center_id = str(mediator.center_id)
        await Center.filter(id=center_id).update(opening=_SMALL)
        clerk, director = await people.staff("clerk"), await people.staff("director")
        return cls(clock, deps, cases, clerk, director, str(mediator.id), center_id)


class Dealings(RuleBasedStateMachine):
    """`village` and `run` are set by the test: hypothesis makes its machines in a thread of its own, and all that they
    do is done in the test's event loop."""

    village: ClassVar[Village]
    run: ClassVar[Run]
    seen: ClassVar[Counter[tuple[str, str]]]

    @rule(dealings=st.lists(st.tuples(st.sampled_from(_WAYS), st.integers(0, 3), st.integers(0, 3)), min_size=5,
                            max_size=8))  # fmt: skip
    def several_at_once(self, dealings: list[tuple[str, int, int]]) -> None:
        type(self).run(self._deal(dealings))

    @rule(hours=st.sampled_from((1, 5, 26)))
    def time_goes_on(self, hours: int) -> None:
        self.village.clock.advance(hours=hours)

    @rule()
    def the_worker_sweeps(self) -> None:
        type(self).run(self._sweep())

    @invariant()
    def nothing_is_found_that_must_not_be(self) -> None:
        found = type(self).run(invariants.violations(self.village.clock.now()))
        assert not found, found

    async def _deal(self, dealings: list[tuple[str, int, int]]) -> None:
        """What each aims at is looked up first, so that all are under way at the same time."""
        calls = [await self._ways[what](self, self.village.cases[who], number) for what, who, number in dealings]
        for (what, _, _), answer in zip(dealings, await asyncio.gather(*calls), strict=True):
            assert outcome(answer) in ALLOWED, (what, answer.status_code, answer.text)
            type(self).seen[what, outcome(answer)] += 1

    async def _sweep(self) -> None:
        """Who was ill is well again."""
        await BlockedPeriod.all().delete()
        await lapsing.sweep(self.village.deps)
        await reminders.send_due(self.village.deps)

    async def _slot(self, case: Case, number: int) -> dict[str, str]:
        """All want one of the first three, of a mediation or at the window."""
        purpose = "mediation" if number % 2 else "registration"
        items = await slots(case.applicant, case.id, purpose=purpose, **self._soon())
        return {"slot_id": items[number // 2 % len(items)]["id"]} if items else {"slot_id": "none"}

    def _soon(self) -> dict[str, str]:
        today = self.village.clock.now().astimezone(SHANGHAI).date()
        return {"from": today.isoformat(), "to": (today + timedelta(days=4)).isoformat()}

    async def _live(self, case: Case, number: int) -> str:
        found = await Appointment.filter(dispute_id=case.id, status__in=_LIVE).order_by("id")
        return str(found[number % len(found)].id) if found else str(uuid4())

    async def _book(self, case: Case, number: int) -> Call:
        who = case.other if number == 3 else case.applicant
        return who.post(f"/disputes/{case.id}/appointments", await self._slot(case, number))

    async def _reschedule(self, case: Case, number: int) -> Call:
        path = f"/appointments/{await self._live(case, number)}/reschedule"
        return case.applicant.post(path, await self._slot(case, number))

    async def _cancel(self, case: Case, number: int) -> Call:
        return case.applicant.post(f"/appointments/{await self._live(case, number)}/cancellation", {"reason": "有事"})

    async def _answer(self, case: Case, number: int) -> Call:
        said = "declined" if number == 0 else "accepted"
        return case.other.post(f"/appointments/{await self._live(case, number)}/answer", {"answer": said})

    async def _wait(self, case: Case, number: int) -> Call:
        kind = "video" if number == 0 else "onsite"
        return case.applicant.post(f"/disputes/{case.id}/waiting", {"kind": kind} | self._soon())

    async def _take_offer(self, case: Case, _number: int) -> Call:
        entry = await WaitEntry.filter(dispute_id=case.id).order_by("-id").first()
        return case.applicant.post(f"/waiting/{entry.id if entry else uuid4()}/acceptance")

    async def _arrange(self, case: Case, number: int) -> Call:
        return self.village.clerk.post(f"/disputes/{case.id}/appointments", await self._slot(case, number))

    async def _staff_reschedule(self, case: Case, number: int) -> Call:
        body = await self._slot(case, number) | {"reason": "改期"}
        return self.village.clerk.post(f"/appointments/{await self._live(case, number)}/reschedule", body)

    async def _staff_cancel(self, case: Case, number: int) -> Call:
        path = f"/appointments/{await self._live(case, number)}/cancellation"
        return self.village.clerk.post(path, {"reason": "来电取消"})

    async def _move_day(self, _case: Case, number: int) -> Call:
        day = self.village.clock.now().astimezone(SHANGHAI).date() + timedelta(days=1 + number)
        path = f"/mediators/{self.village.mediator_id}/moved-days"
        return self.village.director.post(path, {"day": day.isoformat(), "reason": "生病"})

    _ways: ClassVar[dict[str, Callable[["Dealings", Case, int], Awaitable[Call]]]] = {
        "book": _book,
        "reschedule": _reschedule,
        "cancel": _cancel,
        "answer": _answer,
        "wait": _wait,
        "take offer": _take_offer,
        "arrange": _arrange,
        "staff reschedule": _staff_reschedule,
        "staff cancel": _staff_cancel,
        "move day": _move_day,
    }
