"""The center's queue, its cases, and their full history."""

from collections import defaultdict
from datetime import date, datetime, time, timedelta
from typing import Literal, Self
from uuid import UUID

from pydantic import Field, ValidationInfo, field_validator, model_validator
from tortoise import connections
from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from backend.accounts.actors import StaffActor
from backend.agreements import todo
from backend.appointments import queries as appointments
from backend.casework import attention, completeness, information, links, queue_order, registration, rights, views
from backend.casework.views import CaseBrief, CaseOut, StaffTimelineItem
from backend.core import identity
from backend.core.clock import SHANGHAI
from backend.core.deps import Deps
from backend.core.errors import FieldProblem, InvalidFieldsError, RoleNotAllowedError
from backend.core.schema import Code, Page, PageQuery, deps_of, problem, problems
from backend.disputes import elapsed, groups, history, timeline
from backend.disputes import queries as disputes
from backend.disputes.party_schemas import EARLIEST
from backend.files import queries as files
from models import Center, Dispute, Party, Representation, Role, Safety, Source, Status

LATEST = date(9999, 1, 1)

_MATCHING = """
SELECT id FROM dispute WHERE number = $1 OR case_number = $2
UNION
SELECT d.id FROM party p JOIN dispute d ON d.id = p.dispute_id
 WHERE (p.name_hash = $3 OR p.id_number_hash = $4 OR p.phone_hash = $5)
   AND ($6::uuid IS NULL OR d.center_id = $6 OR d.transfer_to_id = $6)
"""


