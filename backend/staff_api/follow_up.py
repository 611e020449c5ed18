"""What became of an agreement: figures with their baselines, the follow-up on one page and as a picture."""

from uuid import UUID

from sanic import Blueprint
from sanic.response import HTTPResponse

from backend.accounts.actors import StaffActor
from backend.commitments import chart, follow_up, indicators
from backend.commitments.follow_up import FollowUpOut
from backend.commitments.indicators import AlreadyReadError, IndicatorIn, IndicatorsOut, ReadingIn, VoidReadingIn
from backend.core.deps import Deps
from backend.core.errors import RoleNotAllowedError
from backend.mediation import access
from backend.mediation.running import MediationNotOpenError
from backend.web.endpoint import endpoint

blueprint = Blueprint("staff_follow_up")

_CASE = "/disputes/{dispute_id}"
_INDICATORS = _CASE + "/indicators"
_READINGS = _INDICATORS + "/{indicator_id}/readings"
_STEERS = (RoleNotAllowedError, MediationNotOpenError)


@endpoint(blueprint, "GET", _INDICATORS, audience="colleague", returns=IndicatorsOut)
async def list_indicators(actor: StaffActor, dispute_id: UUID, deps: Deps) -> IndicatorsOut:
    return await indicators.of_case(deps, await access.of_colleague(actor, dispute_id))


@endpoint(
    blueprint,
    "POST",
    _INDICATORS,
    audience="staff",
    body=IndicatorIn,
    returns=IndicatorsOut,
    status=201,
    errors=_STEERS,
)
async def add_indicator(actor: StaffActor, dispute_id: UUID, body: IndicatorIn, deps: Deps) -> IndicatorsOut:
    return await indicators.of_case(deps, await indicators.add(deps, actor, dispute_id, body))


@endpoint(
    blueprint, "POST", _READINGS, audience="staff", body=ReadingIn, returns=IndicatorsOut, status=201,
    errors=(*_STEERS, AlreadyReadError),
)  # fmt: skip
async def read_indicator(
    actor: StaffActor, dispute_id: UUID, indicator_id: UUID, body: ReadingIn, *, deps: Deps
) -> IndicatorsOut:
    """In the indicator's own unit; one a day."""
    standing = await indicators.read(deps, actor, dispute_id, indicator_id, body)
    return await indicators.of_case(deps, standing)


@endpoint(
    blueprint, "POST", _READINGS + "/{reading_id}/void", audience="staff", body=VoidReadingIn, returns=IndicatorsOut,
    errors=_STEERS,
)  # fmt: skip
async def void_reading(
    actor: StaffActor, dispute_id: UUID, indicator_id: UUID, reading_id: UUID, *, body: VoidReadingIn, deps: Deps
) -> IndicatorsOut:
    standing = await indicators.void(deps, actor, dispute_id, (indicator_id, reading_id), body.reason)
    return await indicators.of_case(deps, standing)


@endpoint(blueprint, "GET", _CASE + "/follow-up", audience="colleague", returns=FollowUpOut)
async def get_follow_up(actor: StaffActor, dispute_id: UUID, deps: Deps) -> FollowUpOut:
    return await follow_up.of_case(deps, await access.of_colleague(actor, dispute_id))


@endpoint(blueprint, "GET", _CASE + "/follow-up/chart.svg", audience="colleague", produces="image/svg+xml")
async def get_follow_up_chart(actor: StaffActor, dispute_id: UUID, deps: Deps) -> HTTPResponse:
    shown = await follow_up.of_case(deps, await access.of_colleague(actor, dispute_id))
    return HTTPResponse(chart.svg(deps, shown), content_type="image/svg+xml", headers=chart.HEADERS)
