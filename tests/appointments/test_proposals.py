"""Mediation times: proposed, answered, agreed, refused, lapsed, fixed."""

from datetime import timedelta
from uuid import uuid4

import pytest

from backend.appointments import lapsing
from models import Appointment, DiaryEntry, Dispute, Party, Purpose, Representation, Status
from tests.appointments.calls import book, cancel, outcome, reschedule, slots, try_to_book, violations
from tests.appointments.scene import VIDEO, Scene, answer, at, notices, set_scene
from tests.casework.staff import PeopleAtWork
from tests.clock import TravellingClock
from tests.conftest import App
from tests.people import file_dispute
from tests.staff_api.test_representation import CONSENT

FIRST, SECOND, THIRD = at(25, 8, 30), at(25, 14, 30), at(26, 8, 30)


async def test_it_stands_when_all_have_agreed(scene: Scene) -> None:
    proposal = (await scene.propose(FIRST)).json()
    waiting = (await scene.li.get(f"/appointments/{proposal['id']}")).json()
    one = (await answer(scene.zhang, proposal["id"])).json()
    both = (await answer(scene.li, proposal["id"])).json()

    assert (proposal["status"], proposal["purpose"], proposal["mediator"]) == ("proposed", "mediation", "王建国")
    assert {each["answer"] for each in proposal["participants"]} == {"pending"}
    assert (waiting["my_answer"], waiting["respond_by"]) == ("pending", "2026-11-25T06:30:00+08:00")
    assert (one["status"], one["my_answer"]) == ("proposed", "accepted")
    assert (both["status"], both["respond_by"]) == ("booked", None)
    assert one["checkin_code"] != both["checkin_code"]
    assert (await notices(scene.zhang))[:2] == ["booked", "proposed"]
    assert (await notices(scene.li))[:2] == ["booked", "proposed"]
    assert await violations() == {}


@pytest.mark.parametrize("said", ["declined", "another_time"])
async def test_one_refusal_ends_it_and_frees_everybody(scene: Scene, said: str) -> None:
    proposal = await scene.proposed(FIRST)
    await answer(scene.zhang, proposal)
    await answer(scene.li, proposal, said, wish="周五下午可以")

    assert await scene.status(proposal) == "declined"
    assert await DiaryEntry.all().count() == 0
    assert (await notices(scene.zhang))[0] == "proposal_declined"
    assert "周五下午" not in (await scene.zhang.get(f"/disputes/{scene.dispute_id}/timeline")).text
    assert "周五下午" in (await scene.clerk.get(f"/disputes/{scene.dispute_id}/timeline")).text
    assert outcome(await answer(scene.zhang, proposal)) == "not_proposed"
    assert (await scene.propose(FIRST)).status_code == 201


async def test_a_proposal_holds_its_time(scene: Scene, people: PeopleAtWork) -> None:
    await scene.proposed(FIRST)
    other = await set_scene(people, joined=False, name="wang")

    refused = await other.propose(FIRST)
    shown = {each["starts_at"]: each["remaining"] for each in await slots(other.zhang, other.dispute_id, kind="onsite")}

    assert outcome(refused) == "slot_full"
    assert shown["2026-11-25T08:30:00+08:00"] == 0
    assert shown["2026-11-25T14:30:00+08:00"] == 1


async def test_unanswered_it_lapses_by_the_clock_and_the_worker_writes_it_down(
    app: App, scene: Scene, people: PeopleAtWork, clock: TravellingClock
) -> None:
    proposal = await scene.proposed(THIRD)
    other = await set_scene(people, joined=False, name="wang")
    clock.advance(hours=45)

    assert await scene.status(proposal) == "expired"
    assert "STATUS:CANCELLED" in (await scene.zhang.get(f"/appointments/{proposal}/calendar.ics")).text
    assert outcome(await answer(scene.zhang, proposal)) == "not_proposed"
    assert (await Appointment.get(id=proposal)).status == "proposed"
    taken = await book(other.zhang, other.dispute_id, other.slot(at(26, 14, 30)))
    assert await lapsing.sweep(app.ctx.deps) == 1
    assert (await Appointment.get(id=proposal)).status == "expired"
    assert taken["status"] == "booked"
    assert (await notices(scene.li))[0] == "proposal_expired"


async def test_a_lapsed_proposal_is_in_nobodys_way(scene: Scene, people: PeopleAtWork, clock: TravellingClock) -> None:
    await scene.proposed(at(30, 8, 30))
    other = await set_scene(people, joined=False, name="wang")
    clock.advance(hours=49)

    assert (await book(other.zhang, other.dispute_id, other.slot(at(30, 8, 30))))["status"] == "booked"


async def test_who_chooses_agrees_and_the_other_is_asked(scene: Scene) -> None:
    appointment = await book(scene.zhang, scene.dispute_id, scene.slot(FIRST))
    agreed = await answer(scene.li, appointment["id"])

    assert (appointment["status"], appointment["my_answer"]) == ("proposed", "accepted")
    assert agreed.json()["status"] == "booked"


