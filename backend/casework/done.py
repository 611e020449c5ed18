"""What an action leaves behind, for whoever finishes it."""

from dataclasses import dataclass, field
from typing import Any

from backend.accounts.actors import Actor
from backend.core.deps import Deps
from backend.disputes import history
from backend.disputes.case_clock import Span
from backend.disputes.history import Entry
from models import Audience, Dispute

CHANGING = (
    "center_id", "status", "version", "case_number", "track", "mode", "mediator_id", "organization_id",
    "agreed_fen",
    "transfer_to_id", "status_before_transfer", "bounces", "must_decide", "conflict", "recusal_pending",
    "failed_contacts", "next_try_on", "outcome", "merged_into_id", "retention", "retained_until",
    "due_at", "yellow_at", "clock", "resumes_at", "updated_at",
)  # fmt: skip
"""The columns of a dispute that its steps may change."""


@dataclass(frozen=True, slots=True)
class Done:
    """For the history: nothing personal in `data`, what people wrote in `detail`."""

    data: dict[str, Any] = field(default_factory=dict)
    detail: dict[str, Any] = field(default_factory=dict)
    audience: Audience = Audience.PARTIES
    span: Span | None = None
    """For a pause or an extension of the clock."""
    keeps_clock: bool = False
    """Whatever the flow says: what the limit, or the pause, is for has not been reached."""
    split_off: Dispute | None = None
    """A new case, which gets a number of its own where this one has one."""
    lifted: bool = False
    """The case stays in transfer, offered to the next higher level."""


def written(**texts: str | None) -> dict[str, str]:
    """Of what people may leave empty, what they did not."""
    return {name: text for name, text in texts.items() if text}


async def keep(deps: Deps, dispute: Dispute, actor: Actor | None, *entries: Entry) -> None:
    """What happens to a case beside its flow counts for its version too: who acts on what they read before is told."""
    dispute.version += 1
    dispute.updated_at = deps.clock.now()
    await history.record(deps, dispute, actor, *entries)
    await dispute.save(update_fields=CHANGING)
