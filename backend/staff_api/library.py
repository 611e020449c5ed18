"""The case library: proposed, read by a second person, found by mediators, released."""

from uuid import UUID

from sanic import Blueprint

from backend.accounts.actors import StaffActor
from backend.core.deps import Deps
from backend.core.errors import RoleNotAllowedError
from backend.core.schema import Page, Query
from backend.library import actions, drafts, queries
from backend.library.actions import AlreadyProposedError, ExampleStateError, NoExampleError, SamePersonError
from backend.library.schemas import (
    ExampleDraftOut,
    ExampleIn,
    ReleaseIn,
    ReviewIn,
    StaffExampleOut,
    StaffSearchQuery,
    WithdrawalIn,
)
from backend.web.endpoint import endpoint

blueprint = Blueprint("staff_library")

_CASE = "/disputes/{dispute_id}"
_ONE = "/library-cases/{example_id}"


class DraftQuery(Query):
    without_amounts: bool = False


@endpoint(
    blueprint, "GET", _CASE + "/library-draft", audience="staff", query=DraftQuery, returns=ExampleDraftOut,
    errors=(RoleNotAllowedError,),
)  # fmt: skip
async def get_library_draft(actor: StaffActor, dispute_id: UUID, query: DraftQuery, deps: Deps) -> ExampleDraftOut:
    """Put together from the case, with names, places and numbers replaced: to be gone over by hand."""
    return await drafts.of_case(deps, actor, dispute_id, amounts=query.without_amounts)


@endpoint(
    blueprint, "POST", _CASE + "/library-cases", audience="staff", body=ExampleIn, returns=StaffExampleOut, status=201,
    errors=(RoleNotAllowedError, NoExampleError, AlreadyProposedError),
)  # fmt: skip
async def propose_example(actor: StaffActor, dispute_id: UUID, body: ExampleIn, deps: Deps) -> StaffExampleOut:
    """Refused at the field in which somebody can still be recognized."""
    row = await actions.propose(deps, actor, dispute_id, body)
    return await queries.one_for_staff(deps, actor, row.id)


@endpoint(blueprint, "GET", "/library-cases", audience="staff", query=StaffSearchQuery, returns=Page[StaffExampleOut])
async def search_library(actor: StaffActor, query: StaffSearchQuery, deps: Deps) -> Page[StaffExampleOut]:
    return await queries.for_staff(deps, actor, query)


@endpoint(blueprint, "GET", _ONE, audience="staff", returns=StaffExampleOut)
async def get_example(actor: StaffActor, example_id: UUID, deps: Deps) -> StaffExampleOut:
    return await queries.one_for_staff(deps, actor, example_id)


@endpoint(
    blueprint, "PUT", _ONE, audience="staff", body=ExampleIn, returns=StaffExampleOut,
    errors=(RoleNotAllowedError, ExampleStateError),
)  # fmt: skip
async def edit_example(actor: StaffActor, example_id: UUID, body: ExampleIn, deps: Deps) -> StaffExampleOut:
    _ = await actions.edit(deps, actor, example_id, body)
    return await queries.one_for_staff(deps, actor, example_id)


@endpoint(
    blueprint, "POST", _ONE + "/review", audience="staff", body=ReviewIn, returns=StaffExampleOut,
    errors=(RoleNotAllowedError, SamePersonError, ExampleStateError),
)  # fmt: skip
async def review_example(actor: StaffActor, example_id: UUID, body: ReviewIn, deps: Deps) -> StaffExampleOut:
    """By a director or supervisor who did not propose it."""
    _ = await actions.review(deps, actor, example_id, body)
    return await queries.one_for_staff(deps, actor, example_id)


@endpoint(
    blueprint, "POST", _ONE + "/release", audience="staff", body=ReleaseIn, returns=StaffExampleOut,
    errors=(RoleNotAllowedError, SamePersonError, ExampleStateError),
)  # fmt: skip
async def release_example(actor: StaffActor, example_id: UUID, body: ReleaseIn, deps: Deps) -> StaffExampleOut:
    """To residents. Looks again for whoever the case has come to know since."""
    _ = await actions.release(deps, actor, example_id, body)
    return await queries.one_for_staff(deps, actor, example_id)


@endpoint(
    blueprint, "POST", _ONE + "/withdrawal", audience="staff", body=WithdrawalIn, returns=StaffExampleOut,
    errors=(RoleNotAllowedError, ExampleStateError),
)  # fmt: skip
async def withdraw_example(actor: StaffActor, example_id: UUID, body: WithdrawalIn, deps: Deps) -> StaffExampleOut:
    _ = await actions.withdraw(deps, actor, example_id, body.reason)
    return await queries.one_for_staff(deps, actor, example_id)