async def test_alone_in_the_mini_program_a_choice_is_a_booking(people: PeopleAtWork, clock: TravellingClock) -> None:
    scene = await set_scene(people, joined=False)
    appointment = await book(scene.zhang, scene.dispute_id, scene.slot(FIRST))

    assert (appointment["status"], appointment["purpose"]) == ("booked", "mediation")
    assert appointment["ends_ts"] - appointment["starts_ts"] == 90 * 60


async def test_a_case_with_a_mediator_is_shown_mediation_times(scene: Scene) -> None:
    by_default = await slots(scene.zhang, scene.dispute_id, kind="onsite")
    at_window = await slots(scene.zhang, scene.dispute_id, kind="onsite", purpose="registration")

    assert {each["purpose"] for each in by_default} == {"mediation"}
    assert [each["starts_at"][11:16] for each in by_default if each["starts_at"].startswith("2026-11-25")] == [
        "08:30", "10:15", "14:30",
    ]  # fmt: skip
    assert {each["purpose"] for each in at_window} == {"registration"}


async def test_without_a_mediator_there_is_no_mediation_time(people: PeopleAtWork, clock: TravellingClock) -> None:
    zhang = await people.resident()
    dispute = await file_dispute(zhang)
    scene = await set_scene(people)

    page = (await zhang.get(f"/disputes/{dispute['id']}/slots", purpose="mediation")).json()
    refused = await try_to_book(zhang, dispute["id"], scene.slot(FIRST))

    assert page["items"] == []
    assert "调解员" in page["note"]
    assert outcome(refused) == "no_mediator"


async def test_staff_write_down_the_answer_of_who_has_not_joined(people: PeopleAtWork, clock: TravellingClock) -> None:
    scene = await set_scene(people, joined=False)
    proposal = await scene.proposed(FIRST)
    zhang, other = await scene.party_id(0), await scene.party_id(1)
    path = f"/appointments/{proposal}/answers"

    for_zhang = await scene.clerk.post(path, {"party_id": zhang, "answer": "accepted"})
    stranger = await scene.clerk.post(path, {"party_id": str(uuid4()), "answer": "accepted"})
    recorded = await scene.clerk.post(path, {"party_id": other, "answer": "accepted"})
    await answer(scene.zhang, proposal)

    assert [each.json()["fields"][0]["path"] for each in (for_zhang, stranger)] == ["party_id", "party_id"]
    by_party = {each["party_id"]: each for each in recorded.json()["participants"]}
    assert by_party[other]["recorded_by_staff"]
    assert await scene.status(proposal) == "booked"


async def test_a_yes_given_on_the_phone_counts_from_the_start(people: PeopleAtWork, clock: TravellingClock) -> None:
    scene = await set_scene(people, joined=False)
    zhang, other = await scene.party_id(0), await scene.party_id(1)

    for_zhang = await scene.propose(FIRST, accepted_party_ids=[zhang, str(uuid4())])
    proposal = await scene.proposed(FIRST, accepted_party_ids=[other])
    await answer(scene.zhang, proposal)

    assert [each["path"] for each in for_zhang.json()["fields"]] == ["accepted_party_ids.1", "accepted_party_ids.0"]
    assert await scene.status(proposal) == "booked"


async def test_who_need_not_agree_does_not_hold_it_up(scene: Scene) -> None:
    proposal = await scene.proposed(FIRST, required_party_ids=[await scene.party_id(0)])
    await answer(scene.li, proposal, "declined")

    assert await scene.status(proposal) == "proposed"
    await answer(scene.zhang, proposal)
    assert await scene.status(proposal) == "booked"


async def test_after_two_refusals_staff_may_fix_a_time(scene: Scene) -> None:
    early = await scene.propose(FIRST, fixed=True)
    for starts_at in (FIRST, SECOND):
        await answer(scene.li, await scene.proposed(starts_at), "declined")
    fixed = await scene.propose(THIRD, fixed=True)

    assert outcome(early) == "fixing_too_early"
    assert fixed.json()["status"] == "booked"
    assert (await notices(scene.li))[0] == "booked"


async def test_nobody_is_in_two_places_by_account_or_by_identity_number(
    people: PeopleAtWork, clock: TravellingClock
) -> None:
    one, other = await set_scene(people), await set_scene(people, name="wang")
    await Party.filter(dispute_id=one.dispute_id, ordinal=0).update(id_number_hash="same")
    own = await file_dispute(one.zhang)
    window = one.slot(at(25, 9, 0), purpose=Purpose.REGISTRATION)
    await one.agreed(FIRST)

    busy = await try_to_book(one.zhang, own["id"], window)
    li_too = await other.propose(FIRST, VIDEO)
    await Party.filter(dispute_id=other.dispute_id, ordinal=0).update(resident_id=None, id_number_hash="same")
    twin = await other.clerk.post(
        f"/disputes/{other.dispute_id}/appointments",
        {"slot_id": window, "party_id": await other.party_id(0)},
    )

    assert outcome(busy) == "already_booked"
    assert outcome(li_too) == "slot_full"
    assert outcome(twin) == "already_booked"
    assert await violations() == {}


