"""The doors other than the mini-program: a clerk writes down what somebody came, called or was sent with."""

import json
from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, ValidationInfo, field_validator, model_validator

from backend.accounts.actors import StaffActor
from backend.casework import filing
from backend.core.deps import Deps
from backend.core.errors import FieldProblem, InvalidFieldsError, NotFoundError, RoleNotAllowedError
from backend.core.schema import Code, In, Line, Out, deps_of, one_of, problem, problems
from backend.disputes import history, queries
from backend.disputes.history import Entry
from backend.disputes.party_schemas import past
from backend.disputes.schemas import DisputeIn
from models import Audience, Dispute, Registration, Role, Source
from models.base import uuid7

_RECORDERS = (Role.CLERK, Role.MEDIATOR, Role.DIRECTOR)


class ReferralIn(In):
    """移送: which body sent it, under which number, when."""

    body: Code
    name: Line | None = None
    number: Annotated[Line, Field(max_length=64)]
    referred_on: date

    @field_validator("body")
    @classmethod
    def is_a_body(cls, value: str, info: ValidationInfo) -> str:
        return one_of(value, deps_of(info).catalog.referring_bodies)

    @field_validator("referred_on")
    @classmethod
    def is_past(cls, value: date, info: ValidationInfo) -> date:
        return past(value, info, "移送日期不能晚于今天，请检查后重填。")


class BroughtByIn(In):
    """Who brought it, where that is no party: a grid worker, a neighbour."""

    name: Annotated[Line, Field(max_length=50)]
    phone: Code | None = None
    organization: Line | None = None


class DoorIn(In):
    basis: Code | None = None
    referral: ReferralIn | None = None
    brought_by: BroughtByIn | None = None


class RegistrationIn(DoorIn, DisputeIn):
    """What a door requires and which legal bases it may name stands in `registration.toml`."""

    source: Literal[Source.WINDOW, Source.PHONE, Source.GRID, Source.REFERRAL, Source.PROACTIVE]

    @field_validator("center_id")
    @classmethod
    def is_own_center(cls, value: str | None) -> str | None:
        """首问负责: who is asked first registers; a case for another center is transferred afterwards."""
        if value is not None:
            raise problem("登记后归本中心，不能直接指定其他中心；需要时请用转办。")
        return value

    @model_validator(mode="after")
    def fits_its_door(self, info: ValidationInfo) -> "RegistrationIn":
        if found := door_problems(deps_of(info), self.source, self):
            raise problems(found)
        return self


class ReferralOut(Out):
    body: str
    body_text: str
    name: str | None
    number: str | None
    referred_on: str | None


class RegistrationOut(Out):
    source_text: str
    basis: str
    basis_text: str
    referral: ReferralOut | None
    brought_by: dict[str, str] | None
    missing: list[str]
    """Fields that this door expects and that nobody has brought yet."""


async def register(deps: Deps, actor: StaffActor, draft: RegistrationIn) -> Dispute:
    """Raises RoleNotAllowedError, InvalidFieldsError."""
    if actor.role not in _RECORDERS:
        raise RoleNotAllowedError
    dispute, *_ = await filing.file_dispute(deps, draft, filer=actor, source=draft.source)
    row = Registration(id=uuid7(), dispute_id=dispute.id, created_at=deps.clock.now())
    _write_down(deps, row, draft, draft.source)
    await row.save(force_create=True)
    return dispute


async def complete(deps: Deps, actor: StaffActor, dispute_id: UUID, fields: DoorIn) -> Dispute:
    """Brings later what was missing, or corrects it. Raises NotFoundError, RoleNotAllowedError, InvalidFieldsError."""
    dispute = await queries.for_staff(actor, dispute_id, lock=True)
    row = await Registration.get_or_none(dispute_id=dispute.id)
    if row is None or dispute.source is Source.HISTORIC:
        raise NotFoundError
    require_recorder(actor, dispute)
    if found := door_problems(deps, dispute.source, fields):
        raise InvalidFieldsError(fields=tuple(found))
    _write_down(deps, row, fields, dispute.source)
    await row.save()
    data = {"basis": row.basis, "referred_by": row.referred_by, "referral_number": row.referral_number}
    await history.record(deps, dispute, actor, Entry("registration_completed", Audience.STAFF, data))
    return dispute


def require_recorder(actor: StaffActor, dispute: Dispute) -> None:
    """Clerk, mediator or director of the center that has the case. Raises RoleNotAllowedError."""
    if actor.role not in _RECORDERS or actor.center_id != dispute.center_id:
        raise RoleNotAllowedError


async def of(deps: Deps, dispute: Dispute) -> RegistrationOut | None:
    """None for what a resident filed. For the center's own staff."""
    row = await Registration.get_or_none(dispute_id=dispute.id)
    if row is None:
        return None
    catalog, rules = deps.catalog, deps.catalog.registration[dispute.source]
    brought_by = row.brought_by_sealed
    opened = deps.keyring.open(brought_by, "registration", "brought_by", row.id) if brought_by else None
    there = {"referral": row.referred_by is not None, "brought_by": brought_by is not None}
    return RegistrationOut(
        source_text=rules.title,
        basis=row.basis,
        basis_text=catalog.legal_bases.get(row.basis, row.basis),
        referral=_referral(deps, row),
        brought_by=json.loads(opened) if opened else None,
        missing=[name for name in rules.expects if not there[name]],
    )


def door_problems(deps: Deps, source: Source, fields: DoorIn) -> list[FieldProblem]:
    rules = deps.catalog.registration[source]
    found = [FieldProblem(name, "这一项必须填写。") for name in rules.requires if getattr(fields, name) is None]
    if fields.basis is not None and fields.basis not in rules.bases:
        found.append(FieldProblem("basis", "这个来源不能用这个依据，请重新选择。"))
    return found


def _referral(deps: Deps, row: Registration) -> ReferralOut | None:
    if row.referred_by is None:
        return None
    return ReferralOut(
        body=row.referred_by,
        body_text=deps.catalog.referring_bodies.get(row.referred_by, row.referred_by),
        name=row.referrer_name,
        number=row.referral_number,
        referred_on=row.referred_on.isoformat() if row.referred_on else None,
    )


def _write_down(deps: Deps, row: Registration, fields: DoorIn, source: Source) -> None:
    row.basis = fields.basis or deps.catalog.registration[source].bases[0]
    referral = fields.referral
    if referral is not None:
        row.referred_by, row.referrer_name = referral.body, referral.name
        row.referral_number, row.referred_on = referral.number, referral.referred_on
    if fields.brought_by is not None:
        text = json.dumps(fields.brought_by.model_dump(exclude_none=True), ensure_ascii=False)
        row.brought_by_sealed = deps.keyring.seal(text, "registration", "brought_by", row.id)
