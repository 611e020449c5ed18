"""What was promised and what was done of it, as the center follows it."""

from uuid import UUID

from sanic import Blueprint

from backend.accounts.actors import StaffActor
from backend.commitments import actions, lists, views
from backend.commitments.actions import ReportAnsweredError, ReportPlace, UrgedTodayError
from backend.commitments.lists import OpenOut, OpenQuery
from backend.commitments.schemas import (
    AnswerIn,
    CheckIn,
    CommitmentOut,
    CommitmentsOut,
    ConsentedWaiverIn,
    DueDateIn,
    ReportIn,
)
from backend.commitments.standing import CommitmentEndedError, NothingToKeepError
from backend.core.deps import Deps
from backend.core.errors import RoleNotAllowedError
from backend.core.schema import Page
from backend.mediation import access
from backend.web.endpoint import endpoint

blueprint = Blueprint("staff_commitments")

_ALL = "/disputes/{dispute_id}/commitments"
_ONE = _ALL + "/{commitment_id}"
_REFUSES = (RoleNotAllowedError, NothingToKeepError, CommitmentEndedError)


@endpoint(
    blueprint, "GET", "/commitments", audience="staff", query=OpenQuery, returns=Page[OpenOut],
    errors=(RoleNotAllowedError,),
)  # fmt: skip
async def list_open_commitments(actor: StaffActor, query: OpenQuery, deps: Deps) -> Page[OpenOut]:
    """Over all cases, what is due first before the rest; persons are masked."""
    return await lists.of_center(deps, actor, query)


@endpoint(blueprint, "GET", _ALL, audience="colleague", returns=CommitmentsOut)
async def list_commitments(actor: StaffActor, dispute_id: UUID, deps: Deps) -> CommitmentsOut:
    return await views.of_case(deps, actor, await access.of_colleague(actor, dispute_id))


@endpoint(blueprint, "GET", _ONE, audience="colleague", returns=CommitmentOut)
async def get_commitment(actor: StaffActor, dispute_id: UUID, commitment_id: UUID, deps: Deps) -> CommitmentOut:
    return await views.one(deps, actor, await access.of_colleague(actor, dispute_id), commitment_id)


@endpoint(
    blueprint, "POST", _ONE + "/reports", audience="staff", body=ReportIn, returns=CommitmentOut, status=201,
    errors=_REFUSES,
)  # fmt: skip
async def record_fulfilment(
    actor: StaffActor, dispute_id: UUID, commitment_id: UUID, body: ReportIn, *, deps: Deps
) -> CommitmentOut:
    """What staff write down counts at once."""
    standing = await access.of_colleague(actor, dispute_id, lock=True)
    await actions.report(deps, actor, standing, commitment_id, body)
    return await views.one(deps, actor, standing, commitment_id)


@endpoint(
    blueprint, "POST", _ONE + "/checks", audience="staff", body=CheckIn, returns=CommitmentOut, status=201,
    errors=_REFUSES,
)  # fmt: skip
async def check_standard(
    actor: StaffActor, dispute_id: UUID, commitment_id: UUID, body: CheckIn, *, deps: Deps
) -> CommitmentOut:
    """Only of a standard: it goes on until its date, whatever a check finds."""
    standing = await access.of_colleague(actor, dispute_id, lock=True)
    await actions.check(deps, actor, standing, commitment_id, body)
    return await views.one(deps, actor, standing, commitment_id)


@endpoint(
    blueprint, "POST", _ONE + "/reports/{report_id}/answer", audience="staff", body=AnswerIn, returns=CommitmentOut,
    errors=(*_REFUSES, ReportAnsweredError),
)  # fmt: skip
async def decide_on_fulfilment(
    actor: StaffActor, dispute_id: UUID, commitment_id: UUID, report_id: UUID, *, body: AnswerIn, deps: Deps
) -> CommitmentOut:
    """The mediator's or director's word, which counts before that of the other side."""
    standing = await access.of_colleague(actor, dispute_id, lock=True)
    await actions.answer(deps, actor, standing, ReportPlace(commitment_id, report_id), body)
    return await views.one(deps, actor, standing, commitment_id)


@endpoint(
    blueprint, "POST", _ONE + "/waiver", audience="staff", body=ConsentedWaiverIn, returns=CommitmentOut,
    errors=_REFUSES,
)  # fmt: skip
async def record_waiver(
    actor: StaffActor, dispute_id: UUID, commitment_id: UUID, body: ConsentedWaiverIn, *, deps: Deps
) -> CommitmentOut:
    standing = await access.of_colleague(actor, dispute_id, lock=True)
    await actions.waive(deps, actor, standing, commitment_id, body.reason)
    return await views.one(deps, actor, standing, commitment_id)


@endpoint(
    blueprint, "POST", _ONE + "/due-date", audience="staff", body=DueDateIn, returns=CommitmentOut, errors=_REFUSES
)
async def change_due_date(
    actor: StaffActor, dispute_id: UUID, commitment_id: UUID, body: DueDateIn, *, deps: Deps
) -> CommitmentOut:
    """Only with the consent of both sides."""
    standing = await access.of_colleague(actor, dispute_id, lock=True)
    await actions.move(deps, actor, standing, commitment_id, body)
    return await views.one(deps, actor, standing, commitment_id)


@endpoint(
    blueprint, "POST", _ONE + "/urges", audience="staff", returns=CommitmentOut, status=201,
    errors=(*_REFUSES, UrgedTodayError),
)  # fmt: skip
async def urge_fulfilment(actor: StaffActor, dispute_id: UUID, commitment_id: UUID, deps: Deps) -> CommitmentOut:
    """Beside the reminders that go by themselves; once a day."""
    standing = await access.of_colleague(actor, dispute_id, lock=True)
    await actions.urge(deps, actor, standing, commitment_id)
    return await views.one(deps, actor, standing, commitment_id)
