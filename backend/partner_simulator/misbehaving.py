"""What a broken partner answers instead of what it should."""

from typing import Any, Final

import sanic
from sanic.response import HTTPResponse, empty, html, json, text

from backend.partner_simulator.world import Fault

_PAGE: Final = "<html><body><h1>统一门户登录</h1></body></html>"


def answer(request: sanic.Request[Any, Any], fault: Fault, event_id: str) -> HTTPResponse:
    """`event_id` is empty where Hejie asks instead of telling."""
    if fault.kind == "hang_up":
        assert request.transport is not None
        request.transport.close()
    answers = {
        "status": json({"error": "broken"}, status=fault.status),
        "refuse": json({"refused": event_id, "reason": "案件编号不符合要求"}, status=422),
        "redirect": text("", status=301, headers={"location": "/healthz"}),
        "html": html(_PAGE),
        "garbage": text("\x00{]" * 100, content_type="application/json"),
        "empty": empty(status=200),
        "other_id": json({"received": "0"}),
        "body": text(fault.body, content_type="application/json"),
        "hang_up": empty(),
    }
    found = answers[fault.kind]
    if fault.retry_after:
        found.headers["retry-after"] = fault.retry_after
    return found
