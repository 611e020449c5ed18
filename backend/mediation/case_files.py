"""Files brought to a case: one's own that are new or lie with it already; for staff any of the case's."""

from collections.abc import Sequence
from uuid import UUID

from backend.accounts.actors import Actor
from backend.core.errors import FieldProblem
from backend.core.mediation_rules import StandingKind
from backend.files import actions as files
from backend.mediation.access import Standing
from models import StoredFile

_STAFF = (StandingKind.MEDIATOR, StandingKind.CENTER)
_NOT_THERE = "没有找到这个文件，或者不在本案材料里，请重新选择。"


async def take(actor: Actor, standing: Standing, file_ids: Sequence[UUID]) -> list[FieldProblem]:
    """A problem at `file_ids.N` for each that is nobody's or somebody else's; the caller raises them."""
    lying = StoredFile.filter(id__in=list(file_ids), dispute_id=standing.dispute.id, deleted_at=None)
    if standing.kind not in _STAFF:
        lying = lying.filter(owner_id=actor.id)
    known = {UUID(str(each)) for each in await lying.values_list("id", flat=True)}
    new = list(dict.fromkeys(each for each in file_ids if each not in known))
    lost = {new[int(found.path.rsplit(".", 1)[-1])] for found in await files.attach(actor, new, standing.dispute.id)}
    return [FieldProblem(f"file_ids.{place}", _NOT_THERE) for place, each in enumerate(file_ids) if each in lost]
