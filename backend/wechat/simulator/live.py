"""`/sim/live?name=`: a phone that is switched on. What arrives is told as it happens."""

import asyncio
from contextlib import suppress
from json import dumps
from typing import Any

from sanic import Blueprint
from websockets.exceptions import ConnectionClosed

from backend.wechat.simulator.calls import Request, world_of

blueprint = Blueprint("sim_live", url_prefix="/sim")


@blueprint.websocket("/live")  # type: ignore[untyped-decorator] # Sanic leaves it untyped
async def live(request: Request, socket: Any) -> None:
    """`ready` comes first, then `message`, `sms`, `consent`, `not_allowed`, `customer_message`, `people`.

    Who fetches the outbox after `ready` misses nothing.
    """
    world = world_of(request)
    openid = world.people.openid_of(request.args.get("name") or "访客")
    news = world.listen(openid)

    async def tell() -> None:
        await socket.send(dumps({"type": "ready", "openid": openid}))
        while True:
            await socket.send(dumps(await news.get(), ensure_ascii=False))

    async def notice_the_end() -> None:
        async for _ in socket:
            pass

    tasks = [asyncio.create_task(tell()), asyncio.create_task(notice_the_end())]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        world.stop_listening(openid, news)
        for task in tasks:
            task.cancel()
        with suppress(asyncio.CancelledError, ConnectionClosed):
            await asyncio.gather(*tasks)
