"""What another routing policy would have proposed for past filings. Opens the sealed places; writes nothing."""

import json
from collections.abc import Callable
from dataclasses import dataclass

from tortoise.queryset import QuerySet

from backend.centers.decision import RouteDecision
from backend.core.deps import Deps
from backend.core.policies import Policy
from backend.disputes import routing
from backend.disputes.schemas import PlaceIn
from models import Dispute, Source

_BATCH = 200


@dataclass(frozen=True, slots=True)
class Change:
    """Of one filing: what is proposed by the policy in force, and what would be."""

    number: str
    category: str
    before: RouteDecision
    after: RouteDecision

    @property
    def moves(self) -> bool:
        return self.before.candidates[0].center.id != self.after.candidates[0].center.id

    @property
    def asks_differently(self) -> bool:
        return self.before.needs_confirmation != self.after.needs_confirmation


@dataclass(frozen=True, slots=True)
class Rehearsal:
    seen: int
    unplaced: int
    """Their category or division is not known any more."""
    changes: tuple[Change, ...]


async def count(most: int) -> int:
    return min(await _filed().count(), most)


async def rehearse(deps: Deps, policy: Policy, most: int, tell: Callable[[int], None]) -> Rehearsal:
    """The newest `most` filings of residents: what staff registered goes to their own center under any policy.
    `tell` hears how many more have been looked at."""
    seen = unplaced = 0
    changes: list[Change] = []
    newest = await _filed().order_by("-id").limit(most).values_list("id", flat=True)
    for start in range(0, len(newest), _BATCH):
        rows = await Dispute.filter(id__in=newest[start : start + _BATCH]).order_by("-id")
        for row in rows:
            change = _compare(deps, policy, row)
            if change is None:
                unplaced += 1
            elif change.moves or change.asks_differently:
                changes.append(change)
        seen += len(rows)
        tell(len(rows))
    return Rehearsal(seen, unplaced, tuple(changes))


def _filed() -> QuerySet[Dispute]:
    return Dispute.filter(source=Source.MINI_PROGRAM, location_sealed__isnull=False)


def _compare(deps: Deps, policy: Policy, row: Dispute) -> Change | None:
    assert row.location_sealed is not None, "only those with a place are read"
    given = json.loads(deps.keyring.open(row.location_sealed, "dispute", "location", row.id))
    place = PlaceIn.model_construct(**given)
    if row.category not in deps.catalog.category_by_code:
        return None
    if not place.has_point and deps.divisions.match(place.division_code, place.address) is None:
        return None
    before = routing.decide(deps, row.category, place)
    return Change(row.number, row.category, before, routing.decide(deps, row.category, place, policy))
