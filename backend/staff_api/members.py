"""Who takes part beside the parties, and what organizations are asked to do."""

from uuid import UUID

from sanic import Blueprint

from backend.accounts.actors import StaffActor
from backend.core.deps import Deps
from backend.core.errors import RoleNotAllowedError
from backend.core.schema import In, Page, Text
from backend.mediation import access, answers, committees, invited_persons, member_tokens, member_views, members, tasks
from backend.mediation.answers import AskedOut, AskedQuery, InvitationAnsweredError
from backend.mediation.committees import CommitteeIn, CommitteeOut, ReseatIn
from backend.mediation.invited_persons import (
    ConsentGivenError,
    ConsentsMissingError,
    NotInvitedNowError,
    RecordedConsentIn,
)
from backend.mediation.member_tokens import IssuedTokenOut, TokenOut
from backend.mediation.member_views import MemberOut
from backend.mediation.members import AlreadyAskedError, MemberEndedError, MemberIn
from backend.mediation.running import MediationNotOpenError
from backend.mediation.tasks import TaskClosedError, TaskIn, TaskOut
from backend.web.endpoint import endpoint

blueprint = Blueprint("staff_members")

_CASE = "/disputes/{dispute_id}"
_MEMBERS = _CASE + "/members"
_MEMBER = _MEMBERS + "/{member_id}"
_TASK = _CASE + "/tasks/{task_id}"
_STEERS = (RoleNotAllowedError, MediationNotOpenError)


class ReasonIn(In):
    reason: Text


class ReportIn(In):
    text: Text


@endpoint(blueprint, "GET", _MEMBERS, audience="colleague", returns=Page[MemberOut])
async def list_members(actor: StaffActor, dispute_id: UUID, deps: Deps) -> Page[MemberOut]:
    return await member_views.of_case(deps, await access.of_colleague(actor, dispute_id))


@endpoint(
    blueprint,
    "POST",
    _MEMBERS,
    audience="colleague",
    body=MemberIn,
    returns=Page[MemberOut],
    status=201,
    errors=(*_STEERS, AlreadyAskedError),
)
async def invite_member(actor: StaffActor, dispute_id: UUID, body: MemberIn, deps: Deps) -> Page[MemberOut]:
    return await member_views.of_case(deps, await members.invite(deps, actor, dispute_id, body))


@endpoint(
    blueprint,
    "POST",
    _MEMBER + "/end",
    audience="colleague",
    body=ReasonIn,
    errors=(RoleNotAllowedError, MemberEndedError),
)
async def end_membership(actor: StaffActor, dispute_id: UUID, member_id: UUID, body: ReasonIn, deps: Deps) -> None:
    await members.end(deps, actor, dispute_id, member_id, body.reason)


@endpoint(
    blueprint,
    "POST",
    _MEMBER + "/consents",
    audience="staff",
    body=RecordedConsentIn,
    returns=Page[MemberOut],
    status=201,
    errors=(*_STEERS, NotInvitedNowError, ConsentGivenError),
)
async def record_member_consent(
    actor: StaffActor, dispute_id: UUID, member_id: UUID, body: RecordedConsentIn, deps: Deps
) -> Page[MemberOut]:
    standing = await invited_persons.record_consent(deps, actor, dispute_id, member_id, body)
    return await member_views.of_case(deps, standing)


@endpoint(
    blueprint,
    "POST",
    _MEMBER + "/token",
    audience="staff",
    returns=IssuedTokenOut,
    status=201,
    errors=(*_STEERS, NotInvitedNowError, ConsentsMissingError),
)
async def issue_member_token(actor: StaffActor, dispute_id: UUID, member_id: UUID, deps: Deps) -> IssuedTokenOut:
    return await invited_persons.issue_token(deps, actor, dispute_id, member_id)


@endpoint(
    blueprint,
    "POST",
    _MEMBER + "/admission",
    audience="staff",
    returns=Page[MemberOut],
    errors=(*_STEERS, NotInvitedNowError, ConsentsMissingError),
)
async def admit_member(actor: StaffActor, dispute_id: UUID, member_id: UUID, deps: Deps) -> Page[MemberOut]:
    """An invited person without a phone."""
    return await member_views.of_case(deps, await invited_persons.admit(deps, actor, dispute_id, member_id))


@endpoint(
    blueprint,
    "POST",
    _CASE + "/follower-codes",
    audience="staff",
    returns=IssuedTokenOut,
    status=201,
    errors=_STEERS,
)
async def issue_follower_code(actor: StaffActor, dispute_id: UUID, deps: Deps) -> IssuedTokenOut:
    return await member_tokens.issue_follower_code(deps, actor, dispute_id)


@endpoint(blueprint, "GET", _CASE + "/follower-codes", audience="staff", returns=Page[TokenOut])
async def list_follower_codes(actor: StaffActor, dispute_id: UUID) -> Page[TokenOut]:
    return Page[TokenOut](items=await member_tokens.follower_codes(actor, dispute_id))


@endpoint(blueprint, "DELETE", _CASE + "/follower-codes/{code_id}", audience="staff", errors=(RoleNotAllowedError,))
async def revoke_follower_code(actor: StaffActor, dispute_id: UUID, code_id: UUID, deps: Deps) -> None:
    await member_tokens.revoke(deps, actor, dispute_id, code_id)


