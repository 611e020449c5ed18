"""Copies by post: to each party to sign, back, and its own copy afterwards. A number is good for one parcel."""

from uuid import UUID

from tortoise.exceptions import IntegrityError

from backend.accounts.actors import Actor, StaffActor
from backend.agreements import rows
from backend.agreements.errors import NotFinalError, ParcelArrivedError, TrackingKnownError
from backend.agreements.schemas import ArrivalIn, ParcelIn
from backend.core.clock import local
from backend.core.deps import Deps
from backend.core.errors import InvalidFieldsError, NotFoundError, RoleNotAllowedError
from backend.core.mediation_rules import StandingKind
from backend.core.wording import date_text
from backend.mediation import access, acts
from backend.mediation.access import Standing
from backend.mediation.talks import SIDES
from models import Agreement, AgreementStatus, Parcel, ParcelWay, Party
from models.base import uuid7

_AT_THE_CENTER = (StandingKind.MEDIATOR, StandingKind.CENTER)
_TO_SIGN = (AgreementStatus.FINAL, AgreementStatus.SIGNING)
_WHEN = {
    ParcelWay.TO_SIGN: _TO_SIGN,
    ParcelWay.SENT_BACK: _TO_SIGN,
    ParcelWay.COPY: (AgreementStatus.EFFECTIVE, AgreementStatus.SUPERSEDED),
}


async def send(deps: Deps, actor: Actor, dispute_id: UUID, agreement_id: UUID, fields: ParcelIn) -> Agreement:
    """A party writes down itself what it sent back. Raises NotFoundError, RoleNotAllowedError, PartyLeftError,
    NotFinalError, TrackingKnownError, InvalidFieldsError."""
    standing, agreement = await rows.found(deps, actor, dispute_id, agreement_id, lock=True)
    access.require(standing, StandingKind.PARTY, *_AT_THE_CENTER)
    if standing.kind is StandingKind.PARTY and fields.way is not ParcelWay.SENT_BACK:
        raise RoleNotAllowedError("您只需登记寄回的快递，其余由中心登记。")
    if agreement.status not in _WHEN[fields.way]:
        raise NotFinalError
    version, party = await rows.latest(agreement), await _of_party(standing, fields)
    assert version.frozen_at is not None, "only a final text is sent"
    if fields.sent_on < local(version.frozen_at).date():
        raise InvalidFieldsError.at("sent_on", "寄出日期早于定稿日期，请检查后重填。")
    row_id = uuid7()
    row = Parcel(
        id=row_id,
        version_id=version.id,
        party_id=party.id,
        way=fields.way,
        carrier=fields.carrier,
        tracking_sealed=deps.keyring.seal(fields.tracking_number, "parcel", "tracking", row_id),
        tracking_hash=deps.keyring.keyed_hash("tracking", fields.tracking_number.replace("-", "")),
        sent_on=fields.sent_on,
        recorded_by_id=actor.id,
        recorded_at=deps.clock.now(),
    )
    try:
        await row.save(force_create=True)
    except IntegrityError:
        raise TrackingKnownError from None
    await rows.record(deps, actor, standing.dispute, agreement, "parcel_sent", data=_told(deps, row, party))
    return agreement


async def arrived(
    deps: Deps, actor: StaffActor, dispute_id: UUID, agreement_id: UUID, *, parcel_id: UUID, fields: ArrivalIn
) -> Agreement:
    """Raises NotFoundError, RoleNotAllowedError, ParcelArrivedError, InvalidFieldsError."""
    standing, agreement = await rows.found(deps, actor, dispute_id, agreement_id, lock=True)
    row = await Parcel.filter(version__agreement_id=agreement.id).select_related("party").get_or_none(id=parcel_id)
    if row is None:
        raise NotFoundError
    access.require(standing, *_AT_THE_CENTER)
    if row.delivered_on is not None:
        raise ParcelArrivedError
    if fields.delivered_on < row.sent_on:
        raise InvalidFieldsError.at("delivered_on", "签收日期早于寄出日期，请检查后重填。")
    row.delivered_on = fields.delivered_on
    await row.save(update_fields=["delivered_on"])
    await rows.record(deps, actor, standing.dispute, agreement, "parcel_arrived", data=_told(deps, row, row.party))
    return agreement


async def _of_party(standing: Standing, fields: ParcelIn) -> Party:
    if fields.party_id is not None:
        return await acts.chosen_party(standing, fields.party_id, "party_id")
    if standing.kind is StandingKind.PARTY:
        return await acts.own_party(standing)
    raise InvalidFieldsError.at("party_id", "请选择是哪一位当事人的那一份。")


def _told(deps: Deps, row: Parcel, party: Party) -> dict[str, str]:
    return {
        "parcel_id": str(row.id),
        "way_text": deps.catalog.agreements.parcel_ways[row.way],
        "who_text": SIDES[party.side],
        "carrier_text": deps.catalog.agreements.carriers[row.carrier],
        "on_text": date_text(row.delivered_on or row.sent_on),
    }
