"""Tables carried out of the system: made in the background, resumed, fetched by who asked for them, and logged."""

import asyncio
import csv
import io
from hashlib import sha256
from pathlib import Path

import openpyxl
import pytest
from tortoise import connections

from backend import worker
from backend.files.store import open_store
from backend.statistics import export_making, export_rows
from config.settings import Settings
from models import Export, ExportPart, ExportState, StoredFile
from tests.casework.staff import PeopleAtWork
from tests.clock import TravellingClock
from tests.conftest import App
from tests.journeys.contract import Json, granted, paths, refused
from tests.people import Person, file_dispute

EVIL = '=HYPERLINK("http://evil.example","点我")'


class Office:
    """Who carries out, and the worker that makes the files."""

    def __init__(self, people: PeopleAtWork, settings: Settings, clock: TravellingClock) -> None:
        self.people, self.settings, self.clock = people, settings, clock

    async def works(self) -> None:
        await asyncio.wait_for(worker.work(self.settings, self.clock, asyncio.Event(), drain=True), 30)

    async def exported(self, who: Person, **body: object) -> tuple[Json, bytes]:
        asked = granted(await who.post("/exports", body), 202)
        assert (asked["state"], asked["progress"], asked["sha256"]) == ("running", 0.0, None)
        refused(await who.get(f"/exports/{asked['id']}/content"), 409, "export_not_ready")
        await self.works()
        ready = granted(await who.get(f"/exports/{asked['id']}"))
        assert (ready["state"], ready["progress"]) == ("ready", 1.0), ready
        answer = await who.get(f"/exports/{asked['id']}/content")
        assert answer.status_code == 200
        assert answer.headers["content-disposition"].startswith("attachment")
        assert sha256(answer.content).hexdigest() == ready["sha256"]
        assert len(answer.content) == ready["size"]
        return ready, answer.content


@pytest.fixture
def office(people: PeopleAtWork, settings: Settings, clock: TravellingClock) -> Office:
    return Office(people, settings, clock)


def read(content: bytes) -> list[list[str]]:
    assert content.startswith(b"\xef\xbb\xbf"), "office software knows it as UTF-8"
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def bytes_in(office: Office) -> int:
    return len([*Path(office.settings.data_dir, "files").rglob("*.shown")])


async def filed(people: PeopleAtWork, count: int, **overrides: object) -> list[str]:
    resident = await people.resident()
    return [(await file_dispute(resident, **overrides))["number"] for _ in range(count)]


async def test_a_table_is_made_masked_fetched_and_logged(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export_rows, "CHUNK", 2)
    people = office.people
    numbers = await filed(people, 4)
    respondents = [{"kind": "organization", "name": EVIL}, {"kind": "person", "name": "@SUM(1)"}]
    numbers += await filed(people, 1, respondents=respondents, applicant={"kind": "person", "name": "+张三丰"})
    director, supervisor = await people.staff("director"), await people.staff("supervisor")
    ready, content = await office.exported(director)
    heading, *rows = read(content)
    assert heading[:3] == ["编号", "案号", "来源"]
    assert [row[0] for row in rows] == numbers, "each once, in order"
    assert ready["total_rows"] == ready["done_rows"] == 5
    whole = content.decode()
    assert "13872560001" not in whole
    assert "张三" not in whole
    assert "138****0001" in whole
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for row in rows for cell in row)
    assert rows[4][heading.index("申请人")].startswith("'+")
    assert rows[4][heading.index("被申请人")].startswith("'=")

    # As a workbook: the same rows, and nothing that would be calculated.
    chosen = {"columns": ["respondent", "number", "amount_yuan"], "format": "xlsx", "filter": {"category": "property"}}
    _, content = await office.exported(supervisor, **chosen)
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    table = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert table[0] == ["被申请人", "编号", "涉及金额（元）"]
    assert [row[1] for row in table[1:]] == numbers
    assert table[1][2] == "1200.00"
    assert not any(cell.data_type == "f" for row in sheet.iter_rows() for cell in row)

    # The filter, and nothing found.
    _, content = await office.exported(supervisor, filter={"to": "2026-11-01", "source": "window"})
    assert len(read(content)) == 1

    await fetched_by_nobody_else(office, director, supervisor, ready)


async def fetched_by_nobody_else(office: Office, director: Person, supervisor: Person, ready: Json) -> None:
    """Until it expires; and the log says so."""
    for who in (supervisor, await office.people.staff("clerk")):
        for path in (f"/exports/{ready['id']}", f"/exports/{ready['id']}/content"):
            refused(await who.get(path), 404)
    refused(await supervisor.delete(f"/exports/{ready['id']}"), 404)
    refused(await director.delete(f"/exports/{ready['id']}"), 409, "export_ended")
    assert [each["id"] for each in granted(await director.get("/exports"))["items"]] == [ready["id"]]
    refused(await director.get("/exports/log"), 403, "role_not_allowed")
    log = granted(await supervisor.get("/exports/log", limit=2))
    log["items"] += granted(await supervisor.get("/exports/log", cursor=log["next_cursor"]))["items"]
    by_director = log["items"][-1]
    assert (by_director["requester_role"], by_director["downloads"]) == ("director", 1)
    assert (by_director["sha256"], by_director["done_rows"]) == (ready["sha256"], 5)
    assert by_director["filter"].keys() == {"center_id"}
    assert log["items"][0]["filter"] == {"to": "2026-11-01", "source": "window"}
    assert log["items"][1]["columns"] == ["respondent", "number", "amount_yuan"]

    office.clock.advance(days=8)
    refused(await director.get(f"/exports/{ready['id']}/content"), 409, "export_not_ready")


