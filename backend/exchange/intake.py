"""A partner brings a case: it is filed with the center that the place leads to, which registers it first (首问负责).

Codes that nobody has mapped cost nobody the case: it is filed as 其他, marked for staff, and the code goes on the work
list."""

from datetime import date
from typing import Annotated, ClassVar, Literal, NamedTuple, Self

from pydantic import Field, ValidationInfo, field_validator, model_validator
from tortoise import connections

from backend.accounts.actors import PartnerActor
from backend.casework import filing
from backend.core import clock
from backend.core.deps import Deps
from backend.core.errors import HejieError, InvalidFieldsError
from backend.core.schema import Code, In, Line, LongText, Moment, Out, Text, deps_of, one_of, problems
from backend.disputes import history
from backend.disputes.history import Entry
from backend.disputes.party_schemas import IdentifiedPartyIn, PartyIn, past
from backend.disputes.schemas import MAX_FEN, DisputeIn, PlaceIn, place_problems, twice_problems
from backend.exchange import mapping, scope
from backend.exchange.mapping import Codebook, Unknown
from backend.exchange.records import OTHER
from models import Audience, CodeKind, CodeSide, Dispute, Event, Partner, PartnerCase, Registration, Source
from models.base import uuid7

_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))"
_MARK = "code_unmapped"

Number = Annotated[Code, Field(max_length=64, pattern=r"^\.*[^\s\p{C}/?#%\\.][^\s\p{C}/?#%\\]*$")]
"""A partner's own, as it stands in addresses: nothing that is not seen, and no way up."""


class NumberTakenError(HejieError):
    code: ClassVar[str] = "case_number_taken"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "这个编号已经移送过另一份内容。有补充请用补充材料接口；是另一件纠纷的，请换一个编号。"


class BroughtPlaceIn(PlaceIn):
    """`division_code` is a national one or the partner's own. What nobody can place goes to the city's desk."""

    @model_validator(mode="after")
    def says_where(self) -> Self:
        if found := place_problems(self):
            raise problems(found)
        return self


class CaseIn(In):
    """移送: what another system sends of a case, in its own codes."""

    number: Number
    """The partner's own; a repetition of it brings the first answer again."""
    category: Annotated[Code, Field(max_length=64)]
    description: LongText
    claim: Text | None = None
    occurred_on: date | None = None
    amount_fen: Annotated[int, Field(ge=0, le=MAX_FEN)] | None = None
    location: BroughtPlaceIn
    applicant: IdentifiedPartyIn
    respondents: Annotated[list[PartyIn], Field(min_length=1, max_length=50)]
    preferred_mode: Literal["onsite", "video"] = "onsite"
    referred_on: date | None = None
    """Absent: today."""
    referred_by: Code = "other"
    """A referring body: `court`, `police`, `hotline_12345`, …"""
    referrer_name: Line | None = None
    """The office; absent: the partner's name."""

    @field_validator("referred_on", "occurred_on")
    @classmethod
    def is_past(cls, value: date | None, info: ValidationInfo) -> date | None:
        return None if value is None else past(value, info, "日期不能晚于今天，请检查后重填。")

    @field_validator("referred_by")
    @classmethod
    def is_a_body(cls, value: str, info: ValidationInfo) -> str:
        return one_of(value, deps_of(info).catalog.referring_bodies)

    @model_validator(mode="after")
    def names_nobody_twice(self) -> Self:
        if found := twice_problems(self.applicant, self.respondents):
            raise problems(found)
        return self


class UnmappedOut(Out):
    kind: str
    code: str


class CaseReceived(Out):
    """The same for every repetition."""

    number: str
    """Ours; either number finds the case."""
    partner_number: str
    center: str
    """Which registers it first."""
    received_at: Moment
    unmapped: list[UnmappedOut]
    """Codes that nobody has mapped: staff see to them, the case is taken all the same."""


class Taken(NamedTuple):
    category: str
    place: PlaceIn
    unknown: list[Unknown]


