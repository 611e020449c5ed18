"""A case read once for its papers, opened: names stand on paper in full."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, cast
from uuid import UUID

from backend.agreements import rows as agreements
from backend.agreements.schemas import Content
from backend.core.clock import local
from backend.core.deps import Deps
from backend.core.wording import full_date_text, full_when_text, money_text
from backend.disputes import history, party_rows, queries
from backend.papers.shapes import PartyLine
from models import (
    Agreement,
    AgreementStatus,
    AgreementVersion,
    Dispute,
    Event,
    Party,
    PartyKind,
    Representation,
    Safety,
    Side,
)

SIDES = {Side.APPLICANT: "申请人", Side.RESPONDENT: "被申请人"}
_NUMBERS = {PartyKind.PERSON: ("id_number", "身份证号"), PartyKind.ORGANIZATION: ("credit_code", "统一社会信用代码")}
_KINDS = {PartyKind.PERSON: "个人", PartyKind.ORGANIZATION: "单位"}


class Agreed(NamedTuple):
    """The latest agreement of a form, and its latest version."""

    agreement: Agreement
    version: AgreementVersion
    content: Content


@dataclass(frozen=True, slots=True)
class Case:
    deps: Deps
    dispute: Dispute
    parties: tuple[Party, ...]
    """Who still takes part."""
    everybody: tuple[Party, ...]
    """And who has left: they stand on what was recorded while they were there."""
    agents: dict[UUID, str]
    """Who acts for a party, by its id."""
    events: dict[str, Event]
    """The latest of each kind."""
    merged_in: frozenset[UUID] = frozenset()
    """Parties who asked by themselves, in cases that were merged into this one."""
    written: Agreed | None = None
    oral: Agreed | None = None
    in_force: Agreed | None = None

    def known(self, kind: str) -> dict[str, Any]:
        """What the latest event of a kind says, opened; empty when there is none."""
        event = self.events.get(kind)
        return {} if event is None else event.data | history.detail_of(self.deps, event)

    def at(self, kind: str) -> datetime | None:
        event = self.events.get(kind)
        return None if event is None else event.at

    def opened(self, column: str) -> str:
        sealed = getattr(self.dispute, f"{column}_sealed")
        return "" if sealed is None else self.deps.keyring.open(sealed, "dispute", column, self.dispute.id)

    def name(self, party: Party) -> str:
        return self.deps.keyring.open(party.name_sealed, "party", "name", party.id)

    def names(self, side: Side) -> str:
        return "、".join(self.name(party) for party in self.parties if party.side is side)

    def lines(
        self, *, numbers: Iterable[Side] = (), phones: Iterable[Side] = (), but: frozenset[UUID] = frozenset()
    ) -> tuple[PartyLine, ...]:
        """Of all parties `but` these; identity numbers and phones only of the sides named, and no phone while somebody
        may be in danger."""
        shown = frozenset() if self.dispute.safety is Safety.RED else frozenset(phones)
        numbered = frozenset(numbers)
        return tuple(
            self._line(party, number=party.side in numbered, phone=party.side in shown)
            for party in self.parties
            if party.id not in but
        )

    def _line(self, party: Party, *, number: bool, phone: bool) -> PartyLine:
        known = party_rows.opened(self.deps, party)
        column, label = _NUMBERS[party.kind]
        # The code of an organization is public; who a person is, is not.
        shown = known[column] if number or party.kind is PartyKind.ORGANIZATION else None
        return PartyLine(
            side=SIDES[party.side],
            name=known["name"],
            kind=_KINDS[party.kind],
            number_label=label if shown else "",
            number=shown or "",
            phone=(known["phone"] or "") if phone else "",
            agent=self.agents.get(party.id, ""),
        )


async def read(deps: Deps, dispute: Dispute) -> Case:
    """Whoever calls has checked that its center asks."""
    acting = await Representation.filter(dispute_id=dispute.id, ended_at=None).order_by("id")
    events = await Event.filter(dispute_id=dispute.id).order_by("id")
    parties = await queries.parties(dispute.id)
    return Case(
        deps,
        dispute,
        tuple(party for party in parties if party.left_at is None) or tuple(parties),
        tuple(parties),
        {row.party_id: _agent(deps, row) for row in acting},
        {event.kind: event for event in events},
        _merged_in(events),
        **await _agreed(deps, dispute),
    )


def _merged_in(events: Iterable[Event]) -> frozenset[UUID]:
    data = [event.data for event in events if event.kind == "merged_in"]
    return frozenset(UUID(str(party_id)) for each in data for party_id in cast("list[str]", each["parties"]))


async def _agreed(deps: Deps, dispute: Dispute) -> dict[str, Agreed]:
    found: dict[str, Agreed] = {}
    drawn_up = Agreement.filter(dispute_id=dispute.id).exclude(status=AgreementStatus.VOID)
    for agreement in await drawn_up.order_by("ordinal"):
        version = await agreements.latest(agreement)
        agreed = Agreed(agreement, version, agreements.opened(deps, version))
        found[agreement.form.value] = agreed
        if agreement.status is AgreementStatus.EFFECTIVE:
            found["in_force"] = agreed
    return found


def _agent(deps: Deps, row: Representation) -> str:
    kind = deps.catalog.representation_kinds.get(row.kind)
    name = deps.keyring.open(row.name_sealed, "representation", "name", row.id)
    return f"{name}（{kind.title if kind else row.kind}）"


def day(moment: datetime | None) -> str:
    return "" if moment is None else full_date_text(local(moment).date())


def when(moment: datetime | None) -> str:
    return "" if moment is None else full_when_text(moment)


def money(fen: int | None) -> str:
    return "" if fen is None else money_text(fen)
