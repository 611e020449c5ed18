"""Consultation meetings, votes, and the matters that follow from them."""

from uuid import UUID

from sanic import Blueprint

from backend.accounts.actors import StaffActor
from backend.core.deps import Deps
from backend.core.errors import RoleNotAllowedError
from backend.core.schema import In, Page, Text
from backend.disputes.safety import SafetyHoldError
from backend.mediation import access, assemblies, assembly_views, matters, motions
from backend.mediation.assemblies import (
    AssemblyIn,
    AssemblyOverError,
    AttendanceIn,
    HeldIn,
    PlaceAndTime,
    SharesIn,
)
from backend.mediation.assembly_views import AssemblyOut
from backend.mediation.matters import MatterIn, MatterSolvedError, MattersOut, ProgressIn
from backend.mediation.motions import (
    AlreadyVotedError,
    MotionIn,
    NotEntitledError,
    PaperVoteIn,
    VotingClosedError,
    VotingOpenError,
)
from backend.mediation.running import MediationNotOpenError
from backend.web.endpoint import endpoint

blueprint = Blueprint("staff_assemblies")

_CASE = "/disputes/{dispute_id}"
_ASSEMBLIES = _CASE + "/assemblies"
_ASSEMBLY = _ASSEMBLIES + "/{assembly_id}"
_MOTION = _CASE + "/motions/{motion_id}"
_MATTER = _CASE + "/matters/{matter_id}"
_STEERS = (RoleNotAllowedError, MediationNotOpenError)


class ProofIn(In):
    proof: Text


@endpoint(blueprint, "GET", _ASSEMBLIES, audience="colleague", returns=Page[AssemblyOut])
async def list_assemblies(actor: StaffActor, dispute_id: UUID, deps: Deps) -> Page[AssemblyOut]:
    return await assembly_views.of_case(deps, actor, await access.of_colleague(actor, dispute_id))


@endpoint(
    blueprint,
    "POST",
    _ASSEMBLIES,
    audience="staff",
    body=AssemblyIn,
    returns=Page[AssemblyOut],
    status=201,
    errors=(*_STEERS, SafetyHoldError),
)
async def plan_assemblies(actor: StaffActor, dispute_id: UUID, body: AssemblyIn, deps: Deps) -> Page[AssemblyOut]:
    return await assembly_views.of_case(deps, actor, await assemblies.plan(deps, actor, dispute_id, body))


@endpoint(
    blueprint,
    "PUT",
    _ASSEMBLY,
    audience="staff",
    body=PlaceAndTime,
    returns=AssemblyOut,
    errors=(*_STEERS, SafetyHoldError, AssemblyOverError),
)
async def change_assembly(
    actor: StaffActor, dispute_id: UUID, assembly_id: UUID, body: PlaceAndTime, deps: Deps
) -> AssemblyOut:
    standing, row = await assemblies.change(deps, actor, dispute_id, assembly_id, body)
    return await assembly_views.one(deps, actor, standing, row.id)


@endpoint(
    blueprint,
    "POST",
    _ASSEMBLY + "/cancellation",
    audience="staff",
    returns=AssemblyOut,
    errors=(*_STEERS, AssemblyOverError),
)
async def cancel_assembly(actor: StaffActor, dispute_id: UUID, assembly_id: UUID, deps: Deps) -> AssemblyOut:
    standing, row = await assemblies.cancel(deps, actor, dispute_id, assembly_id)
    return await assembly_views.one(deps, actor, standing, row.id)


@endpoint(
    blueprint,
    "POST",
    _ASSEMBLY + "/attendance",
    audience="staff",
    body=AttendanceIn,
    returns=AssemblyOut,
    errors=(*_STEERS, AssemblyOverError),
)
async def record_assembly_attendance(
    actor: StaffActor, dispute_id: UUID, assembly_id: UUID, body: AttendanceIn, deps: Deps
) -> AssemblyOut:
    standing, row = await assemblies.attend(deps, actor, dispute_id, assembly_id, body.household_ids)
    return await assembly_views.one(deps, actor, standing, row.id)


@endpoint(
    blueprint,
    "POST",
    _ASSEMBLY + "/held",
    audience="staff",
    body=HeldIn,
    returns=AssemblyOut,
    errors=(*_STEERS, AssemblyOverError),
)
async def record_assembly_held(
    actor: StaffActor, dispute_id: UUID, assembly_id: UUID, body: HeldIn, deps: Deps
) -> AssemblyOut:
    standing, row = await assemblies.hold(deps, actor, dispute_id, assembly_id, body.minutes)
    return await assembly_views.one(deps, actor, standing, row.id)


