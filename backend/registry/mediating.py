"""Who may mediate in its own name, on which track, on which day."""

from datetime import date

from backend.centers import licences
from backend.core.catalog import Catalog
from backend.core.errors import InvalidFieldsError
from models import Organization


def check_may_mediate(catalog: Catalog, organization: Organization, track: str, today: date) -> None:
    """Raises InvalidFieldsError at `organization_id`. `today` is a date of Shanghai."""
    wrong = objection(catalog, organization, track, today)
    if wrong is not None:
        raise InvalidFieldsError.at("organization_id", wrong)


def objection(catalog: Catalog, organization: Organization, track: str, today: date) -> str | None:
    """Why it may not; None = it may."""
    kind, title = catalog.registry.kinds[organization.kind], catalog.tracks[track].title
    if organization.deactivated_at is not None:
        return "这个调解组织已经停用，请另选一个。"
    if not kind.mediates:
        return f"{kind.title}不以自己的名义调解，请选择调解组织。"
    if track not in kind.tracks:
        return f"{kind.title}不能进行{title}，请选择可以的调解组织。"
    if not kind.needs_licence:
        return None
    if not organization.licence_number or organization.licence_expires_on is None:
        return "这个调解组织还没有登记许可证号和有效期，请先请管理员补上，或者选择其他组织。"
    if licences.is_expired(organization, today):
        return "这个调解组织的许可证已经到期，请先换证，或者选择其他组织。"
    return None
