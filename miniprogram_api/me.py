from datetime import timedelta

from sanic import Blueprint, Request
from sanic.response import HTTPResponse
from tortoise.transactions import in_transaction

from backend.accounts import actions, phone_codes, queries
from backend.accounts.actors import ResidentActor
from backend.accounts.phone_codes import Issued
from backend.accounts.schemas import PhoneIn, ProfileIn, ProfileOut, SmsCodeIn
from backend.core.deps import Deps
from backend.core.errors import InvalidFieldsError, RateLimitedError
from backend.core.schema import Moment, Out
from backend.privacy import actions as privacy
from backend.privacy import export
from backend.privacy.actions import ClosedAccount
from backend.privacy.schemas import ExportOut
from backend.sms.client import Sms
from backend.sms.errors import SmsError, SmsOffError, SmsUnknownError
from backend.web import files
from backend.web.endpoint import Write, endpoint, json_response, writing
from backend.web.idempotency import Answer
from backend.wechat.client import WeChat
from backend.wechat.errors import PhoneCodeInvalidError, WeChatError

blueprint = Blueprint("mini_me")


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
    errors=(PhoneCodeInvalidError, WeChatError),
    opens_transaction=False,
    idempotent=False,
)
async def set_phone(actor: ResidentActor, body: PhoneIn, deps: Deps, wechat: WeChat) -> ProfileOut:
    number = await wechat.phone_number(body.code) if body.code else await _proven(deps, actor, body)
    async with in_transaction():
        await actions.set_phone(deps, actor, number)
        return await queries.profile(deps, actor)


async def _proven(deps: Deps, actor: ResidentActor, body: PhoneIn) -> str:
    """In a transaction of its own: a wrong try counts. Raises InvalidFieldsError."""
    assert body.phone is not None, "either WeChat's code or a number with the code sent to it"
    async with in_transaction():
        is_right = await phone_codes.accept(deps, actor, body.phone, body.sms_code or "")
    if not is_right:
        raise InvalidFieldsError.at("sms_code", "验证码不对或已过期。请核对短信，或重新获取验证码。")
    return body.phone


@endpoint(
    blueprint,
    "POST",
    "/me/phone/sms-codes",
    audience="resident",
    body=SmsCodeIn,
    errors=(SmsError, RateLimitedError),
    opens_transaction=False,
)
async def send_sms_code(
    request: Request, actor: ResidentActor, body: SmsCodeIn, deps: Deps, *, sms: Sms, digest: str
) -> HTTPResponse:
    template = request.app.ctx.settings.sms_code_template
    if not (sms.is_on and template):
        raise SmsOffError
    async with writing(request, deps, actor, digest) as write:
        issued = None if write.answer else await phone_codes.issue(deps, actor, body.phone)
        await write.finish(write.answer or Answer(204, b""))
    if issued:
        await _send(sms, write, template, body.phone, issued)
    return json_response(write.answer)


async def _send(sms: Sms, write: Write, template: str, phone: str, issued: Issued) -> None:
    """One that may have arrived stays good. Raises SmsError for one that certainly did not."""
    try:
        await sms.send(phone, template, [issued.code, str(phone_codes.LIFE // timedelta(minutes=1))])
    except SmsUnknownError:
        return
    except SmsError:
        async with in_transaction():
            await phone_codes.take_back(issued.row_id)
            await write.forget()
        raise


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
        closed = None if write.answer else await privacy.close_account(deps.clock, actor.id)
        if closed:
            await write.finish(Answer(200, _closed(closed).model_dump_json().encode()))
    await files.erase(request, closed.file_ids if closed else ())
    return json_response(write.answer)


def _closed(account: ClosedAccount) -> AccountClosedOut:
    message = "账号已注销，您的资料已删除。以后再次登录将是一个新账号。"
    return AccountClosedOut(
        closed_at=account.closed_at, disputes=account.disputes, kept=list(account.kept), message=message
    )
