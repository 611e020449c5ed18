"""The commercial page of a case, as far as each may read it."""

from datetime import date
from uuid import UUID

from backend.core.deps import Deps
from backend.core.errors import NotFoundError
from backend.core.mediation_rules import StandingKind
from backend.core.schema import Moment, Out
from backend.disputes import queries
from backend.mediation import commercial, fees, schedules
from backend.mediation.access import Standing
from backend.mediation.fees import QuotedLine
from models import CommercialCase, FeeAcceptance, Party, PartyKind, Undertaking


class InstitutionOut(Out):
    id: str
    name: str
    licence_number: str
    licence_expires_on: date | None


class PartyConsentOut(Out):
    party_id: str
    side: str
    fees_accepted_at: Moment | None
    undertaking_at: Moment | None
    lacks_credit_code: bool
    """An enterprise without its unified social credit code."""


class FeesOut(Out):
    schedule_id: str | None
    """None: nothing is charged."""
    version: int | None
    lines: list[QuotedLine]
    total_fen: int | None
    """None while the amount in dispute is unknown."""
    is_accepted: bool
    """By all of the parties that are listed."""


class UndertakingOut(Out):
    version: str
    title: str
    text: str
    given_at: Moment | None
    """By who reads this, in this wording."""


class CommercialOut(Out):
    institution: InstitutionOut
    fees: FeesOut | None
    parties: list[PartyConsentOut]
    """To a party: only its own line."""
    undertaking: UndertakingOut | None


async def page(deps: Deps, standing: Standing, reader_id: UUID) -> CommercialOut:
    """Raises NotFoundError where no institution is named, or nothing of it is theirs."""
    rules, kind = deps.catalog.mediation, standing.kind
    case = await commercial.case_of(standing.dispute)
    reads_fees, promises = rules.reach(kind, "fee") is not None, rules.reach(kind, "undertaking") is not None
    if case is None or not (reads_fees or promises):
        raise NotFoundError
    lines = await _lines(deps, standing, case) if reads_fees else []
    organization = case.organization
    return CommercialOut(
        institution=InstitutionOut(
            id=str(organization.id),
            name=organization.name,
            licence_number=organization.licence_number,
            licence_expires_on=organization.licence_expires_on,
        ),
        fees=_fees(standing, case, lines) if reads_fees else None,
        parties=lines,
        undertaking=await _undertaking(deps, standing, reader_id) if promises else None,
    )


async def _lines(deps: Deps, standing: Standing, case: CommercialCase) -> list[PartyConsentOut]:
    parties = [party for party in await queries.parties(standing.dispute.id) if not party.left_at]
    if standing.kind is StandingKind.PARTY:
        parties = [party for party in parties if party.id in standing.party_ids]
    accepted = {
        row.party_id: row.at
        for row in await FeeAcceptance.filter(dispute_id=standing.dispute.id, schedule_id=case.schedule_id)
    }
    version = deps.catalog.commercial.undertaking.version
    promised = {row.by_id: row.at for row in await Undertaking.filter(dispute_id=standing.dispute.id, version=version)}
    return [
        PartyConsentOut(
            party_id=str(party.id),
            side=party.side,
            fees_accepted_at=accepted.get(party.id),
            undertaking_at=promised.get(party.id),
            lacks_credit_code=_lacks_code(party),
        )
        for party in parties
    ]


def _lacks_code(party: Party) -> bool:
    return party.kind is PartyKind.ORGANIZATION and party.credit_code_sealed is None


def _fees(standing: Standing, case: CommercialCase, lines: list[PartyConsentOut]) -> FeesOut:
    schedule = case.schedule
    if schedule is None:
        return FeesOut(schedule_id=None, version=None, lines=[], total_fen=0, is_accepted=True)
    quote = fees.quoted(schedules.lines_of(schedule), standing.dispute.amount_fen)
    known = [line.amount_fen for line in quote if line.amount_fen is not None]
    return FeesOut(
        schedule_id=str(schedule.id),
        version=schedule.version,
        lines=quote,
        total_fen=sum(known) if len(known) == len(quote) else None,
        is_accepted=all(line.fees_accepted_at for line in lines),
    )


async def _undertaking(deps: Deps, standing: Standing, reader_id: UUID) -> UndertakingOut:
    wording = deps.catalog.commercial.undertaking
    own = [*standing.party_ids] or [reader_id]
    given = (
        await Undertaking.filter(dispute_id=standing.dispute.id, version=wording.version, by_id__in=own)
        .order_by("at")
        .first()
    )
    return UndertakingOut(
        version=wording.version, title=wording.title, text=wording.text, given_at=given.at if given else None
    )
