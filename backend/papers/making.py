"""The worker's side of a paper: drawn as PDF and as DOCX from one sheet, sealed into the store, then told."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Final
from uuid import UUID

import structlog
from tortoise import connections
from tortoise.transactions import in_transaction

from backend.core import jobs
from backend.core.clock import Clock
from backend.core.deps import Deps
from backend.core.errors import UnavailableError
from backend.core.jobs import LaterError
from backend.disputes import history, queries
from backend.disputes.history import Entry
from backend.files.store import FileStore
from backend.papers import actions, binding, docx, pdf, template, templates
from backend.papers.folder import FILE
from backend.papers.queries import check_code
from backend.papers.sheet import Check, Drawn, Sheet
from models import Audience, Dispute, FileKind, FileStatus, Paper, PaperState, Party, Safety, StoredFile
from models.base import uuid7

_TYPES: Final = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
_STORE_PAUSE: Final = timedelta(seconds=5)
_LOST_AFTER: Final = timedelta(minutes=2)
_UNSURE: Final = """
SELECT p.id FROM paper p
 WHERE p.state = 'making' AND p.requested_at < $1
   AND NOT EXISTS (SELECT FROM pgqueuer q
                    WHERE q.entrypoint = $2 AND q.payload = convert_to('{"paper_id": "' || p.id || '"}', 'UTF8'))
 ORDER BY p.id LIMIT 1000
"""
_AUDIENCES: Final = {"staff": Audience.STAFF, "applicant": Audience.APPLICANT, "parties": Audience.PARTIES}

log = structlog.get_logger("hejie.papers")


@dataclass(frozen=True, slots=True)
class _Bytes:
    id: UUID
    kind: str
    content: bytes


async def make(deps: Deps, store: FileStore, paper_id: UUID, check_url: str) -> None:
    """However often it is called, a paper is made once. Raises LaterError while the store is away."""
    paper = await Paper.get_or_none(id=paper_id, state=PaperState.MAKING)
    if paper is None:
        return
    try:
        drawn, files = await _drawn(deps, store, paper, check_url)
    except UnavailableError as error:
        raise LaterError(_STORE_PAUSE) from error
    except Exception:
        log.exception("paper_not_made", code=paper.code, template_version=paper.template_version)
        await Paper.filter(id=paper_id, state=PaperState.MAKING).update(state=PaperState.FAILED)
        return
    try:
        for each in files:
            await store.put(deps.keyring, each.id, "shown", each.content)
    except UnavailableError as error:
        raise LaterError(_STORE_PAUSE) from error
    if not await _keep(deps, paper_id, drawn, files):
        for each in files:
            await store.erase(each.id)


async def requeue_lost(clock: Clock) -> int:
    """Papers whose job was lost."""
    async with in_transaction():
        since = clock.now() - _LOST_AFTER
        lost = await connections.get("default").execute_query_dict(_UNSURE, [since, jobs.MAKE_PAPER])
        await jobs.enqueue(jobs.MAKE_PAPER, [{"paper_id": str(row["id"])} for row in lost])
    return len(lost)


async def _drawn(deps: Deps, store: FileStore, paper: Paper, check_url: str) -> tuple[Drawn, list[_Bytes]]:
    """A bound file is a PDF only: what is in it is there to be changed by itself."""
    if paper.code == FILE:
        bound = await binding.draw(deps, store, paper)
        return bound, [_Bytes(uuid7(), "pdf", bound.content)]
    sheet = await _sheet(deps, paper, check_url)
    drawn, document = await asyncio.gather(asyncio.to_thread(pdf.draw, sheet), asyncio.to_thread(docx.draw, sheet))
    return drawn, [_Bytes(uuid7(), "pdf", drawn.content), _Bytes(uuid7(), "docx", document)]


async def _sheet(deps: Deps, paper: Paper, check_url: str) -> Sheet:
    data = json.loads(deps.keyring.open(paper.data_sealed, "paper", "data", paper.id))
    source = await templates.of_version(deps, paper.code, paper.template_version)
    is_final = paper.check_code_sealed is not None
    return Sheet(
        title=paper.title,
        blocks=tuple(template.fill(source.text, data)),
        footer=data["案号"] or data["受理查询号"],
        check=Check(check_url + check_code(deps, paper), paper.content_hash) if is_final else None,
    )


async def _keep(deps: Deps, paper_id: UUID, drawn: Drawn, files: Sequence[_Bytes]) -> bool:
    """Whether nobody else has made it meanwhile. The case is locked first, as by who asks for a paper."""
    async with in_transaction():
        asked = await Paper.get(id=paper_id)
        dispute = await queries.for_system(asked.dispute_id, Dispute.all())
        paper = await Paper.get_or_none(id=paper_id, state=PaperState.MAKING)
        if paper is None or dispute is None:
            return False
        for each in files:
            await _stored(deps, paper, each)
            setattr(paper, f"{each.kind}_id", each.id)
        paper.state, paper.pages, paper.made_at = PaperState.READY, drawn.pages, deps.clock.now()
        if drawn.missing:
            paper.missing_sealed = deps.keyring.seal("".join(drawn.missing), "paper", "missing", paper.id)
        await paper.save()
        await actions.take_its_place(deps, paper)
        await _tell(deps, dispute, paper)
    return True


async def _stored(deps: Deps, paper: Paper, given: _Bytes) -> None:
    """In no case's list of files: a paper is the only way to it."""
    name = f"{paper.title}{'（草稿）' if paper.is_draft else ''}.{given.kind}"
    row = StoredFile(
        id=given.id,
        owner_id=None,
        kind=FileKind.DOCUMENT,
        status=FileStatus.AVAILABLE,
        content_type=_TYPES[given.kind],
        size=len(given.content),
        sha256=sha256(given.content).hexdigest(),
        name_sealed=deps.keyring.seal(name, "stored_file", "name", given.id),
        created_at=deps.clock.now(),
    )
    await row.save(force_create=True)


async def _tell(deps: Deps, dispute: Dispute, paper: Paper) -> None:
    """A final one, to whoever may read it."""
    if paper.is_draft:
        return
    audience, reader_id = await _readers(deps, dispute, paper)
    data = {"paper_id": str(paper.id), "title": paper.title}
    await history.record(deps, dispute, None, Entry("paper_made", audience, data, reader_id=reader_id))


async def _readers(deps: Deps, dispute: Dispute, paper: Paper) -> tuple[Audience, UUID | None]:
    if dispute.safety is Safety.RED or paper.code == FILE:
        return Audience.STAFF, None
    readers = deps.catalog.papers[paper.code].readers
    if readers == "party":
        party = await Party.get(id=paper.subject_id)
        return history.own(dispute, party.resident_id)
    return _AUDIENCES[readers], None
