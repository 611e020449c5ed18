"""Where the daily root of the history goes: a file that grows, or an HTTP address, out of reach of whoever administers
the database."""

import json
import os
from datetime import date
from pathlib import Path
from typing import Protocol

import httpx
import structlog

from backend.core.deps import Deps
from backend.disputes import roots
from backend.disputes.roots import Root

log = structlog.get_logger("hejie.history")

_TIMEOUT_S = 5.0


class Sink(Protocol):
    async def write(self, root: Root) -> None:
        """Returns when it is kept. The same day may come twice. Raises OSError, httpx.HTTPError."""
        ...


class FileSink:
    """One JSON object per line."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def write(self, root: Root) -> None:
        if read(self._path).get(root.day) == root:
            return
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(root.as_record()) + "\n")
            file.flush()
            os.fsync(file.fileno())


class HttpSink:
    """POST with the root as JSON; any 2xx means kept."""

    def __init__(self, url: str) -> None:
        self._url = url

    async def write(self, root: Root) -> None:
        async with httpx.AsyncClient(timeout=_TIMEOUT_S) as client:
            (await client.post(self._url, json=root.as_record())).raise_for_status()


def open_sink(where: str, data_dir: Path) -> Sink:
    """`where`: an http(s) URL, a path, or empty for a file in the data folder."""
    return HttpSink(where) if where.startswith(("http://", "https://")) else FileSink(path_of(where, data_dir))


def path_of(where: str, data_dir: Path) -> Path:
    return Path(where) if where else data_dir / "history-roots.jsonl"


def read(path: Path) -> dict[date, Root]:
    """By day; the first line of a day counts. Empty without a file. Raises ValueError, KeyError for other contents."""
    found: dict[date, Root] = {}
    if path.exists():
        for line in path.read_text(encoding="utf-8").splitlines():
            root = Root.from_record(json.loads(line))
            found.setdefault(root.day, root)
    return found


async def publish(deps: Deps, sink: Sink) -> int:
    """Makes what is due and sends what has not been sent, oldest first; how many went out. What cannot be sent now
    stays for the next time."""
    await roots.make_due(deps)
    sent = 0
    for row in await roots.unsent():
        try:
            await sink.write(Root.of(row))
        except (OSError, httpx.HTTPError) as error:
            log.warning("root_not_sent", day=row.day.isoformat(), error=type(error).__name__)
            break
        await roots.mark_sent(row, deps.clock.now())
        sent += 1
    return sent
