"""Refusal is never a dead end: where to go instead, suggested by reason and category, completed from the catalog."""

from typing import Any

from backend.casework.schemas import Redirect
from backend.core.catalog import Catalog
from backend.core.signposts import suggested

_PLACES = ("address", "phone", "time_limit")
_ASK = "地址和电话可以拨打12345查询"
"""Who knows neither is told who does: a name alone would be a dead end."""


def suggestions(catalog: Catalog, category: str) -> dict[str, list[dict[str, Any]]]:
    """By reason of refusal; the best one first."""
    codes = catalog.codes_of(category)
    return {
        reason: [
            row.model_dump(include={"authority", *_PLACES}, exclude_none=True)
            for row in suggested(catalog.redirects, reason, codes)
        ]
        for reason in catalog.refusal_reasons
    }


def in_words(where: Redirect) -> str:
    """For whoever has to go there."""
    known = {"地址": where.address, "电话": where.phone, "办理时限": where.time_limit}
    told = [f"{label}：{text}" for label, text in known.items() if text]
    return "，".join(told if where.address or where.phone else [*told, _ASK]) + "。"


def completed(catalog: Catalog, reason: str, category: str, given: Redirect) -> Redirect:
    """What was left out is taken from the catalog where the authority is the same."""
    rows = suggested(catalog.redirects, reason, catalog.codes_of(category))
    same = next((row for row in rows if row.authority == given.authority), None)
    if same is not None:
        return given.model_copy(update={name: getattr(given, name) or getattr(same, name) for name in _PLACES})
    return given
