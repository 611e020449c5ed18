"""Waiting for what other tasks and processes do."""

import asyncio
from collections.abc import Awaitable, Callable


async def eventually(is_so: Callable[[], Awaitable[bool]], *, within_s: float) -> None:
    """Raises TimeoutError."""
    async with asyncio.timeout(within_s):
        while True:
            if await is_so():
                return
            await asyncio.sleep(0.02)  # looked at again until it is so, or the time is up
