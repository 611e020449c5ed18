"""Who may read what of a mediation, as the operator's table has it."""

from enum import StrEnum
from typing import Literal, Self

from pydantic import model_validator

from backend.core.flow_table import Entry


class StandingKind(StrEnum):
    """What somebody is in one case. See the head of `mediation.toml`."""

    PARTY = "party"
    MEDIATOR = "mediator"
    CENTER = "center"
    SUPERVISOR = "supervisor"
    ASSISTING = "assisting"
    EXPERT = "expert"
    FOLLOWER = "follower"
    INVITED = "invited"


Reach = Literal["all", "own", "shared"]


class MediationRules(Entry):
    """See the head of `mediation.toml`."""

    resources: dict[str, str]
    reading: dict[StandingKind, dict[str, Reach]]

    @model_validator(mode="after")
    def check_reading(self) -> Self:
        """Every standing has its row, and no row names a thing that is none."""
        wrong = [kind.value for kind in StandingKind if kind not in self.reading]
        wrong += [f"{kind}.{name}" for kind, row in self.reading.items() for name in row if name not in self.resources]
        if wrong:
            raise ValueError(f"mediation: {', '.join(wrong)}")
        return self

    def reach(self, kind: StandingKind, resource: str) -> Reach | None:
        """None = nothing. Raises KeyError for a resource that is none."""
        _ = self.resources[resource]
        return self.reading[kind].get(resource)
