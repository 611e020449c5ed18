"""What center staff call: `/staff/v1`."""

from sanic import Blueprint

from backend.staff_api import appointments, centers, disputes, organizations, sessions

blueprint = Blueprint.group(
    appointments.blueprint,
    centers.blueprint,
    disputes.blueprint,
    organizations.blueprint,
    sessions.blueprint,
    url_prefix="/staff/v1",
)
