"""A resident is sent to legal aid, a notary, an appraisal or a lawyer who sits in the center, and a slip comes back.
Open in every state of a case: where mediation has failed, it is needed most."""

from typing import ClassVar, NamedTuple
from uuid import UUID

from backend.accounts.actors import StaffActor
from backend.core import clock
from backend.core.deps import Deps
from backend.core.errors import HejieError, InvalidFieldsError, NotFoundError, RoleNotAllowedError
from backend.core.wording import weekdays_text
from backend.disputes import history, queries
from backend.disputes.history import Entry
from backend.mediation.legal_referral_schemas import AnswerIn, CaseReferralIn, ReferralIn, SlipIn, WindowReferralIn
from backend.notices import actions as notices
from backend.notices.actions import News
from models import (
    Audience,
    Center,
    Dispute,
    LegalReferral,
    LegalReferralStatus,
    Organization,
    Party,
    Residency,
    Role,
    Side,
)
from models.base import uuid7

_OPEN = (LegalReferralStatus.SENT, LegalReferralStatus.ACCEPTED)
_OF_A_CASE = (Role.CLERK, Role.MEDIATOR, Role.DIRECTOR)
_AT_THE_WINDOW = (Role.CLERK, Role.DIRECTOR)


class _Person(NamedTuple):
    name: str
    phone: str | None


class _Said(NamedTuple):
    kind: str
    """As the history calls it."""
    data: dict[str, str]
    detail: dict[str, str]


class AlreadyReferredError(HejieError):
    code: ClassVar[str] = "already_referred"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "已经转介给这家机构，正在等待结果，不用重复转介。"


class ReferralAnsweredError(HejieError):
    code: ClassVar[str] = "referral_answered"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "这件转介已经答复过了，请刷新后查看。"


class ReferralNotAcceptedError(HejieError):
    code: ClassVar[str] = "referral_not_accepted"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "请先接收这件转介，再回复办理结果。"


async def refer_party(deps: Deps, actor: StaffActor, dispute_id: UUID, fields: CaseReferralIn) -> LegalReferral:
    """Raises NotFoundError, RoleNotAllowedError, InvalidFieldsError, AlreadyReferredError."""
    dispute = await queries.for_staff(actor, dispute_id, lock=True)
    if actor.role not in _OF_A_CASE or actor.center_id != dispute.center_id:
        raise RoleNotAllowedError
    party = await Party.get_or_none(id=fields.party_id, dispute_id=dispute.id, removed_at=None)
    if party is None:
        raise InvalidFieldsError.at("party_id", "这一位不是本案当事人，请重新选择。")
    desk = await _desk(deps, dispute.center_id, fields)
    same = LegalReferral.filter(party_id=party.id, organization_id=desk.organization_id, status__in=_OPEN)
    if await same.exists():
        raise AlreadyReferredError
    name = deps.keyring.open(party.name_sealed, "party", "name", party.id)
    phone = deps.keyring.open(party.phone_sealed, "party", "phone", party.id) if party.phone_sealed else None
    referral = _new(deps, actor, desk, fields, _Person(name, phone))
    referral.dispute_id, referral.party_id = dispute.id, party.id
    await referral.save(force_create=True)
    data = {"center": dispute.center.name, "days": weekdays_text(desk.weekdays)}
    await _tell(deps, actor, referral, dispute, _Said("legal_referred", data, {}))
    return referral


async def refer_visitor(deps: Deps, actor: StaffActor, center_id: UUID, fields: WindowReferralIn) -> LegalReferral:
    """Somebody at the window who has no case. Raises NotFoundError, RoleNotAllowedError, InvalidFieldsError."""
    if not await Center.filter(id=center_id, deactivated_at=None).exists():
        raise NotFoundError
    if actor.role not in _AT_THE_WINDOW or actor.center_id != center_id:
        raise RoleNotAllowedError
    desk = await _desk(deps, center_id, fields)
    referral = _new(deps, actor, desk, fields, _Person(fields.name, fields.phone))
    await referral.save(force_create=True)
    deps.touched.add(f"center:{center_id}")
    return referral


async def answer(deps: Deps, actor: StaffActor, referral_id: UUID, fields: AnswerIn) -> LegalReferral:
    """By the service itself. Raises NotFoundError, ReferralAnsweredError."""
    referral, dispute = await _mine(actor, referral_id)
    if referral.status is not LegalReferralStatus.SENT:
        raise ReferralAnsweredError
    referral.status = LegalReferralStatus.ACCEPTED if fields.accepted else LegalReferralStatus.DECLINED
    referral.answered_at = deps.clock.now()
    declined = None if fields.accepted else fields.reason
    if declined is not None:
        referral.decline_reason_sealed = deps.keyring.seal(declined, "legal_referral", "decline_reason", referral.id)
    await referral.save()
    data = {"answer_text": "已接收" if fields.accepted else "未能接收"}
    detail = {"reason": declined} if declined else {"reason": "请按时间前往办理。"}
    await _tell(deps, actor, referral, dispute, _Said("legal_referral_answered", data, detail))
    return referral


