from typing import Annotated, Literal, Self

from pydantic import Field, ValidationInfo, field_validator, model_validator

from backend.core.deps import Desk
from backend.core.errors import FieldProblem
from backend.core.geo import Crs, point_problems
from backend.core.schema import Degrees, Out, Query, deps_of, problem, problems
from backend.core.wording import weekdays_text

ListedLevel = Literal["county", "township", "village"]


class CentersQuery(Query):
    """Nearest first with a point, in the order of codes without one."""

    lon: Degrees | None = None
    lat: Degrees | None = None
    crs: Crs | None = None
    category: str | None = None
    level: ListedLevel | None = None
    limit: Annotated[int, Field(ge=1, le=100)] = 20
    cursor: Annotated[str, Field(max_length=256)] | None = None

    @field_validator("category")
    @classmethod
    def is_known_category(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is not None and value not in deps_of(info).catalog.category_by_code:
            raise problem("没有这个类别，请重新选择。")
        return value

    @model_validator(mode="after")
    def has_whole_point(self) -> Self:
        given = {"lon": self.lon, "lat": self.lat, "crs": self.crs}
        missing = [name for name, value in given.items() if value is None]
        if missing and len(missing) < len(given):
            raise problems(FieldProblem(name, "有了位置就要写全经度、纬度和坐标系（crs）。") for name in missing)
        if self.lon is not None and self.lat is not None and self.crs is not None:
            found = point_problems(self.lon, self.lat, self.crs, "")
            if found:
                raise problems(FieldProblem(each.path.lstrip("."), each.message) for each in found)
        return self


class PointOut(Out):
    """Maps in mini-programs draw GCJ-02."""

    lon: float
    lat: float
    crs: Literal["gcj02"] = "gcj02"


class DeskOut(Out):
    """Of an organization that is there on certain days. The center takes its categories on every day."""

    organization: str
    categories: list[str]
    weekdays: list[str]
    days: str
    """The same, to be read: `每周二、四`."""

    @classmethod
    def of(cls, desk: Desk) -> Self:
        return cls(
            organization=desk.organization,
            categories=sorted(desk.categories),
            weekdays=list(desk.weekdays),
            days=weekdays_text(desk.weekdays),
        )


class CenterOut(Out):
    id: str
    code: str
    name: str
    level: str
    division_code: str
    location: PointOut
    distance_m: int | None
    """Straight line; null without a point to measure from."""
    open_now: bool
    hours: str
    address: str
    phone: str
    placeholder: bool
    """Address and point have not been confirmed by the center yet."""
    categories: list[str]
    """Category codes it serves; empty = all."""
    desks: list[DeskOut]
