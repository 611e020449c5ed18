"""Mini-program codes and URL links."""

import re
import secrets
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from io import BytesIO
from typing import Final, Literal

from PIL import Image, ImageDraw
from pydantic import Field
from sanic.response import HTTPResponse, raw

from backend.core.clock import iso
from backend.wechat.simulator.calls import In, call, ok
from backend.wechat.simulator.quotas import Limit
from backend.wechat.simulator.refusals import RefusalError
from backend.wechat.simulator.world import Code, Link, World

EnvVersion = Literal["release", "trial", "develop"]

_SCENE: Final = re.compile(r"[0-9A-Za-z!#$&'()*+,/:;=?@._~-]{1,32}")
_QUERY: Final = re.compile(r"[0-9A-Za-z!#$&'()*+,/:;=?@._~%-]{0,1024}")
_LONGEST_LIFE: Final = timedelta(days=30)
_CELLS: Final = 25


class CodeIn(In):
    scene: str = ""
    page: str = ""
    check_path: bool = True
    env_version: EnvVersion = "release"
    width: int = Field(430, ge=280, le=1280)
    auto_color: bool = False
    is_hyaline: bool = False


class LinkIn(In):
    path: str = ""
    query: str = ""
    env_version: EnvVersion = "release"
    expire_type: Literal[0, 1] = 0
    expire_time: int = 0
    expire_interval: int = 0


class LinkQueryIn(In):
    url_link: str = ""


@call("/wxa/getwxacodeunlimit", limit=Limit(per_minute=5_000))
async def code_without_limit(world: World, asked: CodeIn) -> HTTPResponse:
    """A picture, or a refusal in JSON. It looks like a code and cannot be scanned: `/sim/codes` says what is in it."""
    if not _SCENE.fullmatch(asked.scene):
        raise RefusalError(40169)
    if asked.page.startswith("/") or "?" in asked.page:
        raise RefusalError(41030)
    take = world.check_page if asked.check_path else world.take_unchecked_page
    take(asked.page)
    code = Code(asked.scene, asked.page, asked.env_version)
    world.codes.append(code)
    form: Literal["PNG", "JPEG"] = "PNG" if asked.is_hyaline else "JPEG"
    return raw(_picture(code, asked.width, form), content_type=f"image/{form.lower()}")


def _picture(code: Code, width: int, form: Literal["PNG", "JPEG"]) -> bytes:
    pattern = sha256(repr(code).encode()).digest() * 3
    image = Image.new("RGBA" if form == "PNG" else "RGB", (_CELLS, _CELLS), (255, 255, 255))
    draw = ImageDraw.Draw(image)
    for cell in range(_CELLS * _CELLS):
        row, column = divmod(cell, _CELLS)
        is_round = (row - 12) ** 2 + (column - 12) ** 2 <= 144
        if is_round and pattern[cell // 8] >> cell % 8 & 1:
            draw.point((column, row), (0, 0, 0))
    written = BytesIO()
    image.resize((width, width), Image.Resampling.NEAREST).save(written, form)
    return written.getvalue()


@call("/wxa/generate_urllink", limit=Limit(daily=500_000, per_minute=6_000))
async def url_link(world: World, asked: LinkIn) -> dict[str, object]:
    if asked.path.startswith("/") or "?" in asked.path:
        raise RefusalError(40165)
    if world.rules.pages is not None and asked.path and asked.path not in world.rules.pages:
        raise RefusalError(40165)
    if not _QUERY.fullmatch(asked.query):
        raise RefusalError(40212)
    link = Link(
        f"https://wxaurl.cn/{secrets.token_urlsafe(8)}", asked.path, asked.query, asked.env_version,
        _end_of_life(asked, world.clock.now()),
    )  # fmt: skip
    world.links.append(link)
    return ok(url_link=link.url)


def _end_of_life(asked: LinkIn, now: datetime) -> datetime:
    if asked.expire_type == 1:
        if not 1 <= asked.expire_interval <= _LONGEST_LIFE.days:
            raise RefusalError(85401)
        return now + timedelta(days=asked.expire_interval)
    if not now.timestamp() < asked.expire_time <= (now + _LONGEST_LIFE).timestamp():
        raise RefusalError(85401)
    return datetime.fromtimestamp(asked.expire_time, UTC)


@call("/wxa/query_urllink")
async def query_url_link(world: World, asked: LinkQueryIn) -> dict[str, object]:
    link = next((link for link in world.links if link.url == asked.url_link), None)
    if link is None:
        raise RefusalError(40097)
    return ok(
        url_link_info={
            "appid": world.app_id,
            "path": link.path,
            "query": link.query,
            "expire_time": int(link.expires_at.timestamp()),
            "env_version": link.env_version,
        }
    )


def shown_link(link: Link, now: datetime) -> dict[str, object]:
    return {
        "url": link.url,
        "path": link.path,
        "query": link.query,
        "env_version": link.env_version,
        "expires_at": iso(link.expires_at),
        "expired": now >= link.expires_at,
    }
