"""Among centers that are about equally far, the one that is reached sooner. Pure."""

import math

from backend.centers.decision import Candidate, RouteDecision
from backend.centers.index import county_of
from backend.core.travel import TravelTimes

_BY_PLACE = ("nearest", "jurisdiction", "speciality")


def contenders(decision: RouteDecision, tolerance_m: float) -> tuple[Candidate, ...]:
    """Those whom the policy lets compete, the one proposed first; empty when there is nothing to decide."""
    first = decision.candidates[0]
    if decision.policy not in _BY_PLACE or first.distance_m is None:
        return ()
    bar = first.distance_m + tolerance_m
    close = [each for each in decision.candidates if each.distance_m is not None and each.distance_m <= bar]
    if decision.policy == "jurisdiction":
        close = [each for each in close if county_of(each.center) == decision.county]
    return tuple(close) if len(close) > 1 else ()


def applied(decision: RouteDecision, times: TravelTimes) -> RouteDecision:
    """Contenders by driving time, those without a road last; everybody else stays where they were."""
    close = contenders(decision, times.tolerance_m)
    seconds = times.seconds
    if times.state != "known" or not any(each.center.id in seconds for each in close):
        return decision._replace(travel=times.state if close or times.state == "off" else "not_asked")
    ranked = sorted(close, key=lambda each: seconds.get(each.center.id, math.inf))
    rest = [each for each in decision.candidates if each not in close]
    told = [_told(each, seconds.get(each.center.id), first=position == 0) for position, each in enumerate(ranked)]
    return decision._replace(candidates=(*told, *rest), travel="known")


def _told(candidate: Candidate, seconds: int | None, *, first: bool) -> Candidate:
    if seconds is None:
        return candidate
    minutes = max(1, round(seconds / 60))
    name = candidate.center.name
    reason = f"附近几个中心距离相近，开车到{name}最快，约{minutes}分钟。" if first else f"{name}，开车约{minutes}分钟。"
    return candidate._replace(minutes=minutes, reason=reason)
