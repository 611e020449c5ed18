"""What center staff call: `/staff/v1`."""

from sanic import Blueprint

blueprint = Blueprint.group(url_prefix="/staff/v1")
