"""What an agreement promises becomes commitments, and those of an earlier agreement end."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from backend.core import identity
from backend.core.deps import Deps
from backend.core.errors import FieldProblem, InvalidFieldsError
from backend.disputes import party_rows, queries
from models import Commitment, CommitmentEnd, CommitmentKind, Dispute, Party, Side
from models.base import uuid7

Term = Mapping[str, Any]
"""`who`, `what`, `due_on`, `amount_fen`; may have `to` and `kind`. Who and to whom: a name, or a party's id."""

_SIDES = {Side.APPLICANT: "申请人", Side.RESPONDENT: "被申请人"}


class Parties:
    """Of one case, to be found by id, by a name that only one has, or as the only one on its side. `label_of`: the
    name, with the side where another has the same name."""

    def __init__(self, deps: Deps, parties: Sequence[Party]) -> None:
        self.by_id = {party.id: party for party in parties}
        self.label_of = _labels({party: party_rows.opened(deps, party)["name"] for party in parties})
        labels = {each: identity.normalize_name(label) for each, label in self.label_of.items()}
        often = Counter(labels.values())
        self._by_name = {label: self.by_id[each] for each, label in labels.items() if often[label] == 1}
        for side, text in _SIDES.items():
            alone = [party for party in parties if party.side is side]
            if len(alone) == 1:
                self._by_name = {text: alone[0]} | self._by_name

    def find(self, given: str | None) -> Party | None:
        if given is None:
            return None
        party_id = _as_id(given)
        return self._by_name.get(identity.normalize_name(given)) if party_id is None else self.by_id.get(party_id)

    def is_foreign(self, given: str | None) -> bool:
        party_id = None if given is None else _as_id(given)
        return party_id is not None and party_id not in self.by_id

    def text(self, given: str) -> str:
        party = self.find(given)
        return given if party is None else self.label_of[party.id]

    def facing(self, debtor: Party | None) -> Party | None:
        """The only one on the other side."""
        others = [each for each in self.by_id.values() if debtor is not None and each.side != debtor.side]
        return others[0] if len(others) == 1 else None


async def promise(deps: Deps, dispute: Dispute, terms: Sequence[Term], agreement_id: UUID) -> int:
    """From the moment that the agreement binds; what was still open of an earlier one is replaced. Whoever calls holds
    the case."""
    parties = Parties(deps, await queries.parties(dispute.id))
    earlier = Commitment.filter(dispute_id=dispute.id, ended_as__isnull=True)
    await earlier.update(ended_as=CommitmentEnd.REPLACED, ended_at=deps.clock.now())
    for ordinal, term in enumerate(terms, 1):
        row = _row(deps, dispute, parties, term)
        row.agreement_id, row.ordinal = agreement_id, ordinal
        await row.save(force_create=True)
    return len(terms)


async def named(deps: Deps, dispute: Dispute, terms: Sequence[Term]) -> list[dict[str, Any]]:
    """The same terms, with names instead of ids: an agreement is read by people. Raises InvalidFieldsError at
    `terms.N.who` or `terms.N.to` for the id of somebody else's party."""
    parties = Parties(deps, await queries.parties(dispute.id))
    wrong = [f"terms.{place}.{name}" for place, term in enumerate(terms) for name in ("who", "to")
             if parties.is_foreign(term.get(name))]  # fmt: skip
    if wrong:
        message = "这一位不是本案当事人，请重新选择，或者直接写名称。"
        raise InvalidFieldsError(fields=tuple(FieldProblem(path, message) for path in wrong))
    return [{name: parties.text(value) if name in ("who", "to") and value else value for name, value in term.items()}
            for term in terms]  # fmt: skip


def _labels(names: Mapping[Party, str]) -> dict[UUID, str]:
    often = Counter(map(identity.normalize_name, names.values()))
    return {party.id: name if often[identity.normalize_name(name)] == 1 else f"{name}（{_SIDES[party.side]}）"
            for party, name in names.items()}  # fmt: skip


def _row(deps: Deps, dispute: Dispute, parties: Parties, term: Term) -> Commitment:
    debtor, amount = parties.find(term["who"]), term.get("amount_fen") or None
    creditor = parties.find(term.get("to")) if term.get("to") else parties.facing(debtor)
    row = Commitment(
        id=uuid7(),
        dispute_id=dispute.id,
        kind=CommitmentKind.PAYMENT if amount else CommitmentKind(term.get("kind") or CommitmentKind.ACT),
        debtor_id=debtor.id if debtor else None,
        creditor_id=creditor.id if creditor else None,
        amount_fen=amount,
        due_on=date.fromisoformat(str(term["due_on"])),
        created_at=deps.clock.now(),
    )
    row.who_sealed = deps.keyring.seal(parties.text(term["who"]), "commitment", "who", row.id)
    row.what_sealed = deps.keyring.seal(term["what"], "commitment", "what", row.id)
    to = parties.label_of[creditor.id] if creditor else term.get("to")
    row.to_whom_sealed = deps.keyring.seal(to, "commitment", "to_whom", row.id) if to else None
    return row


def _as_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
