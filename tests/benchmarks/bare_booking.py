"""The measuring rod for booking: Sanic and asyncpg with nothing between, the statements of one booking and of one
cancellation, each client with ids of its own: `python -m tests.benchmarks.bare_booking <recording>`. It refuses where
ours does, for a refusal costs something too and is no booking: when the counter is read, or taken, and all is full."""

import json
import os
import pickle
import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
from sanic import HTTPResponse, Request, Sanic
from sanic.worker.loader import AppLoader

from backend.appointments import places
from tests.benchmarks.bare import App, Make, new_values, renewed
from tests.benchmarks.sql_calls import Call
from tests.races import town


@dataclass(frozen=True)
class Owner:
    token: str
    ids: tuple[Any, ...]
    """Whatever in the statements is this client's, in the same order for everybody."""


@dataclass(frozen=True)
class Recording:
    book: list[Call]
    cancel: list[Call]
    new: dict[Any, Make]
    """What no two bookings of one client share."""
    appointment_id: Any
    owners: list[Owner]
    """The first is who was recorded."""

    @classmethod
    def of(cls, book: tuple[list[Call], list[Call]], cancel: tuple[list[Call], list[Call]], appointment_id: Any,
           owners: list[Owner]) -> "Recording":  # fmt: skip
        """Each from two times."""
        return cls(book[0], cancel[0], new_values(*book) | new_values(*cancel), appointment_id, owners)


def create_app(recording_path: str) -> App:
    recording: Recording = pickle.loads(Path(recording_path).read_bytes())  # noqa: S301 - our own file
    app: App = Sanic("bare-booking", configure_logging=False)
    app.config.update({"ACCESS_LOG": False, "MOTD": False})
    recorded = recording.owners[0].ids
    theirs = {
        f"Bearer {each.token}": _as_text_too(dict(zip(recorded, each.ids, strict=True))) for each in recording.owners
    }
    under_way: dict[str, dict[Any, Any]] = {}

    @app.before_server_start
    async def connect(app: App) -> None:
        app.ctx.pool = await asyncpg.create_pool(os.environ["HEJIE_DATABASE_URL"], min_size=1, max_size=20)

    @app.get("/healthz")
    async def healthz(_request: Request) -> HTTPResponse:
        return HTTPResponse("ok")

    @app.post("/mini/v1/disputes/<dispute_id:str>/appointments")
    async def book(request: Request, dispute_id: str) -> HTTPResponse:
        token = request.headers["authorization"]
        under_way[token] = theirs[token] | _as_text_too({old: make() for old, make in recording.new.items()})
        if not await _execute(app, recording.book, under_way[token]):
            return HTTPResponse('{"code": "slot_full"}', 409, content_type="application/json")
        body = json.dumps({"id": str(under_way[token][recording.appointment_id])})
        return HTTPResponse(body, 201, content_type="application/json")

    @app.post("/mini/v1/appointments/<appointment_id:str>/cancellation")
    async def cancel(request: Request, appointment_id: str) -> HTTPResponse:
        await _execute(app, recording.cancel, under_way[request.headers["authorization"]])
        return HTTPResponse("{}", 200, content_type="application/json")

    return app


async def _execute(app: App, calls: list[Call], values: dict[Any, Any]) -> bool:
    """False when it is refused."""
    async with app.ctx.pool.acquire() as connection:
        for call in calls:
            found = await getattr(connection, call.method)(call.sql, *renewed(call.arguments, values))
            if _is_full(call, found):
                await connection.execute("ROLLBACK")
                return False
    return True


def _is_full(call: Call, found: Any) -> bool:
    if call.sql == places._TAKEN:
        return bool(found) and found[0]["taken"] >= town.PLACES
    return call.sql == places._TAKE and not found


def _as_text_too(values: dict[Any, Any]) -> dict[Any, Any]:
    """Tortoise hands over some ids as text."""
    return values | {str(old): str(new) for old, new in values.items() if isinstance(old, UUID)}


def main() -> None:
    loader = AppLoader(factory=partial(create_app, sys.argv[1]))
    app = loader.load()
    app.prepare(
        host="127.0.0.1",
        port=int(os.environ["HEJIE_PORT"]),
        workers=int(os.environ["HEJIE_WORKERS"]),
        access_log=False,
        motd=False,
    )
    Sanic.serve(primary=app, app_loader=loader)


if __name__ == "__main__":
    main()
