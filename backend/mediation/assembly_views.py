"""Consultation meetings as each may read them. How a household voted is nobody's but its own and the counters'."""

import json
from collections import defaultdict
from typing import Literal
from uuid import UUID

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from backend.accounts.actors import Actor, ResidentActor
from backend.core.clock import local
from backend.core.deps import Deps
from backend.core.errors import NotFoundError
from backend.core.schema import Moment, Out, Page
from backend.core.wording import when_text
from backend.mediation import access, roll
from backend.mediation.access import Standing
from models import Assembly, AssemblyAttendance, AssemblySeries, Ballot, Household, Motion

_MOST = 500


class CountOut(Out):
    heads: int
    area_m2: float


class ResultOut(Out):
    entitled: CountOut
    voted: CountOut
    yes: CountOut
    no: CountOut
    abstain: CountOut
    quorate: bool
    carried: bool


class OwnBallotOut(Out):
    household_id: str
    label: str
    choice: str | None


class MotionOut(Out):
    id: str
    text: str
    rule: str
    rule_text: str
    basis: str
    opened_at: Moment
    closes_at: Moment
    closes_text: str
    status: Literal["open", "counting", "closed"]
    """`counting`: its time is over and the result comes at once."""
    entitled: int
    voted: int
    result: ResultOut | None
    """Only after it has closed; it never changes."""
    own: list[OwnBallotOut]
    """Of the resident's own homes."""


class AssemblyOut(Out):
    id: str
    series_id: str | None
    every_weeks: int | None
    title: str
    starts_at: Moment
    when_text: str
    place: str
    status: str
    agenda: list[str]
    attended: int
    minutes: str | None
    motions: list[MotionOut]


async def of_case(deps: Deps, actor: Actor, standing: Standing) -> Page[AssemblyOut]:
    """In the order of their times. Raises NotFoundError."""
    homes = await _homes(actor, standing.dispute.id)
    rows = await _readable(deps, standing, homes).order_by("starts_at", "id").limit(_MOST)
    return Page[AssemblyOut](items=await _filled(deps, rows, homes))


async def one(deps: Deps, actor: Actor, standing: Standing, assembly_id: UUID) -> AssemblyOut:
    """Raises NotFoundError."""
    homes = await _homes(actor, standing.dispute.id)
    rows = await _readable(deps, standing, homes).filter(id=assembly_id)
    if not rows:
        raise NotFoundError
    return (await _filled(deps, rows, homes))[0]


def _readable(deps: Deps, standing: Standing, homes: list[Household]) -> QuerySet[Assembly]:
    """Owners on the roll take part in every consultation meeting of the case."""
    own = Q(dispute_id=standing.dispute.id) if homes else None
    return access.readable(deps, standing, "assembly", Assembly.filter(dispute_id=standing.dispute.id), own)


async def _homes(actor: Actor, dispute_id: UUID) -> list[Household]:
    if not isinstance(actor, ResidentActor):
        return []
    return await Household.filter(dispute_id=dispute_id, resident_id=actor.id).order_by("id")


async def _filled(deps: Deps, rows: list[Assembly], homes: list[Household]) -> list[AssemblyOut]:
    ids = [row.id for row in rows]
    came, asked = defaultdict[UUID, int](int), defaultdict[UUID, list[MotionOut]](list)
    for attendance in await AssemblyAttendance.filter(assembly_id__in=ids).only("assembly_id"):
        came[attendance.assembly_id] += 1
    series = {row.id: row for row in await AssemblySeries.filter(id__in={row.series_id for row in rows})}
    for motion in await Motion.filter(assembly_id__in=ids).order_by("id"):
        asked[motion.assembly_id].append(await _motion(deps, motion, homes))
    return [
        _out(deps, row, series.get(row.series_id) if row.series_id else None, came[row.id], asked[row.id])
        for row in rows
    ]


def _out(
    deps: Deps, row: Assembly, series: AssemblySeries | None, attended: int, asked: list[MotionOut]
) -> AssemblyOut:
    minutes = row.minutes_sealed
    return AssemblyOut(
        id=str(row.id),
        series_id=str(row.series_id) if row.series_id else None,
        every_weeks=series.every_weeks if series else None,
        title=row.title,
        starts_at=row.starts_at,
        when_text=when_text(local(row.starts_at)),
        place=row.place,
        status=row.status,
        agenda=json.loads(deps.keyring.open(row.agenda_sealed, "assembly", "agenda", row.id)),
        attended=attended,
        minutes=deps.keyring.open(minutes, "assembly", "minutes", row.id) if minutes else None,
        motions=asked,
    )


async def _motion(deps: Deps, motion: Motion, homes: list[Household]) -> MotionOut:
    ballots, labels = Ballot.filter(motion_id=motion.id), {home.id: roll.label(deps, home) for home in homes}
    is_over = deps.clock.now() >= motion.closes_at
    return MotionOut(
        id=str(motion.id),
        text=deps.keyring.open(motion.text_sealed, "motion", "text", motion.id),
        rule=motion.rule,
        rule_text=motion.terms["title"],
        basis=motion.terms["basis"],
        opened_at=motion.opened_at,
        closes_at=motion.closes_at,
        closes_text=when_text(local(motion.closes_at)),
        status="closed" if motion.closed_at else "counting" if is_over else "open",
        entitled=await ballots.count(),
        voted=await ballots.filter(choice__isnull=False).count(),
        result=ResultOut.model_validate(motion.result) if motion.result else None,
        own=[
            OwnBallotOut(household_id=str(ballot.household_id), label=labels[ballot.household_id], choice=ballot.choice)
            for ballot in (await ballots.filter(household_id__in=labels).order_by("id") if labels else ())
        ],
    )
