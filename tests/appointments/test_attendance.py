"""Who came and who did not."""

from typing import Any

import pytest

from backend.appointments import lapsing
from models import Appointment, Miss, SceneCode
from tests.appointments.calls import book, cancel, outcome, reschedule, slot_at, slots, try_to_book
from tests.appointments.scene import ONSITE, Scene, at, notices
from tests.casework.staff import PeopleAtWork
from tests.clock import TravellingClock
from tests.conftest import App
from tests.people import Person, file_dispute

MORNING = at(25, 9, 30)


@pytest.fixture
async def zhang(people: PeopleAtWork, clock: TravellingClock) -> Person:
    return await people.resident("zhang")


async def booked(person: Person, starts_at: Any = MORNING) -> dict[str, Any]:
    dispute = await file_dispute(person)
    return await book(person, dispute["id"], slot_at(dispute["center"]["id"], starts_at))


async def code_of(person: Person, appointment_id: str) -> str:
    answer = await person.get(f"/appointments/{appointment_id}/check-in-code")
    assert answer.status_code == 200, answer.text
    return str(answer.json()["code"])


async def poster(center_id: str) -> str:
    codes = await SceneCode.filter(page="pages/center/index")
    return next(each.code for each in codes if each.params["center_id"] == center_id)


async def test_a_code_is_scanned_once_and_soon_runs_out(
    people: PeopleAtWork, zhang: Person, clock: TravellingClock
) -> None:
    appointment, clerk = await booked(zhang), await people.staff("clerk")
    early = await zhang.get(f"/appointments/{appointment['id']}/check-in-code")
    clock.set(at(25, 9))
    old = await code_of(zhang, appointment["id"])
    clock.advance(seconds=90)
    fresh = await code_of(zhang, appointment["id"])
    stranger = await people.staff("gezhouba-clerk")

    answers = [
        await clerk.post("/check-ins", {"code": old}),
        await clerk.post("/check-ins", {"code": fresh[:-1] + ("A" if fresh[-1] != "A" else "B")}),
        await clerk.post("/check-ins", {"code": "12.34.56"}),
        await stranger.post("/check-ins", {"code": fresh}),
        await clerk.post("/check-ins", {"code": fresh}),
        await clerk.post("/check-ins", {"code": fresh}),
    ]

    assert (outcome(early), "8:30" in early.json()["message"]) == ("not_now", True)
    assert [answer.status_code for answer in answers] == [422, 422, 422, 404, 200, 409]
    assert answers[4].json()["status"] == "checked_in"


async def test_ones_own_check_in_by_the_poster_of_the_center(
    people: PeopleAtWork, zhang: Person, clock: TravellingClock
) -> None:
    appointment = await booked(zhang)
    center_id, path = appointment["center"]["id"], f"/appointments/{appointment['id']}/check-in"
    elsewhere = next(
        each.code for each in await SceneCode.all() if each.params.get("center_id") not in (None, center_id)
    )
    early = await zhang.post(path, {"scene": await poster(center_id)})
    clock.set(MORNING)

    answers = [
        await zhang.post(path, {"scene": elsewhere}),
        await zhang.post(path, {"scene": "unknown"}),
        await zhang.post(path, {"scene": await poster(center_id)}),
        await zhang.post(path, {"scene": await poster(center_id)}),
    ]

    assert outcome(early) == "not_now"
    assert [answer.status_code for answer in answers] == [422, 422, 200, 409]
    assert answers[2].json()["status"] == "checked_in"


async def test_each_party_of_a_mediation_has_a_code_of_their_own(scene: Scene, clock: TravellingClock) -> None:
    appointment_id = await scene.agreed(at(26, 8, 30))
    clock.set(at(26, 8, 15))
    path = f"/appointments/{appointment_id}/check-in"
    li = (await scene.li.get(f"/appointments/{appointment_id}")).json()["checkin_code"]

    first = await scene.clerk.post(path, {"code": li})
    again = await scene.clerk.post(path, {"code": li})
    second = await scene.clerk.post("/check-ins", {"code": await code_of(scene.zhang, appointment_id)})

    assert (first.json()["status"], outcome(again), second.status_code) == ("checked_in", "already_checked_in", 200)
    assert all(each["checked_in_at"] for each in second.json()["participants"])
    done = await scene.mediator.post(f"/appointments/{appointment_id}/completion")
    assert outcome(done) == "not_now"
    clock.set(at(26, 9, 30))
    assert (await scene.mediator.post(f"/appointments/{appointment_id}/completion")).json()["status"] == "completed"


