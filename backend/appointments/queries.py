"""Appointments for those who may see them."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from tortoise import connections
from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet

from backend.accounts.actors import ResidentActor, StaffActor
from backend.appointments import participants, views
from backend.appointments.schemas import AppointmentOut, CenterAppointmentOut
from backend.core import identity
from backend.core.deps import Deps
from backend.core.errors import InvalidFieldsError, NotFoundError, RoleNotAllowedError
from backend.core.pagination import bad_cursor, cut, decode, moment_of
from backend.core.reading import Read
from backend.core.schema import Page, PageQuery
from models import Appointment, Center, Dispute, Participant, Party, Purpose, Role

_ITS_DISPUTE = """
SELECT dispute_id FROM appointment a
 WHERE id = $1 AND (resident_id = $2
    OR EXISTS (SELECT FROM participant i JOIN party p ON p.id = i.party_id
                WHERE i.appointment_id = a.id
                  AND (p.resident_id = $2
                       OR EXISTS (SELECT FROM representation r WHERE r.party_id = p.id AND r.resident_id = $2
                                                                 AND r.ended_at IS NULL))))
"""
_BY_ID = Read(lambda each: Appointment.filter(id=each).select_related("center", "mediator", "room"))


async def for_resident(actor: ResidentActor, appointment_id: UUID) -> Appointment:
    """Only whoever it is for: the code on it opens a door."""
    _ = await dispute_of(actor, appointment_id)
    appointment = await _BY_ID.first(appointment_id)
    if appointment is None:
        raise NotFoundError
    return appointment


async def dispute_of(actor: ResidentActor, appointment_id: UUID) -> UUID:
    """Of an appointment that is theirs. Raises NotFoundError."""
    found = await connections.get("default").execute_query_dict(_ITS_DISPUTE, [appointment_id, actor.id])
    if not found:
        raise NotFoundError
    dispute_id: UUID = found[0]["dispute_id"]
    return dispute_id


async def for_staff(actor: StaffActor, appointment_id: UUID) -> Appointment:
    """A center its own, a supervisor any."""
    rows = Appointment.filter(id=appointment_id)
    appointment = await rows.select_related("center", "dispute", "mediator", "room").first()
    if appointment is None or actor.role == Role.ADMIN or actor.center_id not in (None, appointment.center_id):
        raise NotFoundError
    return appointment


async def of_resident(deps: Deps, actor: ResidentActor, *, limit: int, cursor: str | None) -> Page[AppointmentOut]:
    """Latest booking first."""
    rows = Appointment.filter(_is_for(actor))
    key = decode(cursor, 1)
    if key is not None:
        rows = rows.filter(id__lt=_uuid(key[0]))
    found = await rows.order_by("-id").limit(limit + 1).select_related("center", "mediator", "room")
    page, next_cursor = cut(found, limit, lambda row: (str(row.id),))
    return Page[AppointmentOut](items=await _shown(deps, actor, page), next_cursor=next_cursor)


async def of_dispute(deps: Deps, actor: ResidentActor, dispute: Dispute) -> list[AppointmentOut]:
    """The actor's own ones, latest first."""
    rows = Appointment.filter(_is_for(actor), dispute_id=dispute.id).order_by("-id")
    return await _shown(deps, actor, await rows.select_related("center", "mediator", "room"))


async def own(deps: Deps, actor: ResidentActor, appointment: Appointment) -> AppointmentOut:
    """As the actor sees it who may. A mediation is read anew: an action may have changed mediator or room."""
    if appointment.purpose is Purpose.MEDIATION:
        appointment = await for_resident(actor, appointment.id)
    return (await _shown(deps, actor, [appointment]))[0]


async def in_order_of_time(
    deps: Deps, actor: StaffActor, rows: QuerySet[Appointment], query: PageQuery
) -> Page[CenterAppointmentOut]:
    """One page of them. The actor must be one who may see them."""
    key = decode(query.cursor, 2)
    if key is not None:
        starts_at, last_id = moment_of(key[0]), _uuid(key[1])
        rows = rows.filter(Q(starts_at__gt=starts_at) | Q(starts_at=starts_at, id__gt=last_id))
    rows = rows.order_by("starts_at", "id").limit(query.limit + 1)
    found = await rows.select_related("center", "dispute", "mediator", "room")
    page, next_cursor = cut(found, query.limit, lambda row: (row.starts_at.isoformat(), str(row.id)))
    return Page[CenterAppointmentOut](items=await shown_to_staff(deps, actor, page), next_cursor=next_cursor)


