"""News over open sockets. Redis only says *that* there is news for a resident, a staff member or a center, never what:
each socket then reads it from the database after its own cursor. A lost message costs nothing, the next look finds it.
"""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterable

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

log = structlog.get_logger("hejie.live")

_CHANNEL = "hejie:news"
_RETRY_S = 1.0
_CANCEL_AGAIN_S = 0.2
_PACE_S = 0.02
"""Between two messages: under load one speaks for dozens of writes."""


async def tell(redis: Redis, residents: Iterable[str]) -> None:
    """Every process, after the commit. Raises RedisError, OSError."""
    await redis.publish(_CHANNEL, ",".join(residents))


class Newsroom:
    """One subscription for all sockets of this process, and one voice for all its writes."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._waiting: dict[str, set[asyncio.Event]] = defaultdict(set)
        self._untold: set[str] = set()
        self._has_news = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        self._tasks = {asyncio.create_task(self._listen()), asyncio.create_task(self._publish())}

    async def stop(self) -> None:
        """redis-py may swallow a cancellation while it connects, so it is repeated until both have ended."""
        running = self._tasks
        while running:
            for task in running:
                task.cancel()
            _, running = await asyncio.wait(running, timeout=_CANCEL_AGAIN_S)

    def tell(self, names: Iterable[str]) -> None:
        """After the commit, for every process. What comes while a message is under way goes with the next one."""
        self._untold.update(names)
        self._has_news.set()

    def enter(self, names: Collection[str]) -> asyncio.Event:
        """The event is set whenever there may be news for one of the names; the caller clears it."""
        event = asyncio.Event()
        for name in names:
            self._waiting[name].add(event)
        return event

    def leave(self, names: Collection[str], event: asyncio.Event) -> None:
        for name in names:
            self._waiting[name].discard(event)
            if not self._waiting[name]:
                del self._waiting[name]

    async def _publish(self) -> None:
        while True:
            await self._has_news.wait()
            self._has_news.clear()
            names, self._untold = self._untold, set()
            try:
                await tell(self._redis, names)
            except (RedisError, OSError):
                log.warning("news_not_published")
            await asyncio.sleep(_PACE_S)

    async def _listen(self) -> None:
        while True:
            try:
                async with self._redis.pubsub(ignore_subscribe_messages=True) as subscription:
                    await subscription.subscribe(_CHANNEL)
                    self._wake(list(self._waiting))
                    async for message in subscription.listen():
                        self._wake(message["data"].decode().split(","))
            except (RedisError, OSError):
                log.warning("news_interrupted")
            await asyncio.sleep(_RETRY_S)  # until Redis is back; sockets look by themselves meanwhile

    def _wake(self, names: list[str]) -> None:
        for name in names:
            for event in self._waiting.get(name, ()):
                event.set()
