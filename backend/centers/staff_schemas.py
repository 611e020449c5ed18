from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints, ValidationInfo, field_validator, model_validator

from backend.centers import drafts
from backend.centers.drafts import CenterDraft
from backend.core import identity
from backend.core.errors import FieldProblem
from backend.core.geo import Crs
from backend.core.opening import WEEKDAYS, OpeningRules, Weekday
from backend.core.schema import Code, Degrees, In, Line, Moment, Out, PageQuery, deps_of, problem, problems
from models import OrganizationKind, ResidencyKind

Level = Literal["city", "county", "township", "village"]


def _known_categories(codes: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
    if not set(codes) <= deps_of(info).catalog.category_by_code.keys():
        raise problem("有的类别代码不存在，请对照类别表填写。")
    return tuple(sorted(set(codes)))


def _in_order(weekdays: tuple[Weekday, ...]) -> tuple[Weekday, ...]:
    return tuple(day for day in WEEKDAYS if day in weekdays)


Categories = Annotated[tuple[Code, ...], Field(max_length=200), AfterValidator(_known_categories)]


class CenterFields(In):
    """As in a line of an import file; null = what is known stays."""

    name: Line
    short_name: Line | None = None
    level: Level
    division_code: Code
    lon: Degrees
    lat: Degrees
    crs: Crs
    address: Annotated[str, StringConstraints(strip_whitespace=True, max_length=255)] | None = None
    phone: Annotated[str, Field(max_length=32)] | None = None
    categories: tuple[Code, ...] | None = None

    def draft(self, code: str) -> CenterDraft:
        return CenterDraft(code=code, **self.model_dump(exclude={"code"}))

    @model_validator(mode="after")
    def check(self, info: ValidationInfo) -> Self:
        deps = deps_of(info)
        found = drafts.problems(self.draft(getattr(self, "code", "C")), deps.catalog, deps.divisions)
        if found:
            raise problems(found)
        return self


class CenterIn(CenterFields):
    code: Code


class ClosingIn(In):
    successor_id: UUID


class HoursIn(In):
    opening: OpeningRules | None
    """Null = the default of the catalog."""


class CategoriesIn(In):
    categories: Categories
    """Empty = all."""


class ResidencyIn(In):
    kind: ResidencyKind = ResidencyKind.ROTATING
    weekdays: Annotated[tuple[Weekday, ...], Field(max_length=7), AfterValidator(_in_order)] = ()
    """Needed where it comes in turns; whoever is there permanently comes on every working day unless some are named."""

    @model_validator(mode="after")
    def check_days(self) -> Self:
        if wrong := residency_problem(self.kind, self.weekdays):
            raise problems([FieldProblem("weekdays", wrong)])
        return self


def residency_problem(kind: ResidencyKind, weekdays: tuple[Weekday, ...]) -> str | None:
    if kind is ResidencyKind.ROTATING and not weekdays:
        return "轮驻要写明每周哪几天。"
    if kind is ResidencyKind.ON_CALL and weekdays:
        return "随叫随到的没有固定日子，请清空。"
    return None


def planned_weekdays(kind: ResidencyKind, weekdays: tuple[Weekday, ...]) -> tuple[Weekday, ...]:
    """On which it is expected, working days only."""
    return WEEKDAYS[:5] if kind is ResidencyKind.PERMANENT and not weekdays else weekdays


class OrganizationIn(In):
    kind: OrganizationKind
    code: Annotated[Code, Field(max_length=32)] | None = None
    """By which an import knows it again."""
    name: Line
    registration_number: Annotated[str, Field(max_length=64)] = ""
    licence_number: Annotated[str, Field(max_length=64)] = ""
    licence_expires_on: date | None = None
    """Its last day."""
    seal_name: Annotated[str, StringConstraints(strip_whitespace=True, max_length=128)] = ""
    """As it stands on the seal; empty = the name."""
    categories: Categories = ()
    """A center where it is resident serves these too."""
    expertise: Annotated[tuple[Code, ...], Field(max_length=50)] = ()
    level: Level | None = None
    division_code: Code | None = None
    address: Annotated[str, StringConstraints(strip_whitespace=True, max_length=255)] = ""
    phone: Annotated[str, Field(max_length=32)] = ""

    @field_validator("expertise")
    @classmethod
    def is_known(cls, codes: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if not set(codes) <= deps_of(info).catalog.registry.expertise.keys():
            raise problem("有的专业领域代码不存在，请对照目录填写。")
        return tuple(sorted(set(codes)))

    @field_validator("division_code")
    @classmethod
    def is_a_division(cls, code: str | None, info: ValidationInfo) -> str | None:
        if code is not None and deps_of(info).divisions.by_code(code) is None:
            raise problem("没有这个区划代码，请检查后重填。")
        return code

    @field_validator("phone")
    @classmethod
    def can_be_dialled(cls, phone: str) -> str:
        return identity.normalize_office_phone(phone) if phone.strip() else ""


class CentersQuery(PageQuery):
    level: Level | None = None
    division: Annotated[str, Field(pattern="^[0-9]{2,12}$")] | None = None
    """A code, or the beginning of one."""
    state: Literal["active", "closed", "all"] = "active"


class OfCenterQuery(PageQuery):
    center_id: UUID | None = None


class OrganizationsQuery(OfCenterQuery):
    kind: OrganizationKind | None = None
    licence: Literal["expiring", "expired"] | None = None
    track: str | None = None
    """Only those in whose name a case may be mediated on it today."""

    @field_validator("track")
    @classmethod
    def is_a_track(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is not None and value not in deps_of(info).catalog.tracks:
            raise problem("没有这种调解类型，请重新选择。")
        return value


class ResidentOrganization(Out):
    id: str
    name: str
    kind: str
    categories: list[str]
    residency: str
    """`permanent`, `rotating`, `on_call`."""
    weekdays: list[str]


class OpenCaseOut(Out):
    number: str
    status: str


class SuccessorOut(Out):
    id: str
    code: str
    name: str


class StaffCenterOut(Out):
    """As given by the operator: the point is in `crs`."""

    id: str
    code: str
    name: str
    short_name: str
    level: str
    division_code: str
    lon: float | None
    lat: float | None
    crs: str
    address: str
    phone: str
    placeholder: bool
    categories: list[str]
    opening: OpeningRules | None
    closed_at: Moment | None
    successor: SuccessorOut | None


class CenterDetailOut(StaffCenterOut):
    organizations: list[ResidentOrganization]
    open_cases: int


class ClosedOut(Out):
    """The cases stay where they are until somebody transfers them."""

    center: StaffCenterOut
    open_cases: list[OpenCaseOut]


class OrganizationOut(Out):
    id: str
    kind: str
    kind_text: str
    code: str | None
    name: str
    registration_number: str
    licence_number: str
    licence_expires_on: date | None
    licence_state: Literal["none", "valid", "expiring", "expired"]
    """`none`: no last day is entered."""
    warning: str | None
    """What the administrator should see to."""
    seal_name: str
    center_id: str | None
    is_own_committee: bool
    mediates: bool
    tracks: list[str]
    categories: list[str]
    expertise: list[str]
    level: str | None
    division_code: str | None
    address: str
    phone: str
    closed_at: Moment | None


class MediatorOut(Out):
    id: str
    name: str
    center_id: str | None
    open_cases: int
    """Assigned to this person and not yet ended."""
