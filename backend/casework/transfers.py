"""首问负责: who was asked first answers for the case until another has received it. Nobody bounces it for ever: after
so many refusals, or no answer in time, it goes to the next higher level, which must take it."""

from collections.abc import Iterator
from uuid import UUID

from backend.accounts.actors import StaffActor
from backend.appointments import actions as appointments
from backend.casework import schemas
from backend.casework.done import Done
from backend.core.deps import CenterPoint, Deps
from backend.core.errors import InvalidFieldsError
from models import Center, CenterLevel, Dispute, Event

_RECEIVED = "received"


async def offer(deps: Deps, _actor: StaffActor, dispute: Dispute, fields: schemas.Transfer) -> Done:
    """The case stays where it is until the target receives it. Raises InvalidFieldsError for the own center, and for
    one that has had the case before."""
    former = await _former_owners(dispute)
    if fields.level_up:
        target = next(_levels_above(deps, dispute, former), None)
    else:
        target = deps.centers.by_id(str(fields.center_id))
    path = "level_up" if fields.level_up else "center_id"
    if target is None or target.id == str(dispute.center_id):
        raise InvalidFieldsError.at(path, "案件已经在这里了，请选择另一个中心。")
    if target.id in former:
        raise InvalidFieldsError.at(path, "这个中心办过这件事，不能再转回去；请选择别的中心，或者提级办理。")
    dispute.transfer_to = await Center.get(id=target.id)
    dispute.status_before_transfer = dispute.status
    return Done(data={"target": target.name, "level_up": fields.level_up}, detail={"reason": fields.reason})


async def receive(deps: Deps, actor: StaffActor, dispute: Dispute, _fields: schemas.Receive) -> Done:
    """The new owner assigns its own mediator; times booked at the old place are void."""
    target = dispute.transfer_to
    assert target is not None, "a transferred case names its target"
    await appointments.release_for(deps, dispute, actor, "已由其他中心接手办理")
    former = dispute.center
    dispute.center, dispute.mediator, dispute.conflict = target, None, None
    dispute.bounces, dispute.must_decide = 0, False
    return Done(data={"former_center": former.name, "former_center_id": str(former.id)})


async def decline(deps: Deps, _actor: StaffActor, dispute: Dispute, fields: schemas.DeclineTransfer) -> Done:
    """Back to its owner; but the last of the refusals that the catalog allows sends it up."""
    dispute.bounces += 1
    if dispute.bounces >= deps.catalog.transfer.max_bounces and await lift(deps, dispute):
        assert dispute.transfer_to is not None
        return Done(
            data={"target": dispute.transfer_to.name, "cause": "bounced"}, detail={"reason": fields.reason}, lifted=True
        )
    return Done(detail={"reason": fields.reason})


async def lift(deps: Deps, dispute: Dispute) -> bool:
    """Offers it to the next higher level, which cannot decline. False where there is none: it is the owner itself,
    or lets the case lie already."""
    above = list(_levels_above(deps, dispute, await _former_owners(dispute)))
    if dispute.must_decide:
        ids = [center.id for center in above]
        above = above[ids.index(str(dispute.transfer_to_id)) + 1 :] if str(dispute.transfer_to_id) in ids else []
    if not above:
        return False
    dispute.transfer_to, dispute.must_decide = await Center.get(id=above[0].id), True
    return True


def _levels_above(deps: Deps, dispute: Dispute, former: set[str]) -> Iterator[CenterPoint]:
    """Township → its county's center → the queue of the city; without the owner, and without who had it before."""
    county = dispute.center.division_code[:6]
    above: list[CenterPoint] = []
    if dispute.center.level in (CenterLevel.TOWNSHIP, CenterLevel.VILLAGE):
        above += deps.centers.of_division(county, levels=(CenterLevel.COUNTY,), category=dispute.category)[:1]
    for center in (*above, deps.centers.city_queue):
        if center.id != str(dispute.center_id) and center.id not in former:
            yield center


async def _former_owners(dispute: Dispute) -> set[str]:
    received = await Event.filter(dispute_id=dispute.id, kind=_RECEIVED)
    return {str(UUID(str(event.data["former_center_id"]))) for event in received if "former_center_id" in event.data}
