"""Opens what is held about one resident. One statement per table, whatever the number of cases."""

import json
from collections import defaultdict
from collections.abc import Iterable
from typing import TypeVar
from uuid import UUID

from tortoise.expressions import Q

from backend.accounts.actors import ResidentActor
from backend.agreements import exporting as agreements
from backend.core.deps import Deps
from backend.core.schema import Out
from backend.disputes import history
from backend.mediation import exporting
from backend.privacy import schemas
from backend.privacy.schemas import ExportOut
from models import (
    ActorKind,
    Appointment,
    Ballot,
    CaseMember,
    CaseReview,
    Complaint,
    ContentCheck,
    Dispute,
    Event,
    Household,
    LegalReferral,
    Notice,
    Party,
    PrivacyConsent,
    Rating,
    Representation,
    Resident,
    ResidentSession,
    StoredFile,
    SubscriptionGrant,
)
from models.base import Row

Shape = TypeVar("Shape", bound=Out)

_TABLES: dict[type[Row], str] = {
    CaseMember: "case_member",
    CaseReview: "case_review",
    Complaint: "complaint",
    Dispute: "dispute",
    Household: "household",
    LegalReferral: "legal_referral",
    Notice: "notice",
    Party: "party",
    Rating: "rating",
    Representation: "representation",
    Resident: "resident",
    StoredFile: "stored_file",
}


async def everything_about(deps: Deps, actor: ResidentActor) -> ExportOut:
    mine = actor.id
    resident = await Resident.get(id=mine)
    parties = [UUID(str(each)) for each in await Party.filter(resident_id=mine).values_list("id", flat=True)]
    return ExportOut(
        exported_at=deps.clock.now(),
        profile=_profile(deps, resident),
        consents=_rows(schemas.ExportedConsent, await PrivacyConsent.filter(resident_id=mine).order_by("id")),
        sessions=_rows(schemas.ExportedSession, await ResidentSession.filter(resident_id=mine).order_by("id")),
        disputes=await _disputes(deps, mine),
        appointments=_rows(schemas.ExportedAppointment, await Appointment.filter(resident_id=mine).order_by("id")),
        notices=[_notice(deps, notice) for notice in await Notice.filter(resident_id=mine).order_by("id")],
        subscriptions=_rows(schemas.ExportedGrant, await SubscriptionGrant.filter(resident_id=mine).order_by("id")),
        files=[_file(deps, stored) for stored in await StoredFile.filter(owner_id=mine, deleted_at=None)],
        talks=await exporting.of_party(deps, mine, parties),
        agreements=await agreements.of_parties(deps, parties),
        ratings=[_rating(deps, rating) for rating in await _ratings(mine)],
        complaints=[_complaint(deps, row) for row in await Complaint.filter(resident_id=mine).order_by("id")],
        representations=[_representation(deps, row, mine) for row in await _representations(mine)],
        content_checks=_rows(
            schemas.ExportedContentCheck, await ContentCheck.filter(resident_id=mine).order_by("created_at", "id")
        ),
        memberships=[_membership(deps, row) for row in await CaseMember.filter(resident_id=mine).order_by("id")],
        votes=await _votes(deps, mine),
        legal_referrals=await _legal_referrals(deps, mine),
    )


async def _representations(mine: UUID) -> list[Representation]:
    """Those by which the resident acts, and those by which somebody acts for the resident."""
    parties = await Party.filter(resident_id=mine).values_list("id", flat=True)
    rows = await Representation.filter(Q(resident_id=mine) | Q(party_id__in=list(parties))).order_by("id")
    acted_for = {row.party_id for row in rows if row.resident_id == mine}
    return [row for row in rows if row.resident_id == mine or row.party_id not in acted_for]


async def _votes(deps: Deps, mine: UUID) -> list[schemas.ExportedVote]:
    cast = Ballot.filter(cast_by_kind=ActorKind.RESIDENT, cast_by_id=mine, choice__isnull=False)
    return [
        schemas.ExportedVote(
            motion_id=str(ballot.motion_id),
            household=_opened(deps, ballot.household, "label") or "",
            choice=ballot.choice or "",
            cast_at=ballot.cast_at,
        )
        for ballot in await cast.order_by("id").select_related("household")
    ]


async def _disputes(deps: Deps, mine: UUID) -> list[schemas.ExportedDispute]:
    joined = await Party.filter(resident_id=mine).values_list("dispute_id", flat=True)
    disputes = await Dispute.filter(Q(resident_id=mine) | Q(id__in=list(joined))).order_by("id")
    ids = [dispute.id for dispute in disputes]
    parties, statements = defaultdict[UUID, list[Party]](list), defaultdict[UUID, list[Event]](list)
    for party in await Party.filter(dispute_id__in=ids).order_by("ordinal"):
        parties[party.dispute_id].append(party)
    for event in await Event.filter(dispute_id__in=ids, actor_kind=ActorKind.RESIDENT, actor_id=mine).order_by("id"):
        statements[event.dispute_id].append(event)
    return [_dispute(deps, each, mine, parties[each.id], statements[each.id]) for each in disputes]


