"""The note that one mediator leaves for the next: sealed, and for the two of them and their director only."""

from uuid import UUID

from backend.accounts.actors import StaffActor
from backend.core.deps import Deps
from backend.core.errors import InvalidFieldsError, NotFoundError
from backend.core.schema import Moment, Out
from backend.disputes import queries
from models import Dispute, HandoverNote, Role, Staff
from models.base import uuid7


class HandoverNoteOut(Out):
    id: str
    from_mediator: str
    to_mediator: str
    text: str
    written_at: Moment


async def keep(deps: Deps, dispute: Dispute, successor: Staff, text: str | None) -> None:
    """Raises InvalidFieldsError where nobody hands over."""
    if text is None:
        return
    if dispute.mediator_id in (None, successor.id):
        raise InvalidFieldsError.at("handover_note", "只有换调解员时才有交接说明，请去掉这一项。")
    note_id = uuid7()
    await HandoverNote(
        id=note_id,
        dispute_id=dispute.id,
        from_mediator_id=dispute.mediator_id,
        to_mediator_id=successor.id,
        center_id=dispute.center_id,
        text_sealed=deps.keyring.seal(text, "handover_note", "text", note_id),
        written_at=deps.clock.now(),
    ).save(force_create=True)


async def notes(deps: Deps, actor: StaffActor, dispute_id: UUID) -> list[HandoverNoteOut]:
    """For the mediator who has the case now, and the director of the center where it was written. Raises
    NotFoundError, for others too."""
    dispute = await queries.for_staff(actor, dispute_id)
    found = HandoverNote.filter(dispute_id=dispute.id).order_by("id")
    if actor.role == Role.DIRECTOR:
        found = found.filter(center_id=actor.center_id)
    elif actor.id == dispute.mediator_id:
        found = found.filter(to_mediator_id=actor.id)
    else:
        raise NotFoundError
    return [
        HandoverNoteOut(
            id=str(note.id),
            from_mediator=note.from_mediator.name,
            to_mediator=note.to_mediator.name,
            text=deps.keyring.open(note.text_sealed, "handover_note", "text", note.id),
            written_at=note.written_at,
        )
        for note in await found.select_related("from_mediator", "to_mediator")
    ]
