"""What a file must hold in the end, as the operator's catalog has it."""

from datetime import date
from typing import Literal, Self

from pydantic import Field, model_validator

from backend.core.flow_table import Entry
from models import Status

Outcome = Literal["agreed", "not_agreed"]
Fact = Literal["filed", "rights_told", "session_held", "agreement_on_record", "signed_by_all", "ways_told", "performed"]


class ClosingDocument(Entry):
    code: str = Field(pattern=r"^[a-z][a-z_]*$")
    title: str = Field(min_length=1, max_length=30)
    fact: Fact
    todo: str = Field(min_length=1)
    outcomes: frozenset[Outcome] = Field(min_length=1)
    status: frozenset[Status] = frozenset()
    categories: frozenset[str] = frozenset()
    modes: frozenset[str] = frozenset()
    tracks: frozenset[str] = frozenset()
    papers: tuple[str, ...] = ()

    def is_for(self, outcome: Outcome, *, status: Status, category: str, mode: str | None, track: str | None) -> bool:
        """`category` is a top category."""
        narrowed = ((self.status, status), (self.categories, category), (self.modes, mode), (self.tracks, track))
        return outcome in self.outcomes and all(not wanted or value in wanted for wanted, value in narrowed)


class RetentionClass(Entry):
    title: str = Field(min_length=1, max_length=20)
    years: int | None = Field(None, ge=1, le=200)


class RetentionRule(Entry):
    keep: str
    categories: frozenset[str] = frozenset()
    outcomes: frozenset[Outcome] = frozenset()


class Retention(Entry):
    classes: dict[str, RetentionClass] = Field(min_length=1)
    rules: tuple[RetentionRule, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def check_rules(self) -> Self:
        if unknown := {rule.keep for rule in self.rules} - set(self.classes):
            raise ValueError(f"retention: unknown class {', '.join(sorted(unknown))}")
        if self.rules[-1].categories or self.rules[-1].outcomes:
            raise ValueError("retention: the last rule must fit every case")
        return self

    def class_of(self, category: str, outcome: Outcome) -> str:
        return next(
            rule.keep
            for rule in self.rules
            if (not rule.categories or category in rule.categories) and (not rule.outcomes or outcome in rule.outcomes)
        )

    def longer(self, one: str, other: str | None) -> str:
        """A class that is no longer in the table is no class."""
        if other not in self.classes:
            return one
        return max(one, other, key=lambda name: self.classes[name].years or 1000)


class ClosingRules(Entry):
    """See the head of `closing.toml`."""

    version: str = Field(min_length=1, max_length=16)
    effective_from: date
    documents: tuple[ClosingDocument, ...] = Field(min_length=1)
    retention: Retention

    @model_validator(mode="after")
    def check_codes(self) -> Self:
        if len({each.code for each in self.documents}) < len(self.documents):
            raise ValueError("closing: two documents have one code")
        return self
