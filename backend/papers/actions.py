"""A paper is asked for: what it will say is fixed in this transaction; the worker draws it."""

import secrets
from collections.abc import Sequence
from hashlib import sha256
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from backend.accounts.actors import StaffActor
from backend.core import jobs
from backend.core.deps import Deps
from backend.core.errors import HejieError, InvalidFieldsError, RoleNotAllowedError
from backend.core.paper_rules import PaperKind
from backend.papers import case as cases
from backend.papers import checking, queries, templates
from backend.papers.case import Agreed, Case
from backend.papers.fields import PaperData
from backend.papers.kinds import PAPERS, missing
from backend.papers.schemas import PaperIn, PaperOut
from models import Dispute, Meeting, Paper, PaperState, Party
from models.base import uuid7

_Subject = TypeVar("_Subject", Party, Meeting)

_CODE_BYTES = 18
"""144 random bits."""


class PaperIncompleteError(HejieError):
    code: ClassVar[str] = "paper_incomplete"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "还缺少定稿需要的内容，请先办理相应步骤，或者先制作草稿。"


async def request(deps: Deps, actor: StaffActor, dispute_id: UUID, given: PaperIn) -> PaperOut:
    """The same content with the same template is the same paper, however often it is asked for. Raises NotFoundError,
    RoleNotAllowedError, InvalidFieldsError at `subject_id`, PaperIncompleteError."""
    dispute = (await queries.standing_of(actor, dispute_id, lock=True)).dispute
    if actor.center_id != dispute.center_id:
        raise RoleNotAllowedError("案件还没有接收，接收后才能制作文书。")
    kind, case = deps.catalog.papers[given.code], await cases.read(deps, dispute)
    subject_id, data = await _gathered(case, given, kind)
    if not given.draft and (lacking := missing(data, kind.must_know)):
        raise PaperIncompleteError(
            f"定稿还缺少：{'、'.join(lacking)}。请先办理相应步骤，或者先制作草稿。", missing=lacking
        )
    same = {"dispute_id": dispute.id, "code": given.code, "subject_id": subject_id, "is_draft": given.draft}
    return queries.out(deps, await _same_or_new(deps, actor, same, data, _basis(case, given.code)))


async def make_known(deps: Deps, actor: StaffActor, dispute: Dispute, codes: Sequence[str]) -> None:
    """Of these kinds, every paper of which everything needed is known. The caller holds the lock on the case."""
    case = await cases.read(deps, dispute)
    for code in codes:
        kind = deps.catalog.papers[code]
        for subject_id in await _subjects(case, kind):
            given = PaperIn.model_construct(code=code, subject_id=subject_id, draft=False)
            await _make_if_known(deps, actor, case, given, kind)


async def _make_if_known(deps: Deps, actor: StaffActor, case: Case, given: PaperIn, kind: PaperKind) -> None:
    subject_id, data = await _gathered(case, given, kind)
    if not missing(data, kind.must_know):
        same = {"dispute_id": case.dispute.id, "code": given.code, "subject_id": subject_id, "is_draft": False}
        _ = await _same_or_new(deps, actor, same, data, _basis(case, given.code))


async def _subjects(case: Case, kind: PaperKind) -> list[UUID]:
    if kind.of == "case":
        return [case.dispute.id]
    if kind.of == "party":
        return [party.id for party in case.parties]
    meetings = Meeting.filter(dispute_id=case.dispute.id, caucus_party_id=None, begun_at__isnull=False)
    return [meeting.id for meeting in await meetings.order_by("id")]


async def _gathered(case: Case, given: PaperIn, kind: PaperKind) -> tuple[UUID, PaperData]:
    """Raises InvalidFieldsError at `subject_id`."""
    gather = PAPERS[given.code].gather
    if kind.of == "case":
        if given.subject_id not in (None, case.dispute.id):
            raise InvalidFieldsError.at("subject_id", "这种文书一案一份，请不要另选对象。")
        return case.dispute.id, await gather(case, kind)
    subject = await _subject(case, given.subject_id, kind)
    return subject.id, await gather(case, kind, subject)


async def _subject(case: Case, subject_id: UUID | None, kind: PaperKind) -> Party | Meeting:
    if kind.of == "party":
        party = next((party for party in case.parties if party.id == subject_id), None)
        return _found(party, "请选择本案的当事人。")
    # A separate talk is the party's and the mediator's alone.
    meetings = Meeting.filter(dispute_id=case.dispute.id, caucus_party_id=None)
    meeting = await meetings.get_or_none(id=subject_id) if subject_id else None
    return _found(meeting, "请选择本案的会议；单独谈话不制作笔录。")


def _found(subject: _Subject | None, message: str) -> _Subject:
    if subject is None:
        raise InvalidFieldsError.at("subject_id", message)
    return subject


def _basis(case: Case, code: str) -> UUID | None:
    name = PAPERS[code].agreed
    agreed: Agreed | None = getattr(case, name) if name else None
    return agreed.version.id if agreed else None


async def _same_or_new(
    deps: Deps, actor: StaffActor, same: dict[str, Any], data: PaperData, basis_id: UUID | None
) -> Paper:
    template = await templates.in_force(deps, same["code"])
    made = {"template_version": template.version, "title": data.model_dump()["文书名称"], "basis_id": basis_id}
    return await find_or_ask(deps, actor, same | {"template_hash": template.digest}, made, data.model_dump_json())


async def find_or_ask(deps: Deps, actor: StaffActor, same: dict[str, Any], made: dict[str, Any], text: str) -> Paper:
    """`same`: what makes it one paper, beside the text. The case is locked: two who ask at once get one paper."""
    same |= {"content_hash": sha256(text.encode()).hexdigest()}
    found = await Paper.filter(**same).select_related("pdf", "docx").first()
    if found is not None and found.state is PaperState.READY:
        await take_its_place(deps, found)
    if found is not None and found.state is not PaperState.FAILED:
        return found
    is_new = found is None
    if found is None:
        found = _new(deps, actor, text, same | made)
    found.state = PaperState.MAKING
    await found.save(force_create=is_new)
    await jobs.enqueue(jobs.MAKE_PAPER, [{"paper_id": str(found.id)}], priority=jobs.URGENT)
    return found


def _new(deps: Deps, actor: StaffActor, text: str, same: dict[str, Any]) -> Paper:
    """A final one has a code by which anybody may check it."""
    paper = Paper(id=uuid7(), requested_by_id=actor.id, requested_at=deps.clock.now(), **same)
    paper.data_sealed = deps.keyring.seal(text, "paper", "data", paper.id)
    if not paper.is_draft:
        code = secrets.token_urlsafe(_CODE_BYTES)
        paper.check_code_sealed = deps.keyring.seal(code, "paper", "check_code", paper.id)
        paper.check_code_hash = checking.code_hash(code)
    return paper


async def take_its_place(deps: Deps, paper: Paper) -> None:
    """All others of its kind and subject are overtaken by it, and it by none."""
    others = Paper.filter(dispute_id=paper.dispute_id, code=paper.code, subject_id=paper.subject_id)
    overtaken = others.filter(is_draft=paper.is_draft, superseded_at=None).exclude(id=paper.id)
    await overtaken.update(superseded_at=deps.clock.now())
    if paper.superseded_at is not None:
        paper.superseded_at = None
        await paper.save(update_fields=["superseded_at"])
