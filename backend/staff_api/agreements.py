"""Agreements from the draft to their effect, as the mediator and the center see to them."""

from uuid import UUID

from sanic import Blueprint

from backend.accounts.actors import StaffActor
from backend.agreements import copies, drafting, parcels, signing, views
from backend.agreements.errors import (
    AgreementEndedError,
    AgreementOpenError,
    AlreadySignedError,
    ContentMismatchError,
    CopyReceivedError,
    GuardianSignsError,
    NotAgreedYetError,
    NotFinalError,
    ParcelArrivedError,
    PeopleChangedError,
    ScreenForbiddenError,
    TrackingKnownError,
    VersionSupersededError,
)
from backend.agreements.schemas import (
    AgreementBrief,
    AgreementOut,
    ArrivalIn,
    CommentIn,
    CommentOut,
    CopyIn,
    DraftIn,
    FinalIn,
    ParcelIn,
    RevisionIn,
    SharesIn,
    SignatureIn,
    VersionOut,
    VoidIn,
)
from backend.core.deps import Deps
from backend.core.errors import RoleNotAllowedError
from backend.core.schema import Page, PageQuery
from backend.mediation.acts import PartyLeftError
from backend.mediation.running import MediationNotOpenError, MediationRestsError
from backend.web.endpoint import endpoint

blueprint = Blueprint("staff_agreements")

_CASE = "/disputes/{dispute_id}/agreements"
_ONE = _CASE + "/{agreement_id}"
_NOT_NOW = (RoleNotAllowedError, MediationNotOpenError, MediationRestsError)
_CLOSED = (*_NOT_NOW, AgreementEndedError, VersionSupersededError)


@endpoint(blueprint, "GET", _CASE, audience="colleague", query=PageQuery, returns=Page[AgreementBrief])
async def list_agreements(actor: StaffActor, dispute_id: UUID, query: PageQuery, deps: Deps) -> Page[AgreementBrief]:
    return await views.page(deps, actor, dispute_id, query)


@endpoint(
    blueprint,
    "POST",
    _CASE,
    audience="staff",
    body=DraftIn,
    returns=AgreementOut,
    status=201,
    errors=(*_NOT_NOW, AgreementOpenError),
)
async def draft_agreement(actor: StaffActor, dispute_id: UUID, body: DraftIn, deps: Deps) -> AgreementOut:
    agreement = await drafting.draft(deps, actor, dispute_id, body)
    return await views.get(deps, actor, dispute_id, agreement.id)


@endpoint(blueprint, "GET", _ONE, audience="colleague", returns=AgreementOut)
async def get_agreement(actor: StaffActor, dispute_id: UUID, agreement_id: UUID, deps: Deps) -> AgreementOut:
    return await views.get(deps, actor, dispute_id, agreement_id)


@endpoint(blueprint, "GET", _ONE + "/versions", audience="colleague", query=PageQuery, returns=Page[VersionOut])
async def list_agreement_versions(
    actor: StaffActor, dispute_id: UUID, agreement_id: UUID, query: PageQuery, deps: Deps
) -> Page[VersionOut]:
    return await views.versions(deps, actor, dispute_id, agreement_id, query)


@endpoint(blueprint, "PUT", _ONE, audience="staff", body=RevisionIn, returns=AgreementOut, errors=_CLOSED)
async def revise_agreement(
    actor: StaffActor, dispute_id: UUID, agreement_id: UUID, body: RevisionIn, deps: Deps
) -> AgreementOut:
    _ = await drafting.revise(deps, actor, dispute_id, agreement_id, body)
    return await views.get(deps, actor, dispute_id, agreement_id)


@endpoint(blueprint, "POST", _ONE + "/final", audience="staff", body=FinalIn, returns=AgreementOut, errors=_CLOSED)
async def finalize_agreement(
    actor: StaffActor, dispute_id: UUID, agreement_id: UUID, body: FinalIn, deps: Deps
) -> AgreementOut:
    _ = await drafting.finalize(deps, actor, dispute_id, agreement_id, body)
    return await views.get(deps, actor, dispute_id, agreement_id)


