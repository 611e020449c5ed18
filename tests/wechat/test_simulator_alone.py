"""`hejie wechat-simulator` by itself: no database, no Redis, no data folder."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from backend.wechat.simulator.pushes import CallbackKeys
from backend.wechat.simulator.templates import read_templates
from backend.wechat.simulator.world import Template
from config.catalog_files import FOLDER
from tests.native import free_port

COMMAND = (sys.executable, "-m", "backend.cli", "wechat-simulator")
SURROUNDINGS = {name: value for name, value in os.environ.items() if not name.startswith("HEJIE_")}


@asynccontextmanager
async def started(folder: Path, *options: str) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        *COMMAND,
        *options,
        cwd=folder,
        env=SURROUNDINGS | {"PYTHONPATH": str(Path(__file__).parents[2])},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        await asyncio.wait_for(process.communicate(), 20)


async def test_it_runs_alone_and_says_what_it_serves(tmp_path: Path) -> None:
    port = free_port()
    options = ("--port", str(port), "--app-id", "wx-own", "--app-secret", "own", "--callback-mode", "plain")
    async with started(tmp_path, *options) as process:
        assert process.stdout is not None
        told = (await asyncio.wait_for(process.stdout.readuntil(b"Worker ready"), 20)).decode()
        assert f"http://127.0.0.1:{port}" in told
        assert "/cgi-bin/message/subscribe/send" in told
        query = {"appid": "wx-own", "secret": "own", "js_code": "sim-a-1", "grant_type": "authorization_code"}
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as http:
            assert "openid" in (await http.get("/sns/jscode2session", params=query)).json()
            assert (await http.get("/sim/settings")).json()["callback_mode"] == "plain"
            assert (await http.get("/sim/templates")).json()["items"]
    assert process.returncode == 0
    assert os.listdir(tmp_path) == []  # noqa: PTH208


async def test_an_option_that_cannot_be(tmp_path: Path) -> None:
    async with started(tmp_path, "--callback-aes-key", "short") as process:
        told, _ = await process.communicate()
        assert (process.returncode, "43 letters" in told.decode()) == (1, True)


@pytest.mark.parametrize(
    ("url", "aes_key"), [("localhost/x", "a" * 43), ("http://x", "a" * 42), ("http://x", "=" * 43)]
)
def test_callbacks_that_cannot_be(url: str, aes_key: str) -> None:
    with pytest.raises(ValueError, match=r"callback|AES"):
        CallbackKeys("wx1", url, "t", aes_key).check()


def test_the_products_own_templates() -> None:
    assert {template.title for template in read_templates(FOLDER / "templates.toml")} >= {"预约通知"}


def test_templates_of_another_product(tmp_path: Path) -> None:
    file = tmp_path / "templates.toml"
    file.write_text(
        '[templates.a]\nid = "Zx9"\ntitle = "取件"\nkind = "long_term"\nfields = {thing1 = "柜号"}\nmore = 1\n'
    )
    assert read_templates(file) == [Template("Zx9", "取件", {"thing1": "柜号"}, "long_term")]
    file.write_text('[templates.a]\nid = "Zx9"\nfields = {title1 = "柜号"}\n')
    with pytest.raises(ValueError, match="no argument type: title1"):
        read_templates(file)
