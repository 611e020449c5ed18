import asyncio
from typing import Any, Literal

from pydantic import ValidationInfo, field_validator
from sanic import Blueprint, Request

from backend.centers import travel_time
from backend.centers.decision import Candidate, RouteDecision
from backend.centers.schemas import DeskOut
from backend.core import geo
from backend.core.deps import Deps
from backend.core.schema import Code, In, Out, deps_of, problem
from backend.core.travel import TravelState
from backend.disputes import routing
from backend.disputes.schemas import CenterBrief, PlaceIn
from backend.travel.driving import Driving
from backend.web.endpoint import endpoint

blueprint = Blueprint("mini_routing")


class PreviewIn(In):
    category: Code
    location: PlaceIn

    @field_validator("category")
    @classmethod
    def is_known_category(cls, value: str, info: ValidationInfo) -> str:
        if value not in deps_of(info).catalog.category_by_code:
            raise problem("没有这个类别，请重新选择。")
        return value


class CandidateOut(Out):
    center: CenterBrief
    distance_m: int | None
    minutes: int | None
    """By car; null when nobody asked, or there was no answer."""
    reason: str
    desks: list[DeskOut]
    """Organizations that are there on certain days only."""


class SuggestedPlace(Out):
    """For the map: a point for the address that was typed, or an address for the point. To be confirmed."""

    lon: float
    lat: float
    crs: Literal["gcj02"] = "gcj02"
    address: str


class PreviewOut(Out):
    """`candidates` has the proposed center first; the resident may choose any of them when filing."""

    center: CenterBrief
    distance_m: int | None
    minutes: int | None
    reason: str
    desks: list[DeskOut]
    policy: str
    travel: TravelState
    """`known`: driving times decided among centers about equally far; else the straight line."""
    candidates: list[CandidateOut]
    needs_confirmation: bool
    suggested_location: SuggestedPlace | None


@endpoint(
    blueprint,
    "POST",
    "/routing/preview",
    audience="resident",
    body=PreviewIn,
    returns=PreviewOut,
    opens_transaction=False,
)
async def preview(body: PreviewIn, deps: Deps, request: Request) -> PreviewOut:
    driving: Driving = request.app.ctx.driving
    decision = routing.decide(deps, body.category, body.location)
    close = [each.center for each in travel_time.contenders(decision, driving.tolerance_m)]
    times, suggestion = await asyncio.gather(
        driving.ask(routing.point_of(body.location), close), _suggestion(deps, driving, body.location)
    )
    return _out(travel_time.applied(decision, times), suggestion)


async def _suggestion(deps: Deps, driving: Driving, place: PlaceIn) -> SuggestedPlace | None:
    """The half that the resident left out."""
    point = routing.point_of(place)
    if point is None and place.address:
        found = await driving.point_of(_in_full(deps, place.address))
        return SuggestedPlace(lon=found.lon, lat=found.lat, address=place.address) if found else None
    if point is not None and not place.address:
        there = geo.to_gcj02(point)
        address = await driving.address_of(point)
        return SuggestedPlace(lon=round(there.lon, 6), lat=round(there.lat, 6), address=address) if address else None
    return None


def _in_full(deps: Deps, address: str) -> str:
    """The geocoder wants the city named."""
    match = deps.divisions.match(None, address)
    city = deps.divisions.by_code(match.division.code[:4]) if match else None
    return address if city is None or city.name in address else city.name + address


def _out(decision: RouteDecision, suggestion: SuggestedPlace | None) -> PreviewOut:
    candidates = [_candidate(each) for each in decision.candidates]
    proposed: dict[str, Any] = dict(candidates[0])
    return PreviewOut(
        **proposed,
        policy=decision.policy,
        candidates=candidates,
        needs_confirmation=decision.needs_confirmation,
        travel=decision.travel,
        suggested_location=suggestion,
    )


def _candidate(candidate: Candidate) -> CandidateOut:
    metres = None if candidate.distance_m is None else round(candidate.distance_m)
    center = candidate.center
    return CandidateOut(
        center=CenterBrief(
            id=center.id,
            name=center.name,
            address=center.address,
            phone=center.phone,
            distance_m=metres,
            placeholder=center.placeholder,
        ),
        distance_m=metres,
        minutes=candidate.minutes,
        reason=candidate.reason,
        desks=[DeskOut.of(desk) for desk in center.desks],
    )
