"""What a comparison has found, as the city's staff see it, and one tap to repair it: we send again, or ask again."""

from typing import ClassVar
from uuid import UUID

from backend.accounts.actors import StaffActor
from backend.core import jobs, pagination
from backend.core.deps import Deps
from backend.core.errors import HejieError, NotFoundError
from backend.core.schema import Moment, Out, Page, PageQuery
from backend.exchange import directory, outbox, standing
from models import Difference, DifferenceKind, Reconciliation, ReconciliationWay, Repair


class NothingToSendError(HejieError):
    code: ClassVar[str] = "nothing_to_send"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "这件案件还没有推送过任何内容，请核对平台的类别和范围设置。"


class ReconciliationOut(Out):
    id: str
    way: ReconciliationWay
    started_at: Moment
    finished_at: Moment | None
    problem: str
    ours: int
    theirs: int
    moving: int
    """Left to the next comparison: changed since, or still on the way."""
    by_kind: dict[str, int]


class DifferenceOut(Out):
    id: str
    kind: DifferenceKind
    number: str
    """The partner's where it has brought the case, else ours."""
    dispute_id: str | None
    ours: str
    theirs: str
    first_at: Moment
    repair: Repair | None
    repaired_at: Moment | None
    problem: str


async def runs(actor: StaffActor, code: str, query: PageQuery) -> Page[ReconciliationOut]:
    """The latest first. Raises RoleNotAllowedError, NotFoundError."""
    partner = await standing.one(actor, code)
    found = Reconciliation.filter(partner_id=partner.id).order_by("-id").limit(query.limit + 1)
    after = pagination.decode_id(query.cursor)
    rows = await (found.filter(id__lt=after) if after else found)
    page, cursor = pagination.cut(rows, query.limit, lambda row: (str(row.id),))
    return Page(items=[ReconciliationOut(**_values(row, ReconciliationOut)) for row in page], next_cursor=cursor)


async def open_ones(actor: StaffActor, code: str, query: PageQuery) -> Page[DifferenceOut]:
    """Raises RoleNotAllowedError, NotFoundError."""
    partner = await standing.one(actor, code)
    found = Difference.filter(partner_id=partner.id, gone_at=None).order_by("id").limit(query.limit + 1)
    after = pagination.decode_id(query.cursor)
    rows = await (found.filter(id__gt=after) if after else found)
    page, cursor = pagination.cut(rows, query.limit, lambda row: (str(row.id),))
    return Page(items=[out(row) for row in page], next_cursor=cursor)


async def repair(deps: Deps, actor: StaffActor, code: str, difference_id: UUID) -> DifferenceOut:
    """Raises RoleNotAllowedError, NotFoundError, NothingToSendError."""
    partner = await standing.one(actor, code)
    found = Difference.filter(id=difference_id, partner_id=partner.id, gone_at=None).select_for_update()
    difference = await found.first()
    if difference is None:
        raise NotFoundError
    return out(await order(deps, difference))


async def order(deps: Deps, difference: Difference) -> Difference:
    """What we have is sent again with the ids it had; what we lack, the worker asks for. Needs an open transaction.
    Raises NothingToSendError."""
    if difference.kind is DifferenceKind.MISSING_HERE:
        await jobs.enqueue(jobs.ASK_PARTNER, [{"difference_id": str(difference.id)}])
        difference.repair = Repair.REASK
    else:
        await _send_again(deps, difference)
        difference.repair = Repair.RESEND
    difference.repaired_at, difference.problem = deps.clock.now(), ""
    await difference.save(update_fields=["repair", "repaired_at", "problem"])
    return difference


async def _send_again(deps: Deps, difference: Difference) -> None:
    partner = await directory.lock(difference.partner_id)
    if difference.dispute_id is None or not await outbox.replay_case(partner, difference.dispute_id, deps.clock.now()):
        raise NothingToSendError


def out(row: Difference) -> DifferenceOut:
    return DifferenceOut(**_values(row, DifferenceOut))


def _values(row: Difference | Reconciliation, shape: type[Out]) -> dict[str, object]:
    ids = {name: str(getattr(row, name)) for name in ("id", "dispute_id") if getattr(row, name, None)}
    return {name: getattr(row, name) for name in shape.model_fields} | ids
