"""What a filing says, and what a resident reads of a dispute."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import Field, ValidationInfo, field_validator, model_validator

from backend.core import identity
from backend.core.errors import FieldProblem
from backend.core.geo import Crs, point_problems
from backend.core.schema import Code, Degrees, In, Line, LongText, Moment, Out, Text, deps_of, problem, problems
from backend.disputes.elapsed import ElapsedOut
from backend.disputes.party_schemas import IdentifiedPartyIn, PartyIn, RepresentationIn, past

MAX_FEN = 10**13
"""A hundred billion yuan: above that, somebody's finger slipped."""

_NO_SUCH_DIVISION = "没有这个行政区划，请从列表中选择所在的县（市、区）和乡镇（街道）。"
_NOT_FOUND = "没能从地址认出是哪里，请从列表中选择所在的县（市、区）和乡镇（街道）。"

Address = Annotated[Line, Field(max_length=128)]
Files = Annotated[tuple[UUID, ...], Field(max_length=20)]


class PointIn(In):
    """A point that must be there: `crs` is never guessed."""

    lon: Degrees
    lat: Degrees
    crs: Crs
    accuracy_m: Annotated[float, Field(ge=0, le=100_000, allow_inf_nan=False)] | None = None
    address: Address | None = None

    @model_validator(mode="after")
    def lies_in_china(self) -> Self:
        if found := point_problems(self.lon, self.lat, self.crs, ""):
            raise problems(FieldProblem(each.path.lstrip("."), each.message) for each in found)
        return self


class PlaceIn(In):
    """Where it happened: a point, or at least a division or an address."""

    lon: Degrees | None = None
    lat: Degrees | None = None
    crs: Crs | None = None
    accuracy_m: Annotated[float, Field(ge=0, le=100_000, allow_inf_nan=False)] | None = None
    address: Address | None = None
    division_code: Code | None = None

    @model_validator(mode="after")
    def says_where(self, info: ValidationInfo) -> Self:
        if found := place_problems(self):
            raise problems(found)
        divisions = deps_of(info).divisions
        if self.division_code is not None and divisions.by_code(self.division_code) is None:
            raise problems([FieldProblem("division_code", _NO_SUCH_DIVISION)])
        if not self.has_point and divisions.match(self.division_code, self.address) is None:
            raise problems([FieldProblem("division_code", _NOT_FOUND)])
        return self

    @property
    def has_point(self) -> bool:
        return self.crs is not None


def place_problems(place: PlaceIn) -> list[FieldProblem]:
    """Of what is there; whether there is such a division is for the caller to check."""
    given = {"lon": place.lon, "lat": place.lat, "crs": place.crs}
    missing = [name for name, value in given.items() if value is None]
    if missing and len(missing) < len(given):
        return [FieldProblem(name, "有了位置就要写全经度、纬度和坐标系（crs）。") for name in missing]
    if missing and not (place.address or place.division_code):
        return [FieldProblem("division_code", "请在地图上选点，或选择所在的乡镇（街道），或填写地址。")]
    if missing:
        return []
    found = point_problems(place.lon or 0.0, place.lat or 0.0, place.crs or "gcj02", "")
    return [FieldProblem(each.path.lstrip("."), each.message) for each in found]


