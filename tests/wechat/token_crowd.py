"""A process that becomes ten, each with its own client of WeChat: `python -m tests.wechat.token_crowd URL REDIS`.

Each gets its token, says "ready" on standard output, and once standard input is closed sends one message.
"""

import asyncio
import os
import sys

from redis.asyncio import Redis

from backend.core.clock import SystemClock
from backend.wechat.client import WeChat
from config.settings import Settings

PROCESSES = 10
MESSAGE = {
    "template_id": "tmpl-accepted",
    "page": "pages/d/index",
    "data": {"thing2": "请留意下一步通知"},
    "state": "trial",
}


async def member(url: str, redis_url: str, openid: str) -> None:
    settings, redis = Settings(), Redis.from_url(redis_url)
    secret = settings.wechat_app_secret.get_secret_value()
    wechat = WeChat(url, settings.wechat_app_id, secret, redis, clock=SystemClock(), timeout_s=20)
    await wechat.send_subscribe_message(openid, **MESSAGE)  # type: ignore[arg-type]
    os.write(1, b"ready\n")
    await asyncio.to_thread(sys.stdin.read)
    await wechat.send_subscribe_message(openid, **MESSAGE)  # type: ignore[arg-type]
    await wechat.aclose()
    await redis.aclose()


def main() -> None:
    children = []
    for _ in range(PROCESSES):
        child = os.fork()
        if child == 0:
            asyncio.run(member(*sys.argv[1:]))
            os._exit(0)
        children.append(child)
    sys.exit(any(os.waitpid(child, 0)[1] for child in children))


if __name__ == "__main__":
    main()
