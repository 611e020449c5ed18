"""The worker's side of a content check: WeChat is asked, outside any transaction, and its answer lands in the row.

WeChat's word decides what is displayed, never what is kept. Whatever it cannot tell goes to a person.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Literal
from uuid import UUID

import structlog
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from tortoise import connections
from tortoise.transactions import in_transaction

from backend.content import texts, verdicts
from backend.core import jobs
from backend.core.clock import Clock
from backend.core.crypto import Keyring
from backend.core.jobs import LaterError
from backend.wechat.client import MAX_TEXT, WeChat
from backend.wechat.errors import WeChatError, WeChatRefusedError
from models import CheckStatus, CheckSubject, ContentCheck, FileKind, StoredFile

GIVE_UP_AFTER: Final = timedelta(hours=2)
"""WeChat checks only what somebody wrote who was here within two hours."""
ANSWER_WITHIN: Final = timedelta(minutes=30)

_OVERLAP: Final = 100
_MAX_MEDIA_BYTES: Final = 10 * 1024 * 1024
_KINDS: Final[dict[FileKind, Literal["audio", "image"]]] = {FileKind.IMAGE: "image", FileKind.AUDIO: "audio"}
_LOG, _COMMENT = 4, 2
"""WeChat's numbers for where a text stands."""
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 2, 600
_LOST_AFTER: Final = timedelta(minutes=2)

_UNSURE: Final = """
SELECT c.id FROM content_check c
 WHERE c.status = 'waiting' AND c.created_at < $1
   AND NOT EXISTS (SELECT FROM pgqueuer q
                    WHERE q.entrypoint = $2 AND q.payload = convert_to('{"check_id": "' || c.id || '"}', 'UTF8'))
 ORDER BY c.id LIMIT 1000
"""
_CAME_BEFORE: Final = """
SELECT payload FROM wechat_callback WHERE event = 'wxa_media_check' AND payload ->> 'trace_id' = $1 LIMIT 1
"""

log = structlog.get_logger("hejie.content")


@dataclass(frozen=True, slots=True)
class Inspector:
    """`link_to` makes the address under which WeChat may fetch a file."""

    clock: Clock
    keyring: Keyring
    wechat: WeChat
    link_to: Callable[[UUID], str]


class _Result(BaseModel):
    suggest: str
    label: int = Field(0, ge=0, lt=2**31)


class _Told(BaseModel):
    """Numbers come as words where the event is XML."""

    model_config = ConfigDict(hide_input_in_errors=True)

    trace_id: str = Field(max_length=64)
    errcode: int = 0
    result: _Result | None = None


async def check(inspector: Inspector, check_id: UUID, attempt: int) -> None:
    """However often it is called, the first result stays. Raises LaterError."""
    row = await ContentCheck.filter(id=check_id, status=CheckStatus.WAITING).select_related("resident").first()
    if row is None:
        return
    try:
        await (_check_file if row.subject == CheckSubject.FILE else _check_text)(inspector, row)
    except WeChatRefusedError as error:
        log.warning("content_check_refused", subject=row.subject, errcode=error.errcode)
        await _finish(inspector.clock, row.id, CheckStatus.UNKNOWN)
    except WeChatError as error:
        if inspector.clock.now() - row.created_at >= GIVE_UP_AFTER:
            await _finish(inspector.clock, row.id, CheckStatus.UNKNOWN)
            return
        pause_s = min(_FIRST_PAUSE_S << min(attempt, 16), _LONGEST_PAUSE_S)
        raise LaterError(timedelta(seconds=max(error.retry_s, pause_s))) from error


async def take_verdict(clock: Clock, payload: dict[str, Any]) -> None:
    """Of the event `wxa_media_check`, in the transaction that takes the event in. One that nobody waits for, or that
    cannot be read, changes nothing: who was not answered is asked again."""
    try:
        told = _Told.model_validate(payload)
    except ValidationError:
        log.warning("media_check_unreadable")
        return
    row = await ContentCheck.filter(trace_id=told.trace_id, status=CheckStatus.ASKED).select_for_update().first()
    if row is None:
        log.info("media_check_not_waited_for")
    elif told.errcode == 0 and told.result is not None:
        await verdicts.finish(row, verdicts.of_suggestion(told.result.suggest), clock.now(), told.result.label)
    else:
        log.warning("media_not_checked", errcode=told.errcode)
        await verdicts.ask_again(row, clock.now())


async def requeue_unanswered(clock: Clock) -> int:
    """Checks whose job was lost, and files of which WeChat has said nothing for half an hour."""
    now = clock.now()
    async with in_transaction():
        lost = await connections.get("default").execute_query_dict(_UNSURE, [now - _LOST_AFTER, jobs.CHECK_CONTENT])
        await jobs.enqueue(jobs.CHECK_CONTENT, [{"check_id": str(row["id"])} for row in lost])
        silent = ContentCheck.filter(status=CheckStatus.ASKED, asked_at__lte=now - ANSWER_WITHIN)
        unanswered = await silent.order_by("id").limit(1000).select_for_update(skip_locked=True)
        for row in unanswered:
            await verdicts.ask_again(row, now)
    return len(lost) + len(unanswered)


async def _check_text(inspector: Inspector, row: ContentCheck) -> None:
    """The worst that is said of any part counts."""
    assert row.resident is not None, "what staff write is not checked"
    text = await texts.text_of(inspector.keyring, row)
    if not text:
        await _finish(inspector.clock, row.id, CheckStatus.SKIPPED)
        return
    scene = _COMMENT if row.subject == CheckSubject.RATING else _LOG
    worst, label = CheckStatus.PASSED, 100
    for part in texts.split(text, MAX_TEXT, _OVERLAP):
        said = await inspector.wechat.check_text(row.resident.openid, part, scene)
        status = verdicts.of_suggestion(said.suggest)
        if _GRAVITY.index(status) > _GRAVITY.index(worst):
            worst, label = status, said.label
    await _finish(inspector.clock, row.id, worst, label)


_GRAVITY: Final = (CheckStatus.PASSED, CheckStatus.UNKNOWN, CheckStatus.REVIEW, CheckStatus.RISKY)


async def _check_file(inspector: Inspector, row: ContentCheck) -> None:
    assert row.resident is not None, "only residents upload"
    stored = await StoredFile.get_or_none(id=row.subject_id, deleted_at=None)
    if stored is None:
        await _finish(inspector.clock, row.id, CheckStatus.SKIPPED)
        return
    kind = _KINDS[stored.kind]
    if stored.size > _MAX_MEDIA_BYTES:
        await _finish(inspector.clock, row.id, CheckStatus.UNKNOWN)
        return
    trace_id = await inspector.wechat.check_media(row.resident.openid, inspector.link_to(stored.id), kind, _LOG)
    asked = ContentCheck.filter(id=row.id, status=CheckStatus.WAITING)
    now = inspector.clock.now()
    await asked.update(status=CheckStatus.ASKED, trace_id=trace_id, asked_at=now, asks=row.asks + 1)
    # WeChat may have been quicker with its event than we with the row.
    for early in await connections.get("default").execute_query_dict(_CAME_BEFORE, [trace_id]):
        async with in_transaction():
            await take_verdict(inspector.clock, json.loads(early["payload"]))


async def _finish(clock: Clock, check_id: UUID, status: CheckStatus, label: int | None = None) -> None:
    async with in_transaction():
        row = await ContentCheck.filter(id=check_id, status=CheckStatus.WAITING).select_for_update().first()
        if row is not None:
            await verdicts.finish(row, status, clock.now(), label)
