"""司法确认: both parties together ask a court to make the agreement enforceable, within thirty days and once."""

from collections.abc import Mapping
from typing import ClassVar
from uuid import UUID

from backend.accounts.actors import Actor, ResidentActor, StaffActor
from backend.agreements import counting, court_clock, courts, rows, signers
from backend.agreements.confirmation_schemas import AcceptanceIn, ApplicationIn, ConsentIn, ExclusionIn, ResultIn
from backend.core import clock
from backend.core.clock import local
from backend.core.deps import Deps
from backend.core.errors import HejieError, InvalidFieldsError, NotFoundError
from backend.core.mediation_rules import StandingKind
from backend.core.wording import date_text
from backend.disputes import history
from backend.disputes.history import Entry
from backend.mediation import access, acts
from backend.mediation.access import Standing
from models import (
    Agreement,
    Audience,
    Confirmation,
    ConfirmationConsent,
    ConfirmationStatus,
    Dispute,
    Party,
)
from models.base import uuid7

_AT_THE_CENTER = (StandingKind.MEDIATOR, StandingKind.CENTER)
_UNDECIDED = (ConfirmationStatus.OPEN, ConfirmationStatus.EXCLUDED)


class ConfirmationClosedError(HejieError):
    code: ClassVar[str] = "confirmation_closed"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "这件事的司法确认已经申请、已有结果、已过期限或者依法不适用，不能再进行这一步。"


class ConsentsMissingError(HejieError):
    code: ClassVar[str] = "consents_missing"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "司法确认要双方当事人共同申请，还有当事人没有表示同意。请等每一位都同意后再登记。"


class NotAppliedError(HejieError):
    code: ClassVar[str] = "confirmation_not_applied"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "还没有登记向法院申请，或者法院的结果已经登记，不能再登记结果。"


async def begin(deps: Deps, dispute: Dispute, agreement: Agreement) -> None:
    """When an agreement has taken effect. Another one in its place begins no second clock, unless a court has refused
    the first: then what was changed may be brought to it again (人民调解法 33)."""
    earlier = await latest(dispute)
    if earlier is not None and earlier.status is not ConfirmationStatus.REFUSED:
        return
    rules = deps.catalog.confirmation
    assert agreement.effective_at is not None, "it has just taken effect"
    found = counting.counted(deps.calendar, agreement.effective_at, rules.days)
    exclusion = rules.excluded_by(deps.catalog.codes_of(dispute.category))
    row = Confirmation(
        id=uuid7(),
        dispute_id=dispute.id,
        agreement_id=agreement.id,
        status=ConfirmationStatus.EXCLUDED if exclusion else ConfirmationStatus.OPEN,
        last_day=found.last_day,
        counted=found.as_record(),
        exclusion=exclusion,
        updated_at=deps.clock.now(),
    )
    await row.save(force_create=True)
    if exclusion is None:
        data = {"last_day": found.last_day.isoformat(), "last_day_text": date_text(found.last_day)}
        await record(deps, None, dispute, row, "confirmation_opened", data=data)


async def latest(dispute: Dispute) -> Confirmation | None:
    return await Confirmation.filter(dispute_id=dispute.id).select_related("agreement").order_by("-id").first()


async def consent_by_phone(deps: Deps, actor: ResidentActor, dispute_id: UUID, fields: ConsentIn) -> Confirmation:
    """While the days run, as often as they change their mind. Raises NotFoundError, RoleNotAllowedError,
    PartyLeftError, GuardianSignsError, AuthorityNeededError, ConfirmationClosedError, InvalidFieldsError."""
    standing, row = await found(deps, actor, dispute_id, lock=True)
    access.require(standing, StandingKind.PARTY)
    _require(deps, row)
    if fields.party_id is not None:
        party = await acts.chosen_party(standing, fields.party_id, "party_id")
    else:
        party = await acts.own_party(standing)
    _ = await signers.by_phone(deps, actor, party)
    await _consent(deps, actor, standing, row, party=party, agrees=fields.agrees)
    return row


async def consent_at_center(deps: Deps, actor: StaffActor, dispute_id: UUID, fields: ConsentIn) -> Confirmation:
    """As a party said it in person; later too, of those who had applied in time without telling anybody. Raises
    NotFoundError, RoleNotAllowedError, ConfirmationClosedError, InvalidFieldsError."""
    standing, row = await found(deps, actor, dispute_id, lock=True)
    access.require(standing, *_AT_THE_CENTER)
    if row.status is not ConfirmationStatus.MISSED:
        _require(deps, row)
    if fields.party_id is None:
        raise InvalidFieldsError.at("party_id", "请选择是哪一位当事人。")
    party = await acts.chosen_party(standing, fields.party_id, "party_id")
    await _consent(deps, actor, standing, row, party=party, agrees=fields.agrees)
    return row


