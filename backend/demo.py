"""A resident's journey through a running server, told in a terminal. It knows only what every client knows: HTTP."""

import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, NoReturn

import httpx
from rich.console import Console
from rich.panel import Panel

from config.settings import Settings

Json = dict[str, Any]

NOT_RUNNING, UNEXPECTED = 1, 2
"""Exit codes; 0 when the journey went through."""

_STAFF_PASSWORD = "hejie-demo"  # noqa: S105 - printed in the README; never loaded in production
_PUSH_WAIT_S = 8.0
_LOOK_S = 0.1

_PLACE = {"lon": 111.4775, "lat": 30.3789, "crs": "gcj02", "accuracy_m": 30, "address": "宜都市陆城街道滨江小区3栋"}
_STORY = {
    "category": "property",
    "description": "楼上卫生间漏水，客厅的墙发霉了。找物业报修三次，都说等一等，现在物业还来催物业费。",
    "claim": "请物业尽快修好漏水，并承担粉刷墙面的费用。",
    "amount_fen": 120_000,
    "location": _PLACE,
    "applicant": {"kind": "person", "name": "王桂兰", "phone": "13872560001"},
    "respondents": [{"kind": "organization", "name": "滨江小区物业服务有限公司"}],
    "preferred_mode": "onsite",
}


class _UnexpectedError(Exception):
    """The server answered something else than the contract says."""


@dataclass
class _Caller:
    """One person with one token."""

    http: httpx.Client
    base: str
    token: str = ""
    id: str = ""

    def call(self, method: str, path: str, body: Json | None = None, query: Mapping[str, str] | None = None) -> Json:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        if body is not None and self.token:
            headers["Idempotency-Key"] = secrets.token_hex(16)
        answer = self.http.request(method, self.base + path, json=body, params=query, headers=headers)
        if answer.is_error:
            raise _UnexpectedError(f"{method} {self.base}{path}: {answer.status_code} {answer.text}")
        read: Json = answer.json() if answer.content else {}
        return read


@dataclass
class _Journey:
    console: Console
    http: httpx.Client
    phone: httpx.Client
    name: str
    resident: _Caller
    dispute_id: str = ""
    messages: int = 0
    """How many have been shown."""
    step: Iterator[int] = field(default_factory=lambda: iter(range(1, 100)))

    def caption(self, chinese: str, english: str) -> None:
        self.console.print(f"\n[bold cyan]{next(self.step):2}. {chinese}[/]  [dim]{english}[/]")

    def say(self, text: str) -> None:
        self.console.print(f"    {text}", highlight=False)


def run(settings: Settings) -> None:
    """Exits with `NOT_RUNNING` when nobody answers, with `UNEXPECTED` when an answer is not what it should be."""
    console = Console()
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(settings.host, settings.host)  # noqa: S104 - read, not bound
    api, phone = f"http://{host}:{settings.port}", settings.wechat_url or f"http://127.0.0.1:{settings.simulator_port}"
    with (
        httpx.Client(base_url=api, timeout=15, trust_env=False) as http,
        httpx.Client(base_url=phone, timeout=15, trust_env=False) as sim,
    ):
        try:
            _tell(console, http, sim, settings.partner_simulator_port)
        except httpx.TransportError as error:
            _stop(
                console, NOT_RUNNING, f"没有连上 {error.request.url.copy_with(path='/', query=None)}。", _HOW_TO_START
            )
        except _UnexpectedError as error:
            _stop(console, UNEXPECTED, "服务器的回答出乎意料。", f"The server gave an unexpected answer.\n{error}")


_HOW_TO_START = (
    "Nobody answers there. Start everything with `make run` in another terminal, wait for “Hejie 和解 is ready”, then "
    "run `make demo` again. For another instance set the same HEJIE_PORT and HEJIE_SIMULATOR_PORT here as there."
)


def _stop(console: Console, code: int, chinese: str, english: str) -> NoReturn:
    console.print(Panel(f"{chinese}\n{english}", style="red"), highlight=False)
    raise SystemExit(code)


