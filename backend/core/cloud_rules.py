"""Rules of mediation by video: what guests consent to, how evidence is verified, what an explanation may rest on."""

from datetime import date
from typing import Self

from pydantic import Field, model_validator

from backend.core.flow_table import Entry
from models import CustodyAct, RoomConsentKind, VerificationResult


class ConsentWording(Entry):
    version: str = Field(min_length=1, max_length=16)
    title: str = Field(min_length=1)
    text: str = Field(min_length=1)


class RoomRules(Entry):
    """See the head of `rooms.toml`."""

    left_open_hours: int = Field(ge=1)
    consents: dict[RoomConsentKind, ConsentWording]

    @model_validator(mode="after")
    def check_consents(self) -> Self:
        """Each is asked for by itself, and none can be asked for without words."""
        missing = sorted(set(RoomConsentKind) - set(self.consents))
        if missing:
            raise ValueError(f"rooms: no wording of {', '.join(missing)}")
        return self


class EvidenceRules(Entry):
    """See the head of `evidence.toml`."""

    kinds: dict[str, str]
    methods: dict[str, str]
    grounds: dict[str, str]
    results: dict[VerificationResult, str]
    custody: dict[CustodyAct, str]


class ConsultationRules(Entry):
    working_days: int = Field(ge=1)
    most_working_days: int = Field(ge=1)
    yellow_working_days: int = Field(ge=0)


class Statute(Entry):
    """See the head of `statutes.toml`."""

    code: str = Field(min_length=1, max_length=64)
    law: str = Field(min_length=1)
    article: str = Field(min_length=1)
    summary: str = Field(min_length=1)
    effective_from: date
    effective_to: date | None = None

    @model_validator(mode="after")
    def check_span(self) -> Self:
        if self.effective_to is not None and self.effective_to < self.effective_from:
            raise ValueError(f"statute {self.code}: ends before it begins")
        return self

    def in_force(self, day: date) -> bool:
        return self.effective_from <= day and (self.effective_to is None or day <= self.effective_to)
