"""Which papers a case may have, of whom or of what, and which are there."""

from collections import defaultdict
from uuid import UUID

from backend.accounts.actors import StaffActor
from backend.core.deps import Deps
from backend.core.wording import full_when_text
from backend.papers import case as cases
from backend.papers import queries
from backend.papers.case import Case
from backend.papers.schemas import PossiblePaperOut, PossiblePapersOut, SubjectOut
from models import Meeting


async def of_case(deps: Deps, actor: StaffActor, dispute_id: UUID) -> PossiblePapersOut:
    """Raises NotFoundError."""
    dispute = (await queries.standing_of(actor, dispute_id)).dispute
    case, made = await cases.read(deps, dispute), defaultdict[str, set[str]](set)
    for paper in await queries.current(dispute_id):
        made[paper.code].add(str(paper.subject_id))
    subjects = {
        "case": [],
        "party": [SubjectOut(id=str(party.id), name=case.name(party)) for party in case.parties],
        "meeting": await _meetings(case),
    }
    return PossiblePapersOut(
        items=[
            PossiblePaperOut(
                code=code,
                title=kind.title_on(dispute.track),
                of=kind.of,
                readers=kind.readers,
                made=bool(made[code]) and {subject.id for subject in subjects[kind.of]} <= made[code],
                subjects=subjects[kind.of],
            )
            for code, kind in deps.catalog.papers.items()
        ]
    )


async def _meetings(case: Case) -> list[SubjectOut]:
    """That have begun, and were no separate talks."""
    begun = Meeting.filter(dispute_id=case.dispute.id, caucus_party_id=None, begun_at__isnull=False)
    kinds = case.deps.catalog.talks.kinds
    return [
        SubjectOut(id=str(each.id), name=f"{full_when_text(each.planned_at)} {kinds[each.kind].title}")
        for each in await begun.order_by("id")
    ]
