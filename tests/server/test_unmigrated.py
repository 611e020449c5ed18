"""A command before `hejie migrate`."""

import os
import subprocess
import sys

from tests import native
from tests.engines import new_database


def test_a_command_on_a_database_without_tables_says_what_to_do_first(stores: tuple[str, str]) -> None:
    with new_database(stores[0]) as empty:
        told = subprocess.run(
            [sys.executable, "-m", "backend.cli", "partner", "list"],
            cwd=native.ROOT, env=os.environ | {"HEJIE_DATABASE_URL": empty, "HEJIE_REDIS_URL": stores[1]},
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
    assert (told.returncode, told.stderr.strip()) == (
        1,
        "The database is not that of this version: run `hejie migrate` first.",
    )
