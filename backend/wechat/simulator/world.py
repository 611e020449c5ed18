"""What WeChat would remember. In memory: a restart forgets grants, messages and used codes, but no visitor's openid."""

import asyncio
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from backend.core.clock import Clock, iso, today
from backend.wechat.simulator.consents import Consents, TemplateKind
from backend.wechat.simulator.faults import Faults
from backend.wechat.simulator.moderation import Moderation
from backend.wechat.simulator.people import People
from backend.wechat.simulator.quotas import Limit, Quotas
from backend.wechat.simulator.refusals import RefusalError
from backend.wechat.simulator.rules import Rules
from backend.wechat.simulator.sms import SmsCenter, SmsKeys
from backend.wechat.simulator.tokens import Tokens

_FREE_TEMPLATE: Final = "tmpl-"
_REMEMBERED: Final = 20_000
_REMEMBERED_PATHS: Final = 1_000
_UNREAD_NEWS: Final = 1_000
_MAY_ANSWER: Final = {"message": (timedelta(hours=48), 5), "enter": (timedelta(minutes=1), 2)}


@dataclass(frozen=True, slots=True)
class Message:
    msgid: int
    touser: str
    template_id: str
    page: str
    data: dict[str, Any]
    miniprogram_state: str
    lang: str
    sent_at: datetime

    def shown(self) -> dict[str, object]:
        return asdict(self) | {"msgid": str(self.msgid), "sent_at": iso(self.sent_at)}


@dataclass(frozen=True, slots=True)
class Template:
    """`arguments` by name with their labels; None: any argument of a known type."""

    id: str
    title: str = ""
    arguments: Mapping[str, str] | None = None
    kind: TemplateKind = "one_time"


@dataclass(frozen=True, slots=True)
class Code:
    scene: str
    page: str
    env_version: str


@dataclass(frozen=True, slots=True)
class Link:
    url: str
    path: str
    query: str
    env_version: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Sent:
    openid: str
    template_id: str
    msgid: int


@dataclass(frozen=True, slots=True)
class MediaCheck:
    trace_id: str
    openid: str
    url: str


