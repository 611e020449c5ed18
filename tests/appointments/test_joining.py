"""The way into a video room."""

import pytest

from backend.appointments import joining
from tests.appointments.calls import book, cancel, outcome, slot_at
from tests.appointments.scene import VIDEO, Scene, at
from tests.casework.staff import PeopleAtWork
from tests.clock import TravellingClock
from tests.conftest import App
from tests.people import file_dispute

FIRST = at(26, 9, 45)


async def test_parties_and_mediator_come_in_shortly_before_the_start(
    app: App, scene: Scene, clock: TravellingClock
) -> None:
    appointment_id = await scene.agreed(FIRST, VIDEO)
    path = f"/appointments/{appointment_id}/video"
    early = await scene.zhang.post(path)
    clock.set(at(26, 9, 30))

    let_in = [await each.post(path) for each in (scene.zhang, scene.li, scene.mediator, scene.director)]
    stranger = await scene.people.resident("sun")

    assert (outcome(early), early.json()["opens_at"]) == ("not_now", "2026-11-26T09:30:00+08:00")
    assert [answer.status_code for answer in let_in] == [200] * 4
    assert len({answer.json()["room"] for answer in let_in}) == 1
    assert [answer.json()["role"] for answer in let_in] == ["party", "party", "host", "host"]
    assert (await stranger.post(path)).status_code == 404
    assert (await scene.clerk.post(path)).status_code == 403
    mine = let_in[1].json()
    holder = joining.holder(app.ctx.deps, mine["credential"])
    assert holder is not None
    assert (holder.room, holder.role, str(holder.actor_id)) == (mine["room"], "party", scene.li.id)
    assert joining.holder(app.ctx.deps, mine["credential"].replace(".party.", ".host.")) is None
    clock.set(at(26, 10, 45))
    assert joining.holder(app.ctx.deps, mine["credential"]) is None
    assert outcome(await scene.zhang.post(path)) == "appointment_not_live"


@pytest.mark.parametrize("what", ["onsite", "cancelled", "proposed"])
async def test_where_there_is_no_room(scene: Scene, clock: TravellingClock, what: str) -> None:
    if what == "proposed":
        appointment_id = await scene.proposed(FIRST, VIDEO)
    else:
        appointment_id = await scene.agreed(
            FIRST if what == "cancelled" else at(26, 8, 30), *[VIDEO] * (what != "onsite")
        )
    if what == "cancelled":
        await cancel(scene.zhang, appointment_id)
    clock.set(FIRST if what != "onsite" else at(26, 8, 30))

    refused = await scene.zhang.post(f"/appointments/{appointment_id}/video")

    assert outcome(refused) == ("not_found" if what == "onsite" else "appointment_not_live")


async def test_by_video_at_the_window(people: PeopleAtWork, clock: TravellingClock) -> None:
    zhang, clerk = await people.resident("zhang"), await people.staff("clerk")
    dispute = await file_dispute(zhang)
    slot = slot_at(dispute["center"]["id"], at(25, 9, 30), VIDEO)
    appointment = await book(zhang, dispute["id"], slot)
    clock.set(at(25, 9, 30))

    rooms = [(await each.post(f"/appointments/{appointment['id']}/video")).json()["room"] for each in (zhang, clerk)]

    assert rooms[0] == rooms[1]
