"""Votes: who may vote is fixed when a motion opens, one vote per household, counted by the rule it opened under, and
nothing about it changes after it has closed."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, ClassVar
from uuid import UUID

from pydantic import AwareDatetime, ValidationInfo, field_validator
from tortoise import connections
from tortoise.transactions import in_transaction

from backend.accounts.actors import Actor, ResidentActor, StaffActor
from backend.core.deps import Deps
from backend.core.errors import HejieError, InvalidFieldsError, NotFoundError
from backend.core.joint_rules import Cast, Tally, VoteRule, tally
from backend.core.schema import Code, In, Text, deps_of, problem
from backend.disputes import history, queries
from backend.disputes.history import Entry
from backend.mediation import access, assemblies, running, steering, telling
from backend.mediation.access import Standing
from backend.notices import actions as notices
from backend.notices.actions import News
from models import Assembly, AssemblyStatus, Audience, Ballot, Choice, Dispute, Household, Motion
from models.base import uuid7

_LONGEST = timedelta(days=90)
_AT_ONCE = 200
_DUE = "SELECT id, dispute_id FROM motion WHERE closed_at IS NULL AND closes_at <= $1 ORDER BY closes_at LIMIT $2"


class NotEntitledError(HejieError):
    code: ClassVar[str] = "not_entitled"
    status: ClassVar[int] = 403
    message: ClassVar[str] = "这一户在表决开始时没有表决权，不能投票。有疑问请联系综治中心核对名册。"


class AlreadyVotedError(HejieError):
    code: ClassVar[str] = "already_voted"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "这一户已经投过票，一户一票，不能再投。"


class VotingClosedError(HejieError):
    code: ClassVar[str] = "voting_closed"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "表决已经结束，不能再投票。结果请看共商会记录。"


class VotingOpenError(HejieError):
    code: ClassVar[str] = "voting_open"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "表决还没有到时间，也还有住户没有投票，请等到结束时间再计票。"


class MotionIn(In):
    text: Text
    rule: Code
    closes_at: AwareDatetime

    @field_validator("rule")
    @classmethod
    def is_a_rule(cls, value: str, info: ValidationInfo) -> str:
        if value not in deps_of(info).catalog.joint.vote_rules:
            raise problem("没有这个表决规则，请重新选择。")
        return value

    @field_validator("closes_at")
    @classmethod
    def is_to_come(cls, value: AwareDatetime, info: ValidationInfo) -> AwareDatetime:
        now = deps_of(info).clock.now()
        if not now < value <= now + _LONGEST:
            raise problem("结束时间要在现在以后、九十天以内。")
        return value


class VoteIn(In):
    choice: Choice
    household_id: UUID | None = None
    """Needed by who has several homes on the roll."""


class PaperVoteIn(In):
    choice: Choice
    household_id: UUID


async def open_(deps: Deps, actor: StaffActor, dispute_id: UUID, assembly_id: UUID, fields: MotionIn) -> Motion:
    """Raises NotFoundError, RoleNotAllowedError, MediationNotOpenError, AssemblyOverError, InvalidFieldsError."""
    standing = await steering.by_lead(actor, dispute_id)
    assembly = await assemblies.one_of(standing, assembly_id)
    if assembly.status is AssemblyStatus.CANCELLED:
        raise assemblies.AssemblyOverError
    rule = deps.catalog.joint.vote_rules[fields.rule]
    homes = await Household.filter(dispute_id=dispute_id, may_vote=True).order_by("id")
    _check_roll(rule, homes)
    motion = Motion(
        id=uuid7(),
        dispute_id=dispute_id,
        assembly_id=assembly.id,
        rule=fields.rule,
        terms=rule.model_dump(mode="json"),
        opened_by_id=actor.id,
        opened_at=deps.clock.now(),
        closes_at=fields.closes_at,
    )
    motion.text_sealed = deps.keyring.seal(fields.text, "motion", "text", motion.id)
    await motion.save(force_create=True)
    ballots = [Ballot(motion_id=motion.id, household_id=home.id, area_m2=home.area_m2) for home in homes]
    await Ballot.bulk_create(ballots, batch_size=1000)
    entry = Entry("motion_opened", data=_data(motion) | {"rule_text": rule.title}, detail={"text": fields.text})
    await telling.record(deps, standing.dispute, actor, entry)
    await _tell(deps, standing, assembly, homes)
    return motion


async def vote(deps: Deps, actor: ResidentActor, dispute_id: UUID, motion_id: UUID, fields: VoteIn) -> Motion:
    """By an owner's phone. Raises NotFoundError, MediationNotOpenError, VotingClosedError, NotEntitledError,
    AlreadyVotedError, InvalidFieldsError."""
    standing = await access.of_resident(actor, dispute_id, lock=True)
    motion = await _running(deps, standing, motion_id)
    own = [home.id for home in await Household.filter(dispute_id=dispute_id, resident_id=actor.id).only("id")]
    if not own:
        raise NotEntitledError
    if fields.household_id is None and len(own) > 1:
        raise InvalidFieldsError.at("household_id", "您有几户，请选择为哪一户投票。")
    household_id = fields.household_id or own[0]
    if household_id not in own:
        raise InvalidFieldsError.at("household_id", "名册里您名下没有这一户，只能为自己的房屋投票。")
    audience, reader_id = history.own(standing.dispute, actor.id)
    await _cast(deps, actor, motion, household_id, fields.choice)
    entry = Entry("vote_cast", audience, _data(motion) | {"household_id": str(household_id)}, reader_id=reader_id)
    await telling.record(deps, standing.dispute, actor, entry)
    return motion


async def record_vote(
    deps: Deps, actor: StaffActor, dispute_id: UUID, motion_id: UUID, fields: PaperVoteIn
) -> tuple[Standing, Motion]:
    """From paper. Raises what `vote` raises, RoleNotAllowedError."""
    standing = await steering.by_center(actor, dispute_id)
    motion = await _running(deps, standing, motion_id)
    if not await Household.filter(id=fields.household_id, dispute_id=dispute_id).exists():
        raise InvalidFieldsError.at("household_id", "名册里没有这一户，请重新选择。")
    await _cast(deps, actor, motion, fields.household_id, fields.choice)
    data = _data(motion) | {"household_id": str(fields.household_id)}
    await telling.record(deps, standing.dispute, actor, Entry("vote_recorded", Audience.STAFF, data))
    return standing, motion


async def close(deps: Deps, actor: StaffActor, dispute_id: UUID, motion_id: UUID) -> tuple[Standing, Motion]:
    """After its time, or once every household has voted; again changes nothing.
    Raises NotFoundError, RoleNotAllowedError, MediationNotOpenError, VotingOpenError."""
    standing = await steering.by_lead(actor, dispute_id)
    motion = await _one_of(standing.dispute, motion_id)
    if motion.closed_at is None:
        waiting = Ballot.filter(motion_id=motion.id, choice__isnull=True)
        if deps.clock.now() < motion.closes_at and await waiting.exists():
            raise VotingOpenError
        await _finish(deps, actor, standing.dispute, motion)
    return standing, motion


async def close_due(deps: Deps) -> int:
    """For the worker: whose time has come, each in a transaction of its own."""
    rows = await connections.get("default").execute_query_dict(_DUE, [deps.clock.now(), _AT_ONCE])
    for row in rows:
        async with in_transaction():
            dispute = await queries.for_system(row["dispute_id"], Dispute.all())
            motion = await Motion.get_or_none(id=row["id"], closed_at=None)
            if dispute is not None and motion is not None:
                await _finish(deps, None, dispute, motion)
    return len(rows)


def counted(terms: dict[str, Any], ballots: Iterable[Ballot]) -> Tally:
    """Under the rule as it stood when the motion opened."""
    return tally(VoteRule.model_validate(terms), (Cast(ballot.choice, ballot.area_m2) for ballot in ballots))


async def _finish(deps: Deps, actor: StaffActor | None, dispute: Dispute, motion: Motion) -> None:
    found = counted(motion.terms, await Ballot.filter(motion_id=motion.id))
    motion.closed_at = deps.clock.now()
    motion.result = {
        name: {"heads": count.heads, "area_m2": float(count.area_m2)}
        for name, count in (
            ("entitled", found.entitled),
            ("voted", found.voted),
            ("yes", found.yes),
            ("no", found.no),
            ("abstain", found.abstain),
        )
    } | {"quorate": found.quorate, "carried": found.carried}
    await motion.save(update_fields=["closed_at", "result"])
    outcome = "通过" if found.carried else "没有通过" if found.quorate else "参加表决的不足法定比例，没有通过"
    text = deps.keyring.open(motion.text_sealed, "motion", "text", motion.id)
    entry = Entry("motion_closed", data=_data(motion) | {"outcome_text": outcome}, detail={"text": text})
    await telling.record(deps, dispute, actor, entry)


async def _running(deps: Deps, standing: Standing, motion_id: UUID) -> Motion:
    if deps.catalog.mediation.reach(standing.kind, "assembly") is None:
        raise NotFoundError
    motion = await _one_of(standing.dispute, motion_id)
    running.require_open(standing.dispute)
    if motion.closed_at is not None or deps.clock.now() >= motion.closes_at:
        raise VotingClosedError
    return motion


async def _one_of(dispute: Dispute, motion_id: UUID) -> Motion:
    motion = await Motion.get_or_none(id=motion_id, dispute_id=dispute.id)
    if motion is None:
        raise NotFoundError
    return motion


async def _cast(deps: Deps, actor: Actor, motion: Motion, household_id: UUID, choice: Choice) -> None:
    """One statement decides; the ballot's row is the household's only one."""
    ballot = Ballot.filter(motion_id=motion.id, household_id=household_id)
    open_to_cast = ballot if deps.catalog.joint.vote_may_change else ballot.filter(choice__isnull=True)
    now = deps.clock.now()
    if not await open_to_cast.update(choice=choice, cast_by_kind=actor.kind, cast_by_id=actor.id, cast_at=now):
        raise AlreadyVotedError if await ballot.exists() else NotEntitledError


def _check_roll(rule: VoteRule, homes: list[Household]) -> None:
    if not homes:
        raise InvalidFieldsError.at("rule", "名册里还没有有表决权的住户，请先登记住户名册。")
    lacking = sum(home.area_m2 is None for home in homes)
    if rule.counts_area and lacking:
        raise InvalidFieldsError.at("rule", f"这个规则要按面积计票，名册里有{lacking}户没有面积，请先补上。")


async def _tell(deps: Deps, standing: Standing, assembly: Assembly, homes: list[Household]) -> None:
    owners = dict.fromkeys(home.resident_id for home in homes if home.resident_id is not None)
    words = {"center": standing.dispute.center.name, "title": assembly.title}
    await notices.notify(deps, [News(owner, "motion_opened", standing.dispute.id, words) for owner in owners])


def _data(motion: Motion) -> dict[str, Any]:
    return {"motion_id": str(motion.id), "assembly_id": str(motion.assembly_id)}
