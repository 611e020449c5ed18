"""Where a confirmation stands, how its days were counted, and what can be done."""

from uuid import UUID

from backend.accounts.actors import Actor
from backend.agreements import confirming, court_clock, courts
from backend.agreements.confirmation_schemas import ConfirmationOut, ConsentOut, CountedOut, CourtClockOut
from backend.agreements.counting import Counted
from backend.core import clock
from backend.core.deps import Deps
from backend.core.wording import date_text
from backend.mediation.access import Standing
from backend.mediation.talks import SIDES
from models import Confirmation, ConfirmationConsent, ConfirmationStatus, Party


async def get(deps: Deps, actor: Actor, dispute_id: UUID) -> ConfirmationOut:
    """Raises NotFoundError."""
    return await one(deps, *await confirming.found(deps, actor, dispute_id))


async def one(deps: Deps, standing: Standing, row: Confirmation) -> ConfirmationOut:
    rules, dispute = deps.catalog.confirmation, standing.dispute
    level, reason = courts.level_of(deps, dispute)
    left = (row.last_day - clock.today(deps.clock)).days
    runs = row.status is ConfirmationStatus.OPEN and left >= 0
    assert row.agreement.effective_at is not None, "its days are counted from it"
    exclusion, refusal = row.exclusion and rules.exclusions.get(row.exclusion), row.refusal
    return ConfirmationOut(
        id=str(row.id),
        agreement_id=str(row.agreement_id),
        status=row.status,
        status_text=rules.statuses[row.status],
        effective_at=row.agreement.effective_at,
        last_day=row.last_day,
        last_day_text=date_text(row.last_day),
        days_left=left if runs else None,
        counted=_counted(deps, row),
        exclusion_code=row.exclusion,
        exclusion_text=exclusion.title if exclusion else None,
        court_level=level,
        reserved_reason=reason,
        courts=await courts.choices(deps, dispute),
        caution=rules.caution_for(deps.catalog.codes_of(dispute.category)),
        consents=await _consents(await confirming.applicants(deps, dispute, row), row),
        court=row.court,
        court_ground=row.court_ground,
        applied_on=row.applied_on,
        applied_by=row.applied_by,
        accepted_on=row.accepted_on,
        court_clock=_court_clock(deps, row),
        decided_on=row.decided_on,
        refusal_code=refusal,
        refusal_text=rules.exclusions[refusal].title if refusal in rules.exclusions else None,
        ruling=deps.keyring.open(row.ruling_sealed, "confirmation", "ruling", row.id) if row.ruling_sealed else None,
        ways_on=list(rules.ways_on.get(row.status, ())),
    )


def _counted(deps: Deps, row: Confirmation) -> CountedOut:
    found = Counted.from_record(row.counted)
    return CountedOut(
        effective_on=found.effective_on,
        first_day=found.first_day,
        nominal_last_day=found.nominal_last_day,
        last_day=found.last_day,
        is_estimated=found.is_estimated,
        basis=deps.catalog.confirmation.basis,
        text=found.text((found.nominal_last_day - found.effective_on).days),
    )


_STEPS = {"acceptance": "决定是否受理", "decision": "作出裁定"}


def _court_clock(deps: Deps, row: Confirmation) -> CourtClockOut | None:
    times = deps.catalog.confirmation.court_times
    running = court_clock.of(times, deps.calendar, row)
    if running is None:
        return None
    left = (running.last_day - clock.today(deps.clock)).days
    return CourtClockOut(
        step=running.step,
        since=running.since,
        last_day=running.last_day,
        days_left=left,
        is_over=left < 0,
        text=f"法院最迟应当在{date_text(running.last_day)}{_STEPS[running.step]}。",
        basis=times.basis,
    )


async def _consents(applicants: list[Party], row: Confirmation) -> list[ConsentOut]:
    given = {each.party_id: each for each in await ConfirmationConsent.filter(confirmation_id=row.id)}
    return [
        ConsentOut(
            party_id=str(party.id),
            side_text=SIDES[party.side],
            agrees=said.agreed if said else None,
            way=said.way if said else None,
            at=said.at if said else None,
        )
        for party in applicants
        for said in [given.get(party.id)]
    ]