async def apply(deps: Deps, actor: StaffActor, dispute_id: UUID, fields: ApplicationIn) -> Confirmation:
    """That it lies with the court. What was posted in time is in time, however late it is written down. Raises
    NotFoundError, RoleNotAllowedError, ConfirmationClosedError, ConsentsMissingError, InvalidFieldsError."""
    standing, row = await found(deps, actor, dispute_id, lock=True)
    access.require(standing, *_AT_THE_CENTER)
    if row.status not in (ConfirmationStatus.OPEN, ConfirmationStatus.MISSED):
        raise ConfirmationClosedError
    assert row.agreement.effective_at is not None, "its days are counted from it"
    if fields.applied_on < local(row.agreement.effective_at).date():
        raise InvalidFieldsError.at("applied_on", "申请日期早于协议生效的日期，请检查后重填。")
    if fields.applied_on > row.last_day:
        raise InvalidFieldsError.at("applied_on", f"申请期限到{date_text(row.last_day)}为止，这一天已经超过。")
    court, level = await courts.chosen(deps, standing.dispute, fields)
    await _require_all(deps, standing.dispute, row)
    row.court, row.court_ground, row.court_level = court, fields.ground, level
    row.applied_on, row.applied_by, row.status = fields.applied_on, fields.applied_by, ConfirmationStatus.APPLIED
    await _changed(deps, row, "court", "court_ground", "court_level", "applied_on", "applied_by", "status")
    await _court_has(deps, row)
    data = {"court": court, "on_text": date_text(fields.applied_on)}
    await record(deps, actor, standing.dispute, row, "confirmation_applied", data=data)
    return row


async def accept(deps: Deps, actor: StaffActor, dispute_id: UUID, fields: AcceptanceIn) -> Confirmation:
    """That the court has taken it up; again when it says that it takes longer. Raises NotFoundError,
    RoleNotAllowedError, NotAppliedError, InvalidFieldsError."""
    standing, row = await found(deps, actor, dispute_id, lock=True)
    access.require(standing, *_AT_THE_CENTER)
    if row.status is not ConfirmationStatus.APPLIED or row.applied_on is None:
        raise NotAppliedError
    if fields.accepted_on < row.applied_on:
        raise InvalidFieldsError.at("accepted_on", "法院受理的日期早于申请日期，请检查后重填。")
    more = deps.catalog.confirmation.court_times.extension_days if fields.extended else None
    if (row.accepted_on, row.extended_days) == (fields.accepted_on, more):
        return row
    row.accepted_on, row.extended_days = fields.accepted_on, more
    await _changed(deps, row, "accepted_on", "extended_days")
    await _court_has(deps, row)
    data = {"court": row.court, "on_text": date_text(fields.accepted_on)}
    kind = "confirmation_extended" if fields.extended else "confirmation_accepted"
    await record(deps, actor, standing.dispute, row, kind, data=data)
    return row


async def decide(deps: Deps, actor: StaffActor, dispute_id: UUID, fields: ResultIn) -> Confirmation:
    """What the court said. Raises NotFoundError, RoleNotAllowedError, NotAppliedError, InvalidFieldsError."""
    standing, row = await found(deps, actor, dispute_id, lock=True)
    access.require(standing, *_AT_THE_CENTER)
    if row.status is not ConfirmationStatus.APPLIED or row.applied_on is None:
        raise NotAppliedError
    if fields.decided_on < (row.accepted_on or row.applied_on):
        raise InvalidFieldsError.at("decided_on", "法院作出结果的日期早于申请（受理）日期，请检查后重填。")
    row.status = ConfirmationStatus.CONFIRMED if fields.confirmed else ConfirmationStatus.REFUSED
    row.decided_on, row.refusal = fields.decided_on, fields.reason_code
    row.ruling_sealed = deps.keyring.seal(fields.ruling, "confirmation", "ruling", row.id)
    if fields.note is not None:
        row.note_sealed = deps.keyring.seal(fields.note, "confirmation", "note", row.id)
    await _changed(deps, row, "status", "decided_on", "refusal", "ruling_sealed", "note_sealed")
    await _court_has(deps, row)
    kind = f"confirmation_{row.status.value}"
    data = {"court": row.court, "on_text": date_text(fields.decided_on)}
    await record(deps, actor, standing.dispute, row, kind, data=data)
    await rows.tell(deps, standing.dispute, kind, await acts.taking_part(dispute_id))
    return row


