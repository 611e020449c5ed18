"""The whole file as one PDF: cover, contents, and its papers in order with their page numbers, as they were made."""

import asyncio
import json
from io import BytesIO
from typing import Any, ClassVar, Final
from uuid import UUID

from pypdf import PageObject, PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

from backend.accounts.actors import StaffActor
from backend.core.clock import local
from backend.core.deps import Deps
from backend.core.errors import HejieError, RoleNotAllowedError
from backend.core.schema import Out
from backend.core.wording import full_date_text
from backend.files import queries as files
from backend.files.store import FileStore
from backend.papers import actions, folder, pdf, queries, template, templates
from backend.papers import case as cases
from backend.papers.case import Case
from backend.papers.folder import FILE, Leaf
from backend.papers.kinds import PAPERS
from backend.papers.schemas import PaperOut
from backend.papers.sheet import Drawn, Sheet
from models import Paper, PaperState, StoredFile

_TITLE: Final = "调解卷宗（全卷）"
_BEFORE: Final = ("cover", "contents")
_NUMBER_PT: Final = 9
_FROM_EDGE_PT: Final = 28


class FileNotReadyError(HejieError):
    code: ClassVar[str] = "file_not_ready"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "案卷里还没有做好的文书，或者文书正在制作，请稍后再试。"


class CatalogItemOut(Out):
    """`pages` null: an upload, which is kept beside the bound file."""

    title: str
    code: str | None
    paper_id: str | None
    file_id: str | None
    made_on: str
    pages: int | None
    first_page: int | None
    last_page: int | None


class FileCatalogOut(Out):
    items: list[CatalogItemOut]
    pages: int


async def catalog(deps: Deps, actor: StaffActor, dispute_id: UUID) -> FileCatalogOut:
    """卷宗目录. Raises NotFoundError."""
    await queries.standing_of(actor, dispute_id)
    leaves = await folder.bound(deps, dispute_id)
    uploads = await StoredFile.filter(dispute_id=dispute_id, deleted_at=None).order_by("id")
    items = [_of_paper(leaf) for leaf in leaves] + [_of_upload(deps, stored) for stored in uploads]
    return FileCatalogOut(items=items, pages=leaves[-1].last if leaves else 0)


async def request(deps: Deps, actor: StaffActor, dispute_id: UUID) -> PaperOut:
    """To be bound by the worker. Raises NotFoundError, RoleNotAllowedError, FileNotReadyError."""
    dispute = (await queries.standing_of(actor, dispute_id, lock=True)).dispute
    if actor.center_id != dispute.center_id:
        raise RoleNotAllowedError("案件还没有接收，接收后才能装订卷宗。")
    leaves = await folder.bound(deps, dispute_id)
    making = Paper.filter(dispute_id=dispute_id, state=PaperState.MAKING).exclude(code=FILE)
    if not leaves or await making.exists():
        raise FileNotReadyError
    case = await cases.read(deps, dispute)
    text = json.dumps(
        {
            "papers": [str(leaf.paper.id) for leaf in leaves],
            "before": [await _before(case, code) for code in _BEFORE],
            "footer": dispute.case_number or dispute.number,
        },
        ensure_ascii=False,
    )
    same = {"dispute_id": dispute.id, "code": FILE, "subject_id": dispute.id, "is_draft": False, "template_hash": ""}
    made = {"template_version": 0, "title": _TITLE, "basis_id": None}
    return queries.out(deps, await actions.find_or_ask(deps, actor, same, made, text))


async def _before(case: Case, code: str) -> dict[str, Any]:
    data = await PAPERS[code].gather(case, case.deps.catalog.papers[code])
    version = (await templates.in_force(case.deps, code)).version
    return {"code": code, "template": version, "data": data.model_dump(mode="json")}


async def draw(deps: Deps, store: FileStore, paper: Paper) -> Drawn:
    """Raises UnavailableError while the store is away."""
    said = json.loads(deps.keyring.open(paper.data_sealed, "paper", "data", paper.id))
    sheets = [await _sheet(deps, each, said["footer"]) for each in said["before"]]
    found = {str(each.id): each for each in await Paper.filter(id__in=said["papers"])}
    inside = [await _content(deps, store, found[each]) for each in said["papers"]]
    return await asyncio.to_thread(_bound, sheets, inside)


async def _sheet(deps: Deps, before: dict[str, Any], footer: str) -> Sheet:
    source = await templates.of_version(deps, before["code"], before["template"])
    return Sheet(
        before["data"]["文书名称"], tuple(template.fill(source.text, before["data"])), footer, check=None, is_part=True
    )


async def _content(deps: Deps, store: FileStore, paper: Paper) -> bytes:
    assert paper.pdf_id is not None, "a paper that is ready has been drawn"
    return await store.get(deps.keyring, paper.pdf_id, "shown")


def _bound(sheets: list[Sheet], inside: list[bytes]) -> Drawn:
    writer = PdfWriter()
    drawn = [pdf.draw(sheet) for sheet in sheets]
    for each in drawn:
        writer.append(BytesIO(each.content))
    before = len(writer.pages)
    for content in inside:
        writer.append(BytesIO(content))
    for number, page in enumerate(writer.pages[before:], start=1):
        page.merge_page(_number_of(page, number))
    written = BytesIO()
    writer.write(written)
    missing = dict.fromkeys(character for each in drawn for character in each.missing)
    return Drawn(written.getvalue(), len(writer.pages), tuple(missing))


def _number_of(page: PageObject, number: int) -> PageObject:
    """At the upper right, where no paper has anything."""
    box, text = page.mediabox, str(number)
    overlay = PageObject.create_blank_page(width=box.width, height=box.height)
    font = {"/Type": "/Font", "/Subtype": "/Type1", "/BaseFont": "/Helvetica"}
    named = DictionaryObject({NameObject(key): NameObject(value) for key, value in font.items()})
    fonts = DictionaryObject({NameObject("/HejiePage"): named})
    overlay[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
    left = float(box.width) - _FROM_EDGE_PT - len(text) * _NUMBER_PT * 0.56
    stream = DecodedStreamObject()
    drawn = f"BT /HejiePage {_NUMBER_PT} Tf {left:.1f} {float(box.height) - _FROM_EDGE_PT:.1f} Td ({text}) Tj ET"
    stream.set_data(drawn.encode())
    overlay[NameObject("/Contents")] = stream
    return overlay


def _of_paper(leaf: Leaf) -> CatalogItemOut:
    paper = leaf.paper
    return CatalogItemOut(
        title=paper.title,
        code=paper.code,
        paper_id=str(paper.id),
        file_id=None,
        made_on=full_date_text(local(paper.requested_at).date()),
        pages=leaf.last - leaf.first + 1,
        first_page=leaf.first,
        last_page=leaf.last,
    )


def _of_upload(deps: Deps, stored: StoredFile) -> CatalogItemOut:
    return CatalogItemOut(
        title=files.name_of(deps, stored),
        code=None,
        paper_id=None,
        file_id=str(stored.id),
        made_on=full_date_text(local(stored.created_at).date()),
        pages=None,
        first_page=None,
        last_page=None,
    )