async def test_goes_on_where_a_worker_died(office: Office, app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    """With three workers at the same part: no row twice, none missing."""
    monkeypatch.setattr(export_rows, "CHUNK", 2)
    before, numbers = bytes_in(office), await filed(office.people, 5)
    director = await office.people.staff("director")
    asked = granted(await director.post("/exports", {"columns": ["number"]}), 202)
    deps, store = app.ctx.deps, open_store(office.settings.storage_url, office.settings.data_dir)
    export = await Export.get(id=asked["id"])
    await export_making.make(deps, store, export.id)
    half = granted(await director.get(f"/exports/{export.id}"))
    assert (half["done_rows"], half["progress"]) == (2, 0.396)

    # Filed meanwhile: it was not there when the table was asked for.
    office.clock.advance(minutes=1)
    await filed(office.people, 1)
    await asyncio.gather(*(export_making.make(deps, store, export.id) for _ in range(3)))
    await office.works()
    content = (await director.get(f"/exports/{export.id}/content")).content
    assert [row[0] for row in read(content)[1:]] == numbers
    assert await ExportPart.filter(export_id=export.id).count() == 3

    # Its job lost, it is found again.
    other = granted(await director.post("/exports", {"columns": ["number"]}), 202)
    await connections.get("default").execute_script("DELETE FROM pgqueuer")
    office.clock.advance(minutes=5)
    assert await export_making.requeue_lost(office.clock) == 1
    await office.works()
    assert granted(await director.get(f"/exports/{other['id']}"))["state"] == "ready"

    # What has expired or was called off is thrown away; the log stays.
    third = granted(await director.post("/exports", {}), 202)
    await export_making.make(deps, store, (await Export.get(id=third["id"])).id)
    assert granted(await director.delete(f"/exports/{third['id']}"))["state"] == "canceled"
    assert granted(await director.delete(f"/exports/{third['id']}"))["state"] == "canceled"
    await export_making.make(deps, store, (await Export.get(id=third["id"])).id)
    office.clock.advance(days=8)
    lying = bytes_in(office)
    assert await export_making.tidy(deps, store) == 3
    assert (await ExportPart.all().count(), await StoredFile.all().count()) == (0, 0)
    assert (lying - before, bytes_in(office) - before) == (8, 0), "three parts, four, and one that was called off"
    assert {each.state for each in await Export.all()} == {ExportState.EXPIRED, ExportState.CANCELED}


async def test_a_row_that_cannot_be_read_fails_with_its_reason(office: Office, app: App) -> None:
    await filed(office.people, 1)
    await connections.get("default").execute_script("UPDATE party SET name_sealed = '\\x00'")
    director = await office.people.staff("director")
    asked = granted(await director.post("/exports", {}), 202)
    await office.works()
    failed = granted(await director.get(f"/exports/{asked['id']}"))
    assert failed["state"] == "failed"
    assert failed["reason_text"]


async def test_what_is_asked_for_wrongly(office: Office) -> None:
    people = office.people
    director, supervisor = await people.staff("director"), await people.staff("supervisor")
    for username in ("clerk", "mediator", "admin"):
        refused(await (await people.staff(username)).post("/exports", {}), 403, "role_not_allowed")
    other = "00000000-0000-0000-0000-000000000000"
    for who, body, where in (
        (director, {"format": "pdf", "kind": "all"}, {"format", "kind"}),
        (director, {"columns": []}, {"columns"}),
        (director, {"columns": ["number", "number"]}, {"columns"}),
        (director, {"columns": ["id_number"]}, {"columns"}),
        (director, {"filter": {"status": "=1", "category": "x", "mode": "x"}},
         {"filter.status", "filter.category", "filter.mode"}),
        (director, {"filter": {"from": "2026-11-10", "to": "2026-11-01"}}, {"filter.to"}),
        (director, {"filter": {"to": "2027-01-01", "sql": "1"}}, {"filter.to", "filter.sql"}),
        (director, {"filter": {"center_id": other}}, {"filter.center_id"}),
        (supervisor, {"filter": {"center_id": other}}, {"filter.center_id"}),
    ):  # fmt: skip
        assert paths(await who.post("/exports", body)) == where
    key = {"key": "once"}
    first = granted(await director.post("/exports", {}, **key), 202)
    assert granted(await director.post("/exports", {}, **key), 202) == first
    answers = await asyncio.gather(*(director.post("/exports", {}) for _ in range(3)))
    assert sorted(each.status_code for each in answers) == [202, 429, 429]
    assert "retry-after" in next(each for each in answers if each.status_code == 429).headers
