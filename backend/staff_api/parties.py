from uuid import UUID

from sanic import Blueprint

from backend.accounts.actors import StaffActor
from backend.casework import invitations, parties, queries, revealing, rights
from backend.casework.invitations import InvitationOut, InviteIn, IssuedInvitationOut, NotInvitableError
from backend.casework.parties import PartyAdd, PartyCorrection, PartyRemoval
from backend.casework.revealing import RevealedOut, RevealIn
from backend.casework.views import CaseOut
from backend.core.deps import Deps
from backend.core.errors import RoleNotAllowedError
from backend.core.schema import Page
from backend.disputes.workflow import StaleVersionError
from backend.sms.client import Sms
from backend.web.endpoint import endpoint

blueprint = Blueprint("staff_parties")

_PARTIES = "/disputes/{dispute_id}/parties"
_PARTY = _PARTIES + "/{party_id}"


@endpoint(
    blueprint,
    "POST",
    _PARTIES,
    audience="staff",
    body=PartyAdd,
    returns=CaseOut,
    status=201,
    errors=(RoleNotAllowedError, StaleVersionError),
)
async def add_party(actor: StaffActor, dispute_id: UUID, body: PartyAdd, deps: Deps) -> CaseOut:
    return await queries.case_of(deps, actor, await parties.add(deps, actor, dispute_id, body))


@endpoint(
    blueprint,
    "PUT",
    _PARTY,
    audience="staff",
    body=PartyCorrection,
    returns=CaseOut,
    errors=(RoleNotAllowedError, StaleVersionError),
)
async def correct_party(
    actor: StaffActor, dispute_id: UUID, party_id: UUID, body: PartyCorrection, deps: Deps
) -> CaseOut:
    return await queries.case_of(deps, actor, await parties.correct(deps, actor, dispute_id, party_id, body))


@endpoint(
    blueprint,
    "POST",
    _PARTY + "/removal",
    audience="staff",
    body=PartyRemoval,
    returns=CaseOut,
    errors=(RoleNotAllowedError, StaleVersionError),
)
async def remove_party(actor: StaffActor, dispute_id: UUID, party_id: UUID, body: PartyRemoval, deps: Deps) -> CaseOut:
    dispute = await parties.remove(deps, actor, dispute_id, party_id, body)
    return await queries.case_of(deps, actor, dispute)


@endpoint(
    blueprint,
    "POST",
    _PARTY + "/reveal",
    audience="staff",
    body=RevealIn,
    returns=RevealedOut,
    errors=(RoleNotAllowedError,),
)
async def reveal_numbers(
    actor: StaffActor, dispute_id: UUID, party_id: UUID, body: RevealIn, deps: Deps
) -> RevealedOut:
    return await revealing.reveal(deps, actor, dispute_id, party_id, body)


@endpoint(
    blueprint,
    "POST",
    _PARTY + "/rights-acknowledgement",
    audience="staff",
    returns=CaseOut,
    errors=(RoleNotAllowedError,),
)
async def record_rights_acknowledgement(actor: StaffActor, dispute_id: UUID, party_id: UUID, deps: Deps) -> CaseOut:
    return await queries.case_of(deps, actor, await rights.record_for(deps, actor, dispute_id, party_id))


@endpoint(
    blueprint,
    "POST",
    _PARTY + "/invitations",
    audience="staff",
    body=InviteIn,
    returns=IssuedInvitationOut,
    status=201,
    errors=(RoleNotAllowedError, NotInvitableError),
)
async def invite_party(
    actor: StaffActor, dispute_id: UUID, party_id: UUID, body: InviteIn, deps: Deps, *, sms: Sms
) -> IssuedInvitationOut:
    return await invitations.invite(deps, actor, dispute_id, party_id, by_text=body.by_text and sms.is_on)


@endpoint(blueprint, "GET", "/disputes/{dispute_id}/invitations", audience="staff", returns=Page[InvitationOut])
async def list_invitations(actor: StaffActor, dispute_id: UUID) -> Page[InvitationOut]:
    return Page[InvitationOut](items=await invitations.of_case(actor, dispute_id))


@endpoint(
    blueprint,
    "DELETE",
    "/disputes/{dispute_id}/invitations/{invitation_id}",
    audience="staff",
    errors=(RoleNotAllowedError,),
)
async def revoke_invitation(actor: StaffActor, dispute_id: UUID, invitation_id: UUID, deps: Deps) -> None:
    await invitations.revoke(deps, actor, dispute_id, invitation_id)
