from uuid import UUID

from sanic import Blueprint, Request

from backend.accounts.actors import ResidentActor
from backend.appointments import queries, waiting
from backend.appointments.errors import AlreadyBookedError, OfferGoneError, PlacesFreeError
from backend.appointments.schemas import AppointmentOut, WaitIn, WaitOut, WaitsOut
from backend.core.deps import Deps
from backend.disputes.actions import DisputeEndedError
from backend.web.endpoint import endpoint
from miniprogram_api.appointments import REFUSALS, placeholders_open

blueprint = Blueprint("mini_waiting")


@endpoint(
    blueprint,
    "POST",
    "/disputes/{dispute_id}/waiting",
    audience="resident",
    body=WaitIn,
    returns=WaitOut,
    status=201,
    errors=(AlreadyBookedError, PlacesFreeError, DisputeEndedError),
)
async def wait_for_place(actor: ResidentActor, dispute_id: UUID, body: WaitIn, deps: Deps, request: Request) -> WaitOut:
    entry = await waiting.wait(deps, actor, dispute_id, body, placeholders_open=placeholders_open(request))
    return await waiting.shown(deps, entry)


@endpoint(blueprint, "GET", "/waiting", audience="resident", returns=WaitsOut)
async def list_waiting(actor: ResidentActor, deps: Deps) -> WaitsOut:
    return WaitsOut(items=[await waiting.shown(deps, each) for each in await waiting.of_resident(actor)])


@endpoint(
    blueprint,
    "POST",
    "/waiting/{entry_id}/acceptance",
    audience="resident",
    returns=AppointmentOut,
    status=201,
    errors=(OfferGoneError, *REFUSALS),
)
async def accept_offer(actor: ResidentActor, entry_id: UUID, deps: Deps) -> AppointmentOut:
    appointment = await waiting.accept(deps, actor, entry_id)
    return await queries.own(deps, actor, appointment)


@endpoint(blueprint, "DELETE", "/waiting/{entry_id}", audience="resident", status=204)
async def stop_waiting(actor: ResidentActor, entry_id: UUID, deps: Deps) -> None:
    await waiting.leave(deps, actor, entry_id)
