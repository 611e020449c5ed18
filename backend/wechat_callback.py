"""What WeChat calls. A row per event is the proof that it was taken in; its effect is in the same transaction, so
each event takes effect once however often it is pushed."""

import json
from collections.abc import Awaitable, Callable

import structlog
from sanic import Blueprint, Request
from sanic.response import HTTPResponse, text
from tortoise import connections
from tortoise.transactions import in_transaction

from backend.core.deps import Deps
from backend.notices import ledger
from backend.wechat import callback_crypto
from backend.wechat.callback_crypto import CallbackEvent, CallbackQuery, CallbackSecrets
from models import GrantSource, Resident, WechatCallback

log = structlog.get_logger("hejie.callback")

blueprint = Blueprint("wechat_callback", url_prefix="/wechat")

_NEW = """
INSERT INTO wechat_callback (id, dedupe_key, event, payload, received_at, handled_at)
VALUES ($1, $2, $3, $4, $5, $5) ON CONFLICT (dedupe_key) DO NOTHING RETURNING id
"""


@blueprint.get("/callback")
async def verify_callback(request: Request) -> HTTPResponse:
    query = _query(request)
    token, clock = _secrets(request).token, request.app.ctx.deps.clock
    callback_crypto.verify(token, query.timestamp, query.nonce, query.signature, clock=clock)
    return text(request.args.get("echostr", ""))


@blueprint.post("/callback")
async def receive_callback(request: Request) -> HTTPResponse:
    deps: Deps = request.app.ctx.deps
    event = callback_crypto.read(_secrets(request), _query(request), request.body, clock=deps.clock)
    async with in_transaction():
        if await _is_new(deps, event):
            await _take_effect(deps, request.app.ctx.settings.wechat_app_id, event)
    return text("success")


async def _is_new(deps: Deps, event: CallbackEvent) -> bool:
    """A repetition that comes at the same time waits here until the first is done."""
    row = WechatCallback(
        dedupe_key=event.dedupe_key,
        event=event.name,
        # What people write to the account is no event, and nobody here reads it.
        payload=event.payload if "Event" in event.payload else {},
        received_at=deps.clock.now(),
    )
    values = [row.id, row.dedupe_key, row.event, json.dumps(row.payload, ensure_ascii=False), row.received_at]
    return bool(await connections.get("default").execute_query_dict(_NEW, values))


async def _take_effect(deps: Deps, app_id: str, event: CallbackEvent) -> None:
    """Of an event that means nothing here, or whose sender was never here, the row is all that stays."""
    act = _EFFECTS.get(event.kind)
    if act is None:
        log.info("callback_stored", event_name=event.name)
        return
    resident = await Resident.filter(app_id=app_id, openid=event.openid).first()
    if resident is not None:
        await act(deps, resident, event)


async def _take_answers(deps: Deps, resident: Resident, event: CallbackEvent) -> None:
    answers = {item.template_id: item.status or "" for item in event.items}
    at = min(event.created_at, deps.clock.now())
    await ledger.report(deps, resident.id, GrantSource.EVENT, answers, at=at)


async def _take_refusals(deps: Deps, resident: Resident, event: CallbackEvent) -> None:
    now = deps.clock.now()
    for item in event.items:
        if item.status == "reject":
            await ledger.revoke(resident.id, item.template_id, now, given_until=now)


_EFFECTS: dict[str, Callable[[Deps, Resident, CallbackEvent], Awaitable[None]]] = {
    "subscription_popup": _take_answers,
    "subscription_change": _take_refusals,
}


def _secrets(request: Request) -> CallbackSecrets:
    settings = request.app.ctx.settings
    return CallbackSecrets(
        token=settings.wechat_callback_token.get_secret_value(),
        aes_key=settings.wechat_callback_aes_key.get_secret_value(),
        app_id=settings.wechat_app_id,
    )


def _query(request: Request) -> CallbackQuery:
    names = ("signature", "timestamp", "nonce", "msg_signature")
    return CallbackQuery(**{name: request.args.get(name, "") for name in names})
