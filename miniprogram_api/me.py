from sanic import Blueprint, Request
from sanic.response import HTTPResponse
from tortoise.transactions import in_transaction

from backend.accounts import actions, queries
from backend.accounts.actions import SmsUnavailableError
from backend.accounts.actors import ResidentActor
from backend.accounts.schemas import PhoneIn, ProfileIn, ProfileOut, SmsCodeIn
from backend.core.deps import Deps
from backend.core.schema import Moment, Out
from backend.privacy import actions as privacy
from backend.privacy import export
from backend.privacy.actions import ClosedAccount
from backend.privacy.schemas import ExportOut
from backend.web import files
from backend.web.endpoint import endpoint, json_response, writing
from backend.web.idempotency import Answer
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
async def close_account(actor: ResidentActor, deps: Deps, request: Request) -> HTTPResponse:
    async with writing(request, deps, actor, "") as write:
        closed = None if write.answer else await privacy.close_account(deps, actor)
        if closed:
            await write.finish(Answer(200, _closed(closed).model_dump_json().encode()))
    await files.erase(request, closed.file_ids if closed else ())
    return json_response(write.answer)


def _closed(account: ClosedAccount) -> AccountClosedOut:
    message = "账号已注销，您的资料已删除。以后再次登录将是一个新账号。"
    return AccountClosedOut(
        closed_at=account.closed_at, disputes=account.disputes, kept=list(account.kept), message=message
    )
