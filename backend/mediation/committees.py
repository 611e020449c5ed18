"""联合调解委员会: members of several bodies who mediate in one name, standing or for one case."""

from collections import Counter
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator
from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from backend.accounts.actors import StaffActor
from backend.core import identity
from backend.core.deps import Deps
from backend.core.errors import FieldProblem, InvalidFieldsError, RoleNotAllowedError
from backend.core.mediation_rules import StandingKind
from backend.core.schema import In, Line, Moment, Out, Page, problems
from backend.disputes import history
from backend.disputes.history import Entry
from backend.mediation import access, steering
from backend.mediation.access import Standing
from models import Committee, CommitteeSeat, Dispute, Organization, OrganizationKind, Role, SeatRole
from models.base import uuid7


class SeatIn(In):
    organization_id: UUID
    name: Annotated[Line, Field(max_length=50)]
    role: SeatRole = SeatRole.MEMBER


class CommitteeIn(In):
    """Of two bodies at least, one of them in the lead, with one chair."""

    name: Line
    lead_id: UUID
    seats: Annotated[tuple[SeatIn, ...], Field(min_length=2, max_length=50)]

    @model_validator(mode="after")
    def is_joint(self) -> Self:
        bodies = {seat.organization_id for seat in self.seats}
        found = []
        if len(bodies) < 2:
            found.append(FieldProblem("seats", "联合调解委员会至少要有两个单位的人员。"))
        if self.lead_id not in bodies:
            found.append(FieldProblem("lead_id", "牵头单位要有人员在委员会里。"))
        if Counter(seat.role for seat in self.seats)[SeatRole.CHAIR] != 1:
            found.append(FieldProblem("seats", "要有一位主任，而且只能有一位。"))
        if found:
            raise problems(found)
        return self


class SeatOut(Out):
    organization_id: str
    organization: str
    name: str
    """Masked for the supervisor."""
    role: str


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


async def form_standing(deps: Deps, actor: StaffActor, fields: CommitteeIn) -> CommitteeOut:
    """By the director of a center. Raises RoleNotAllowedError, InvalidFieldsError."""
    if actor.role is not Role.DIRECTOR or actor.center_id is None:
        raise RoleNotAllowedError
    committee = await _form(deps, fields, actor.center_id, None)
    return await _read(deps, Committee.filter(id=committee.id), names=True)


async def form_for(deps: Deps, actor: StaffActor, dispute_id: UUID, fields: CommitteeIn) -> CommitteeOut:
    """Raises NotFoundError, RoleNotAllowedError, MediationNotOpenError, InvalidFieldsError."""
    dispute = (await steering.by_lead(actor, dispute_id)).dispute
    committee = await _form(deps, fields, dispute.center_id, dispute)
    bodies = await Organization.filter(id__in={seat.organization_id for seat in fields.seats}).order_by("name")
    data = {"committee_id": str(committee.id), "name": fields.name, "bodies": [body.name for body in bodies]}
    await history.record(deps, dispute, actor, Entry("committee_formed", data=data))
    return await _read(deps, Committee.filter(id=committee.id), names=True)


async def standing_ones(deps: Deps, actor: StaffActor) -> Page[CommitteeOut]:
    """Of the own center; for the city, of all."""
    found = Committee.filter(dispute_id=None)
    if actor.center_id is not None:
        found = found.filter(center_id=actor.center_id)
    return await _page(deps, found, names=actor.role is not Role.SUPERVISOR)


async def of_case(deps: Deps, standing: Standing) -> Page[CommitteeOut]:
    """Those formed for it, and the one in whose name it is mediated. Raises NotFoundError."""
    dispute = standing.dispute
    found = access.readable(deps, standing, "committee", Committee.all())
    found = found.filter(_concerns(dispute))
    return await _page(deps, found, names=standing.kind is not StandingKind.SUPERVISOR)


async def _form(deps: Deps, fields: CommitteeIn, center_id: UUID, dispute: Dispute | None) -> Committee:
    await _check_bodies(fields)
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
    await CommitteeSeat.bulk_create(_seat(deps, committee, ordinal, seat) for ordinal, seat in enumerate(fields.seats))
    return committee


def _seat(deps: Deps, committee: Committee, ordinal: int, fields: SeatIn) -> CommitteeSeat:
    seat_id = uuid7()
    return CommitteeSeat(
        id=seat_id,
        committee_id=committee.id,
        organization_id=fields.organization_id,
        name_sealed=deps.keyring.seal(fields.name, "committee_seat", "name", seat_id),
        role=fields.role,
        ordinal=ordinal,
    )


async def _check_bodies(fields: CommitteeIn) -> None:
    wanted = [seat.organization_id for seat in fields.seats]
    known = set(await Organization.filter(id__in=wanted, deactivated_at=None).values_list("id", flat=True))
    message = "没有这个单位，请重新选择。"
    wrong = [FieldProblem(f"seats.{place}.organization_id", message)
             for place, each in enumerate(wanted) if each not in known]  # fmt: skip
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
    return CommitteeOut(
        id=str(row.id),
        organization_id=str(row.organization_id),
        name=row.organization.name,
        lead_id=str(row.lead_id),
        lead=row.lead.name,
        dispute_id=str(row.dispute_id) if row.dispute_id else None,
        formed_at=row.formed_at,
        seats=[_seat_out(deps, seat, names=names) for seat in seats],
    )


def _seat_out(deps: Deps, seat: CommitteeSeat, *, names: bool) -> SeatOut:
    name = deps.keyring.open(seat.name_sealed, "committee_seat", "name", seat.id)
    return SeatOut(
        organization_id=str(seat.organization_id),
        organization=seat.organization.name,
        name=name if names else identity.mask_name(name),
        role=seat.role,
    )
