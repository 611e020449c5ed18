"""The text of an agreement: put together, hashed, and held against what the law wants in it (人民调解法 29, 31)."""

import json
from collections.abc import Sequence
from datetime import date
from hashlib import sha256
from typing import Any

from backend.agreements.schemas import Content, ContentParty, ContentTerm, DraftIn, NoteOut
from backend.core.deps import Deps, WorkingDays
from backend.core.errors import FieldProblem
from backend.core.wording import date_text, money_text
from backend.disputes import groups
from backend.mediation import acts
from models import Dispute, Party, Side

SETTLES = "settle"
_NEEDED = {
    "facts": "请写明纠纷的主要事实。",
    "issues": "请写明争议事项和各方的责任。",
    "terms": "请写明协议内容，至少一条。",
    "manner": "请写明履行方式。",
    "deadline": "请写明履行期限。",
}


async def heading(deps: Deps, dispute: Dispute) -> dict[str, Any]:
    """What stands above every agreement of the case; it follows the case until the text is final."""
    parties, organization = await acts.taking_part(dispute.id), dispute.organization
    elected = await groups.standing(dispute, parties)
    settling = {each.side for each in parties if (row := elected.elected.get(each.id)) and row.scope == SETTLES}
    mediator = dispute.mediator
    return {
        "case_number": dispute.case_number,
        "category": deps.catalog.category_by_code[dispute.category].name,
        "track": dispute.track,
        "organization": organization.name if organization else None,
        "seal_name": (organization.seal_name or organization.name) if organization else None,
        "registration_number": (organization.registration_number or None) if organization else None,
        "mediator": mediator.name if mediator else None,
        "parties": [_party(deps, each, signs=_signs(each, elected, settling)) for each in parties],
    }


async def people_changed(deps: Deps, dispute: Dispute, content: Content) -> bool:
    """Since the text was fixed: others must sign it now, or under other names."""
    top = await heading(deps, dispute)
    return (top["parties"], top["mediator"]) != (content.parties, content.mediator)


def put_together(top: dict[str, Any], fields: DraftIn, terms: Sequence[dict[str, Any]]) -> Content:
    shown = [ContentTerm.model_validate(term) for term in terms]
    amounts = [term.amount_fen for term in shown if term.amount_fen is not None]
    body = fields.model_dump(include={"summary", "facts", "issues", "liability", "manner", "deadline"})
    total = fields.total_fen if fields.total_fen is not None else sum(amounts) if amounts else None
    return Content.model_validate(top | body | {"terms": shown, "total_fen": total})


def canonical(content: Content) -> str:
    """One spelling of the same text: keys in order, no spaces."""
    return json.dumps(content.model_dump(mode="json"), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def hash_of(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def contradictions(content: Content) -> list[FieldProblem]:
    """What cannot be meant, even in a draft."""
    found, total = [], sum(term.amount_fen or 0 for term in content.terms)
    if content.total_fen is not None and content.total_fen != total:
        said = f"各条金额加起来是{money_text(total)}，与总额{money_text(content.total_fen)}不一致，请核对。"
        found.append(FieldProblem("total_fen", said))
    if content.deadline is not None:
        found += [
            FieldProblem(f"terms.{place}.due_on", "这一条的履行日期晚于整个协议的履行期限，请核对。")
            for place, term in enumerate(content.terms)
            if term.due_on > content.deadline
        ]
    return found


def missing(content: Content, today: date) -> list[FieldProblem]:
    """What a final text cannot be without, all of it at once."""
    found = [FieldProblem(name, message) for name, message in _NEEDED.items() if not getattr(content, name)]
    if len({party.side for party in content.parties}) < 2:
        found.append(FieldProblem("parties", "协议要有双方当事人，请先核对本案当事人。"))
    if content.organization is None:
        found.append(FieldProblem("organization", "还没有确定以哪个调解组织的名义调解，请先登记开始调解。"))
    found += [
        FieldProblem(f"terms.{place}.due_on", "这一条的履行日期已经过去，请重新约定；当场履行的请写今天。")
        for place, term in enumerate(content.terms)
        if term.due_on < today
    ]
    return found


def rolled(calendar: WorkingDays, due_on: date) -> date:
    """The day on which what falls due on a day off must be done at last (民法典 203)."""
    return calendar.roll_to_workday(due_on)


def notes(calendar: WorkingDays, content: Content) -> list[NoteOut]:
    days = [(f"terms.{place}.due_on", term.due_on) for place, term in enumerate(content.terms)]
    if content.deadline is not None:
        days.append(("deadline", content.deadline))
    return [_note(path, day, rolled(calendar, day)) for path, day in days if rolled(calendar, day) != day]


def _note(path: str, day: date, rolled_on: date) -> NoteOut:
    said = f"{date_text(day)}不是工作日，依民法典第二百零三条，最迟在{date_text(rolled_on)}履行。"
    return NoteOut(path=path, due_on=day, rolled_on=rolled_on, message=said)


def _party(deps: Deps, party: Party, *, signs: bool) -> ContentParty:
    name = deps.keyring.open(party.name_sealed, "party", "name", party.id)
    return ContentParty(party_id=str(party.id), side=party.side, kind=party.kind, name=name, signs=signs)


def _signs(party: Party, elected: groups.Standing, settling: set[Side]) -> bool:
    """Who was not elected on a side whose representatives may settle, and has not refused them, need not sign."""
    row = elected.elected.get(party.id)
    if row is not None or party.side not in settling:
        return True
    return elected.said.get((party.id, groups.TO_ELECTION)) is False
