"""For developers: migrations written from the models, and beside each the SQL that Tortoise makes of it, which is what
runs (`database.migrate`). Working out that SQL takes Tortoise the better part of a minute."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from tortoise.connection import get_connection
from tortoise.context import TortoiseContext
from tortoise.migrations.autodetector import MigrationAutodetector
from tortoise.migrations.executor import MigrationExecutor
from tortoise.migrations.graph import MigrationKey
from tortoise.migrations.migration import Migration
from tortoise.migrations.recorder import MigrationRecorder
from tortoise.migrations.writer import format_migration_name

from backend.database import FOLDER
from config.orm import tortoise_config

_HEAD = "-- From {name}.py, sha256 {stamp}; `hejie makemigrations` writes it anew.\n"


class _NothingApplied(MigrationRecorder):
    """No database is asked."""

    def __init__(self) -> None:
        super().__init__(None)

    async def applied_migrations(self) -> list[MigrationKey]:
        return []


async def write(name: str | None) -> list[Path]:
    """A migration for what the models say and the migrations don't yet, and every script that is missing or out of
    date; scripts of migrations that are gone go too."""
    config = tortoise_config("postgresql://nowhere/none", 1)
    async with TortoiseContext() as context:
        await context.init(config=config, init_connections=False)
        assert context.apps is not None
        writers = await MigrationAutodetector(context.apps, config["apps"]).changes()
        for writer in writers:
            if name:
                writer.name = format_migration_name(int(writer.name.split("_")[0]), name)
        written = [Path(writer.write()) for writer in writers]
        return written + await _write_scripts({"models": config["apps"]["models"]})


def out_of_date() -> list[Path]:
    """Migrations whose script is not theirs."""
    return [path for path in sorted(FOLDER.glob("[0-9]*.py")) if not _is_current(path)]


async def _write_scripts(apps: dict[str, dict[str, object]]) -> list[Path]:
    for script in FOLDER.glob("[0-9]*.sql"):
        if not script.with_suffix(".py").exists():
            script.unlink()
    stale = {path.stem: path for path in out_of_date()}
    if not stale:
        return []
    executor = MigrationExecutor(get_connection("default"), apps)
    executor.loader.recorder = _NothingApplied()
    await executor.loader.build_graph()
    state = await executor._project_state(set())  # noqa: SLF001 - nothing public collects more than one
    for key in sorted(executor.loader.graph.nodes, key=lambda key: key.name):
        migration, path = executor.loader.graph.nodes[key], stale.get(key.name)
        assert isinstance(migration, Migration)
        if path is None:
            await migration.apply(state, dry_run=True)
            continue
        editor = executor._schema_editor(collect_sql=True)  # noqa: SLF001
        await migration.apply(state, schema_editor=editor, collect_sql=True)
        path.with_suffix(".sql").write_text(_head(path) + _script(editor.collected_sql), encoding="utf-8")
    return [path.with_suffix(".sql") for path in stale.values()]


def _is_current(path: Path) -> bool:
    script = path.with_suffix(".sql")
    return script.exists() and script.read_text(encoding="utf-8").startswith(_head(path))


def _head(path: Path) -> str:
    return _HEAD.format(name=path.stem, stamp=hashlib.sha256(path.read_bytes()).hexdigest())


def _script(collected: Iterable[str]) -> str:
    lines = (each.strip() for each in collected)
    return "".join(line + ("\n" if line.startswith("--") or line.endswith(";") else ";\n") for line in lines if line)
