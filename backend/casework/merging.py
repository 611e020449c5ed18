"""Two cases turn out to be one quarrel: one of them goes on, the other points to it. Both keep their numbers."""

from dataclasses import replace
from typing import ClassVar
from uuid import UUID

from backend.accounts.actors import StaffActor
from backend.appointments import carrying, people
from backend.casework import invitations, links
from backend.casework.done import Done, keep
from backend.casework.link_schemas import Merge
from backend.core.deps import Deps
from backend.core.errors import HejieError
from backend.disputes import case_clock, party_rows, queries
from backend.disputes.deadlines import Step
from backend.disputes.history import Entry
from models import (
    Audience,
    CaseLink,
    ClaimCode,
    Dispute,
    InformationRequest,
    LinkKind,
    Party,
    Representation,
    RightsAcknowledgement,
    Safety,
    Status,
    StoredFile,
)
from models.base import uuid7

_HOW_FAR = {Status.SUBMITTED: 0, Status.ACCEPTED: 1, Status.IN_MEDIATION: 2}


class MergeNotPossibleError(HejieError):
    code: ClassVar[str] = "merge_not_possible"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "这两件现在不能合并，请刷新后查看两件的情况。"


async def merge(deps: Deps, actor: StaffActor, dispute: Dispute, fields: Merge) -> Done:
    """Both are locked. What is still open goes on in the kept case; what happened stays in the histories where it
    happened. Raises InvalidFieldsError at `into_id`, MergeNotPossibleError."""
    kept = await links.other_case(actor, dispute, fields.into_id, "into_id")
    _require_open(dispute, kept)
    parties, added = await _join_parties(deps, dispute, kept)
    data = {
        "other_id": str(dispute.id),
        "number": dispute.case_number or dispute.number,
        "parties": added,
        "files": await _move_papers(deps, dispute, kept, parties),
        "appointments": [str(each) for each in await carrying.over(deps, actor, dispute, kept, parties)],
    }
    await _point_to(deps, actor, dispute, kept)
    step = _earlier(deps, dispute, kept)
    await keep(deps, kept, actor, Entry("merged_in", Audience.STAFF, data, {"reason": fields.reason}, step=step))
    await people.changed(deps, kept, actor)
    return Done(data={"into_id": str(kept.id), "number": kept.number}, detail={"reason": fields.reason})


def _require_open(dispute: Dispute, kept: Dispute) -> None:
    """Raises MergeNotPossibleError, which says what to do instead."""
    if kept.merged_into_id is not None:
        raise MergeNotPossibleError("选中的这件已经并入另一件，请选择它并入的那一件。")
    if kept.status not in _HOW_FAR:
        raise MergeNotPossibleError("选中的这件已经有结果，或者正在转办，不能再并入；可以改为关联。")
    if kept.safety is Safety.RED:
        raise MergeNotPossibleError("选中的这件有安全红牌，请先处置并解除红牌，再合并。")
    if _HOW_FAR[kept.status] < _HOW_FAR[dispute.status]:
        raise MergeNotPossibleError("选中的这件办理得还没有本件远，请反过来，把那一件并入本件。")


async def _join_parties(deps: Deps, dispute: Dispute, kept: Dispute) -> tuple[dict[UUID, UUID], list[str]]:
    """Who each of those who take part is in the kept case, and which parties are new there. The merged case keeps its
    own, as it was filed."""
    there = await Party.filter(dispute_id=kept.id).order_by("ordinal")
    last, now_there = max(each.ordinal for each in there), [each for each in there if each.removed_at is None]
    who: dict[UUID, UUID] = {}
    added: list[str] = []
    for party in await queries.parties(dispute.id):
        if party.left_at is not None:
            continue
        account = party.resident_id or (dispute.resident_id if party.ordinal == 0 else None)
        same = next((each for each in now_there if _is(each, party, account, kept)), None)
        if same is None:
            last += 1
            same = _copied(deps, party, kept, last)
            await same.save(force_create=True)
            now_there.append(same)
            added.append(str(same.id))
        if same.resident_id is None and account is not None:
            same.resident_id = account
            await same.save(update_fields=["resident_id"])
        who[party.id] = same.id
    return who, added


def _is(theirs: Party, party: Party, account: UUID | None, kept: Dispute) -> bool:
    """Two accounts are two people, however alike they are on paper."""
    holder = theirs.resident_id or (kept.resident_id if theirs.ordinal == 0 else None)
    if account is not None and holder is not None:
        return account == holder and party_rows.are_the_same(theirs, party)
    return theirs.left_at is None and party_rows.are_the_same(theirs, party)


def _copied(deps: Deps, party: Party, kept: Dispute, ordinal: int) -> Party:
    copy = Party(id=uuid7(), dispute_id=kept.id, side=party.side, kind=party.kind, ordinal=ordinal)
    party_rows.change(deps, copy, party_rows.opened(deps, party))
    return copy


async def _move_papers(deps: Deps, dispute: Dispute, kept: Dispute, parties: dict[UUID, UUID]) -> list[str]:
    """Which files went over. Requests that wait for answers go on; codes and invitations on paper are void."""
    files = StoredFile.filter(dispute_id=dispute.id, deleted_at=None)
    moved = [str(each) for each in await files.order_by("id").values_list("id", flat=True)]
    await StoredFile.filter(dispute_id=dispute.id).update(dispute_id=kept.id)
    await InformationRequest.filter(dispute_id=dispute.id, answered_at=None).update(dispute_id=kept.id)
    now = deps.clock.now()
    await ClaimCode.filter(dispute_id=dispute.id, used_at=None, revoked_at=None).update(revoked_at=now)
    for old_id, new_id in parties.items():
        await invitations.revoke_all(deps, old_id)
        await Representation.filter(party_id=old_id, ended_at=None).update(party_id=new_id, dispute_id=kept.id)
        known = await RightsAcknowledgement.filter(party_id=new_id).values_list("version", flat=True)
        told = RightsAcknowledgement.filter(party_id=old_id).exclude(version__in=list(known))
        await told.update(party_id=new_id, dispute_id=kept.id)
    return moved


async def _point_to(deps: Deps, actor: StaffActor, dispute: Dispute, kept: Dispute) -> None:
    """Also what was merged into it before: a pointer is never followed twice."""
    await Dispute.filter(merged_into_id=dispute.id).update(merged_into_id=kept.id)
    await CaseLink.filter(other_id=dispute.id, kind=LinkKind.MERGED).update(other_id=kept.id)
    dispute.merged_into = kept
    await links.make(deps, actor, dispute, kept, LinkKind.MERGED)


def _earlier(deps: Deps, dispute: Dispute, kept: Dispute) -> Step | None:
    """Of two that wait for the same thing, the earlier end holds: it was promised to somebody."""
    theirs, own = case_clock.running_of(dispute), case_clock.running_of(kept)
    if theirs is None or own is None or theirs.rule != own.rule:
        return None
    if dispute.due_at is None or kept.due_at is None or dispute.due_at >= kept.due_at:
        return None
    return case_clock.wind(deps, kept, case_clock.inherited(deps, replace(theirs, pause=None)))
