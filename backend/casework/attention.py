"""What is still missing in a case, in words for staff."""

from collections.abc import Sequence

from backend.casework import groups
from backend.core.deps import Deps
from backend.disputes.groups import Standing
from models import Party, Representation


def of(deps: Deps, parties: Sequence[Party], representations: Sequence[Representation], group: Standing) -> list[str]:
    """A minor acts through a guardian, a side of many through those elected."""
    guarded = {row.party_id for row in representations if row.kind == "guardian" and row.ended_at is None}
    alone = [party for party in parties if party.is_minor and party.id not in guarded]
    found = ["有未成年当事人还没有登记监护人，请先登记再调解。"] if alone else []
    return found + groups.attention(deps, parties, group)
