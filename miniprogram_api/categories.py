from sanic import Blueprint

from backend.core.catalog import Category
from backend.core.deps import Deps
from backend.core.schema import Out, Page
from backend.web.endpoint import endpoint

blueprint = Blueprint("mini_categories")


class CategoryOut(Out):
    code: str
    name: str
    children: list["CategoryOut"]


@endpoint(blueprint, "GET", "/categories", audience="resident", returns=Page[CategoryOut])
async def list_categories(deps: Deps) -> Page[CategoryOut]:
    return Page[CategoryOut](items=[_out(deps, each) for each in deps.catalog.categories if each.parent is None])


def _out(deps: Deps, category: Category) -> CategoryOut:
    children = [_out(deps, each) for each in deps.catalog.categories if each.parent == category.code]
    return CategoryOut(code=category.code, name=category.name, children=children)