async def test_no_shows_are_counted_limit_and_are_excused(
    people: PeopleAtWork, zhang: Person, clock: TravellingClock
) -> None:
    clerk = await people.staff("clerk")
    missed = [await booked(zhang, at(25, hour)) for hour in (9, 10, 11)]
    early = await clerk.post(f"/appointments/{missed[0]['id']}/no-show")
    clock.set(at(25, 11, 15))
    noted = [await clerk.post(f"/appointments/{each['id']}/no-show") for each in missed]
    dispute = await file_dispute(zhang)
    center_id = dispute["center"]["id"]

    page = (await zhang.get(f"/disputes/{dispute['id']}/slots", kind="onsite")).json()
    far = await try_to_book(zhang, dispute["id"], slot_at(center_id, at(30, 9)))
    excused = await clerk.post(f"/appointments/{missed[0]['id']}/excuse", {"reason": "住院"})
    then = await try_to_book(zhang, dispute["id"], slot_at(center_id, at(30, 9)))

    assert outcome(early) == "not_now"
    assert [each.json()["status"] for each in noted] == ["no_show"] * 3
    assert {each["starts_at"][:10] for each in page["items"]} <= {f"2026-11-{day}" for day in (25, 26, 27, 28)}
    assert "没有到场" in page["note"]
    assert far.status_code == 422
    assert (excused.status_code, then.status_code) == (200, 201)


async def test_with_an_excuse_at_once_nothing_is_counted(
    people: PeopleAtWork, zhang: Person, clock: TravellingClock
) -> None:
    appointment, clerk = await booked(zhang), await people.staff("clerk")
    clock.set(MORNING)

    answer = await clerk.post(f"/appointments/{appointment['id']}/no-show", {"excuse": "路上堵车，已来电话"})

    assert answer.json()["status"] == "no_show"
    assert await Miss.all().count() == 0


async def test_a_late_cancellation_is_counted_an_early_one_is_not(zhang: Person, clock: TravellingClock) -> None:
    early, late = await booked(zhang), await booked(zhang, at(25, 11))
    await cancel(zhang, early["id"])
    clock.set(at(25, 9, 1))
    await cancel(zhang, late["id"])

    assert [(str(each.appointment_id), each.kind) for each in await Miss.all()] == [(late["id"], "late_cancellation")]


async def test_what_went_by_without_a_word_counts_against_nobody(
    app: App, zhang: Person, clock: TravellingClock
) -> None:
    appointment = await booked(zhang)
    clock.set(at(25, 10))

    assert await lapsing.sweep(app.ctx.deps) == 1
    assert (await Appointment.get(id=appointment["id"])).status == "no_show"
    assert await Miss.all().count() == 0


async def test_who_of_a_mediation_did_not_come(scene: Scene, clock: TravellingClock) -> None:
    appointment_id = await scene.agreed(at(26, 8, 30))
    clock.set(at(26, 8, 40))
    code = (await scene.zhang.get(f"/appointments/{appointment_id}")).json()["checkin_code"]
    await scene.clerk.post(f"/appointments/{appointment_id}/check-in", {"code": code})

    zhang = await scene.clerk.post(f"/appointments/{appointment_id}/no-show", {"party_ids": [await scene.party_id(0)]})
    li = await scene.clerk.post(f"/appointments/{appointment_id}/no-show")

    assert zhang.status_code == 422
    assert li.json()["status"] == "checked_in"
    assert [str(each.party_id) for each in await Miss.all()] == [await scene.party_id(1)]


async def test_staff_cancel_and_move_for_who_calls(people: PeopleAtWork, zhang: Person) -> None:
    appointment, clerk = await booked(zhang), await people.staff("clerk")
    later = slot_at(appointment["center"]["id"], at(26, 9, 30), ONSITE)
    path = f"/appointments/{appointment['id']}"

    unexplained = await clerk.post(f"{path}/reschedule", {"slot_id": later})
    moved = await clerk.post(f"{path}/reschedule", {"slot_id": later, "reason": "来电要求改期"})
    ended = await clerk.post(f"{path}/cancellation", {"reason": "来电取消"})

    assert unexplained.json()["fields"][0]["path"] == "reason"
    assert (moved.json()["starts_at"], ended.json()["status"]) == ("2026-11-26T09:30:00+08:00", "cancelled")
    assert (await notices(zhang))[:2] == ["cancelled", "rescheduled"]
    assert outcome(await reschedule(zhang, appointment["id"], later)) == "appointment_not_live"
    history = (await clerk.get(f"/disputes/{appointment['dispute_id']}/timeline")).json()["items"]
    assert [each["kind"] for each in history][-3:] == ["booked", "rescheduled", "cancelled"]
    assert await slots(zhang, appointment["dispute_id"])
