"""A task force (专班) and its household roll. Seen by the case's mediator and center, and by an assisting organization
home by home, as far as it has been given them."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated, ClassVar, Self
from uuid import UUID

from pydantic import Field, field_validator, model_validator
from tortoise import connections
from tortoise.queryset import QuerySet

from backend.accounts.actors import StaffActor
from backend.core import identity
from backend.core.deps import Deps
from backend.core.errors import FieldProblem, HejieError, InvalidFieldsError, NotFoundError
from backend.core.pagination import cut, decode_id
from backend.core.schema import In, Line, Moment, Out, Page, PageQuery, Text, problem, problems
from backend.core.sheet_rows import Checked
from backend.disputes import history
from backend.disputes.history import Entry
from backend.disputes.party_schemas import Phone
from backend.mediation import access, roll_rows, steering
from backend.mediation.access import Standing
from backend.mediation.roll_rows import MAX_FEN, MAX_M2, Home
from models import (
    Audience,
    CaseMember,
    Household,
    MemberKind,
    MemberStatus,
    Payment,
    Share,
    ShareWith,
    TaskForce,
    Visit,
)
from models.base import uuid7

_LINK = """
UPDATE household h SET resident_id = r.id FROM resident r
 WHERE h.dispute_id = $1 AND h.resident_id IS NULL AND r.phone_hash = h.phone_hash
   AND (EXISTS (SELECT 1 FROM case_member m
                 WHERE m.dispute_id = $1 AND m.resident_id = r.id AND m.status = 'accepted')
     OR EXISTS (SELECT 1 FROM party p WHERE p.dispute_id = $1 AND p.resident_id = r.id))
