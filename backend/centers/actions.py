"""What is written when centers open, change and close, by form or by file."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from backend.accounts.actors import StaffActor
from backend.centers import drafts, posters, staff_queries
from backend.centers.drafts import CenterDraft, CenterRow
from backend.centers.staff_queries import OpenCase
from backend.core import rows
from backend.core.deps import Deps
from backend.core.divisions import DivisionDirectory
from backend.core.errors import InvalidFieldsError, RoleNotAllowedError
from backend.core.opening import OpeningRules
from models import Center, CenterLevel, CenterRevision, Organization, OrganizationKind, Role

_BATCH = 1000
_FROM_FILES = ("name", "short_name", "level", "division_code", "address", "phone", "lon", "lat", "crs", "placeholder",
    "categories", "deactivated_at", "successor_id")  # fmt: skip
_CHANGES = f"""(code) DO UPDATE SET ({", ".join(_FROM_FILES)}, updated_at) =
    ({", ".join(f"EXCLUDED.{name}" for name in _FROM_FILES)}, EXCLUDED.updated_at)"""

_NO_SUCCESSOR = "承接中心不存在、已停用，或者就是本中心，请另选一个。"
_CODE_TAKEN = "已经有中心用了这个编码，请换一个。"
_LAST_QUEUE = "市级至少要保留一个受理席，不能停用最后一个，也不能改为其他层级。"


@dataclass(frozen=True, slots=True)
class Closing:
    center: Center
    successor: Center
    open_cases: list[OpenCase]
    """They stay where they are until somebody transfers them."""


@dataclass(frozen=True, slots=True)
class Import:
    """What a file would do."""

    added: list[Center]
    changed: list[Center]
    unchanged: int
    closings: list[Closing]


async def open_center(deps: Deps, actor: StaffActor, draft: CenterDraft) -> Center:
    """Raises RoleNotAllowedError, InvalidFieldsError."""
    require_admin(actor)
    await take_turns()
    if await Center.filter(code=draft.code).exists():
        raise InvalidFieldsError.at("code", _CODE_TAKEN)
    now = deps.clock.now()
    center = Center(updated_at=now)
    drafts.apply(draft, center, deps.divisions)
    await center.save(force_create=True)
    await equip([center], deps.divisions, now)
    return center


async def change(deps: Deps, actor: StaffActor, center: Center, draft: CenterDraft) -> None:
    """Raises RoleNotAllowedError, InvalidFieldsError."""
    require_admin(actor)
    if draft.level != CenterLevel.CITY and await _is_last_queue(center):
        raise InvalidFieldsError.at("level", _LAST_QUEUE)
    drafts.apply(draft, center, deps.divisions)
    await _save(deps, center)


async def set_hours(deps: Deps, actor: StaffActor, center: Center, opening: OpeningRules | None) -> None:
    """None = the catalog's default. Appointments already made stand. Raises RoleNotAllowedError."""
    require_admin(actor)
    center.opening = None if opening is None else opening.model_dump(mode="json")
    await _save(deps, center)


async def set_categories(deps: Deps, actor: StaffActor, center: Center, categories: Sequence[str]) -> None:
    """Raises RoleNotAllowedError."""
    require_admin(actor)
    center.categories = sorted(set(categories))
    await _save(deps, center)


async def close(deps: Deps, actor: StaffActor, center: Center, successor_id: UUID) -> list[OpenCase]:
    """The cases that still lie there. Raises RoleNotAllowedError, InvalidFieldsError."""
    require_admin(actor)
    successor = await Center.get_or_none(id=successor_id, deactivated_at=None)
    if successor is None or successor.id == center.id:
        raise InvalidFieldsError.at("successor_id", _NO_SUCCESSOR)
    if await _is_last_queue(center):
        raise InvalidFieldsError.at("successor_id", _LAST_QUEUE)
    center.deactivated_at = center.deactivated_at or deps.clock.now()
    center.successor_id = successor.id
    await _save(deps, center)
    return await staff_queries.open_cases(center.id)


