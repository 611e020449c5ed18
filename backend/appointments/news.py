"""What an appointment's own people are told of it by the system, without an act of theirs."""

from collections.abc import Iterable
from datetime import datetime

from backend.appointments import views
from backend.core.deps import Deps
from backend.core.wording import when_text
from backend.notices import actions as notices
from backend.notices.actions import News
from models import Appointment


async def tell(
    deps: Deps, appointments: Iterable[Appointment], kind: str, *, valid_until: datetime | None = None
) -> None:
    """Of the time it has now; the center must have been read with it. After its start no push leaves any more."""
    found = [news for each in appointments for news in _news(each, kind, valid_until or each.starts_at)]
    await notices.notify(deps, found)


def _news(appointment: Appointment, kind: str, valid_until: datetime) -> list[News]:
    words = {
        "when_text": when_text(appointment.starts_at),
        "place": views.place_text(appointment.kind, appointment.center),
        "center": appointment.center.name,
    }
    residents = [appointment.resident_id] if appointment.resident_id else []
    return [News(resident_id, kind, appointment.dispute_id, words, valid_until) for resident_id in residents]
