"""An error in the log: where and what, and nothing that somebody has typed."""

import json
import subprocess
import sys

import asyncpg
import pytest
from pydantic import TypeAdapter

from config.tracebacks import without_values

TYPED = "13800138000"
_SAY = """
import logging, structlog
from config import logging as ours
from config.settings import Settings
ours.configure(Settings())
try:
    int("13800138000x")
except ValueError:
    structlog.get_logger("hejie").exception("not_done")
    logging.getLogger("library").exception("broken")
"""


def test_what_a_library_quotes_is_left_out_and_its_place_and_kind_are_told() -> None:
    with pytest.raises(Exception, match=TYPED) as info:
        TypeAdapter(list[int]).validate_python([f"a{TYPED}"])
    told = without_values((info.type, info.value, info.tb))
    assert TYPED not in told
    assert "pydantic_core._pydantic_core.ValidationError" in told
    assert "test_tracebacks.py" in told


def test_causes_and_groups_are_told_each_without_their_text() -> None:
    inner = ValueError(TYPED)
    inner.__cause__ = KeyError(TYPED)
    outer = ExceptionGroup(TYPED, [inner, ConnectionRefusedError(111, "Connection refused")])
    told = without_values((type(outer), outer, None))
    assert TYPED not in told
    for kind in ("ExceptionGroup", "ValueError", "KeyError", "ConnectionRefusedError: Connection refused"):
        assert f"builtins.{kind}" in told


async def test_a_value_that_the_database_quotes_is_left_out(stores: tuple[str, str]) -> None:
    connection = await asyncpg.connect(stores[0])
    try:
        with pytest.raises(asyncpg.PostgresError, match=TYPED) as info:
            await connection.execute(f"SELECT 'a{TYPED}'::int")
    finally:
        await connection.close()
    told = without_values((info.type, info.value, info.tb))
    assert TYPED not in told
    assert "asyncpg.exceptions.InvalidTextRepresentationError sqlstate=22P02" in told


def test_every_line_of_the_log_is_written_so() -> None:
    said = subprocess.run([sys.executable, "-c", _SAY], capture_output=True, check=True, text=True)
    ours, theirs = [json.loads(line) for line in said.stdout.splitlines()]
    assert (ours["event"], theirs["event"]) == ("not_done", "broken")
    for line in (ours, theirs):
        assert "builtins.ValueError" in line["exception"]
        assert TYPED not in str(line)
