"""Questions to experts, and what they answer."""

from uuid import UUID

from sanic import Blueprint

from backend.accounts.actors import StaffActor
from backend.core.deps import Deps
from backend.core.errors import RoleNotAllowedError
from backend.core.schema import Page
from backend.mediation import access, consultations, opinions
from backend.mediation.consultation_schemas import (
    AskedOut,
    ConsultationIn,
    ConsultationOut,
    ExpertAnswerIn,
    MaterialsIn,
    OpinionIn,
)
from backend.mediation.consultations import AnsweredError, NoOpinionYetError
from backend.mediation.evidence_schemas import SharesIn
from backend.mediation.opinions import OpinionFinalError
from backend.mediation.running import MediationNotOpenError
from backend.web.endpoint import endpoint

blueprint = Blueprint("staff_consultations")

_ASKED = "/disputes/{dispute_id}/consultations"
_ONE = _ASKED + "/{consultation_id}"


@endpoint(
    blueprint,
    "GET",
    _ASKED,
    audience="colleague",
    returns=Page[ConsultationOut],
)
async def list_consultations(actor: StaffActor, dispute_id: UUID, deps: Deps) -> Page[ConsultationOut]:
    standing = await access.of_colleague(actor, dispute_id)
    return Page[ConsultationOut](items=await opinions.of_case(deps, standing))


@endpoint(
    blueprint,
    "GET",
    _ONE,
    audience="colleague",
    returns=ConsultationOut,
)
async def get_consultation(actor: StaffActor, dispute_id: UUID, consultation_id: UUID, deps: Deps) -> ConsultationOut:
    standing = await access.of_colleague(actor, dispute_id)
    return await opinions.one(deps, standing, consultation_id)


@endpoint(blueprint, "GET", "/consultations", audience="colleague", returns=Page[AskedOut])
async def list_questions_to_me(actor: StaffActor, deps: Deps) -> Page[AskedOut]:
    """For experts: what they were asked, answered or not."""
    return Page[AskedOut](items=await opinions.asked_of(deps, actor))


@endpoint(
    blueprint,
    "POST",
    "/consultations/{consultation_id}/answer",
    audience="colleague",
    body=ExpertAnswerIn,
    returns=Page[AskedOut],
    errors=(AnsweredError, MediationNotOpenError),
)
async def answer_consultation(
    actor: StaffActor, consultation_id: UUID, body: ExpertAnswerIn, deps: Deps
) -> Page[AskedOut]:
    await consultations.answer(deps, actor, consultation_id, body)
    return Page[AskedOut](items=await opinions.asked_of(deps, actor))


@endpoint(
    blueprint,
    "POST",
    _ASKED,
    audience="staff",
    body=ConsultationIn,
    returns=ConsultationOut,
    status=201,
    errors=(
        RoleNotAllowedError,
        MediationNotOpenError,
    ),
)
async def ask_experts(actor: StaffActor, dispute_id: UUID, body: ConsultationIn, deps: Deps) -> ConsultationOut:
    standing = await access.of_colleague(actor, dispute_id, lock=True)
    asked = await consultations.ask(deps, actor, standing, body)
    return await opinions.one(deps, standing, asked.id)


@endpoint(
    blueprint,
    "POST",
    _ONE + "/materials",
    audience="staff",
    body=MaterialsIn,
    returns=ConsultationOut,
    errors=(
        RoleNotAllowedError,
        MediationNotOpenError,
    ),
)
async def add_materials(
    actor: StaffActor, dispute_id: UUID, consultation_id: UUID, body: MaterialsIn, deps: Deps
) -> ConsultationOut:
    standing = await access.of_colleague(actor, dispute_id, lock=True)
    await consultations.add_materials(deps, actor, standing, consultation_id, body.item_ids)
    return await opinions.one(deps, standing, consultation_id)


@endpoint(
    blueprint,
    "POST",
    _ONE + "/shares",
    audience="staff",
    body=SharesIn,
    returns=ConsultationOut,
    errors=(
        RoleNotAllowedError,
        MediationNotOpenError,
        NoOpinionYetError,
    ),
)
async def show_consultation(
    actor: StaffActor, dispute_id: UUID, consultation_id: UUID, body: SharesIn, deps: Deps
) -> ConsultationOut:
    standing = await access.of_colleague(actor, dispute_id, lock=True)
    await consultations.show(deps, actor, standing, consultation_id, body.to)
    return await opinions.one(deps, standing, consultation_id)


@endpoint(
    blueprint,
    "POST",
    _ONE + "/opinions",
    audience="colleague",
    body=OpinionIn,
    returns=ConsultationOut,
    status=201,
    errors=(
        RoleNotAllowedError,
        MediationNotOpenError,
        OpinionFinalError,
    ),
)
async def write_opinion(
    actor: StaffActor, dispute_id: UUID, consultation_id: UUID, body: OpinionIn, deps: Deps
) -> ConsultationOut:
    standing = await access.of_colleague(actor, dispute_id, lock=True)
    await opinions.write(deps, actor, standing, consultation_id, body)
    return await opinions.one(deps, standing, consultation_id)
