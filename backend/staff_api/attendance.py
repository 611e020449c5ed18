from uuid import UUID

from sanic import Blueprint

from backend.accounts.actors import StaffActor
from backend.core.deps import Deps
from backend.core.errors import RoleNotAllowedError
from backend.registry import attendance
from backend.registry.attendance import AlreadySignedError, NotSignedInError
from backend.registry.attendance_schemas import AttendanceIn, AttendanceOut, AttendanceQuery, MonthOut
from backend.web.endpoint import endpoint

blueprint = Blueprint("staff_attendance")

_ATTENDANCE = "/centers/{center_id}/attendance"


@endpoint(
    blueprint,
    "POST",
    _ATTENDANCE,
    audience="colleague",
    body=AttendanceIn,
    returns=AttendanceOut,
    status=201,
    errors=(RoleNotAllowedError, AlreadySignedError, NotSignedInError),
)
async def sign_attendance(actor: StaffActor, center_id: UUID, body: AttendanceIn, deps: Deps) -> AttendanceOut:
    return await attendance.sign(deps, actor, center_id, body)


@endpoint(
    blueprint,
    "GET",
    _ATTENDANCE,
    audience="colleague",
    query=AttendanceQuery,
    returns=MonthOut,
    errors=(RoleNotAllowedError,),
)
async def get_attendance(actor: StaffActor, center_id: UUID, query: AttendanceQuery, deps: Deps) -> MonthOut:
    return await attendance.month(deps, actor, center_id, query)