class CasesQuery(PageQuery):
    status: Status | None = None
    source: Source | None = Field(
        None, description="earlier cases out of a file (`historic`) come only when they are asked for"
    )
    center_id: UUID | None = None
    assignee: Code | None = Field(None, description="a staff id, or `me`")
    light: Literal["green", "yellow", "red"] | None = None
    safety: Safety | None = None
    category: Code | None = None
    q: str | None = Field(
        None, max_length=128, description="number, case number, phone, identity number or name: exact"
    )
    first: date | None = Field(None, alias="from", description="filed on or after this day")
    last: date | None = Field(None, alias="to", description="filed on or before this day")
    sort: Literal["filed", "light"] = Field("filed", description="light: red first, by what is longest overdue")
    order: Literal["asc", "desc"] = Field("desc", description="of `filed`; by light there is only one")

    @field_validator("category")
    @classmethod
    def is_known_category(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is not None and value not in deps_of(info).catalog.category_by_code:
            raise problem("没有这个类别，请重新选择。")
        return value

    @field_validator("assignee")
    @classmethod
    def is_me_or_an_id(cls, value: str | None) -> str | None:
        try:
            return value if value in (None, "me") else str(UUID(value))
        except ValueError:
            raise problem("请填写工作人员编号，或者填 me。") from None

    @field_validator("first", "last")
    @classmethod
    def is_of_this_age(cls, value: date | None) -> date | None:
        if value is None or EARLIEST <= value < LATEST:
            return value
        raise problem("日期不对，请检查后重填。")

    @model_validator(mode="after")
    def is_in_order(self) -> Self:
        if self.first and self.last and self.last < self.first:
            raise problems([FieldProblem("to", "结束日期不能早于开始日期。")])
        return self


async def page(deps: Deps, actor: StaffActor, query: CasesQuery) -> Page[CaseBrief]:
    """Three statements, whatever the filters: own, offered (of a city: ids, rows), parties; one more for a search, and
    two for what nothing is due for."""
    if actor.role == Role.ADMIN:
        raise RoleNotAllowedError
    found = [_filtered(deps, actor, each, query) for each in await _visible(deps, actor, query.center_id)]
    if query.q is not None:
        matching = await _matching(deps, query.q, actor.center_id or query.center_id)
        found = [each.filter(id__in=matching) for each in found]
    if query.sort == "light":
        due, undated = _by_part(deps, found, query)
        cases, next_cursor = await queue_order.by_light(due, undated, limit=query.limit, cursor=query.cursor)
    else:
        work = [each.filter(_IS_WORK | Q(due_at__isnull=False)) for each in found] if _hides_past(query) else found
        cases, next_cursor = await queue_order.by_filing(
            work, limit=query.limit, cursor=query.cursor, descending=query.order == "desc"
        )
    parties = await parties_of(cases)
    items = [views.brief(deps, actor, dispute, parties[dispute.id]) for dispute in cases]
    return Page[CaseBrief](items=items, next_cursor=next_cursor)


async def case(deps: Deps, actor: StaffActor, dispute_id: UUID) -> CaseOut:
    """Raises NotFoundError."""
    return await case_of(deps, actor, await disputes.for_staff(actor, dispute_id))


async def case_of(deps: Deps, actor: StaffActor, dispute: Dispute) -> CaseOut:
    """Of a dispute in hand, with its center, mediator, target and organization."""
    parties = await disputes.parties(dispute.id)
    representations = await Representation.filter(dispute_id=dispute.id).order_by("id")
    group = await groups.standing(dispute, parties)
    return views.full(
        deps,
        actor,
        dispute,
        registration=await registration.of(deps, dispute) if dispute.source is not Source.MINI_PROGRAM else None,
        parties=parties,
        informed=await rights.acknowledged_in(deps, dispute),
        representations=representations,
        appointments=await appointments.of_case(deps, actor, dispute),
        files=await files.all_of_dispute(dispute.id),
        steps=await history.steps_of(dispute.id),
        requests=await information.of_dispute(deps, dispute.id, None),
        elapsed=await elapsed.of(deps, dispute),
        members=group.members(deps.catalog, dispute, parties),
        attention=[
            *attention.of(deps, parties, representations, group),
            *(await todo.of_staff(deps, dispute) if views.is_own(actor, dispute) else []),
        ],
        links=await links.of_case(deps, dispute),
        closing=await completeness.checklist(deps, dispute),
    )


async def history_page(
    deps: Deps, actor: StaffActor, dispute_id: UUID, *, limit: int, cursor: str | None, descending: bool
) -> Page[StaffTimelineItem]:
    """With internal entries. Raises NotFoundError."""
    dispute = await disputes.for_staff(actor, dispute_id)
    events, next_cursor = await timeline.read(
        dispute.id, timeline.READABLE_BY_STAFF, limit=limit, cursor=cursor, descending=descending
    )
    own = views.is_own(actor, dispute)
    items = [views.timeline_item(deps, event, dispute, own=own) for event in events]
    return Page[StaffTimelineItem](items=items, next_cursor=next_cursor)


async def _visible(deps: Deps, actor: StaffActor, center_id: UUID | None) -> list[QuerySet[Dispute]]:
    """Raises InvalidFieldsError for a center that the actor may not look into."""
    if actor.center_id is not None:
        if center_id not in (None, actor.center_id):
            raise InvalidFieldsError.at("center_id", "只能查看自己中心的案件，请重新选择中心。")
        return [Dispute.filter(center_id=actor.center_id), Dispute.filter(transfer_to_id=actor.center_id)]
    if center_id is None:
        return [Dispute.all()]
    if deps.centers.by_id(str(center_id)) is None and not await Center.filter(id=center_id).exists():
        raise InvalidFieldsError.at("center_id", "没有这个中心，请重新选择。")
    return [Dispute.filter(center_id=center_id), Dispute.filter(transfer_to_id=center_id)]


def _filtered(deps: Deps, actor: StaffActor, found: QuerySet[Dispute], query: CasesQuery) -> QuerySet[Dispute]:
    plain = {"source": query.source, "status": query.status, "safety": query.safety}
    conditions = [Q(**{name: value}) for name, value in plain.items() if value is not None]
    if query.assignee is not None:
        conditions.append(Q(mediator_id=actor.id if query.assignee == "me" else query.assignee))
    if query.light is not None:
        conditions.append(_LIGHTS[query.light](deps.clock.now()))
    if query.category is not None:
        codes = [each.code for each in deps.catalog.categories if query.category in (each.code, each.parent)]
        conditions.append(Q(category__in=codes))
    if query.first is not None:
        conditions.append(Q(created_at__gte=_midnight(query.first)))
    if query.last is not None:
        conditions.append(Q(created_at__lt=_midnight(query.last) + timedelta(days=1)))
    return found.filter(*conditions)


_LIGHTS = {
    "green": lambda now: Q(yellow_at__isnull=True) | Q(yellow_at__gt=now),
    "yellow": lambda now: Q(yellow_at__lte=now, due_at__gte=now),
    "red": lambda now: Q(due_at__lt=now),
}


_IS_WORK = ~Q(source=Source.HISTORIC)
"""An earlier case out of a file is none, unless it was taken up again: then a limit runs."""


def _hides_past(query: CasesQuery) -> bool:
    return query.source is None and query.status is None and query.q is None


def _by_part(
    deps: Deps, found: list[QuerySet[Dispute]], query: CasesQuery
) -> tuple[list[QuerySet[Dispute]], list[QuerySet[Dispute]]]:
    """What has a limit, and what has none and so is green. What is green is not overdue: the index begins there."""
    due = [each.filter(due_at__gte=deps.clock.now()) for each in found] if query.light == "green" else found
    if query.light in ("yellow", "red"):
        return due, []
    return due, [each.filter(_IS_WORK) for each in found] if _hides_past(query) else found


async def _matching(deps: Deps, text: str, center_id: UUID | None) -> list[UUID]:
    """Exact, by number or by keyed hash: what is sealed cannot be searched by parts. Each alternative has its index,
    which one condition over both tables could not use. Many have the same name: those of other centers stay away."""
    wanted, keyed_hash = text.strip(), deps.keyring.keyed_hash
    try:
        phone = identity.normalize_phone(wanted)
    except ValueError:
        phone = wanted
    name = identity.searchable("name", wanted)
    hashes = [keyed_hash("name", name), keyed_hash("id_number", wanted), keyed_hash("phone", phone)]
    values = [wanted.upper(), wanted, *hashes, center_id]
    return [row["id"] for row in await connections.get("default").execute_query_dict(_MATCHING, values)]


async def parties_of(cases: list[Dispute]) -> dict[UUID, list[Party]]:
    found: dict[UUID, list[Party]] = defaultdict(list)
    if cases:
        ids = [each.id for each in cases]
        for party in await Party.filter(dispute_id__in=ids, removed_at=None).order_by("ordinal"):
            found[party.dispute_id].append(party)
    return found


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)