@endpoint(blueprint, "GET", "/invitations", audience="colleague", query=AskedQuery, returns=Page[AskedOut])
async def list_asked(actor: StaffActor, query: AskedQuery, deps: Deps) -> Page[AskedOut]:
    """What the actor's organization is asked for."""
    return await answers.page(deps, actor, query)


@endpoint(
    blueprint,
    "POST",
    "/invitations/{member_id}/acceptance",
    audience="colleague",
    returns=AskedOut,
    errors=(InvitationAnsweredError, MediationNotOpenError),
)
async def accept_asked(actor: StaffActor, member_id: UUID, deps: Deps) -> AskedOut:
    return answers.out(deps, await answers.answer(deps, actor, member_id, declined=None))


@endpoint(
    blueprint,
    "POST",
    "/invitations/{member_id}/refusal",
    audience="colleague",
    body=ReasonIn,
    returns=AskedOut,
    errors=(InvitationAnsweredError,),
)
async def decline_asked(actor: StaffActor, member_id: UUID, body: ReasonIn, deps: Deps) -> AskedOut:
    return answers.out(deps, await answers.answer(deps, actor, member_id, declined=body.reason))


@endpoint(
    blueprint,
    "POST",
    "/joint-committees",
    audience="staff",
    body=CommitteeIn,
    returns=CommitteeOut,
    status=201,
    errors=(RoleNotAllowedError,),
)
async def form_standing_committee(actor: StaffActor, body: CommitteeIn, deps: Deps) -> CommitteeOut:
    return await committees.form_standing(deps, actor, body)


@endpoint(blueprint, "GET", "/joint-committees", audience="staff", returns=Page[CommitteeOut])
async def list_standing_committees(actor: StaffActor, deps: Deps) -> Page[CommitteeOut]:
    return await committees.standing_ones(deps, actor)


@endpoint(
    blueprint,
    "POST",
    "/joint-committees/{committee_id}/seats",
    audience="staff",
    body=ReseatIn,
    returns=CommitteeOut,
    errors=(RoleNotAllowedError,),
)
async def reseat_standing_committee(actor: StaffActor, committee_id: UUID, body: ReseatIn, deps: Deps) -> CommitteeOut:
    return await committees.reseat_standing(deps, actor, committee_id, body)


@endpoint(
    blueprint,
    "POST",
    _CASE + "/committees/{committee_id}/seats",
    audience="staff",
    body=ReseatIn,
    returns=CommitteeOut,
    errors=_STEERS,
)
async def reseat_committee(
    actor: StaffActor, dispute_id: UUID, committee_id: UUID, body: ReseatIn, deps: Deps
) -> CommitteeOut:
    return await committees.reseat_for(deps, actor, dispute_id, committee_id, body)


@endpoint(
    blueprint,
    "POST",
    _CASE + "/committees",
    audience="staff",
    body=CommitteeIn,
    returns=CommitteeOut,
    status=201,
    errors=_STEERS,
)
async def form_committee(actor: StaffActor, dispute_id: UUID, body: CommitteeIn, deps: Deps) -> CommitteeOut:
    return await committees.form_for(deps, actor, dispute_id, body)


@endpoint(blueprint, "GET", _CASE + "/committees", audience="colleague", returns=Page[CommitteeOut])
async def list_committees(actor: StaffActor, dispute_id: UUID, deps: Deps) -> Page[CommitteeOut]:
    return await committees.of_case(deps, await access.of_colleague(actor, dispute_id))


@endpoint(
    blueprint, "POST", _CASE + "/tasks", audience="staff", body=TaskIn, returns=TaskOut, status=201, errors=_STEERS
)
async def give_task(actor: StaffActor, dispute_id: UUID, body: TaskIn, deps: Deps) -> TaskOut:
    return await tasks.give(deps, actor, dispute_id, body)


@endpoint(blueprint, "GET", _CASE + "/tasks", audience="colleague", returns=Page[TaskOut])
async def list_tasks(actor: StaffActor, dispute_id: UUID, deps: Deps) -> Page[TaskOut]:
    return await tasks.of_case(deps, await access.of_colleague(actor, dispute_id))


@endpoint(
    blueprint,
    "POST",
    _TASK + "/acceptance",
    audience="colleague",
    returns=TaskOut,
    errors=(*_STEERS, TaskClosedError),
)
async def accept_task(actor: StaffActor, dispute_id: UUID, task_id: UUID, deps: Deps) -> TaskOut:
    return await tasks.accept(deps, actor, dispute_id, task_id)


@endpoint(
    blueprint,
    "POST",
    _TASK + "/reports",
    audience="colleague",
    body=ReportIn,
    returns=TaskOut,
    status=201,
    errors=(*_STEERS, TaskClosedError),
)
async def report_on_task(actor: StaffActor, dispute_id: UUID, task_id: UUID, body: ReportIn, deps: Deps) -> TaskOut:
    return await tasks.report(deps, actor, dispute_id, task_id, body.text)


@endpoint(
    blueprint,
    "POST",
    _TASK + "/completion",
    audience="colleague",
    body=ReportIn,
    returns=TaskOut,
    errors=(*_STEERS, TaskClosedError),
)
async def finish_task(actor: StaffActor, dispute_id: UUID, task_id: UUID, body: ReportIn, deps: Deps) -> TaskOut:
    return await tasks.finish(deps, actor, dispute_id, task_id, body.text)
