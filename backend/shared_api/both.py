"""One handler for two audiences: residents, and staff with the associates of single cases."""

from collections.abc import Callable
from typing import Any, Literal

from sanic import Blueprint

from backend.web.endpoint import Handler, endpoint


class Both:
    """A blueprint for each of the two APIs, with the same calls."""

    def __init__(self, name: str) -> None:
        self.mini, self.staff = Blueprint(f"mini_shared_{name}"), Blueprint(f"staff_shared_{name}")

    def endpoint(
        self, method: Literal["GET", "POST", "PUT", "DELETE"], path: str, **described: Any
    ) -> Callable[[Handler], Handler]:
        """As `web.endpoint.endpoint`."""

        def register(handler: Handler) -> Handler:
            endpoint(self.mini, method, path, audience="resident", **described)(handler)
            endpoint(self.staff, method, path, audience="colleague", **described)(handler)
            return handler

        return register
