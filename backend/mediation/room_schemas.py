"""A video room on the wire."""

from typing import Annotated, Self
from urllib.parse import urlsplit
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from backend.core.errors import FieldProblem
from backend.core.schema import Code, In, Line, Moment, Out, Text, problem, problems
from models import GuestStatus, IdentityCheck, RoomConsentKind, RoomStatus


def _is_https(value: str) -> str:
    try:
        parts = urlsplit(value)
        usable = parts.scheme == "https" and bool(parts.hostname)
    except ValueError:
        usable = False
    if not usable:
        raise problem("会议链接应以 https:// 开头，请完整复制后重填。")
    return value


class ConsentIn(In):
    kind: RoomConsentKind
    version: Annotated[Code, Field(max_length=16)]


class IdentityIn(In):
    document: Line
    """Which document was compared with the face."""


class TurnAwayIn(In):
    reason: Text


class RecordingIn(In):
    on: bool


class LinkIn(In):
    """Of a meeting elsewhere, or of a phone bridge; all empty takes it away."""

    url: Annotated[str, StringConstraints(max_length=500), AfterValidator(_is_https)] | None = None
    phone: Line | None = None
    note: Text | None = None


class FailureIn(In):
    """Where they go on: at a time of the center, which is proposed to all, or at a place in words."""

    reason: Text
    slot_id: Code | None = None
    venue: Line | None = None

    @model_validator(mode="after")
    def names_one_way_on(self) -> Self:
        if (self.slot_id is None) == (self.venue is None):
            raise problems([FieldProblem("venue", "请选择到中心调解的时间，或者写明在哪里继续，二者选一。")])
        return self


class ConsentTextOut(Out):
    kind: RoomConsentKind
    version: str
    title: str
    text: str


class GuestOut(Out):
    id: str
    kind: str
    """`party`, or what the member is."""
    side: str | None
    name: str
    """Masked but for the center's own staff."""
    status: GuestStatus
    asked_at: Moment
    identity: IdentityCheck | None
    """As `consents`, for the guest and for staff."""
    consents: list[RoomConsentKind]


class RoomOut(Out):
    id: str
    """The same as of the appointment."""
    status: RoomStatus
    starts_at: Moment
    ends_at: Moment
    when_text: str
    opens_at: Moment
    """From when one may ask to come in."""
    opened_at: Moment | None
    ended_at: Moment | None
    recording_since: Moment | None
    has_link: bool
    failed_at: Moment | None
    failure: str | None
    venue: str | None
    fallback_appointment_id: UUID | None
    consents: list[ConsentTextOut]
    guests: list[GuestOut]
    """Who is in, and for staff also who waits, was turned away or has left."""
    me: GuestOut | None


class PassOut(Out):
    room: str
    role: str
    """`guest`, `host`."""
    user_id: str
    expires_at: Moment
    provider: str
    """`trtc`, `link`."""
    sdk_app_id: int | None
    user_sig: str | None
    private_map_key: str | None
    url: str | None
    phone: str | None
    note: str | None