async def exclude(deps: Deps, actor: StaffActor, dispute_id: UUID, fields: ExclusionIn) -> Confirmation:
    """By the mediator, who has read what it says: nothing more is said of confirming it, or the days run after all.
    Raises NotFoundError, RoleNotAllowedError, ConfirmationClosedError."""
    standing, row = await found(deps, actor, dispute_id, lock=True)
    access.require(standing, StandingKind.MEDIATOR)
    if row.status not in _UNDECIDED:
        raise ConfirmationClosedError
    row.exclusion = fields.reason_code
    row.status = ConfirmationStatus.EXCLUDED if fields.reason_code else ConfirmationStatus.OPEN
    await _changed(deps, row, "exclusion", "status")
    title = deps.catalog.confirmation.exclusions[fields.reason_code].title if fields.reason_code else "可以申请"
    entry = Entry("confirmation_examined", Audience.PARTIES, _data(row, {"reason_text": title}), {"note": fields.note})
    await history.record(deps, standing.dispute, actor, entry)
    return row


async def found(deps: Deps, actor: Actor, dispute_id: UUID, *, lock: bool = False) -> tuple[Standing, Confirmation]:
    """Raises NotFoundError, also where nothing has taken effect."""
    standing = await acts.standing(actor, dispute_id, lock=lock)
    readable = rows.readable(deps, standing)
    row = await latest(standing.dispute)
    if row is None or not await readable.filter(id=row.agreement_id).exists():
        raise NotFoundError
    return standing, row


async def record(
    deps: Deps, actor: Actor | None, dispute: Dispute, row: Confirmation, kind: str, *, data: Mapping[str, str | None]
) -> None:
    await history.record(deps, dispute, actor, Entry(kind, Audience.PARTIES, _data(row, data)))
    deps.touched.update(map(str, await rows.phones(await acts.taking_part(dispute.id))))


def _data(row: Confirmation, more: Mapping[str, str | None]) -> dict[str, str | None]:
    return {"confirmation_id": str(row.id), "status": row.status.value, **more}


def _require(deps: Deps, row: Confirmation) -> None:
    if not is_open(deps, row):
        raise ConfirmationClosedError


def is_open(deps: Deps, row: Confirmation) -> bool:
    """Whether or not anybody has looked since the last day."""
    return row.status is ConfirmationStatus.OPEN and clock.today(deps.clock) <= row.last_day


async def _require_all(deps: Deps, dispute: Dispute, row: Confirmation) -> None:
    agreeing = {each.party_id for each in await ConfirmationConsent.filter(confirmation_id=row.id, agreed=True)}
    if any(party.id not in agreeing for party in await applicants(deps, dispute, row)):
        raise ConsentsMissingError


async def applicants(deps: Deps, dispute: Dispute, row: Confirmation) -> list[Party]:
    """Who signs the agreement in force; who is spoken for by elected representatives is asked for through them."""
    agreement = await rows.in_force(dispute) or row.agreement
    content = rows.opened(deps, await rows.latest(agreement))
    ids = [UUID(party.party_id) for party in content.parties if party.signs]
    return await Party.filter(id__in=ids, removed_at=None).order_by("ordinal")


async def _consent(
    deps: Deps, actor: Actor, standing: Standing, row: Confirmation, *, party: Party, agrees: bool
) -> None:
    given = await ConfirmationConsent.get_or_none(confirmation_id=row.id, party_id=party.id)
    if given is not None and given.agreed is agrees:
        return
    is_new, given = given is None, given or ConfirmationConsent(id=uuid7(), confirmation_id=row.id, party_id=party.id)
    given.agreed, given.actor_id, given.at = agrees, actor.id, deps.clock.now()
    given.way = "phone" if isinstance(actor, ResidentActor) else "window"
    await given.save(force_create=is_new)
    kind = "confirmation_wanted" if agrees else "confirmation_unwanted"
    await history.record(
        deps, standing.dispute, actor, Entry(kind, Audience.PARTIES, _data(row, {"party_id": str(party.id)}))
    )


async def _court_has(deps: Deps, row: Confirmation) -> None:
    """Until when: for the next step, of which nothing has been told yet."""
    running = court_clock.of(deps.catalog.confirmation.court_times, deps.calendar, row)
    row.court_last_day, row.court_late_told_at = running.last_day if running else None, None
    await _changed(deps, row, "court_last_day", "court_late_told_at")


async def _changed(deps: Deps, row: Confirmation, *names: str) -> None:
    row.updated_at = deps.clock.now()
    await row.save(update_fields=[*names, "updated_at"])