def _tell(console: Console, http: httpx.Client, phone: httpx.Client, partner_port: int) -> None:
    name = f"guilan{secrets.token_hex(3)}"
    journey = _Journey(console, http, phone, name, _Caller(http, "/mini/v1"))
    console.print(
        Panel("王桂兰，67岁，住在宜都市陆城街道。Wang Guilan, 67, lives in Lucheng, Yidu.", title="和解 Hejie")
    )
    _log_in(journey)
    _ask_where_to(journey)
    _file(journey)
    _book(journey)
    _mediate(journey)
    _look_back(journey)
    _exchange(journey, partner_port)
    console.print(f"\n[bold green]完成。Done.[/] 她的手机 Her phone: {phone.base_url}/?name={name}\n")


def _exchange(journey: _Journey, port: int) -> None:
    """Where another system stands beside this Hejie (`hejie dev` starts one)."""
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=15, trust_env=False) as hotline:
        try:
            hejie = hotline.get("/healthz").json()["hejie"] if port else ""
        except (httpx.HTTPError, ValueError, KeyError, TypeError):
            hejie = ""
        if hejie and httpx.URL(hejie).port == journey.http.base_url.port:
            _refer(journey, hotline)


def _refer(journey: _Journey, hotline: httpx.Client) -> None:
    journey.caption("12345 移送一件", "12345 refers a case: signed, under its own number, typed once")
    theirs = f"12345-{secrets.token_hex(4)}"
    known = {name: _STORY[name] for name in ("category", "description", "claim", "location", "respondents")}
    applicant = {"name": "李建国", "phone": "13872560002"}
    case = known | {"number": theirs, "applicant": applicant, "referred_by": "hotline_12345"}
    received = _as_hotline(hotline, "POST", "/exchange/v1/cases", case)
    journey.say(f"{theirs} → [bold]{received['number']}[/]，{received['center']}")
    clerk = _staff(journey, "clerk")
    (listed,) = clerk.call("GET", "/disputes", query={"q": received["number"]})["items"]
    journey.dispute_id = listed["id"]
    _take(journey, clerk, "accept")
    journey.caption("12345 得知每一步", "12345 is told each step, signed, with no field that it has no basis for")
    until, events = time.monotonic() + _PUSH_WAIT_S, list[Json]()
    while len(events) < 2 and time.monotonic() < until:
        time.sleep(_LOOK_S)  # it is asked again, until the events are there
        events = hotline.get("/sim/received", params={"case": received["number"]}).json()["events"]
    for event in events:
        journey.say(f"{event['type']}  {event['data']['event']}  {', '.join(event['data']['case'])}")
    status = _as_hotline(hotline, "GET", f"/exchange/v1/cases/{theirs}")
    journey.say(f"12345 查询 asks: [bold]{status['status_text']}[/] · {status['next_step']}")


def _as_hotline(hotline: httpx.Client, method: str, path: str, body: Json | None = None) -> Json:
    """The answer to a call that the simulated 12345 signs."""
    calls = {"calls": [{"method": method, "path": path, "body": body}]}
    (answer,) = hotline.post("/sim/calls", json=calls).raise_for_status().json()
    if not 200 <= answer["status"] < 300:
        raise _UnexpectedError(f"{method} {path}: {answer}")
    read: Json = answer["body"]
    return read


def _log_in(journey: _Journey) -> None:
    resident = journey.resident
    journey.caption("用微信登录", "Logs in with WeChat")
    bootstrap = resident.call("GET", "/bootstrap")
    session = resident.call("POST", "/sessions", {"code": f"sim-{journey.name}-1"})
    resident.token, resident.id = session["token"], session["resident"]["id"]
    journey.say(f"登录有效期至 {session['expires_at']}")
    journey.caption("阅读并同意隐私说明", "Reads the privacy notice and consents")
    notice = bootstrap["privacy_notice"]
    journey.say(f"“{' '.join(notice['text'].split())[:60]}……”")
    resident.call("POST", "/me/privacy-consent", {"version": notice["version"]})


