"""How long an organization's licence is good. Its last day still counts."""

from datetime import date, timedelta
from typing import Literal

from tortoise.expressions import Q

from backend.core import clock
from backend.core.deps import Deps
from models import Organization

State = Literal["none", "valid", "expiring", "expired"]


def is_expired(organization: Organization, today: date) -> bool:
    return organization.licence_expires_on is not None and organization.licence_expires_on < today


def state(deps: Deps, organization: Organization) -> State:
    expires_on, today = organization.licence_expires_on, clock.today(deps.clock)
    if expires_on is None:
        return "none"
    if is_expired(organization, today):
        return "expired"
    return "expiring" if expires_on <= today + _warned(deps) else "valid"


def is_near(deps: Deps, wanted: Literal["expiring", "expired"]) -> Q:
    today = clock.today(deps.clock)
    if wanted == "expired":
        return Q(licence_expires_on__lt=today)
    return Q(licence_expires_on__gte=today, licence_expires_on__lte=today + _warned(deps))


def may_begin(deps: Deps, track: str) -> Q:
    """Active, of a kind that mediates on it, and with a licence where it needs one."""
    kinds = {kind: row for kind, row in deps.catalog.registry.kinds.items() if track in row.tracks}
    licensed = Q(licence_expires_on__gte=clock.today(deps.clock)) & ~Q(licence_number="")
    free = [kind for kind, row in kinds.items() if not row.needs_licence]
    return Q(Q(kind__in=free) | Q(licensed, kind__in=list(kinds)), deactivated_at__isnull=True)


def warning(deps: Deps, organization: Organization) -> str | None:
    now = state(deps, organization)
    if now == "expired":
        return f"许可证已于{organization.licence_expires_on}到期，不能再开始新的调解，请换证后更新。"
    if now == "expiring":
        return f"许可证将于{organization.licence_expires_on}到期，请及时换证。"
    if now == "none" and deps.catalog.registry.kinds[organization.kind].needs_licence:
        return "还没有登记许可证号和有效期，不能开始调解，请补上。"
    return None


def _warned(deps: Deps) -> timedelta:
    return timedelta(days=deps.catalog.registry.licence_warning_days)
