"""Enterprises and what was done for them, as their station, their county's center and those above read it."""

from uuid import UUID

from tortoise.expressions import Q, Subquery
from tortoise.functions import Count

from backend.accounts.actors import StaffActor
from backend.core import clock, identity
from backend.core.deps import Deps
from backend.core.pagination import cut, decode_id
from backend.core.schema import Page, PageQuery
from backend.enterprises import roster
from backend.enterprises.schemas import (
    EnterpriseOut,
    EnterprisesQuery,
    FindingOut,
    FindingsQuery,
    FollowUpOut,
    PlanItemOut,
    PlanOut,
    RecordOut,
    ScreeningOut,
    TalkOut,
    VisitOut,
)
from models import (
    Enterprise,
    EnterpriseVisit,
    FindingFollowUp,
    LawTalk,
    LawTalkGuest,
    LegalPlan,
    LegalPlanItem,
    RiskFinding,
    RiskScreening,
    Role,
)
from models.base import Row

_TABLES: dict[type[Row], str] = {
    Enterprise: "enterprise",
    EnterpriseVisit: "enterprise_visit",
    FindingFollowUp: "finding_follow_up",
    LegalPlanItem: "legal_plan_item",
    RiskFinding: "risk_finding",
}

_CODE_LENGTH = 18


async def page(deps: Deps, actor: StaffActor, query: EnterprisesQuery) -> Page[EnterpriseOut]:
    """In the order of their entry. Raises NotFoundError, RoleNotAllowedError."""
    rows = Enterprise.filter(await roster.within_reach(actor))
    wanted = {"size": query.size, "is_key": query.is_key, "station_id": query.station_id}
    rows = rows.filter(**{name: value for name, value in wanted.items() if value is not None})
    if query.state != "all":
        rows = rows.filter(left_at__isnull=query.state == "active")
    if query.q is not None:
        rows = rows.filter(Q(name__icontains=query.q) | Q(credit_code__in=_codes(query.q)))
    last = decode_id(query.cursor)
    if last is not None:
        rows = rows.filter(id__gt=last)
    found = await rows.order_by("id").limit(query.limit + 1).select_related("station")
    shown, next_cursor = cut(found, query.limit, lambda row: (str(row.id),))
    return Page[EnterpriseOut](items=[out(deps, row, is_whole=False) for row in shown], next_cursor=next_cursor)


async def record(deps: Deps, actor: StaffActor, enterprise_id: UUID) -> RecordOut:
    """Raises NotFoundError, RoleNotAllowedError."""
    enterprise, reads = await roster.one(actor, enterprise_id), _reads(actor)
    of_it = {"enterprise_id": enterprise.id}
    visits = await EnterpriseVisit.filter(**of_it).select_related("by").order_by("-on", "-id")
    talks = LawTalk.filter(id__in=Subquery(LawTalkGuest.filter(**of_it).values("talk_id")))
    screenings = RiskScreening.filter(**of_it).prefetch_related("findings__follow_ups__by", "by")
    plans = LegalPlan.filter(**of_it).prefetch_related("items", "by")
    return RecordOut(
        enterprise=out(deps, enterprise, is_whole=reads),
        visits=[
            VisitOut(id=str(row.id), on=row.on, summary=_opened(deps, row, "summary", reads=reads), by=row.by.name)
            for row in visits
        ],
        talks=await _talks(await talks.select_related("station").order_by("-on", "-id")),
        screenings=[
            ScreeningOut(
                id=str(row.id),
                on=row.on,
                by=row.by.name,
                findings=[finding_out(deps, actor, each, row, enterprise) for each in sorted(row.findings, key=_age)],
            )
            for row in await screenings.order_by("-on", "-id")
        ],
        plans=[plan_out(deps, actor, row) for row in await plans.order_by("-quarter")],
    )


async def talks(actor: StaffActor, query: PageQuery) -> Page[TalkOut]:
    """The newest entry first. Raises NotFoundError, RoleNotAllowedError."""
    stations = Enterprise.filter(await roster.within_reach(actor)).values("station_id")
    reach = Q(station_id=actor.organization_id) if actor.is_associate else Q(station_id__in=Subquery(stations))
    rows, last = LawTalk.filter(reach | Q(by_id=actor.id)), decode_id(query.cursor)
    if last is not None:
        rows = rows.filter(id__lt=last)
    found = await rows.order_by("-id").limit(query.limit + 1).select_related("station")
    shown, next_cursor = cut(found, query.limit, lambda row: (str(row.id),))
    return Page[TalkOut](items=await _talks(shown), next_cursor=next_cursor)


