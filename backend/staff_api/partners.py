"""Other systems, as the city's supervisor and administrator see them. Who they are is entered by command."""

from sanic import Blueprint

from backend.accounts.actors import StaffActor
from backend.core.deps import Deps
from backend.core.errors import RoleNotAllowedError
from backend.core.schema import Page, PageQuery
from backend.exchange import partners, standing
from backend.exchange.schemas import DeadEventOut, DeadLettersIn, PartnerListOut, SettledOut, UnknownCodeOut
from backend.web.endpoint import endpoint

blueprint = Blueprint("staff_partners")

_DEAD = "/partners/{code}/dead-letters"


@endpoint(blueprint, "GET", "/partners", audience="staff", returns=PartnerListOut, errors=(RoleNotAllowedError,))
async def list_partners(actor: StaffActor) -> PartnerListOut:
    """Each with what waits for it and what was given up."""
    return PartnerListOut(items=await standing.for_staff(actor))


@endpoint(
    blueprint, "GET", _DEAD, audience="staff", query=PageQuery, returns=Page[DeadEventOut],
    errors=(RoleNotAllowedError,),
)  # fmt: skip
async def list_dead_letters(actor: StaffActor, code: str, query: PageQuery) -> Page[DeadEventOut]:
    """Events given up: refused for good, or failing for days. Each holds up its case there."""
    return await standing.dead_events(actor, code, query)


@endpoint(
    blueprint, "POST", _DEAD + "/resend", audience="staff", body=DeadLettersIn, returns=SettledOut,
    errors=(RoleNotAllowedError,),
)  # fmt: skip
async def resend_dead_letters(actor: StaffActor, code: str, body: DeadLettersIn, deps: Deps) -> SettledOut:
    """They go out again with the ids they had; what waits behind them follows."""
    partner = await standing.one(actor, code)
    return SettledOut(events=await partners.send_dead_again(deps, partner, body.sequences))


@endpoint(
    blueprint, "POST", _DEAD + "/skip", audience="staff", body=DeadLettersIn, returns=SettledOut,
    errors=(RoleNotAllowedError,),
)  # fmt: skip
async def skip_dead_letters(actor: StaffActor, code: str, body: DeadLettersIn, deps: Deps) -> SettledOut:
    """Their cases go on without them."""
    partner = await standing.one(actor, code)
    return SettledOut(events=await partners.skip_dead(deps, partner, body.sequences))


@endpoint(
    blueprint, "GET", "/partners/{code}/unknown-codes", audience="staff", query=PageQuery, returns=Page[UnknownCodeOut],
    errors=(RoleNotAllowedError,),
)  # fmt: skip
async def list_unknown_codes(actor: StaffActor, code: str, query: PageQuery) -> Page[UnknownCodeOut]:
    """Work list: ours went out marked as unmapped, theirs came in. `hejie partner map` settles them."""
    return await standing.unknown_codes(actor, code, query)
