"""Urges reach whoever has the case, and are answered."""

from datetime import timedelta

from models import Event
from tests.aftercare.scene import kinds
from tests.casework.staff import PeopleAtWork
from tests.clock import TravellingClock
from tests.conftest import App
from tests.history import whole
from tests.journeys.contract import Json, granted, refused, take
from tests.people import Person, file_dispute


async def test_an_urge_reaches_the_desk_then_the_mediator_and_is_answered(
    people: PeopleAtWork, clock: TravellingClock, app: App
) -> None:
    zhang, clerk, director = await people.resident(), await people.staff("clerk"), await people.staff("director")
    mediator, foreign = await people.staff("mediator"), await people.staff("gezhouba-director")
    path = f"/disputes/{(dispute_id := (await file_dispute(zhang))['id'])}"
    granted(await zhang.post(f"{path}/urges"), 201)
    refused(await zhang.post(f"{path}/urges"), 409, "already_urged")
    assert [(await kinds(each))[:1] for each in (clerk, director, mediator)] == [["urged_at_desk"]] * 2 + [[]]
    assert (await _waiting(clerk))[0]["dispute_id"] == dispute_id
    assert [await _waiting(each) for each in (mediator, foreign)] == [[], []]

    await take(clerk, dispute_id, "accept")
    await take(clerk, dispute_id, "assign", mediator_id=mediator.id)
    for _ in range(2):
        clock.set(clock.now() + timedelta(days=1))
        granted(await zhang.post(f"{path}/urges"), 201)
    assert (await kinds(mediator)).count("urged") == 2
    assert [each["escalated"] for each in await _waiting(mediator)] == [True] * 3
    assert "urges_unanswered" in await kinds(await people.staff("supervisor"))

    refused(await (await people.staff("supervisor")).post(f"{path}/urges/answer", {"text": "好"}), 403)
    refused(await foreign.post(f"{path}/urges/answer", {"text": "好"}), 404)
    refused(await mediator.post(f"{path}/urges/answer", {}), 422)
    answered = granted(await mediator.post(f"{path}/urges/answer", {"text": "周四到现场查漏水点。"}))
    assert answered["answered"] == 3
    refused(await clerk.post(f"{path}/urges/answer", {"text": "也答一次"}), 409, "nothing_to_answer")
    assert await _waiting(clerk) == []
    last = granted(await zhang.get(f"{path}/timeline", order="desc"))["items"][0]
    assert (last["kind"], last["text"]) == ("urge_answered", "周四到现场查漏水点。")
    assert granted(await zhang.get("/notices"))["items"][0]["kind"] == "urge_answered"
    event = await Event.get(dispute_id=dispute_id, kind="urge_answered")
    assert event.data == {}
    assert await whole.flaws(app) == []


async def _waiting(staff: Person) -> list[Json]:
    items: list[Json] = granted(await staff.get("/urges"))["items"]
    return items
