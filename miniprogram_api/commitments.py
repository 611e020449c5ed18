"""What was promised and what was done of it, on a party's phone."""

from uuid import UUID

from sanic import Blueprint, Request
from sanic.response import HTTPResponse

from backend.accounts.actors import ResidentActor
from backend.commitments import actions, lists, proofs, views
from backend.commitments.actions import ReportAnsweredError, ReportPlace, UrgedTodayError
from backend.commitments.lists import MyOpenOut, MyOpenQuery
from backend.commitments.schemas import AnswerIn, CommitmentOut, CommitmentsOut, ReportIn, WaiverIn
from backend.commitments.standing import CommitmentEndedError, NothingToKeepError
from backend.core.deps import Deps
from backend.core.errors import RoleNotAllowedError
from backend.core.schema import Page
from backend.disputes import looks
from backend.files.queries import FileNotShownError
from backend.mediation import access
from backend.web import files as web
from backend.web.endpoint import endpoint
from models import LookKind

blueprint = Blueprint("mini_commitments")

_ALL = "/disputes/{dispute_id}/commitments"
_ONE = _ALL + "/{commitment_id}"
_REFUSES = (RoleNotAllowedError, NothingToKeepError, CommitmentEndedError)


@endpoint(blueprint, "GET", "/commitments", audience="resident", query=MyOpenQuery, returns=Page[MyOpenOut])
async def list_what_is_owed(actor: ResidentActor, query: MyOpenQuery, deps: Deps) -> Page[MyOpenOut]:
    """By me and to me over all my cases, what is due first before the rest; what is kept is gone from it."""
    return await lists.of_resident(deps, actor, query)


@endpoint(blueprint, "GET", _ALL, audience="resident", returns=CommitmentsOut)
async def list_my_commitments(actor: ResidentActor, dispute_id: UUID, deps: Deps) -> CommitmentsOut:
    return await views.of_case(deps, actor, await access.of_resident(actor, dispute_id))


@endpoint(blueprint, "GET", _ONE, audience="resident", returns=CommitmentOut)
async def get_my_commitment(actor: ResidentActor, dispute_id: UUID, commitment_id: UUID, deps: Deps) -> CommitmentOut:
    return await views.one(deps, actor, await access.of_resident(actor, dispute_id), commitment_id)


@endpoint(
    blueprint, "POST", _ONE + "/reports", audience="resident", body=ReportIn, returns=CommitmentOut, status=201,
    errors=_REFUSES,
)  # fmt: skip
async def report_fulfilment(
    actor: ResidentActor, dispute_id: UUID, commitment_id: UUID, body: ReportIn, *, deps: Deps
) -> CommitmentOut:
    """Waits for the other side's answer; by whom it is owed to it is the answer."""
    standing = await access.of_resident(actor, dispute_id, lock=True)
    await actions.report(deps, actor, standing, commitment_id, body)
    return await views.one(deps, actor, standing, commitment_id)


@endpoint(
    blueprint, "POST", _ONE + "/reports/{report_id}/answer", audience="resident", body=AnswerIn,
    returns=CommitmentOut, errors=(*_REFUSES, ReportAnsweredError),
)  # fmt: skip
async def answer_fulfilment(
    actor: ResidentActor, dispute_id: UUID, commitment_id: UUID, report_id: UUID, *, body: AnswerIn, deps: Deps
) -> CommitmentOut:
    standing = await access.of_resident(actor, dispute_id, lock=True)
    await actions.answer(deps, actor, standing, ReportPlace(commitment_id, report_id), body)
    return await views.one(deps, actor, standing, commitment_id)


@endpoint(
    blueprint, "POST", _ONE + "/waiver", audience="resident", body=WaiverIn, returns=CommitmentOut, errors=_REFUSES
)
async def waive_commitment(
    actor: ResidentActor, dispute_id: UUID, commitment_id: UUID, body: WaiverIn, *, deps: Deps
) -> CommitmentOut:
    """By whom it is owed to."""
    standing = await access.of_resident(actor, dispute_id, lock=True)
    await actions.waive(deps, actor, standing, commitment_id, body.reason)
    return await views.one(deps, actor, standing, commitment_id)


@endpoint(
    blueprint, "POST", _ONE + "/urges", audience="resident", returns=CommitmentOut, status=201,
    errors=(*_REFUSES, UrgedTodayError),
)  # fmt: skip
async def ask_for_fulfilment(actor: ResidentActor, dispute_id: UUID, commitment_id: UUID, deps: Deps) -> CommitmentOut:
    """By whom it is owed to; once a day."""
    standing = await access.of_resident(actor, dispute_id, lock=True)
    await actions.urge(deps, actor, standing, commitment_id)
    return await views.one(deps, actor, standing, commitment_id)


@endpoint(blueprint, "GET", _ONE + "/files/{file_id}", audience="resident", errors=(FileNotShownError,), produces="*/*")
async def get_proof_of_fulfilment(
    request: Request, actor: ResidentActor, dispute_id: UUID, commitment_id: UUID, file_id: UUID, *, deps: Deps
) -> HTTPResponse:
    standing = await access.of_resident(actor, dispute_id)
    stored = await proofs.file_of(deps, standing, commitment_id, file_id)
    await looks.note(deps, actor, dispute_id, LookKind.FILE, stored.id)
    return await web.serve(request, deps, stored)
