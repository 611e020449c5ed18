"""A panel of experts for one case: proposed by the mediator, chosen by both sides, free of conflicts."""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from datetime import date
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field, ValidationInfo, field_validator, model_validator

from backend.accounts.actors import ResidentActor, StaffActor
from backend.core import clock
from backend.core.deps import Deps
from backend.core.errors import FieldProblem, HejieError, InvalidFieldsError, NotFoundError
from backend.core.mediation_rules import StandingKind
from backend.core.schema import Code, In, Text, deps_of, problem, problems
from backend.disputes import history, queries
from backend.disputes.history import Entry
from backend.mediation import access, acts, commercial, panels, related
from backend.mediation.access import Standing
from backend.mediation.panels import Ballot
from models import (
    Audience,
    CaseMember,
    MemberKind,
    MemberStatus,
    Panel,
    PanelCandidate,
    PanelChoice,
    Party,
    Preference,
    Role,
    Staff,
    Status,
)
from models.base import uuid7

PART = "panel"
"""What a member of a panel is in the case."""

_OPEN = (Status.ACCEPTED, Status.IN_MEDIATION)
_CONFLICT = "这位专家是当事人，或者是当事人单位的人，不能参加本案。"
_SEATED = (MemberStatus.INVITED, MemberStatus.ACCEPTED)


class PanelExistsError(HejieError):
    code: ClassVar[str] = "panel_exists"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "这件事已经有专家组了，请打开专家组查看。"


class NoPanelNowError(HejieError):
    code: ClassVar[str] = "no_panel_now"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "现在不能组成专家组：只有商事调解在受理以后、结束以前可以。"


class StillChoosingError(HejieError):
    code: ClassVar[str] = "still_choosing"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "还有当事人没有选，选择期限也没有过。请等各方选完，或者等期限过后再组成专家组。"


class PanelFormedError(HejieError):
    code: ClassVar[str] = "panel_formed"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "专家组已经组成，不能再选。对专家有意见请告诉调解员。"


class SeatsFullError(HejieError):
    code: ClassVar[str] = "seats_full"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "专家组已经满员，不用再指定。"


class CandidateIn(In):
    expert_id: UUID
    field: Code

    @field_validator("field")
    @classmethod
    def is_known(cls, value: str, info: ValidationInfo) -> str:
        if value not in deps_of(info).catalog.commercial.fields:
            raise problem("没有这个专业方向，请重新选择。")
        return value


class PanelIn(In):
    seats: int
    candidates: Annotated[tuple[CandidateIn, ...], Field(min_length=1, max_length=30)]
    choose_by: date
    """So long the panel waits for the parties; who answers later counts until it is formed."""

    @model_validator(mode="after")
    def fits(self, info: ValidationInfo) -> "PanelIn":
        deps, found = deps_of(info), []
        if self.seats not in deps.catalog.commercial.seats:
            allowed = "、".join(map(str, deps.catalog.commercial.seats))
            found.append(FieldProblem("seats", f"专家组人数请选择：{allowed}。"))
        if self.choose_by < clock.today(deps.clock):
            found.append(FieldProblem("choose_by", "选择期限不能早于今天。"))
        seen: set[UUID] = set()
        for index, each in enumerate(self.candidates):
            if each.expert_id in seen:
                found.append(FieldProblem(f"candidates.{index}.expert_id", "同一位专家只能列一次。"))
            seen.add(each.expert_id)
        if found:
            raise problems(found)
        return self


class ChoicesIn(In):
    """The whole answer of a party; a later one replaces it."""

    chosen: Annotated[tuple[UUID, ...], Field(max_length=30)] = ()
    """Best first."""
    struck: Annotated[tuple[UUID, ...], Field(max_length=30)] = ()


class AppointmentIn(In):
    expert_id: UUID
    reason: Text


async def propose(deps: Deps, actor: StaffActor, dispute_id: UUID, fields: PanelIn) -> Standing:
    """Raises NotFoundError, RoleNotAllowedError, NoPanelNowError, PanelExistsError, InvalidFieldsError."""
    standing = await _steered(deps, actor, dispute_id)
    dispute = standing.dispute
    if await Panel.filter(dispute_id=dispute.id).exists():
        raise PanelExistsError
    await _check_candidates(deps, dispute_id, fields)
    panel = Panel(
        dispute_id=dispute.id,
        seats=fields.seats,
        choose_by=fields.choose_by,
        opened_by_id=actor.id,
        opened_at=deps.clock.now(),
    )
    await panel.save(force_create=True)
    await PanelCandidate.bulk_create(
        PanelCandidate(id=uuid7(), panel_id=panel.id, expert_id=each.expert_id, field=each.field)
        for each in fields.candidates
    )
    data = {"seats": panel.seats, "choose_by": panel.choose_by.isoformat(), "candidates": len(fields.candidates)}
    await history.record(deps, dispute, actor, Entry("panel_proposed", Audience.PARTIES, data))
    return standing


