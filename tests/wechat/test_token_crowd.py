import asyncio
import sys

from tests.native import ROOT
from tests.simulator import Simulator
from tests.wechat.test_tokens import TOKEN, with_grants
from tests.wechat.token_crowd import PROCESSES


async def test_ten_real_processes_lose_their_token_at_once(
    simulator: Simulator, stores: tuple[str, str], redis: object
) -> None:
    """One token at the start, whoever of the ten came first; one more when it is lost."""
    openid = await with_grants(simulator, 2 * PROCESSES)
    crowd = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.wechat.token_crowd", simulator.url, stores[1], openid),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert crowd.stdin
    assert crowd.stdout
    for _ in range(PROCESSES):
        while (line := await crowd.stdout.readline()) != b"ready\n":
            assert line, "the crowd ended before it was ready"
    assert await simulator.calls(TOKEN) == 1
    await simulator.http.delete("/sim/tokens")
    crowd.stdin.close()
    assert await crowd.wait() == 0
    assert await simulator.calls(TOKEN) == 2
    assert len(await simulator.outbox("alice")) == 2 * PROCESSES
