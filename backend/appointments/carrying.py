"""A case goes on in another one: what was booked at the window goes on with it."""

from collections.abc import Mapping
from uuid import UUID

from backend.accounts.actors import StaffActor
from backend.appointments import actions
from backend.appointments.lapsing import LIVE
from backend.core.deps import Deps
from models import Appointment, Dispute, Purpose

_REASON = "这件事已与另一件合并办理，请在那一件里另约时间"


async def over(
    deps: Deps, actor: StaffActor, dispute: Dispute, kept: Dispute, parties: Mapping[UUID, UUID]
) -> list[UUID]:
    """Both cases are locked. `parties`: who each party is in the kept case. Which appointments went over: none where
    the kept case has one itself, and no mediation, for that was agreed among others; these are cancelled."""
    moved = []
    if not await Appointment.filter(dispute_id=kept.id, status__in=LIVE).exists():
        coming = Appointment.filter(dispute_id=dispute.id, status__in=LIVE, purpose=Purpose.REGISTRATION)
        for appointment in await coming.filter(starts_at__gt=deps.clock.now()):
            appointment.dispute_id = kept.id
            appointment.party_id = parties.get(appointment.party_id) if appointment.party_id else None
            await appointment.save(update_fields=["dispute_id", "party_id"])
            moved.append(appointment.id)
    await actions.release_for(deps, dispute, actor, _REASON)
    return moved
