"""A side of many elects some of its own to speak for it (after 民事诉讼法 56, 57); each member says whether it agrees
to them, and later whether it confirms what they have reached: nobody is bound by others."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, ValidationInfo, field_validator

from backend.accounts.actors import Actor, ResidentActor, StaffActor
from backend.appointments import people
from backend.casework.done import keep
from backend.casework.invitations import SIDES
from backend.casework.registration import require_recorder
from backend.core import clock, rows
from backend.core.deps import Deps
from backend.core.errors import FieldProblem, InvalidFieldsError, NotFoundError
from backend.core.schema import Code, In, Line, Text, deps_of, one_of
from backend.disputes import groups, queries
from backend.disputes.actions import ENDED
from backend.disputes.groups import CONFIRMABLE, TO_ELECTION, Standing
from backend.disputes.history import Entry
from backend.disputes.party_schemas import past
from backend.disputes.workflow import ActionNotAllowedError, StaleVersionError
from models import Audience, Dispute, GroupRepresentative, MemberConsent, Party, Side
from models.base import uuid7

_ABOUT = {"representation": "代表人的推选", "outcome": "达成的协议"}


def _past(value: date, info: ValidationInfo) -> date:
    return past(value, info, "日期不能晚于今天，请检查后重填。")


class ElectedIn(In):
    party_id: UUID
    scope: Code = "attend"

    @field_validator("scope")
    @classmethod
    def is_a_scope(cls, value: str, info: ValidationInfo) -> str:
        return one_of(value, deps_of(info).catalog.representation_scopes)


class ElectionIn(In):
    version: Annotated[int, Field(ge=1, le=2**31 - 1)]
    representatives: Annotated[list[ElectedIn], Field(min_length=1, max_length=20)]
    basis: Text
    document: Line
    elected_on: date

    _is_past = field_validator("elected_on")(_past)


class MemberAnswerIn(In):
    about: Literal["representation", "outcome"]
    agreed: bool


class MemberAnswerRecord(MemberAnswerIn):
    """As a member has said it to staff."""

    way: Literal["in_person", "telephone", "written"]
    given_on: date

    _is_past = field_validator("given_on")(_past)


async def elect(deps: Deps, actor: StaffActor, dispute_id: UUID, fields: ElectionIn) -> Dispute:
    """In place of those elected before; what the members said to those counts no more. Raises NotFoundError,
    RoleNotAllowedError, StaleVersionError, ActionNotAllowedError, InvalidFieldsError."""
    dispute = await queries.for_staff(actor, dispute_id, lock=True)
    require_recorder(actor, dispute)
    if fields.version != dispute.version:
        raise StaleVersionError(version=dispute.version, status=dispute.status)
    if dispute.status in ENDED:
        raise ActionNotAllowedError(status=dispute.status, version=dispute.version)
    parties = await queries.parties(dispute.id)
    found = _problems(deps, fields, parties)
    if found:
        raise InvalidFieldsError(fields=tuple(found))
    chosen = {each.party_id for each in fields.representatives}
    side = next(party.side for party in parties if party.id in chosen)
    members = [party.id for party in parties if party.side == side]
    now = deps.clock.now()
    await GroupRepresentative.filter(party_id__in=members, ended_at=None).update(ended_at=now)
    await MemberConsent.filter(party_id__in=members, outcome=TO_ELECTION).delete()
    await rows.insert([_row(deps, actor, dispute, fields, each) for each in fields.representatives])
    scopes = deps.catalog.representation_scopes
    data = {
        "side": side,
        "side_text": SIDES[side],
        "count": len(chosen),
        "elected_on": fields.elected_on.isoformat(),
        "representatives": {str(each.party_id): scopes[each.scope] for each in fields.representatives},
    }
    await _done(deps, actor, dispute, Entry("representatives_elected", data=data))
    return dispute


async def record_answer(
    deps: Deps, actor: StaffActor, dispute_id: UUID, party_id: UUID, fields: MemberAnswerRecord
) -> Dispute:
    """Raises NotFoundError, RoleNotAllowedError, ActionNotAllowedError."""
    dispute = await queries.for_staff(actor, dispute_id, lock=True)
    parties = await queries.parties(dispute.id)
    named = [party for party in parties if party.id == party_id]
    if not named:
        raise NotFoundError
    require_recorder(actor, dispute)
    way, given_on = fields.way, fields.given_on
    await _answer(deps, actor, dispute, fields, answering=named, parties=parties, way=way, given_on=given_on)
    return dispute


async def answer(deps: Deps, actor: ResidentActor, dispute_id: UUID, fields: MemberAnswerIn) -> None:
    """By the member itself. Raises NotFoundError, ActionNotAllowedError."""
    dispute = await queries.for_resident(actor, dispute_id, lock=True)
    parties = await queries.parties(dispute.id)
    own = [party for party in parties if party.resident_id == actor.id]
    today = clock.today(deps.clock)
    await _answer(deps, actor, dispute, fields, answering=own, parties=parties, way="phone", given_on=today)


async def require_elected(deps: Deps, dispute: Dispute, parties: Sequence[Party]) -> None:
    """A mediation with a group begins with those who speak for it. Raises ActionNotAllowedError."""
    missing = attention(deps, parties, await groups.standing(dispute, parties))
    if missing:
        text = "".join(missing)
        raise ActionNotAllowedError(text, status=dispute.status, version=dispute.version)


def missing_sides(deps: Deps, parties: Sequence[Party], found: Standing) -> list[Side]:
    least = deps.catalog.group.representatives_least
    elected = [each.side for each in parties if each.id in found.elected and each.left_at is None]
    return [side for side in groups.many(deps.catalog, parties) if elected.count(side) < least]


def attention(deps: Deps, parties: Sequence[Party], found: Standing) -> list[str]:
    rules = deps.catalog.group
    return [
        f"{SIDES[side]}有{rules.members_from}人以上，"
        f"请先推选{rules.representatives_least}至{rules.representatives_most}名代表人并登记。"
        for side in missing_sides(deps, parties, found)
    ]


def _problems(deps: Deps, fields: ElectionIn, parties: Sequence[Party]) -> list[FieldProblem]:
    rules, by_id, found = deps.catalog.group, {party.id: party for party in parties}, []
    known = [by_id[each.party_id] for each in fields.representatives if each.party_id in by_id]
    side = known[0].side if known else None
    seen: set[UUID] = set()
    for place, each in enumerate(fields.representatives):
        party = by_id.get(each.party_id)
        reason = _objection(party, side, is_twice=each.party_id in seen)
        if reason:
            found.append(FieldProblem(f"representatives.{place}.party_id", reason))
        seen.add(each.party_id)
    least, most = rules.representatives_least, rules.representatives_most
    if not least <= len(fields.representatives) <= most:
        found.append(FieldProblem("representatives", f"请推选{least}至{most}名代表人。"))
    elif side is not None and side not in groups.many(deps.catalog, parties):
        found.append(FieldProblem("representatives", f"这一方不足{rules.members_from}人，不需要推选代表人。"))
    return found


def _objection(party: Party | None, side: Side | None, *, is_twice: bool) -> str | None:
    if party is None:
        return "这一位不是本案当事人，请重新选择。"
    reasons = {
        "代表人要从同一方当事人中推选。": party.side != side,
        "同一个人只写一次。": is_twice,
        "未成年人不能作代表人，请另选一位。": party.is_minor,
        "这一位已经退出调解，请另选一位。": party.left_at is not None,
    }
    return next((reason for reason, applies in reasons.items() if applies), None)


def _row(
    deps: Deps, actor: StaffActor, dispute: Dispute, fields: ElectionIn, elected: ElectedIn
) -> GroupRepresentative:
    row_id, seal = uuid7(), deps.keyring.seal
    return GroupRepresentative(
        id=row_id,
        dispute_id=dispute.id,
        party_id=elected.party_id,
        scope=elected.scope,
        basis_sealed=seal(fields.basis, "group_representative", "basis", row_id),
        document_sealed=seal(fields.document, "group_representative", "document", row_id),
        elected_on=fields.elected_on,
        recorder_id=actor.id,
        created_at=deps.clock.now(),
    )


async def _answer(
    deps: Deps, actor: Actor, dispute: Dispute, fields: MemberAnswerIn,
    *, answering: Sequence[Party], parties: Sequence[Party], way: str, given_on: date,
) -> None:  # fmt: skip
    found = await groups.standing(dispute, parties)
    sides = found.sides(parties)
    members = [each for each in answering if each.side in sides and each.id not in found.elected]
    is_late = dispute.status in ENDED or (fields.about == "outcome" and dispute.status not in CONFIRMABLE)
    if is_late or not members:
        raise ActionNotAllowedError(status=dispute.status, version=dispute.version)
    outcome = dispute.outcome if fields.about == "outcome" else TO_ELECTION
    for member in members:
        values = {"dispute_id": dispute.id, "agreed": fields.agreed, "way": way, "given_on": given_on,
                  "actor_id": actor.id, "at": deps.clock.now()}  # fmt: skip
        await MemberConsent.update_or_create(values, party_id=member.id, outcome=outcome)
    data = {
        "party_ids": [str(member.id) for member in members],
        "about": fields.about,
        "about_text": _ABOUT[fields.about],
        "agreed": fields.agreed,
        "agreed_text": "同意" if fields.agreed else "不同意",
        "way": way,
        "given_on": given_on.isoformat(),
    }
    await _done(deps, actor, dispute, Entry("member_answered", Audience.STAFF, data))


async def _done(deps: Deps, actor: Actor, dispute: Dispute, entry: Entry) -> None:
    await keep(deps, dispute, actor, entry)
    await people.changed(deps, dispute, actor)
