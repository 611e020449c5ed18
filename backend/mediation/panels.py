"""How the choices of two sides become a panel. Pure."""

from collections.abc import Hashable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import TypeVar

Expert = TypeVar("Expert", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Ballot:
    """Of one party: whom it would like, best first, and whom it will not have."""

    side: str
    chosen: tuple[Hashable, ...] = ()
    struck: frozenset[Hashable] = frozenset()


def agreed_on(candidates: Sequence[Expert], ballots: Sequence[Ballot], sides: Set[str], seats: int) -> list[Expert]:
    """At most `seats` of the candidates whom every side has chosen and nobody has struck: best liked first, then in
    the order in which they were proposed."""
    ranks = {side: _ranks([ballot for ballot in ballots if ballot.side == side]) for side in sides}
    struck = frozenset[Hashable]().union(*(ballot.struck for ballot in ballots))
    mutual = [each for each in candidates if each not in struck and all(each in ranks[side] for side in sides)]
    places = {each: place for place, each in enumerate(candidates)}
    return sorted(mutual, key=lambda each: (sum(ranks[side][each] for side in sides), places[each]))[:seats]


def _ranks(ballots: Sequence[Ballot]) -> Mapping[Hashable, int]:
    """Several parties of one side: whom any of them chose, at the best of their ranks."""
    best: dict[Hashable, int] = {}
    for ballot in ballots:
        for rank, expert in enumerate(ballot.chosen):
            best[expert] = min(rank, best.get(expert, rank))
    return best
