"""Partners found, and locked by whoever changes what they are told."""

from typing import ClassVar, Final
from uuid import UUID

from backend.core.errors import HejieError
from models import Partner

OUT, IN = "out", "in"
DIRECTIONS = (OUT, IN)

_LONGEST: Final = 32


class NoSuchPartnerError(HejieError):
    code: ClassVar[str] = "no_such_partner"
    status: ClassVar[int] = 404
    message: ClassVar[str] = "没有这个协同平台，请核对平台代号。"


async def find(code: str) -> Partner | None:
    """However long what was given for a code is."""
    return await Partner.get_or_none(code=code) if len(code) <= _LONGEST and code.isprintable() else None


async def by_code(code: str) -> Partner:
    """Raises NoSuchPartnerError."""
    partner = await find(code)
    if partner is None:
        raise NoSuchPartnerError
    return partner


async def lock(partner_id: UUID) -> Partner:
    """Nobody else touches its outgoing events, lanes or cursor until the end of the transaction."""
    return await Partner.filter(id=partner_id).select_for_update(no_key=True).get()


def prefix(area: str) -> str:
    """What the codes of all divisions within begin with."""
    county = area.removesuffix("000").removesuffix("000") if len(area) > 6 else area
    return county.removesuffix("0000").removesuffix("00") if len(county) == 6 else county
