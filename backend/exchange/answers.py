"""What a partner's answer to an event means. An acknowledgement names the event: a proxy's page with status 200, an
empty body or a portal's login form is none."""

import json
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

_LONGEST_PROBLEM: Final = 200
_LONGEST_PAUSE_S: Final = 3600


class Verdict(Enum):
    TAKEN = auto()
    REFUSED = auto()
    """The partner says that it will never take this event: no repetition helps."""
    LATER = auto()


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes
    """Empty where it is too long."""
    retry_after: str = ""


@dataclass(frozen=True, slots=True)
class Judged:
    verdict: Verdict
    problem: str = ""
    retry_s: float = 0.0


class NoAnswerError(Exception):
    """The text says why, without the address."""


def judge(answer: Answer, event_id: str) -> Judged:
    said = _object(answer.body)
    if 200 <= answer.status < 300 and said.get("received") == event_id:
        return Judged(Verdict.TAKEN)
    if answer.status == 422 and said.get("refused") == event_id:
        return Judged(Verdict.REFUSED, f"refused: {said.get('reason', '')}"[:_LONGEST_PROBLEM])
    if 200 <= answer.status < 300:
        return Judged(Verdict.LATER, f"status {answer.status} without an acknowledgement of this event")
    if 300 <= answer.status < 400:
        return Judged(Verdict.LATER, f"status {answer.status}: redirects are not followed")
    return Judged(Verdict.LATER, f"status {answer.status}", _pause(answer.retry_after))


def _object(body: bytes) -> dict[str, object]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _pause(retry_after: str) -> float:
    seconds = retry_after.strip()
    return (
        float(min(int(seconds), _LONGEST_PAUSE_S))
        if seconds.isascii() and seconds.isdigit() and len(seconds) < 9
        else 0.0
    )
