"""Cover and contents of a case's file: what of it is on paper by now, with page numbers."""

from typing import NamedTuple
from uuid import UUID

from backend.core.deps import Deps
from backend.core.paper_rules import PaperKind
from backend.papers import gathering, queries
from backend.papers.case import Case, day
from backend.papers.heads import head
from backend.papers.shapes import ContentLine, ContentsData, CoverData
from models import Paper, StoredFile

FILE = "file"
"""The code of the whole file, bound into one."""
OUTSIDE = ("cover", "contents", FILE)
"""Lie before the first page, and are not counted."""


class Leaf(NamedTuple):
    """A paper and its pages in the file."""

    paper: Paper
    first: int
    last: int


async def contents(case: Case, kind: PaperKind) -> ContentsData:
    leaves = await bound(case.deps, case.dispute.id)
    lines = [
        ContentLine(name=leaf.paper.title, made_on=day(leaf.paper.requested_at), pages=pages_text(leaf))
        for leaf in leaves
    ]
    uploads = await StoredFile.filter(dispute_id=case.dispute.id, deleted_at=None).count()
    if uploads:
        lines.append(ContentLine(name="当事人提交的电子材料", pages="另存", note=f"{uploads}件"))
    return ContentsData(**await head(case, kind), papers=tuple(lines), pages=str(leaves[-1].last if leaves else 0))


async def cover(case: Case, kind: PaperKind) -> CoverData:
    leaves = await bound(case.deps, case.dispute.id)
    counted = {"papers": str(len(leaves)), "pages": str(leaves[-1].last if leaves else 0)}
    return (await gathering.cover(case, kind)).model_copy(update=counted)


async def bound(deps: Deps, dispute_id: UUID) -> list[Leaf]:
    """In the order of the catalog, then as they were made; numbered through."""
    order = {code: place for place, code in enumerate(deps.catalog.papers)}
    inside = [paper for paper in await queries.current(dispute_id) if paper.code not in OUTSIDE]
    leaves: list[Leaf] = []
    for paper in sorted(inside, key=lambda paper: (order.get(paper.code, len(order)), paper.id)):
        first = leaves[-1].last + 1 if leaves else 1
        leaves.append(Leaf(paper, first, first + (paper.pages or 1) - 1))
    return leaves


def pages_text(leaf: Leaf) -> str:
    return str(leaf.first) if leaf.last == leaf.first else f"{leaf.first}－{leaf.last}"
