"""Candidates where the resident gave no point: the division, or what was read out of the address, decides."""

from backend.centers import reasons
from backend.centers.decision import LADDER, Candidate, Doubt
from backend.core.deps import CenterIndex, CenterPoint
from backend.core.divisions import DivisionDirectory, DivisionMatch, DivisionPoint
from backend.core.geo import distance_m


def candidates(  # noqa: PLR0917 - snapshot, question
    index: CenterIndex, divisions: DivisionDirectory, category: str, level: str, match: DivisionMatch, most: int
) -> tuple[Candidate, ...]:
    """The division's own center, else its county's, else the one nearest to its seat.

    A resident who names only the county is given the county's center: any of its townships would be a guess.
    """
    division = match.division
    if division.level == "city":
        why = "只填写到市，还不能确定由哪个中心受理"
        queue = Candidate(index.city_queue, None, reasons.queued(index.city_queue, why))
        return (queue, *map(_offered, _around(index, category, "county", division, most)))[:most]
    county = divisions.parent(division) if division.level == "township" else division
    named = [division, county, *match.others] if county else [division, *match.others]
    centers = [center for unit in named for center in _own(index, category, level, unit)]
    if division.level == "county":
        centers += _inside(index, divisions, category, level, division)
    centers += _around(index, category, level, division if division.point or not county else county, most)
    different = list(dict.fromkeys(centers))[:most]
    return tuple(
        Candidate(center, None, reasons.by_division(center, division, level)) if position == 0 else _offered(center)
        for position, center in enumerate(different)
    )


def doubts(match: DivisionMatch, found: tuple[Candidate, ...], level: str) -> tuple[Doubt, ...]:
    unsure: tuple[Doubt, ...] = () if match.certain else ("unsure_name",)
    return (*unsure, "not_in_division") if _is_guess(match.division, found, level) else unsure


def _own(index: CenterIndex, category: str, level: str, unit: DivisionPoint) -> list[CenterPoint]:
    if unit.level not in LADDER[level]:
        return []
    return index.of_division(unit.code, levels=(unit.level,), category=category)


def _inside(
    index: CenterIndex, divisions: DivisionDirectory, category: str, level: str, county: DivisionPoint
) -> list[CenterPoint]:
    """Its townships' centers, nearest to the county seat first."""
    townships = divisions.children(county.code)
    centers = [center for unit in townships for center in _own(index, category, level, unit)]
    seat = county.point
    return sorted(centers, key=lambda center: (distance_m(seat, center.point) if seat else 0.0, center.code))


def _around(index: CenterIndex, category: str, level: str, unit: DivisionPoint, most: int) -> list[CenterPoint]:
    if unit.point is None:
        return []
    for rung in LADDER[level]:
        if hits := index.nearest(unit.point, levels=(rung,), category=category, limit=most):
            return [center for _, center in hits]
    return []


def _offered(center: CenterPoint) -> Candidate:
    return Candidate(center, None, reasons.offered(center))


def _is_guess(division: DivisionPoint, found: tuple[Candidate, ...], level: str) -> bool:
    """Not the center of the level asked for in the very division named."""
    center = found[0].center if found else None
    named = {division.code, division.parent_code}
    return center is None or center.level != level or center.division_code not in named
