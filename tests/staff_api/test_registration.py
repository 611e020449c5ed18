"""Doors other than the mini-program."""

import pytest

from tests.casework.staff import PeopleAtWork
from tests.journeys.contract import granted, paths, refused, take
from tests.people import filing


@pytest.mark.parametrize("source", ["window", "phone", "grid", "referral", "proactive"])
async def test_each_door(at_work: PeopleAtWork, source: str) -> None:
    clerk = await at_work.staff("clerk")
    elsewhere = {"lon": 111.2867, "lat": 30.6919, "crs": "gcj02"}
    case = granted(await clerk.post("/disputes", filing(source=source, location=elsewhere)), 201)
    assert (case["status"], case["source"]) == ("submitted", source)
    assert case["center"]["id"] == granted(await clerk.get("/me"))["center"]["id"], "首问负责"
    assert case["applicant"] == "张三"
    assert (await take(clerk, case["id"], "accept"))["case_number"].endswith("0001号")


async def test_bad_input(at_work: PeopleAtWork) -> None:
    clerk = await at_work.staff("clerk")
    center = granted(await clerk.get("/me"))["center"]["id"]
    assert paths(await clerk.post("/disputes", filing())) == {"source"}
    wrong = filing(source="mini_program", center_id=center, respondents=[], category="weather")
    assert paths(await clerk.post("/disputes", wrong)) == {"source", "center_id", "respondents", "category"}
    unknown = filing(source="window", file_ids=["00000000-0000-0000-0000-000000000000"])
    assert paths(await clerk.post("/disputes", unknown)) == {"file_ids.0"}


@pytest.mark.parametrize("username", ["supervisor", "admin"])
async def test_the_city_registers_nothing(at_work: PeopleAtWork, username: str) -> None:
    person = await at_work.staff(username)
    refused(await person.post("/disputes", filing(source="window")), 403, "role_not_allowed")


async def test_a_repeated_request_registers_once(at_work: PeopleAtWork) -> None:
    clerk = await at_work.staff("clerk")
    answers = [await clerk.post("/disputes", filing(source="phone"), key="once") for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert len(granted(await clerk.get("/disputes"))["items"]) == 1
