"""What remains open to the parties once a case has ended here: no ending is a dead end."""

from typing import Any

from backend.core.deps import Deps
from backend.disputes import history
from backend.disputes.schemas import RedirectOut, WayOnOut
from models import Dispute, Event, Status

_TOLD_BY = {Status.REFUSED: "refused", Status.NOT_AGREED: "not_agreed"}


async def of(deps: Deps, dispute: Dispute) -> WayOnOut:
    """As the history tells it; one statement, and none while the case is under way."""
    kind = _TOLD_BY.get(dispute.status)
    event = await Event.filter(dispute_id=dispute.id, kind=kind).order_by("-id").first() if kind else None
    if event is None:
        return WayOnOut()
    known: dict[str, Any] = event.data | history.detail_of(deps, event)
    if "redirect" not in known:
        return WayOnOut(routes=tuple(known.get("routes", ())))
    codes = {name: known[name] for name in ("reason_code", "reason_text")}
    return WayOnOut(redirect=RedirectOut(**codes, **known["redirect"]))
