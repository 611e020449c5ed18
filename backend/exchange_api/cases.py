"""Cases that a partner has brought: by its number or ours; others do not exist."""

from sanic import Blueprint

from backend.accounts.actors import PartnerActor
from backend.casework.return_slips import NotEndedYetError, ReturnSlipOut
from backend.core.deps import Deps
from backend.disputes.actions import DisputeEndedError
from backend.exchange import cases, intake
from backend.exchange.cases import CaseStatusOut, RecordedOut, SupplementIn
from backend.exchange.intake import CaseIn, CaseReceived, NumberTakenError
from backend.web.endpoint import endpoint

blueprint = Blueprint("exchange_cases")


@endpoint(
    blueprint,
    "POST",
    "/cases",
    audience="partner",
    body=CaseIn,
    returns=CaseReceived,
    status=201,
    errors=(NumberTakenError,),
    idempotent=False,
)
async def refer_case(actor: PartnerActor, body: CaseIn, digest: str, deps: Deps) -> CaseReceived:
    """移送。 The partner's number is the key: the same number with the same body brings the first answer again, with
    another body 409. Codes without a mapping stop nothing: they stand in `unmapped`, and staff see to them."""
    return await intake.take_in(deps, actor, body, digest)


@endpoint(blueprint, "GET", "/cases/{number}", audience="partner", returns=CaseStatusOut)
async def get_case_status(actor: PartnerActor, number: str, deps: Deps) -> CaseStatusOut:
    """How far it is: accepted, refused with where to go instead, its outcome."""
    return await cases.status(deps, actor, number)


@endpoint(
    blueprint,
    "POST",
    "/cases/{number}/supplements",
    audience="partner",
    body=SupplementIn,
    returns=RecordedOut,
    status=201,
    errors=(DisputeEndedError,),
)
async def supplement_case(actor: PartnerActor, number: str, body: SupplementIn, deps: Deps) -> RecordedOut:
    """补充材料, read by the staff of the case."""
    return RecordedOut(at=await cases.supplement(deps, actor, number, body.text))


@endpoint(
    blueprint,
    "GET",
    "/cases/{number}/return-slip",
    audience="partner",
    returns=ReturnSlipOut,
    errors=(NotEndedYetError,),
)
async def get_return_slip(actor: PartnerActor, number: str, deps: Deps) -> ReturnSlipOut:
    """回执: what became of the case, to be filed on the partner's side."""
    return await cases.return_slip(deps, actor, number)


@endpoint(
    blueprint,
    "POST",
    "/cases/{number}/return-slip/receipt",
    audience="partner",
    returns=RecordedOut,
    status=201,
    errors=(NotEndedYetError,),
    idempotent=False,
)
async def sign_for_return_slip(actor: PartnerActor, number: str, deps: Deps) -> RecordedOut:
    """签收回执: the case is closed on the partner's side. A repetition changes nothing."""
    return RecordedOut(at=await cases.sign_for_slip(deps, actor, number))
