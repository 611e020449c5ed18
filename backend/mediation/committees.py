"""联合调解委员会: members of several bodies who mediate in one name, standing or for one case."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator
from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from backend.accounts.actors import StaffActor
from backend.core import identity
from backend.core.deps import Deps
from backend.core.errors import FieldProblem, InvalidFieldsError, NotFoundError, RoleNotAllowedError
from backend.core.mediation_rules import StandingKind
from backend.core.schema import In, Line, Moment, Out, Page, problem, problems
from backend.disputes import history, queries
from backend.disputes.history import Entry
from backend.mediation import access, related, steering
from backend.mediation.access import Standing
from models import Committee, CommitteeSeat, Dispute, Organization, OrganizationKind, Role, SeatRole
from models.base import uuid7

_MOST_SEATS = 50


class SeatIn(In):
    organization_id: UUID
    name: Annotated[Line, Field(max_length=50)]
    role: SeatRole = SeatRole.MEMBER


class CommitteeIn(In):
    """Of two bodies at least, one of them in the lead, with one chair."""

    name: Line
    lead_id: UUID
    seats: Annotated[tuple[SeatIn, ...], Field(min_length=2, max_length=_MOST_SEATS)]

    @model_validator(mode="after")
    def is_joint(self) -> Self:
        if found := list(_unfit(self.lead_id, self.seats, "seats")):
            raise problems(found)
        return self


class ReseatIn(In):
    """Who leaves by their seats, who is appointed; what comes out is a joint committee again."""

    leaving: Annotated[tuple[UUID, ...], Field(max_length=_MOST_SEATS)] = ()
    joining: Annotated[tuple[SeatIn, ...], Field(max_length=_MOST_SEATS)] = ()

    @model_validator(mode="after")
    def changes_something(self) -> Self:
        if not (self.leaving or self.joining):
            raise problem("请填写谁离任、谁接任。")
        return self


class SeatOut(Out):
    id: str
    organization_id: str
    organization: str
    name: str
    """Masked for the supervisor."""
    role: str
    since: Moment
    until: Moment | None


class CommitteeOut(Out):
    id: str
    organization_id: str
    """The mediation starts in this organization's name."""
    name: str
    lead_id: str
    lead: str
    dispute_id: str | None
    formed_at: Moment
    seats: list[SeatOut]
    former: list[SeatOut]
    """Who sat there once, and until when."""


async def form_standing(deps: Deps, actor: StaffActor, fields: CommitteeIn) -> CommitteeOut:
    """By the director of a center. Raises RoleNotAllowedError, InvalidFieldsError."""
    if actor.role is not Role.DIRECTOR or actor.center_id is None:
        raise RoleNotAllowedError
    committee = await _form(deps, fields, actor.center_id, None)
    return await _read(deps, Committee.filter(id=committee.id), names=True)


async def form_for(deps: Deps, actor: StaffActor, dispute_id: UUID, fields: CommitteeIn) -> CommitteeOut:
    """Raises NotFoundError, RoleNotAllowedError, MediationNotOpenError, InvalidFieldsError."""
    dispute = (await steering.by_lead(actor, dispute_id)).dispute
    await _refuse_parties(deps, dispute, fields.seats, "seats")
    committee = await _form(deps, fields, dispute.center_id, dispute)
    bodies = await Organization.filter(id__in={seat.organization_id for seat in fields.seats}).order_by("name")
    data = {"committee_id": str(committee.id), "name": fields.name, "bodies": [body.name for body in bodies]}
    await history.record(deps, dispute, actor, Entry("committee_formed", data=data))
    return await _read(deps, Committee.filter(id=committee.id), names=True)


async def reseat_standing(deps: Deps, actor: StaffActor, committee_id: UUID, fields: ReseatIn) -> CommitteeOut:
    """By the director of its center. Raises NotFoundError, RoleNotAllowedError, InvalidFieldsError."""
    committee = await _held(_standing(actor).filter(id=committee_id))
    if actor.role is not Role.DIRECTOR:
        raise RoleNotAllowedError
    await _reseat(deps, committee, fields)
    return await _read(deps, Committee.filter(id=committee.id), names=True)


