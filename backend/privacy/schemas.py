"""Everything held about a resident, in clear: it is the resident's own (个人信息保护法 45)."""

from datetime import date
from typing import Any
from uuid import UUID

from backend.agreements.exporting import ExportedAgreement
from backend.core.schema import Moment, Out
from backend.mediation.exporting import ExportedMessage


class ExportedProfile(Out):
    id: str
    name: str | None
    phone: str | None
    id_number: str | None
    wechat_openid: str
    created_at: Moment
    last_login_at: Moment


class ExportedConsent(Out):
    kind: str
    version: str
    given_at: Moment
    withdrawn_at: Moment | None


class ExportedSession(Out):
    created_at: Moment
    expires_at: Moment
    revoked_at: Moment | None


class ExportedParty(Out):
    side: str
    kind: str
    name: str
    phone: str | None
    id_number: str | None
    credit_code: str | None


class ExportedStatement(Out):
    """What the resident did or wrote in a case."""

    at: Moment
    kind: str
    detail: dict[str, Any]


class ExportedDispute(Out):
    """`description` and all that follows only for who filed it; a joined party gets its own entry as a party."""

    id: str
    number: str
    case_number: str | None
    status: str
    category: str
    filed_by_me: bool
    created_at: Moment
    description: str | None
    claim: str | None
    occurred_on: date | None
    amount_fen: int | None
    location: dict[str, Any] | None
    contact_location: dict[str, Any] | None
    parties: list[ExportedParty]
    statements: list[ExportedStatement]


class ExportedAppointment(Out):
    id: UUID
    dispute_id: UUID
    kind: str
    status: str
    starts_at: Moment
    ends_at: Moment


class ExportedNotice(Out):
    id: str
    kind: str
    title: str
    text: str
    created_at: Moment
    read_at: Moment | None


class ExportedGrant(Out):
    template_id: str
    granted_at: Moment
    spent_at: Moment | None
    revoked_at: Moment | None


class ExportedFile(Out):
    id: str
    name: str | None
    kind: str
    content_type: str
    size: int
    sha256: str
    dispute_id: str | None
    created_at: Moment


class ExportedRating(Out):
    dispute_id: str
    resolved: bool
    satisfaction: int
    comment: str | None
    answer: str | None
    """Of the review that it opened."""
    created_at: Moment


class ExportedComplaint(Out):
    number: str
    about: str
    dispute_id: str | None
    text: str | None
    wish: str | None
    hides_name: bool
    status: str
    created_at: Moment
    finding: str | None
    answer: str | None
    ended_at: Moment | None


class ExportedRepresentation(Out):
    """`by_me`: whether the resident acts for somebody, or somebody for the resident, whose phone stays theirs."""

    id: str
    dispute_id: str
    by_me: bool
    kind: str
    scope: str
    name: str
    phone: str | None
    basis: str | None
    document: str | None
    given_on: date
    created_at: Moment
    ended_at: Moment | None
    ended_reason: str | None


class ExportedContentCheck(Out):
    """What an automatic look at something that the resident wrote or uploaded came to, and what a person made of it."""

    subject: str
    subject_id: UUID
    status: str
    label: int | None
    created_at: Moment
    asked_at: Moment | None
    finished_at: Moment | None
    decided_at: Moment | None


class ExportedMembership(Out):
    """Where somebody took part without being a party."""

    dispute_id: str
    kind: str
    status: str
    name: str | None
    since: Moment


class ExportedVote(Out):
    """Cast by the own phone."""

    motion_id: str
    household: str
    choice: str
    cast_at: Moment


class ExportedLegalReferral(Out):
    organization: str
    name: str | None
    phone: str | None
    reason: str | None
    status: str
    sent_at: Moment
    decline_reason: str | None
    slip: str | None


class ExportOut(Out):
    exported_at: Moment
    profile: ExportedProfile
    consents: list[ExportedConsent]
    sessions: list[ExportedSession]
    disputes: list[ExportedDispute]
    appointments: list[ExportedAppointment]
    notices: list[ExportedNotice]
    subscriptions: list[ExportedGrant]
    files: list[ExportedFile]
    talks: list[ExportedMessage]
    """What was written in mediations, and all of the own separate talks."""
    agreements: list[ExportedAgreement]
    ratings: list[ExportedRating]
    complaints: list[ExportedComplaint]
    representations: list[ExportedRepresentation]
    content_checks: list[ExportedContentCheck]
    memberships: list[ExportedMembership]
    votes: list[ExportedVote]
    legal_referrals: list[ExportedLegalReferral]
