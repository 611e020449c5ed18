"""Who should mediate: the center's mediators in the order of speciality, load, language and distance, with the reasons.

The weights are the catalog's. People decide; what both sides have chosen stands first.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from pydantic import Field, ValidationInfo, field_validator

from backend.accounts.actors import Actor, ResidentActor, StaffActor
from backend.casework import staff_notices
from backend.casework.actions import finish
from backend.casework.done import Done
from backend.core import geo, identity
from backend.core.deps import Deps
from backend.core.errors import InvalidFieldsError, RoleNotAllowedError
from backend.core.schema import Code, In, Line, Out, Query, deps_of, problem
from backend.core.wording import distance_text
from backend.disputes import history, queries
from backend.disputes.history import Entry
from backend.mediation import related
from models import Conflict, Dispute, MediatorChoice, Party, Recusal, Role, Side, Staff, Status

_OPEN = (Status.ACCEPTED, Status.IN_MEDIATION, Status.TRANSFERRED)


class ProposalsQuery(Query):
    language: Code | None = Field(None, description="a language of the catalog that the parties want")

    @field_validator("language")
    @classmethod
    def is_known(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is not None and value not in deps_of(info).catalog.languages:
            raise problem("没有这种语言，请重新选择。")
        return value


class ProposalOut(Out):
    mediator_id: str
    name: str
    score: float
    reasons: list[str]
    chosen_by: list[Side]
    open_cases: int


class ProposalsOut(Out):
    items: list[ProposalOut]


class MediatorToChoose(Out):
    id: str
    name: str
    specialities: list[str]
    is_chosen: bool


class MediatorsToChoose(Out):
    items: list[MediatorToChoose]


class MediatorProfileIn(In):
    specialities: Annotated[list[Code], Field(max_length=50)] = Field(default_factory=list)
    languages: Annotated[list[Code], Field(max_length=20)] = Field(default_factory=list)
    division_code: Code | None = None
    phone: Line | None = None
    """Kept as a hash only, to see whether somebody would mediate a case of their own."""
    id_number: Line | None = None

    @field_validator("specialities")
    @classmethod
    def are_categories(cls, value: list[str], info: ValidationInfo) -> list[str]:
        if not deps_of(info).catalog.category_by_code.keys() >= set(value):
            raise problem("有的类别不存在，请重新选择。")
        return value

    @field_validator("languages")
    @classmethod
    def are_languages(cls, value: list[str], info: ValidationInfo) -> list[str]:
        if not deps_of(info).catalog.languages.keys() >= set(value):
            raise problem("有的语言不存在，请重新选择。")
        return value

    @field_validator("division_code")
    @classmethod
    def is_division(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is not None and deps_of(info).divisions.by_code(value) is None:
            raise problem("没有这个行政区划，请重新选择。")
        return value

    @field_validator("phone")
    @classmethod
    def is_phone(cls, value: str | None) -> str | None:
        try:
            return None if value is None else identity.normalize_phone(value)
        except ValueError as error:
            raise problem(str(error)) from None


class MediatorProfileOut(Out):
    id: str
    name: str
    specialities: list[str]
    languages: list[str]
    division_code: str | None


@dataclass(frozen=True, slots=True)
class _Share:
    """How much of one weight a mediator gets, and why."""

    of: str
    share: float
    reason: str | None


async def for_case(deps: Deps, actor: StaffActor, dispute_id: UUID, language: str | None) -> ProposalsOut:
    """Raises NotFoundError."""
    dispute = await queries.for_staff(actor, dispute_id)
    mediators = await _free_of_interest(deps, dispute)
    loads, chosen = await _loads(mediators), await _choices(dispute.id)
    found = [
        _proposal(deps, dispute, each, load=loads[each.id], chosen_by=chosen.get(each.id, []), language=language)
        for each in mediators
    ]
    return ProposalsOut(items=sorted(found, key=lambda each: (-len(each.chosen_by), -each.score, each.mediator_id)))


async def to_choose_from(deps: Deps, actor: ResidentActor, dispute_id: UUID) -> MediatorsToChoose:
    """Raises NotFoundError."""
    dispute = await queries.for_resident(actor, dispute_id)
    own = await MediatorChoice.filter(dispute_id=dispute.id, party__resident_id=actor.id).first()
    names = {code: each.name for code, each in deps.catalog.category_by_code.items()}
    items = [
        MediatorToChoose(
            id=str(each.id),
            name=each.name,
            specialities=[names[code] for code in each.specialities if code in names],
            is_chosen=own is not None and own.mediator_id == each.id,
        )
        for each in await _free_of_interest(deps, dispute)
    ]
    return MediatorsToChoose(items=items)


async def choose(deps: Deps, actor: ResidentActor, dispute_id: UUID, mediator_id: UUID) -> None:
    """Where both sides have chosen the same one, and nobody is assigned yet, that one is. Raises NotFoundError,
    InvalidFieldsError."""
    dispute = await queries.for_resident(actor, dispute_id, lock=True)
    party = await Party.filter(dispute_id=dispute.id, resident_id=actor.id, left_at=None, removed_at=None).first()
    mediators = await _free_of_interest(deps, dispute)
    mediator = next((each for each in mediators if each.id == mediator_id), None)
    if mediator is None or party is None or dispute.status not in (Status.SUBMITTED, *_OPEN):
        raise InvalidFieldsError.at("mediator_id", "现在不能选择这位调解员，请刷新名单后重选。")
    await MediatorChoice.filter(party_id=party.id).delete()
    choice = MediatorChoice(
        dispute_id=dispute.id, party_id=party.id, mediator_id=mediator.id, chosen_at=deps.clock.now()
    )
    await choice.save(force_create=True)
    audience, reader_id = history.own(dispute, actor.id)
    data = {"mediator_id": str(mediator.id), "mediator": mediator.name}
    await history.record(deps, dispute, actor, Entry("mediator_chosen", audience, data, reader_id=reader_id))
    if set((await _choices(dispute.id)).get(mediator.id, [])) == set(Side):
        await _settle_on(deps, dispute, mediator)


async def change_profile(
    deps: Deps, actor: StaffActor, mediator_id: UUID, fields: MediatorProfileIn
) -> MediatorProfileOut:
    """By the director of the center. Raises RoleNotAllowedError, NotFoundError."""
    mediator = await queries.mediator_of(actor, mediator_id)
    if actor.role is not Role.DIRECTOR:
        raise RoleNotAllowedError
    mediator.specialities, mediator.languages = list(fields.specialities), list(fields.languages)
    mediator.division_code = fields.division_code
    for column in ("phone", "id_number"):
        value = getattr(fields, column)
        hashed = deps.keyring.keyed_hash(column, identity.searchable(column, value)) if value else None
        setattr(mediator, f"{column}_hash", hashed)
    await mediator.save(update_fields=["specialities", "languages", "division_code", "phone_hash", "id_number_hash"])
    return MediatorProfileOut(
        id=str(mediator.id),
        name=mediator.name,
        specialities=mediator.specialities,
        languages=mediator.languages,
        division_code=mediator.division_code,
    )


async def _settle_on(deps: Deps, dispute: Dispute, mediator: Staff) -> None:
    """By the parties' agreement; before acceptance, or in place of another one, people decide."""
    if dispute.status is not Status.ACCEPTED or dispute.mediator_id is not None:
        await staff_notices.tell(deps, dispute, "mediator_agreed", but=None)
        return
    dispute.mediator, dispute.conflict = mediator, None
    row = next(row for row in deps.catalog.flow_by_action["assign"] if row.starts_from(dispute.status))
    nobody: Actor | None = None
    data = {"mediator_id": str(mediator.id), "mediator": mediator.name, "cause": "both_chose"}
    await finish(deps, nobody, dispute, row, Done(data=data))


