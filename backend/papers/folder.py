"""Cover and contents of a case's file: what of it is on paper by now, with page numbers."""

from backend.core.paper_rules import PaperKind
from backend.papers import gathering, queries
from backend.papers.case import Case, day
from backend.papers.heads import head
from backend.papers.shapes import ContentLine, ContentsData, CoverData
from models import Paper, StoredFile

_OUTSIDE = ("cover", "contents")
"""Lie before the first page, and are not counted."""


async def contents(case: Case, kind: PaperKind) -> ContentsData:
    lines, first = [], 1
    for paper in await _inside(case):
        last = first + (paper.pages or 1) - 1
        pages = str(first) if last == first else f"{first}－{last}"
        lines.append(ContentLine(name=paper.title, made_on=day(paper.requested_at), pages=pages))
        first = last + 1
    uploads = await StoredFile.filter(dispute_id=case.dispute.id, deleted_at=None).count()
    if uploads:
        lines.append(ContentLine(name="当事人提交的电子材料", pages="另存", note=f"{uploads}件"))
    return ContentsData(**await head(case, kind), papers=tuple(lines), pages=str(first - 1))


async def cover(case: Case, kind: PaperKind) -> CoverData:
    papers = await _inside(case)
    counted = {"papers": str(len(papers)), "pages": str(sum(paper.pages or 1 for paper in papers))}
    return (await gathering.cover(case, kind)).model_copy(update=counted)


async def _inside(case: Case) -> list[Paper]:
    """In the order of the catalog, then as they were made."""
    order = {code: place for place, code in enumerate(case.deps.catalog.papers)}
    found = [paper for paper in await queries.current(case.dispute.id) if paper.code not in _OUTSIDE]
    return sorted(found, key=lambda paper: (order.get(paper.code, len(order)), paper.id))
