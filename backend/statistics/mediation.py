"""Mediation in figures, counted from what happened: a case that is reopened later changes no past period."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta
from operator import attrgetter
from typing import Any, NamedTuple

from tortoise import connections

from backend.accounts.actors import StaffActor
from backend.agreements.effect import TOOK_EFFECT
from backend.commitments.sums import CAME
from backend.core import clock
from backend.core.clock import SHANGHAI
from backend.core.deps import Deps
from backend.statistics import registered, scopes
from backend.statistics.facts import EXITS
from backend.statistics.schemas import (
    CountsOut,
    FiguresOut,
    MediationQuery,
    MediationStatisticsOut,
    NamedCountsOut,
    PartInCasesOut,
    PartsOut,
    SuccessOut,
)

_UNSIGNED = """
(SELECT p.kind = 'agreed' AND p.data->>'form' IS DISTINCT FROM 'oral' AND p.data->>'agreement_id' IS NOT NULL
   FROM event p WHERE p.dispute_id = e.dispute_id AND p.id < e.id
    AND p.kind IN ('agreed', 'agreement_effective', 'not_agreed', 'fulfilled', 'merged', 'reopened')
  ORDER BY p.id DESC LIMIT 1)
"""
"""Of an `event e` that puts a case away: what was agreed never took effect. Also `facts.py` says so."""
_FACTS = f"""
WITH began AS (
    SELECT DISTINCT e.dispute_id FROM event e
     WHERE e.kind = 'mediation_started' AND e.at >= $1 AND e.at < $2
       AND NOT EXISTS (SELECT FROM event b WHERE b.dispute_id = e.dispute_id AND b.kind = 'mediation_started'
                                             AND b.at < $1)
), ended AS (
    SELECT DISTINCT ON (e.dispute_id) e.dispute_id,
           CASE e.kind WHEN 'not_agreed' THEN 'failed' WHEN 'withdrawn' THEN 'withdrawn'
                       WHEN 'fulfilled' THEN 'lapsed' WHEN 'closed' THEN 'lapsed' ELSE 'settled' END AS kind
      FROM event e
     WHERE e.kind IN ('agreed', 'agreement_effective', 'not_agreed', 'withdrawn', 'fulfilled', 'closed')
       AND e.at >= $1 AND e.at < $2
       AND (e.kind IN ('not_agreed', 'withdrawn') OR {TOOK_EFFECT} OR e.kind IN ('fulfilled', 'closed') AND {_UNSIGNED})
     ORDER BY e.dispute_id, e.id DESC
), past AS (
    SELECT d.id AS dispute_id, d.created_at >= $1 AND d.created_at < $2 AND d.status <> 'withdrawn' AS began,
           CASE WHEN (e.data->>'ended_on')::date BETWEEN $4 AND $5
                THEN CASE WHEN d.status IN ('agreed', 'fulfilled') THEN 'settled'
                          WHEN d.status = 'not_agreed' THEN 'failed'
                          WHEN d.status = 'withdrawn' THEN 'withdrawn' END END AS outcome,
           CASE WHEN (e.data->>'ended_on')::date BETWEEN $4 AND $5
                THEN coalesce((e.data->>'recovered_fen')::bigint, 0) ELSE 0 END AS recovered
      FROM dispute d JOIN event e ON e.dispute_id = d.id AND e.kind = 'imported'
     WHERE d.source = 'historic' AND d.status <> 'refused'
), facts AS (
    SELECT dispute_id, bool_or(began) AS began, max(outcome) AS outcome, sum(recovered) AS recovered FROM (
        SELECT dispute_id, true AS began, NULL AS outcome, 0 AS recovered FROM began
        UNION ALL SELECT dispute_id, false, kind, 0 FROM ended
        UNION ALL SELECT dispute_id, began, outcome, recovered FROM past
        UNION ALL SELECT dispute_id, false, NULL, amount_fen FROM recovery
                   WHERE voided_at IS NULL AND received_on BETWEEN $4 AND $5
        UNION ALL SELECT dispute_id, false, NULL, amount_fen FROM ({CAME}) came WHERE done_on BETWEEN $4 AND $5
    ) each GROUP BY dispute_id
), counted AS (
    SELECT d.id, d.source = 'historic' AS is_historic, coalesce(d.mode, '') AS mode, coalesce(d.track, '') AS track,
           d.organization_id, f.began, f.outcome, d.amount_fen AS claimed, d.agreed_fen AS agreed, f.recovered
      FROM facts f JOIN dispute d ON d.id = f.dispute_id
     WHERE (f.began OR f.outcome IS NOT NULL OR f.recovered > 0) AND ($3::uuid IS NULL OR d.center_id = $3)
)"""  # noqa: S608  # constants of our own
_COUNTS = """
SELECT is_historic, mode, track, count(*) FILTER (WHERE began) AS started,
       count(*) FILTER (WHERE outcome = 'settled') AS settled, count(*) FILTER (WHERE outcome = 'failed') AS failed,
       count(*) FILTER (WHERE outcome = 'withdrawn') AS withdrawn, count(*) FILTER (WHERE outcome = 'lapsed') AS lapsed,
       coalesce(sum(claimed) FILTER (WHERE began), 0)::bigint AS claimed,
       coalesce(sum(agreed) FILTER (WHERE outcome = 'settled'), 0)::bigint AS agreed,
       sum(recovered)::bigint AS recovered
  FROM counted GROUP BY is_historic, mode, track"""
_PARTS = """, took_part AS (
    SELECT organization_id, id AS dispute_id, true AS leads FROM counted WHERE began AND organization_id IS NOT NULL
    UNION
    SELECT m.organization_id, c.id, false FROM counted c
      JOIN case_member m ON m.dispute_id = c.id AND m.kind = 'assisting' AND m.organization_id IS NOT NULL
                        AND m.status IN ('accepted', 'ended') AND m.answered_at IS NOT NULL
     WHERE c.began
)
SELECT o.id, o.name, o.kind, count(*) FILTER (WHERE leads) AS lead, count(*) FILTER (WHERE NOT leads) AS assisted,
       (SELECT count(DISTINCT dispute_id) FROM took_part WHERE NOT leads) AS with_assistance
  FROM took_part p JOIN organization o ON o.id = p.organization_id
 GROUP BY o.id, o.name, o.kind ORDER BY count(*) DESC, o.name"""


_COUNTED = ("started", *EXITS)
_HIDDEN = FiguresOut(**dict.fromkeys((*CountsOut.model_fields, "by_mode", "by_track")) | {
    "suppressed": True, "by_mode": [], "by_track": []})  # fmt: skip


class _Row(NamedTuple):
    is_historic: bool
    mode: str
    track: str
    started: int
    settled: int
    failed: int
    withdrawn: int
    lapsed: int
    claimed: int
    agreed: int
    recovered: int


async def of_period(deps: Deps, actor: StaffActor, query: MediationQuery) -> MediationStatisticsOut:
    """Of a center that is not the reader's own all or nothing, and nothing by mode, track or organization: two numbers
    that are known would tell a small third one. Raises RoleNotAllowedError, NotFoundError."""
    asked = await scopes.asked(actor, query.center_id)
    center_id = asked.center.id if asked.center else None
    first, last = query.days(clock.today(deps.clock))
    values: list[object] = [_midnight(first), _midnight(last + timedelta(days=1)), center_id, first, last]
    rows = [_Row(**record) for record in await _select(_FACTS + _COUNTS, values)]
    parts: list[FiguresOut] = [
        _figures(deps, found)
        for found in (rows, [row for row in rows if not row.is_historic], [row for row in rows if row.is_historic])
    ]
    is_hidden = asked.is_elsewhere and any(_is_small(each, deps.catalog.statistics.small_number) for each in parts)
    if asked.is_elsewhere:
        parts = [_HIDDEN if is_hidden else each.model_copy(update={"by_mode": [], "by_track": []}) for each in parts]
    total, live, historic = parts
    return MediationStatisticsOut(
        first_day=first,
        last_day=last,
        center_id=str(center_id) if center_id else None,
        total=total,
        live=live,
        historic=historic,
        parts=None if asked.is_elsewhere else _parts(await _select(_FACTS + _PARTS, values)),
        organizations=await registered.organizations(deps, center_id),
        attendance=await registered.attendance(deps, center_id, first, last),
        definitions=deps.catalog.statistics_definitions,
    )


async def _select(sql: str, values: list[object]) -> list[dict[str, Any]]:
    records: list[dict[str, Any]] = await connections.get("default").execute_query_dict(sql, values)
    return records


def _figures(deps: Deps, rows: Iterable[_Row]) -> FiguresOut:
    rows = list(rows)
    tracks = {name: track.title for name, track in deps.catalog.tracks.items()}
    return FiguresOut(
        **dict(_counts(rows)),
        by_mode=_by(rows, attrgetter("mode"), deps.catalog.modes),
        by_track=_by(rows, attrgetter("track"), tracks),
    )


def _by(rows: list[_Row], code_of: Callable[[_Row], str], titles: dict[str, str]) -> list[NamedCountsOut]:
    """In the catalog's order, then what it does not know."""
    grouped = defaultdict[str, list[_Row]](list)
    for row in rows:
        grouped[code_of(row)].append(row)
    codes = [*(code for code in titles if code in grouped), *sorted(grouped.keys() - titles.keys())]
    return [
        NamedCountsOut(code=code, title=titles.get(code, "未注明"), **dict(_counts(grouped[code]))) for code in codes
    ]


def _counts(rows: list[_Row]) -> CountsOut:
    counted = {name: sum(getattr(row, name) for row in rows) for name in _COUNTED}
    return CountsOut(
        **counted,
        success=SuccessOut.of(counted["settled"], sum(counted[name] for name in EXITS)),
        claimed_fen=sum(row.claimed for row in rows),
        agreed_fen=sum(row.agreed for row in rows),
        recovered_fen=sum(row.recovered for row in rows),
        suppressed=False,
    )


def _is_small(figures: FiguresOut, small: int) -> bool:
    return any(0 < getattr(figures, name) < small for name in _COUNTED)


def _parts(records: list[dict[str, Any]]) -> PartsOut:
    items = [
        PartInCasesOut(
            organization_id=str(record["id"]),
            organization=record["name"],
            kind=record["kind"],
            lead=record["lead"],
            assisted=record["assisted"],
        )
        for record in records
    ]
    return PartsOut(
        lead=sum(item.lead for item in items),
        assisted=sum(item.assisted for item in items),
        cases_with_assistance=records[0]["with_assistance"] if records else 0,
        by_organization=items,
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)
