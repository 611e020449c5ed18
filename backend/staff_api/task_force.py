"""A task force and its household roll."""

import asyncio
import hashlib
from uuid import UUID

from sanic import Blueprint, Request
from sanic.response import HTTPResponse

from backend.accounts.actors import StaffActor
from backend.core import sheets
from backend.core.deps import Deps
from backend.core.errors import RoleNotAllowedError, TooLargeError
from backend.core.schema import Page, PageQuery
from backend.mediation import access, roll, roll_rows, visits
from backend.mediation.roll import (
    HomesGivenIn,
    HouseholdDetailOut,
    HouseholdIn,
    HouseholdOut,
    ImportedOut,
    ProgressOut,
    RollRefusedError,
    TaskForceExistsError,
    TaskForceIn,
)
from backend.mediation.running import MediationNotOpenError
from backend.mediation.visits import PaymentIn, VisitIn
from backend.web import files as web
from backend.web.endpoint import endpoint, json_response, writing
from backend.web.idempotency import Answer

blueprint = Blueprint("staff_task_force")

_FORCE = "/disputes/{dispute_id}/task-force"
_HOMES = "/disputes/{dispute_id}/households"
_HOME = _HOMES + "/{household_id}"
_STEERS = (RoleNotAllowedError, MediationNotOpenError)
_MOST_BYTES = 5_000_000


@endpoint(
    blueprint,
    "POST",
    _FORCE,
    audience="staff",
    body=TaskForceIn,
    returns=ProgressOut,
    status=201,
    errors=(*_STEERS, TaskForceExistsError),
)
async def form_task_force(actor: StaffActor, dispute_id: UUID, body: TaskForceIn, deps: Deps) -> ProgressOut:
    return await roll.progress(deps, await roll.form(deps, actor, dispute_id, body))


@endpoint(blueprint, "GET", _FORCE, audience="colleague", returns=ProgressOut)
async def get_task_force(actor: StaffActor, dispute_id: UUID, deps: Deps) -> ProgressOut:
    return await roll.progress(deps, await access.of_colleague(actor, dispute_id))


@endpoint(blueprint, "GET", _HOMES, audience="colleague", query=PageQuery, returns=Page[HouseholdOut])
async def list_households(actor: StaffActor, dispute_id: UUID, query: PageQuery, deps: Deps) -> Page[HouseholdOut]:
    return await roll.page(deps, await access.of_colleague(actor, dispute_id), query)


@endpoint(
    blueprint, "POST", _HOMES, audience="staff", body=HouseholdIn, returns=HouseholdOut, status=201, errors=_STEERS
)
async def add_household(actor: StaffActor, dispute_id: UUID, body: HouseholdIn, deps: Deps) -> HouseholdOut:
    return await roll.add(deps, actor, dispute_id, body)


@endpoint(
    blueprint,
    "POST",
    _HOMES + "/import",
    audience="staff",
    returns=ImportedOut,
    errors=(*_STEERS, RollRefusedError, TooLargeError),
    opens_transaction=False,
)
async def import_households(request: Request, actor: StaffActor, dispute_id: UUID, deps: Deps) -> HTTPResponse:
    """CSV or XLSX. With one wrong row nothing is written; every wrong one is named as `rows.<line>.<column>`."""
    content, _ = web.only_file(request)
    if len(content) > _MOST_BYTES:
        raise TooLargeError
    checked = await asyncio.to_thread(roll_rows.check, sheets.read(content), deps.catalog.joint.most_households)
    digest = web.form_digest(request, hashlib.sha256(content).hexdigest())
    async with writing(request, deps, actor, digest) as write:
        if write.answer is None:
            imported = await roll.bring_in(deps, actor, dispute_id, checked)
            await write.finish(Answer(200, imported.model_dump_json().encode()))
    return json_response(write.answer)


@endpoint(blueprint, "POST", _HOMES + "/given", audience="staff", body=HomesGivenIn, errors=_STEERS)
async def give_households(actor: StaffActor, dispute_id: UUID, body: HomesGivenIn, deps: Deps) -> None:
    """To an assisting organization, which sees no others."""
    await roll.give(deps, actor, dispute_id, body)


@endpoint(blueprint, "GET", _HOME, audience="colleague", returns=HouseholdDetailOut)
async def get_household(actor: StaffActor, dispute_id: UUID, household_id: UUID, deps: Deps) -> HouseholdDetailOut:
    return await roll.one(deps, await access.of_colleague(actor, dispute_id), household_id)


@endpoint(
    blueprint,
    "POST",
    _HOME + "/visits",
    audience="colleague",
    body=VisitIn,
    returns=HouseholdDetailOut,
    status=201,
    errors=_STEERS,
)
async def note_visit(
    actor: StaffActor, dispute_id: UUID, household_id: UUID, body: VisitIn, deps: Deps
) -> HouseholdDetailOut:
    return await visits.note(deps, actor, dispute_id, household_id, body)


@endpoint(
    blueprint,
    "POST",
    _HOME + "/payments",
    audience="colleague",
    body=PaymentIn,
    returns=HouseholdDetailOut,
    status=201,
    errors=_STEERS,
)
async def record_payment(
    actor: StaffActor, dispute_id: UUID, household_id: UUID, body: PaymentIn, deps: Deps
) -> HouseholdDetailOut:
    return await visits.settle(deps, actor, dispute_id, household_id, body)
