"""The measuring rod: Sanic and asyncpg with nothing between. Each POST executes the statements that one filing of
ours was seen to execute, with ids of its own, on one connection: `python -m tests.benchmarks.bare <recording>`."""

import os
import pickle
import secrets
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
from sanic import HTTPResponse, Request, Sanic
from sanic.worker.loader import AppLoader

from tests.benchmarks.sql_calls import Call

PATH = "/mini/v1/disputes"

App = Sanic[Any, Any]
Make = Callable[[], Any]


@dataclass(frozen=True)
class Recording:
    """`new` says how to make, for every value that no two filings share, another one of its kind."""

    calls: list[Call]
    new: dict[Any, Make]
    answer: bytes

    @classmethod
    def of(cls, first: list[Call], second: list[Call], answer: bytes) -> "Recording":
        """From two filings."""
        return cls(first, new_values(first, second), answer)


def new_values(first: list[Call], second: list[Call]) -> dict[Any, Make]:
    """From two of a kind: what differs between them has to differ in every other."""
    pairs = zip(_leaves([each.arguments for each in first]), _leaves([each.arguments for each in second]), strict=True)
    return {a: make for a, b in pairs if a != b and (make := _maker(a))}


def _leaves(value: Any) -> list[Any]:
    if isinstance(value, list | tuple):
        return [leaf for each in value for leaf in _leaves(each)]
    return [value]


def _maker(value: Any) -> Make | None:
    """None for what is not unique: times, sealed text."""
    if isinstance(value, UUID):
        return uuid4
    if isinstance(value, str) and len(value) == 36 and value.count("-") == 4:
        return partial(_text, uuid4)
    if isinstance(value, str) and value.isalnum():
        return partial(_token, len(value))
    return None


def _text(make: Make) -> str:
    return str(make())


def _token(length: int) -> str:
    return secrets.token_hex(length)[:length]


def create_app(recording_path: str) -> App:
    recording: Recording = pickle.loads(Path(recording_path).read_bytes())  # noqa: S301 - our own file
    app: App = Sanic("bare", configure_logging=False)
    app.config.update({"ACCESS_LOG": False, "MOTD": False})
    steps = [
        (each.method, each.sql, each.arguments, _has_new(each.arguments, recording.new)) for each in recording.calls
    ]

    @app.before_server_start
    async def connect(app: App) -> None:
        app.ctx.pool = await asyncpg.create_pool(os.environ["HEJIE_DATABASE_URL"], min_size=1, max_size=20)

    @app.get("/healthz")
    async def healthz(_request: Request) -> HTTPResponse:
        return HTTPResponse("ok")

    @app.post(PATH)
    async def file_dispute(_request: Request) -> HTTPResponse:
        new = {old: make() for old, make in recording.new.items()}
        async with app.ctx.pool.acquire() as connection:
            for method, sql, arguments, has_new in steps:
                values = renewed(arguments, new) if has_new else arguments
                await getattr(connection, method)(sql, *values)
        return HTTPResponse(recording.answer, 201, content_type="application/json")

    return app


def _has_new(value: Any, new: dict[Any, Make]) -> bool:
    return any(leaf in new for leaf in _leaves(value) if isinstance(leaf, UUID | str))


def renewed(value: Any, new: dict[Any, Any]) -> Any:
    if isinstance(value, list | tuple):
        return [renewed(each, new) for each in value]
    return new.get(value, value) if isinstance(value, UUID | str | int) else value


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
