"""Which cases a partner may bring and know: by category, by area, by who has brought them."""

from typing import Any, Final

from backend.core.catalog import Catalog
from backend.exchange import directory
from models import Partner

MAY_KNOW: Final = """
(EXISTS (SELECT FROM partner_case own WHERE own.partner_id = $1 AND own.dispute_id = d.id)
 OR (NOT $2::boolean AND ($3::text[] IS NULL OR d.category = ANY($3)) AND c.division_code LIKE ANY($4::text[])))
"""
"""Of a dispute d and its center c, as they stand now; the parameters are `values`."""


def values(catalog: Catalog, partner: Partner) -> list[Any]:
    areas = [f"{directory.prefix(area)}%" for area in partner.areas] or ["%"]
    return [partner.id, partner.only_own_cases, _categories(catalog, partner), areas]


def takes_category(catalog: Catalog, partner: Partner, category: str) -> bool:
    return not partner.categories or bool(catalog.codes_of(category) & set(partner.categories))


def takes_area(partner: Partner, division_code: str) -> bool:
    return not partner.areas or any(division_code.startswith(directory.prefix(area)) for area in partner.areas)


def _categories(catalog: Catalog, partner: Partner) -> list[str] | None:
    """None: all, also those that the catalog no longer knows."""
    if not partner.categories:
        return None
    return [code for code in catalog.category_by_code if takes_category(catalog, partner, code)]
