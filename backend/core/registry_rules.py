"""Which organizations mediate, on which tracks, and what else is said of them, as the operator's table has it."""

from typing import Self

from pydantic import Field, model_validator

from backend.core.flow_table import Entry
from models import OrganizationKind, ResidencyKind


class KindOfOrganization(Entry):
    """See the head of `registry.toml`."""

    title: str = Field(min_length=1)
    mediates: bool = False
    tracks: tuple[str, ...] = ()
    needs_licence: bool = False
    is_legal_service: bool = False
    serves_enterprises: bool = False
    group: str

    @model_validator(mode="after")
    def check_tracks(self) -> Self:
        if self.mediates != bool(self.tracks):
            raise ValueError("who mediates has tracks, nobody else has")
        return self


class RegistryRules(Entry):
    licence_warning_days: int = Field(ge=0)
    kinds: dict[OrganizationKind, KindOfOrganization]
    groups: dict[str, str]
    expertise: dict[str, str]
    residencies: dict[ResidencyKind, str]
    referral_results: dict[str, str] = Field(min_length=1)

    @model_validator(mode="after")
    def check_names(self) -> Self:
        """Every kind has its row, every row its group, every residency its word."""
        wrong = [kind.value for kind in OrganizationKind if kind not in self.kinds]
        wrong += [f"{kind}.{row.group}" for kind, row in self.kinds.items() if row.group not in self.groups]
        wrong += [kind.value for kind in ResidencyKind if kind not in self.residencies]
        if wrong:
            raise ValueError(f"registry: {', '.join(wrong)}")
        return self
