from sanic import Blueprint, Request

from backend.accounts.actors import StaffActor
from backend.calendars import queries as calendars
from backend.core import clock
from backend.core.deps import Deps
from backend.core.errors import RoleNotAllowedError
from backend.core.schema import Out, WarningOut
from backend.web.endpoint import endpoint
from models import Role

blueprint = Blueprint("staff_operations")


class OperationsOut(Out):
    warnings: list[WarningOut]


@endpoint(blueprint, "GET", "/operations", audience="staff", returns=OperationsOut, errors=(RoleNotAllowedError,))
async def get_operations(actor: StaffActor, deps: Deps, request: Request) -> OperationsOut:
    """What the administrator's start page shows."""
    if actor.role not in (Role.ADMIN, Role.SUPERVISOR):
        raise RoleNotAllowedError
    wechat = [WarningOut(code="wechat", message=message) for message in await request.app.ctx.wechat.warnings()]
    return OperationsOut(warnings=[*wechat, *calendars.warnings(deps.calendar, clock.today(deps.clock))])
