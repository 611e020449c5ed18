"""What other systems call: `/exchange/v1`."""

from sanic import Blueprint

from backend.exchange_api import cases

blueprint = Blueprint.group(cases.blueprint, url_prefix="/exchange/v1")
