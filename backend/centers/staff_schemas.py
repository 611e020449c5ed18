from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints, ValidationInfo, model_validator

from backend.centers import drafts
from backend.centers.drafts import CenterDraft
from backend.core.geo import Crs
from backend.core.opening import WEEKDAYS, OpeningRules, Weekday
from backend.core.schema import Code, Degrees, In, Line, Moment, Out, PageQuery, deps_of, problem, problems
from models import OrganizationKind

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
    weekdays: Annotated[tuple[Weekday, ...], Field(min_length=1, max_length=7), AfterValidator(_in_order)]


class OrganizationIn(In):
    kind: OrganizationKind
    name: Line
    registration_number: Annotated[str, Field(max_length=64)] = ""
    categories: Categories = ()
    """A center where it is resident serves these too."""


class CentersQuery(PageQuery):
    level: Level | None = None
    division: Annotated[str, Field(pattern="^[0-9]{2,12}$")] | None = None
    """A code, or the beginning of one."""
    state: Literal["active", "closed", "all"] = "active"


class OfCenterQuery(PageQuery):
    center_id: UUID | None = None


class ResidentOrganization(Out):
    id: str
    name: str
    kind: str
    categories: list[str]
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
    name: str
    registration_number: str
    center_id: str | None
    is_own_committee: bool
    categories: list[str]
    closed_at: Moment | None


class MediatorOut(Out):
    id: str
    name: str
    center_id: str | None
    open_cases: int
    """Assigned to this person and not yet ended."""
