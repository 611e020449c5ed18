"""One case turns out to be two quarrels: the other one goes on by itself, as old as the first. Nothing begins anew."""

from collections.abc import Sequence
from typing import ClassVar
from uuid import UUID

from backend.accounts.actors import StaffActor
from backend.appointments import people
from backend.casework import invitations, links
from backend.casework.done import Done
from backend.casework.link_schemas import Split
from backend.core import rows
from backend.core.clock import local
from backend.core.deps import Deps
from backend.core.errors import FieldProblem, HejieError, InvalidFieldsError
from backend.core.wording import full_date_text
from backend.disputes import case_clock, history, party_rows, queries, views
from backend.disputes.actions import new_number
from backend.disputes.history import Entry
from backend.notices import actions as notices
from backend.notices.actions import News
from models import (
    ClaimCode,
    Dispute,
    LinkKind,
    Party,
    Registration,
    Representation,
    RightsAcknowledgement,
    Side,
    Status,
)
from models.base import uuid7

_PLAIN_MODES = (None, "ordinary", "cloud")
_INHERITED = (
    "source", "recorder_id", "center_id", "status", "category", "occurred_on", "preferred_mode", "place_lon",
    "place_lat", "route", "mediator_id", "organization_id", "track", "mode", "conflict", "failed_contacts", "bounces",
    "must_decide", "safety", "created_at",
)  # fmt: skip
"""`created_at` is when it was filed: the limitation period counts from it."""
_WORDS = ("description", "claim", "location")


class SplitNotPossibleError(HejieError):
    code: ClassVar[str] = "split_not_possible"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "联合调解、商事调解开始以后不能拆分；请另行登记一件，再与本件关联。"


async def split(deps: Deps, actor: StaffActor, dispute: Dispute, fields: Split) -> Done:
    """Raises InvalidFieldsError, SplitNotPossibleError."""
    if dispute.status is Status.IN_MEDIATION and dispute.mode not in _PLAIN_MODES:
        raise SplitNotPossibleError
    parties = await queries.parties(dispute.id)
    chosen = _chosen(dispute, parties, fields)
    child = _child(deps, dispute, chosen, fields)
    who = {party.id: _copied(deps, party, child, ordinal) for ordinal, party in enumerate(chosen)}
    received = full_date_text(local(dispute.created_at).date())
    origin = {"parent_id": str(dispute.id), "number": dispute.number, "received_text": received}
    running = case_clock.running_of(dispute)
    step = case_clock.wind(deps, child, case_clock.inherited(deps, running)) if running else None
    events = history.begin(deps, child, actor, Entry("split_off", data=origin, step=step))
    for written in ([child], list(who.values()), events):
        await rows.insert(written)
    await _take_along(deps, dispute, child, {old: party.id for old, party in who.items()})
    await _leave(deps, actor, dispute, [party for party in chosen if party.id in fields.leaving_ids])
    await links.make(deps, actor, child, dispute, LinkKind.SPLIT)
    residents = {party.resident_id for party in who.values() if party.resident_id is not None}
    words = {"center": dispute.center.name, "number": child.number}
    await notices.notify(deps, [News(each, "split_off", child.id, words) for each in sorted(residents)])
    data = {"child_id": str(child.id), "child_number": child.number}
    return Done(data=data, detail={"reason": fields.reason}, split_off=child)


def _chosen(dispute: Dispute, parties: Sequence[Party], fields: Split) -> list[Party]:
    """In the order of the case. Raises InvalidFieldsError: both cases need both sides."""
    known = {party.id for party in parties if party.left_at is None}
    found = [
        FieldProblem(f"party_ids.{place}", "这一位不是本案当事人，或者已经退出，请重新选择。")
        for place, each in enumerate(fields.party_ids)
        if each not in known
    ]
    chosen = [party for party in parties if party.id in fields.party_ids]
    if not found and {party.side for party in chosen} != set(Side):
        found.append(FieldProblem("party_ids", "新案件也要有申请人和被申请人，请把双方都选上。"))
    staying = {party.side for party in parties if party.id in known and party.id not in fields.leaving_ids}
    if staying != set(Side):
        found.append(FieldProblem("leaving_ids", "本件至少要留下一位申请人和一位被申请人。"))
    if any(_filed(dispute, party) for party in chosen if party.id in fields.leaving_ids):
        found.append(FieldProblem("leaving_ids", "提出申请的人不能从本件移出。"))
    if found:
        raise InvalidFieldsError(fields=tuple(found))
    return chosen


