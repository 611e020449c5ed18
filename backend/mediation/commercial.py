"""商事调解: an institution with a licence, its price accepted by every party before the start, and silence promised."""

from collections.abc import Collection
from typing import ClassVar
from uuid import UUID

from backend.accounts.actors import Actor, ResidentActor, StaffActor
from backend.core import clock
from backend.core.deps import Deps
from backend.core.errors import HejieError, InvalidFieldsError, NotFoundError
from backend.core.mediation_rules import StandingKind
from backend.core.schema import Code, In
from backend.disputes import history, queries
from backend.disputes.history import Entry
from backend.mediation import access, related, running, schedules
from backend.registry import mediating
from models import (
    Audience,
    CommercialCase,
    Dispute,
    FeeAcceptance,
    Organization,
    OrganizationKind,
    Party,
    Residency,
    Status,
    Undertaking,
)

COMMERCIAL = "commercial"
_BEFORE_THE_START = (Status.SUBMITTED, Status.ACCEPTED)
_WORKING = (StandingKind.MEDIATOR, StandingKind.CENTER)


class AlreadyStartedError(HejieError):
    code: ClassVar[str] = "already_started"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "调解已经开始或者已经结束，不能再换商事调解组织和收费标准。"


class NotCommercialError(HejieError):
    code: ClassVar[str] = "free_of_charge"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "这件事没有走商事调解，不收取任何费用，不需要确认收费标准。"


class FeesNotAcceptedError(HejieError):
    code: ClassVar[str] = "fees_not_accepted"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "商事调解收费，还有当事人没有确认收费标准。请等每一位都确认后再开始。"


class InstitutionIn(In):
    organization_id: UUID


class FeeAcceptanceIn(In):
    schedule_id: UUID


class UndertakingIn(In):
    version: Code


async def name_institution(deps: Deps, actor: StaffActor, dispute_id: UUID, organization_id: UUID) -> None:
    """Before the start, so that the parties see by whom and at what price. Naming another one asks them anew.
    Raises NotFoundError, RoleNotAllowedError, AlreadyStartedError, InvalidFieldsError."""
    standing = await access.of_colleague(actor, dispute_id, lock=True)
    access.require(standing, *_WORKING)
    dispute = standing.dispute
    if dispute.status not in _BEFORE_THE_START:
        raise AlreadyStartedError
    _check_category(deps, dispute)
    organization = await Organization.get_or_none(id=organization_id, deactivated_at=None)
    if organization is None:
        raise InvalidFieldsError.at("organization_id", "没有这个调解组织，请重新选择。")
    mediating.check_may_mediate(deps.catalog, organization, COMMERCIAL, clock.today(deps.clock))
    await related.refuse_party(deps, organization, await queries.parties(dispute.id))
    _ = await _name(deps, actor, dispute, organization)


async def accept_fees(deps: Deps, actor: ResidentActor, dispute_id: UUID, schedule_id: UUID) -> None:
    """By phone, for every party that it speaks for; twice changes nothing.
    Raises NotFoundError, MediationNotOpenError, NotCommercialError, InvalidFieldsError."""
    standing = await access.of_resident(actor, dispute_id, lock=True)
    if standing.kind is not StandingKind.PARTY:
        raise NotFoundError
    case = await _charged(standing.dispute)
    if schedule_id != case.schedule_id:
        raise InvalidFieldsError.at("schedule_id", "收费标准已经更新，请重新打开页面看最新的内容。")
    await _accept(deps, actor, standing.dispute, schedule_id, standing.party_ids)


async def record_acceptance(deps: Deps, actor: StaffActor, dispute_id: UUID, party_id: UUID) -> None:
    """From paper. Raises NotFoundError, RoleNotAllowedError, MediationNotOpenError, NotCommercialError."""
    standing = await access.of_colleague(actor, dispute_id, lock=True)
    access.require(standing, *_WORKING)
    case, known = await _charged(standing.dispute), await queries.parties(dispute_id)
    if party_id not in {party.id for party in known}:
        raise NotFoundError
    assert case.schedule_id is not None
    await _accept(deps, actor, standing.dispute, case.schedule_id, {party_id})


async def promise(deps: Deps, actor: Actor, dispute_id: UUID, version: str) -> None:
    """A party by phone, or who works on the case; twice changes nothing. Raises NotFoundError, InvalidFieldsError."""
    by_phone = isinstance(actor, ResidentActor)
    if isinstance(actor, ResidentActor):
        standing = await access.of_resident(actor, dispute_id, lock=True)
    else:
        standing = await access.of_colleague(actor, dispute_id, lock=True)
    if deps.catalog.mediation.reach(standing.kind, "undertaking") is None:
        raise NotFoundError
    check_wording(deps, version)
    promising = standing.party_ids if by_phone else {actor.id}
    await promised(deps, actor, standing.dispute, promising, way="phone" if by_phone else "desk")


async def record_promise(deps: Deps, actor: StaffActor, dispute_id: UUID, party_id: UUID) -> None:
    """Signed on paper at the window. Raises NotFoundError, RoleNotAllowedError."""
    standing = await access.of_colleague(actor, dispute_id, lock=True)
    access.require(standing, *_WORKING)
    if party_id not in {party.id for party in await queries.parties(dispute_id)}:
        raise NotFoundError
    await promised(deps, actor, standing.dispute, {party_id}, way="window")


