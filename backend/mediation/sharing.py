"""Something of a case is shown to somebody who would not see it by the table; never taken back, always on record."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Literal, NamedTuple
from uuid import UUID

from backend.accounts.actors import Actor
from backend.core.deps import Deps
from backend.core.errors import FieldProblem, InvalidFieldsError
from backend.core.schema import In, Out
from backend.disputes.history import Entry
from backend.mediation import telling
from backend.mediation.access import Standing
from models import Audience, CaseMember, MemberStatus, Party, Share, ShareWith


class ShareTo(In):
    kind: Literal["party", "member", "followers"]
    id: UUID | None = None
    """Of the party or the member."""


class SharedWith(Out):
    kind: str
    id: str


class Item(NamedTuple):
    resource: str
    """As `mediation.toml` names it."""
    id: UUID


async def show(deps: Deps, actor: Actor, standing: Standing, item: Item, to: Iterable[ShareTo]) -> None:
    """Whoever calls has checked that the item is of this case and that the actor may show it; showing it twice
    changes nothing. Raises InvalidFieldsError at `to`."""
    dispute, now = standing.dispute, deps.clock.now()
    wanted = [(ShareWith(each.kind), each.id or dispute.id) for each in to]
    await _check(standing, wanted)
    rows = [
        Share(
            dispute_id=dispute.id,
            resource=item.resource,
            item_id=item.id,
            to_kind=kind,
            to_id=to_id,
            shared_by_kind=actor.kind,
            shared_by_id=actor.id,
            at=now,
        )
        for kind, to_id in wanted
    ]
    await Share.bulk_create(rows, ignore_conflicts=True)
    data = {"resource": item.resource, "resource_text": deps.catalog.mediation.resources[item.resource],
            "item_id": str(item.id), "to": [f"{kind}:{to_id}" for kind, to_id in wanted]}  # fmt: skip
    await telling.record(deps, dispute, actor, Entry("shown", Audience.STAFF, data))


async def shown_to(resource: str, item_ids: Collection[UUID]) -> defaultdict[UUID, list[SharedWith]]:
    known = defaultdict[UUID, list[SharedWith]](list)
    for each in await Share.filter(item_id__in=item_ids, resource=resource).order_by("id"):
        known[each.item_id].append(SharedWith(kind=each.to_kind, id=str(each.to_id)))
    return known


async def _check(standing: Standing, wanted: list[tuple[ShareWith, UUID]]) -> None:
    dispute_id = standing.dispute.id
    known: set[tuple[ShareWith, UUID]] = {(ShareWith.FOLLOWERS, dispute_id)}
    known |= {
        (ShareWith.PARTY, party.id)
        for party in await Party.filter(dispute_id=dispute_id, removed_at=None, left_at=None).only("id")
    }
    known |= {
        (ShareWith.MEMBER, member.id)
        for member in await CaseMember.filter(dispute_id=dispute_id, status=MemberStatus.ACCEPTED).only("id")
    }
    wrong = [index for index, each in enumerate(wanted) if each not in known]
    if wrong:
        message = "本案没有这位当事人或参加人，或者已经退出，请重新选择。"
        raise InvalidFieldsError(fields=tuple(FieldProblem(f"to.{index}", message) for index in wrong))
