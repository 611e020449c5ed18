from sanic import Blueprint

from backend.core.schema import Code, In, Moment, Out

blueprint = Blueprint("mini_sessions")


class LogIn(In):
    code: Code


class ResidentOut(Out):
    id: str
    phone_masked: str | None


class SessionOut(Out):
    token: str
    expires_at: Moment
    resident: ResidentOut
