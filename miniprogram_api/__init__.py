"""What residents call: `/mini/v1`."""

from sanic import Blueprint

from miniprogram_api import sessions

blueprint = Blueprint.group(
    sessions.blueprint,
    url_prefix="/mini/v1",
)