async def reseat_for(
    deps: Deps, actor: StaffActor, dispute_id: UUID, committee_id: UUID, fields: ReseatIn
) -> CommitteeOut:
    """Of one that was formed for the case. Raises what `form_for` raises."""
    dispute = (await steering.by_lead(actor, dispute_id)).dispute
    committee = await _held(Committee.filter(id=committee_id, dispute_id=dispute.id))
    await _refuse_parties(deps, dispute, fields.joining, "joining")
    await _reseat(deps, committee, fields)
    changed = await _read(deps, Committee.filter(id=committee.id), names=True)
    bodies = sorted({seat.organization for seat in changed.seats})
    data = {"committee_id": str(committee.id), "name": changed.name, "bodies": bodies}
    await history.record(deps, dispute, actor, Entry("committee_changed", data=data))
    return changed


async def standing_ones(deps: Deps, actor: StaffActor) -> Page[CommitteeOut]:
    """Of the own center; for the city, of all."""
    return await _page(deps, _standing(actor), names=actor.role is not Role.SUPERVISOR)


async def of_case(deps: Deps, standing: Standing) -> Page[CommitteeOut]:
    """Those formed for it, and the one in whose name it is mediated. Raises NotFoundError."""
    dispute = standing.dispute
    found = access.readable(deps, standing, "committee", Committee.all())
    found = found.filter(_concerns(dispute))
    return await _page(deps, found, names=standing.kind is not StandingKind.SUPERVISOR)


def _standing(actor: StaffActor) -> QuerySet[Committee]:
    found = Committee.filter(dispute_id=None)
    return found if actor.center_id is None else found.filter(center_id=actor.center_id)


async def _form(deps: Deps, fields: CommitteeIn, center_id: UUID, dispute: Dispute | None) -> Committee:
    await _check_bodies(fields.seats, "seats")
    organization = Organization(kind=OrganizationKind.JOINT_COMMITTEE, name=fields.name, center_id=center_id)
    await organization.save(force_create=True)
    committee = Committee(
        id=uuid7(),
        organization_id=organization.id,
        center_id=center_id,
        dispute_id=dispute.id if dispute else None,
        lead_id=fields.lead_id,
        formed_at=deps.clock.now(),
    )
    await committee.save(force_create=True)
    await _appoint(deps, committee, fields.seats, first=0, now=committee.formed_at)
    return committee


async def _held(found: QuerySet[Committee]) -> Committee:
    """Raises NotFoundError."""
    committee = await found.select_for_update().first()
    if committee is None:
        raise NotFoundError
    return committee


async def _reseat(deps: Deps, committee: Committee, fields: ReseatIn) -> None:
    """The caller holds the committee. Seats are never written over: who sat there, and when, stays."""
    seats = await CommitteeSeat.filter(committee_id=committee.id).order_by("ordinal")
    sitting = {seat.id: seat for seat in seats if seat.until is None}
    strangers = [FieldProblem(f"leaving.{place}", "委员会里现在没有这个席位，请刷新后重新选择。")
                 for place, seat_id in enumerate(fields.leaving) if seat_id not in sitting]  # fmt: skip
    if strangers:
        raise InvalidFieldsError(fields=tuple(strangers))
    await _check_bodies(fields.joining, "joining")
    staying = [seat for seat_id, seat in sitting.items() if seat_id not in fields.leaving]
    if found := list(_unfit(committee.lead_id, [*staying, *fields.joining], "joining")):
        raise InvalidFieldsError(fields=tuple(found))
    now = deps.clock.now()
    await CommitteeSeat.filter(id__in=list(fields.leaving)).update(until=now)
    await _appoint(deps, committee, fields.joining, first=seats[-1].ordinal + 1, now=now)