async def choose(deps: Deps, actor: ResidentActor, dispute_id: UUID, fields: ChoicesIn) -> Standing:
    """By a party's phone. Raises NotFoundError, NoPanelNowError, PanelFormedError, InvalidFieldsError."""
    standing = await access.of_resident(actor, dispute_id, lock=True)
    if standing.kind is not StandingKind.PARTY or not standing.party_ids:
        raise NotFoundError
    _require_open(deps, standing)
    panel = await open_panel(dispute_id)
    candidates = {each.expert_id: each.id for each in await PanelCandidate.filter(panel_id=panel.id)}
    _check_choices(fields, candidates.keys())
    party_ids, now = sorted(standing.party_ids), deps.clock.now()
    await PanelChoice.filter(party_id__in=party_ids, candidate_id__in=list(candidates.values())).delete()
    wanted = [(each, Preference.CHOSEN, rank) for rank, each in enumerate(fields.chosen)]
    wanted += [(each, Preference.STRUCK, 0) for each in fields.struck]
    await PanelChoice.bulk_create(
        PanelChoice(candidate_id=candidates[each], party_id=party_id, preference=preference, rank=rank, at=now)
        for party_id in party_ids
        for each, preference, rank in wanted
    )
    # Whom a party would like is not the other side's business before the panel is formed.
    await history.record(deps, standing.dispute, actor, Entry("panel_chosen", Audience.STAFF, {"choices": len(wanted)}))
    return standing


async def form(deps: Deps, actor: StaffActor, dispute_id: UUID) -> Standing:
    """Whom both sides chose is invited; open seats are for `appoint`. Nobody chooses after it.
    Raises NotFoundError, RoleNotAllowedError, NoPanelNowError, PanelFormedError, StillChoosingError."""
    standing = await _steered(deps, actor, dispute_id)
    panel, parties = await open_panel(dispute_id), await acts.taking_part(dispute_id)
    ballots = await _ballots(panel, parties)
    if len(ballots) < len(parties) and clock.today(deps.clock) <= panel.choose_by:
        raise StillChoosingError
    candidates = await _candidates(panel)
    free = [each.expert_id for each in candidates if not await related.is_of_a_party(deps, each.expert, parties)]
    found = panels.agreed_on(free, ballots, {str(party.side) for party in parties}, panel.seats)
    panel.formed_at = deps.clock.now()
    await panel.save(update_fields=["formed_at"])
    await _invite(deps, actor, standing, found)
    data = {"seats": panel.seats, "agreed_on": len(found)}
    await history.record(deps, standing.dispute, actor, Entry("panel_formed", Audience.PARTIES, data))
    return standing


async def appoint(deps: Deps, actor: StaffActor, dispute_id: UUID, fields: AppointmentIn) -> Standing:
    """For a seat that the parties left open or an expert gave back: one of the candidates whom nobody struck.
    Raises NotFoundError, RoleNotAllowedError, NoPanelNowError, SeatsFullError, InvalidFieldsError."""
    standing = await _steered(deps, actor, dispute_id)
    panel = await Panel.get_or_none(dispute_id=dispute_id, formed_at__isnull=False)
    if panel is None:
        raise NotFoundError
    members = await CaseMember.filter(dispute_id=dispute_id, kind=MemberKind.EXPERT, part=PART)
    if sum(member.status in _SEATED for member in members) >= panel.seats:
        raise SeatsFullError
    candidate = next((each for each in await _candidates(panel) if each.expert_id == fields.expert_id), None)
    if candidate is None or fields.expert_id in {member.staff_id for member in members}:
        raise InvalidFieldsError.at("expert_id", "请在还没有请过的候选专家里选。")
    if await PanelChoice.filter(candidate_id=candidate.id, preference=Preference.STRUCK).exists():
        raise InvalidFieldsError.at("expert_id", "这位专家已经被当事人排除，请另选一位。")
    if await related.is_of_a_party(deps, candidate.expert, await queries.parties(dispute_id)):
        raise InvalidFieldsError.at("expert_id", _CONFLICT)
    candidate.appointed_reason_sealed = deps.keyring.seal(
        fields.reason, "panel_candidate", "appointed_reason", candidate.id
    )
    await candidate.save(update_fields=["appointed_reason_sealed"])
    await _invite(deps, actor, standing, [fields.expert_id])
    await history.record(deps, standing.dispute, actor, Entry("panelist_appointed", Audience.PARTIES))
    return standing


