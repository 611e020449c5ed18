"""Why this center: in words for the resident, and as a list of who was passed over for the staff."""

import math
from collections.abc import Set

from backend.centers.decision import LADDER, Excluded, RouteDecision, Why
from backend.centers.index import LEVELS, county_of
from backend.core.deps import CenterIndex, CenterPoint
from backend.core.divisions import DivisionMatch, DivisionPoint
from backend.core.geo import Wgs84
from backend.core.wording import weekdays_text

FAR_M = {"village": 30_000.0, "township": 30_000.0, "county": 80_000.0}
"""Beyond this the point is probably outside the area served; the remotest corner of Yichang is 25 km from
its nearest township seat."""

_SPECIALISED = "这类纠纷专业性较强，由县（市、区）级综治中心办理"
_EXPLAINED = 8
"""So many of the centers around are accounted for."""


def about(metres: float) -> str:
    """No finer than a kilometre, since reasons are kept in the clear."""
    return f"约{round(metres / 1000)}公里" if metres >= 1000 else "不到1公里"


def by_distance(center: CenterPoint, metres: float, level: str, *, first: bool) -> str:
    if not first:
        return f"{center.name}，距离{about(metres)}。"
    if metres > FAR_M[center.level]:
        return f"您填写的事发地点离最近的综治中心也比较远（{about(metres)}），可能不在服务范围内，请确认位置是否正确。"
    if level == "county":
        return f"{_SPECIALISED}；这是距离您填写的事发地点最近的一个，{about(metres)}。"
    return f"这是距离您填写的事发地点最近的综治中心，{about(metres)}。"


def by_jurisdiction(center: CenterPoint, metres: float, county: str, *, first: bool) -> str:
    if not first:
        return f"{center.name}，属于事发地所在的{county}，距离{about(metres)}。"
    return f"事发地在{county}，这是{county}离事发地点最近的综治中心，{about(metres)}。"


def by_speciality(center: CenterPoint, metres: float | None, *, first: bool) -> str:
    where = "" if metres is None else f"，距离{about(metres)}"
    if not first:
        return f"{center.name}，也专门办理这类纠纷{where}。"
    return f"这类纠纷由有专业调解力量的综治中心办理；{center.name}离您填写的地点最近{where}。"


def desk_days(center: CenterPoint, categories: Set[str]) -> str:
    """When the organizations are there that take on one of these; empty without such."""
    there = [desk for desk in center.desks if desk.categories & categories]
    return "".join(
        f"办理这类纠纷的{desk.organization}{weekdays_text(desk.weekdays)}{'在该中心' if desk.weekdays else ''}。"
        for desk in there
    )


def outside(center: CenterPoint, metres: float) -> str:
    return (
        f"您填写的事发地点不在已开通服务的县（市、区）内；离那里最近的是{center.name}，{about(metres)}。"
        "请确认位置是否正确，或者选择其他中心。"
    )


def by_division(center: CenterPoint, division: DivisionPoint, level: str) -> str:
    if level == "county":
        return f"{_SPECIALISED}；您填写的是{division.name}，由{center.name}受理。"
    if center.division_code != division.code:
        return f"{division.name}目前没有可以受理的综治中心，由{center.name}受理。"
    if division.level == "county":
        return f"您填写的是{division.name}，由{center.name}受理；如果知道所在乡镇（街道），也可以改选那里的中心。"
    return f"您填写的是{division.name}，由{center.name}受理。"


def offered(center: CenterPoint) -> str:
    return f"也可以选择{center.name}。"


def queued(queue: CenterPoint, why: str) -> str:
    return f"{why}，先由{queue.name}登记并分派。"


def passed_over(
    index: CenterIndex, retired: CenterIndex, decision: RouteDecision, place: Wgs84 | DivisionMatch
) -> tuple[Excluded, ...]:
    """The centers nearer than the one proposed that are no candidates, the nearest first; those of the very
    division where the resident gave no point."""
    shown = {candidate.center.id for candidate in decision.candidates}
    if isinstance(place, DivisionMatch):
        code = place.division.code
        there = index.of_division(code, levels=LEVELS, category=None)
        closed = retired.of_division(code, levels=LEVELS, category=None)
        found = [Excluded(each, None, _why(index, decision, each)) for each in there if each.id not in shown]
        return (*found, *(Excluded(each, None, "inactive") for each in closed))[:_EXPLAINED]
    bar = decision.candidates[0].distance_m
    within_m = math.inf if bar is None else bar
    most = _EXPLAINED + len(shown)
    around = index.nearest(place, levels=LEVELS, category=None, limit=most, within_m=within_m)
    gone = retired.nearest(place, levels=LEVELS, category=None, limit=_EXPLAINED, within_m=within_m)
    nearer = [Excluded(each, metres, _why(index, decision, each)) for metres, each in around if each.id not in shown]
    nearer += [Excluded(each, metres, "inactive") for metres, each in gone]
    return tuple(sorted(nearer, key=lambda each: (each.distance_m, each.center.code))[:_EXPLAINED])


def _why(index: CenterIndex, decision: RouteDecision, center: CenterPoint) -> Why:
    """The first that holds: what nobody could cure comes first."""
    if decision.policy == "speciality":
        return "speciality"
    if center.level not in LADDER[decision.level]:
        return "level"
    if not index.serves(center, decision.category):
        return "category"
    if decision.policy == "jurisdiction" and county_of(center) != decision.county:
        return "jurisdiction"
    return "level"
