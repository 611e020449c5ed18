"""What center staff call: `/staff/v1`."""

from sanic import Blueprint

from backend.staff_api import appointments

blueprint = Blueprint.group(
    appointments.blueprint,
    url_prefix="/staff/v1",
)
