"""Guesses at a secret: too many by one resident are refused for a while, and each is counted against the secret, though
the request that guessed is undone."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from sanic import Request
from tortoise.transactions import in_transaction

from backend.accounts.actors import ResidentActor
from backend.core.errors import HejieError


@asynccontextmanager
async def counted(
    request: Request, actor: ResidentActor, failure: type[HejieError], count: Callable[[], Awaitable[None]]
) -> AsyncIterator[None]:
    """Enter it before the transaction. Raises RateLimitedError, and whatever the block raises."""
    async with request.app.ctx.limits.attempts(f"secret:{actor.id}", failure):
        try:
            yield
        except failure:
            async with in_transaction():
                await count()
            raise
