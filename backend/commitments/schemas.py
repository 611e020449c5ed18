"""Shapes of commitments on the wire. Amounts in fen."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, ValidationInfo, field_validator

from backend.core import clock
from backend.core.schema import In, Moment, Out, Text, deps_of, problem
from backend.disputes.party_schemas import EARLIEST
from backend.disputes.schemas import MAX_FEN

LAST_DAY = date(2100, 1, 1)

Files = Annotated[tuple[UUID, ...], Field(max_length=20)]


class _Done(In):
    done_on: date

    @field_validator("done_on")
    @classmethod
    def has_come(cls, value: date, info: ValidationInfo) -> date:
        if not EARLIEST <= value <= clock.today(deps_of(info).clock):
            raise problem("日期不能晚于今天，请检查后重填。")
        return value


class ReportIn(_Done):
    """Of a payment `amount_fen`; of anything else `text`, and `completes` once nothing is left to do."""

    amount_fen: Annotated[int, Field(ge=1, le=MAX_FEN)] | None = None
    completes: bool = False
    text: Text | None = None
    file_ids: Files = ()


class CheckIn(_Done):
    """Whether a standard is kept."""

    met: bool
    text: Text
    file_ids: Files = ()


class AnswerIn(In):
    """A dispute needs its reason."""

    answer: Literal["confirmed", "disputed"]
    reason: Annotated[Text | None, Field(validate_default=True)] = None

    @field_validator("reason")
    @classmethod
    def says_why(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is None and info.data.get("answer") == "disputed":
            raise problem("请写明为什么不认可，以便核实。")
        return value


class WaiverIn(In):
    reason: Text


class ConsentedWaiverIn(WaiverIn):
    """Written down by staff: the one to whom it is owed has agreed."""

    creditor_agrees: Literal[True]


class DueDateIn(In):
    """Another date than the agreed one needs both sides: `consents` are the parties that have agreed."""

    due_on: date
    reason: Text
    consents: Annotated[tuple[UUID, ...], Field(min_length=1, max_length=50)]

    @field_validator("due_on")
    @classmethod
    def is_to_come(cls, value: date, info: ValidationInfo) -> date:
        if not clock.today(deps_of(info).clock) <= value <= LAST_DAY:
            raise problem("履行日期不能早于今天，请检查后重填。")
        return value


class ReportAnswerOut(Out):
    by: Literal["party", "staff"]
    answer: str
    reason: str | None
    at: Moment


class ReportOut(Out):
    id: str
    by: Literal["party", "staff"]
    amount_fen: int | None
    completes: bool
    is_met: bool | None
    """Of a check whether a standard is kept; null for other reports."""
    done_on: date
    text: str | None
    """What staff note of a payment is theirs."""
    file_ids: list[str]
    reported_at: Moment
    verdict: Literal["confirmed", "disputed", "pending"]
    """Staff's word before the other side's; what staff report counts at once."""
    answers: list[ReportAnswerOut]
    may_answer: bool
    """Whether the caller can confirm or dispute it now."""


class RouteOut(Out):
    code: str
    title: str
    text: str
    legal_basis: str


class CommitmentOut(Out):
    id: str
    agreement_id: str
    ordinal: int
    kind: Literal["payment", "act", "standard"]
    debtor_id: str | None
    who: str
    creditor_id: str | None
    to_whom: str | None
    what: str
    amount_fen: int | None
    confirmed_fen: int
    left_fen: int
    """What can still be reported: less what waits for an answer too."""
    due_on: date
    falls_due_on: date
    """The next working day when the agreed one is a day off."""
    due_text: str
    status: Literal["open", "partly", "fulfilled", "waived", "replaced"]
    is_overdue: bool
    ended_at: Moment | None
    end_reason: str | None
    urged: list[Moment]
    """When it was reminded of or urged, the earliest first."""
    reports: list[ReportOut]
    routes: list[RouteOut]
    """Lawful ways on; empty until it is overdue."""
    may_report: bool


class CommitmentsOut(Out):
    """Counts of those that stand. Of what a later agreement replaced, what was paid is in both sums."""

    open: int
    overdue: int
    fulfilled: int
    waived: int
    agreed_fen: int
    confirmed_fen: int
    items: list[CommitmentOut]