async def take_in(deps: Deps, actor: PartnerActor, body: CaseIn, digest: str) -> CaseReceived:
    """Raises NumberTakenError, InvalidFieldsError."""
    _ = await connections.get("default").execute_query(_ONE_AT_A_TIME, [f"{actor.id} {body.number}"])
    earlier = await PartnerCase.get_or_none(partner_id=actor.id, their_number=body.number).select_related("dispute")
    if earlier is not None:
        if earlier.body_hash != digest:
            raise NumberTakenError
        return await _received(earlier, earlier.dispute)
    partner = await Partner.get(id=actor.id)
    taken = _translated(deps, await mapping.load(partner.id), partner, body)
    dispute = await _file(deps, actor, partner, body, taken)
    case = PartnerCase(
        partner_id=partner.id,
        their_number=body.number,
        dispute_id=dispute.id,
        body_hash=digest,
        unmapped=[{"kind": kind, "code": code} for _, kind, code in taken.unknown],
        created_at=deps.clock.now(),
    )
    await case.save(force_create=True)
    return await _received(case, dispute)


def _translated(deps: Deps, codes: Codebook, partner: Partner, body: CaseIn) -> Taken:
    """Raises InvalidFieldsError for a category that the partner may not bring."""
    unknown: list[Unknown] = []
    category = codes.ours(CodeKind.CATEGORY, body.category)
    if category not in deps.catalog.category_by_code:
        unknown.append(Unknown(CodeSide.THEIRS, CodeKind.CATEGORY, body.category))
        category = None
    elif not scope.takes_category(deps.catalog, partner, category):
        raise InvalidFieldsError.at("category", "贵方没有移送这类纠纷的权限，请核对类别或联系综治中心。")
    place = _place(deps, codes, body.location, unknown)
    return Taken(category or OTHER, place, unknown)


def _place(deps: Deps, codes: Codebook, given: PlaceIn, unknown: list[Unknown]) -> PlaceIn:
    code = given.division_code
    if code is not None:
        code = codes.ours(CodeKind.DIVISION, code) or code
        if deps.divisions.by_code(code) is None:
            unknown.append(Unknown(CodeSide.THEIRS, CodeKind.DIVISION, code))
            code = None
    if not given.has_point and deps.divisions.match(code, given.address) is None:
        code = deps.centers.city_queue.division_code
    return PlaceIn.model_construct(**{**dict(given), "division_code": code})


async def _file(deps: Deps, actor: PartnerActor, partner: Partner, body: CaseIn, taken: Taken) -> Dispute:
    said = {name: value for name, value in dict(body).items() if name in DisputeIn.model_fields}
    draft = DisputeIn.model_construct(**said | {"category": taken.category, "location": taken.place})
    dispute, decision, _ = await filing.file_dispute(deps, draft, filer=actor, source=Source.REFERRAL)
    if not scope.takes_area(partner, decision.center.division_code):
        raise InvalidFieldsError.at("location", "这个地方不在贵方可以移送的范围内，请核对地点或联系综治中心。")
    registration = Registration(
        id=uuid7(),
        dispute_id=dispute.id,
        basis=deps.catalog.registration[Source.REFERRAL].bases[0],
        referred_by=body.referred_by,
        referrer_name=body.referrer_name or partner.name,
        referral_number=body.number,
        referred_on=body.referred_on or clock.today(deps.clock),
        created_at=deps.clock.now(),
    )
    await registration.save(force_create=True)
    if taken.unknown:
        await mapping.note_unknown(partner.id, taken.unknown, dispute.id, deps.clock.now())
        codes = "、".join(code for _, _, code in taken.unknown)
        await history.record(
            deps, dispute, actor, Entry(_MARK, Audience.STAFF, {"partner": partner.name}, {"codes": codes})
        )
    return dispute


async def _received(case: PartnerCase, dispute: Dispute) -> CaseReceived:
    first = await Event.filter(dispute_id=dispute.id).order_by("ordinal").first()
    return CaseReceived(
        number=dispute.number,
        partner_number=case.their_number,
        center=str(first.data["center"]) if first else "",
        received_at=case.created_at,
        unmapped=[UnmappedOut(**each) for each in case.unmapped],
    )
