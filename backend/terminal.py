"""What every command of the operator begins with: settings, logs, the engines of development, a plain refusal."""

# ruff: noqa: PLC0415
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import typer
from pydantic import ValidationError

from config import logging
from config.settings import Settings, load_settings


@contextmanager
def complete_settings(process: str) -> Iterator[Settings]:
    """In development the embedded engines run for the length of the block, unless `hejie dev` has them up already."""
    from asyncpg import UndefinedColumnError, UndefinedTableError
    from tortoise.exceptions import OperationalError

    from backend import embedded

    follow_supervisor()
    settings = load()
    logging.configure(settings, process)
    try:
        with embedded.running(settings) as complete:
            yield complete
    except embedded.EngineError as error:
        refuse(str(error))
    except OperationalError as error:
        if isinstance(error.__context__, UndefinedTableError | UndefinedColumnError):
            refuse("The database is not that of this version: run `hejie migrate` first.")
        raise


def follow_supervisor() -> bool:
    """Is there one?"""
    from backend import embedded, supervisor

    if parent := os.environ.get(supervisor.PARENT_VARIABLE):
        embedded.die_with_parent(int(parent), signal.SIGTERM)
    return bool(parent)


def load() -> Settings:
    try:
        return load_settings()
    except ValidationError as error:
        wrong = (f"  {'.'.join(map(str, each['loc'])) or 'settings'}: {each['msg']}" for each in error.errors())
        refuse("The settings are wrong:\n" + "\n".join(wrong))


def refuse(message: str) -> NoReturn:
    sys.stderr.write(f"{message}\n")
    raise typer.Exit(1)
