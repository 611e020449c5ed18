"""The only ways to a paper. Names stand on it in full: it is for staff of the case's center, and of what is theirs, for
parties."""

from typing import Literal
from uuid import UUID

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from backend.accounts.actors import ResidentActor, StaffActor
from backend.core.deps import Deps
from backend.core.errors import NotFoundError
from backend.core.mediation_rules import StandingKind
from backend.core.pagination import cut, decode_id
from backend.core.schema import Page, PageQuery
from backend.mediation import access
from backend.mediation.access import Standing
from backend.papers import checking
from backend.papers.schemas import OwnPaperOut, OwnPapersOut, PaperFileOut, PaperOut
from models import Paper, PaperState, Party, Safety, Side, StoredFile

Format = Literal["pdf", "docx"]
_OF_THE_CENTER = (StandingKind.MEDIATOR, StandingKind.CENTER)


async def standing_of(actor: StaffActor, dispute_id: UUID, *, lock: bool = False) -> Standing:
    """Of the case's center. Raises NotFoundError."""
    found = await access.of_colleague(actor, dispute_id, lock=lock)
    if found.kind not in _OF_THE_CENTER or found.reads_only:
        raise NotFoundError
    return found


async def current(dispute_id: UUID) -> list[Paper]:
    """Which final papers a case has: made, and not overtaken by another one."""
    return await (await _valid(dispute_id)).order_by("id")


async def _valid(dispute_id: UUID) -> QuerySet[Paper]:
    made = Paper.filter(dispute_id=dispute_id, is_draft=False, state=PaperState.READY, superseded_at=None)
    return await checking.still_true(made, dispute_id)


async def page(deps: Deps, actor: StaffActor, dispute_id: UUID, query: PageQuery) -> Page[PaperOut]:
    """The latest first, drafts and overtaken ones too. Raises NotFoundError."""
    await standing_of(actor, dispute_id)
    papers, last = Paper.filter(dispute_id=dispute_id), decode_id(query.cursor)
    if last is not None:
        papers = papers.filter(id__lt=last)
    found = await papers.order_by("-id").limit(query.limit + 1).select_related("pdf", "docx")
    rows, next_cursor = cut(found, query.limit, lambda row: (str(row.id),))
    return Page[PaperOut](items=[out(deps, row) for row in rows], next_cursor=next_cursor)


async def one(actor: StaffActor, dispute_id: UUID, paper_id: UUID) -> Paper:
    """Raises NotFoundError."""
    await standing_of(actor, dispute_id)
    return await _found(Paper.filter(id=paper_id, dispute_id=dispute_id))


async def of_resident(deps: Deps, actor: ResidentActor, dispute_id: UUID) -> OwnPapersOut:
    """What they may read of a case's papers; none while somebody may be in danger. Raises NotFoundError."""
    papers = await _readable(deps, actor, dispute_id)
    return OwnPapersOut(
        items=[_own_out(deps, row) for row in await papers.order_by("id").select_related("pdf", "docx")]
    )


async def one_of_resident(deps: Deps, actor: ResidentActor, dispute_id: UUID, paper_id: UUID) -> Paper:
    """Raises NotFoundError."""
    return await _found((await _readable(deps, actor, dispute_id)).filter(id=paper_id))


def file_of(paper: Paper, kind: Format) -> StoredFile:
    """Raises NotFoundError while it is being made."""
    stored: StoredFile | None = getattr(paper, kind)
    if paper.state is not PaperState.READY or stored is None:
        raise NotFoundError
    return stored


async def _found(papers: QuerySet[Paper]) -> Paper:
    paper = await papers.select_related("pdf", "docx").first()
    if paper is None:
        raise NotFoundError
    return paper


async def _readable(deps: Deps, actor: ResidentActor, dispute_id: UUID) -> QuerySet[Paper]:
    found = await access.of_resident(actor, dispute_id)
    if found.kind is not StandingKind.PARTY or found.dispute.safety is Safety.RED:
        raise NotFoundError
    readers = {"parties", "applicant"} if await _is_applicant(actor, found) else {"parties"}
    kinds = deps.catalog.papers.items()
    shown = Q(code__in=[code for code, kind in kinds if kind.readers in readers])
    own = Q(code__in=[code for code, kind in kinds if kind.readers == "party"], subject_id__in=list(found.party_ids))
    return (await _valid(dispute_id)).filter(shown | own)


async def _is_applicant(actor: ResidentActor, found: Standing) -> bool:
    """Who filed it, or speaks for the first of those who applied: who joined them later did not."""
    if found.dispute.resident_id == actor.id:
        return True
    applied = await Party.filter(dispute_id=found.dispute.id, side=Side.APPLICANT).order_by("ordinal").first()
    return applied is not None and applied.id in found.party_ids


def out(deps: Deps, paper: Paper) -> PaperOut:
    return PaperOut(
        id=str(paper.id),
        code=paper.code,
        title=paper.title,
        subject_id=str(paper.subject_id),
        draft=paper.is_draft,
        state=paper.state,
        content_sha256=paper.content_hash,
        template_version=paper.template_version,
        pages=paper.pages,
        pdf=_file(paper.pdf),
        docx=_file(paper.docx),
        missing_characters=_missing(deps, paper),
        verify_path=f"/verify/{check_code(deps, paper)}" if paper.check_code_sealed else None,
        requested_at=paper.requested_at,
        made_at=paper.made_at,
        superseded_at=paper.superseded_at,
    )


def check_code(deps: Deps, paper: Paper) -> str:
    assert paper.check_code_sealed is not None, "a draft cannot be checked"
    return deps.keyring.open(paper.check_code_sealed, "paper", "check_code", paper.id)


def _missing(deps: Deps, paper: Paper) -> list[str]:
    sealed = paper.missing_sealed
    return [] if sealed is None else list(deps.keyring.open(sealed, "paper", "missing", paper.id))


def _own_out(deps: Deps, paper: Paper) -> OwnPaperOut:
    shown = out(deps, paper).model_dump(include=set(OwnPaperOut.model_fields))
    return OwnPaperOut.model_validate(shown)


def _file(stored: object) -> PaperFileOut | None:
    """What is not there yet is no row."""
    return PaperFileOut(sha256=stored.sha256, size=stored.size) if isinstance(stored, StoredFile) else None