async def test_a_phone_that_a_family_shares_is_no_person(people: PeopleAtWork, clock: TravellingClock) -> None:
    husband, wife = await people.resident("zhang"), await people.resident("wang")
    mine, hers = await file_dispute(husband), await file_dispute(wife)
    slot = (await slots(husband, mine["id"], kind="onsite"))[0]["id"]

    assert (await book(husband, mine["id"], slot))["status"] == "booked"
    assert (await book(wife, hers["id"], slot))["status"] == "booked"


async def test_a_mediation_moved_by_a_party_is_proposed_anew(scene: Scene) -> None:
    appointment_id = await scene.agreed(FIRST)
    code = (await scene.li.get(f"/appointments/{appointment_id}")).json()["checkin_code"]

    moved = await reschedule(scene.zhang, appointment_id, scene.slot(SECOND))
    to_window = await reschedule(scene.zhang, appointment_id, scene.slot(THIRD, purpose=Purpose.REGISTRATION))
    agreed = await answer(scene.li, appointment_id)

    assert (moved.json()["id"], moved.json()["status"]) == (appointment_id, "proposed")
    assert to_window.status_code == 422
    assert (agreed.json()["status"], agreed.json()["checkin_code"]) == ("booked", code)
    assert await violations() == {}
    assert (await scene.propose(FIRST)).status_code == 409  # one at a time


async def test_any_party_may_cancel_a_mediation(scene: Scene) -> None:
    appointment_id = await scene.agreed(FIRST)

    assert (await cancel(scene.li, appointment_id)).status_code == 200
    assert (await notices(scene.zhang))[0] == "cancelled"
    assert await DiaryEntry.all().count() == 0


async def test_a_time_too_near_to_be_answered_is_not_proposed(scene: Scene, clock: TravellingClock) -> None:
    clock.set(FIRST - timedelta(hours=1))

    assert outcome(await scene.propose(FIRST)) == "slot_past"


@pytest.mark.parametrize(("username", "status"), [("supervisor", 403), ("admin", 404), ("gezhouba-clerk", 404)])
async def test_who_may_arrange(scene: Scene, username: str, status: int) -> None:
    staff = await scene.people.staff(username)

    refused = await staff.post(f"/disputes/{scene.dispute_id}/appointments", {"slot_id": scene.slot(FIRST)})

    assert refused.status_code == status


async def test_staff_book_for_who_stands_at_the_window(scene: Scene, clock: TravellingClock) -> None:
    clock.set(at(24, 11, 0))
    slot = scene.slot(at(24, 11, 0), purpose=Purpose.REGISTRATION)
    path = f"/disputes/{scene.dispute_id}/appointments"

    booked = await scene.clerk.post(path, {"slot_id": slot})
    twice = await scene.clerk.post(path, {"slot_id": slot})

    assert (booked.status_code, booked.json()["visitor"], outcome(twice)) == (201, "张三", "already_booked")
    mine = (await scene.zhang.get("/appointments")).json()["items"]
    assert [each["id"] for each in mine] == [booked.json()["id"]]
    assert (await scene.li.get("/appointments")).json()["items"] == []


async def test_who_acts_for_a_party_is_asked_until_it_ends(scene: Scene, people: PeopleAtWork) -> None:
    """代办: the party's own account is not there; the time is proposed to whoever acts by phone."""
    daughter = await people.resident("daughter")
    filed = await file_dispute(daughter, agent=CONSENT)
    mediator = (await Dispute.get(id=scene.dispute_id)).mediator_id
    await Dispute.filter(id=filed["id"]).update(mediator_id=mediator, status=Status.IN_MEDIATION)
    await Party.filter(dispute_id=filed["id"], ordinal=1).update(resident_id=scene.li.id)
    case = Scene(people, daughter, scene.li, scene.clerk, scene.mediator, scene.director, filed["id"], scene.center_id)

    proposal = await case.proposed(FIRST)
    assert outcome(await answer(scene.zhang, proposal)) == "not_found"
    assert (await notices(daughter))[0] == "proposed"
    assert (await daughter.get(f"/appointments/{proposal}")).json()["my_answer"] == "pending"
    await answer(scene.li, proposal)
    assert (await answer(daughter, proposal)).json()["status"] == "booked"
    assert [each["id"] for each in (await daughter.get("/appointments")).json()["items"]] == [proposal]
    assert (await notices(daughter))[0] == "booked"

    row = await Representation.get(dispute_id=filed["id"])
    path = f"/disputes/{filed['id']}/representations/{row.id}/revocation"
    assert (await scene.clerk.post(path, {"reason": "本人要求"})).status_code == 200
    assert (await daughter.get(f"/appointments/{proposal}")).status_code == 404
    assert (await daughter.get("/appointments")).json()["items"] == []
    assert await violations() == {}
