from uuid import UUID

from sanic import Blueprint, Request
from tortoise.transactions import in_transaction

from backend.accounts import experts, passwords, staff, users
from backend.accounts.actors import StaffActor
from backend.accounts.experts import ExpertOut, ExpertsQuery
from backend.accounts.user_schemas import NewPasswordOut, PasswordIn, UserFields, UserIn, UserOut, UsersQuery
from backend.core.deps import Deps
from backend.core.errors import InvalidFieldsError, RoleNotAllowedError
from backend.core.schema import Page
from backend.web.endpoint import endpoint

blueprint = Blueprint("staff_users")

_REFUSES = (RoleNotAllowedError,)
_USER = "/users/{user_id}"


@endpoint(blueprint, "GET", "/users", audience="staff", query=UsersQuery, returns=Page[UserOut], errors=_REFUSES)
async def list_users(actor: StaffActor, query: UsersQuery, deps: Deps) -> Page[UserOut]:
    return await users.page(deps, actor, query)


@endpoint(
    blueprint, "POST", "/users", audience="staff", body=UserIn, returns=NewPasswordOut, status=201, errors=_REFUSES
)
async def create_user(actor: StaffActor, body: UserIn, deps: Deps) -> NewPasswordOut:
    return await users.create(deps, actor, body)


@endpoint(blueprint, "GET", _USER, audience="staff", returns=UserOut, errors=_REFUSES)
async def get_user(actor: StaffActor, user_id: UUID, deps: Deps) -> UserOut:
    return await users.one(deps, actor, user_id)


@endpoint(blueprint, "PUT", _USER, audience="staff", body=UserFields, returns=UserOut, errors=_REFUSES)
async def change_user(actor: StaffActor, user_id: UUID, body: UserFields, deps: Deps) -> UserOut:
    return await users.change(deps, actor, user_id, body)


@endpoint(blueprint, "POST", _USER + "/deactivate", audience="staff", returns=UserOut, errors=_REFUSES)
async def deactivate_user(actor: StaffActor, user_id: UUID, deps: Deps) -> UserOut:
    return await users.set_active(deps, actor, user_id, is_active=False)


@endpoint(blueprint, "POST", _USER + "/reactivate", audience="staff", returns=UserOut, errors=_REFUSES)
async def reactivate_user(actor: StaffActor, user_id: UUID, deps: Deps) -> UserOut:
    return await users.set_active(deps, actor, user_id, is_active=True)


@endpoint(blueprint, "POST", _USER + "/password", audience="staff", returns=NewPasswordOut, errors=_REFUSES)
async def reset_password(actor: StaffActor, user_id: UUID, deps: Deps) -> NewPasswordOut:
    return await users.reset_password(deps, actor, user_id)


@endpoint(blueprint, "GET", "/experts", audience="staff", query=ExpertsQuery, returns=Page[ExpertOut])
async def list_experts(query: ExpertsQuery, deps: Deps) -> Page[ExpertOut]:
    return await experts.page(deps, query)


@endpoint(
    blueprint,
    "PUT",
    "/me/password",
    audience="colleague",
    body=PasswordIn,
    status=204,
    opens_transaction=False,
    idempotent=False,
)
async def change_own_password(actor: StaffActor, body: PasswordIn, deps: Deps, request: Request) -> None:
    """Hashing is slow on purpose, so it is done before the transaction."""
    username = (await staff.by_id(actor.id)).username
    if wrong := passwords.objection(body.new, username):
        raise InvalidFieldsError.at("new", wrong)
    async with request.app.ctx.limits.attempts(username, InvalidFieldsError):
        await staff.confirm_password(username, body.current)
    password_hash = await passwords.hashed(body.new)
    async with in_transaction():
        await users.change_own_password(deps, actor, password_hash)
