"""What residents call: `/mini/v1`."""

from sanic import Blueprint

from miniprogram_api import appointments, sessions

blueprint = Blueprint.group(
    appointments.blueprint,
    sessions.blueprint,
    url_prefix="/mini/v1",
)
