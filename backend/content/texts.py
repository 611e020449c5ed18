"""The words that a check is about, opened."""

import json
from collections.abc import Awaitable, Callable
from typing import Final
from uuid import UUID

from backend.core.crypto import Keyring
from models import CheckSubject, ContentCheck, Dispute, Event, Party, Rating, TalkMessage

_LONG_NAME: Final = 10
"""Characters from which a name may be a sentence."""


async def text_of(keyring: Keyring, check: ContentCheck) -> str:
    """Empty where nothing was written, or for a file."""
    read = _READERS.get(check.subject)
    return await read(keyring, check.subject_id) if read else ""


def split(text: str, most: int, overlap: int) -> list[str]:
    """In parts of at most `most` characters; what stands across a cut is whole in one of them."""
    step = most - overlap
    return [text[first : first + most] for first in range(0, max(len(text) - overlap, 1), step)]


async def _filing(keyring: Keyring, dispute_id: UUID) -> str:
    dispute = await Dispute.get(id=dispute_id)
    sealed = (("description", dispute.description_sealed), ("claim", dispute.claim_sealed))
    words = [keyring.open(value, "dispute", column, dispute_id) for column, value in sealed if value is not None]
    names = [
        keyring.open(party.name_sealed, "party", "name", party.id)
        for party in await Party.filter(dispute_id=dispute_id).order_by("ordinal")
    ]
    return "\n".join([*words, *(name for name in names if len(name) > _LONG_NAME)])


async def _supplement(keyring: Keyring, event_id: UUID) -> str:
    event = await Event.get(id=event_id)
    if event.detail_sealed is None:
        return ""
    return str(json.loads(keyring.open(event.detail_sealed, "event", "detail", event_id)).get("text", ""))


async def _comment(keyring: Keyring, rating_id: UUID) -> str:
    """Erased when the account was closed."""
    rating = await Rating.get(id=rating_id)
    return "" if rating.comment_sealed is None else keyring.open(rating.comment_sealed, "rating", "comment", rating_id)


async def _message(keyring: Keyring, message_id: UUID) -> str:
    message = await TalkMessage.get(id=message_id)
    return keyring.open(message.text_sealed, "talk_message", "text", message_id)


_READERS: Final[dict[CheckSubject, Callable[[Keyring, UUID], Awaitable[str]]]] = {
    CheckSubject.DISPUTE: _filing,
    CheckSubject.SUPPLEMENT: _supplement,
    CheckSubject.RATING: _comment,
    CheckSubject.MESSAGE: _message,
}