async def _free_of_interest(deps: Deps, dispute: Dispute) -> list[Staff]:
    """Of the center; neither a party nor already recused from this case."""
    recused = {each.mediator_id for each in await Recusal.filter(dispute_id=dispute.id, upheld=True)}
    if dispute.conflict == Conflict.DECLARED and dispute.mediator_id is not None:
        recused.add(dispute.mediator_id)
    staff = await Staff.filter(center_id=dispute.center_id, role=Role.MEDIATOR, is_active=True).order_by("id")
    parties = await queries.parties(dispute.id)
    return [each for each in staff if each.id not in recused and not await related.is_a_party(deps, each, parties)]


async def _loads(mediators: list[Staff]) -> Counter[UUID]:
    found = Dispute.filter(mediator_id__in=[each.id for each in mediators], status__in=_OPEN)
    return Counter([each.mediator_id for each in await found.only("id", "mediator_id") if each.mediator_id])


async def _choices(dispute_id: UUID) -> dict[UUID, list[Side]]:
    found: dict[UUID, list[Side]] = {}
    for choice in await MediatorChoice.filter(dispute_id=dispute_id).select_related("party").order_by("id"):
        found.setdefault(choice.mediator_id, []).append(choice.party.side)
    return found


def _proposal(
    deps: Deps, dispute: Dispute, mediator: Staff, *, load: int, chosen_by: list[Side], language: str | None
) -> ProposalOut:
    weights = deps.catalog.assignment
    shares = [
        _speciality(deps, dispute, mediator),
        _Share("load", max(1 - load / weights.full_load, 0), f"在办{load}件"),
        _language(deps, mediator, language),
        _distance(deps, dispute, mediator),
    ]
    both = ["双方选定"] if set(chosen_by) == set(Side) else []
    return ProposalOut(
        mediator_id=str(mediator.id),
        name=mediator.name,
        score=round(sum(getattr(weights, each.of) * each.share for each in shares), 1),
        reasons=[*both, *(each.reason for each in shares if each.reason)],
        chosen_by=chosen_by,
        open_cases=load,
    )


def _speciality(deps: Deps, dispute: Dispute, mediator: Staff) -> _Share:
    category = deps.catalog.category_by_code.get(dispute.category)
    if category is None or not {category.code, category.parent} & set(mediator.specialities):
        return _Share("speciality", 0, None)
    exact = category.code in mediator.specialities
    return _Share("speciality", 1 if exact else 0.7, f"擅长{category.name}")


def _language(deps: Deps, mediator: Staff, language: str | None) -> _Share:
    if language is None or language not in mediator.languages:
        return _Share("language", 0, None)
    return _Share("language", 1, f"会{deps.catalog.languages[language]}")


def _distance(deps: Deps, dispute: Dispute, mediator: Staff) -> _Share:
    home = deps.divisions.by_code(mediator.division_code) if mediator.division_code else None
    if home is None or home.point is None or dispute.place_lon is None or dispute.place_lat is None:
        return _Share("distance", 0, None)
    metres = geo.distance_m(geo.Wgs84(dispute.place_lon, dispute.place_lat), home.point)
    return _Share("distance", max(1 - metres / deps.catalog.assignment.far_m, 0), f"离纠纷地{distance_text(metres)}")
