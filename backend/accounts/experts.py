"""Whom a center may ask for an opinion or onto a panel."""

from datetime import date
from uuid import UUID

from pydantic import ValidationInfo, field_validator

from backend.core import clock, pagination
from backend.core.deps import Deps
from backend.core.schema import Out, Page, PageQuery, deps_of, problem
from models import Role, Staff


class ExpertsQuery(PageQuery):
    expertise: str | None = None
    organization_id: UUID | None = None

    @field_validator("expertise")
    @classmethod
    def is_known(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is not None and value not in deps_of(info).catalog.registry.expertise:
            raise problem("没有这个专业领域，请重新选择。")
        return value


class ExpertOut(Out):
    id: str
    name: str
    organization_id: str | None
    organization: str | None
    expertise: list[str]
    certificate_expires_on: date | None
    is_certificate_expired: bool


async def page(deps: Deps, query: ExpertsQuery) -> Page[ExpertOut]:
    """Active ones, in the order of their age."""
    matching, after = Staff.filter(role=Role.EXPERT, is_active=True), pagination.decode_id(query.cursor)
    if query.expertise is not None:
        matching = matching.filter(expertise__contains=[query.expertise])
    if query.organization_id is not None:
        matching = matching.filter(organization_id=query.organization_id)
    if after is not None:
        matching = matching.filter(id__gt=after)
    rows = await matching.order_by("id").limit(query.limit + 1).select_related("organization")
    found, next_cursor = pagination.cut(rows, query.limit, lambda row: (str(row.id),))
    today = clock.today(deps.clock)
    return Page[ExpertOut](items=[_out(row, today) for row in found], next_cursor=next_cursor)


def _out(row: Staff, today: date) -> ExpertOut:
    expires_on = row.certificate_expires_on
    return ExpertOut(
        id=str(row.id),
        name=row.name,
        organization_id=str(row.organization_id) if row.organization_id else None,
        organization=row.organization.name if row.organization else None,
        expertise=row.expertise,
        certificate_expires_on=expires_on,
        is_certificate_expired=expires_on is not None and expires_on < today,
    )