async def give_back(deps: Deps, actor: StaffActor, referral_id: UUID, fields: SlipIn) -> LegalReferral:
    """The return slip, once. Raises NotFoundError, ReferralNotAcceptedError, ReferralAnsweredError,
    InvalidFieldsError."""
    referral, dispute = await _mine(actor, referral_id)
    if referral.status is LegalReferralStatus.SENT:
        raise ReferralNotAcceptedError
    if referral.status is not LegalReferralStatus.ACCEPTED:
        raise ReferralAnsweredError
    if fields.result_on < clock.local(referral.sent_at).date():
        raise InvalidFieldsError.at("result_on", "办理日期不能早于转介日期，请检查后重填。")
    referral.status, referral.returned_at = LegalReferralStatus.RETURNED, deps.clock.now()
    referral.result, referral.result_on = fields.result, fields.result_on
    referral.slip_sealed = deps.keyring.seal(fields.text, "legal_referral", "slip", referral.id)
    await referral.save()
    data = {
        "result": fields.result,
        "result_text": deps.catalog.registry.referral_results[fields.result],
        "result_on": fields.result_on.isoformat(),
    }
    said = _Said("legal_referral_returned", data, {"text": fields.text})
    await _tell(deps, actor, referral, dispute, said)
    return referral


async def _desk(deps: Deps, center_id: UUID, fields: ReferralIn) -> Residency:
    """Raises InvalidFieldsError."""
    organization = await Organization.get_or_none(id=fields.organization_id, deactivated_at=None)
    if organization is None:
        raise InvalidFieldsError.at("organization_id", "没有这家机构，或者它已停用，请重新选择。")
    if not deps.catalog.registry.kinds[organization.kind].is_legal_service:
        raise InvalidFieldsError.at(
            "organization_id", "这不是法律服务机构，请选择法律援助、公证、司法鉴定或律师事务所。"
        )
    desks = Residency.filter(center_id=center_id, organization_id=organization.id)
    desk = await desks.select_related("organization").first()
    if desk is None:
        raise InvalidFieldsError.at("organization_id", "这家机构没有入驻本中心，请重新选择。")
    return desk


def _new(deps: Deps, actor: StaffActor, desk: Residency, fields: ReferralIn, person: _Person) -> LegalReferral:
    referral_id, seal = uuid7(), deps.keyring.seal
    return LegalReferral(
        id=referral_id,
        center_id=desk.center_id,
        organization_id=desk.organization_id,
        name_sealed=seal(person.name, "legal_referral", "name", referral_id),
        phone_sealed=seal(person.phone, "legal_referral", "phone", referral_id) if person.phone else None,
        reason_sealed=seal(fields.reason, "legal_referral", "reason", referral_id),
        status=LegalReferralStatus.SENT,
        sent_by_id=actor.id,
        sent_at=deps.clock.now(),
    )


async def _mine(actor: StaffActor, referral_id: UUID) -> tuple[LegalReferral, Dispute | None]:
    """Locked, the case before the referral, as everywhere. Raises NotFoundError."""
    if actor.role is not Role.ORGANIZATION or actor.organization_id is None:
        raise NotFoundError
    rows = LegalReferral.filter(id=referral_id, organization_id=actor.organization_id)
    referral = await rows.first()
    if referral is None:
        raise NotFoundError
    dispute = await queries.referred(referral, lock=True)
    return await rows.select_for_update().get(), dispute


async def _tell(deps: Deps, actor: StaffActor, referral: LegalReferral, dispute: Dispute | None, said: _Said) -> None:
    """Of a case: the one who was referred, in history and inbox, and the staff."""
    if dispute is None:
        deps.touched.add(f"center:{referral.center_id}")
        return
    organization, party = await Organization.get(id=referral.organization_id), await Party.get(id=referral.party_id)
    audience, reader_id = _readers(dispute, party)
    words = said.data | {"organization": organization.name}
    data = words | {"referral_id": str(referral.id)}
    entry = Entry(said.kind, audience, data, said.detail, reader_id=reader_id)
    await history.record(deps, dispute, actor, entry)
    if party.resident_id is not None:
        await notices.notify(deps, [News(party.resident_id, said.kind, dispute.id, words)])


def _readers(dispute: Dispute, party: Party) -> tuple[Audience, UUID | None]:
    """A respondent who has not joined yet has no phone to read it on; the other side's is not theirs."""
    if party.resident_id is None and party.side is Side.RESPONDENT:
        return Audience.STAFF, None
    return history.own(dispute, party.resident_id)
