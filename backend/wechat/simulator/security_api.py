"""Checks of text, pictures and sound, and the rank of a user's risk."""

import secrets
from datetime import timedelta
from typing import Final, Literal

from pydantic import Field

from backend.wechat.simulator.calls import In, call, ok
from backend.wechat.simulator.moderation import findings
from backend.wechat.simulator.quotas import Limit
from backend.wechat.simulator.refusals import RefusalError
from backend.wechat.simulator.world import MediaCheck, World

_SEEN_WITHIN: Final = timedelta(hours=2)
_RISK_SEEN_WITHIN: Final = timedelta(minutes=30)
_LONGEST_TEXT: Final = 2_500
_SCENES: Final = (1, 2, 3, 4)


class TextCheckIn(In):
    content: str = Field("", min_length=1)
    version: int = 1
    scene: int = 0
    openid: str = ""
    title: str = ""
    nickname: str = ""
    signature: str = ""


class MediaCheckIn(In):
    media_url: str = Field("", pattern=r"^https?://\S+$", max_length=4096)
    media_type: Literal[1, 2]
    version: Literal[2]
    scene: int = 0
    openid: str = ""


class RiskIn(In):
    appid: str = ""
    openid: str = ""
    scene: int = 0
    client_ip: str = ""
    mobile_no: str = ""


@call("/wxa/msg_sec_check", limit=Limit(daily=2_000_000, per_minute=4_000))
async def check_text(world: World, asked: TextCheckIn) -> dict[str, object]:
    verdict = world.moderation.of_text(asked.content, asked.title, asked.nickname, asked.signature)
    if asked.version != 2:
        if verdict.suggest == "risky":
            raise RefusalError(87014)
        return ok()
    if len(asked.content) > _LONGEST_TEXT:
        raise RefusalError(45002)
    _check_visitor(world, asked.openid, asked.scene)
    return ok(**findings(verdict), trace_id=new_trace_id())


@call("/wxa/media_check_async", limit=Limit(daily=200_000, per_minute=2_000))
async def check_media(world: World, asked: MediaCheckIn) -> dict[str, object]:
    """The result comes as an event. How files are judged: moderation.py."""
    _check_visitor(world, asked.openid, asked.scene)
    trace_id = new_trace_id()
    world.later(MediaCheck(trace_id, asked.openid, asked.media_url))
    return ok(trace_id=trace_id)


@call("/wxa/getuserriskrank")
async def risk_rank(world: World, asked: RiskIn) -> dict[str, object]:
    if asked.appid != world.app_id:
        raise RefusalError(40013)
    world.check_openid(asked.openid)
    if not world.people.has_visited(asked.openid, _RISK_SEEN_WITHIN):
        raise RefusalError(61010)
    return ok(risk_rank=world.people.met(asked.openid).risk_rank, unoin_id=secrets.randbits(40))


def _check_visitor(world: World, openid: str, scene: int) -> None:
    world.check_openid(openid)
    if scene not in _SCENES:
        raise RefusalError(40129)
    if not world.people.has_visited(openid, _SEEN_WITHIN):
        raise RefusalError(61010)


def new_trace_id() -> str:
    return "-".join(secrets.token_hex(4) for _ in range(3))