def check_wording(deps: Deps, version: str) -> None:
    """Raises InvalidFieldsError."""
    if version != deps.catalog.commercial.undertaking.version:
        raise InvalidFieldsError.at("version", "承诺书已经更新，请重新打开页面阅读最新的内容。")


async def promised(deps: Deps, actor: Actor, dispute: Dispute, by: Collection[UUID], *, way: str) -> None:
    """In the wording in force."""
    version, now = deps.catalog.commercial.undertaking.version, deps.clock.now()
    known = await Undertaking.filter(dispute_id=dispute.id, version=version, by_id__in=list(by))
    fresh = sorted(set(by) - {row.by_id for row in known})
    kind = "staff" if way == "desk" else "party"
    await Undertaking.bulk_create(
        Undertaking(
            dispute_id=dispute.id, by_kind=kind, by_id=each, version=version, way=way, actor_id=actor.id, at=now
        )
        for each in fresh
    )
    if fresh:
        data = {"version": version, "way": way, "by": [str(each) for each in fresh]}
        await history.record(deps, dispute, actor, Entry("undertaking_given", Audience.STAFF, data))


async def default_institution(dispute: Dispute) -> Organization | None:
    """The one that was named; else one that sits in the case's center; else the only one that there is."""
    named = await CommercialCase.filter(dispute_id=dispute.id).select_related("organization").first()
    if named is not None:
        return named.organization
    kind = OrganizationKind.COMMERCIAL_INSTITUTION
    active = Organization.filter(kind=kind, deactivated_at=None).exclude(licence_number="").order_by("id")
    here = Residency.filter(center_id=dispute.center_id).values_list("organization_id", flat=True)
    found = await active.filter(id__in=await here) or await active.limit(2)
    return found[0] if len(found) == 1 else None


async def case_of(dispute: Dispute) -> CommercialCase | None:
    """None, too, once the case goes another way than the commercial one: there is no price on that."""
    if dispute.track not in (None, COMMERCIAL):
        return None
    return await CommercialCase.filter(dispute_id=dispute.id).select_related("organization", "schedule").first()


async def begin(
    deps: Deps, actor: StaffActor, dispute: Dispute, organization: Organization, parties: Collection[Party]
) -> None:
    """The start is only possible once every party that still takes part has accepted the price.
    Raises FeesNotAcceptedError."""
    case = await CommercialCase.get_or_none(dispute_id=dispute.id)
    if case is None or case.organization_id != organization.id:
        case = await _name(deps, actor, dispute, organization)
    if case.schedule_id is None:
        return
    accepted = set(
        await FeeAcceptance.filter(schedule_id=case.schedule_id, dispute_id=dispute.id).values_list(
            "party_id", flat=True
        )
    )
    if any(party.id not in accepted for party in parties if not party.left_at and not party.removed_at):
        raise FeesNotAcceptedError


def _check_category(deps: Deps, dispute: Dispute) -> None:
    """Raises InvalidFieldsError."""
    if is_excluded(deps, dispute):
        title = deps.catalog.tracks[COMMERCIAL].title
        raise InvalidFieldsError.at("organization_id", f"这类纠纷依法不能走{title}，请选择其他途径。")


def is_excluded(deps: Deps, dispute: Dispute) -> bool:
    return deps.catalog.top_category(dispute.category) in deps.catalog.tracks[COMMERCIAL].excluded_categories


async def _name(deps: Deps, actor: StaffActor, dispute: Dispute, organization: Organization) -> CommercialCase:
    now = deps.clock.now()
    schedule = await schedules.in_force(organization.id, clock.today(deps.clock))
    case, _ = await CommercialCase.update_or_create(
        dispute_id=dispute.id,
        defaults={
            "organization_id": organization.id,
            "schedule_id": schedule.id if schedule else None,
            "named_by_id": actor.id,
            "named_at": now,
        },
    )
    data = {
        "organization_id": str(organization.id),
        "organization": organization.name,
        "fee_text": f"收费标准第{schedule.version}版" if schedule else "不收费",
    }
    await history.record(deps, dispute, actor, Entry("institution_named", Audience.PARTIES, data))
    return case


async def _charged(dispute: Dispute) -> CommercialCase:
    """The case with its price. Raises MediationNotOpenError; NotCommercialError where nothing is charged."""
    running.require_not_over(dispute)
    case = await case_of(dispute)
    if case is None or case.schedule_id is None:
        raise NotCommercialError
    return case


async def _accept(deps: Deps, actor: Actor, dispute: Dispute, schedule_id: UUID, party_ids: Collection[UUID]) -> None:
    known = await FeeAcceptance.filter(schedule_id=schedule_id, party_id__in=list(party_ids)).values_list(
        "party_id", flat=True
    )
    fresh, way = sorted(set(party_ids) - set(known)), "phone" if isinstance(actor, ResidentActor) else "window"
    now = deps.clock.now()
    await FeeAcceptance.bulk_create(
        FeeAcceptance(dispute_id=dispute.id, party_id=each, schedule_id=schedule_id, way=way, actor_id=actor.id, at=now)
        for each in fresh
    )
    if fresh:
        data = {"schedule_id": str(schedule_id), "way": way, "party_ids": [str(each) for each in fresh]}
        await history.record(deps, dispute, actor, Entry("fees_accepted", Audience.STAFF, data))
