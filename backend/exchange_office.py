"""The worker's side of the exchange: which partner this process works for, and the way there.

A partner is one worker's at a time, to be told and to be compared with, by a lock of a session of PostgreSQL: however a
worker dies, the lock is free at once. A worker that lost its session without knowing may send what another one sends,
never anything out of order.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import time, timedelta
from typing import Any, Final
from uuid import UUID

import asyncpg
import httpx
import structlog

from backend.core.catalog import Catalog
from backend.core.clock import Clock
from backend.core.crypto import Keyring
from backend.daily_reconciliation import Daily
from backend.exchange import answers, directory, keys, payload, signing
from backend.exchange.answers import Answer, Judged, NoAnswerError, Verdict
from backend.exchange.delivering import Desk, Pace, Tools
from backend.wiring import CurrentDeps
from config.settings import Settings
from models import Partner

log = structlog.get_logger("hejie.exchange")

_LOOK_EVERY_S: Final = 1.0
_PAUSE_S: Final = 1.0
_MOST_READ: Final = 64 * 1024
_TELLING: Final = 0x686A_7063
_COMPARING: Final = 0x686A_7064
"""First half of the advisory locks; the second is of the partner."""

_Work = Callable[[UUID], Coroutine[Any, Any, None]]


class HttpCourier:
    """To one partner: ten connections at most, redirects are answers, and an answer is whole within the time."""

    def __init__(self, pace: Pace, timeout_s: float) -> None:
        limits = httpx.Limits(max_connections=pace.at_once, max_keepalive_connections=pace.at_once)
        self._http = httpx.AsyncClient(timeout=timeout_s, limits=limits, follow_redirects=False, trust_env=False)
        self._timeout_s = timeout_s

    async def send(self, url: str, headers: dict[str, str], body: bytes) -> Answer:
        """Raises NoAnswerError."""
        asked = headers | {"accept": "application/json", "accept-encoding": "identity", "user-agent": "Hejie"}
        try:
            async with (
                asyncio.timeout(self._timeout_s),
                self._http.stream("POST", url, headers=asked, content=body) as response,
            ):
                return Answer(response.status_code, await _body(response), response.headers.get("retry-after", ""))
        except TimeoutError:
            raise NoAnswerError(f"no answer within {self._timeout_s:g} s") from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise NoAnswerError(type(error).__name__) from None

    async def aclose(self) -> None:
        await self._http.aclose()


async def _body(response: httpx.Response) -> bytes:
    """Of one that is too long nothing: its beginning may look like all of it."""
    read = b""
    async for chunk in response.aiter_raw():
        read += chunk
        if len(read) > _MOST_READ:
            return b""
    return read


def tools(settings: Settings, clock: Clock, catalog: Catalog, keyring: Keyring) -> Tools:
    pace = Pace(
        longest_pause=settings.exchange_longest_pause_s,
        longest_probe=min(settings.exchange_longest_pause_s, 60.0),
        give_up_after=timedelta(days=settings.exchange_give_up_days),
    )
    source = (settings.public_url or f"http://{settings.host}:{settings.port}").rstrip("/")
    return Tools(clock, catalog, keyring, source, pace)


async def knock(at_hand: Tools, partner: Partner, timeout_s: float) -> Judged:
    """One signed event that is of no case."""
    courier = HttpCourier(at_hand.pace, timeout_s)
    secrets = await keys.valid_secrets(at_hand.keyring, partner.id)
    message = payload.test_message(at_hand.catalog, at_hand.source, at_hand.clock.now())
    try:
        headers = signing.headers(message, secrets) | {"content-type": payload.CONTENT_TYPE}
        return answers.judge(await courier.send(partner.url, headers, message.body), message.id)
    except NoAnswerError as error:
        return Judged(Verdict.LATER, str(error))
    finally:
        await courier.aclose()


async def run(settings: Settings, at_hand: Tools, stopping: asyncio.Event) -> None:
    """Until `stopping`; again and again while the database is away."""
    while not stopping.is_set():
        try:
            async with _session(settings) as session:
                await _Office(settings, at_hand, session, stopping).run()
        except Exception:
            log.exception("exchange_interrupted")
            await asyncio.sleep(_PAUSE_S)


@asynccontextmanager
async def _session(settings: Settings) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(
        settings.database_url.get_secret_value(),
        timeout=5,
        command_timeout=10,
        server_settings={"application_name": "hejie-exchange"},
    )
    try:
        yield connection
    finally:
        connection.terminate()


class _Office:
    def __init__(
        self, settings: Settings, at_hand: Tools, session: asyncpg.Connection, stopping: asyncio.Event
    ) -> None:
        self._settings, self._tools, self._session, self._stopping = settings, at_hand, session, stopping
        self._current = CurrentDeps(settings, at_hand.clock)
        self._desks: dict[tuple[int, UUID], asyncio.Task[None]] = {}

    async def run(self) -> None:
        leaving = asyncio.create_task(_when(self._stopping))
        try:
            while not self._stopping.is_set():
                await self._clear()
                for partner in await Partner.filter(paused_at=None).order_by("id"):
                    if directory.OUT in partner.directions:
                        await self._open(_TELLING, partner.id, self._tell)
                    if partner.url and self._settings.exchange_reconcile_at:
                        await self._open(_COMPARING, partner.id, self._compare)
                await asyncio.wait({leaving}, timeout=_LOOK_EVERY_S)
            await _cancel([desk for (what, _), desk in self._desks.items() if what == _COMPARING])
            await asyncio.gather(*self._desks.values(), return_exceptions=True)
        finally:
            await _cancel([leaving, *self._desks.values()])

    async def _open(self, what: int, partner_id: UUID, work: _Work) -> None:
        lock = "SELECT pg_try_advisory_lock($1, hashtext($2))"
        if (what, partner_id) not in self._desks and await self._session.fetchval(lock, what, str(partner_id)):
            self._desks[what, partner_id] = asyncio.create_task(work(partner_id))

    async def _tell(self, partner_id: UUID) -> None:
        courier = HttpCourier(self._tools.pace, self._settings.exchange_timeout_s)
        try:
            await Desk(self._tools, courier, partner_id).run(self._stopping)
        finally:
            await courier.aclose()

    async def _compare(self, partner_id: UUID) -> None:
        at = time.fromisoformat(self._settings.exchange_reconcile_at)
        await Daily(self._tools.clock, self._current, partner_id, at).run()

    async def _clear(self) -> None:
        """One that failed is opened anew with the next look; the others do not notice."""
        for (what, partner_id), desk in list(self._desks.items()):
            if not desk.done():
                continue
            del self._desks[what, partner_id]
            if (error := desk.exception()) is not None:
                log.error("partner_desk_failed", partner_id=str(partner_id), exc_info=error)
            await self._session.execute("SELECT pg_advisory_unlock($1, hashtext($2))", what, str(partner_id))


async def _when(stopping: asyncio.Event) -> None:
    await stopping.wait()


async def _cancel(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
