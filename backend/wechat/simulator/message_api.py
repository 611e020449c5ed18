"""Subscribe messages and customer-service messages."""

from typing import Literal

from pydantic import Field

from backend.wechat.simulator import arguments
from backend.wechat.simulator.calls import In, call, ok
from backend.wechat.simulator.quotas import Limit
from backend.wechat.simulator.refusals import RefusalError
from backend.wechat.simulator.world import Message, World


class ValueIn(In):
    value: str


class SendIn(In):
    touser: str = ""
    template_id: str = ""
    page: str = ""
    data: dict[str, ValueIn] = Field(default_factory=dict)
    miniprogram_state: Literal["developer", "trial", "formal"] = "formal"
    lang: Literal["zh_CN", "en_US", "zh_HK", "zh_TW"] = "zh_CN"


class TextIn(In):
    content: str = ""


class CustomerMessageIn(In):
    touser: str = ""
    msgtype: Literal["text"] = "text"
    text: TextIn = TextIn()


@call("/cgi-bin/message/subscribe/send", limit=Limit(daily=10_000_000))
async def send_subscribe_message(world: World, asked: SendIn) -> dict[str, object]:
    world.check_openid(asked.touser)
    template = world.template(asked.template_id)
    _check_data(asked, None if template.arguments is None else frozenset(template.arguments))
    world.check_page(asked.page)
    message = Message(msgid=world.next_msgid(), sent_at=world.clock.now(), **asked.model_dump())
    world.deliver(message)
    return ok(msgid=message.msgid)


def _check_data(asked: SendIn, wanted: frozenset[str] | None) -> None:
    values = {name: item.value for name, item in asked.data.items()}
    missing = sorted((wanted or frozenset()) - values.keys())
    if missing or not values:
        raise RefusalError(47003, f"data.{missing[0]}.value is empty" if missing else "data is empty")
    # WeChat drops arguments that a template does not have.
    shown = {name: value for name, value in values.items() if wanted is None or name in wanted}
    if (wrong := arguments.first_wrong(shown)) is not None:
        raise RefusalError(47003, f"data.{wrong}.value invalid")


@call("/cgi-bin/message/custom/send", limit=Limit(daily=500_000))
async def send_customer_message(world: World, asked: CustomerMessageIn) -> dict[str, object]:
    """After a message of the person five in 48 hours, after entering the session two in a minute."""
    world.check_openid(asked.touser)
    if len(asked.text.content.encode()) > 2048:
        raise RefusalError(45002)
    world.answer_conversation(asked.touser)
    world.tell(asked.touser, {"type": "customer_message", "text": asked.text.content})
    return ok()
