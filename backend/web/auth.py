"""Who is asking. Identity comes from the token alone, of another system from its signature."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sanic import Request
from tortoise.transactions import in_transaction

from backend.accounts import queries
from backend.accounts.actors import Filer, PartnerActor, ResidentActor, StaffActor
from backend.core.deps import Deps
from backend.core.errors import TokenInvalidError, TooLargeError
from backend.exchange import receiving
from backend.web.limits import RequestLimits


def bearer(header: str | None) -> str:
    """Raises TokenInvalidError for anything but `Bearer <token>`."""
    scheme, _, token = (header or "").partition(" ")
    if scheme.lower() != "bearer" or not token or len(token) > 128 or not token.isascii():
        raise TokenInvalidError
    return token


async def resident(deps: Deps, header: str | None) -> ResidentActor:
    return await queries.resident_by_token(deps, bearer(header))


async def colleague(deps: Deps, header: str | None) -> StaffActor:
    return await queries.colleague_by_token(deps, bearer(header))


async def staff(deps: Deps, header: str | None) -> StaffActor:
    return await queries.staff_by_token(deps, bearer(header))


async def partner(deps: Deps, request: Request, limits: RequestLimits, most: int) -> PartnerActor:
    """`most`: bytes of its body. Raises what `exchange.receiving` raises, TooLargeError, RateLimitedError."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    receiving.require_headers(headers)
    if request.method == "POST":
        request.body = await _read(request, most)
    target = f"{request.method} {request.raw_url.decode(errors='replace')}"
    found, message = await receiving.signer(deps, headers, request.body or b"", target)
    await limits.hit_at(str(found.id), found.limit_per_s)
    return receiving.admit(found, message)


async def use_up(deps: Deps, actor: Filer | None) -> None:
    """Needs the transaction of the call. Raises ReplayedError."""
    if isinstance(actor, PartnerActor):
        await receiving.use_up(deps, actor)


@asynccontextmanager
async def reading(deps: Deps, actor: Filer | None) -> AsyncIterator[None]:
    """A partner's question is answered once, too: whoever has recorded it learns nothing by it."""
    if not isinstance(actor, PartnerActor):
        yield
        return
    async with in_transaction():
        await use_up(deps, actor)
        yield


async def _read(request: Request, most: int) -> bytes:
    """What says that it is too large is not read; what proves so, not further. Raises TooLargeError."""
    length = request.headers.get("content-length", "")
    if length.isdigit() and int(length[:20]) > most:
        raise TooLargeError
    parts, size = list[bytes](), 0
    stream: Any = request.stream  # of one of two servers, with one way to read
    while part := await stream.read():
        size += len(part)
        if size > most:
            raise TooLargeError
        parts.append(part)
    return b"".join(parts)
