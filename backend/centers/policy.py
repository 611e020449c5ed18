"""Which center is the door for a dispute. Pure: the same snapshot and input give the same answer."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from backend.centers import reasons, unplaced
from backend.centers.decision import LADDER, Candidate, Comparison, Doubt, RouteDecision, Way
from backend.centers.index import LEVELS, county_of
from backend.centers.reasons import FAR_M
from backend.core.boundaries import CountyBoundaries, Spot
from backend.core.catalog import Catalog
from backend.core.deps import CenterIndex, CenterPoint
from backend.core.divisions import DivisionDirectory, DivisionMatch
from backend.core.geo import Wgs84, distance_m
from backend.core.policies import NEAREST, Policy, Rule

MAX_CANDIDATES = 6
"""The chosen center included."""

CHOSEN_AND_RUNNER_UP = 2
"""Enough where nobody chooses, and found in half the time."""

CLOSE_CALL_M = 200.0
"""Two straight lines this similar do not say which center is nearer for a person on a road."""

BORDER_M = 300.0
"""So much do public outlines of one border differ."""

_WIDEST_CIRCLE_M = 20_000.0
"""No border is looked for beyond: a phone that is less sure than this says nothing."""

_NOWHERE = Spot(county=None, touched=(), near_border=False)

Hits = Sequence[tuple[float, CenterPoint]]


class Rules(NamedTuple):
    """What the operator has set beside the catalog; without it the nearest center is the answer."""

    policy: Policy
    boundaries: CountyBoundaries


class _Question(NamedTuple):
    centers: CenterIndex
    divisions: DivisionDirectory
    category: str
    top_category: str
    level: str
    catalog_version: str
    policy: Policy
    rule: Rule
    accuracy_m: float
    most: int


def choose(  # noqa: PLR0917 - snapshot, question
    index: CenterIndex,
    divisions: DivisionDirectory,
    catalog: Catalog,
    category: str,
    place: Wgs84 | DivisionMatch,
    accuracy_m: float | None = None,
    *,
    rules: Rules | None = None,
    named: DivisionMatch | None = None,
    most: int = MAX_CANDIDATES,
) -> RouteDecision:
    """`category` is a code of the catalog; `place` is where it happened; `accuracy_m` the radius the phone gave.
    `named` is the division given besides a point: it tells the county where no outline does. The answer is the same
    whatever the number of candidates, two or more."""
    level = catalog.category_by_code[category].level
    policy = rules.policy if rules else NEAREST
    top = catalog.top_category(category)
    rule = policy.rule_for(category, top)
    question = _Question(index, divisions, category, top, level, catalog.version, policy, rule, accuracy_m or 0.0, most)
    if isinstance(place, DivisionMatch):
        return _without_point(question, place)
    if rules is None or (rule.way != "speciality" and named is None and not rules.boundaries):
        return _nearest(question, place)
    return _with_rules(question, rules, place, named)


def _nearest(question: _Question, point: Wgs84) -> RouteDecision:
    hits = _hits(question, point)
    if not hits:
        return _queued(question)
    level = question.level
    first = True
    candidates = []
    for metres, center in hits:
        candidates.append(Candidate(center, metres, reasons.by_distance(center, metres, level, first=first)))
        first = False
    doubts = _close_call(hits, question.accuracy_m) + _far(hits)
    return _decision(question, "nearest", tuple(candidates), doubts)


def _with_rules(question: _Question, rules: Rules, point: Wgs84, named: DivisionMatch | None) -> RouteDecision:
    """A way that finds nobody leaves the place to the policy's own way, and that to the nearest."""
    spot = _spot(rules.boundaries, point, question.accuracy_m)
    told = _county_named(named)
    county = spot.county or told
    special = _specialists(question, point) if question.rule.way == "speciality" else []
    hits = special or _hits(question, point)
    if not hits:
        return _queued(question)
    doubts: list[Doubt] = ["border"] if spot.near_border else []
    is_outside = _is_outside(question, rules.boundaries, spot, county, hits)
    if is_outside:
        doubts.append("outside")
    if special:
        doubts += _close_call(special, question.accuracy_m)
        return _decision(question, "speciality", _told_special(special), tuple(doubts), county=county)
    neighbors = spot.touched
    if told not in {None, county, *spot.touched}:
        doubts.append("named_elsewhere")
        neighbors = (*neighbors, told or "")
    home = _inside(question, point, county)
    way = _way(question, home)
    lead = home if way == "jurisdiction" else hits
    differ = bool(home) and home[0][1].id != hits[0][1].id
    doubts += ["ways_differ"] if differ else []
    doubts += _close_call(lead, question.accuracy_m)
    doubts += _far(lead) if way == "nearest" and not is_outside else []
    across = [hit for code in neighbors for hit in _inside(question, point, code)[:1]]
    shown = _joined(lead, [hits[0], *home[:1], *across]) if home or across else lead
    return _decision(
        question,
        way,
        tuple(_told(question, rules, shown, way=way, county=county, is_outside=is_outside)),
        tuple(doubts),
        county=county,
        comparison=Comparison(hits[0][1], home[0][1]) if differ else None,
    )


