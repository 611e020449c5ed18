"""What center staff call: `/staff/v1`."""

from sanic import Blueprint

from backend.staff_api import appointments, disputes, files, sessions

blueprint = Blueprint.group(
    appointments.blueprint,
    disputes.blueprint,
    files.blueprint,
    sessions.blueprint,
    url_prefix="/staff/v1",
)
