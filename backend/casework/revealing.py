"""A number in full, for who says why: masked is the rule, and each look behind the mask stands in the chain."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from backend.accounts.actors import StaffActor
from backend.casework.registration import require_recorder
from backend.core.deps import Deps
from backend.core.errors import NotFoundError, RoleNotAllowedError
from backend.core.schema import In, Out, Text
from backend.disputes import history, party_rows, queries
from backend.disputes.history import Entry
from models import Audience, Role

Column = Literal["phone", "id_number"]


class RevealIn(In):
    fields: Annotated[tuple[Column, ...], Field(min_length=1, max_length=2)]
    reason: Text


class RevealedOut(Out):
    """Null: not asked for, or not known."""

    phone: str | None = None
    id_number: str | None = None


async def reveal(deps: Deps, actor: StaffActor, dispute_id: UUID, party_id: UUID, given: RevealIn) -> RevealedOut:
    """Of a minor, only to the director (未成年人网络保护条例 36). Raises NotFoundError, RoleNotAllowedError."""
    dispute = await queries.for_staff(actor, dispute_id, lock=True)
    party = next((each for each in await queries.parties(dispute.id) if each.id == party_id), None)
    if party is None:
        raise NotFoundError
    require_recorder(actor, dispute)
    if party.is_minor and actor.role != Role.DIRECTOR:
        raise RoleNotAllowedError("未成年人的信息须经中心主任查看，请联系主任。")
    asked = sorted(set(given.fields))
    data = {"party_id": str(party.id), "fields": asked}
    await history.record(deps, dispute, actor, Entry("revealed", Audience.STAFF, data, {"reason": given.reason}))
    known = party_rows.opened(deps, party)
    return RevealedOut(**{column: known[column] for column in asked})
