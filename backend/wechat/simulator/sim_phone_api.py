"""`/sim/*`, the phone's side: who there is, what arrived, what is tapped. Real WeChat has none of it."""

from collections.abc import Sequence
from typing import Final, TypeVar

from sanic import Blueprint
from sanic.response import HTTPResponse, json

from backend.core.clock import iso
from backend.wechat.simulator.calls import Request, world_of
from backend.wechat.simulator.consents import RequestFailedError
from backend.wechat.simulator.link_api import shown_link
from backend.wechat.simulator.people import Person
from backend.wechat.simulator.pushes import CallbackPusher, Event, Forgery
from backend.wechat.simulator.sim_controls_api import body_of
from backend.wechat.simulator.sim_forms import (
    CodeIn,
    ConsentIn,
    EventIn,
    PersonIn,
    RequestIn,
    RevocationIn,
    SayIn,
    SwitchIn,
    WhoIn,
)
from backend.wechat.simulator.sms import SmsMessage
from backend.wechat.simulator.world import World

blueprint = Blueprint("sim_phone_api", url_prefix="/sim")

_MOST: Final = 20_000
_TOLD: Final = ("accept", "reject")
_T = TypeVar("_T")


def _pusher(request: Request) -> CallbackPusher:
    pusher: CallbackPusher = request.app.ctx.pusher
    return pusher


def _openid(request: Request) -> str | None:
    name = request.args.get("name")
    return world_of(request).people.openid_of(name) if name else request.args.get("openid")


def _page(request: Request, found: Sequence[_T]) -> tuple[Sequence[_T], str | None]:
    """`?limit=` and `?cursor=`; without them everything."""
    try:
        start, limit = int(request.args.get("cursor", 0)), int(request.args.get("limit", _MOST))
    except ValueError:
        start, limit = 0, _MOST
    start, end = max(0, start), max(0, start) + max(1, limit)
    return found[start:end], (str(end) if end < len(found) else None)


@blueprint.get("/outbox")
async def outbox(request: Request) -> HTTPResponse:
    """Oldest first; of everybody unless a person is given."""
    openid = _openid(request)
    found = [message for message in world_of(request).outbox if openid in (None, message.touser)]
    items, next_cursor = _page(request, found)
    return json({"items": [message.shown() for message in items], "next_cursor": next_cursor}, ensure_ascii=False)


@blueprint.get("/sms")
async def sms(request: Request) -> HTTPResponse:
    """Oldest first; of everybody unless `phone` is given."""
    center, phone = world_of(request).sms, request.args.get("phone")
    items, next_cursor = _page(request, center.to(phone) if phone else list(center.outbox))
    return json({"items": [_shown_sms(each) for each in items], "next_cursor": next_cursor}, ensure_ascii=False)


def _shown_sms(message: SmsMessage) -> dict[str, object]:
    return {
        "serial": message.serial,
        "phone": message.phone,
        "sign": message.sign,
        "template_id": message.template_id,
        "params": message.parameters,
        "text": message.text,
        "sent_at": iso(message.sent_at),
    }


@blueprint.get("/people")
async def people(request: Request) -> HTTPResponse:
    """Who was here lately, latest first."""
    return json({"items": [_shown_person(each) for each in world_of(request).people.latest(100)]}, ensure_ascii=False)


@blueprint.post("/people")
async def change_person(request: Request) -> HTTPResponse:
    """Also: they open the mini-program now."""
    world, body = world_of(request), body_of(request, WhoIn)
    person = world.people.met(body.openid_in(world))
    if body.visited:
        world.people.visits(person.openid)
    if body.blocked is not None:
        person.is_blocked = body.blocked
    if body.risk_rank is not None:
        person.risk_rank = body.risk_rank
    return json(_shown_person(person), ensure_ascii=False)


def _shown_person(person: Person) -> dict[str, object]:
    visit = person.last_visit
    return {"openid": person.openid, "name": person.name, "last_visit": None if visit is None else iso(visit)}


@blueprint.post("/codes")
async def new_code(request: Request) -> HTTPResponse:
    """What `wx.login` or the button for the phone number hands out: good once, for five minutes."""
    people, body = world_of(request).people, body_of(request, CodeIn)
    code = people.new_code("sim", body.name) if body.name else people.new_code("phone", body.phone)
    return json({"code": code}, status=201, ensure_ascii=False)


@blueprint.get("/codes")
async def codes(request: Request) -> HTTPResponse:
    """What is in the mini-program codes that were made, oldest first."""
    items, next_cursor = _page(request, list(world_of(request).codes))
    shown = [{"scene": code.scene, "page": code.page, "env_version": code.env_version} for code in items]
    return json({"items": shown, "next_cursor": next_cursor})


@blueprint.get("/links")
async def links(request: Request) -> HTTPResponse:
    """The URL links that were made, oldest first; one alone with `?url=`."""
    world, url = world_of(request), request.args.get("url")
    items, next_cursor = _page(request, [link for link in world.links if url in (None, link.url)])
    return json({"items": [shown_link(link, world.clock.now()) for link in items], "next_cursor": next_cursor})


@blueprint.post("/consent")
async def tap(request: Request) -> HTTPResponse:
    """Waits until the callback has answered, so that what comes next finds it done."""
    world, body = world_of(request), body_of(request, ConsentIn)
    openid = body.openid_in(world)
    world.people.visits(openid)
    if body.where == "settings":
        world.consents.switch(openid, body.template_id, on=body.result.startswith("accept"))
        event = _settings_event(world, openid, body.template_id, body.result)
    else:
        kind = world.templates[body.template_id].kind if body.template_id in world.templates else "one_time"
        world.consents.answer(openid, body.template_id, body.result, kind, keep=body.keep)
        event = _popup_event(world, openid, {body.template_id: body.result})
    status = await _pusher(request).push(event, form=body.format, mode=body.mode) if event else None
    world.tell(openid, {"type": "consent"})
    grants = world.consents.grants[openid, body.template_id]
    return json({"openid": openid, "grants": grants, "callback_status": status})


