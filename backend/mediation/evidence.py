"""云调查: what shall prove something, who has had it in hands, how it was verified, what is said against it."""

from typing import ClassVar
from uuid import UUID

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from backend.accounts.actors import Actor, ResidentActor, StaffActor
from backend.core.deps import Deps
from backend.core.errors import FieldProblem, HejieError, InvalidFieldsError, NotFoundError, RoleNotAllowedError
from backend.core.mediation_rules import StandingKind
from backend.disputes import queries
from backend.disputes.history import Entry
from backend.files.queries import FileNotShownError
from backend.mediation import access, acts, case_files, sharing, telling
from backend.mediation.access import Standing
from backend.mediation.evidence_schemas import CustodyIn, EvidenceIn, ExchangeIn, ObjectionIn, VerificationIn
from backend.mediation.running import require_not_over
from backend.mediation.sharing import Item, ShareTo
from models import (
    Audience,
    CustodyAct,
    CustodyEntry,
    EvidenceItem,
    FileStatus,
    Objection,
    StoredFile,
    Verification,
)
from models.base import uuid7

RESOURCE = "evidence"
_STAFF = (StandingKind.MEDIATOR, StandingKind.CENTER)
_MAY_SUBMIT = (*_STAFF, StandingKind.PARTY, StandingKind.EXPERT)


class CustodyOrderError(HejieError):
    code: ClassVar[str] = "custody_order"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "原件现在不在中心（或者已经在中心），请先核对保管记录，再登记这一步。"


def readable(deps: Deps, standing: Standing) -> QuerySet[EvidenceItem]:
    """Raises NotFoundError where evidence does not exist to them."""
    items = EvidenceItem.filter(dispute_id=standing.dispute.id)
    return access.readable(deps, standing, RESOURCE, items, _own(standing))


async def one(deps: Deps, standing: Standing, item_id: UUID) -> EvidenceItem:
    """Raises NotFoundError."""
    found = await readable(deps, standing).filter(id=item_id).select_related("file").first()
    if found is None:
        raise NotFoundError
    return found


def is_own(standing: Standing, item: EvidenceItem) -> bool:
    """Submitted by them, or by who acts for the same party; the center's own is everybody's who works there."""
    if standing.kind in _STAFF:
        return item.party_id is None and item.member_id is None
    return item.party_id in standing.party_ids or (standing.member is not None and item.member_id == standing.member.id)


async def submit(deps: Deps, actor: Actor, standing: Standing, given: EvidenceIn) -> EvidenceItem:
    """Nobody but the center and the mediator sees it yet. Raises RoleNotAllowedError, MediationNotOpenError,
    InvalidFieldsError at `file_id`."""
    access.require(standing, *_MAY_SUBMIT)
    require_not_over(standing.dispute)
    party, member = await acts.speaks_for(actor, standing), standing.member
    await _take_file(actor, standing, given.file_id)
    item = EvidenceItem(
        id=uuid7(),
        dispute_id=standing.dispute.id,
        kind=given.kind,
        party_id=party.id if party else None,
        member_id=member.id if member else None,
        actor_id=actor.id,
        file_id=given.file_id,
        submitted_at=deps.clock.now(),
    )
    for column in ("title", "source", "proves", "description"):
        text = getattr(given, column)
        sealed = None if text is None else deps.keyring.seal(text, "evidence_item", column, item.id)
        setattr(item, f"{column}_sealed", sealed)
    await item.save(force_create=True)
    data = {"item_id": str(item.id), "kind_text": deps.catalog.evidence.kinds[given.kind]}
    reader = actor.id if isinstance(actor, ResidentActor) else None
    entry = telling.of_one(standing.dispute, reader, "evidence_submitted", data)
    await telling.record(deps, standing.dispute, actor, entry)
    return item


async def log_custody(deps: Deps, actor: StaffActor, standing: Standing, item_id: UUID, given: CustodyIn) -> None:
    """Received, moved, returned, in an order that can be. Raises NotFoundError, RoleNotAllowedError,
    MediationNotOpenError, CustodyOrderError."""
    item = await _of_staff(deps, standing, item_id)
    last = await CustodyEntry.filter(item_id=item.id).order_by("-id").first()
    is_here = last is not None and last.act is not CustodyAct.RETURNED
    if is_here is (given.act is CustodyAct.RECEIVED):
        raise CustodyOrderError
    row = CustodyEntry(id=uuid7(), item_id=item.id, act=given.act, staff_id=actor.id, at=deps.clock.now())
    row.holder_sealed = deps.keyring.seal(given.holder, "custody_entry", "holder", row.id)
    if given.note is not None:
        row.note_sealed = deps.keyring.seal(given.note, "custody_entry", "note", row.id)
    await row.save(force_create=True)
    data = {"item_id": str(item.id), "act_text": deps.catalog.evidence.custody[given.act]}
    await _record(deps, actor, standing, "evidence_custody", data)


