"""What residents call: `/mini/v1`."""

from sanic import Blueprint

from miniprogram_api import (
    appointments,
    bootstrap,
    categories,
    centers,
    files,
    me,
    privacy,
    scenes,
    sessions,
)

blueprint = Blueprint.group(
    appointments.blueprint,
    bootstrap.blueprint,
    categories.blueprint,
    centers.blueprint,
    files.blueprint,
    me.blueprint,
    privacy.blueprint,
    scenes.blueprint,
    sessions.blueprint,
    url_prefix="/mini/v1",
)
