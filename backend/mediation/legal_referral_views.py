"""Referrals as the service, the center, those above and the resident read them."""

from uuid import UUID

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from backend.accounts.actors import ResidentActor, StaffActor
from backend.core import identity
from backend.core.deps import Deps
from backend.core.errors import NotFoundError, RoleNotAllowedError
from backend.core.pagination import cut, decode_id
from backend.core.schema import Page
from backend.core.wording import weekdays_text
from backend.mediation import access
from backend.mediation.legal_referral_schemas import (
    LegalDeskOut,
    OwnReferralOut,
    ReferralOut,
    ReferralsQuery,
    SlipOut,
)
from models import LegalReferral, LegalReferralStatus, Residency, Role

_RESOURCE = "legal_referral"
_SERVES = (LegalReferralStatus.ACCEPTED, LegalReferralStatus.RETURNED)

_Desks = dict[tuple[UUID, UUID], list[str]]


async def queue(deps: Deps, actor: StaffActor, query: ReferralsQuery) -> Page[ReferralOut]:
    """The newest first: of the service, of the center, or of the city. Raises NotFoundError, RoleNotAllowedError."""
    referrals = LegalReferral.filter(_within_reach(actor), status__in=query.statuses)
    last = decode_id(query.cursor)
    if last is not None:
        referrals = referrals.filter(id__lt=last)
    found = await _with_names(referrals).order_by("-id").limit(query.limit + 1)
    rows, next_cursor = cut(found, query.limit, lambda row: (str(row.id),))
    desks = await _desks(rows)
    return Page[ReferralOut](items=[_out(deps, actor, row, desks) for row in rows], next_cursor=next_cursor)


async def one(deps: Deps, actor: StaffActor, referral_id: UUID) -> ReferralOut:
    """Raises NotFoundError, RoleNotAllowedError."""
    row = await _with_names(LegalReferral.filter(_within_reach(actor), id=referral_id)).first()
    if row is None:
        raise NotFoundError
    return _out(deps, actor, row, await _desks([row]))


async def of_case(deps: Deps, actor: StaffActor, dispute_id: UUID) -> Page[ReferralOut]:
    """Raises NotFoundError."""
    standing = await access.of_colleague(actor, dispute_id)
    referrals = access.readable(deps, standing, _RESOURCE, LegalReferral.filter(dispute_id=dispute_id))
    rows = await _with_names(referrals).order_by("id")
    desks = await _desks(rows)
    return Page[ReferralOut](items=[_out(deps, actor, row, desks) for row in rows])


async def of_resident(deps: Deps, actor: ResidentActor, dispute_id: UUID) -> Page[OwnReferralOut]:
    """Their own, and of whom they act for. Raises NotFoundError."""
    standing = await access.of_resident(actor, dispute_id)
    all_of_case = LegalReferral.filter(dispute_id=dispute_id)
    own = Q(party_id__in=list(standing.party_ids))
    rows = await _with_names(access.readable(deps, standing, _RESOURCE, all_of_case, own)).order_by("id")
    desks = await _desks(rows)
    items = [
        OwnReferralOut(
            id=str(row.id),
            desk=_legal_desk(deps, row, desks),
            status=row.status,
            sent_at=row.sent_at,
            decline_reason=_opened(deps, row, "decline_reason"),
            slip=_slip(deps, row, _opened(deps, row, "slip")),
        )
        for row in rows
    ]
    return Page[OwnReferralOut](items=items)


def _within_reach(actor: StaffActor) -> Q:
    if actor.is_associate:
        if actor.role is not Role.ORGANIZATION or actor.organization_id is None:
            raise NotFoundError
        return Q(organization_id=actor.organization_id)
    if actor.role is Role.ADMIN:
        raise RoleNotAllowedError
    return Q(center_id=actor.center_id) if actor.center_id else Q()


def _with_names(referrals: QuerySet[LegalReferral]) -> QuerySet[LegalReferral]:
    return referrals.select_related("organization", "center", "dispute")


async def _desks(rows: list[LegalReferral]) -> _Desks:
    there = Residency.filter(organization_id__in=[row.organization_id for row in rows])
    return {
        (organization_id, center_id): weekdays
        for organization_id, center_id, weekdays in await there.values_list("organization_id", "center_id", "weekdays")
    }


def _legal_desk(deps: Deps, row: LegalReferral, desks: _Desks) -> LegalDeskOut:
    weekdays = desks.get((row.organization_id, row.center_id))
    return LegalDeskOut(
        id=str(row.organization_id),
        name=row.organization.name,
        kind_text=deps.catalog.registry.kinds[row.organization.kind].title,
        address=row.organization.address,
        phone=row.organization.phone,
        center=row.center.name,
        weekdays=weekdays or [],
        days="" if weekdays is None else weekdays_text(weekdays),
    )


def _out(deps: Deps, actor: StaffActor, row: LegalReferral, desks: _Desks) -> ReferralOut:
    is_own = actor.center_id is not None and actor.center_id == row.center_id
    knows = is_own or (actor.is_associate and row.status in _SERVES)
    reads = is_own or (actor.is_associate and row.status is not LegalReferralStatus.DECLINED)
    name, phone = _opened(deps, row, "name") or "", _opened(deps, row, "phone")
    return ReferralOut(
        id=str(row.id),
        desk=_legal_desk(deps, row, desks),
        status=row.status,
        number=row.dispute.number if row.dispute_id and row.dispute and not actor.is_associate else None,
        party_id=str(row.party_id) if row.party_id and not actor.is_associate else None,
        name=name if knows else identity.mask_name(name),
        phone=phone if knows or phone is None else identity.mask_phone(phone),
        reason=_opened(deps, row, "reason") if reads else None,
        sent_at=row.sent_at,
        answered_at=row.answered_at,
        decline_reason=_opened(deps, row, "decline_reason") if is_own or actor.is_associate else None,
        slip=_slip(deps, row, _opened(deps, row, "slip") if is_own or actor.is_associate else None),
    )


def _slip(deps: Deps, row: LegalReferral, text: str | None) -> SlipOut | None:
    if row.returned_at is None or row.result_on is None:
        return None
    return SlipOut(
        result=row.result,
        result_text=deps.catalog.registry.referral_results.get(row.result, row.result),
        result_on=row.result_on,
        text=text,
        returned_at=row.returned_at,
    )


def _opened(deps: Deps, row: LegalReferral, column: str) -> str | None:
    sealed: bytes | None = getattr(row, f"{column}_sealed")
    return None if sealed is None else deps.keyring.open(sealed, "legal_referral", column, row.id)
