"""Tables and enums: no queries, no rules, no settings. Tortoise reads the list of models from here."""

from models.accounts import (
    ConsentKind,
    PhoneCode,
    PrivacyConsent,
    Resident,
    ResidentSession,
    Role,
    Staff,
    StaffSession,
)
from models.appointments import Appointment, AppointmentKind, AppointmentStatus, SlotCount
from models.calendars import CalendarDay, CalendarRevision, CalendarYear, DayKind
from models.centers import (
    Center,
    CenterLevel,
    CenterRevision,
    Division,
    Organization,
    OrganizationKind,
    Residency,
)
from models.disputes import (
    ActorKind,
    Audience,
    CaseCounter,
    Dispute,
    Event,
    Party,
    PartyKind,
    Side,
    Source,
    Status,
    Urge,
)
from models.files import FileKind, FileStatus, StoredFile
from models.idempotency import IdempotentRequest
from models.notices import Delivery, GrantSource, Notice, SceneCode, SubscriptionGrant, WechatCallback
from models.ratings import Rating
from models.routing import CountyBoundary, RoutingPolicy

__all__ = [
    "ActorKind",
    "Appointment",
    "AppointmentKind",
    "AppointmentStatus",
    "Audience",
    "CalendarDay",
    "CalendarRevision",
    "CalendarYear",
    "CaseCounter",
    "Center",
    "CenterLevel",
    "CenterRevision",
    "ConsentKind",
    "CountyBoundary",
    "DayKind",
    "Delivery",
    "Dispute",
    "Division",
    "Event",
    "FileKind",
    "FileStatus",
    "GrantSource",
    "IdempotentRequest",
    "Notice",
    "Organization",
    "OrganizationKind",
    "Party",
    "PartyKind",
    "PhoneCode",
    "PrivacyConsent",
    "Rating",
    "Residency",
    "Resident",
    "ResidentSession",
    "Role",
    "RoutingPolicy",
    "SceneCode",
    "Side",
    "SlotCount",
    "Source",
    "Staff",
    "StaffSession",
    "Status",
    "StoredFile",
    "SubscriptionGrant",
    "Urge",
    "WechatCallback",
]
