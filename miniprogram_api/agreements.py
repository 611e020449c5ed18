"""Agreements as a party reads, comments and signs them."""

from uuid import UUID

from sanic import Blueprint

from backend.accounts.actors import ResidentActor
from backend.agreements import drafting, parcels, signing, views
from backend.agreements.errors import (
    AgreementEndedError,
    AlreadySignedError,
    AuthorityNeededError,
    ContentMismatchError,
    GuardianSignsError,
    IdentityUnverifiedError,
    NotAgreedYetError,
    NotFinalError,
    PeopleChangedError,
    ScreenForbiddenError,
    TrackingKnownError,
    VersionSupersededError,
)
from backend.agreements.schemas import AgreementBrief, AgreementOut, CommentIn, CommentOut, ParcelIn, PhoneSignatureIn
from backend.core.deps import Deps
from backend.core.errors import RoleNotAllowedError
from backend.core.schema import Page, PageQuery
from backend.mediation.acts import PartyLeftError
from backend.mediation.running import MediationNotOpenError, MediationRestsError
from backend.web.endpoint import endpoint

blueprint = Blueprint("mini_agreements")

_CASE = "/disputes/{dispute_id}/agreements"
_ONE = _CASE + "/{agreement_id}"
_NOT_NOW = (RoleNotAllowedError, MediationNotOpenError, MediationRestsError, PartyLeftError)


@endpoint(blueprint, "GET", _CASE, audience="resident", query=PageQuery, returns=Page[AgreementBrief])
async def list_own_agreements(
    actor: ResidentActor, dispute_id: UUID, query: PageQuery, deps: Deps
) -> Page[AgreementBrief]:
    return await views.page(deps, actor, dispute_id, query)


@endpoint(blueprint, "GET", _ONE, audience="resident", returns=AgreementOut)
async def get_own_agreement(actor: ResidentActor, dispute_id: UUID, agreement_id: UUID, deps: Deps) -> AgreementOut:
    return await views.get(deps, actor, dispute_id, agreement_id)


@endpoint(blueprint, "GET", _ONE + "/comments", audience="resident", query=PageQuery, returns=Page[CommentOut])
async def list_own_agreement_comments(
    actor: ResidentActor, dispute_id: UUID, agreement_id: UUID, query: PageQuery, deps: Deps
) -> Page[CommentOut]:
    return await views.comments(deps, actor, dispute_id, agreement_id, query)


@endpoint(
    blueprint,
    "POST",
    _ONE + "/comments",
    audience="resident",
    body=CommentIn,
    returns=AgreementOut,
    status=201,
    errors=(*_NOT_NOW, AgreementEndedError, VersionSupersededError),
)
async def comment_on_agreement(
    actor: ResidentActor, dispute_id: UUID, agreement_id: UUID, body: CommentIn, deps: Deps
) -> AgreementOut:
    _ = await drafting.comment(deps, actor, dispute_id, agreement_id, body)
    return await views.get(deps, actor, dispute_id, agreement_id)


@endpoint(
    blueprint,
    "POST",
    _ONE + "/signatures",
    audience="resident",
    body=PhoneSignatureIn,
    returns=AgreementOut,
    status=201,
    errors=(
        RoleNotAllowedError,
        MediationNotOpenError,
        MediationRestsError,
        NotAgreedYetError,
        AgreementEndedError,
        NotFinalError,
        VersionSupersededError,
        ContentMismatchError,
        PeopleChangedError,
        ScreenForbiddenError,
        GuardianSignsError,
        AuthorityNeededError,
        IdentityUnverifiedError,
        AlreadySignedError,
    ),
)
async def sign_agreement(
    actor: ResidentActor, dispute_id: UUID, agreement_id: UUID, body: PhoneSignatureIn, deps: Deps
) -> AgreementOut:
    _ = await signing.sign_by_phone(deps, actor, dispute_id, agreement_id, body)
    return await views.get(deps, actor, dispute_id, agreement_id)


@endpoint(
    blueprint,
    "POST",
    _ONE + "/parcels",
    audience="resident",
    body=ParcelIn,
    returns=AgreementOut,
    status=201,
    errors=(RoleNotAllowedError, PartyLeftError, NotFinalError, TrackingKnownError),
)
async def send_agreement_back(
    actor: ResidentActor, dispute_id: UUID, agreement_id: UUID, body: ParcelIn, deps: Deps
) -> AgreementOut:
    _ = await parcels.send(deps, actor, dispute_id, agreement_id, body)
    return await views.get(deps, actor, dispute_id, agreement_id)
