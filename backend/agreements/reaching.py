"""The moment of agreement: what was drawn up before is what was agreed, or a draft begins with what is known."""

from typing import Any, Literal

from backend.accounts.actors import StaffActor
from backend.agreements import contents, drafting, effect, rows
from backend.agreements.schemas import DraftIn
from backend.core.deps import Deps
from models import Agreement, AgreementForm, AgreementStatus, Dispute

Form = Literal["written", "oral"]
Terms = list[dict[str, Any]]


async def reached(
    deps: Deps, actor: StaffActor, dispute: Dispute, *, form: Form, summary: str, terms: Terms
) -> tuple[Agreement, Terms]:
    """Behind the lock of the case; `terms` are empty where those of the draft are meant. An oral one takes effect now,
    on record with the same data. Returns the agreement and the terms in it. Raises InvalidFieldsError."""
    before = await rows.open_one(dispute)
    if form == "oral":
        return await _oral(deps, actor, dispute, before, summary=summary, terms=terms)
    if before is None:
        content = contents.put_together(await contents.heading(deps, dispute), DraftIn(summary=summary), terms)
        before = await rows.begin(deps, actor, dispute, content)
        return before, terms
    content = rows.opened(deps, await rows.latest(before))
    if not terms:
        if before.status is not AgreementStatus.DRAFT:
            await drafting.ready_to_sign(deps, actor, dispute, content)
        return before, [term.model_dump(mode="json") for term in content.terms]
    if [_known(term) for term in terms] != [_known(term.model_dump(mode="json")) for term in content.terms]:
        changes = contents.put_together(await contents.heading(deps, dispute), DraftIn(summary=summary), terms)
        kept = {name: getattr(content, name) for name in ("facts", "issues", "liability", "manner", "deadline")}
        await drafting.rewritten(deps, actor, dispute, before, drafting.checked(changes.model_copy(update=kept)))
    return before, terms


async def _oral(
    deps: Deps, actor: StaffActor, dispute: Dispute, before: Agreement | None, *, summary: str, terms: Terms
) -> tuple[Agreement, Terms]:
    if before is not None:
        if not terms:
            content = rows.opened(deps, await rows.latest(before))
            terms = [term.model_dump(mode="json") for term in content.terms]
        await drafting.voided(deps, actor, dispute, before, {"reason": "改为口头协议"})
    content = contents.put_together(await contents.heading(deps, dispute), DraftIn(summary=summary), terms)
    agreement = await rows.begin(deps, actor, dispute, content, form=AgreementForm.ORAL)
    version = await rows.latest(agreement)
    version.frozen_at = deps.clock.now()
    await version.save(update_fields=["frozen_at"])
    await effect.effective(deps, actor, dispute, agreement, version, at=deps.clock.now())
    return agreement, terms


def _known(term: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(term.get(name) for name in ("who", "what", "due_on", "amount_fen"))
