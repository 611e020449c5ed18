"""Signs of danger, and what a party is told and asked: as the catalog has it. Pure."""

from pydantic import BaseModel, ConfigDict, Field


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SafetySignal(_Entry):
    """See the head of `safety.toml`."""

    title: str
    reminder: str
    advice: str
    words: tuple[str, ...]
    blocks: bool = False


class RightsNotice(_Entry):
    version: str = Field(min_length=1, max_length=16)
    title: str
    text: str


class InvitationRules(_Entry):
    """See `rights.toml`."""

    days: int = Field(ge=1)
    failures: int = Field(ge=1)
    sms: str
    sms_template: str
    how_to_answer: str
