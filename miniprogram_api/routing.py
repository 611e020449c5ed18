from typing import Any

from pydantic import ValidationInfo, field_validator
from sanic import Blueprint

from backend.centers.decision import Candidate, RouteDecision
from backend.core.deps import Deps
from backend.core.schema import Code, In, Out, deps_of, problem
from backend.disputes import routing
from backend.disputes.schemas import CenterBrief, PlaceIn
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
    reason: str


class PreviewOut(Out):
    """`candidates` has the proposed center first; the resident may choose any of them when filing."""

    center: CenterBrief
    distance_m: int | None
    reason: str
    policy: str
    candidates: list[CandidateOut]
    needs_confirmation: bool


@endpoint(
    blueprint,
    "POST",
    "/routing/preview",
    audience="resident",
    body=PreviewIn,
    returns=PreviewOut,
    opens_transaction=False,
)
async def preview(body: PreviewIn, deps: Deps) -> PreviewOut:
    return _out(routing.decide(deps, body.category, body.location))


def _out(decision: RouteDecision) -> PreviewOut:
    candidates = [_candidate(each) for each in decision.candidates]
    proposed: dict[str, Any] = dict(candidates[0])
    return PreviewOut(
        **proposed,
        policy=decision.policy,
        candidates=candidates,
        needs_confirmation=decision.needs_confirmation,
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
        reason=candidate.reason,
    )
