"""Tables: brought up to date, and reached by commands."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
from tortoise.context import TortoiseContext

import models
from config.orm import tortoise_config

FOLDER = Path(models.__file__).parent / "migrations"

_ONE_MIGRATION_AT_A_TIME = 0x68656A6965
"""Key of an advisory lock: "hejie" in ASCII."""

_RECORD = """
CREATE TABLE IF NOT EXISTS tortoise_migrations (
    id SERIAL PRIMARY KEY, app VARCHAR(255) NOT NULL, name VARCHAR(255) NOT NULL, applied_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT uid_tortoise_mi_app_3803a5 UNIQUE (app, name)
)
"""
"""Tortoise's own: it would find the same migrations applied."""
_APPLIED = "SELECT name FROM tortoise_migrations WHERE app = 'models'"
_NOTE = "INSERT INTO tortoise_migrations (app, name, applied_at) VALUES ('models', $1, now())"


async def migrate(database_url: str) -> list[str]:
    """Applies what is missing and names it, each in a transaction of its own. Others who migrate at the same time
    wait, and find nothing left."""
    connection = await asyncpg.connect(database_url, server_settings={"application_name": "hejie-migrate"})
    try:
        await connection.execute("SELECT pg_advisory_lock($1)", _ONE_MIGRATION_AT_A_TIME)
        await connection.execute(_RECORD)
        known = {row["name"] for row in await connection.fetch(_APPLIED)}
        missing = [script for script in sorted(FOLDER.glob("[0-9]*.sql")) if script.stem not in known]
        for script in missing:
            async with connection.transaction():
                await connection.execute(script.read_text(encoding="utf-8"))
                await connection.execute(_NOTE, script.stem)
    finally:
        await connection.close()
    return [script.stem for script in missing]


@asynccontextmanager
async def connected(database_url: str) -> AsyncIterator[None]:
    """For commands that work on the tables themselves; no limit on the length of a statement."""
    async with TortoiseContext() as context:
        await context.init(config=tortoise_config(database_url, 2, statement_timeout_s=0, application_name="hejie-cli"))
        yield