async def of_case(deps: Deps, actor: StaffActor, dispute: Dispute) -> list[CenterAppointmentOut]:
    """The case must be one that the actor may see. Oldest first."""
    rows = Appointment.filter(dispute_id=dispute.id).order_by("id")
    return await shown_to_staff(deps, actor, await rows.select_related("center", "dispute", "mediator", "room"))


async def center_appointment(deps: Deps, actor: StaffActor, appointment: Appointment) -> CenterAppointmentOut:
    """Read anew: an action may have changed mediator or room."""
    return (await shown_to_staff(deps, actor, [await for_staff(actor, appointment.id)]))[0]


async def shown_to_staff(deps: Deps, actor: StaffActor, page: Sequence[Appointment]) -> list[CenterAppointmentOut]:
    """Center, dispute, mediator and room must have been read with them."""
    if not page:
        return []
    parties = await Party.filter(dispute_id__in=[row.dispute_id for row in page]).order_by("ordinal")
    names = {party.id: _name(deps, actor, party) for party in parties}
    asked = defaultdict[UUID, list[Participant]](list)
    for each in await Participant.filter(appointment_id__in=[row.id for row in page]).order_by("id"):
        asked[each.appointment_id].append(each)
    visitors = {row.id: _visitors(row, parties, asked[row.id]) for row in page}
    now = deps.clock.now()
    return [
        views.center_appointment_out(
            row, "、".join(names[each] for each in visitors[row.id]), names, asked[row.id], now
        )
        for row in page
    ]


def _is_for(actor: ResidentActor) -> Q:
    asked = Participant.filter(participants.answered_by(actor.id)).values("appointment_id")
    return Q(resident_id=actor.id) | Q(id__in=Subquery(asked))


async def _shown(deps: Deps, actor: ResidentActor, page: Sequence[Appointment]) -> list[AppointmentOut]:
    ids = [row.id for row in page if row.purpose is Purpose.MEDIATION]
    asked = {}
    if ids:
        mine = Participant.filter(participants.answered_by(actor.id), appointment_id__in=ids)
        asked = {each.appointment_id: each for each in await mine}
    now = deps.clock.now()
    return [views.appointment_out(row, deps.calendar, now, asked.get(row.id)) for row in page]


async def center_to_read(actor: StaffActor, wanted: str | None) -> UUID | None:
    """None = the whole city. Raises RoleNotAllowedError, InvalidFieldsError."""
    if actor.role == Role.ADMIN:
        raise RoleNotAllowedError
    if wanted is None:
        return actor.center_id
    center_id = uuid_or_none(wanted)
    is_allowed = center_id == actor.center_id if actor.center_id else await _is_center(center_id)
    if not is_allowed:
        raise InvalidFieldsError.at("center_id", "只能查看自己中心的预约，请重新选择中心。")
    return center_id


async def _is_center(center_id: UUID | None) -> bool:
    return center_id is not None and await Center.filter(id=center_id).exists()


def _name(deps: Deps, actor: StaffActor, party: Party) -> str:
    """A supervisor reads it masked."""
    name = deps.keyring.open(party.name_sealed, "party", "name", party.id)
    return identity.mask_name(name) if actor.role == Role.SUPERVISOR else name


def _visitors(row: Appointment, parties: Sequence[Party], asked: Sequence[Participant]) -> list[UUID]:
    """Whom to expect. Appointments of the first months name only the account."""
    if row.purpose is Purpose.MEDIATION:
        return [each.party_id for each in asked]
    if row.party_id is not None:
        return [row.party_id]
    return [party.id for party in parties if (party.dispute_id, party.resident_id) == (row.dispute_id, row.resident_id)]


def _uuid(text: str) -> UUID:
    found = uuid_or_none(text)
    if found is None:
        raise bad_cursor()
    return found


def uuid_or_none(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
