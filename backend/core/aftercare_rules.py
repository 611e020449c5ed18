"""What follows an outcome, and complaints, as the operator's catalog has them."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from backend.core.flow_table import Entry
from models import ComplaintAbout, ComplaintFinding, ComplaintStatus

Words = Annotated[str, Field(min_length=1, max_length=20)]


class UrgingRules(Entry):
    escalate_after: int = Field(ge=1)


class RatingRules(Entry):
    window_days: int = Field(ge=1)
    unhappy_to: int = Field(ge=0, le=5)

    def is_unhappy(self, *, resolved: bool, satisfaction: int) -> bool:
        return not resolved or satisfaction <= self.unhappy_to


class ReviewRules(Entry):
    decide_days: int = Field(ge=1)


class FollowUpPlan(Entry):
    after: str
    categories: frozenset[str] = frozenset()
    days: tuple[Annotated[int, Field(ge=1, le=3650)], ...]

    @model_validator(mode="after")
    def check_days(self) -> Self:
        if list(self.days) != sorted(set(self.days)):
            raise ValueError(f"after {self.after}: days in order, each once")
        return self


class FollowUpResult(Entry):
    text: Words
    reached: bool
    failed: bool = False


class FollowUpRules(Entry):
    retry_days: int = Field(ge=1)
    most_tries: int = Field(ge=1, le=20)
    overdue_days: int = Field(ge=0)
    plans: tuple[FollowUpPlan, ...]
    channels: dict[str, Words] = Field(min_length=1)
    results: dict[str, FollowUpResult] = Field(min_length=1)
    next_steps: dict[str, Words]

    def plan_after(self, event: str, codes: frozenset[str]) -> FollowUpPlan | None:
        """`codes` are those of the case's category; see `Catalog.codes_of`."""
        fitting = (plan for plan in self.plans if plan.after == event)
        return next((plan for plan in fitting if not plan.categories or plan.categories & codes), None)

    @model_validator(mode="after")
    def check_steps(self) -> Self:
        """Two of them do something; the code knows them by these names."""
        if missing := {"urge_commitments", "request_reopening"} - set(self.next_steps):
            raise ValueError(f"next steps: {', '.join(sorted(missing))}")
        return self


class AftercareRules(Entry):
    """See the head of `aftercare.toml`."""

    urging: UrgingRules
    rating: RatingRules
    review: ReviewRules
    follow_up: FollowUpRules


class ComplaintRules(Entry):
    """See the head of `complaints.toml`."""

    decide_days: int = Field(ge=1)
    anonymity: str = Field(min_length=1)
    about: dict[ComplaintAbout, Words]
    statuses: dict[ComplaintStatus, Words]
    findings: dict[ComplaintFinding, Words]
    steps: dict[str, Words]
    measures: dict[str, Words]

    @model_validator(mode="after")
    def check_words(self) -> Self:
        """Every state has its words."""
        tables = ((ComplaintAbout, self.about), (ComplaintStatus, self.statuses), (ComplaintFinding, self.findings))
        if missing := [each.value for known, table in tables for each in known if each not in table]:
            raise ValueError(f"complaints: no words for {', '.join(missing)}")
        return self
