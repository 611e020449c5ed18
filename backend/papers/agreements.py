"""What was agreed, on paper: word for word the version that is signed, and nothing that changes after it was fixed."""

from backend.agreements.schemas import Content
from backend.core.paper_rules import PaperKind
from backend.core.wording import full_date_text
from backend.papers.case import SIDES, Agreed, Case, day, money
from backend.papers.heads import BOTH, a_dispute, head
from backend.papers.shapes import AgreementData, ConfirmationData, PartyLine, TermLine
from backend.papers.template import chinese_number
from models import Confirmation, Side


async def written(case: Case, kind: PaperKind) -> AgreementData:
    return await _agreement(case, kind, case.written)


async def oral(case: Case, kind: PaperKind) -> AgreementData:
    return await _agreement(case, kind, case.oral)


async def confirmation(case: Case, kind: PaperKind) -> ConfirmationData:
    """Both ask together, and the court must know who they are."""
    agreed = case.in_force
    known = await Confirmation.get_or_none(agreement_id=agreed.agreement.id) if agreed else None
    lines = case.lines(numbers=BOTH, phones=BOTH)
    return ConfirmationData(
        **await head(case, kind),
        parties=tuple(line.model_copy(update={"side": SIDES[Side.APPLICANT]}) for line in lines),
        court=(known.court if known else None) or "",
        last_day=full_date_text(known.last_day) if known else "",
        agreed_on=day(agreed.version.frozen_at) if agreed else "",
        effective_on=day(agreed.agreement.effective_at) if agreed else "",
        terms=terms(agreed.content) if agreed else (),
    )


def terms(content: Content) -> tuple[TermLine, ...]:
    """Without the stop at the end: the template sets it."""
    return tuple(
        TermLine(
            who=term.who,
            to_whom=term.to or "",
            what=term.what.rstrip("。.；;"),
            amount=money(term.amount_fen),
            due_on=full_date_text(term.due_on),
            manner=term.manner or "",
        )
        for term in content.terms
    )


async def _agreement(case: Case, kind: PaperKind, agreed: Agreed | None) -> AgreementData:
    top = await head(case, kind)
    if agreed is None:
        return AgreementData(**top)
    content, version = agreed.content, agreed.version
    return AgreementData(
        **top | _heading(content),
        parties=tuple(PartyLine(side=SIDES[Side(each.side)], name=each.name) for each in content.parties),
        version=str(version.number),
        fixed_hash=version.content_hash if version.frozen_at else "",
        facts=content.facts or content.summary or "",
        issues=content.issues or "",
        liability=content.liability or "",
        terms=terms(content),
        manner=content.manner or "",
        deadline=full_date_text(content.deadline) if content.deadline else "",
        total=money(content.total_fen),
        copies=chinese_number(sum(each.signs for each in content.parties) + 1),
        agreed_on=day(version.frozen_at),
    )


def _heading(content: Content) -> dict[str, str]:
    """As it was fixed, whatever has become of the case since."""
    names = {side: "、".join(each.name for each in content.parties if each.side == side) for side in Side}
    return {
        "case_number": content.case_number or "",
        "category": a_dispute(content.category),
        "organization": content.organization or "",
        "seal_name": content.seal_name or "",
        "mediator": content.mediator or "",
        "applicants": names[Side.APPLICANT],
        "respondents": names[Side.RESPONDENT],
    }
