"""Whoever acts in a request, as known from the session."""

from dataclasses import dataclass, field
from uuid import UUID

from models import ActorKind, Role


@dataclass(frozen=True, slots=True)
class ResidentActor:
    id: UUID
    session_id: UUID
    openid: str
    consents: dict[str, str] = field(default_factory=dict)
    """Version agreed to, by kind; withdrawn ones are absent."""
    kind: ActorKind = ActorKind.RESIDENT
    role: str = "resident"


ASSOCIATES = frozenset({Role.ORGANIZATION, Role.EXPERT})
"""Take part in single cases from outside. Only calls that say so let them in."""


@dataclass(frozen=True, slots=True)
class StaffActor:
    id: UUID
    session_id: UUID
    name: str
    role: Role
    center_id: UUID | None
    """None = the whole city, but for associates."""
    organization_id: UUID | None = None
    kind: ActorKind = ActorKind.STAFF

    @property
    def is_associate(self) -> bool:
        return self.role in ASSOCIATES


@dataclass(frozen=True, slots=True)
class PartnerActor:
    """Another system, known by what it has signed."""

    id: UUID
    code: str
    name: str
    message_id: str = ""
    """Of the call that it makes."""
    kind: ActorKind = ActorKind.PARTNER
    role: str = "partner"


Actor = ResidentActor | StaffActor
Filer = Actor | PartnerActor
"""Whoever may bring a case."""