@blueprint.post("/subscription-requests")
async def request_subscriptions(request: Request) -> HTTPResponse:
    """`wx.requestSubscribeMessage` with its rules: at most three templates, one kind, kept answers without a pop-up."""
    world, body = world_of(request), body_of(request, RequestIn)
    openid = body.openid_in(world)
    world.people.visits(openid)
    wanted = {template_id: world.template(template_id).kind for template_id in body.template_ids}
    try:
        results, asked = world.consents.request(openid, wanted, body.answers, world.rules.max_templates)
    except RequestFailedError as error:
        return json({"openid": openid, "errMsg": str(error), "errCode": error.code}, ensure_ascii=False)
    for template_id, result in results.items():
        world.consents.answer(openid, template_id, result, wanted[template_id], keep=body.keep and template_id in asked)
    event = _popup_event(world, openid, {template_id: results[template_id] for template_id in asked})
    status = await _pusher(request).push(event, form=body.format, mode=body.mode) if event else None
    world.tell(openid, {"type": "consent"})
    told = {"errMsg": "requestSubscribeMessage:ok", **results}
    return json({"openid": openid, "results": told, "callback_status": status}, ensure_ascii=False)


def _popup_event(world: World, openid: str, results: dict[str, str]) -> Event | None:
    told = {template: "accept" if result.startswith("accept") else result for template, result in results.items()}
    items = [
        {"TemplateId": template, "SubscribeStatusString": result, "PopupScene": "0"}
        for template, result in told.items()
        if result in _TOLD
    ]
    return Event("subscribe_msg_popup_event", openid, world.event_time_s(openid), items) if items else None


def _settings_event(world: World, openid: str, template_id: str, result: str) -> Event | None:
    """Only refusals are pushed."""
    if result != "reject":
        return None
    items = [{"TemplateId": template_id, "SubscribeStatusString": result}]
    return Event("subscribe_msg_change_event", openid, world.event_time_s(openid), items)


@blueprint.get("/consent")
async def consent(request: Request) -> HTTPResponse:
    openid = _openid(request) or ""
    return json({"openid": openid, **world_of(request).consents.of(openid)}, ensure_ascii=False)


@blueprint.post("/main-switch")
async def main_switch(request: Request) -> HTTPResponse:
    world, body = world_of(request), body_of(request, SwitchIn)
    openid = body.openid_in(world)
    world.consents.switch_all(openid, on=body.on)
    world.tell(openid, {"type": "consent"})
    return json({"openid": openid, **world.consents.of(openid)}, ensure_ascii=False)


@blueprint.post("/send-event")
async def send_event(request: Request) -> HTTPResponse:
    """Any event, as often and as late as asked: repeated, out of order, old, forged."""
    world, pusher, body = world_of(request), _pusher(request), body_of(request, EventIn)
    openid = body.openid_in(world)
    created_s = body.created_at or world.event_time_s(openid)
    event = Event(body.event, openid, created_s, body.items, body.extra)
    forgery = Forgery(body.timestamp, body.token, body.app_id)
    statuses = [await pusher.push(event, form=body.format, mode=body.mode, forgery=forgery) for _ in range(body.times)]
    return json({"openid": event.openid, "statuses": statuses})


@blueprint.post("/revocations")
async def revoke(request: Request) -> HTTPResponse:
    """The person withdraws an authorisation, has the account's data deleted, or changes the profile."""
    world, body = world_of(request), body_of(request, RevocationIn)
    openid = body.openid_in(world)
    told = {"OpenID": openid, "AppID": world.app_id}
    if body.kind == "authorization_revoke":
        told["RevokeInfo"] = ",".join(body.revoke_info)
    event = Event(f"user_{body.kind}", openid, world.event_time_s(openid), extra=told)
    status = await _pusher(request).push(event, form=body.format, mode=body.mode)
    return json({"openid": openid, "callback_status": status})


@blueprint.post("/say")
async def say(request: Request) -> HTTPResponse:
    """The person writes to the customer service, or enters it; then it may answer for a while."""
    world, body = world_of(request), body_of(request, SayIn)
    openid = body.openid_in(world)
    world.people.visits(openid)
    world.opens_conversation(openid, "message" if body.text else "enter")
    moment = world.event_time_s(openid)
    if body.text:
        event = Event("", openid, moment, extra={"Content": body.text, "MsgId": world.next_msgid()}, kind="text")
    else:
        event = Event("user_enter_tempsession", openid, moment)
    status = await _pusher(request).push(event, form=body.format, mode=body.mode)
    return json({"openid": openid, "callback_status": status})


@blueprint.post("/callback-checks")
async def check_callback(request: Request) -> HTTPResponse:
    """The GET that WeChat's console sends when an address is entered."""
    return json({"verified": await _pusher(request).verify()})


@blueprint.get("/pushes")
async def pushes(request: Request) -> HTTPResponse:
    """The latest 1,000 pushes to the callback and what it answered, oldest first."""
    items, next_cursor = _page(request, list(_pusher(request).log))
    return json({"items": list(items), "next_cursor": next_cursor}, ensure_ascii=False)


@blueprint.post("/visits")
async def visit(request: Request) -> HTTPResponse:
    """The person has the mini-program open: content checks want that within two hours."""
    world, body = world_of(request), body_of(request, PersonIn)
    return json(_shown_person(world.people.visits(body.openid_in(world))), ensure_ascii=False)
