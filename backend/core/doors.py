"""By which doors a case comes in and who may act for whom, as the catalog has it."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

RegistrationField = Literal["brought_by", "referral"]


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class DoorRules(_Entry):
    """See the head of `registration.toml`."""

    title: str
    bases: tuple[str, ...] = Field(min_length=1)
    requires: tuple[RegistrationField, ...] = ()
    expects: tuple[RegistrationField, ...] = ()


class ClaimCodeRules(_Entry):
    days: int = Field(ge=1)
    failures: int = Field(ge=1)
    """After so many wrong second facts a code is void."""


class RepresentationKind(_Entry):
    """See the head of `representation.toml`."""

    title: str
    of: Literal["person", "organization", "any"]
    by_phone: bool = False
    document: str | None = None
