"""Asks for a look at what somebody brought in. The thing itself is kept whatever comes of it."""

from dataclasses import dataclass
from uuid import UUID

from backend.accounts.actors import Filer, ResidentActor
from backend.core import jobs, rows
from backend.core.deps import Deps
from models import CheckStatus, CheckSubject, ContentCheck


@dataclass(frozen=True, slots=True)
class Brought:
    """`is_checkable` False: WeChat has no check for this kind."""

    subject: CheckSubject
    subject_id: UUID
    dispute_id: UUID | None = None
    is_checkable: bool = True


async def request(deps: Deps, actor: Filer, brought: Brought) -> CheckStatus:
    """In the transaction that brings it in; the worker asks WeChat afterwards. What staff write is recorded as
    skipped: WeChat checks only what people with an openid write, and a legal document waits for nobody."""
    is_asked = brought.is_checkable and isinstance(actor, ResidentActor)
    check = ContentCheck(
        subject=brought.subject,
        subject_id=brought.subject_id,
        resident_id=actor.id if isinstance(actor, ResidentActor) else None,
        dispute_id=brought.dispute_id,
        status=CheckStatus.WAITING if is_asked else CheckStatus.SKIPPED,
        created_at=deps.clock.now(),
        finished_at=None if is_asked else deps.clock.now(),
    )
    await rows.insert([check])
    if is_asked:
        await jobs.enqueue(jobs.CHECK_CONTENT, [{"check_id": str(check.id)}])
    return check.status
