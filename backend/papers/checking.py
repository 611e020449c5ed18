"""Whether something is what was made here: a code and a hash against a hash. Nothing else is told, and a code that was
never given looks like a paper that does not agree."""

import re
from hashlib import sha256
from uuid import UUID

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from models import AgreementStatus, AgreementVersion, Paper, PaperState

_HOLDS = (AgreementStatus.FINAL, AgreementStatus.SIGNING, AgreementStatus.EFFECTIVE)
_HASH = re.compile(r"[0-9a-f]{64}")


def code_hash(code: str) -> str:
    return sha256(code.encode()).hexdigest()


def normalized(text: str) -> str | None:
    """The hash that somebody typed or pasted, without its gaps; None when it cannot be one."""
    found = re.sub(r"[\s:：\-]", "", text).lower()
    return found if _HASH.fullmatch(found) else None


async def is_genuine(code: str, digest: str) -> bool:
    """The hash of the PDF, or the content's as it is printed; of a paper that no other one has overtaken, and whose
    agreement, if it rests on one, still holds in that version."""
    papers = Paper.filter(check_code_hash=code_hash(code), state=PaperState.READY, superseded_at=None)
    paper = await papers.filter(Q(pdf__sha256=digest) | Q(content_hash=digest)).first()
    return paper is not None and await (await still_true(papers, paper.dispute_id)).filter(id=paper.id).exists()


async def still_true(papers: QuerySet[Paper], dispute_id: UUID) -> QuerySet[Paper]:
    """Those of a case without what rests on a text that has been changed, made void or replaced since: nobody may sign
    it any more."""
    found = AgreementVersion.filter(agreement__dispute_id=dispute_id, agreement__status__in=_HOLDS)
    holding = [each.id for each in await found.select_related("agreement") if each.number == each.agreement.version]
    return papers.filter(Q(basis_id__isnull=True) | Q(basis_id__in=holding))