class DisputeIn(In):
    category: Code
    voice_file_id: UUID | None = None
    description: Annotated[LongText | None, Field(validate_default=True)] = None
    claim: Text | None = None
    occurred_on: date | None = None
    amount_fen: Annotated[int, Field(ge=0, le=MAX_FEN)] | None = None
    location: PlaceIn
    contact_location: PointIn | None = None
    applicant: IdentifiedPartyIn
    respondents: Annotated[list[PartyIn], Field(min_length=1, max_length=50)]
    agent: RepresentationIn | None = None
    """Who acts for the applicant: from a phone, whoever files."""
    safety_signals: Annotated[tuple[Code, ...], Field(max_length=10)] = ()
    """Codes of `safety.toml`: somebody may be in danger."""
    file_ids: Files = ()
    preferred_mode: Literal["onsite", "video"] = "onsite"
    center_id: Code | None = None

    @field_validator("category")
    @classmethod
    def is_known_category(cls, value: str, info: ValidationInfo) -> str:
        if value not in deps_of(info).catalog.category_by_code:
            raise problem("没有这个类别，请重新选择。")
        return value

    @field_validator("safety_signals")
    @classmethod
    def are_signals(cls, value: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if set(value) - set(deps_of(info).catalog.safety_signals):
            raise problem("没有这个选项，请重新选择。")
        return value

    @field_validator("occurred_on")
    @classmethod
    def is_past(cls, value: date | None, info: ValidationInfo) -> date | None:
        return None if value is None else past(value, info, "发生日期不能晚于今天，请检查后重填。")

    @field_validator("description")
    @classmethod
    def says_what_happened(cls, value: str | None, info: ValidationInfo) -> str | None:
        """Many residents don't type: a recording will do."""
        if value is None and info.data.get("voice_file_id", ...) is None:
            raise problem("请写下发生了什么，或者上传一段录音。")
        return value

    @model_validator(mode="after")
    def names_nobody_twice(self) -> Self:
        """Known by name and number; many are known by neither."""
        if found := twice_problems(self.applicant, self.respondents):
            raise problems(found)
        return self


def twice_problems(applicant: PartyIn, respondents: Sequence[PartyIn]) -> list[FieldProblem]:
    seen: set[tuple[str, str]] = set()
    found = []
    for place, party in enumerate((applicant, *respondents), start=-1):
        number = party.phone or party.credit_code
        who = (identity.normalize_name(party.name), number or "")
        if number and who in seen:
            found.append(FieldProblem(f"respondents.{place}.name", "这一位已经写过了，请检查是否重复。"))
        seen.add(who)
    return found


class CenterBrief(Out):
    id: str
    name: str
    address: str
    phone: str
    distance_m: int | None = None
    placeholder: bool


class RouteOut(Out):
    reason: str
    policy: str


class ActionOut(Out):
    action: str
    title: str


class RightsOut(Out):
    """The notice in force, and when the reader acknowledged it."""

    version: str
    acknowledged_at: Moment | None


class TimelineItem(Out):
    at: Moment
    kind: str
    title: str
    text: str


class PartyOut(Out):
    """Names and numbers are masked."""

    side: str
    kind: str
    name_masked: str
    phone_masked: str | None


class RedirectOut(Out):
    """Where to go after a refusal."""

    reason_code: str
    reason_text: str
    authority: str
    address: str | None = None
    phone: str | None = None
    time_limit: str | None = None


class WayOnOut(Out):
    """Null and empty while the case is under way."""

    redirect: RedirectOut | None = None
    routes: tuple[str, ...] = ()
    """What the law leaves open after a mediation without agreement."""


class MergedOut(Out):
    """The case in which this one goes on."""

    id: str
    number: str


class DisputeBrief(Out):
    id: str
    number: str
    case_number: str | None
    status: str
    status_text: str
    category: str
    category_name: str
    center: CenterBrief
    owner_text: str
    next_step: str
    respond_by: Moment | None
    merged_into: MergedOut | None
    created_at: Moment
    updated_at: Moment


class DisputeFiled(Out):
    id: str
    number: str
    case_number: str | None
    status: str
    status_text: str
    center: CenterBrief
    route: RouteOut
    next_step: str
    respond_by: Moment | None
    created_at: Moment
    safety_advice: str | None = None
    """What to do first, where somebody may be in danger."""


class MemberOut(Out):
    is_representative: bool
    scope_text: str | None
    """Of a representative: what the members have given it the power to do."""
    agrees: bool | None
    """To those elected; null = nothing said yet, and so spoken for by them."""
    is_bound: bool | None
    """By the outcome reached; null while there is none."""


class GroupOut(MemberOut):
    representatives: list[str]
    """Of the own side, masked."""
    asks: list[str]
    """What the reader may still answer: `representation`, `outcome`."""


class DisputeOut(DisputeBrief):
    """A resident's own case. Free text is shown to who wrote it only."""

    version: int
    route: RouteOut
    description: str | None
    claim: str | None
    voice_file_id: str | None
    occurred_on: date | None
    amount_fen: int | None
    preferred_mode: str
    parties: list[PartyOut]
    actions: list[ActionOut]
    rights_notice: RightsOut | None = None
    redirect: RedirectOut | None = None
    routes: tuple[str, ...] = ()
    group: GroupOut | None = None
    """Of a member of a side that has elected representatives."""
    information_requests: list[dict[str, Any]] = Field(default_factory=list)
    """Still open: what the center has asked for, item by item."""
    elapsed: ElapsedOut | None = None
    """Of the mediation."""
    timeline: list[TimelineItem] | None = None
    appointments: list[dict[str, Any]] | None = None
    files: list[dict[str, Any]] | None = None


class ReceiptOut(Out):
    """A dated receipt: filing interrupts the limitation period (诉讼时效规定 12)."""

    number: str
    filed_at: Moment
    filed_text: str
    center: str
    applicant: str
    respondents: list[str]
    claim: str
    text: str