"""
"""Who is in the case already, with the phone that WeChat vouches for."""

Fen = Annotated[int, Field(ge=0, le=MAX_FEN)]


class TaskForceExistsError(HejieError):
    code: ClassVar[str] = "task_force_exists"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "本件已经成立专班，不需要再成立。"


class RollRefusedError(InvalidFieldsError):
    """Every wrong row; nothing was written."""

    message: ClassVar[str] = "名册没有导入，请按各行的提示修改后重新导入。"


class TaskForceIn(In):
    name: Line
    purpose: Text


class HouseholdIn(In):
    label: Annotated[Line, Field(max_length=64)]
    contact: Annotated[Line, Field(max_length=50)] | None = None
    phone: Phone | None = None
    area_m2: Annotated[float, Field(gt=0, le=float(MAX_M2), allow_inf_nan=False)] | None = None
    owed_fen: Fen = 0
    settled_fen: Fen = 0
    may_vote: bool = True

    @field_validator("label")
    @classmethod
    def is_short(cls, value: str) -> str:
        if not roll_rows.is_short(value):
            raise problem("房号太长，请写短一些。")
        return value

    @model_validator(mode="after")
    def settles_no_more_than_it_owes(self) -> Self:
        if self.settled_fen > self.owed_fen:
            raise problems([FieldProblem("settled_fen", "已缴不能多于应缴。")])
        return self

    def as_home(self) -> Home:
        area = None if self.area_m2 is None else Decimal(str(self.area_m2)).quantize(Decimal("0.01"), ROUND_HALF_UP)
        return Home(0, self.label, self.contact, self.phone, area, self.owed_fen, self.settled_fen, self.may_vote)


class HomesGivenIn(In):
    member_id: UUID
    household_ids: Annotated[tuple[UUID, ...], Field(min_length=1, max_length=5000)]


class ProgressOut(Out):
    """Of the homes that the reader may see."""

    name: str
    purpose: str
    formed_at: Moment
    households: int
    visited: int
    settled: int
    """Homes that owed something and owe nothing more."""
    owed_fen: int
    settled_fen: int
    collection_rate: float | None
    """Percent, one decimal; null where nothing is owed."""


class HouseholdOut(Out):
    """Contact and phone masked in lists."""

    id: str
    label: str
    contact: str | None
    phone: str | None
    is_linked: bool
    """Its owner has joined by the phone on the roll."""
    area_m2: float | None
    owed_fen: int
    settled_fen: int
    may_vote: bool


class VisitOut(Out):
    at: Moment
    channel: str
    channel_text: str
    outcome: str
    outcome_text: str
    by: str
    note: str | None


class PaymentOut(Out):
    amount_fen: int
    paid_on: date


class HouseholdDetailOut(HouseholdOut):
    visits: list[VisitOut]
    payments: list[PaymentOut]


class ImportedOut(Out):
    added: int
    changed: int
    households: int


async def form(deps: Deps, actor: StaffActor, dispute_id: UUID, fields: TaskForceIn) -> Standing:
    """Raises NotFoundError, RoleNotAllowedError, MediationNotOpenError, TaskForceExistsError."""
    standing = await steering.by_lead(actor, dispute_id)
    if await TaskForce.filter(dispute_id=dispute_id).exists():
        raise TaskForceExistsError
    row = TaskForce(id=uuid7(), dispute_id=dispute_id, name=fields.name, formed_by_id=actor.id)
    row.formed_at = deps.clock.now()
    row.purpose_sealed = deps.keyring.seal(fields.purpose, "task_force", "purpose", row.id)
    await row.save(force_create=True)
    await history.record(deps, standing.dispute, actor, Entry("task_force_formed", data={"name": fields.name}))
    return standing


async def progress(deps: Deps, standing: Standing) -> ProgressOut:
    """Raises NotFoundError, also where there is no task force."""
    homes = await readable(deps, standing).only("id", "owed_fen", "settled_fen")
    force = await TaskForce.get_or_none(dispute_id=standing.dispute.id)
    if force is None:
        raise NotFoundError
    visits = Visit.filter(dispute_id=standing.dispute.id).distinct()
    visited = {home_id for (home_id,) in await visits.values_list("household_id")} & {home.id for home in homes}
    owed, settled = sum(home.owed_fen for home in homes), sum(home.settled_fen for home in homes)
    return ProgressOut(
        name=force.name,
        purpose=deps.keyring.open(force.purpose_sealed, "task_force", "purpose", force.id),
        formed_at=force.formed_at,
        households=len(homes),
        visited=len(visited),
        settled=sum(0 < home.owed_fen == home.settled_fen for home in homes),
        owed_fen=owed,
        settled_fen=settled,
        collection_rate=rate(settled, owed),
    )


def rate(part: int, whole: int) -> float | None:
    """In percent, one decimal, half up."""
    if whole == 0:
        return None
    return float((Decimal(part) * 100 / whole).quantize(Decimal("0.1"), ROUND_HALF_UP))


def readable(deps: Deps, standing: Standing) -> QuerySet[Household]:
    return access.readable(deps, standing, "household", Household.filter(dispute_id=standing.dispute.id))


async def page(deps: Deps, standing: Standing, query: PageQuery) -> Page[HouseholdOut]:
    """Raises NotFoundError."""
    homes, last = readable(deps, standing), decode_id(query.cursor)
    if last is not None:
        homes = homes.filter(id__gt=last)
    rows, next_cursor = cut(await homes.order_by("id").limit(query.limit + 1), query.limit, lambda row: (str(row.id),))
    return Page[HouseholdOut](items=[_out(deps, row, masked=True) for row in rows], next_cursor=next_cursor)


async def one(deps: Deps, standing: Standing, household_id: UUID) -> HouseholdDetailOut:
    """Whom to visit and what came of it. Raises NotFoundError."""
    row = await readable(deps, standing).get_or_none(id=household_id)
    if row is None:
        raise NotFoundError
    return HouseholdDetailOut(
        **_out(deps, row, masked=False).model_dump(),
        visits=[_visit(deps, each) for each in await Visit.filter(household_id=row.id).order_by("at", "id")],
        payments=[
            PaymentOut(amount_fen=each.amount_fen, paid_on=each.paid_on)
            for each in await Payment.filter(household_id=row.id).order_by("id")
        ],
    )


async def add(deps: Deps, actor: StaffActor, dispute_id: UUID, fields: HouseholdIn) -> HouseholdOut:
    """Raises NotFoundError, RoleNotAllowedError, MediationNotOpenError, InvalidFieldsError."""
    await steering.by_center(actor, dispute_id)
    row = _row(deps, dispute_id, fields.as_home())
    if await Household.filter(dispute_id=dispute_id, label_hash=row.label_hash).exists():
        raise InvalidFieldsError.at("label", "名册里已经有这一户，请检查是否重复。")
    if await Household.filter(dispute_id=dispute_id).count() >= deps.catalog.joint.most_households:
        raise InvalidFieldsError.at("label", roll_rows.too_many(deps.catalog.joint.most_households))
    await row.save(force_create=True)
    await connections.get("default").execute_query(_LINK, [dispute_id])
    return _out(deps, await Household.get(id=row.id), masked=False)


async def bring_in(deps: Deps, actor: StaffActor, dispute_id: UUID, checked: Checked[Home]) -> ImportedOut:
    """A home that is on the roll already is brought up to date; what has been paid meanwhile stays.
    Raises NotFoundError, RoleNotAllowedError, MediationNotOpenError, RollRefusedError."""
    standing = await steering.by_center(actor, dispute_id)
    known = {row.label_hash: row for row in await Household.filter(dispute_id=dispute_id)}
    homes = [(home, known.get(_label_hash(deps, dispute_id, home))) for home in checked.rows]
    found = [FieldProblem(f"rows.{each.line}.{each.column}".rstrip("."), each.reason) for each in checked.problems]
    paid_more = "这一户已经缴的多于这里的应缴，请核对。"
    found += [FieldProblem(f"rows.{home.line}.owed_yuan", paid_more) for home, row in homes
              if row is not None and row.settled_fen > home.owed_fen]  # fmt: skip
    fresh = [_row(deps, dispute_id, home) for home, row in homes if row is None]
    most = deps.catalog.joint.most_households
    if len(known) + len(fresh) > most:
        found.append(FieldProblem("rows", roll_rows.too_many(most)))
    if found:
        raise RollRefusedError(fields=tuple(found))
    await Household.bulk_create(fresh, batch_size=500)
    for home, row in homes:
        if row is not None:
            _write(deps, row, home, settled_fen=max(home.settled_fen, row.settled_fen))
            await row.save()
    await connections.get("default").execute_query(_LINK, [dispute_id])
    changed, total = len(homes) - len(fresh), len(known) + len(fresh)
    data = {"added": len(fresh), "changed": changed, "households": total}
    await history.record(deps, standing.dispute, actor, Entry("roll_imported", Audience.STAFF, data))
    return ImportedOut(added=len(fresh), changed=changed, households=total)


async def give(deps: Deps, actor: StaffActor, dispute_id: UUID, fields: HomesGivenIn) -> None:
    """An assisting organization visits these homes. Raises what `add` raises."""
    standing = await steering.by_lead(actor, dispute_id)
    helping = CaseMember.filter(id=fields.member_id, dispute_id=dispute_id, kind=MemberKind.ASSISTING)
    member = await helping.filter(status=MemberStatus.ACCEPTED).select_related("organization").first()
    if member is None or member.organization is None:
        raise InvalidFieldsError.at("member_id", "请选择已经接受邀请的协助单位。")
    known = set(await Household.filter(dispute_id=dispute_id).values_list("id", flat=True))
    wrong = [place for place, each in enumerate(fields.household_ids) if each not in known]
    if wrong:
        message = "名册里没有这一户，请重新选择。"
        raise InvalidFieldsError(fields=tuple(FieldProblem(f"household_ids.{place}", message) for place in wrong))
    given = [_share(deps, actor, member, household_id) for household_id in dict.fromkeys(fields.household_ids)]
    await Share.bulk_create(given, ignore_conflicts=True)
    data = {"organization": member.organization.name, "member_id": str(member.id), "count": len(given)}
    await history.record(deps, standing.dispute, actor, Entry("households_given", Audience.STAFF, data))


def label(deps: Deps, home: Household) -> str:
    return deps.keyring.open(home.label_sealed, "household", "label", home.id)


def _label_hash(deps: Deps, dispute_id: UUID, home: Home) -> str:
    return deps.keyring.keyed_hash("household", f"{dispute_id}/{home.key}")


def _share(deps: Deps, actor: StaffActor, member: CaseMember, household_id: UUID) -> Share:
    return Share(
        dispute_id=member.dispute_id,
        resource="household",
        item_id=household_id,
        to_kind=ShareWith.MEMBER,
        to_id=member.id,
        shared_by_kind=actor.kind,
        shared_by_id=actor.id,
        at=deps.clock.now(),
    )


def _row(deps: Deps, dispute_id: UUID, home: Home) -> Household:
    row = Household(id=uuid7(), dispute_id=dispute_id, label_hash=_label_hash(deps, dispute_id, home))
    _write(deps, row, home, settled_fen=home.settled_fen)
    return row


def _write(deps: Deps, row: Household, home: Home, *, settled_fen: int) -> None:
    """Another phone is another owner: the link to the old one goes."""
    phone_hash = None if home.phone is None else deps.keyring.keyed_hash("phone", home.phone)
    if phone_hash != row.phone_hash:
        row.resident_id = None
    row.phone_hash, row.area_m2, row.may_vote = phone_hash, home.area_m2, home.may_vote
    row.owed_fen, row.settled_fen = home.owed_fen, settled_fen
    for column, text in (("label", home.label), ("contact", home.contact), ("phone", home.phone)):
        sealed = None if text is None else deps.keyring.seal(text, "household", column, row.id)
        setattr(row, f"{column}_sealed", sealed)


def _out(deps: Deps, row: Household, *, masked: bool) -> HouseholdOut:
    contact, phone = (
        deps.keyring.open(sealed, "household", column, row.id) if sealed else None
        for column, sealed in (("contact", row.contact_sealed), ("phone", row.phone_sealed))
    )
    return HouseholdOut(
        id=str(row.id),
        label=label(deps, row),
        contact=identity.mask_name(contact) if contact and masked else contact,
        phone=identity.mask_phone(phone) if phone and masked else phone,
        is_linked=row.resident_id is not None,
        area_m2=None if row.area_m2 is None else float(row.area_m2),
        owed_fen=row.owed_fen,
        settled_fen=row.settled_fen,
        may_vote=row.may_vote,
    )


def _visit(deps: Deps, row: Visit) -> VisitOut:
    rules = deps.catalog.joint
    return VisitOut(
        at=row.at,
        channel=row.channel,
        channel_text=rules.visit_channels.get(row.channel, row.channel),
        outcome=row.outcome,
        outcome_text=rules.visit_outcomes.get(row.outcome, row.outcome),
        by=row.actor_name,
        note=deps.keyring.open(row.note_sealed, "household_visit", "note", row.id) if row.note_sealed else None,
    )
