"""What became of an agreement, on a party's phone."""

from uuid import UUID

from sanic import Blueprint
from sanic.response import HTTPResponse

from backend.accounts.actors import ResidentActor
from backend.commitments import chart, follow_up
from backend.commitments.follow_up import FollowUpOut
from backend.core.deps import Deps
from backend.mediation import access
from backend.web.endpoint import endpoint

blueprint = Blueprint("mini_follow_up")

_FOLLOW_UP = "/disputes/{dispute_id}/follow-up"


@endpoint(blueprint, "GET", _FOLLOW_UP, audience="resident", returns=FollowUpOut)
async def get_my_follow_up(actor: ResidentActor, dispute_id: UUID, deps: Deps) -> FollowUpOut:
    return await follow_up.of_case(deps, await access.of_resident(actor, dispute_id))


@endpoint(blueprint, "GET", _FOLLOW_UP + "/chart.svg", audience="resident", produces="image/svg+xml")
async def get_my_follow_up_chart(actor: ResidentActor, dispute_id: UUID, deps: Deps) -> HTTPResponse:
    shown = await follow_up.of_case(deps, await access.of_resident(actor, dispute_id))
    return HTTPResponse(chart.svg(deps, shown), content_type="image/svg+xml", headers=chart.HEADERS)
