"""Who is asking. Identity comes from the token alone."""

from backend.accounts import queries
from backend.accounts.actors import ResidentActor, StaffActor
from backend.core.deps import Deps
from backend.core.errors import TokenInvalidError


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
