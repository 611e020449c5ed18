"""What stands on every paper of a case."""

from backend.core.paper_rules import PaperKind
from backend.papers.case import Case
from models import Organization, Side

BOTH = (Side.APPLICANT, Side.RESPONDENT)


def a_dispute(category: str) -> str:
    """物业 is a category, 物业纠纷 what a paper calls it."""
    return category if category.endswith(("纠纷", "争议")) else f"{category}纠纷"


async def head(case: Case, kind: PaperKind) -> dict[str, str]:
    """Of `CaseHead`."""
    dispute = case.dispute
    organization = await Organization.get_or_none(id=dispute.organization_id) if dispute.organization_id else None
    category = case.deps.catalog.category_by_code.get(dispute.category)
    return {
        "title": kind.title_on(dispute.track),
        "number": dispute.number,
        "case_number": dispute.case_number or "",
        "center": dispute.center.name,
        "organization": organization.name if organization else "",
        "seal_name": (organization.seal_name or organization.name) if organization else "",
        "mediator": dispute.mediator.name if dispute.mediator else "",
        "category": a_dispute(category.name if category else dispute.category),
        "applicants": case.names(Side.APPLICANT),
        "respondents": case.names(Side.RESPONDENT),
    }
