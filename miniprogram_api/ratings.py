from typing import Annotated
from uuid import UUID

from pydantic import Field
from sanic import Blueprint

from backend.accounts.actors import ResidentActor
from backend.core.deps import Deps
from backend.core.schema import In, Moment, Out, Text
from backend.ratings import actions
from backend.ratings.actions import AlreadyRatedError, NotRatableYetError
from backend.web.endpoint import endpoint

blueprint = Blueprint("mini_ratings")


class RatingIn(In):
    resolved: bool
    satisfaction: Annotated[int, Field(ge=1, le=5)]
    comment: Text | None = None


class RatingOut(Out):
    id: str
    dispute_id: str
    resolved: bool
    satisfaction: int
    created_at: Moment


@endpoint(
    blueprint,
    "POST",
    "/disputes/{dispute_id}/rating",
    audience="resident",
    body=RatingIn,
    returns=RatingOut,
    status=201,
    errors=(NotRatableYetError, AlreadyRatedError),
)
async def rate(actor: ResidentActor, dispute_id: UUID, body: RatingIn, deps: Deps) -> RatingOut:
    rating = await actions.rate(
        deps, actor, dispute_id, resolved=body.resolved, satisfaction=body.satisfaction, comment=body.comment
    )
    return RatingOut(
        id=str(rating.id),
        dispute_id=str(dispute_id),
        resolved=rating.resolved,
        satisfaction=rating.satisfaction,
        created_at=rating.created_at,
    )
