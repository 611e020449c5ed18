"""`hejie partner …` and `hejie exchange reconcile` as an operator types them, against a partner's own server."""

import asyncio
import json
import re
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import httpx
import pytest

from backend.core.clock import SystemClock
from models import Partner, PartnerCase
from tests import native
from tests.clock import TravellingClock
from tests.conftest import App
from tests.exchange.calling import referral
from tests.exchange.conftest import Told, Worker, jobs_done, running_partner

_DRIVER = """
import json, sys
from typer.testing import CliRunner
from backend.cli import app
for line in sys.stdin:
    result = CliRunner().invoke(app, json.loads(line))
    print(json.dumps([result.exit_code, result.output]), flush=True)
"""
FIELD = "status=履行法定职责（个人信息保护法第十三条第三项）"


class Terminal:
    """One process in which one command after the other is typed: loading the program takes longer than any of them."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def type(self, line: str, *more: str) -> tuple[int, str]:
        """Exit code and what it said."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([*line.split(), *more]).encode() + b"\n")
        code, said = json.loads(await self._process.stdout.readline())
        return int(code), str(said)

    async def key(self, line: str, *more: str) -> str:
        """That the command shows, once."""
        code, said = await self.type(line, *more)
        (key,) = re.findall(r"whsec_\S+", said)
        assert code == 0, said
        return str(key)


@pytest.fixture(scope="module")
async def terminal() -> AsyncIterator[Terminal]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _DRIVER, cwd=native.ROOT, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    yield Terminal(process)
    process.kill()
    await process.wait()


@pytest.fixture
async def city(app: App, client: httpx.AsyncClient, clock: TravellingClock) -> AsyncIterator[Told]:
    """A server that nobody has entered yet; the commands' clock is the real one."""
    clock.set(datetime.now(UTC))
    async with running_partner(SystemClock(), "city", app) as (running, url), httpx.AsyncClient(base_url=url) as http:
        yield Told(running, url, Partner(), http, clock)


async def test_a_partner_is_added_tested_its_key_rotated_and_it_is_paused(terminal: Terminal, city: Told) -> None:
    entered = ("--name", "市平台", "--direction", "out", "--direction", "in", "--url", f"{city.url}/events")
    first = await terminal.key("partner add city", *entered, "--field", FIELD)
    code, said = await terminal.type("partner test city")
    assert (code, "status 401" in said) == (1, True), "it does not have the key yet"
    city.world.secrets = [first]
    assert (await terminal.type("partner test city"))[0] == 0

    second = await terminal.key("partner rotate-key city")
    for known in (first, second):
        city.world.secrets = [known]
        assert (await terminal.type("partner test city"))[0] == 0, "both sign"
    await terminal.key("partner rotate-key city")
    city.world.secrets = [first]
    assert (await terminal.type("partner test city"))[0] == 1

    city.world.secrets = [second]
    assert (await terminal.type("partner pause city"))[0] == 0
    (answer,) = await city.calls({"path": "/exchange/v1/cases", "body": referral()})
    assert (answer["status"], answer["body"]["code"]) == (403, "partner_paused")
    code, said = await terminal.type("partner list")
    assert (code, "市平台" in said, "paused since" in said, "whsec_" in said) == (0, True, True, False)
    assert (await terminal.type("partner resume city"))[0] == 0
    await city.brings()
    for command in ("test", "rotate-key", "pause"):
        code, said = await terminal.type(f"partner {command} nobody")
        assert (code, "没有这个协同平台" in said) == (1, True)
    assert (await terminal.type("partner add city", *entered))[0] == 1


async def test_lists_are_compared_and_repaired_by_command(
    terminal: Terminal, city: Told, worker: Worker, clock: TravellingClock
) -> None:
    entered = ("--name", "市平台", "--direction", "in", "--url", f"{city.url}/events")
    city.world.secrets = [await terminal.key("partner add city", *entered)]
    reconcile = "exchange reconcile --partner city"
    await city.brings(number="1")
    await city.says("1", "submitted")
    await city.says("2", "submitted", referral(number="2"))
    code, said = await terminal.type(reconcile)
    assert (code, "本方 1 件，对方 2 件" in said, "本方缺少 2" in said) == (1, True, True)
    code, said = await terminal.type(f"{reconcile} --repair")
    assert (code, "已安排重新索取" in said) == (1, True)
    await jobs_done(worker)
    assert await PartnerCase.filter(their_number="2").exists()
    clock.set(datetime.now(UTC))
    code, said = await terminal.type(reconcile)
    assert (code, "本方 2 件，对方 2 件" in said, "缺少" in said) == (0, True, False)
    await city.fault("html", of="questions")
    code, said = await terminal.type(reconcile)
    assert (code, "没有取得对方的清单" in said) == (1, True)
    code, said = await terminal.type("exchange reconcile --partner nobody")
    assert (code, "partner add" in said) == (1, True)
