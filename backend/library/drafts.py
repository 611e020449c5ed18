"""What a proposal begins with: what the case says, with everybody taken out of it."""

from collections import Counter
from uuid import UUID

from backend.accounts.actors import StaffActor
from backend.core.deps import Deps
from backend.disputes import history
from backend.library import known
from backend.library.anonymizing import without
from backend.library.schemas import ExampleDraftOut, ReplacedOut
from backend.mediation import access, steering
from models import Dispute, Event

_LONGEST = 5000
_HANDLING, _OUTCOME = ("session_recorded",), ("agreed", "not_agreed", "fulfilled", "closed")


async def of_case(deps: Deps, actor: StaffActor, dispute_id: UUID, *, amounts: bool) -> ExampleDraftOut:
    """`amounts`: sums of money are taken out too. Raises NotFoundError, RoleNotAllowedError."""
    standing = await access.of_colleague(actor, dispute_id)
    steering.require_lead(actor, standing)
    dispute = standing.dispute
    category = deps.catalog.category_by_code[deps.catalog.top_category(dispute.category)].name
    texts = {
        "title": f"一起{category}纠纷的调解",
        "background": "\n".join(filter(None, (_opened(deps, dispute, each) for each in ("description", "claim")))),
        "handling": await _told(deps, dispute, _HANDLING),
        "outcome": await _told(deps, dispute, _OUTCOME),
    }
    everything, counted, cleaned = await known.of_case(deps, dispute), Counter[str](), {}
    for name, text in texts.items():
        clean, count = without(text, everything, amounts=amounts)
        cleaned[name] = clean[:_LONGEST]
        counted += count
    return ExampleDraftOut(
        **cleaned, replaced=[ReplacedOut(word=word, count=count) for word, count in sorted(counted.items())]
    )


async def _told(deps: Deps, dispute: Dispute, kinds: tuple[str, ...]) -> str:
    """Of the joint record alone: nothing of it was said in confidence."""
    events = await Event.filter(dispute_id=dispute.id, kind__in=kinds).order_by("id")
    details = [history.detail_of(deps, event) for event in events]
    return "\n".join(text for detail in details for name in ("summary", "note") if (text := detail.get(name)))


def _opened(deps: Deps, dispute: Dispute, column: str) -> str | None:
    sealed = getattr(dispute, f"{column}_sealed")
    return None if sealed is None else deps.keyring.open(sealed, "dispute", column, dispute.id)