async def findings(deps: Deps, actor: StaffActor, query: FindingsQuery) -> Page[FindingOut]:
    """The newest entry first. Raises NotFoundError, RoleNotAllowedError."""
    mine = Enterprise.filter(await roster.within_reach(actor)).values("id")
    rows = RiskFinding.filter(screening__enterprise_id__in=Subquery(mine))
    states = {
        "open": Q(done_on__isnull=True),
        "overdue": Q(done_on__isnull=True, follow_up_on__lt=clock.today(deps.clock)),
        "done": Q(done_on__isnull=False),
        "all": Q(),
    }
    rows, last = rows.filter(states[query.state]), decode_id(query.cursor)
    if last is not None:
        rows = rows.filter(id__lt=last)
    whole = rows.prefetch_related("follow_ups__by", "screening__enterprise")
    found = await whole.order_by("-id").limit(query.limit + 1)
    shown, next_cursor = cut(found, query.limit, lambda row: (str(row.id),))
    items = [finding_out(deps, actor, row, row.screening, row.screening.enterprise) for row in shown]
    return Page[FindingOut](items=items, next_cursor=next_cursor)


async def finding(deps: Deps, actor: StaffActor, finding_id: UUID) -> FindingOut:
    """That the actor has just changed."""
    row = await RiskFinding.get(id=finding_id).prefetch_related("follow_ups__by", "screening__enterprise")
    return finding_out(deps, actor, row, row.screening, row.screening.enterprise)


async def talk(row: LawTalk) -> TalkOut:
    await row.fetch_related("station")
    (shown,) = await _talks([row])
    return shown


async def plan(deps: Deps, actor: StaffActor, plan_id: UUID) -> PlanOut:
    """That the actor has just changed."""
    return plan_out(deps, actor, await LegalPlan.get(id=plan_id).prefetch_related("items", "by"))


def out(deps: Deps, row: Enterprise, *, is_whole: bool) -> EnterpriseOut:
    """With its station loaded."""
    name, phone = (_opened(deps, row, column, reads=True) for column in ("contact_name", "contact_phone"))
    return EnterpriseOut(
        id=str(row.id),
        credit_code=row.credit_code,
        name=row.name,
        size=row.size,
        size_text=deps.catalog.enterprises.sizes[row.size],
        station_id=str(row.station_id),
        station=row.station.name,
        division_code=row.division_code,
        workers=row.workers,
        is_key=row.is_key,
        address=row.address,
        contact_name=name if is_whole or name is None else identity.mask_name(name),
        contact_phone=phone if is_whole or phone is None else identity.mask_phone(phone),
        left_at=row.left_at,
    )


def finding_out(
    deps: Deps, actor: StaffActor, row: RiskFinding, screening: RiskScreening, enterprise: Enterprise
) -> FindingOut:
    reads = _reads(actor)
    return FindingOut(
        id=str(row.id),
        enterprise_id=str(enterprise.id),
        enterprise=enterprise.name,
        risk=row.risk,
        risk_text=deps.catalog.enterprises.risks.get(row.risk, row.risk),
        found_on=screening.on,
        text=_opened(deps, row, "text", reads=reads),
        advice=_opened(deps, row, "advice", reads=reads),
        follow_up_on=row.follow_up_on,
        done_on=row.done_on,
        follow_ups=[
            FollowUpOut(on=each.on, text=_opened(deps, each, "text", reads=reads), by=each.by.name)
            for each in sorted(row.follow_ups, key=_age)
        ],
    )


def plan_out(deps: Deps, actor: StaffActor, row: LegalPlan) -> PlanOut:
    return PlanOut(
        id=str(row.id),
        quarter=row.quarter,
        by=row.by.name,
        items=[_item_out(deps, actor, item) for item in sorted(row.items, key=_age)],
    )


def _item_out(deps: Deps, actor: StaffActor, item: LegalPlanItem) -> PlanItemOut:
    reads = _reads(actor)
    return PlanItemOut(
        id=str(item.id),
        text=_opened(deps, item, "text", reads=reads),
        due_on=item.due_on,
        done_on=item.done_on,
        outcome=_opened(deps, item, "outcome", reads=reads),
    )


async def _talks(rows: list[LawTalk]) -> list[TalkOut]:
    guests = LawTalkGuest.filter(talk_id__in=[row.id for row in rows]).annotate(total=Count("id"))
    counts: dict[UUID, int] = dict(await guests.group_by("talk_id").values_list("talk_id", "total"))
    return [
        TalkOut(
            id=str(row.id),
            on=row.on,
            topic=row.topic,
            participants=row.participants,
            station=row.station.name,
            enterprises=counts.get(row.id, 0),
        )
        for row in rows
    ]


def _reads(actor: StaffActor) -> bool:
    """What people wrote is for those who keep the roster."""
    return actor.role is not Role.SUPERVISOR


def _age(row: Row) -> UUID:
    return row.id


def _opened(deps: Deps, row: Row, column: str, *, reads: bool) -> str | None:
    sealed: bytes | None = getattr(row, f"{column}_sealed")
    if sealed is None or not reads:
        return None
    return deps.keyring.open(sealed, _TABLES[type(row)], column, row.id)


def _codes(text: str) -> list[str]:
    """What is longer is no code, and the column takes no longer one."""
    return [text.upper()] if len(text) == _CODE_LENGTH else []
