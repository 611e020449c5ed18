"""The cases behind a figure, all ways out included, as who asks may read them: masked."""

from datetime import date
from typing import Any, Final
from uuid import UUID

from backend.accounts.actors import StaffActor
from backend.casework import queries as casework
from backend.casework import views
from backend.core import clock, identity
from backend.core.deps import Deps
from backend.core.pagination import bad_cursor, cut, decode
from backend.core.schema import Page
from backend.statistics import keeping, scopes
from backend.statistics.figure_schemas import FigureCaseOut, FigureCasesQuery
from models import Dispute, Role

_FOUND: Final = """
SELECT f.id, f.kind, f.day, f.dispute_id, f.mode FROM statistic_fact f
 WHERE f.kind = ANY($1) AND f.day >= $2 AND f.day <= $3 AND (f.next_on IS NULL OR f.next_on > $3)
   AND ($4::uuid[] IS NULL OR f.center_id = ANY($4))
   AND ($5::uuid IS NULL OR EXISTS (SELECT FROM dispute d WHERE d.id = f.dispute_id
                                       AND (d.center_id = $5 OR d.transfer_to_id = $5)))
   AND ($6::text[] IS NULL OR f.category = ANY($6)) AND ($7::text IS NULL OR f.mode = $7)
   AND ($8::text IS NULL OR f.source = $8) AND (f.day, f.id) > ($9, $10)
 ORDER BY f.day, f.id LIMIT $11"""


async def page(deps: Deps, actor: StaffActor, query: FigureCasesQuery) -> Page[FigureCaseOut]:
    """Oldest first. A director sees those that are the own center's now, whatever center is counted for.
    Raises RoleNotAllowedError, NotFoundError, InvalidFieldsError."""
    asked = await scopes.asked(actor, query.center_id)
    first, last = query.days(clock.today(deps.clock))
    rule = deps.catalog.statistics.by_code[query.figure]
    kinds = rule.of if rule.of and query.part == "of" else (*rule.counts, *rule.minus)
    readable = actor.center_id if actor.role is Role.DIRECTOR else None
    rows = await keeping.select(
        _FOUND, list(kinds), first, last, asked.scope.center_ids, readable, _categories(deps, query.category),
        query.mode, query.source, *_after(query.cursor), query.limit + 1,
    )  # fmt: skip
    found, next_cursor = cut(rows, query.limit, lambda row: (row["day"].isoformat(), str(row["id"])))
    return Page[FigureCaseOut](items=await _shown(deps, actor, found), next_cursor=next_cursor)


def _categories(deps: Deps, code: str | None) -> list[str] | None:
    """With its children."""
    if code is None:
        return None
    return [each.code for each in deps.catalog.categories if code in (each.code, each.parent)]


def _after(cursor: str | None) -> tuple[date, int]:
    key = decode(cursor, 2)
    if key is None:
        return date.min, 0
    try:
        day, row_id = date.fromisoformat(key[0]), int(key[1])
    except ValueError as error:
        raise bad_cursor() from error
    if not 0 <= row_id < 2**63:
        raise bad_cursor()
    return day, row_id


async def _shown(deps: Deps, actor: StaffActor, rows: list[dict[str, Any]]) -> list[FigureCaseOut]:
    ids = {row["dispute_id"] for row in rows}
    found = await Dispute.filter(id__in=list(ids)).select_related("center", "mediator", "transfer_to")
    disputes: dict[UUID, Dispute] = {dispute.id: dispute for dispute in found}
    parties = await casework.parties_of(list(disputes.values()))
    briefs = {each.id: views.brief(deps, actor, each, parties[each.id]) for each in found}
    return [_item(row, briefs[row["dispute_id"]]) for row in rows]


def _item(row: dict[str, Any], brief: views.CaseBrief) -> FigureCaseOut:
    return FigureCaseOut(
        kind=row["kind"],
        day=row["day"],
        dispute_id=brief.id,
        number=brief.number,
        case_number=brief.case_number,
        status=brief.status,
        status_text=brief.status_text,
        category=brief.category,
        category_name=brief.category_name,
        mode=row["mode"],
        source=brief.source,
        center=brief.center.name,
        applicant=_masked(brief.applicant),
        respondent=_masked(brief.respondent),
    )


def _masked(name: str | None) -> str | None:
    """Lists of figures go to people who have no case at hand."""
    return identity.mask_name(name) if name else None
