"""What the HTTP contract says of values on the wire, and the steps that journeys share."""

import io
import re
from datetime import date, datetime, timedelta
from typing import Any

import httpx
from PIL import Image

from tests.clock import TravellingClock
from tests.people import People, Person

Json = dict[str, Any]

_MOMENT = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+08:00$")
_WHEN = re.compile(r"^\d{1,2}月\d{1,2}日 周[一二三四五六日] (上午|中午|下午)\d{1,2}:\d\d$")
_WEEKDAYS = "一二三四五六日"

STATUS_TEXTS = {
    "submitted": "已提交",
    "accepted": "已受理",
    "in_mediation": "调解中",
    "agreed": "达成协议",
    "not_agreed": "调解未成",
    "fulfilled": "履行完毕",
    "closed": "已办结",
    "refused": "不予受理",
    "withdrawn": "已撤回",
    "transferred": "已转办",
}


def moment(text: object) -> datetime:
    assert isinstance(text, str)
    assert _MOMENT.match(text), text
    return datetime.fromisoformat(text)


def assert_when(when_text: object, starts_at: datetime) -> None:
    """`11月25日 周三 上午9:30`"""
    assert isinstance(when_text, str)
    assert _WHEN.match(when_text), when_text
    day = f"{starts_at.month}月{starts_at.day}日 周{_WEEKDAYS[starts_at.weekday()]} "
    assert when_text.startswith(day)
    assert when_text.endswith(f"{starts_at.hour if starts_at.hour <= 12 else starts_at.hour - 12}:{starts_at:%M}")


def assert_texts(answer: Json, *names: str) -> None:
    for name in names:
        assert isinstance(answer[name], str), name
        assert answer[name].strip(), name


def assert_status(answer: Json, status: str) -> None:
    assert (answer["status"], answer["status_text"]) == (status, STATUS_TEXTS[status])


def refused(answer: httpx.Response, status: int, code: str | None = None) -> Json:
    """The body of an error, whose form is always the same."""
    body: Json = answer.json()
    assert answer.status_code == status, answer.text
    assert_texts(body, "code", "message", "request_id")
    assert body["request_id"] == answer.headers["X-Request-Id"]
    assert re.search(r"[\u4e00-\u9fff]", body["message"]), "in Chinese"
    assert code is None or body["code"] == code
    return body


def paths(answer: httpx.Response) -> set[str]:
    """Where the field errors are."""
    fields = refused(answer, 422)["fields"]
    assert all(field["message"].strip() for field in fields)
    return {field["path"] for field in fields}


def granted(answer: httpx.Response, status: int = 200) -> Json:
    assert answer.status_code == status, answer.text
    body: Json = answer.json()
    return body


async def take(staff: Person, dispute_id: str, action: str, **fields: Any) -> Json:
    """A staff action as a page would take it: offered by the case, with its version."""
    case = granted(await staff.get(f"/disputes/{dispute_id}"))
    assert action in offered(case)
    body = {"version": case["version"]} | fields
    after = granted(await staff.post(f"/disputes/{dispute_id}/actions/{action}", body))
    assert after["version"] > case["version"]
    return after


def offered(case: Json) -> set[str]:
    for each in case["allowed_actions"]:
        assert_texts(each, "action", "title")
        assert isinstance(each["fields"], dict)
    return {each["action"] for each in case["allowed_actions"]}


async def to_mediation(people: People, dispute_id: str, **start: Any) -> Person:
    """Accepted, assigned and begun at the 陆城街道 center; the mediator."""
    clerk, mediator = await people.staff("clerk"), await people.staff("mediator")
    await take(clerk, dispute_id, "accept")
    await take(clerk, dispute_id, "assign", mediator_id=mediator.id)
    await take(mediator, dispute_id, "start_mediation", **start)
    return mediator


async def free_slots(resident: Person, dispute_id: str, clock: TravellingClock, **query: str) -> list[Json]:
    first: date = clock.now().date()
    span = {"from": first.isoformat(), "to": (first + timedelta(days=14)).isoformat()}
    items: list[Json] = granted(await resident.get(f"/disputes/{dispute_id}/slots", **span, **query))["items"]
    return [slot for slot in items if slot["remaining"] > 0]


def photo(color: str = "gray") -> bytes:
    picture = io.BytesIO()
    Image.new("RGB", (64, 48), color).save(picture, "JPEG")
    return picture.getvalue()
