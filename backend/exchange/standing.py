"""Where partners stand: what waits for them, what was given up, which codes nobody has mapped."""

from typing import Final

from tortoise import connections

from backend.accounts.actors import StaffActor
from backend.core import pagination
from backend.core.errors import NotFoundError, RoleNotAllowedError
from backend.core.schema import Page, PageQuery
from backend.exchange import directory, partners
from backend.exchange.schemas import DeadEventOut, PartnerOut, UnknownCodeOut
from models import OutgoingEvent, Partner, Role, UnknownCode

_MAY_LOOK: Final = (Role.SUPERVISOR, Role.ADMIN)

_COUNTS = """
SELECT p.id,
       (SELECT count(*) FROM outgoing_event o WHERE o.partner_id = p.id AND o.state = 'pending') AS pending,
       (SELECT min(queued_at) FROM outgoing_event o WHERE o.partner_id = p.id AND o.state = 'pending') AS pending_since,
       (SELECT count(*) FROM outgoing_event o WHERE o.partner_id = p.id AND o.state = 'dead') AS dead,
       (SELECT count(*) FROM unknown_code u WHERE u.partner_id = p.id AND u.settled_at IS NULL) AS unknown_codes
  FROM partner p
"""


def check(actor: StaffActor) -> None:
    """The exchange is the city's affair. Raises RoleNotAllowedError."""
    if actor.role not in _MAY_LOOK:
        raise RoleNotAllowedError


async def of_all() -> list[PartnerOut]:
    counts = {row.pop("id"): row for row in await connections.get("default").execute_query_dict(_COUNTS)}
    return [_out(partner, counts[partner.id]) for partner in await Partner.all().order_by("code")]


async def for_staff(actor: StaffActor) -> list[PartnerOut]:
    check(actor)
    return await of_all()


async def one(actor: StaffActor, code: str) -> Partner:
    """Raises RoleNotAllowedError, NotFoundError."""
    check(actor)
    partner = await directory.find(code)
    if partner is None:
        raise NotFoundError
    return partner


async def dead_events(actor: StaffActor, code: str, query: PageQuery) -> Page[DeadEventOut]:
    """The longest waiting first."""
    partner = await one(actor, code)
    rows = await partners.dead_events(partner, query.limit + 1, _number(query.cursor))
    page, cursor = pagination.cut(rows, query.limit, lambda row: (str(row.id),))
    return Page(items=[_dead(row) for row in page], next_cursor=cursor)


async def unknown_codes(actor: StaffActor, code: str, query: PageQuery) -> Page[UnknownCodeOut]:
    partner = await one(actor, code)
    found = UnknownCode.filter(partner_id=partner.id, settled_at=None).order_by("id").limit(query.limit + 1)
    after = pagination.decode_id(query.cursor)
    rows = await (found.filter(id__gt=after) if after else found)
    page, cursor = pagination.cut(rows, query.limit, lambda row: (str(row.id),))
    return Page(items=[UnknownCodeOut.model_validate(row, from_attributes=True) for row in page], next_cursor=cursor)


def _number(cursor: str | None) -> int:
    """Raises InvalidFieldsError."""
    key = pagination.decode(cursor, 1)
    if key is None:
        return 0
    if not (key[0].isascii() and key[0].isdigit() and len(key[0]) < 19):
        raise pagination.bad_cursor()
    return int(key[0])


def _out(partner: Partner, counts: dict[str, object]) -> PartnerOut:
    names = set(PartnerOut.model_fields) - set(counts)
    return PartnerOut.model_validate({name: getattr(partner, name) for name in names} | counts)


def _dead(row: OutgoingEvent) -> DeadEventOut:
    return DeadEventOut(
        sequence=row.id,
        event_id=str(row.event_id),
        number=row.dispute.number,
        kind=row.event.kind,
        at=row.event.at,
        attempts=row.attempts,
        problem=row.problem,
    )
