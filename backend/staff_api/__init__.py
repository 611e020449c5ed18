"""What center staff call: `/staff/v1`."""

from sanic import Blueprint

from backend.staff_api import appointments, disputes, sessions

blueprint = Blueprint.group(
    appointments.blueprint,
    disputes.blueprint,
    sessions.blueprint,
    url_prefix="/staff/v1",
)
