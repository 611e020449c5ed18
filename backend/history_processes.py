"""A large history is walked by all processors: ranges of cases, each in a process and over a connection of its own."""

import asyncio
import os
from collections.abc import AsyncIterator
from concurrent.futures import ProcessPoolExecutor
from itertools import pairwise
from multiprocessing import get_context
from uuid import UUID

import asyncpg

from backend.core.crypto import Keyring
from backend.disputes import verifying
from backend.disputes.verifying import Batch
from config.settings import Settings

CASES_EACH = 2_000


async def batches(settings: Settings, keyring: Keyring, *, cases_each: int = CASES_EACH) -> AsyncIterator[Batch]:
    """In no order. What one range holds is walked here: a process takes a second to begin."""
    ends = await verifying.ends_of_ranges(cases_each)
    if len(ends) <= 1:
        async for batch in verifying.batches(keyring):
            yield batch
        return
    known = [settings.database_url, settings.encryption_keys, settings.search_key]
    secrets = tuple(each.get_secret_value() for each in known)
    loop = asyncio.get_running_loop()
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool:
        ranges = pairwise([verifying.FIRST, *ends[:-1], verifying.LAST])
        for walked in asyncio.as_completed([loop.run_in_executor(pool, _walk, secrets, *each) for each in ranges]):
            yield await walked


def _walk(secrets: tuple[str, ...], after: UUID, up_to: UUID) -> Batch:
    return asyncio.run(_walked(secrets, after, up_to))


async def _walked(secrets: tuple[str, ...], after: UUID, up_to: UUID) -> Batch:
    database_url, encryption_keys, search_key = secrets
    keyring, connection = Keyring.parse(encryption_keys, search_key), await asyncpg.connect(database_url)
    try:
        found = [batch async for batch in verifying.batches(keyring, after=after, up_to=up_to, fetch=connection.fetch)]
    finally:
        await connection.close()
    return Batch(sum(batch.events for batch in found), [finding for batch in found for finding in batch.findings])