def _way(question: _Question, home: Hits) -> Way:
    """Of the two that go by place alone."""
    asked = question.policy.default.way if question.rule.way == "speciality" else question.rule.way
    return "jurisdiction" if asked == "jurisdiction" and home else "nearest"


def _without_point(question: _Question, match: DivisionMatch) -> RouteDecision:
    """From the seat of the division to a speciality; else its own center or its county's."""
    code, parent = match.division.code, question.divisions.parent(match.division)
    seat = match.division.point or (parent.point if parent else None)
    special: Hits = []
    if question.rule.way == "speciality" and seat:
        special = _specialists(question, seat)
    if special:
        told = _told_special([(None, center) for _, center in special])
        unsure: tuple[Doubt, ...] = () if match.certain else ("unsure_name",)
        return _decision(question, "speciality", told, unsure, division_code=code)
    found = unplaced.candidates(
        question.centers, question.divisions, question.category, question.level, match, MAX_CANDIDATES
    )
    if not found or found[0].center is question.centers.city_queue:
        return _queued(question, found, code)
    return _decision(
        question,
        "division",
        found,
        unplaced.doubts(match, found, question.level),
        division_code=code,
        county=_county_named(match),
    )


def _decision(
    question: _Question,
    way: Way,
    candidates: tuple[Candidate, ...],
    doubts: tuple[Doubt, ...],
    *,
    division_code: str | None = None,
    county: str | None = None,
    comparison: Comparison | None = None,
) -> RouteDecision:
    if (first := candidates[0]).center.desks:
        days = reasons.desk_days(first.center, {question.category, question.top_category})
        candidates = (first._replace(reason=first.reason + days), *candidates[1:])
    fell_through = question.rule.way == "speciality" and way != "speciality"
    return RouteDecision(
        policy=way,
        category=question.category,
        level=question.level,
        catalog_version=question.catalog_version,
        candidates=candidates,
        doubts=doubts,
        division_code=division_code,
        rule=question.policy.default.id if fell_through else question.rule.id,
        version=question.policy.version,
        county=county,
        comparison=comparison,
    )


def _queued(question: _Question, found: tuple[Candidate, ...] = (), division_code: str | None = None) -> RouteDecision:
    """Never nobody: people at city level decide."""
    queue = question.centers.city_queue
    alone = Candidate(queue, None, reasons.queued(queue, "目前没有综治中心可以直接受理这类纠纷"))
    doubts: tuple[Doubt, ...] = ("queue",) if len(found) > 1 else ()
    return _decision(question, "city_queue", found or (alone,), doubts, division_code=division_code)


def _hits(question: _Question, point: Wgs84) -> Hits:
    for rung in LADDER[question.level]:
        hits = question.centers.nearest(point, levels=(rung,), category=question.category, limit=question.most)
        if hits:
            return hits
    return []