@endpoint(blueprint, "POST", _ASSEMBLY + "/shares", audience="staff", body=SharesIn, errors=_STEERS)
async def share_assembly(actor: StaffActor, dispute_id: UUID, assembly_id: UUID, body: SharesIn, deps: Deps) -> None:
    await assemblies.share(deps, actor, dispute_id, assembly_id, body)


@endpoint(
    blueprint,
    "POST",
    _ASSEMBLY + "/motions",
    audience="staff",
    body=MotionIn,
    returns=AssemblyOut,
    status=201,
    errors=(*_STEERS, AssemblyOverError),
)
async def open_motion(
    actor: StaffActor, dispute_id: UUID, assembly_id: UUID, body: MotionIn, deps: Deps
) -> AssemblyOut:
    motion = await motions.open_(deps, actor, dispute_id, assembly_id, body)
    return await assembly_views.one(deps, actor, await access.of_colleague(actor, dispute_id), motion.assembly_id)


@endpoint(
    blueprint,
    "POST",
    _MOTION + "/votes",
    audience="staff",
    body=PaperVoteIn,
    returns=AssemblyOut,
    status=201,
    errors=(*_STEERS, VotingClosedError, NotEntitledError, AlreadyVotedError),
)
async def record_vote(
    actor: StaffActor, dispute_id: UUID, motion_id: UUID, body: PaperVoteIn, deps: Deps
) -> AssemblyOut:
    standing, motion = await motions.record_vote(deps, actor, dispute_id, motion_id, body)
    return await assembly_views.one(deps, actor, standing, motion.assembly_id)


@endpoint(
    blueprint,
    "POST",
    _MOTION + "/close",
    audience="staff",
    returns=AssemblyOut,
    errors=(*_STEERS, VotingOpenError),
)
async def close_motion(actor: StaffActor, dispute_id: UUID, motion_id: UUID, deps: Deps) -> AssemblyOut:
    standing, motion = await motions.close(deps, actor, dispute_id, motion_id)
    return await assembly_views.one(deps, actor, standing, motion.assembly_id)


@endpoint(blueprint, "GET", _CASE + "/matters", audience="colleague", returns=MattersOut)
async def list_matters(actor: StaffActor, dispute_id: UUID, deps: Deps) -> MattersOut:
    return await matters.of_case(deps, await access.of_colleague(actor, dispute_id))


@endpoint(
    blueprint, "POST", _CASE + "/matters", audience="staff", body=MatterIn, returns=MattersOut, status=201,
    errors=_STEERS,
)  # fmt: skip
async def add_matter(actor: StaffActor, dispute_id: UUID, body: MatterIn, deps: Deps) -> MattersOut:
    return await matters.of_case(deps, await matters.add(deps, actor, dispute_id, body))


@endpoint(
    blueprint,
    "POST",
    _MATTER + "/updates",
    audience="colleague",
    body=ProgressIn,
    returns=MattersOut,
    status=201,
    errors=(*_STEERS, MatterSolvedError),
)
async def update_matter(
    actor: StaffActor, dispute_id: UUID, matter_id: UUID, body: ProgressIn, deps: Deps
) -> MattersOut:
    standing = await matters.update(deps, actor, dispute_id, matter_id, body.text)
    return await matters.of_case(deps, standing)


@endpoint(
    blueprint,
    "POST",
    _MATTER + "/solution",
    audience="colleague",
    body=ProofIn,
    returns=MattersOut,
    errors=(*_STEERS, MatterSolvedError),
)
async def solve_matter(actor: StaffActor, dispute_id: UUID, matter_id: UUID, body: ProofIn, deps: Deps) -> MattersOut:
    standing = await matters.update(deps, actor, dispute_id, matter_id, body.proof, solves=True)
    return await matters.of_case(deps, standing)


@endpoint(blueprint, "POST", _MATTER + "/shares", audience="staff", body=SharesIn, errors=_STEERS)
async def share_matter(actor: StaffActor, dispute_id: UUID, matter_id: UUID, body: SharesIn, deps: Deps) -> None:
    await matters.share(deps, actor, dispute_id, matter_id, body)
