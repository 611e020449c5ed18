"""What center staff call: `/staff/v1`."""

from sanic import Blueprint

from backend.staff_api import (
    appointment_lists,
    appointments,
    calendar_feeds,
    calendars,
    casework,
    centers,
    codes,
    content,
    disputes,
    files,
    live,
    operations,
    organizations,
    parties,
    red_cards,
    registrations,
    schedules,
    sessions,
)

blueprint = Blueprint.group(
    appointment_lists.blueprint,
    appointments.blueprint,
    calendar_feeds.blueprint,
    calendars.blueprint,
    casework.blueprint,
    centers.blueprint,
    codes.blueprint,
    content.blueprint,
    disputes.blueprint,
    files.blueprint,
    live.blueprint,
    operations.blueprint,
    organizations.blueprint,
    parties.blueprint,
    red_cards.blueprint,
    registrations.blueprint,
    schedules.blueprint,
    sessions.blueprint,
    url_prefix="/staff/v1",
)
