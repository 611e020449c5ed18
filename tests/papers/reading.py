"""Papers asked for and drawn by the real worker, and what stands on them."""

import asyncio
import io
import json
import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import docx
import httpx
import pypdf

from backend import worker
from config.settings import Settings
from models import Paper
from tests.clock import TravellingClock
from tests.conftest import App
from tests.journeys.contract import Json, granted
from tests.mediation.standings import Standings
from tests.people import Person


def pdf_text(content: bytes) -> str:
    """Without spaces and breaks: where lines end is the layout's."""
    return "".join("".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages).split())


def docx_text(content: bytes) -> str:
    document = docx.Document(io.BytesIO(content))
    parts = [paragraph.text for paragraph in document.paragraphs]
    parts += [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "".join("".join(parts).split())


def said(paper: Json, source: str) -> set[str]:
    """What of a paper's data its template writes down, each line by itself."""
    used = {name.rpartition(".")[2] for name in re.findall(r"\{\{ *([^ }|]+)", source)}
    values: list[tuple[str, Any]] = list(paper.items())
    found: set[str] = set()
    while values:
        name, value = values.pop()
        if isinstance(value, list):
            values += [each for entry in value for each in entry.items()]
        elif name in used:
            found.update("".join(line.split()) for line in str(value).splitlines())
    return found - {""}


@dataclass(frozen=True)
class Press:
    app: App
    settings: Settings
    clock: TravellingClock

    async def ask(self, staff: Person, case: Standings, code: str, **more: Any) -> Json:
        """Made: the worker has done all that waits."""
        asked = granted(await staff.post(case.path("/papers"), {"code": code, **more}), 201)
        await worker.work(self.settings, self.clock, asyncio.Event(), drain=True)
        made = granted(await staff.get(case.path(f"/papers/{asked['id']}")))
        assert made["state"] == "ready", made
        return made

    async def data(self, paper: Json) -> Json:
        """As it was sealed."""
        row = await Paper.get(id=paper["id"])
        opened = self.app.ctx.deps.keyring.open(row.data_sealed, "paper", "data", row.id)
        assert sha256(opened.encode()).hexdigest() == paper["content_sha256"]
        known: Json = json.loads(opened)
        return known


async def fetched(person: Person, case: Standings, paper: Json, kind: str) -> bytes:
    answer = await person.get(case.path(f"/papers/{paper['id']}/{kind}"))
    assert answer.status_code == 200, answer.text
    assert sha256(answer.content).hexdigest() == paper[kind]["sha256"]
    assert answer.headers["content-disposition"].startswith("attachment")
    return answer.content


def fonts_in(content: bytes) -> dict[str, bool]:
    """Name → whether it is embedded."""
    found: dict[str, bool] = {}
    for page in pypdf.PdfReader(io.BytesIO(content)).pages:
        for font in page["/Resources"]["/Font"].values():  # type: ignore[index]
            inner = font.get_object()["/DescendantFonts"][0].get_object()
            name = re.sub(r"^/[A-Z]{6}\+", "", inner["/BaseFont"])
            found[name] = any(key in inner["/FontDescriptor"].get_object() for key in ("/FontFile2", "/FontFile3"))
    return found


async def guess(app: App, address: str, code: str, digest: str) -> httpx.Response:
    transport = httpx.ASGITransport(app=app, client=(address, 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as visitor:
        return await visitor.get(f"/verify/{code}", params={"sha256": digest}, headers={"Accept": "application/json"})
