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
from models.notices import (
    Channel,
    Delivery,
    GrantSource,
    Notice,
    SceneCode,
    SubscriptionAnswer,
    SubscriptionGrant,
    WechatCallback,
)
from models.ratings import Rating
from models.registrations import ClaimCode, Registration, Representation
from models.routing import CountyBoundary, RoutingPolicy
from models.staff_notices import StaffNotice

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
    "Channel",
    "ClaimCode",
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
    "Registration",
    "Representation",
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
    "StaffNotice",
    "StaffSession",
    "Status",
    "StoredFile",
    "SubscriptionAnswer",
    "SubscriptionGrant",
    "Urge",
    "WechatCallback",
]
