from sanic import Blueprint, Request
from tortoise.transactions import in_transaction

from backend.accounts import actions, queries
from backend.accounts.actions import SmsUnavailableError
from backend.accounts.actors import ResidentActor
from backend.accounts.schemas import PhoneIn, ProfileIn, ProfileOut, SmsCodeIn
from backend.core.deps import Deps
from backend.core.schema import Moment, Out
from backend.privacy import actions as privacy
from backend.privacy import export
from backend.privacy.schemas import ExportOut
from backend.web import files
from backend.web.endpoint import endpoint
from backend.wechat.client import WeChat
from backend.wechat.errors import PhoneCodeInvalidError, WeChatError

blueprint = Blueprint("mini_me")

_SMS_RETRY_S = 24 * 3600


@endpoint(blueprint, "GET", "/me", audience="resident", returns=ProfileOut)
async def get_profile(actor: ResidentActor, deps: Deps) -> ProfileOut:
    return await queries.profile(deps, actor)


@endpoint(blueprint, "PUT", "/me", audience="resident", body=ProfileIn, returns=ProfileOut)
async def change_profile(actor: ResidentActor, body: ProfileIn, deps: Deps) -> ProfileOut:
    await actions.change_profile(deps, actor, body)
    return await queries.profile(deps, actor)


@endpoint(
    blueprint,
    "POST",
    "/me/phone",
    audience="resident",
    body=PhoneIn,
    returns=ProfileOut,
    errors=(PhoneCodeInvalidError, SmsUnavailableError, WeChatError),
    opens_transaction=False,
    idempotent=False,
)
async def set_phone(actor: ResidentActor, body: PhoneIn, deps: Deps, wechat: WeChat) -> ProfileOut:
    if body.code is None:
        raise SmsUnavailableError(retry_after_s=_SMS_RETRY_S)
    number = await wechat.phone_number(body.code)
    async with in_transaction():
        await actions.set_phone(deps, actor, number)
        return await queries.profile(deps, actor)


@endpoint(blueprint, "POST", "/me/phone/sms-codes", audience="resident", body=SmsCodeIn, errors=(SmsUnavailableError,))
async def send_sms_code() -> None:
    raise SmsUnavailableError(retry_after_s=_SMS_RETRY_S)


@endpoint(blueprint, "GET", "/me/export", audience="resident", returns=ExportOut)
async def export_everything(actor: ResidentActor, deps: Deps) -> ExportOut:
    return await export.everything_about(deps, actor)


class AccountClosedOut(Out):
    closed_at: Moment
    disputes: int
    """Cases that are kept and go on."""
    kept: list[str]
    message: str


@endpoint(blueprint, "DELETE", "/me", audience="resident", returns=AccountClosedOut, opens_transaction=False)
async def close_account(actor: ResidentActor, deps: Deps, request: Request) -> AccountClosedOut:
    async with in_transaction():
        closed = await privacy.close_account(deps, actor)
    await files.erase(request, closed.file_ids)
    message = "账号已注销，您的资料已删除。以后再次登录将是一个新账号。"
    return AccountClosedOut(
        closed_at=closed.closed_at, disputes=closed.disputes, kept=list(closed.kept), message=message
    )
