"""What others have been through, with nobody to be recognized."""

from uuid import UUID

from sanic import Blueprint

from backend.core.deps import Deps
from backend.core.schema import Page
from backend.library import queries
from backend.library.schemas import ExampleOut, SearchQuery
from backend.web.endpoint import endpoint

blueprint = Blueprint("mini_library")


@endpoint(blueprint, "GET", "/cases-library", audience="resident", query=SearchQuery, returns=Page[ExampleOut])
async def search_released_cases(query: SearchQuery, deps: Deps) -> Page[ExampleOut]:
    return await queries.for_residents(deps, query)


@endpoint(blueprint, "GET", "/cases-library/{example_id}", audience="resident", returns=ExampleOut)
async def get_released_case(example_id: UUID, deps: Deps) -> ExampleOut:
    return await queries.one_for_residents(deps, example_id)
