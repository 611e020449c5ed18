"""Whether something is what was made here: a code and a hash against a hash. Nothing else is told, and a code that was
never given looks like a paper that does not agree."""

import re
from hashlib import sha256
from uuid import UUID

from tortoise.expressions import Q

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
    return paper is not None and (paper.basis_id is None or await _holds(paper.basis_id))


async def _holds(version_id: UUID) -> bool:
    version = await AgreementVersion.get(id=version_id).select_related("agreement")
    return version.number == version.agreement.version and version.agreement.status in _HOLDS