class World:
    def __init__(
        self,
        app_id: str,
        app_secret: str,
        clock: Clock,
        *,
        limits: Mapping[str, Limit],
        rules: Rules | None = None,
        templates: Sequence[Template] = (),
        sms_keys: SmsKeys | None = None,
    ) -> None:
        self.app_id = app_id
        self.app_secret = app_secret
        self.clock = clock
        self.sms_keys = sms_keys or SmsKeys()
        self.tokens = Tokens(clock)
        self._first_limits = limits
        self._first_rules = rules or Rules()
        self._first_templates = templates
        self._listeners: dict[str, set[asyncio.Queue[dict[str, object]]]] = {}
        self._messages_sent = 0
        self.to_push: asyncio.Queue[MediaCheck | Sent] = asyncio.Queue(_REMEMBERED)
        self.reset()

    def reset(self) -> None:
        """Everything but the tokens: their loss is a case of its own."""
        self.rules = self._first_rules.model_copy(deep=True)
        self.people = People(self.app_id, self.clock)
        self.consents = Consents()
        self.quotas = Quotas(self.clock, self._first_limits)
        self.moderation = Moderation()
        self.sms = SmsCenter(self.clock, self.rules)
        self.outbox: deque[Message] = deque(maxlen=_REMEMBERED)
        self.codes: deque[Code] = deque(maxlen=_REMEMBERED)
        self._unchecked_pages: set[str] = set()
        self.links: deque[Link] = deque(maxlen=_REMEMBERED)
        self.faults = Faults()
        self.calls: Counter[str] = Counter()
        self.templates: dict[str, Template] = {each.id: each for each in self._first_templates}
        self._last_event_s: dict[str, int] = {}
        self._may_answer: dict[str, tuple[datetime, int]] = {}
        while not self.to_push.empty():
            self.to_push.get_nowait()

    def change_rules(self, **changed: Any) -> None:
        """Raises pydantic's ValidationError or 76021, and then changes nothing."""
        rules = Rules.model_validate(self.rules.model_dump() | changed)
        self.quotas.set_limits({path: Limit(limit.daily, limit.per_minute) for path, limit in rules.quotas.items()})
        self.rules = self.sms.rules = rules

    def check_app(self, app_id: object, app_secret: object) -> None:
        if app_id != self.app_id:
            raise RefusalError(40013)
        if app_secret != self.app_secret:
            raise RefusalError(40125 if app_secret else 41004)

    def check_ip(self, ip: str) -> None:
        if self.rules.allowed_ips is not None and ip not in self.rules.allowed_ips:
            raise RefusalError(40164, f"{ip} ipv6 ::ffff:{ip}, not in whitelist")

    def check_openid(self, openid: str) -> None:
        if not self.people.knows(openid):
            raise RefusalError(40003)

    def check_page(self, page: str) -> None:
        """ "" is the home page. The query is not looked at."""
        path = page.partition("?")[0]
        if page.startswith("/") or len(page) > 1024:
            raise RefusalError(41030)
        if path and self.rules.pages is not None and path not in self.rules.pages:
            raise RefusalError(41030)

    def take_unchecked_page(self, page: str) -> None:
        """With `check_path` false. WeChat's page names the limit and no errcode; this one is of its other codes."""
        if page not in self._unchecked_pages and len(self._unchecked_pages) >= self.rules.unchecked_pages:
            raise RefusalError(45029)
        self._unchecked_pages.add(page)

    def count_call(self, path: str) -> None:
        if path in self.calls or len(self.calls) < _REMEMBERED_PATHS:
            self.calls[path] += 1

    def template(self, template_id: str) -> Template:
        if template_id in self.templates:
            return self.templates[template_id]
        if template_id.startswith(_FREE_TEMPLATE):
            return Template(template_id)
        raise RefusalError(40037)

    def deliver(self, message: Message) -> None:
        """Each message uses one acceptance up."""
        try:
            self.consents.use(message.touser, message.template_id)
        except RefusalError:
            self.tell(message.touser, {"type": "not_allowed", "template_id": message.template_id})
            raise
        self.outbox.append(message)
        if self.rules.sent_events:
            self.later(Sent(message.touser, message.template_id, message.msgid))
        if message.touser in self._listeners:
            self.tell(message.touser, {"type": "message", "item": message.shown()})

    def later(self, task: MediaCheck | Sent) -> None:
        """An event that WeChat pushes by and by. Raises -1 when 20,000 wait."""
        if self.to_push.full():
            raise RefusalError(-1)
        self.to_push.put_nowait(task)

    def next_msgid(self) -> int:
        self._messages_sent += 1
        return int(f"{today(self.clock):%Y%m%d}{self._messages_sent:08d}")

    def event_time_s(self, openid: str) -> int:
        """Unix seconds, no two alike for one person: WeChat's events have no other name than who, when and what."""
        moment = max(int(self.clock.now().timestamp()), self._last_event_s.get(openid, 0) + 1)
        if len(self._last_event_s) > _REMEMBERED:
            self._last_event_s.clear()
        self._last_event_s[openid] = moment
        return moment

    def opens_conversation(self, openid: str, how: str) -> None:
        """The person wrote (`message`) or entered the customer service (`enter`)."""
        life, count = _MAY_ANSWER[how]
        self._may_answer[openid] = self.clock.now() + life, count

    def answer_conversation(self, openid: str) -> None:
        until, left = self._may_answer.get(openid, (self.clock.now(), 0))
        if self.clock.now() >= until:
            raise RefusalError(45015)
        if left <= 0:
            raise RefusalError(45047)
        self._may_answer[openid] = until, left - 1

    def listen(self, openid: str) -> asyncio.Queue[dict[str, object]]:
        queue: asyncio.Queue[dict[str, object]] = asyncio.Queue(_UNREAD_NEWS)
        self._listeners.setdefault(openid, set()).add(queue)
        return queue

    def stop_listening(self, openid: str, queue: asyncio.Queue[dict[str, object]]) -> None:
        waiting = self._listeners.get(openid, set())
        waiting.discard(queue)
        if not waiting:
            self._listeners.pop(openid, None)

    def tell_all(self, news: dict[str, object]) -> None:
        for openid in self._listeners:
            self.tell(openid, news)

    def tell(self, openid: str, news: dict[str, object]) -> None:
        """To the person's open phones. One that reads too slowly misses the rest and fetches the outbox again."""
        for queue in self._listeners.get(openid, ()):
            if not queue.full():
                queue.put_nowait(news)
