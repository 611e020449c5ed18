"""A side of many: those whom it has elected, and what each member says to them and to what they have reached."""

from uuid import UUID

from sanic import Blueprint

from backend.accounts.actors import StaffActor
from backend.casework import groups, queries
from backend.casework.groups import ElectionIn, MemberAnswerRecord
from backend.casework.views import CaseOut
from backend.core.deps import Deps
from backend.core.errors import RoleNotAllowedError
from backend.disputes.workflow import ActionNotAllowedError, StaleVersionError
from backend.web.endpoint import endpoint

blueprint = Blueprint("staff_groups")


@endpoint(
    blueprint,
    "POST",
    "/disputes/{dispute_id}/group-representatives",
    audience="staff",
    body=ElectionIn,
    returns=CaseOut,
    status=201,
    errors=(RoleNotAllowedError, StaleVersionError, ActionNotAllowedError),
)
async def elect_representatives(actor: StaffActor, dispute_id: UUID, body: ElectionIn, deps: Deps) -> CaseOut:
    return await queries.case_of(deps, actor, await groups.elect(deps, actor, dispute_id, body))


@endpoint(
    blueprint,
    "POST",
    "/disputes/{dispute_id}/parties/{party_id}/group-answers",
    audience="staff",
    body=MemberAnswerRecord,
    returns=CaseOut,
    status=201,
    errors=(RoleNotAllowedError, ActionNotAllowedError),
)
async def record_group_answer(
    actor: StaffActor, dispute_id: UUID, party_id: UUID, body: MemberAnswerRecord, deps: Deps
) -> CaseOut:
    dispute = await groups.record_answer(deps, actor, dispute_id, party_id, body)
    return await queries.case_of(deps, actor, dispute)
