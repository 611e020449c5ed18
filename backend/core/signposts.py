"""Which door is the right one: what the catalog says before a filing and after a refusal. Pure."""

from collections.abc import Mapping
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Door = Literal[
    "police", "court", "labour_arbitration", "hotline_12345", "hotline_12315", "petition_office", "legal_advice",
    "mediation",
]  # fmt: skip


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Option(_Entry):
    code: str = Field(min_length=1, max_length=32)
    text: str = Field(min_length=1)


class Question(_Entry):
    code: str = Field(min_length=1, max_length=32)
    text: str = Field(min_length=1)
    options: tuple[Option, ...] = Field(min_length=2)


class Advice(_Entry):
    code: str
    when: dict[str, tuple[str, ...]]
    """Question → answers of which one must have been given; empty = always."""
    door: Door
    title: str
    text: str
    authority: str
    phone: str | None = None
    address: str | None = None

    def fits(self, answers: Mapping[str, str]) -> bool:
        return all(answers.get(question) in wanted for question, wanted in self.when.items())


class Intake(_Entry):
    version: str = Field(min_length=1, max_length=16)
    questions: tuple[Question, ...] = Field(min_length=1, max_length=5)
    advice: tuple[Advice, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def check_advice(self) -> Self:
        """Every rule asks for answers that can be given, and no answer leaves anybody without advice."""
        known = {question.code: {option.code for option in question.options} for question in self.questions}
        wrong = [
            f"{advice.code}: {question}"
            for advice in self.advice
            for question, wanted in advice.when.items()
            if not set(wanted) <= known.get(question, set())
        ]
        if wrong:
            raise ValueError(f"no such answers: {', '.join(wrong)}")
        if self.advice[-1].when:
            raise ValueError("the last advice must always hold")
        return self

    def advice_on(self, answers: Mapping[str, str]) -> list[Advice]:
        """The most urgent first."""
        return [advice for advice in self.advice if advice.fits(answers)]


class RedirectRow(_Entry):
    """Where to go instead, for one reason of refusal."""

    reason: str
    categories: frozenset[str] = frozenset()
    """Empty = all."""
    authority: str = Field(min_length=1, max_length=128)
    address: str | None = None
    phone: str | None = None
    time_limit: str | None = None

    @model_validator(mode="after")
    def is_a_place(self) -> Self:
        if self.address is None and self.phone is None:
            raise ValueError(f"{self.authority}: an address or a phone is needed")
        return self


def suggested(rows: tuple[RedirectRow, ...], reason: str, codes: frozenset[str]) -> list[RedirectRow]:
    """For a case whose category and top category are `codes`; what names one of them comes first."""
    fitting = [row for row in rows if row.reason == reason and (not row.categories or row.categories & codes)]
    return sorted(fitting, key=lambda row: not row.categories)
