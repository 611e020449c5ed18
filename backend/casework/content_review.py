"""What WeChat would not pass, or could not tell, waits here for somebody of the center: release it, or keep it hidden.
In either case it stays part of the file."""

from typing import ClassVar, Literal
from uuid import UUID

from tortoise import connections

from backend.accounts.actors import StaffActor
from backend.content import texts, verdicts
from backend.core.deps import Deps
from backend.core.errors import HejieError, NotFoundError, RoleNotAllowedError
from backend.core.pagination import cut, decode_id
from backend.core.schema import In, Moment, Out, Page, PageQuery, Text
from backend.disputes import history
from backend.disputes import queries as disputes
from backend.disputes.history import Entry
from models import Audience, CheckStatus, CheckSubject, ContentCheck, Role, StoredFile

_REVIEWERS = (Role.CLERK, Role.DIRECTOR)
_LABELS = {
    10001: "广告", 20001: "时政", 20002: "色情", 20003: "辱骂", 20006: "违法犯罪", 20008: "欺诈", 20012: "低俗",
    20013: "版权", 21000: "其他",
}  # fmt: skip
_REASONS = {
    CheckStatus.REVIEW: "微信建议人工复核",
    CheckStatus.RISKY: "微信认为有风险",
    CheckStatus.UNKNOWN: "微信没有给出结果",
}

_QUEUE = """
SELECT c.id, d.id AS dispute_id, d.number FROM content_check c
  LEFT JOIN stored_file f ON c.subject = 'file' AND f.id = c.subject_id AND f.deleted_at IS NULL
  JOIN dispute d ON d.id = COALESCE(c.dispute_id, f.dispute_id)
 WHERE c.status IN ('review', 'risky', 'unknown') AND d.center_id = $1 AND c.id > $2
 ORDER BY c.id LIMIT $3
"""


class ReviewedAlreadyError(HejieError):
    code: ClassVar[str] = "reviewed_already"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "这一项已经有人复核过了，请刷新列表。"


class ReviewItem(Out):
    id: str
    subject: str
    """`dispute`, `supplement`, `rating`, `message`: see `text`; `file`: open it under `/files/{file_id}`."""
    status: str
    reason: str
    label_text: str | None
    dispute_id: str
    number: str
    text: str | None
    file_id: str | None
    created_at: Moment


class DecisionIn(In):
    decision: Literal["release", "withhold"]
    reason: Text | None = None


class DecisionOut(Out):
    id: str
    status: str


async def page(deps: Deps, actor: StaffActor, query: PageQuery) -> Page[ReviewItem]:
    """Of the own center, oldest first. Raises RoleNotAllowedError."""
    _check_role(actor)
    after = decode_id(query.cursor) or UUID(int=0)
    found = await connections.get("default").execute_query_dict(_QUEUE, [actor.center_id, after, query.limit + 1])
    rows, next_cursor = cut(found, query.limit, lambda row: (str(row["id"]),))
    checks = {check.id: check for check in await ContentCheck.filter(id__in=[row["id"] for row in rows])}
    items = [await _item(deps, checks[row["id"]], str(row["dispute_id"]), row["number"]) for row in rows]
    return Page[ReviewItem](items=items, next_cursor=next_cursor)


async def decide(deps: Deps, actor: StaffActor, check_id: UUID, decision: DecisionIn) -> DecisionOut:
    """Locks case and check. Raises NotFoundError, RoleNotAllowedError, ReviewedAlreadyError."""
    check = await ContentCheck.get_or_none(id=check_id)
    dispute_id = await _dispute_of(check) if check else None
    if dispute_id is None:
        raise NotFoundError
    dispute = await disputes.for_staff(actor, dispute_id, lock=True)
    if dispute.center_id != actor.center_id:
        raise NotFoundError
    _check_role(actor)
    check = await ContentCheck.filter(id=check_id).select_for_update().get()
    if check.status not in verdicts.FOR_A_PERSON:
        raise ReviewedAlreadyError
    seen, is_released = check.status, decision.decision == "release"
    check.decided_by_id, check.decided_at = actor.id, deps.clock.now()
    await check.save(update_fields=["decided_by_id", "decided_at"])
    await verdicts.finish(check, CheckStatus.RELEASED if is_released else CheckStatus.WITHHELD, deps.clock.now())
    data = {"subject": check.subject, "subject_id": str(check.subject_id), "finding": _REASONS[seen]}
    entry = Entry(
        "content_released" if is_released else "content_withheld",
        Audience.STAFF,
        data=data | {"subject_text": _SUBJECTS[check.subject]},
        detail={"reason": decision.reason} if decision.reason else {},
    )
    await history.record(deps, dispute, actor, entry)
    return DecisionOut(id=str(check.id), status=check.status)


_SUBJECTS = {
    CheckSubject.DISPUTE: "申请内容",
    CheckSubject.SUPPLEMENT: "补充材料",
    CheckSubject.RATING: "评价留言",
    CheckSubject.FILE: "附件",
    CheckSubject.MESSAGE: "沟通消息",
}


def _check_role(actor: StaffActor) -> None:
    if actor.role not in _REVIEWERS or actor.center_id is None:
        raise RoleNotAllowedError


async def _dispute_of(check: ContentCheck) -> UUID | None:
    if check.subject != CheckSubject.FILE:
        return check.dispute_id
    stored = await StoredFile.get_or_none(id=check.subject_id, deleted_at=None)
    return None if stored is None else stored.dispute_id


async def _item(deps: Deps, check: ContentCheck, dispute_id: str, number: str) -> ReviewItem:
    is_file = check.subject == CheckSubject.FILE
    return ReviewItem(
        id=str(check.id),
        subject=check.subject,
        status=check.status,
        reason=_REASONS[check.status],
        label_text=_LABELS.get(check.label or 0),
        dispute_id=dispute_id,
        number=number,
        text=None if is_file else await texts.text_of(deps.keyring, check),
        file_id=str(check.subject_id) if is_file else None,
        created_at=check.created_at,
    )