async def reopen(deps: Deps, actor: StaffActor, center: Center) -> None:
    """Raises RoleNotAllowedError."""
    require_admin(actor)
    center.deactivated_at, center.successor_id = None, None
    await _save(deps, center)


async def plan_import(lines: Sequence[CenterRow], divisions: DivisionDirectory, now: datetime) -> Import:
    """Writes nothing. `lines` are all that a file holds, checked."""
    centers = {center.code: center for center in await Center.all()}
    before = {code: _values(center) for code, center in centers.items()}
    for row in lines:
        center = centers.setdefault(row.draft.code, Center())
        drafts.apply(row.draft, center, divisions)
        center.deactivated_at = (center.deactivated_at or now) if row.closed else None
    named = [centers[row.draft.code] for row in lines]
    for row, center in zip(lines, named, strict=True):
        center.successor_id = centers[row.successor_code].id if row.successor_code else None
    changed = [center for center in named if center.code in before and _values(center) != before[center.code]]
    closed = [center for center in changed if center.deactivated_at == now]
    by_id = {center.id: center for center in centers.values()}
    return Import(
        added=[center for center in named if center.code not in before],
        changed=changed,
        unchanged=sum(before.get(center.code) == _values(center) for center in named),
        closings=[
            Closing(center, by_id[center.successor_id], await staff_queries.open_cases(center.id))
            for center in closed
            if center.successor_id
        ],
    )


async def carry_out(
    plan: Import, divisions: DivisionDirectory, now: datetime, tell: Callable[[int], object] = lambda _written: None
) -> None:
    """In the caller's transaction, the one in which it was planned. `tell` hears how many centers were written."""
    fresh = {center.id for center in plan.added}
    written = [*plan.added, *plan.changed]
    first = [center for center in written if center.deactivated_at is None]
    then = [center for center in written if center.deactivated_at is not None]  # they point to some of the first
    for batch in (*_batches(first), *_batches(then)):
        for center in batch:
            center.updated_at = now
        await rows.pour(batch, _CHANGES)
        await equip([center for center in batch if center.id in fresh], divisions, now)
        tell(len(batch))


async def equip(centers: Sequence[Center], divisions: DivisionDirectory, now: datetime) -> None:
    """What each center has from its first day: a people's mediation committee, and a code for its poster."""
    await rows.pour([_committee(center, divisions) for center in centers])
    await rows.pour([posters.new(center.id, now) for center in centers if center.level != CenterLevel.CITY])


async def to_change(actor: StaffActor, center_id: UUID) -> Center:
    """As nobody else can change it before the transaction ends. Raises RoleNotAllowedError, NotFoundError."""
    require_admin(actor)
    await take_turns()
    return await staff_queries.center(center_id)


async def take_turns() -> None:
    """Whoever changes centers, by form or by file, waits until the one before has committed: what one has checked
    (a code is free, a successor is active, somebody is left at city level) still holds when it is written."""
    _ = await CenterRevision.select_for_update().get()


def require_admin(actor: StaffActor) -> None:
    """Raises RoleNotAllowedError."""
    if actor.role != Role.ADMIN:
        raise RoleNotAllowedError("只有系统管理员可以修改中心和调解组织的资料。")


async def _is_last_queue(center: Center) -> bool:
    others = Center.filter(level=CenterLevel.CITY, deactivated_at=None).exclude(id=center.id)
    return center.level == CenterLevel.CITY and center.deactivated_at is None and not await others.exists()


async def _save(deps: Deps, center: Center) -> None:
    center.updated_at = deps.clock.now()
    await center.save()


def _batches(centers: list[Center]) -> list[list[Center]]:
    return [centers[start : start + _BATCH] for start in range(0, len(centers), _BATCH)]


def _values(center: Center) -> tuple[object, ...]:
    return tuple(getattr(center, name) for name in _FROM_FILES)


def _committee(center: Center, divisions: DivisionDirectory) -> Organization:
    place = "".join(division.name for division in drafts.division_path(center.division_code, divisions))
    return Organization(
        kind=OrganizationKind.PEOPLES_COMMITTEE,
        name=f"{place or center.name}人民调解委员会",
        center_id=center.id,
        is_own_committee=True,
    )
