from sanic import Blueprint, Request
from tortoise.transactions import in_transaction

from backend.accounts import actions
from backend.accounts.actors import ResidentActor
from backend.core.deps import Deps
from backend.core.schema import Code, In, Moment, Out
from backend.web.endpoint import endpoint
from backend.wechat.client import WeChat
from backend.wechat.errors import AccountBlockedError, LoginCodeInvalidError, WeChatError

blueprint = Blueprint("mini_sessions")


class LogIn(In):
    code: Code


class ResidentOut(Out):
    id: str
    phone_masked: str | None


class SessionOut(Out):
    token: str
    expires_at: Moment
    resident: ResidentOut


@endpoint(
    blueprint,
    "POST",
    "/sessions",
    audience="anyone",
    body=LogIn,
    returns=SessionOut,
    status=201,
    errors=(LoginCodeInvalidError, AccountBlockedError, WeChatError),
    opens_transaction=False,
    idempotent=False,
)
async def log_in(body: LogIn, deps: Deps, wechat: WeChat, request: Request) -> SessionOut:
    settings = request.app.ctx.settings
    identity = await wechat.code_to_session(body.code)
    async with in_transaction():
        entrance = await actions.log_in(deps, settings.wechat_app_id, identity.openid, settings.session_days)
    resident = ResidentOut(id=str(entrance.resident_id), phone_masked=entrance.phone_masked)
    return SessionOut(token=entrance.token, expires_at=entrance.expires_at, resident=resident)


@endpoint(blueprint, "DELETE", "/sessions/current", audience="resident")
async def log_out(actor: ResidentActor, deps: Deps) -> None:
    await actions.log_out(deps, actor)
