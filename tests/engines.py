"""Engines for a test session: embedded ones in a temporary folder, or a throw-away part of the servers named."""

import os
import secrets
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from backend import embedded
from config.settings import Settings


@contextmanager
def engines() -> Iterator[tuple[str, str]]:
    """Database URL, Redis URL; both empty of data. Call it on the main thread.

    With HEJIE_DATABASE_URL set, the database is a new one on that server, dropped at the end. With HEJIE_REDIS_URL
    set, it is logical database 15 of that server, which is emptied.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hejie-")))
        settings = stack.enter_context(embedded.running(Settings(data_dir=folder), durable=False))
        database_url, redis_url = settings.database_url.get_secret_value(), settings.redis_url.get_secret_value()
        if os.environ.get("HEJIE_DATABASE_URL"):
            database_url = stack.enter_context(new_database(database_url))
        if os.environ.get("HEJIE_REDIS_URL"):
            redis_url = urlsplit(redis_url)._replace(path="/15", query="").geturl()
        yield database_url, redis_url


@contextmanager
def new_database(server_url: str) -> Iterator[str]:
    name = f"hejie_test_{secrets.token_hex(4)}"
    psql = [str(embedded.postgresql_program("psql")), server_url, "-qc"]
    subprocess.run([*psql, f"CREATE DATABASE {name}"], check=True)
    try:
        yield urlsplit(server_url)._replace(path=f"/{name}").geturl()
    finally:
        subprocess.run([*psql, f"DROP DATABASE {name} WITH (FORCE)"], check=True)
