"""Several at the same case, or at the same counter, at the same time."""

import asyncio
from collections import Counter
from typing import Any

import httpx

from models import Dispute, Event
from tests.casework.staff import PeopleAtWork
from tests.clock import TravellingClock
from tests.conftest import App
from tests.history import whole
from tests.journeys.contract import granted, refused, take
from tests.people import Person, file_dispute


async def act(staff: Person, dispute_id: str, action: str, version: int, **fields: Any) -> httpx.Response:
    return await staff.post(f"/disputes/{dispute_id}/actions/{action}", {"version": version} | fields)


async def test_two_accept_one_case(people: PeopleAtWork) -> None:
    clerk, director = await people.staff("clerk"), await people.staff("director")
    filed = await file_dispute(await people.resident())
    both = await asyncio.gather(*(act(each, filed["id"], "accept", 1) for each in (clerk, director)))
    assert sorted(answer.status_code for answer in both) == [200, 409]
    loser = next(answer for answer in both if answer.status_code == 409)
    assert refused(loser, 409, "stale_version")["version"] == 2
    assert await Event.filter(kind="accepted").count() == 1


async def test_different_actions_on_one_case(people: PeopleAtWork) -> None:
    clerk = await people.staff("clerk")
    filed = await file_dispute(await people.resident())
    answers = await asyncio.gather(
        act(clerk, filed["id"], "accept", 1),
        act(clerk, filed["id"], "refuse", 1, reason_code="before_court", redirect={"authority": "法院"}),
        act(clerk, filed["id"], "transfer", 1, level_up=True, reason="复杂"),
        *(act(clerk, filed["id"], "add_note", 1, text=f"第{n}条") for n in range(5)),
    )
    assert Counter(answer.status_code for answer in answers) == {200: 1, 409: 7}
    assert (await Dispute.get(id=filed["id"])).version == 2
    assert await Event.filter(dispute_id=filed["id"]).count() == 2


async def test_numbers_have_no_gaps(people: PeopleAtWork, clock: TravellingClock) -> None:
    clerk, resident = await people.staff("clerk"), await people.resident()
    ids = [(await file_dispute(resident))["id"] for _ in range(20)]
    answers = await asyncio.gather(*(act(clerk, each, "accept", 1) for each in ids))
    numbers = sorted(granted(answer)["case_number"] for answer in answers)
    assert numbers == [f"〔2026〕宜都陆城调字第{n:04}号" for n in range(1, 21)]
    clock.set(clock.now().replace(year=2027, month=1, day=1, hour=0, minute=30))
    last = await file_dispute(await people.resident())
    assert (await take(clerk, last["id"], "accept"))["case_number"] == "〔2027〕宜都陆城调字第0001号"


async def test_a_case_that_moves_away_under_ones_hands(app: App, people: PeopleAtWork) -> None:
    """Whoever waited for the lock sees the new center, not the old one and not nothing."""
    resident, clerk = await people.resident(), await people.staff("clerk")
    others = [await people.staff("gezhouba-clerk"), await people.staff("gezhouba-director")]
    target = granted(await others[0].get("/me"))["center"]["id"]
    for _ in range(5):
        filed = await file_dispute(resident)
        await take(clerk, filed["id"], "transfer", center_id=target, reason="事情发生在葛洲坝")
        received = [act(each, filed["id"], "receive", 2) for each in others]
        urged = resident.post(f"/disputes/{filed['id']}/urges")
        supplemented = resident.post(f"/disputes/{filed['id']}/supplements", {"text": "补充"})
        first, second, *own = await asyncio.gather(*received, urged, supplemented)
        assert sorted([first.status_code, second.status_code]) == [200, 409], (first.text, second.text)
        assert [answer.status_code for answer in own] == [201, 201], [answer.text for answer in own]
    assert await whole.flaws(app) == []
