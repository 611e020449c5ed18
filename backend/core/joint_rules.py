"""Rules of joint mediation: words of the catalog, and when a vote is carried. Pure."""

import re
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, NamedTuple

from pydantic import AfterValidator, Field

from backend.core.flow_table import Entry

_CONDITION = re.compile(r"(>=|>)([1-9][0-9]{0,2})/([1-9][0-9]{0,2})")


def _is_condition(text: str) -> str:
    found = _CONDITION.fullmatch(text)
    if found is None or int(found[2]) > int(found[3]):
        raise ValueError(f"{text!r} is no condition on a fraction such as '>=2/3'")
    return text


Condition = Annotated[str, AfterValidator(_is_condition)]


class Fractions(Entry):
    """See the head of the votes in `joint.toml`."""

    heads: Condition
    area: Condition | None = None


class VoteRule(Entry):
    title: str = Field(min_length=1)
    basis: str = Field(min_length=1)
    quorum: Fractions
    majority: Fractions

    @property
    def counts_area(self) -> bool:
        return self.quorum.area is not None or self.majority.area is not None


class JointRules(Entry):
    """See the head of `joint.toml`."""

    follower_code_days: int = Field(ge=1)
    yellow_working_days: int = Field(ge=0)
    vote_may_change: bool
    most_households: int = Field(ge=1)
    assisting_parts: dict[str, str]
    invited_parts: dict[str, str]
    visit_channels: dict[str, str]
    visit_outcomes: dict[str, str]
    vote_rules: dict[str, VoteRule]

    def part_text(self, part: str) -> str:
        return self.assisting_parts.get(part) or self.invited_parts.get(part) or part


class Count(NamedTuple):
    """Of one choice, or of all of them."""

    heads: int
    area_m2: Decimal


class Tally(NamedTuple):
    entitled: Count
    voted: Count
    yes: Count
    no: Count
    abstain: Count
    quorate: bool
    carried: bool


class Cast(NamedTuple):
    choice: str | None
    """None = no vote."""
    area_m2: Decimal | None


def tally(rule: VoteRule, ballots: Iterable[Cast]) -> Tally:
    everybody = list(ballots)
    counts = {
        choice: _count(each for each in everybody if each.choice == choice) for choice in ("yes", "no", "abstain")
    }
    entitled, voted = _count(everybody), _count(each for each in everybody if each.choice is not None)
    quorate = _holds(rule.quorum, voted, entitled)
    carried = quorate and _holds(rule.majority, counts["yes"], voted)
    return Tally(entitled, voted, counts["yes"], counts["no"], counts["abstain"], quorate, carried)


def _count(ballots: Iterable[Cast]) -> Count:
    found = list(ballots)
    return Count(len(found), sum((each.area_m2 or Decimal() for each in found), Decimal()))


def _holds(wanted: Fractions, part: Count, whole: Count) -> bool:
    return _is_met(wanted.heads, Fraction(part.heads), Fraction(whole.heads)) and (
        wanted.area is None or _is_met(wanted.area, Fraction(part.area_m2), Fraction(whole.area_m2))
    )


def _is_met(condition: str, part: Fraction, whole: Fraction) -> bool:
    """Of nothing, no part is enough."""
    found = _CONDITION.fullmatch(condition)
    assert found is not None, "checked when the catalog was read"
    least = whole * int(found[2]) / int(found[3])
    return whole > 0 and (part >= least if found[1] == ">=" else part > least)