def _dispute(
    deps: Deps, dispute: Dispute, mine: UUID, parties: Iterable[Party], statements: Iterable[Event]
) -> schemas.ExportedDispute:
    filed = dispute.resident_id == mine
    location = _opened(deps, dispute, "location") if filed else None
    contact = _opened(deps, dispute, "contact_location") if filed else None
    return schemas.ExportedDispute(
        id=str(dispute.id),
        number=dispute.number,
        case_number=dispute.case_number,
        status=dispute.status,
        category=dispute.category,
        filed_by_me=filed,
        created_at=dispute.created_at,
        description=_opened(deps, dispute, "description") if filed else None,
        claim=_opened(deps, dispute, "claim") if filed else None,
        occurred_on=dispute.occurred_on if filed else None,
        amount_fen=dispute.amount_fen if filed else None,
        location=json.loads(location) if location else None,
        contact_location=json.loads(contact) if contact else None,
        parties=[_party(deps, party) for party in parties if filed or party.resident_id == mine],
        statements=[
            schemas.ExportedStatement(at=event.at, kind=event.kind, detail=history.detail_of(deps, event))
            for event in statements
        ],
    )


def _profile(deps: Deps, resident: Resident) -> schemas.ExportedProfile:
    return schemas.ExportedProfile(
        id=str(resident.id),
        name=_opened(deps, resident, "name"),
        phone=_opened(deps, resident, "phone"),
        id_number=_opened(deps, resident, "id_number"),
        wechat_openid=resident.openid,
        created_at=resident.created_at,
        last_login_at=resident.last_login_at,
    )


def _party(deps: Deps, party: Party) -> schemas.ExportedParty:
    return schemas.ExportedParty(
        side=party.side,
        kind=party.kind,
        name=_opened(deps, party, "name") or "",
        phone=_opened(deps, party, "phone"),
        id_number=_opened(deps, party, "id_number"),
        credit_code=_opened(deps, party, "credit_code"),
    )


def _membership(deps: Deps, member: CaseMember) -> schemas.ExportedMembership:
    return schemas.ExportedMembership(
        dispute_id=str(member.dispute_id),
        kind=member.kind,
        status=member.status,
        name=_opened(deps, member, "name"),
        since=member.answered_at or member.invited_at,
    )


def _notice(deps: Deps, notice: Notice) -> schemas.ExportedNotice:
    return schemas.ExportedNotice(
        id=str(notice.id),
        kind=notice.kind,
        title=notice.title,
        text=_opened(deps, notice, "text") or "",
        created_at=notice.created_at,
        read_at=notice.read_at,
    )


def _file(deps: Deps, stored: StoredFile) -> schemas.ExportedFile:
    return schemas.ExportedFile(
        id=str(stored.id),
        name=_opened(deps, stored, "name"),
        kind=stored.kind,
        content_type=stored.content_type,
        size=stored.size,
        sha256=stored.sha256,
        dispute_id=str(stored.dispute_id) if stored.dispute_id else None,
        created_at=stored.created_at,
    )


async def _ratings(mine: UUID) -> list[Rating]:
    return await Rating.filter(resident_id=mine).order_by("id").select_related("review")


def _complaint(deps: Deps, row: Complaint) -> schemas.ExportedComplaint:
    return schemas.ExportedComplaint(
        number=row.number,
        about=row.about,
        dispute_id=str(row.dispute_id) if row.dispute_id else None,
        text=_opened(deps, row, "text"),
        wish=_opened(deps, row, "wish"),
        hides_name=row.hides_name,
        status=row.status,
        created_at=row.created_at,
        finding=row.finding,
        answer=_opened(deps, row, "answer"),
        ended_at=row.ended_at,
    )


def _rating(deps: Deps, rating: Rating) -> schemas.ExportedRating:
    return schemas.ExportedRating(
        dispute_id=str(rating.dispute_id),
        resolved=rating.resolved,
        satisfaction=rating.satisfaction,
        comment=_opened(deps, rating, "comment"),
        answer=_opened(deps, rating.review, "answer") if rating.review else None,
        created_at=rating.created_at,
    )


def _representation(deps: Deps, row: Representation, mine: UUID) -> schemas.ExportedRepresentation:
    by_me = row.resident_id == mine
    return schemas.ExportedRepresentation(
        id=str(row.id),
        dispute_id=str(row.dispute_id),
        by_me=by_me,
        kind=row.kind,
        scope=row.scope,
        name=_opened(deps, row, "name") or "",
        phone=_opened(deps, row, "phone") if by_me else None,
        basis=_opened(deps, row, "basis"),
        document=_opened(deps, row, "document"),
        given_on=row.given_on,
        created_at=row.created_at,
        ended_at=row.ended_at,
        ended_reason=_opened(deps, row, "ended_reason"),
    )


async def _legal_referrals(deps: Deps, mine: UUID) -> list[schemas.ExportedLegalReferral]:
    own = LegalReferral.filter(party__resident_id=mine).select_related("organization")
    return [
        schemas.ExportedLegalReferral(
            organization=row.organization.name,
            status=row.status,
            sent_at=row.sent_at,
            **{name: _opened(deps, row, name) for name in ("name", "phone", "reason", "decline_reason", "slip")},
        )
        for row in await own.order_by("id")
    ]


def _rows(shape: type[Shape], rows: Iterable[Row]) -> list[Shape]:
    """Of tables without sealed columns."""
    return [shape.model_validate(row, from_attributes=True) for row in rows]


def _opened(deps: Deps, row: Row, column: str) -> str | None:
    sealed: bytes | None = getattr(row, f"{column}_sealed")
    return None if sealed is None else deps.keyring.open(sealed, _TABLES[type(row)], column, row.id)