async def _steered(deps: Deps, actor: StaffActor, dispute_id: UUID) -> Standing:
    """By the center that has it. Raises NotFoundError, RoleNotAllowedError, NoPanelNowError."""
    standing = await access.of_colleague(actor, dispute_id, lock=True)
    access.require(standing, StandingKind.MEDIATOR, StandingKind.CENTER)
    _require_open(deps, standing)
    return standing


def _require_open(deps: Deps, standing: Standing) -> None:
    dispute = standing.dispute
    is_commercial = dispute.track in (None, commercial.COMMERCIAL) and not commercial.is_excluded(deps, dispute)
    if dispute.status not in _OPEN or not is_commercial:
        raise NoPanelNowError


async def open_panel(dispute_id: UUID) -> Panel:
    """Raises NotFoundError, PanelFormedError."""
    panel = await Panel.get_or_none(dispute_id=dispute_id)
    if panel is None:
        raise NotFoundError
    if panel.formed_at is not None:
        raise PanelFormedError
    return panel


async def _check_candidates(deps: Deps, dispute_id: UUID, fields: PanelIn) -> None:
    wanted = [each.expert_id for each in fields.candidates]
    experts = Staff.filter(id__in=wanted, role=Role.EXPERT, is_active=True).select_related("organization")
    known, parties, found = {each.id: each for each in await experts}, await queries.parties(dispute_id), []
    for index, expert_id in enumerate(wanted):
        expert = known.get(expert_id)
        if expert is None:
            found.append(FieldProblem(f"candidates.{index}.expert_id", "没有这位专家，请重新选择。"))
        elif await related.is_of_a_party(deps, expert, parties):
            found.append(FieldProblem(f"candidates.{index}.expert_id", _CONFLICT))
    if found:
        raise InvalidFieldsError(fields=tuple(found))


def _check_choices(fields: ChoicesIn, known: Collection[UUID]) -> None:
    """Each is a candidate, and is named once in all."""
    named = Counter([*fields.chosen, *fields.struck])
    found = [
        FieldProblem(f"{name}.{index}", "这位不在候选名单里，或者选了不止一次，请重新选择。")
        for name, chosen in (("chosen", fields.chosen), ("struck", fields.struck))
        for index, each in enumerate(chosen)
        if each not in known or named[each] > 1
    ]
    if found:
        raise InvalidFieldsError(fields=tuple(found))


async def _candidates(panel: Panel) -> list[PanelCandidate]:
    """In the order of the proposal."""
    candidates = PanelCandidate.filter(panel_id=panel.id).order_by("id")
    return await candidates.select_related("expert__organization")


async def _ballots(panel: Panel, parties: Sequence[Party]) -> list[Ballot]:
    """One for each of `parties` that has answered."""
    choices = PanelChoice.filter(candidate__panel_id=panel.id).order_by("rank").select_related("candidate")
    of_party = defaultdict[UUID, list[PanelChoice]](list)
    for choice in await choices:
        of_party[choice.party_id].append(choice)
    return [
        Ballot(
            party.side,
            tuple(row.candidate.expert_id for row in of_party[party.id] if row.preference is Preference.CHOSEN),
            frozenset(row.candidate.expert_id for row in of_party[party.id] if row.preference is Preference.STRUCK),
        )
        for party in parties
        if party.id in of_party
    ]


async def _invite(deps: Deps, actor: StaffActor, standing: Standing, experts: list[UUID]) -> None:
    now = deps.clock.now()
    await CaseMember.bulk_create(
        CaseMember(
            dispute_id=standing.dispute.id,
            kind=MemberKind.EXPERT,
            status=MemberStatus.INVITED,
            staff_id=each,
            part=PART,
            invited_by_id=actor.id,
            invited_at=now,
        )
        for each in experts
    )
    deps.touched.update(str(each) for each in experts)
