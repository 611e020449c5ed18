"""What residents call: `/mini/v1`."""

from sanic import Blueprint

from miniprogram_api import (
    appointments,
    bootstrap,
    categories,
    centers,
    claims,
    disputes,
    files,
    intake,
    live,
    me,
    notices,
    participation,
    privacy,
    ratings,
    routing,
    scenes,
    sessions,
    subscriptions,
    waiting,
)

blueprint = Blueprint.group(
    appointments.blueprint,
    bootstrap.blueprint,
    categories.blueprint,
    centers.blueprint,
    claims.blueprint,
    disputes.blueprint,
    files.blueprint,
    intake.blueprint,
    live.blueprint,
    me.blueprint,
    notices.blueprint,
    participation.blueprint,
    privacy.blueprint,
    ratings.blueprint,
    routing.blueprint,
    scenes.blueprint,
    sessions.blueprint,
    subscriptions.blueprint,
    waiting.blueprint,
    url_prefix="/mini/v1",
)
