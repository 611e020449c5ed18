"""Agreements on the wire. `Content` is also what is sealed and hashed."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints, field_validator

from backend.core.schema import Code, In, Line, LongText, Moment, Out, Text, problem
from backend.disputes.party_schemas import EARLIEST
from backend.disputes.schemas import MAX_FEN
from backend.mediation.sharing import ShareTo

Fen = Annotated[int, Field(ge=0, le=MAX_FEN)]
Hash = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""SHA-256 in lower-case hexadecimal."""
Number = Annotated[int, Field(ge=1, le=2**15 - 1)]

_LATEST = date(2100, 1, 1)


def _sensible(value: date) -> date:
    if not EARLIEST <= value <= _LATEST:
        raise problem("日期不对，请检查后重填。")
    return value


class AgreedTermIn(In):
    who: Line
    to: Line | None = None
    what: Text
    amount_fen: Fen | None = None
    due_on: date
    manner: Line | None = None

    _due_on = field_validator("due_on")(_sensible)


class DraftIn(In):
    """Whatever is known yet; what the law wants is checked when the text becomes final."""

    summary: Text | None = None
    facts: LongText | None = None
    issues: Text | None = None
    liability: Text | None = None
    terms: Annotated[tuple[AgreedTermIn, ...], Field(max_length=100)] = ()
    proposal_id: UUID | None = None
    """The accepted proposal, whose terms are taken instead."""
    total_fen: Fen | None = None
    """What the amounts of the terms come to."""
    manner: Text | None = None
    deadline: date | None = None

    @field_validator("deadline")
    @classmethod
    def is_sensible(cls, value: date | None) -> date | None:
        return None if value is None else _sensible(value)


class RevisionIn(DraftIn):
    """The whole text anew."""

    based_on: Number
    """The version that was read before; a newer one is not overwritten."""


class FinalIn(In):
    version: Number


class CommentIn(In):
    version: Number
    text: Text
    party_id: UUID | None = None
    """Where staff write down what a party said, and where a phone speaks for several."""


class VoidIn(In):
    reason: Text


class SharesIn(In):
    to: Annotated[tuple[ShareTo, ...], Field(min_length=1, max_length=50)]


class ContentParty(Out):
    party_id: str
    side: str
    kind: str
    name: str
    signs: bool
    """False for a member of a side of many whose elected representatives settle for it."""


class ContentTerm(Out):
    who: str
    to: str | None = None
    what: str
    amount_fen: int | None = None
    due_on: date
    manner: str | None = None


class Content(Out):
    case_number: str | None
    category: str
    track: str | None
    organization: str | None
    seal_name: str | None
    registration_number: str | None
    mediator: str | None
    parties: list[ContentParty]
    summary: str | None
    facts: str | None
    issues: str | None
    liability: str | None
    terms: list[ContentTerm]
    total_fen: int | None
    manner: str | None
    deadline: date | None


class NoteOut(Out):
    """A due date that is no working day (民法典 203)."""

    path: str
    due_on: date
    rolled_on: date
    message: str


class MethodOut(Out):
    method: str
    title: str
    refused: str | None
    """Why the law forbids it in this case."""


class SlotOut(Out):
    """One place under the text."""

    slot: str
    title: str
    party_id: str | None
    signed_at: Moment | None


class SignatureOut(Out):
    version: int
    slot: str
    role: str
    method: str
    signed_at: Moment
    recorded_at: Moment
    evidence: dict[str, str] | None
    """For the mediator and the center."""
    scan_file_id: str | None
    voided_at: Moment | None


class ParcelOut(Out):
    id: str
    version: int
    party_id: str
    way: str
    carrier: str
    carrier_text: str
    tracking_number: str | None
    """For the mediator, the center and the party it is of."""
    sent_on: date
    delivered_on: date | None


class CommentOut(Out):
    id: str
    version: int
    party_id: str
    side_text: str
    text: str
    by: str
    at: Moment


class VersionOut(Out):
    number: int
    content_hash: str
    at: Moment
    frozen_at: Moment | None
    content: Content | None
    """Null for who reads the case masked."""


class AgreementBrief(Out):
    id: str
    ordinal: int
    form: str
    status: str
    status_text: str
    version: int
    content_hash: str
    total_fen: int | None
    remediates: str | None
    effective_at: Moment | None
    effective_text: str | None
    created_at: Moment
    updated_at: Moment


class AgreementOut(AgreementBrief):
    content: Content | None
    frozen_at: Moment | None
    notes: list[NoteOut]
    slots: list[SlotOut]
    """Who must sign the version in force, and who has."""
    methods: list[MethodOut]
    signatures: list[SignatureOut]
    """Also those of earlier versions, which are void."""
    parcels: list[ParcelOut]


class PhoneSignatureIn(In):
    content_hash: Hash
    """Of the text that was read: another one is not signed by it."""
    party_id: UUID | None = None
    """Where the phone speaks for several."""


class ParcelIn(In):
    party_id: UUID
    way: Code
    carrier: Code
    tracking_number: Annotated[Code, StringConstraints(pattern=r"^[A-Za-z0-9-]{6,40}$")]
    sent_on: date


class ArrivalIn(In):
    delivered_on: date