def _ask_where_to(journey: _Journey) -> None:
    journey.caption("说明事情发生在哪里，看会由谁受理", "Says where it happened; sees who will take it, and why")
    question = {"category": _STORY["category"], "location": _PLACE}
    preview = journey.resident.call("POST", "/routing/preview", question)
    for each in preview["candidates"]:
        chosen = "→" if each["center"]["id"] == preview["center"]["id"] else " "
        journey.say(f"{chosen} {each['distance_m'] / 1000:5.1f} km  {each['center']['name']}")
    journey.say(f"为什么 why: [bold]{preview['reason']}[/]")


def _file(journey: _Journey) -> None:
    _allow_messages(journey, "after_submit")
    journey.caption("提交", "Files the dispute")
    filed = journey.resident.call("POST", "/disputes", _STORY)
    journey.dispute_id = filed["id"]
    journey.say(f"[bold]{filed['status_text']}[/]，编号 {filed['number']}，{filed['center']['name']}")
    journey.say(f"为什么是这里 why here: {filed['route']['reason']}")
    journey.say(f"接下来 next: {filed['next_step']}")


def _book(journey: _Journey) -> None:
    _allow_messages(journey, "after_booking")
    journey.caption("预约时间", "Books a time at the center")
    today = date.fromisoformat(journey.resident.call("GET", "/bootstrap")["server_time"][:10])
    span = {"from": today.isoformat(), "to": (today + timedelta(days=14)).isoformat()}
    path = f"/disputes/{journey.dispute_id}"
    slots = journey.resident.call("GET", f"{path}/slots", query=span | {"kind": "onsite"})["items"]
    slot = next((each for each in slots if each["remaining"] > 0), None)
    if slot is None:
        raise _UnexpectedError("no free time in the next 14 days")
    booked = journey.resident.call("POST", f"{path}/appointments", {"slot_id": slot["id"]})
    journey.say(
        f"[bold]{booked['when_text']}[/]，{booked['center']['name']}，签到码 check-in code {booked['checkin_code']}"
    )
    _show_messages(journey, "预约成功")


def _mediate(journey: _Journey) -> None:
    clerk, mediator = _staff(journey, "clerk"), _staff(journey, "mediator")
    journey.caption("窗口人员受理，分派调解员", "The clerk accepts and assigns a mediator")
    case = _take(journey, clerk, "accept")
    journey.say(f"案号 case number {case['case_number']}")
    _take(journey, clerk, "assign", mediator_id=mediator.id)
    _show_messages(journey, "已受理")
    journey.caption("调解员主持调解", "The mediator brings them together")
    _take(journey, mediator, "start_mediation")
    now = datetime.fromisoformat(journey.resident.call("GET", "/bootstrap")["server_time"])
    held_at = (now - timedelta(minutes=1)).isoformat()
    _take(journey, mediator, "record_session", held_at=held_at, summary="双方到场，物业承认维修拖延。")
    _show_page(journey)
    _allow_messages(journey, "dispute_page")
    journey.caption("达成协议", "They agree")
    due_on = (now.date() + timedelta(days=14)).isoformat()
    terms = [
        {"who": "滨江小区物业服务有限公司", "what": "修好漏水，粉刷客厅墙面", "due_on": due_on, "amount_fen": 80_000},
        {"who": "王桂兰", "what": "补交物业费", "due_on": due_on},
    ]
    summary = "物业两周内修好漏水并承担粉刷费用，王桂兰补交物业费。"
    _take(journey, mediator, "reach_agreement", form="written", summary=summary, terms=terms)
    _show_messages(journey, "已有结果")
    _show_page(journey)


