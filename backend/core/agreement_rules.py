"""How agreements are signed, as the operator's table has it."""

from collections.abc import Iterable
from typing import Literal, Self

from pydantic import Field, model_validator

from backend.core.flow_table import Entry
from models import AgreementStatus, ParcelWay, SignerRole, SignMethod

Need = Literal["scan", "witness", "parcel"]


class SignMethodRule(Entry):
    title: str = Field(min_length=1, max_length=20)
    excluded_categories: frozenset[str] = frozenset()
    """Top categories and single ones, in which the law forbids it."""
    needs: tuple[Need, ...] = ()


class SignerRule(Entry):
    title: str = Field(min_length=1, max_length=20)
    kinds: frozenset[str] = Field(min_length=1)
    scopes: frozenset[str] = Field(min_length=1)


class AgreementRules(Entry):
    """See the head of `agreements.toml`."""

    statuses: dict[AgreementStatus, str]
    next_steps: dict[Literal["sign"], str]
    methods: dict[SignMethod, SignMethodRule]
    signers: dict[Literal[SignerRole.GUARDIAN, SignerRole.REPRESENTATIVE], SignerRule]
    identity_checks: dict[str, str] = Field(min_length=1)
    parcel_ways: dict[ParcelWay, str]
    carriers: dict[str, str] = Field(min_length=1)

    @property
    def categories(self) -> set[str]:
        """That it names."""
        return {code for row in self.methods.values() for code in row.excluded_categories}

    @property
    def representations(self) -> set[str]:
        return {kind for row in self.signers.values() for kind in row.kinds}

    @model_validator(mode="after")
    def check_rows(self) -> Self:
        wanted: tuple[tuple[Iterable[str], Iterable[str]], ...] = (
            (AgreementStatus, self.statuses),
            (ParcelWay, self.parcel_ways),
            (SignMethod, self.methods),
            ((SignerRole.GUARDIAN, SignerRole.REPRESENTATIVE), self.signers),
        )
        missing = sorted(name for all_, known in wanted for name in set(all_) - set(known))
        if missing:
            raise ValueError(f"agreements: no row for {', '.join(missing)}")
        return self
