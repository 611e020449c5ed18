from uuid import UUID

from sanic import Blueprint

from backend.accounts.actors import StaffActor
from backend.core.deps import Deps
from backend.core.errors import RoleNotAllowedError
from backend.core.schema import Page
from backend.mediation import legal_referral_views as views
from backend.mediation import legal_referrals
from backend.mediation.legal_referral_schemas import (
    AnswerIn,
    CaseReferralIn,
    ReferralOut,
    ReferralsQuery,
    SlipIn,
    WindowReferralIn,
)
from backend.mediation.legal_referrals import AlreadyReferredError, ReferralAnsweredError, ReferralNotAcceptedError
from backend.web.endpoint import endpoint

blueprint = Blueprint("staff_legal_referrals")

_OF_CASE = "/disputes/{dispute_id}/legal-referrals"
_ONE = "/legal-referrals/{referral_id}"


@endpoint(
    blueprint,
    "POST",
    _OF_CASE,
    audience="staff",
    body=CaseReferralIn,
    returns=ReferralOut,
    status=201,
    errors=(RoleNotAllowedError, AlreadyReferredError),
)
async def refer_party(actor: StaffActor, dispute_id: UUID, body: CaseReferralIn, deps: Deps) -> ReferralOut:
    referral = await legal_referrals.refer_party(deps, actor, dispute_id, body)
    return await views.one(deps, actor, referral.id)


@endpoint(blueprint, "GET", _OF_CASE, audience="colleague", returns=Page[ReferralOut])
async def list_referrals_of_case(actor: StaffActor, dispute_id: UUID, deps: Deps) -> Page[ReferralOut]:
    return await views.of_case(deps, actor, dispute_id)


@endpoint(
    blueprint,
    "POST",
    "/centers/{center_id}/legal-referrals",
    audience="staff",
    body=WindowReferralIn,
    returns=ReferralOut,
    status=201,
    errors=(RoleNotAllowedError,),
)
async def refer_visitor(actor: StaffActor, center_id: UUID, body: WindowReferralIn, deps: Deps) -> ReferralOut:
    referral = await legal_referrals.refer_visitor(deps, actor, center_id, body)
    return await views.one(deps, actor, referral.id)


@endpoint(
    blueprint,
    "GET",
    "/legal-referrals",
    audience="colleague",
    query=ReferralsQuery,
    returns=Page[ReferralOut],
    errors=(RoleNotAllowedError,),
)
async def list_referrals(actor: StaffActor, query: ReferralsQuery, deps: Deps) -> Page[ReferralOut]:
    return await views.queue(deps, actor, query)


@endpoint(blueprint, "GET", _ONE, audience="colleague", returns=ReferralOut, errors=(RoleNotAllowedError,))
async def get_referral(actor: StaffActor, referral_id: UUID, deps: Deps) -> ReferralOut:
    return await views.one(deps, actor, referral_id)


@endpoint(
    blueprint,
    "POST",
    _ONE + "/answer",
    audience="colleague",
    body=AnswerIn,
    returns=ReferralOut,
    errors=(ReferralAnsweredError,),
)
async def answer_referral(actor: StaffActor, referral_id: UUID, body: AnswerIn, deps: Deps) -> ReferralOut:
    _ = await legal_referrals.answer(deps, actor, referral_id, body)
    return await views.one(deps, actor, referral_id)


@endpoint(
    blueprint,
    "POST",
    _ONE + "/slip",
    audience="colleague",
    body=SlipIn,
    returns=ReferralOut,
    errors=(ReferralAnsweredError, ReferralNotAcceptedError),
)
async def return_referral_slip(actor: StaffActor, referral_id: UUID, body: SlipIn, deps: Deps) -> ReferralOut:
    _ = await legal_referrals.give_back(deps, actor, referral_id, body)
    return await views.one(deps, actor, referral_id)
