"""A headless Chromium, driven over its DevTools protocol."""

import asyncio
import json
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection, connect

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--remote-debugging-port=0")
_WAIT_S = 10.0


def path_of_chromium() -> str | None:
    return next((found for name in _NAMES if (found := shutil.which(name))), None)


class Page:
    """One tab. `problems` are what its console complains of."""

    def __init__(self, socket: ClientConnection) -> None:
        self.problems: list[str] = []
        self._socket = socket
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._reader = asyncio.create_task(self._read())

    async def aclose(self) -> None:
        self._reader.cancel()
        await asyncio.gather(self._reader, return_exceptions=True)

    async def do(self, method: str, **parameters: Any) -> dict[str, Any]:
        number = len(self._answers)
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        await self._socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        return await asyncio.wait_for(answer, _WAIT_S)

    async def open(self, url: str) -> None:
        for domain in ("Page", "Runtime", "Log"):
            await self.do(f"{domain}.enable")
        await self.do("Page.navigate", url=url)

    async def value(self, expression: str) -> Any:
        told = await self.do("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in told, told
        return told["result"].get("value")

    async def until(self, expression: str) -> None:
        """It becomes true on the page."""
        poll = f"""new Promise((done, failed) => {{
          const end = Date.now() + {_WAIT_S * 800:.0f};
          const look = () => {{
            if ({expression}) done(true);
            else if (Date.now() > end) failed(new Error("never"));
            else setTimeout(look, 20);
          }};
          look();
        }})"""
        assert await self.value(poll), expression

    async def until_seen(self, text: str) -> None:
        await self.until(f"document.body && document.body.innerText.includes({json.dumps(text)})")

    async def click(self, text: str, within: str = "body") -> None:
        """The first visible button that says so."""
        button = (
            f"[...document.querySelectorAll({json.dumps(within + ' button')})]"
            f".find(each => each.offsetParent && each.innerText.trim().includes({json.dumps(text)}))"
        )
        await self.until(button)
        await self.value(f"{button}.click()")

    async def _read(self) -> None:
        async for line in self._socket:
            told = json.loads(line)
            if (waiting := self._answers.get(told.get("id", -1))) and not waiting.done():
                waiting.set_result(told.get("result") or told)
            elif told.get("method") == "Runtime.exceptionThrown" or (
                told.get("method") == "Log.entryAdded" and told["params"]["entry"]["level"] == "error"
            ):
                self.problems.append(json.dumps(told["params"], ensure_ascii=False))


@asynccontextmanager
async def browser(path: str, profile: Path) -> AsyncIterator[Page]:
    process = await asyncio.create_subprocess_exec(
        path,
        *_FLAGS,
        f"--user-data-dir={profile}",
        "about:blank",
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr is not None
    chatter = process.stderr
    try:
        async with asyncio.timeout(30):
            told = await chatter.readuntil(b"/devtools/browser/")
        rest = asyncio.create_task(chatter.read())
        port = re.findall(rb"ws://[^/]*:([0-9]+)/devtools", told)[-1].decode()
        async with httpx.AsyncClient(trust_env=False) as http:
            tabs = (await http.get(f"http://127.0.0.1:{port}/json/list")).json()
        address = next(tab["webSocketDebuggerUrl"] for tab in tabs if tab["type"] == "page")
        async with connect(address, max_size=None, proxy=None) as socket:
            page = Page(socket)
            yield page
            await page.aclose()
    finally:
        process.terminate()
        await process.wait()
    await rest
