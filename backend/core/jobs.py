"""Jobs are rows: one enqueued in a transaction that rolls back never was. PgQueuer 1.6 keeps them."""

import json
from datetime import timedelta
from typing import Any

from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.ports.driver import Driver
from tortoise import connections

DELIVER_NOTICE = "deliver_notice"
TAKE_EFFECT = "take_effect"
"""Of an event that WeChat pushed."""
CHECK_CONTENT = "check_content"
MAKE_PAPER = "make_paper"
TEXT_INVITATION = "text_invitation"
MAKE_EXPORT = "make_export"
ASK_PARTNER = "ask_partner"
"""For a case that it has and we lack."""

EVENT, DEADLINE, URGENT, NORMAL = 30, 20, 10, 0


class LaterError(Exception):
    """It cannot be done now, and nothing was: try again after `pause`."""

    def __init__(self, pause: timedelta) -> None:
        super().__init__(pause)
        self.pause = pause


class _CurrentConnection(Driver):
    """PgQueuer's SQL on the connection of the transaction that is open here."""

    async def fetch(self, query: str, *args: object) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = await connections.get("default").execute_query_dict(query, list(args))
        return rows


async def enqueue(
    entrypoint: str, payloads: list[dict[str, str]], *, priority: int = NORMAL, delay: timedelta = timedelta()
) -> None:
    """One statement for all of them. `payload` holds ids only: the queue's tables are not sealed."""
    if not payloads:
        return
    count = len(payloads)
    await Queries(_CurrentConnection()).enqueue(  # type: ignore[abstract]
        [entrypoint] * count,
        [json.dumps(payload).encode() for payload in payloads],
        [priority] * count,
        [delay] * count,
    )