@endpoint(
    blueprint,
    "POST",
    _ONE + "/void",
    audience="staff",
    body=VoidIn,
    returns=AgreementOut,
    errors=(*_NOT_NOW, AgreementEndedError),
)
async def void_agreement(
    actor: StaffActor, dispute_id: UUID, agreement_id: UUID, body: VoidIn, deps: Deps
) -> AgreementOut:
    _ = await drafting.void(deps, actor, dispute_id, agreement_id, body.reason)
    return await views.get(deps, actor, dispute_id, agreement_id)


@endpoint(
    blueprint,
    "POST",
    _ONE + "/shares",
    audience="staff",
    body=SharesIn,
    returns=AgreementOut,
    errors=(RoleNotAllowedError,),
)
async def show_agreement(
    actor: StaffActor, dispute_id: UUID, agreement_id: UUID, body: SharesIn, deps: Deps
) -> AgreementOut:
    _ = await drafting.show(deps, actor, dispute_id, agreement_id, body)
    return await views.get(deps, actor, dispute_id, agreement_id)


@endpoint(blueprint, "GET", _ONE + "/comments", audience="colleague", query=PageQuery, returns=Page[CommentOut])
async def list_agreement_comments(
    actor: StaffActor, dispute_id: UUID, agreement_id: UUID, query: PageQuery, deps: Deps
) -> Page[CommentOut]:
    return await views.comments(deps, actor, dispute_id, agreement_id, query)


@endpoint(
    blueprint,
    "POST",
    _ONE + "/comments",
    audience="staff",
    body=CommentIn,
    returns=AgreementOut,
    status=201,
    errors=(*_CLOSED, PartyLeftError),
)
async def record_agreement_comment(
    actor: StaffActor, dispute_id: UUID, agreement_id: UUID, body: CommentIn, deps: Deps
) -> AgreementOut:
    _ = await drafting.comment(deps, actor, dispute_id, agreement_id, body)
    return await views.get(deps, actor, dispute_id, agreement_id)


@endpoint(
    blueprint,
    "POST",
    _ONE + "/signatures",
    audience="staff",
    body=SignatureIn,
    returns=AgreementOut,
    status=201,
    errors=(
        *_CLOSED,
        NotAgreedYetError,
        NotFinalError,
        ContentMismatchError,
        PeopleChangedError,
        ScreenForbiddenError,
        GuardianSignsError,
        AlreadySignedError,
    ),
)
async def record_signature(
    actor: StaffActor, dispute_id: UUID, agreement_id: UUID, body: SignatureIn, deps: Deps
) -> AgreementOut:
    _ = await signing.sign_at_center(deps, actor, dispute_id, agreement_id, body)
    return await views.get(deps, actor, dispute_id, agreement_id)


@endpoint(
    blueprint,
    "POST",
    _ONE + "/parcels",
    audience="staff",
    body=ParcelIn,
    returns=AgreementOut,
    status=201,
    errors=(RoleNotAllowedError, NotFinalError, TrackingKnownError),
)
async def record_parcel(
    actor: StaffActor, dispute_id: UUID, agreement_id: UUID, body: ParcelIn, deps: Deps
) -> AgreementOut:
    _ = await parcels.send(deps, actor, dispute_id, agreement_id, body)
    return await views.get(deps, actor, dispute_id, agreement_id)


@endpoint(
    blueprint,
    "POST",
    _ONE + "/parcels/{parcel_id}/arrival",
    audience="staff",
    body=ArrivalIn,
    returns=AgreementOut,
    errors=(RoleNotAllowedError, ParcelArrivedError),
)
async def record_parcel_arrival(
    actor: StaffActor, dispute_id: UUID, agreement_id: UUID, *, parcel_id: UUID, body: ArrivalIn, deps: Deps
) -> AgreementOut:
    _ = await parcels.arrived(deps, actor, dispute_id, agreement_id, parcel_id=parcel_id, fields=body)
    return await views.get(deps, actor, dispute_id, agreement_id)


@endpoint(
    blueprint,
    "POST",
    _ONE + "/copies",
    audience="staff",
    body=CopyIn,
    returns=AgreementOut,
    status=201,
    errors=(RoleNotAllowedError, NotFinalError, CopyReceivedError),
)
async def hand_over_copy(
    actor: StaffActor, dispute_id: UUID, agreement_id: UUID, body: CopyIn, deps: Deps
) -> AgreementOut:
    _ = await copies.hand_over(deps, actor, dispute_id, agreement_id, body)
    return await views.get(deps, actor, dispute_id, agreement_id)
