"""What WeChat calls. An event is stored with the job that makes it take effect, and answered; the worker does the
rest. WeChat waits 5 s and calls three times: nothing that a person's books are busy with may delay the answer."""

import json

import structlog
from sanic import Blueprint, Request
from sanic.response import HTTPResponse, text
from tortoise import connections
from tortoise.transactions import in_transaction

from backend.core import jobs
from backend.core.deps import Deps
from backend.wechat import callback_crypto
from backend.wechat.callback_crypto import CallbackEvent, CallbackQuery, CallbackSecrets
from models import WechatCallback

log = structlog.get_logger("hejie.callback")

blueprint = Blueprint("wechat_callback", url_prefix="/wechat")

_STORE = """
INSERT INTO wechat_callback
       (id, dedupe_key, event, kind, openid, items, payload, created_at, received_at, handled_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (dedupe_key) DO NOTHING RETURNING id
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
        callback_id = await _store(deps, event)
        if callback_id is not None and event.kind != "unknown":
            await jobs.enqueue(jobs.TAKE_EFFECT, [{"callback_id": callback_id}], priority=jobs.EVENT)
    return text("success")


async def _store(deps: Deps, event: CallbackEvent) -> str | None:
    """None for a repetition; one that comes at the same time waits here until the first is stored."""
    is_event = "Event" in event.payload
    row = WechatCallback(
        dedupe_key=event.dedupe_key,
        event=event.name,
        kind=event.kind,
        openid=event.openid if is_event else "",
        items=[item.model_dump() for item in event.items],
        # What people write to the account is no event, and nobody here reads it.
        payload=event.payload if is_event else {},
        created_at=event.created_at,
        received_at=deps.clock.now(),
    )
    if event.kind == "unknown":
        log.info("callback_stored", event_name=event.name)
        row.handled_at = row.received_at
    values = [row.id, row.dedupe_key, row.event, row.kind, row.openid, _json(row.items), _json(row.payload)]
    values += [row.created_at, row.received_at, row.handled_at]
    stored = await connections.get("default").execute_query_dict(_STORE, values)
    return str(row.id) if stored else None


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _secrets(request: Request) -> CallbackSecrets:
    settings = request.app.ctx.settings
    return CallbackSecrets(
        token=settings.wechat_callback_token.get_secret_value(),
        aes_key=settings.wechat_callback_aes_key.get_secret_value(),
        app_id=settings.wechat_app_id,
        encrypted_only=settings.wechat_callback_encrypted_only,
    )


def _query(request: Request) -> CallbackQuery:
    names = ("signature", "timestamp", "nonce", "msg_signature")
    return CallbackQuery(**{name: request.args.get(name, "") for name in names})
