"""For other tests, at their end: whatever they did, every chain fits."""

from backend.core.crypto import Keyring
from backend.disputes import verifying
from backend.disputes.verifying import Finding
from tests.conftest import App


async def flaws(app: App) -> list[Finding]:
    """Raises AssertionError when nothing was written at all."""
    keyring: Keyring = app.ctx.deps.keyring
    found = [batch async for batch in verifying.batches(keyring)]
    assert sum(batch.events for batch in found) > 0
    return [finding for batch in found for finding in batch.findings]
