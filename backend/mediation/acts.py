"""What every act of a mediation asks first: who acts, for whom, and may they see the thing at all."""

from typing import ClassVar
from uuid import UUID

from tortoise.expressions import Q

from backend.accounts.actors import Actor, ResidentActor
from backend.core.deps import Deps
from backend.core.errors import HejieError, InvalidFieldsError, NotFoundError, RoleNotAllowedError
from backend.core.mediation_rules import StandingKind
from backend.mediation import access
from backend.mediation.access import Standing
from models import Party


class PartyLeftError(HejieError):
    code: ClassVar[str] = "party_left"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "这位当事人已退出调解，不能再进行这一步。"


async def standing(actor: Actor, dispute_id: UUID, *, lock: bool = False) -> Standing:
    """Raises NotFoundError."""
    if isinstance(actor, ResidentActor):
        return await access.of_resident(actor, dispute_id, lock=lock)
    return await access.of_colleague(actor, dispute_id, lock=lock)


def require_seen(deps: Deps, found: Standing, resource: str) -> None:
    """Raises NotFoundError where the whole kind does not exist to them."""
    if deps.catalog.mediation.reach(found.kind, resource) is None:
        raise NotFoundError


async def taking_part(dispute_id: UUID) -> list[Party]:
    return await Party.filter(dispute_id=dispute_id, removed_at=None, left_at=None).order_by("ordinal")


async def own_party(found: Standing) -> Party:
    """The first of those that a party's phone speaks for. Raises PartyLeftError when all have left."""
    own = [party for party in await taking_part(found.dispute.id) if party.id in found.party_ids]
    if not own:
        raise PartyLeftError
    return own[0]


async def speaks_for(actor: Actor, found: Standing) -> Party | None:
    """Whom a phone speaks for: the own part before one that it acts for; nobody for members and staff. Raises
    RoleNotAllowedError for who has left."""
    there = [party for party in await taking_part(found.dispute.id) if party.id in found.party_ids]
    if found.kind is StandingKind.PARTY and not there:
        raise RoleNotAllowedError("您已经退出这次调解，如想继续，请联系综治中心。")
    return next((party for party in there if party.resident_id == actor.id), there[0] if there else None)


async def chosen_party(found: Standing, party_id: UUID, path: str) -> Party:
    """Who takes part, and for whom the phone speaks where it is a party's. Raises InvalidFieldsError at `path`."""
    for party in await taking_part(found.dispute.id):
        if party.id == party_id and (found.kind is not StandingKind.PARTY or party.id in found.party_ids):
            return party
    raise InvalidFieldsError.at(path, "本案没有这位当事人，或者已经退出，请重新选择。")


def confided_in(actor: Actor, found: Standing, *, secret: Q) -> Q:
    """Of rows that have `mediator_id` and `handed_over_at`: all but what was confided in an earlier mediator, who has
    not handed it over. `secret` says which rows are confidential at all."""
    if found.kind is not StandingKind.MEDIATOR:
        return Q()
    return ~secret | Q(mediator_id=actor.id) | Q(handed_over_at__isnull=False)
