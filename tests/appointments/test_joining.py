"""A registration by video: the way in, for the visitor and whoever works at the window. A mediation has its room:
`tests/mediation/test_rooms.py`."""

from tests.appointments.calls import book, outcome, slot_at
from tests.appointments.scene import VIDEO, Scene, at
from tests.casework.staff import PeopleAtWork
from tests.clock import TravellingClock
from tests.journeys.contract import granted
from tests.people import file_dispute


async def test_by_video_at_the_window(people: PeopleAtWork, clock: TravellingClock) -> None:
    zhang, clerk = await people.resident("zhang"), await people.staff("clerk")
    dispute = await file_dispute(zhang)
    slot = slot_at(dispute["center"]["id"], at(25, 9, 30), VIDEO)
    appointment = await book(zhang, dispute["id"], slot)
    path = f"/appointments/{appointment['id']}/video"
    early = await zhang.post(path)
    clock.set(at(25, 9, 15))

    visitor, host = [granted(await each.post(path)) for each in (zhang, clerk)]

    assert (outcome(early), early.json()["opens_at"]) == ("not_now", "2026-11-25T09:15:00+08:00")
    assert visitor["room"] == host["room"]
    assert (visitor["role"], host["role"], visitor["provider"]) == ("guest", "host", "trtc")
    assert visitor["user_id"] != host["user_id"]
    assert (await (await people.resident("sun")).post(path)).status_code == 404
    assert (await (await people.staff("supervisor")).post(path)).status_code == 403
    clock.set(at(25, 10, 30))
    assert outcome(await zhang.post(path)) == "appointment_not_live"


async def test_a_mediation_is_entered_through_its_room(scene: Scene, clock: TravellingClock) -> None:
    appointment_id = await scene.agreed(at(26, 9, 45), VIDEO)
    clock.set(at(26, 9, 45))
    for each in (scene.zhang, scene.mediator):
        assert (await each.post(f"/appointments/{appointment_id}/video")).status_code == 404
