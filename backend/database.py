"""Tables: brought up to date, and described anew for developers."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
from tortoise import Tortoise
from tortoise.context import TortoiseContext
from tortoise.migrations import api
from tortoise.migrations.autodetector import MigrationAutodetector
from tortoise.migrations.writer import format_migration_name

from config.orm import tortoise_config

_ONE_MIGRATION_AT_A_TIME = 0x68656A6965
"""Key of an advisory lock: "hejie" in ASCII."""


async def migrate(database_url: str) -> list[str]:
    """Applies what is missing and names it. Others who migrate at the same time wait, and find nothing left."""
    applied: list[str] = []

    def note(event: str, _app: str, name: str) -> None:
        if event == "apply_done":
            applied.append(name)

    guard = await asyncpg.connect(database_url)
    try:
        await guard.execute("SELECT pg_advisory_lock($1)", _ONE_MIGRATION_AT_A_TIME)
        config = tortoise_config(database_url, 2, statement_timeout_s=0, application_name="hejie-migrate")
        await api.migrate(config=config, direction="forward", progress=note)
    finally:
        await Tortoise.close_connections()
        await guard.close()
    return applied


@asynccontextmanager
async def connected(database_url: str) -> AsyncIterator[None]:
    """For commands that work on the tables themselves; no limit on the length of a statement."""
    async with TortoiseContext() as context:
        await context.init(config=tortoise_config(database_url, 2, statement_timeout_s=0, application_name="hejie-cli"))
        yield


async def write_migrations(name: str | None) -> list[Path]:
    """One new file for what the models say and the migrations don't yet; no database is asked."""
    config = tortoise_config("postgresql://nowhere/none", 1)
    async with TortoiseContext() as context:
        await context.init(config=config, init_connections=False)
        assert context.apps is not None
        writers = await MigrationAutodetector(context.apps, config["apps"]).changes()
    for writer in writers:
        if name:
            writer.name = format_migration_name(int(writer.name.split("_")[0]), name)
    return [Path(writer.write()) for writer in writers]
