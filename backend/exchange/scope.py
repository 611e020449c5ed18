"""Which cases a partner may bring and know: by category, by area, by what the case is."""

from collections.abc import Callable

from backend.core.catalog import Catalog
from backend.exchange import directory
from backend.exchange.records import IMPERSONAL
from models import Dispute, Partner


def takes_category(catalog: Catalog, partner: Partner, category: str) -> bool:
    return not partner.categories or bool(catalog.codes_of(category) & set(partner.categories))


def takes_area(partner: Partner, division_code: str) -> bool:
    return not partner.areas or any(division_code.startswith(directory.prefix(area)) for area in partner.areas)


def categories(catalog: Catalog, partner: Partner) -> list[str] | None:
    """None: all, also those that the catalog no longer knows."""
    if not partner.categories:
        return None
    return [each.code for each in catalog.categories if takes_category(catalog, partner, each.code)]


def of(partner: Partner) -> Callable[[Dispute], bool]:
    """By the center that has the case; needs it loaded."""
    return lambda dispute: takes_area(partner, dispute.center.division_code)


_KNOWN_AS: dict[str, tuple[str, ...]] = {
    "description": ("summary",),
    "parties": ("party_name", "orgs"),
    "place": ("event_address", "lon", "lat"),
    "id_number": ("party_id_type", "party_id_no", "party_sex"),
}
"""Fields of the record by the field for which the partner has a legal basis."""


def record_fields(partner: Partner) -> frozenset[str]:
    """Of the record of GB/T 31000: all that is not personal, and of people what the partner may know."""
    return IMPERSONAL.union(*(_KNOWN_AS.get(name, ()) for name in partner.may_know))
