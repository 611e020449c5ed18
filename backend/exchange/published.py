"""What Hejie sends and asks, in the form in which the contract publishes it (docs/openapi/exchange.json, webhooks)."""

from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from backend.core.schema import Moment


class _Published(BaseModel):
    model_config: ClassVar[ConfigDict] = ConfigDict(extra="forbid")


class CodedValue(_Published):
    """`ours` and `name` say what is meant, whatever the code is."""

    code: str | None
    """The partner's own; null = it has none for ours."""
    unmapped: Literal[True] | None = Field(None, description="only where `code` is null")
    ours: str
    name: str | None


class ToldCenter(_Published):
    code: str
    name: str


class ToldParty(_Published):
    side: str
    kind: str
    name: str | None


class ToldPlace(_Published):
    """Where there is a point, it is in GCJ-02."""

    address: str
    lon: str | None = None
    lat: str | None = None


class ToldRedirect(_Published):
    """Where the people should go instead."""

    authority: str
    phone: str | None = None
    address: str | None = None
    time_limit: str | None = None


class ToldCase(_Published):
    """Those of these fields for which the partner has a legal basis, and no other. As the case is when the event is
    sent; `status` is that after the event."""

    status: CodedValue | None = None
    category: CodedValue | None = None
    outcome: CodedValue | None = None
    reason: str | None = None
    redirect: ToldRedirect | None = None
    division: CodedValue | None = None
    center: ToldCenter | None = None
    organization: CodedValue | None = None
    case_number: str | None = None
    source: str | None = None
    filed_at: Moment | None = None
    due_at: Moment | None = None
    amount_fen: int | None = None
    agreed_fen: int | None = None
    description: str | None = None
    claim: str | None = None
    parties: list[ToldParty] | None = None
    place: ToldPlace | None = None


class CaseEventData(_Published):
    number: str
    their_number: str | None
    """The partner's own, where it has brought the case."""
    event: str
    """In words."""
    case: ToldCase


class CaseEvent(_Published):
    """CloudEvents 1.0 in structured mode."""

    specversion: Literal["1.0"]
    id: str
    """Of the event, the same however often it is sent: what was taken already is to be dropped, and acknowledged."""
    source: str
    type: str = Field(pattern=r"^cn\.hejie\.case\.[a-z_]+$")
    """One that the receiver does not know is to be acknowledged and passed over."""
    subject: str
    """The case's number in Hejie."""
    time: Moment
    datacontenttype: Literal["application/json"]
    sequence: str = Field(pattern="^[0-9]+$")
    """The partner's cursor: grows with everything queued for it."""
    caseordinal: int
    """Place in the history of the case: grows, with gaps."""
    data: CaseEventData


class Acknowledgement(_Published):
    received: str
    """`id` of the event."""


class RefusedForGood(_Published):
    refused: str
    """`id` of the event."""
    reason: str = Field("", max_length=190)
    """Nothing personal: it is shown as it is."""


class ListedCase(_Published):
    number: str = Field(min_length=1, max_length=64)
    """The partner's own where it has brought the case, else Hejie's."""
    status: str = Field(min_length=1, max_length=64)
    """In the partner's own code."""


class CaseList(_Published):
    items: list[ListedCase]
    next_cursor: str | None
    """Comes back as `cursor`; null on the last page."""