def _look_back(journey: _Journey) -> None:
    path = f"/disputes/{journey.dispute_id}"
    journey.caption("评价", "Rates the outcome")
    rating = {"resolved": True, "satisfaction": 5, "comment": "调解员很耐心，事情解决了。"}
    journey.resident.call("POST", f"{path}/rating", rating)
    journey.say("★★★★★ 已解决 resolved")
    journey.caption("全部经过", "The whole timeline, as she reads it")
    for item in journey.resident.call("GET", f"{path}/timeline")["items"]:
        journey.say(f"{item['at'][5:16].replace('T', ' ')}  [bold]{item['title']}[/]  {item['text']}")
    inbox = journey.resident.call("GET", "/notices")["items"]
    journey.say(f"小程序收件箱 inbox: {len(inbox)} 条；到达手机 pushed to the phone: {len(_outbox(journey))} 条")


def _allow_messages(journey: _Journey, scene: str) -> None:
    """One tap, as a phone makes it: WeChat remembers it, and the page reports the same tap."""
    templates = journey.resident.call("GET", "/bootstrap")["scenes"][scene]["template_ids"]
    journey.caption("允许推送消息", "Allows messages: each tap is good for one message of each kind")
    for template in templates:
        tap = {"name": journey.name, "template_id": template, "result": "accept"}
        journey.phone.post("/sim/consent", json=tap).raise_for_status()
    report = {"results": dict.fromkeys(templates, "accept"), "scene": scene}
    granted = journey.resident.call("POST", "/subscriptions", report)["granted"]
    journey.say(f"可收 {sum(granted.values())} 条")


def _staff(journey: _Journey, username: str) -> _Caller:
    caller = _Caller(journey.http, "/staff/v1")
    session = caller.call("POST", "/sessions", {"username": username, "password": _STAFF_PASSWORD})
    caller.token, caller.id = session["token"], session["staff"]["id"]
    return caller


def _take(journey: _Journey, staff: _Caller, action: str, **fields: Any) -> Json:
    path = f"/disputes/{journey.dispute_id}"
    case = staff.call("GET", path)
    title = next((each["title"] for each in case["allowed_actions"] if each["action"] == action), None)
    if title is None:
        raise _UnexpectedError(f"the case does not offer {action}")
    journey.say(f"工作人员 staff: {title}")
    return staff.call("POST", f"{path}/actions/{action}", {"version": case["version"]} | fields)


def _show_page(journey: _Journey) -> None:
    page = journey.resident.call("GET", f"/disputes/{journey.dispute_id}")
    journey.say(f"她看到 she sees: [bold]{page['status_text']}[/] · {page['owner_text']} · {page['next_step']}")


def _outbox(journey: _Journey) -> list[Json]:
    answer = journey.phone.get("/sim/outbox", params={"name": journey.name}).raise_for_status()
    items: list[Json] = answer.json()["items"]
    return items


def _show_messages(journey: _Journey, awaited: str) -> None:
    """What has come since the last look; waits for the one that says `awaited`, but not for ever."""
    until = time.monotonic() + _PUSH_WAIT_S
    new: list[list[str]] = []
    with _waiting(journey.console):
        while not any(awaited in words for words in new) and time.monotonic() < until:
            time.sleep(_LOOK_S)  # a phone is looked at again, until the message is there
            new = [_words(item) for item in _outbox(journey)[journey.messages :]]
    for words in new:
        text = " · ".join(words)
        journey.console.print(Panel(text, title="📱 微信 WeChat", title_align="left", expand=False, style="green"))
    if not new:
        journey.say("[dim]没有新的推送，收件箱里有。No push this time; it is in the inbox.[/]")
    journey.messages += len(new)


def _words(item: Json) -> list[str]:
    """In the order of the template's fields, whose names end in their place."""
    fields = sorted(item["data"].items(), key=lambda field: field[0][-1])
    return [str(value["value"]) for _, value in fields]


@contextmanager
def _waiting(console: Console) -> Iterator[None]:
    with console.status("等待手机收到消息…… waiting for the phone"):
        yield