def _unfit(lead_id: UUID, seats: Sequence[SeatIn | CommitteeSeat], path: str) -> Iterator[FieldProblem]:
    """Why these would be no joint committee."""
    bodies = {seat.organization_id for seat in seats}
    if len(bodies) < 2:
        yield FieldProblem(path, "联合调解委员会至少要有两个单位的人员。")
    if lead_id not in bodies:
        yield FieldProblem("lead_id" if path == "seats" else path, "牵头单位要有人员在委员会里。")
    if Counter(seat.role for seat in seats)[SeatRole.CHAIR] != 1:
        yield FieldProblem(path, "要有一位主任，而且只能有一位。")
    if len(seats) > _MOST_SEATS:
        yield FieldProblem(path, f"委员会最多{_MOST_SEATS}人。")


async def _appoint(deps: Deps, committee: Committee, seats: Iterable[SeatIn], *, first: int, now: datetime) -> None:
    rows = []
    for ordinal, fields in enumerate(seats, start=first):
        row = CommitteeSeat(id=uuid7(), committee_id=committee.id, ordinal=ordinal, since=now)
        row.organization_id, row.role = fields.organization_id, fields.role
        row.name_sealed = deps.keyring.seal(fields.name, "committee_seat", "name", row.id)
        rows.append(row)
    await CommitteeSeat.bulk_create(rows)


async def _check_bodies(seats: Sequence[SeatIn], path: str) -> None:
    wanted = [seat.organization_id for seat in seats]
    known = set(await Organization.filter(id__in=wanted, deactivated_at=None).values_list("id", flat=True))
    message = "没有这个单位，请重新选择。"
    wrong = [FieldProblem(f"{path}.{place}.organization_id", message)
             for place, each in enumerate(wanted) if each not in known]  # fmt: skip
    if wrong:
        raise InvalidFieldsError(fields=tuple(wrong))


async def _refuse_parties(deps: Deps, dispute: Dispute, seats: Sequence[SeatIn], path: str) -> None:
    parties = await queries.parties(dispute.id)
    bodies = await Organization.filter(id__in=[seat.organization_id for seat in seats])
    partial = {body.id for body in bodies if related.is_party(deps, body, parties)}
    message = "这个单位是本案当事人，不能参加委员会，请另选。"
    wrong = [FieldProblem(f"{path}.{place}.organization_id", message)
             for place, seat in enumerate(seats) if seat.organization_id in partial]  # fmt: skip
    if wrong:
        raise InvalidFieldsError(fields=tuple(wrong))


def _concerns(dispute: Dispute) -> Q:
    return Q(dispute_id=dispute.id) | Q(organization_id=dispute.organization_id, organization_id__isnull=False)


async def _page(deps: Deps, found: QuerySet[Committee], *, names: bool) -> Page[CommitteeOut]:
    rows = await found.order_by("id").limit(100).select_related("organization", "lead")
    rows_with_seats = [(row, await row.seats.all().order_by("ordinal").select_related("organization")) for row in rows]
    return Page[CommitteeOut](items=[_out(deps, row, seats, names=names) for row, seats in rows_with_seats])


async def _read(deps: Deps, found: QuerySet[Committee], *, names: bool) -> CommitteeOut:
    return (await _page(deps, found, names=names)).items[0]


def _out(deps: Deps, row: Committee, seats: list[CommitteeSeat], *, names: bool) -> CommitteeOut:
    shown = [_seat_out(deps, seat, names=names) for seat in seats]
    return CommitteeOut(
        id=str(row.id),
        organization_id=str(row.organization_id),
        name=row.organization.name,
        lead_id=str(row.lead_id),
        lead=row.lead.name,
        dispute_id=str(row.dispute_id) if row.dispute_id else None,
        formed_at=row.formed_at,
        seats=[seat for seat in shown if seat.until is None],
        former=[seat for seat in shown if seat.until is not None],
    )


def _seat_out(deps: Deps, seat: CommitteeSeat, *, names: bool) -> SeatOut:
    name = deps.keyring.open(seat.name_sealed, "committee_seat", "name", seat.id)
    return SeatOut(
        id=str(seat.id),
        organization_id=str(seat.organization_id),
        organization=seat.organization.name,
        name=name if names else identity.mask_name(name),
        role=seat.role,
        since=seat.since,
        until=seat.until,
    )
