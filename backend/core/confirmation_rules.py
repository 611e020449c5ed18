"""Judicial confirmation, as the operator's table has it."""

from typing import Literal, Self

from pydantic import Field, model_validator

from backend.core.flow_table import Entry
from models import ConfirmationStatus

CourtLevel = Literal["basic", "intermediate", "special"]
Ground = Literal["inviting", "domicile", "subject_matter", "organization"]
AppliedBy = Literal["window", "online", "post"]


class Exclusion(Entry):
    title: str = Field(min_length=1)
    categories: frozenset[str] = frozenset()


class Reserved(Entry):
    categories: frozenset[str] = Field(min_length=1)
    level: CourtLevel
    or_basic: bool = False
    """Some of them belong to a basic court all the same: the mediator knows which."""
    reason: str = Field(min_length=1)


class CourtTimes(Entry):
    """How many days a court has: to accept, to decide from then on, and how many more where it extends them."""

    accept_days: int = Field(ge=1)
    decide_days: int = Field(ge=1)
    extension_days: int = Field(ge=0)
    basis: str = Field(min_length=1)


class Caution(Entry):
    """What is to be asked of the court before it is named in such a case."""

    categories: frozenset[str] = Field(min_length=1)
    text: str = Field(min_length=1)


class Court(Entry):
    code: str = Field(min_length=1, max_length=32)
    name: str = Field(min_length=1, max_length=64)
    level: CourtLevel
    divisions: tuple[str, ...]
    note: str = ""

    def serves(self, division_code: str) -> bool:
        return division_code.startswith(self.divisions)


class ConfirmationRules(Entry):
    """See the head of `confirmation.toml`."""

    days: int = Field(ge=1)
    basis: str = Field(min_length=1)
    notice_days: tuple[int, ...] = Field(min_length=1)
    statuses: dict[ConfirmationStatus, str]
    exclusions: dict[str, Exclusion]
    grounds: dict[Ground, str]
    reserved: tuple[Reserved, ...] = ()
    applied_by: dict[AppliedBy, str]
    ways_on: dict[ConfirmationStatus, tuple[str, ...]]
    courts: tuple[Court, ...]
    court_times: CourtTimes
    cautions: tuple[Caution, ...] = ()

    @model_validator(mode="after")
    def check_rows(self) -> Self:
        wrong = sorted(status.value for status in set(ConfirmationStatus) - set(self.statuses))
        codes = [court.code for court in self.courts]
        wrong += sorted({code for code in codes if codes.count(code) > 1})
        if wrong:
            raise ValueError(f"confirmation: {', '.join(wrong)}")
        return self

    @property
    def categories(self) -> set[str]:
        """That it names."""
        named = [row.categories for row in self.exclusions.values()]
        named += [row.categories for row in self.reserved] + [row.categories for row in self.cautions]
        return {code for codes in named for code in codes}

    def caution_for(self, categories: frozenset[str]) -> str | None:
        return next((row.text for row in self.cautions if row.categories & categories), None)

    def reserved_for(self, categories: frozenset[str]) -> Reserved | None:
        return next((row for row in self.reserved if row.categories & categories), None)

    def excluded_by(self, categories: frozenset[str]) -> str | None:
        return next((code for code, row in self.exclusions.items() if row.categories & categories), None)
