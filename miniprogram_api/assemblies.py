"""Consultation meetings on the phone: parties and owners read them, owners vote."""

from uuid import UUID

from sanic import Blueprint

from backend.accounts.actors import ResidentActor
from backend.core.deps import Deps
from backend.core.errors import RoleNotAllowedError
from backend.core.schema import Page
from backend.mediation import access, assembly_views, matters, motions
from backend.mediation.assembly_views import AssemblyOut
from backend.mediation.matters import MatterSolvedError, MattersOut, ProgressIn
from backend.mediation.motions import AlreadyVotedError, NotEntitledError, VoteIn, VotingClosedError
from backend.mediation.running import MediationNotOpenError
from backend.web.endpoint import endpoint

blueprint = Blueprint("mini_assemblies")

_CASE = "/disputes/{dispute_id}"


@endpoint(blueprint, "GET", _CASE + "/assemblies", audience="resident", returns=Page[AssemblyOut])
async def list_case_assemblies(actor: ResidentActor, dispute_id: UUID, deps: Deps) -> Page[AssemblyOut]:
    return await assembly_views.of_case(deps, actor, await access.of_resident(actor, dispute_id))


@endpoint(
    blueprint,
    "POST",
    _CASE + "/motions/{motion_id}/votes",
    audience="resident",
    body=VoteIn,
    returns=AssemblyOut,
    status=201,
    errors=(MediationNotOpenError, VotingClosedError, NotEntitledError, AlreadyVotedError),
)
async def cast_vote(actor: ResidentActor, dispute_id: UUID, motion_id: UUID, body: VoteIn, deps: Deps) -> AssemblyOut:
    motion = await motions.vote(deps, actor, dispute_id, motion_id, body)
    return await assembly_views.one(deps, actor, await access.of_resident(actor, dispute_id), motion.assembly_id)


@endpoint(blueprint, "GET", _CASE + "/matters", audience="resident", returns=MattersOut)
async def list_case_matters(actor: ResidentActor, dispute_id: UUID, deps: Deps) -> MattersOut:
    return await matters.of_case(deps, await access.of_resident(actor, dispute_id))


@endpoint(
    blueprint,
    "POST",
    _CASE + "/matters/{matter_id}/updates",
    audience="resident",
    body=ProgressIn,
    returns=MattersOut,
    status=201,
    errors=(RoleNotAllowedError, MediationNotOpenError, MatterSolvedError),
)
async def report_on_matter(
    actor: ResidentActor, dispute_id: UUID, matter_id: UUID, body: ProgressIn, deps: Deps
) -> MattersOut:
    """By whose matter it is; that it is solved is for the center to say."""
    return await matters.of_case(deps, await matters.update(deps, actor, dispute_id, matter_id, body.text))