def _inside(question: _Question, point: Wgs84, county: str | None) -> Hits:
    if county is None:
        return []
    for rung in LADDER[question.level]:
        if centers := question.centers.inside(county, levels=(rung,), category=question.category):
            return _ranked(centers, point)
    return []


def _specialists(question: _Question, point: Wgs84) -> Hits:
    """Those the rule names; if it names none, all that list the category."""
    if not question.rule.centers:
        return question.centers.specialists(point, category=question.category, limit=question.most)
    named = (question.centers.by_code(code) for code in question.rule.centers)
    return _ranked([center for center in named if center], point)


def _ranked(centers: Sequence[CenterPoint], point: Wgs84) -> Hits:
    hits = [(distance_m(point, center.point), center) for center in centers]
    return sorted(hits, key=lambda hit: (hit[0], hit[1].code))[:MAX_CANDIDATES]


def _joined(lead: Hits, others: Hits) -> Hits:
    """The others are always offered, if need be in place of the farthest that lead."""
    missing = {center.id: (metres, center) for metres, center in others}
    for _, center in lead[:1]:
        missing.pop(center.id, None)
    kept = list(lead[: MAX_CANDIDATES - len(missing)]) if len(missing) < MAX_CANDIDATES else list(lead[:1])
    there = {center.id for _, center in kept}
    return (kept + [hit for code, hit in missing.items() if code not in there])[:MAX_CANDIDATES]


def _told(
    question: _Question, rules: Rules, shown: Hits, *, way: Way, county: str | None, is_outside: bool
) -> Iterator[Candidate]:
    name = _county_name(question.divisions, rules.boundaries, county)
    for position, (metres, center) in enumerate(shown):
        first, own = position == 0, county is not None and county_of(center) == county
        if first and is_outside:
            reason = reasons.outside(center, metres)
        elif own and (way == "jurisdiction" or not first):
            reason = reasons.by_jurisdiction(center, metres, name, first=first)
        else:
            reason = reasons.by_distance(center, metres, question.level, first=first)
        yield Candidate(center, metres, reason)


def _told_special(hits: Sequence[tuple[float | None, CenterPoint]]) -> tuple[Candidate, ...]:
    return tuple(
        Candidate(center, metres, reasons.by_speciality(center, metres, first=position == 0))
        for position, (metres, center) in enumerate(hits)
    )


def _spot(boundaries: CountyBoundaries, point: Wgs84, accuracy_m: float) -> Spot:
    if not boundaries:
        return _NOWHERE
    return boundaries.spot(point, min(max(accuracy_m, BORDER_M), _WIDEST_CIRCLE_M))


def _county_named(named: DivisionMatch | None) -> str | None:
    if named is None or not named.certain or named.division.level == "city":
        return None
    return named.division.code[:6]


def _county_name(divisions: DivisionDirectory, boundaries: CountyBoundaries, county: str | None) -> str:
    if county is None:
        return ""
    division = divisions.by_code(county)
    return division.name if division else boundaries.name_of(county)


def _is_outside(question: _Question, boundaries: CountyBoundaries, spot: Spot, county: str | None, hits: Hits) -> bool:
    """No center in the place's own county; or in no county at all where the nearest center's outline is known, so
    that outlines of one city say nothing of its neighbors."""
    if county is not None:
        return not question.centers.inside(county, levels=LEVELS, category=None)
    return bool(boundaries) and spot.county is None and boundaries.knows(county_of(hits[0][1]))


def _close_call(hits: Hits, accuracy_m: float) -> tuple[Doubt, ...]:
    """A point r off changes each distance by at most r, hence the difference of two by 2r."""
    is_close = len(hits) > 1 and hits[1][0] - hits[0][0] < max(CLOSE_CALL_M, 2.0 * accuracy_m)
    return ("close_call",) if is_close else ()


def _far(hits: Hits) -> tuple[Doubt, ...]:
    metres, center = hits[0]
    return ("far",) if metres > FAR_M[center.level] else ()
