from typing import Annotated

from pydantic import Field
from sanic import Blueprint, Request
from tortoise.transactions import in_transaction

from backend.accounts import staff
from backend.accounts.actors import StaffActor
from backend.accounts.staff import LoginFailedError
from backend.core.deps import Deps
from backend.core.schema import Code, In, Moment, Out
from backend.web.endpoint import endpoint
from models import Staff

blueprint = Blueprint("staff_sessions")


class StaffLogIn(In):
    username: Annotated[Code, Field(max_length=64)]
    password: Annotated[str, Field(min_length=1, max_length=256)]
    otp: Code | None = None


class StaffCenter(Out):
    id: str
    name: str
    level: str


class StaffOrganization(Out):
    id: str
    name: str


class StaffOut(Out):
    id: str
    name: str
    role: str
    center: StaffCenter | None
    organization: StaffOrganization | None
    """Whom an associate acts for or belongs to."""
    must_change_password: bool
    """Whoever reset it knows it: see `PUT /me/password`."""


class StaffSessionOut(Out):
    token: str
    expires_at: Moment
    staff: StaffOut


@endpoint(
    blueprint,
    "POST",
    "/sessions",
    audience="anyone",
    body=StaffLogIn,
    returns=StaffSessionOut,
    status=201,
    errors=(LoginFailedError,),
    opens_transaction=False,
    idempotent=False,
)
async def log_in(body: StaffLogIn, deps: Deps, request: Request) -> StaffSessionOut:
    async with request.app.ctx.limits.attempts(body.username, LoginFailedError):
        member = await staff.check_password(deps, body.username, body.password, body.otp)
    async with in_transaction():
        hours = request.app.ctx.settings.staff_session_hours
        token, session = await staff.begin_session(deps, member.id, hours)
    return StaffSessionOut(token=token, expires_at=session.expires_at, staff=_out(member))


@endpoint(blueprint, "DELETE", "/sessions/current", audience="colleague", status=204)
async def log_out(actor: StaffActor, deps: Deps) -> None:
    await staff.log_out(deps, actor)


@endpoint(blueprint, "GET", "/me", audience="colleague", returns=StaffOut)
async def get_me(actor: StaffActor) -> StaffOut:
    return _out(await staff.by_id(actor.id))


def _out(member: Staff) -> StaffOut:
    center, organization = member.center, member.organization
    return StaffOut(
        id=str(member.id),
        name=member.name,
        role=member.role,
        center=StaffCenter(id=str(center.id), name=center.name, level=center.level) if center else None,
        organization=StaffOrganization(id=str(organization.id), name=organization.name) if organization else None,
        must_change_password=member.must_change_password,
    )
