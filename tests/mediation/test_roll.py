"""The task force's roll: brought in from a file, given home by home, visited, settled, counted."""

import asyncio
import io
from collections.abc import Iterator
from uuid import uuid4

import httpx
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.core.sheets import SheetRow
from backend.mediation import roll_rows
from backend.mediation.roll import rate
from models import Household, Payment
from tests.journeys.contract import Json, granted, paths, refused
from tests.mediation.compound import Compound
from tests.people import Person

ROLL = """房号,业主,电话,面积,应缴（元）,已缴（元）,表决权
1栋1单元101,李大爷,13872560021,98.50,2400,0,是
1栋1单元102,孙梅,13872560022,88,1200.50,600,是
１栋1单元103,赵强,,120,0,0,否
"""
FORCE = {"name": "清欠专班", "purpose": "法律宣讲、上门沟通，收清旧欠。"}


async def bring_in(staff: Person, compound: Compound, content: bytes) -> httpx.Response:
    files = {"file": ("名册.csv", content, "text/csv")}
    headers = {"Authorization": f"Bearer {staff.token}"}
    url = f"/staff/v1{compound.path}/households/import"
    return await compound.people.client.post(url, files=files, headers=headers)


async def with_roll(compound: Compound, content: str = ROLL) -> list[Json]:
    granted(await compound.mediator.post(f"{compound.path}/task-force", FORCE), 201)
    granted(await bring_in(compound.staff["clerk"], compound, content.encode()))
    homes: list[Json] = granted(await compound.mediator.get(f"{compound.path}/households", limit=100))["items"]
    return homes


async def test_a_roll_is_worked_off(joint: Compound) -> None:
    homes = await with_roll(joint)
    assert [(each["label"], each["contact"], each["phone"], each["owed_fen"]) for each in homes] == [
        ("1栋1单元101", "李*爷", "138****0021", 240_000),
        ("1栋1单元102", "孙*", "138****0022", 120_050),
        ("1栋1单元103", "赵*", None, 0),
    ]
    stored = await Household.all()
    assert not any("单元".encode() in bytes(row.label_sealed) or "单元" in row.label_hash for row in stored)
    refused(await joint.mediator.post(f"{joint.path}/task-force", FORCE), 409, "task_force_exists")
    first = f"{joint.path}/households/{homes[0]['id']}"
    visit = {"at": "2026-11-23T19:30:00+08:00", "channel": "home", "outcome": "promised", "note": "答应月底缴清"}
    seen = granted(await joint.staff["clerk"].post(f"{first}/visits", visit), 201)
    assert (seen["phone"], seen["visits"][0]["outcome_text"], seen["visits"][0]["by"]) == (
        "13872560021",
        "承诺缴清",
        "李敏",
    )
    wrong = visit | {"at": "2027-01-01T00:00:00+08:00", "channel": "dove", "outcome": "eaten"}
    assert paths(await joint.mediator.post(f"{first}/visits", wrong)) == {"at", "channel", "outcome"}
    pay = {"amount_fen": 240_000, "paid_on": "2026-11-24"}
    assert paths(await joint.mediator.post(f"{first}/payments", pay | {"amount_fen": 240_001})) == {"amount_fen"}
    assert paths(await joint.mediator.post(f"{first}/payments", pay | {"paid_on": "2026-11-25"})) == {"paid_on"}
    granted(await joint.mediator.post(f"{first}/payments", pay), 201)
    assert granted(await joint.mediator.get(f"{joint.path}/task-force")) | {"formed_at": ""} == {
        **FORCE, "formed_at": "", "households": 3, "visited": 1, "settled": 1, "owed_fen": 360_050,
        "settled_fen": 300_000, "collection_rate": 83.3,
    }  # fmt: skip
    again = ROLL.replace("2400", "2399")
    assert paths(await bring_in(joint.mediator, joint, again.encode())) == {"rows.2.owed_yuan"}
    changed = granted(await bring_in(joint.mediator, joint, (ROLL + "1栋1单元201,,,,,,\n").encode()))
    assert changed == {"added": 1, "changed": 3, "households": 4}
    assert granted(await joint.mediator.get(first))["settled_fen"] == 240_000


async def test_nobody_settles_more_than_is_owed_at_once(joint: Compound) -> None:
    homes = await with_roll(joint)
    path = f"{joint.path}/households/{homes[0]['id']}/payments"
    staff = [joint.staff[who] for who in ("clerk", "mediator", "director")]
    pay = {"amount_fen": 100_000, "paid_on": "2026-11-24"}
    answers = await asyncio.gather(*(each.post(path, pay) for each in staff))
    assert sorted(answer.status_code for answer in answers) == [201, 201, 422]
    assert (await Household.get(id=homes[0]["id"])).settled_fen == 200_000
    assert await Payment.all().count() == 2