def _filed(dispute: Dispute, party: Party) -> bool:
    if dispute.resident_id is None or party.side is not Side.APPLICANT:
        return False
    return party.resident_id == dispute.resident_id or (party.ordinal == 0 and party.resident_id is None)


def _child(deps: Deps, dispute: Dispute, chosen: Sequence[Party], fields: Split) -> Dispute:
    """Its id is of the time when it was filed, as lists are in that order."""
    child = Dispute(
        id=uuid7(nanoseconds=int(dispute.created_at.timestamp() * 10**9)),
        number=new_number(),
        resident_id=dispute.resident_id if any(_filed(dispute, party) for party in chosen) else None,
        amount_fen=fields.amount_fen,
        updated_at=deps.clock.now(),
        **{name: getattr(dispute, name) for name in _INHERITED},
    )
    child.center = dispute.center
    child.retention = dispute.retention or _retention(deps, dispute)
    child.category = fields.category or dispute.category
    given = {"description": fields.description, "claim": fields.claim}
    for column in _WORDS:
        text = given.get(column) or views.opened(deps, dispute, column)
        if text is not None:
            setattr(child, f"{column}_sealed", deps.keyring.seal(text, "dispute", column, child.id))
    return child


def _retention(deps: Deps, dispute: Dispute) -> str:
    """As long as the parent would be kept: another category does not shorten it."""
    return deps.catalog.closing.retention.class_of(deps.catalog.top_category(dispute.category), "agreed")


def _copied(deps: Deps, party: Party, child: Dispute, ordinal: int) -> Party:
    copy = Party(id=uuid7(), dispute_id=child.id, side=party.side, kind=party.kind, ordinal=ordinal)
    party_rows.change(deps, copy, party_rows.opened(deps, party))
    copy.resident_id = party.resident_id
    return copy


async def _take_along(deps: Deps, dispute: Dispute, child: Dispute, parties: dict[UUID, UUID]) -> None:
    """By which door it came, who acts for whom, who knows its rights."""
    registration = await Registration.get_or_none(dispute_id=dispute.id)
    if registration is not None:
        await _registered(deps, registration, child)
    for row in await RightsAcknowledgement.filter(party_id__in=list(parties)):
        told = {name: getattr(row, name) for name in ("version", "way", "actor_id", "at")}
        copy = RightsAcknowledgement(dispute_id=child.id, party_id=parties[row.party_id], **told)
        await copy.save(force_create=True)
    for acting in await Representation.filter(party_id__in=list(parties), ended_at=None):
        await _represented(deps, acting, child, parties[acting.party_id])


async def _registered(deps: Deps, row: Registration, child: Dispute) -> None:
    """But for the number outside, which is the first case's alone."""
    names = ("basis", "referred_by", "referrer_name", "referral_number", "referred_on", "created_at")
    copy = Registration(id=uuid7(), dispute_id=child.id, **{name: getattr(row, name) for name in names})
    _reseal(deps, row, copy, "registration", ("brought_by",))
    await copy.save(force_create=True)


async def _represented(deps: Deps, row: Representation, child: Dispute, party_id: UUID) -> None:
    names = ("kind", "scope", "name_hash", "phone_hash", "given_on", "resident_id", "recorder_id", "created_at")
    kept = {name: getattr(row, name) for name in names}
    copy = Representation(id=uuid7(), dispute_id=child.id, party_id=party_id, **kept)
    _reseal(deps, row, copy, "representation", ("name", "phone", "basis", "document"))
    await copy.save(force_create=True)


def _reseal(
    deps: Deps,
    row: Registration | Representation,
    copy: Registration | Representation,
    table: str,
    columns: tuple[str, ...],
) -> None:
    """What is sealed is bound to its row."""
    for column in columns:
        sealed = getattr(row, f"{column}_sealed")
        text = None if sealed is None else deps.keyring.open(sealed, table, column, row.id)
        setattr(copy, f"{column}_sealed", None if text is None else deps.keyring.seal(text, table, column, copy.id))


async def _leave(deps: Deps, actor: StaffActor, dispute: Dispute, leaving: Sequence[Party]) -> None:
    now = deps.clock.now()
    for party in leaving:
        party.removed_at, party.resident_id = now, None
        await party.save(update_fields=["removed_at", "resident_id"])
        await invitations.revoke_all(deps, party.id)
        await ClaimCode.filter(party_id=party.id, used_at=None, revoked_at=None).update(revoked_at=now)
    if leaving:
        await people.changed(deps, dispute, actor)
