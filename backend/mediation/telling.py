"""What an act leaves in the history, and whose open sockets hear of it."""

from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from backend.accounts.actors import Actor
from backend.core.deps import Deps
from backend.disputes import history
from backend.disputes.history import Entry
from models import Audience, CaseMember, Dispute, MemberStatus, Party


async def record(deps: Deps, dispute: Dispute, actor: Actor | None, *entries: Entry) -> None:
    """Whoever takes part looks again, whether or not the sentence is theirs to read."""
    await history.record(deps, dispute, actor, *entries)
    joined = Party.filter(dispute_id=dispute.id, resident_id__not_isnull=True)
    deps.touched.update(str(each) for each in await joined.values_list("resident_id", flat=True))
    members = CaseMember.filter(dispute_id=dispute.id, status=MemberStatus.ACCEPTED)
    for row in await members.values_list("staff_id", "resident_id", "organization_id"):
        deps.touched.update(str(each) for each in row if each)


async def tell_between(
    deps: Deps, dispute: Dispute, actor: Actor | None, parties: Collection[UUID], kind: str, *, data: dict[str, Any]
) -> None:
    """One sentence for all where it is between all who take part, else for each of them alone."""
    there = Party.filter(dispute_id=dispute.id, removed_at=None, left_at=None)
    if {UUID(str(each)) for each in await there.values_list("id", flat=True)} <= set(parties):
        await record(deps, dispute, actor, Entry(kind, Audience.PARTIES, data))
    else:
        await tell_parties(deps, dispute, actor, parties, kind, data=data)


async def tell_parties(
    deps: Deps, dispute: Dispute, actor: Actor | None, parties: Iterable[UUID], kind: str, *, data: dict[str, Any]
) -> None:
    """Each of them by itself: nobody reads what the others were shown."""
    joined = Party.filter(id__in=list(parties), dispute_id=dispute.id, resident_id__not_isnull=True)
    residents = {UUID(str(each)) for each in await joined.values_list("resident_id", flat=True)}
    entries = [of_one(dispute, each, kind, data) for each in sorted(residents)]
    await record(deps, dispute, actor, *entries or [Entry(kind, Audience.STAFF, data)])


def of_one(dispute: Dispute, resident_id: UUID | None, kind: str, data: dict[str, Any]) -> Entry:
    """Read by this resident and staff; where there is none, by staff alone."""
    if resident_id is None:
        return Entry(kind, Audience.STAFF, data)
    audience, reader_id = history.own(dispute, resident_id)
    return Entry(kind, audience, data, reader_id=reader_id)
