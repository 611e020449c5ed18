"""What becomes of a check, and with it of who may see the thing."""

from datetime import datetime, timedelta
from typing import Final

from prometheus_client import Counter

from backend.core import jobs
from models import CheckStatus, CheckSubject, ContentCheck, FileStatus, StoredFile

FOR_A_PERSON: Final = (CheckStatus.REVIEW, CheckStatus.RISKY, CheckStatus.UNKNOWN)

MAX_ASKS: Final = 3
_ASK_AGAIN_AFTER: Final = timedelta(minutes=1)

_BY_SUGGESTION: Final = {"pass": CheckStatus.PASSED, "review": CheckStatus.REVIEW, "risky": CheckStatus.RISKY}
_FILES: Final = {
    CheckStatus.PASSED: FileStatus.AVAILABLE,
    CheckStatus.SKIPPED: FileStatus.AVAILABLE,
    CheckStatus.RELEASED: FileStatus.AVAILABLE,
    CheckStatus.RISKY: FileStatus.REJECTED,
    CheckStatus.WITHHELD: FileStatus.REJECTED,
}
"""With any other result a file stays as it is: being checked."""

_OUTCOMES = Counter("hejie_content_checks", "Content checks by result", ["subject", "result"])


def of_suggestion(suggest: str) -> CheckStatus:
    """A word that WeChat does not use today tells nothing."""
    return _BY_SUGGESTION.get(suggest, CheckStatus.UNKNOWN)


async def finish(check: ContentCheck, status: CheckStatus, now: datetime, label: int | None = None) -> None:
    """The row must be locked, its result still open."""
    check.status, check.finished_at = status, now
    check.label = check.label if label is None else label
    await check.save(update_fields=["status", "label", "finished_at"])
    _OUTCOMES.labels(check.subject, status).inc()
    if check.subject == CheckSubject.FILE and (shown := _FILES.get(status)):
        await StoredFile.filter(id=check.subject_id).update(status=shown)


async def ask_again(check: ContentCheck, now: datetime) -> None:
    """WeChat could not tell, or did not: it is asked once more, and after three times a person is. The row must be
    locked."""
    if check.asks >= MAX_ASKS:
        await finish(check, CheckStatus.UNKNOWN, now)
        return
    check.status, check.trace_id = CheckStatus.WAITING, None
    await check.save(update_fields=["status", "trace_id"])
    await jobs.enqueue(jobs.CHECK_CONTENT, [{"check_id": str(check.id)}], delay=_ASK_AGAIN_AFTER)
