from typing import Annotated
from uuid import UUID

from pydantic import Field
from sanic import Blueprint

from backend.accounts.actors import ResidentActor
from backend.aftercare import rating
from backend.aftercare.schemas import OwnRatingOut
from backend.core.deps import Deps
from backend.core.schema import In, Text
from backend.ratings.actions import AlreadyRatedError, NotRatableError, NotRatableYetError, RatingClosedError
from backend.web.endpoint import endpoint

blueprint = Blueprint("mini_ratings")

_PATH = "/disputes/{dispute_id}/rating"


class RatingIn(In):
    resolved: bool
    satisfaction: Annotated[int, Field(ge=1, le=5)]
    comment: Text | None = None


@endpoint(
    blueprint,
    "POST",
    _PATH,
    audience="resident",
    body=RatingIn,
    returns=OwnRatingOut,
    status=201,
    errors=(NotRatableYetError, NotRatableError, RatingClosedError, AlreadyRatedError),
)
async def rate(actor: ResidentActor, dispute_id: UUID, body: RatingIn, deps: Deps) -> OwnRatingOut:
    return await rating.rate(
        deps, actor, dispute_id, resolved=body.resolved, satisfaction=body.satisfaction, comment=body.comment
    )


@endpoint(blueprint, "GET", _PATH, audience="resident", returns=OwnRatingOut)
async def get_own_rating(actor: ResidentActor, dispute_id: UUID, deps: Deps) -> OwnRatingOut:
    """The latest of one's own, and what became of it."""
    return await rating.own(deps, actor, dispute_id)
