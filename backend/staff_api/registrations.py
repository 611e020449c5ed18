"""The window: a case is written down, its receipt printed, its claim code handed out, its return slip sent."""

from uuid import UUID

from sanic import Blueprint
from sanic.response import HTTPResponse

from backend.accounts.actors import StaffActor
from backend.casework import claims, queries, receipts, registration, representations, return_slips
from backend.casework.claims import AlreadyClaimedError
from backend.casework.registration import DoorIn, RegistrationIn
from backend.casework.representations import RepresentationAdd
from backend.casework.return_slips import NotEndedYetError, ReturnSlipOut
from backend.casework.views import CaseOut
from backend.core.deps import Deps
from backend.core.errors import RoleNotAllowedError
from backend.core.schema import In, Moment, Out, Text
from backend.disputes.schemas import ReceiptOut
from backend.web.endpoint import endpoint
from backend.web.paper import paper

blueprint = Blueprint("staff_registrations")


class RegisteredOut(CaseOut):
    claim_code: str
    claim_expires_at: Moment
    receipt: ReceiptOut
    receipt_html: str
    """For A4 and 80 mm paper alike, with the claim code on a stub to tear off."""


class ClaimCodeOut(Out):
    claim_code: str
    claim_expires_at: Moment
    receipt_html: str


class EndIn(In):
    reason: Text


@endpoint(
    blueprint,
    "POST",
    "/disputes",
    audience="staff",
    body=RegistrationIn,
    returns=RegisteredOut,
    status=201,
    errors=(RoleNotAllowedError,),
)
async def register(actor: StaffActor, body: RegistrationIn, deps: Deps) -> RegisteredOut:
    dispute = await registration.register(deps, actor, body)
    claim = await claims.issue(deps, actor, dispute)
    case, receipt = await queries.case(deps, actor, dispute.id), await receipts.for_staff(deps, actor, dispute.id)
    return RegisteredOut(
        **dict(case),
        claim_code=claim.code,
        claim_expires_at=claim.expires_at,
        receipt=receipt,
        receipt_html=receipts.page(receipt, claim),
    )


@endpoint(
    blueprint,
    "PUT",
    "/disputes/{dispute_id}/registration",
    audience="staff",
    body=DoorIn,
    returns=CaseOut,
    errors=(RoleNotAllowedError,),
)
async def complete_registration(actor: StaffActor, dispute_id: UUID, body: DoorIn, deps: Deps) -> CaseOut:
    dispute = await registration.complete(deps, actor, dispute_id, body)
    return await queries.case_of(deps, actor, dispute)


@endpoint(blueprint, "GET", "/disputes/{dispute_id}/receipt", audience="staff", returns=ReceiptOut)
async def get_case_receipt(actor: StaffActor, dispute_id: UUID, deps: Deps) -> ReceiptOut:
    return await receipts.for_staff(deps, actor, dispute_id)


@endpoint(blueprint, "GET", "/disputes/{dispute_id}/receipt.html", audience="staff", produces="text/html")
async def print_case_receipt(actor: StaffActor, dispute_id: UUID, deps: Deps) -> HTTPResponse:
    receipt = await receipts.for_staff(deps, actor, dispute_id)
    return paper(receipts.page(receipt))


@endpoint(
    blueprint,
    "POST",
    "/disputes/{dispute_id}/claim-codes",
    audience="staff",
    returns=ClaimCodeOut,
    status=201,
    errors=(RoleNotAllowedError, AlreadyClaimedError),
)
async def issue_claim_code(actor: StaffActor, dispute_id: UUID, deps: Deps) -> ClaimCodeOut:
    claim = await claims.issue_again(deps, actor, dispute_id)
    receipt = await receipts.for_staff(deps, actor, dispute_id)
    page = receipts.page(receipt, claim)
    return ClaimCodeOut(claim_code=claim.code, claim_expires_at=claim.expires_at, receipt_html=page)


@endpoint(
    blueprint,
    "GET",
    "/disputes/{dispute_id}/return-slip",
    audience="staff",
    returns=ReturnSlipOut,
    errors=(NotEndedYetError,),
)
async def get_return_slip(actor: StaffActor, dispute_id: UUID, deps: Deps) -> ReturnSlipOut:
    return await return_slips.read(deps, actor, dispute_id)


@endpoint(
    blueprint,
    "POST",
    "/disputes/{dispute_id}/representations",
    audience="staff",
    body=RepresentationAdd,
    returns=CaseOut,
    status=201,
    errors=(RoleNotAllowedError,),
)
async def add_representation(actor: StaffActor, dispute_id: UUID, body: RepresentationAdd, deps: Deps) -> CaseOut:
    dispute = await representations.add(deps, actor, dispute_id, body)
    return await queries.case_of(deps, actor, dispute)


@endpoint(
    blueprint,
    "POST",
    "/disputes/{dispute_id}/representations/{representation_id}/revocation",
    audience="staff",
    body=EndIn,
    returns=CaseOut,
    errors=(RoleNotAllowedError,),
)
async def end_representation(
    actor: StaffActor, dispute_id: UUID, representation_id: UUID, body: EndIn, deps: Deps
) -> CaseOut:
    dispute = await representations.end(deps, actor, dispute_id, representation_id, body.reason)
    return await queries.case_of(deps, actor, dispute)
