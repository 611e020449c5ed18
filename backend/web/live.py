"""News over open sockets. Redis only says *that* there is news for a resident, never what: each socket then
reads it from the database after its own cursor. A lost message costs nothing, the next look finds it."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

log = structlog.get_logger("hejie.live")

_CHANNEL = "hejie:news"
_RETRY_S = 1.0


async def publish(redis: Redis, residents: Iterable[str]) -> None:
    """After the commit. A Redis that is away is not the writer's trouble."""
    try:
        await redis.publish(_CHANNEL, ",".join(residents))
    except (RedisError, OSError):
        log.warning("news_not_published")


class Newsroom:
    """One subscription for all sockets of this process."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._waiting: dict[str, set[asyncio.Event]] = defaultdict(set)
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._listen())

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def enter(self, resident_id: str) -> asyncio.Event:
        """The event is set whenever there may be news; the caller clears it."""
        event = asyncio.Event()
        self._waiting[resident_id].add(event)
        return event

    def leave(self, resident_id: str, event: asyncio.Event) -> None:
        self._waiting[resident_id].discard(event)
        if not self._waiting[resident_id]:
            del self._waiting[resident_id]

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

    def _wake(self, residents: list[str]) -> None:
        for resident_id in residents:
            for event in self._waiting.get(resident_id, ()):
                event.set()
