from uuid import UUID

from pydantic import ValidationInfo, field_validator
from sanic import Blueprint

from backend.centers import queries
from backend.centers.schemas import CenterOut, CentersQuery
from backend.core.deps import Deps
from backend.core.schema import Out, Page, Query, deps_of, problem
from backend.web.endpoint import endpoint

blueprint = Blueprint("mini_centers")

_CITY = "420500"


class DivisionsQuery(Query):
    parent: str = _CITY

    @field_validator("parent")
    @classmethod
    def is_known_division(cls, value: str, info: ValidationInfo) -> str:
        division = deps_of(info).divisions.by_code(value)
        if division is None:
            raise problem("没有这个行政区划，请从列表中重新选择。")
        return division.code


class DivisionOut(Out):
    code: str
    name: str
    level: str
    parent_code: str | None


@endpoint(blueprint, "GET", "/centers", audience="resident", query=CentersQuery, returns=Page[CenterOut])
async def list_centers(query: CentersQuery, deps: Deps) -> Page[CenterOut]:
    return await queries.page(deps, query)


@endpoint(blueprint, "GET", "/centers/{center_id}", audience="resident", returns=CenterOut)
async def get_center(center_id: UUID, deps: Deps) -> CenterOut:
    return await queries.listed(deps, center_id)


@endpoint(blueprint, "GET", "/divisions", audience="resident", query=DivisionsQuery, returns=Page[DivisionOut])
async def list_divisions(query: DivisionsQuery, deps: Deps) -> Page[DivisionOut]:
    children = deps.divisions.children(query.parent)
    items = [DivisionOut(code=d.code, name=d.name, level=d.level, parent_code=d.parent_code) for d in children]
    return Page[DivisionOut](items=items)