async def test_an_organization_sees_the_homes_it_was_given(joint: Compound) -> None:
    ids, homes = await joint.assisted_by("street", "community"), await with_roll(joint)
    community, path = joint.staff["community"], f"{joint.path}/households"
    assert granted(await community.get(path))["items"] == []
    given_homes = {"member_id": ids["community"], "household_ids": [homes[1]["id"]]}
    refused(await joint.staff["clerk"].post(f"{path}/given", given_homes), 403)
    unknown = given_homes | {"household_ids": [homes[1]["id"], str(uuid4())]}
    assert paths(await joint.mediator.post(f"{path}/given", unknown)) == {"household_ids.1"}
    assert (await joint.mediator.post(f"{path}/given", given_homes)).status_code == 204
    assert [each["label"] for each in granted(await community.get(path))["items"]] == ["1栋1单元102"]
    assert granted(await joint.staff["street"].get(path))["items"] == []
    pay = {"amount_fen": 60_050, "paid_on": "2026-11-24"}
    refused(await community.post(f"{path}/{homes[0]['id']}/payments", pay), 404)
    granted(await community.post(f"{path}/{homes[1]['id']}/payments", pay), 201)
    figures = granted(await community.get(f"{joint.path}/task-force"))
    assert (figures["households"], figures["collection_rate"]) == (1, 100.0)
    for who in ("supervisor", "park", "gezhouba-clerk"):
        refused(await joint.staff[who].get(path), 404)
    refused(await community.post(path, {"label": "9栋101"}), 404)


async def test_every_wrong_row_is_named_and_nothing_written(joint: Compound) -> None:
    bad = "房号,电话,面积,应缴,已缴,表决权\n101,12,0,abc,0,也许\n,,,,,\n101,,,,,\n102,,,10,11,\n,13872560021,,,,\n"
    answer = await bring_in(joint.staff["clerk"], joint, bad.encode("gb18030"))
    assert paths(answer) == {
        "rows.2.phone", "rows.2.area_m2", "rows.2.owed_yuan", "rows.2.may_vote", "rows.4.label", "rows.5.settled_yuan",
        "rows.6.label",
    }  # fmt: skip
    assert "13872560021" not in answer.text
    assert paths(await bring_in(joint.staff["clerk"], joint, "电话\n1\n".encode())) == {"rows.1.label"}
    assert paths(await bring_in(joint.staff["clerk"], joint, b"\x00\xff\x00")) == {"rows.0"}
    assert paths(await bring_in(joint.staff["clerk"], joint, b"PK\x03\x04no book")) == {"rows.0"}
    refused(await bring_in(joint.staff["gezhouba-clerk"], joint, ROLL.encode()), 404)
    refused(await bring_in(joint.staff["supervisor"], joint, ROLL.encode()), 403)
    assert await Household.all().count() == 0
    book, content = openpyxl.Workbook(), io.BytesIO()
    sheet = book.create_sheet("名册", 0)
    for row in (["房号", "面积", "应缴"], [101, 88.5, 100]):
        sheet.append(row)
    book.save(content)
    assert granted(await bring_in(joint.staff["clerk"], joint, content.getvalue()))["added"] == 1
    assert paths(await joint.staff["clerk"].post(f"{joint.path}/households", {"label": "１０１"})) == {"label"}
    over = {"label": "102", "owed_fen": 1, "settled_fen": 2}
    assert paths(await joint.staff["clerk"].post(f"{joint.path}/households", over)) == {"settled_fen"}
    assert paths(await joint.staff["clerk"].post(f"{joint.path}/households", {"label": "\ufdfa" * 9})) == {"label"}
    assert paths(await bring_in(joint.staff["clerk"], joint, f"房号\n{chr(0xFDFA) * 9}\n".encode())) == {"rows.2.label"}


@pytest.mark.parametrize(
    ("part", "whole", "percent"), [(0, 0, None), (1, 3, 33.3), (2, 3, 66.7), (1, 8, 12.5), (5, 5, 100)]
)
def test_the_rate_has_one_decimal(part: int, whole: int, percent: float | None) -> None:
    assert rate(part, whole) == percent


@given(st.lists(st.lists(st.text(max_size=12), min_size=1, max_size=8), max_size=6))
def test_whatever_a_file_holds_each_row_is_a_home_or_named(rows: list[list[str]]) -> None:
    def written() -> Iterator[SheetRow]:
        yield SheetRow(1, ("房号", "面积", "应缴"), ("房号", "面积", "应缴"))
        for line, cells in enumerate(rows, start=2):
            yield SheetRow(line, tuple(cells), tuple(cells))

    checked = roll_rows.check(written(), 100)
    lines = {home.line for home in checked.rows} | {each.line for each in checked.problems}
    assert set(range(2, 2 + len(rows))) <= lines
