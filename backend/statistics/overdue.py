"""How many cases wait longer than they may, at this moment; the figure `overdue` says how often that has happened."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from backend.accounts.actors import StaffActor
from backend.core.deps import Deps
from backend.statistics import hiding, keeping, scopes
from backend.statistics.figure_schemas import OverdueOut, OverdueQuery, OverdueRowOut
from backend.statistics.scopes import Asked

_COUNTED: Final = """
SELECT coalesce(transfer_to_id, center_id)::text AS center, count(*) AS running,
       count(*) FILTER (WHERE due_at < $1) AS overdue
  FROM dispute WHERE due_at IS NOT NULL GROUP BY 1"""
"""A case that is offered to another center waits for that one."""


class _Count(NamedTuple):
    running: int = 0
    overdue: int = 0


_NOTHING: Final = dict.fromkeys(_Count._fields)


async def now(deps: Deps, actor: StaffActor, query: OverdueQuery) -> OverdueOut:
    """Raises RoleNotAllowedError, NotFoundError."""
    asked, at = await scopes.asked(actor, query.center_id), deps.clock.now()
    found = {row["center"]: _Count(row["running"], row["overdue"]) for row in await keeping.select(_COUNTED, at)}
    counts = {center: found.get(center, _Count()) for center in asked.centers}
    small = deps.catalog.statistics.small_number
    hidden = _hidden(asked, counts, small)
    total = _Count(*(sum(column) for column in zip(*counts.values(), strict=True)))
    told = not (_is_small(total, small) if asked.is_elsewhere else asked.center and len(hidden) == 1)
    return OverdueOut(
        computed_at=at,
        center_id=str(asked.center.id) if asked.center else None,
        center=asked.center.name if asked.center else None,
        **_told(total if told else None),
        by_center=[
            OverdueRowOut(code=code, title=asked.centers[code], **_told(None if code in hidden else count))
            for code, count in counts.items()
        ],
        definitions=deps.catalog.statistics.overdue,
    )


def _hidden(asked: Asked, counts: Mapping[str, _Count], small: int) -> set[str]:
    """Centers of which neither number is told."""
    own, columns = frozenset({str(asked.own_id)}), range(len(_Count._fields))
    numbers = ({code: count[column] for code, count in counts.items()} for column in columns)
    return set[str]().union(*(hiding.hidden(each, small, shown=own) for each in numbers))


def _is_small(count: _Count, small: int) -> bool:
    return any(0 < number < small for number in count)


def _told(count: _Count | None) -> dict[str, Any]:
    return (_NOTHING if count is None else count._asdict()) | {"suppressed": count is None}
