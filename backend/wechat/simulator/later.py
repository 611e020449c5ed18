"""What WeChat tells the callback by and by: messages that were sent, files that were checked.

It fetches the files itself, as WeChat does.
"""

import asyncio
from typing import Final
from urllib.parse import unquote

import httpx

from backend.wechat.simulator.moderation import Verdict, findings
from backend.wechat.simulator.pushes import CallbackPusher, Event
from backend.wechat.simulator.world import MediaCheck, Sent, World

_LARGEST: Final = 10 * 1024 * 1024
_WAIT_S: Final = 10.0
_AT_ONCE: Final = 8
_DOWNLOAD_FAILED: Final = -1008


class LaterEvents:
    """A file that is too large counts as one that could not be fetched."""

    def __init__(self, world: World, pusher: CallbackPusher, transport: httpx.AsyncBaseTransport | None) -> None:
        self._world = world
        self._pusher = pusher
        self._http = httpx.AsyncClient(
            timeout=_WAIT_S, transport=transport, trust_env=False, follow_redirects=True, max_redirects=3
        )

    async def run(self) -> None:
        """Until cancelled."""
        try:
            await asyncio.gather(*(self._push_one_after_another() for _ in range(_AT_ONCE)))
        finally:
            await self._http.aclose()

    async def _push_one_after_another(self) -> None:
        while True:
            task = await self._world.to_push.get()
            await self._pusher.push(self._sent(task) if isinstance(task, Sent) else await self._checked(task))

    def _sent(self, sent: Sent) -> Event:
        item = {"TemplateId": sent.template_id, "MsgID": str(sent.msgid), "ErrorCode": "0", "ErrorStatus": "success"}
        return Event("subscribe_msg_sent_event", sent.openid, self._world.event_time_s(sent.openid), [item])

    async def _checked(self, check: MediaCheck) -> Event:
        await asyncio.sleep(self._world.rules.media_check_delay_ms / 1000)
        verdict = await self._verdict(check.url)
        found: dict[str, object] = {"errcode": _DOWNLOAD_FAILED, "errmsg": "download failed"}
        if verdict is not None:
            found = {"errcode": 0, "errmsg": "ok", **findings(verdict)}
        told = {"appid": self._world.app_id, "trace_id": check.trace_id, "version": 2, **found}
        return Event("wxa_media_check", check.openid, self._world.event_time_s(check.openid), extra=told)

    async def _verdict(self, url: str) -> Verdict | None:
        content = await self._content(url)
        return None if content is None else self._world.moderation.of_media(unquote(url), content)

    async def _content(self, url: str) -> bytes | None:
        content = bytearray()
        try:
            async with self._http.stream("GET", url) as answer:
                if not answer.is_success:
                    return None
                async for part in answer.aiter_bytes():
                    content += part
                    if len(content) > _LARGEST:
                        return None
        except (httpx.HTTPError, httpx.InvalidURL):
            return None
        return bytes(content)
