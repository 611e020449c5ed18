"""What center staff call: `/staff/v1`."""

from sanic import Blueprint

from backend.staff_api import appointments, centers, disputes, files, organizations, sessions

blueprint = Blueprint.group(
    appointments.blueprint,
    centers.blueprint,
    disputes.blueprint,
    files.blueprint,
    organizations.blueprint,
    sessions.blueprint,
    url_prefix="/staff/v1",
)
