"""The check before a filing: it tells which door is right, and never blocks."""

from itertools import product
from typing import Any

import httpx
import pytest

from backend.core.catalog import Catalog
from config.catalog_files import read_catalog
from tests.journeys.contract import Json, granted, paths

CATALOG = Catalog.parse(read_catalog())
QUESTIONS = CATALOG.intake.questions


async def advice(client: httpx.AsyncClient, **answers: Any) -> list[Json]:
    answer = granted(await client.post("/mini/v1/intake/advice", json={"answers": answers}))
    assert answer["may_file"] is True
    assert answer["version"] == CATALOG.intake.version
    items: list[Json] = answer["items"]
    return items


async def test_three_or_four_questions_without_logging_in(client: httpx.AsyncClient) -> None:
    shown = granted(await client.get("/mini/v1/intake/questions"))
    assert 3 <= len(shown["items"]) <= 4
    for question in shown["items"]:
        assert question["text"]
        assert len({option["code"] for option in question["options"]}) == len(question["options"]) >= 2


async def test_danger_comes_before_everything(client: httpx.AsyncClient) -> None:
    items = await advice(client, danger="yes", matter="wages", stage="court", wish="ruling")
    assert (items[0]["door"], items[0]["phone"]) == ("police", "110")
    assert {"court", "labour_arbitration", "mediation"} <= {item["door"] for item in items}


@pytest.mark.parametrize(
    ("answers", "door", "phone"),
    [
        ({}, "mediation", None),
        ({"matter": "private", "danger": "no", "stage": "none", "wish": "talk"}, "mediation", None),
        ({"matter": "wages"}, "labour_arbitration", "12333"),
        ({"matter": "consumer"}, "hotline_12315", "12315"),
        ({"matter": "public_service"}, "hotline_12345", "12345"),
        ({"matter": "government"}, "petition_office", "12345"),
        ({"matter": "crime"}, "police", "110"),
        ({"stage": "court"}, "court", "12368"),
        ({"stage": "decided"}, "court", "12368"),
        ({"wish": "ask"}, "legal_advice", "12348"),
    ],
)
async def test_the_right_door(client: httpx.AsyncClient, answers: Json, door: str, phone: str | None) -> None:
    first = (await advice(client, **answers))[0]
    assert (first["door"], first["phone"]) == (door, phone)


def test_no_answers_leave_anybody_without_advice() -> None:
    codes = [question.code for question in QUESTIONS]
    for answers in product(*([option.code for option in question.options] for question in QUESTIONS)):
        given = dict(zip(codes, answers, strict=True))
        found = CATALOG.intake.advice_on(given)
        assert found[-1].door == "mediation", given
        assert given["danger"] != "yes" or found[0].phone == "110"


async def test_bad_input(client: httpx.AsyncClient) -> None:
    bad = {"answers": {"danger": "maybe", "weather": "rain", "matter": "wages"}}
    assert paths(await client.post("/mini/v1/intake/advice", json=bad)) == {"answers.danger", "answers.weather"}
    assert paths(await client.post("/mini/v1/intake/advice", json={"answers": {"danger": 1}})) == {"answers.danger"}
