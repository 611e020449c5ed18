"""Who takes part changes after a time was agreed: the diaries follow."""

from datetime import datetime

from backend.core.clock import SHANGHAI
from models import AppointmentKind, Purpose
from tests.appointments.calls import book, outcome, slot_at, try_to_book, violations
from tests.casework.staff import PeopleAtWork
from tests.clock import TravellingClock
from tests.journeys.contract import Json, granted
from tests.people import Person, file_dispute
from tests.staff_api.test_joining import LI_PHONE, OTHER_SIDE, invited, opened, party, verified

AT_HALF_PAST_EIGHT = datetime(2026, 11, 26, 8, 30, tzinfo=SHANGHAI)


async def arranged(staff: Person, case: Json, **wish: object) -> str:
    slot = slot_at(case["center"]["id"], AT_HALF_PAST_EIGHT, AppointmentKind.ONSITE, Purpose.MEDIATION)
    return str(granted(await staff.post(f"/disputes/{case['id']}/appointments", {"slot_id": slot, **wish}), 201)["id"])


async def agreed(staff: Person, applicant: Person, case: Json) -> str:
    """The two who have not joined said yes on the phone."""
    said_yes = [party(case, nth=0), party(case, nth=1)]
    appointment_id = await arranged(staff, case, accepted_party_ids=said_yes)
    granted(await applicant.post(f"/appointments/{appointment_id}/answer", {"answer": "accepted"}))
    return appointment_id


async def elsewhere(person: Person) -> tuple[str, str]:
    """An own dispute, and the window at the same hour."""
    own = await file_dispute(person)
    return own["id"], slot_at(own["center"]["id"], AT_HALF_PAST_EIGHT)


async def join(staff: Person, case: Json, person: Person) -> None:
    token = (await invited(staff, case))["token"]
    granted(await person.post("/invitations/acceptance", {"token": token, "name": OTHER_SIDE[0]["name"]}), 201)


async def status(person: Person, appointment_id: str) -> str:
    return str(granted(await person.get(f"/appointments/{appointment_id}"))["status"])


async def test_who_joins_is_at_the_mediation_then_and_nowhere_else(at_work: PeopleAtWork) -> None:
    zhang, li = await at_work.resident(), await verified(at_work, "li", LI_PHONE)
    mediator, case = await opened(at_work, zhang)
    appointment_id = await agreed(mediator, zhang, case)

    await join(mediator, case, li)

    assert [await status(each, appointment_id) for each in (zhang, li)] == ["booked", "booked"]
    assert outcome(await try_to_book(li, *await elsewhere(li))) == "already_booked"
    assert await violations() == {}


async def test_a_mediation_at_which_who_joins_cannot_be_is_cancelled(at_work: PeopleAtWork) -> None:
    zhang, li = await at_work.resident(), await verified(at_work, "li", LI_PHONE)
    mediator, case = await opened(at_work, zhang)
    appointment_id = await agreed(mediator, zhang, case)
    await book(li, *await elsewhere(li))

    await join(mediator, case, li)

    assert await status(zhang, appointment_id) == "cancelled"
    assert (await zhang.get("/notices")).json()["items"][0]["kind"] == "cancelled"
    assert await violations() == {}


async def test_who_leaves_is_free_again(at_work: PeopleAtWork) -> None:
    zhang, li = await at_work.resident(), await verified(at_work, "li", LI_PHONE)
    mediator, case = await opened(at_work, zhang)
    appointment_id = await agreed(mediator, zhang, case)
    await join(mediator, case, li)

    granted(await li.post(f"/disputes/{case['id']}/departure", {}))

    assert await status(zhang, appointment_id) == "booked"
    await book(li, *await elsewhere(li))
    assert await violations() == {}


async def test_who_chose_the_time_and_leaves_has_no_say_in_it(at_work: PeopleAtWork, clock: TravellingClock) -> None:
    zhang, li = await at_work.resident(), await verified(at_work, "li", LI_PHONE)
    mediator, case = await opened(at_work, zhang)
    await join(mediator, case, li)
    slot = slot_at(case["center"]["id"], AT_HALF_PAST_EIGHT, AppointmentKind.ONSITE, Purpose.MEDIATION)
    appointment_id = (await book(li, case["id"], slot))["id"]
    granted(await zhang.post(f"/appointments/{appointment_id}/answer", {"answer": "accepted"}))

    granted(await li.post(f"/disputes/{case['id']}/departure", {}))
    clock.set(AT_HALF_PAST_EIGHT)

    path = f"/appointments/{appointment_id}"
    answers = [
        await li.get(path),
        await li.get(f"{path}/check-in-code"),
        await li.get(f"{path}/calendar.ics"),
        await li.post(f"{path}/cancellation", {"reason": "不去了"}),
    ]
    assert [each.status_code for each in answers] == [404] * 4
    assert appointment_id not in (await li.get("/appointments")).text
    assert await status(zhang, appointment_id) == "booked"


async def test_a_proposal_that_waited_for_who_was_removed_stands(at_work: PeopleAtWork) -> None:
    zhang = await at_work.resident()
    mediator, case = await opened(at_work, zhang)
    appointment_id = await arranged(mediator, case, accepted_party_ids=[party(case, nth=0)])
    granted(await zhang.post(f"/appointments/{appointment_id}/answer", {"answer": "accepted"}))
    assert await status(zhang, appointment_id) == "proposed"

    removal = {"version": case["version"], "reason": "登记有误"}
    granted(await mediator.post(f"/disputes/{case['id']}/parties/{party(case, nth=1)}/removal", removal))

    assert await status(zhang, appointment_id) == "booked"
    assert await violations() == {}