async def verify(deps: Deps, actor: StaffActor, standing: Standing, item_id: UUID, given: VerificationIn) -> None:
    """Raises NotFoundError, RoleNotAllowedError, MediationNotOpenError."""
    item, rules = await _of_staff(deps, standing, item_id), deps.catalog.evidence
    row = Verification(
        id=uuid7(),
        item_id=item.id,
        method=given.method,
        result=given.result,
        original_compared=given.original_compared,
        staff_id=actor.id,
        at=deps.clock.now(),
    )
    if given.note is not None:
        row.note_sealed = deps.keyring.seal(given.note, "verification", "note", row.id)
    await row.save(force_create=True)
    data = {"item_id": str(item.id), "method_text": rules.methods[given.method],
            "result_text": rules.results[given.result]}  # fmt: skip
    await _record(deps, actor, standing, "evidence_verified", data)


async def object_to(deps: Deps, actor: ResidentActor, standing: Standing, item_id: UUID, given: ObjectionIn) -> None:
    """By a party that was shown it and did not submit it. Raises NotFoundError, RoleNotAllowedError,
    MediationNotOpenError."""
    item = await one(deps, standing, item_id)
    require_not_over(standing.dispute)
    access.require(standing, StandingKind.PARTY)
    party = await acts.speaks_for(actor, standing)
    if party is None or is_own(standing, item):
        raise RoleNotAllowedError("这是您自己一方提交的材料，不用提出异议；需要更正请另行提交。")
    row = Objection(id=uuid7(), item_id=item.id, party_id=party.id, grounds=list(given.grounds), at=deps.clock.now())
    row.text_sealed = deps.keyring.seal(given.text, "objection", "text", row.id)
    await row.save(force_create=True)
    grounds = "、".join(deps.catalog.evidence.grounds[each] for each in given.grounds)
    data = {"item_id": str(item.id), "grounds_text": grounds}
    await telling.record(
        deps, standing.dispute, actor, telling.of_one(standing.dispute, actor.id, "evidence_objected", data)
    )


async def show(deps: Deps, actor: Actor, standing: Standing, item_id: UUID, to: tuple[ShareTo, ...]) -> EvidenceItem:
    """By who submitted it, the mediator or the center. Raises NotFoundError, RoleNotAllowedError,
    MediationNotOpenError, InvalidFieldsError at `to`."""
    item = await one(deps, standing, item_id)
    require_not_over(standing.dispute)
    if standing.kind not in _STAFF and not is_own(standing, item):
        raise RoleNotAllowedError
    await sharing.show(deps, actor, standing, Item(RESOURCE, item.id), to)
    parties = [each.id for each in to if each.kind == "party" and each.id]
    if parties:
        await telling.tell_parties(
            deps, standing.dispute, actor, parties, "evidence_shown", data={"item_id": str(item.id)}
        )
    return item


async def exchange(deps: Deps, actor: StaffActor, standing: Standing, given: ExchangeIn) -> None:
    """证据交换: all parties see all of these. Raises RoleNotAllowedError, MediationNotOpenError, InvalidFieldsError."""
    access.require(standing, *_STAFF)
    require_not_over(standing.dispute)
    items = {each.id: each for each in await EvidenceItem.filter(dispute_id=standing.dispute.id)}
    unknown = [place for place, item_id in enumerate(given.item_ids) if item_id not in items]
    if unknown:
        message = "本案没有这份证据，请重新选择。"
        raise InvalidFieldsError(fields=tuple(FieldProblem(f"item_ids.{place}", message) for place in unknown))
    there = [each for each in await queries.parties(standing.dispute.id) if each.left_at is None]
    everybody = [ShareTo(kind="party", id=each.id) for each in there]
    for item_id in dict.fromkeys(given.item_ids):
        await sharing.show(deps, actor, standing, Item(RESOURCE, item_id), everybody)
    await EvidenceItem.filter(id__in=given.item_ids, exchanged_at=None).update(exchanged_at=deps.clock.now())
    data = {"item_ids": [str(each) for each in dict.fromkeys(given.item_ids)], "count": len(set(given.item_ids))}
    await telling.record(deps, standing.dispute, actor, Entry("evidence_exchanged", Audience.PARTIES, data))


async def file_of(deps: Deps, standing: Standing, item_id: UUID) -> StoredFile:
    """What was found unfit is shown to the center and its owner only. Raises NotFoundError, FileNotShownError."""
    item = await one(deps, standing, item_id)
    if item.file is None or item.file.deleted_at is not None:
        raise NotFoundError
    if item.file.status is FileStatus.REJECTED and standing.kind not in _STAFF and not is_own(standing, item):
        raise FileNotShownError
    return item.file


def _own(standing: Standing) -> Q | None:
    if standing.member is not None:
        return Q(member_id=standing.member.id)
    return Q(party_id__in=standing.party_ids) if standing.party_ids else None


async def _of_staff(deps: Deps, standing: Standing, item_id: UUID) -> EvidenceItem:
    item = await one(deps, standing, item_id)
    access.require(standing, *_STAFF)
    require_not_over(standing.dispute)
    return item


async def _take_file(actor: Actor, standing: Standing, file_id: UUID | None) -> None:
    if file_id is not None and (lost := await case_files.take(actor, standing, [file_id])):
        raise InvalidFieldsError.at("file_id", lost[0].message)


async def _record(deps: Deps, actor: StaffActor, standing: Standing, kind: str, data: dict[str, str]) -> None:
    await telling.record(deps, standing.dispute, actor, Entry(kind, Audience.STAFF, dict(data)))
