"""Agreements on the wire. `Content` is also what is sealed and hashed."""

from datetime import date
from typing import Annotated, Literal, NamedTuple, Self
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints, ValidationInfo, field_validator, model_validator

from backend.core import clock
from backend.core.errors import FieldProblem
from backend.core.schema import Code, In, Line, LongText, Moment, Out, Text, deps_of, problem, problems
from backend.disputes.party_schemas import EARLIEST
from backend.disputes.schemas import MAX_FEN
from backend.mediation.sharing import ShareTo
from models import ParcelWay, SignerRole, SignMethod

Fen = Annotated[int, Field(ge=0, le=MAX_FEN)]
Hash = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""SHA-256 in lower-case hexadecimal."""
Number = Annotated[int, Field(ge=1, le=2**15 - 1)]

_LATEST = date(2100, 1, 1)


def _sensible(value: date) -> date:
    if not EARLIEST <= value <= _LATEST:
        raise problem("日期不对，请检查后重填。")
    return value


def _known_check(value: str | None, info: ValidationInfo) -> str | None:
    if value is not None and value not in deps_of(info).catalog.agreements.identity_checks:
        raise problem("没有这个选项，请重新选择。")
    return value


class AgreedTermIn(In):
    who: Line
    to: Line | None = None
    what: Text
    amount_fen: Fen | None = None
    due_on: date
    manner: Line | None = None
    kind: Literal["act", "standard"] | None = None

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
    kind: str | None = None


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


class CopyOut(Out):
    """The original of one party."""

    party_id: str
    side_text: str
    way: Literal["handed", "post"] | None
    """Null: nothing has been done about it."""
    copy_number: int | None
    received_at: Moment | None
    received_on: date | None
    """Null while it is on its way, or nothing was done."""
    by_representative: bool
    identity_check: str | None
    """For the mediator and the center, as is the slip."""
    scan_file_id: str | None


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
    copies: list[CopyOut]
    """Of what has been signed: who has got an original."""
    missing: list[str]
    """Signatures and originals, in words for the mediator and the center."""


class PhoneSignatureIn(In):
    content_hash: Hash
    """Of the text that was read: another one is not signed by it."""
    party_id: UUID | None = None
    """Where the phone speaks for several."""


class Takes(NamedTuple):
    party: bool
    representation: bool
    methods: frozenset[SignMethod]


_BY_HAND = frozenset(SignMethod) - {SignMethod.SCREEN}
_TAKES = {
    SignerRole.PARTY: Takes(party=True, representation=False, methods=_BY_HAND),
    SignerRole.GUARDIAN: Takes(party=True, representation=True, methods=_BY_HAND),
    SignerRole.REPRESENTATIVE: Takes(party=True, representation=True, methods=_BY_HAND),
    SignerRole.MEDIATOR: Takes(
        party=False, representation=False, methods=frozenset({SignMethod.SCREEN, SignMethod.PAPER})
    ),
    SignerRole.SEAL: Takes(party=False, representation=False, methods=frozenset({SignMethod.PAPER})),
}
_HOW = "这一处不能用这种方式签署；当事人手机签署要用自己的手机。"


class SignatureIn(In):
    """What staff write down: their own signature, the seal, and what a party signed on paper."""

    role: SignerRole
    method: SignMethod
    content_hash: Hash
    party_id: UUID | None = None
    representation_id: UUID | None = None
    signed_at: AwareDatetime | None = None
    """As it stands on the paper; on screen it is now."""
    identity_check: Code | None = None
    witness: Line | None = None
    file_id: UUID | None = None
    """The scan, uploaded to the case."""
    file_sha256: Hash | None = None
    """Of the scan that was looked at."""

    _identity_check = field_validator("identity_check")(_known_check)

    @model_validator(mode="after")
    def fits_its_role(self) -> Self:
        takes, found = _TAKES[self.role], []
        if (self.party_id is not None) != takes.party:
            found.append(FieldProblem("party_id", "请选择是哪一位当事人；调解员签名和盖章不用选。"))
        if (self.representation_id is not None) != takes.representation:
            found.append(FieldProblem("representation_id", "代签请选择登记过的代理人或监护人；本人签署不用选。"))
        if self.method not in takes.methods:
            found.append(FieldProblem("method", _HOW))
        if (self.method is SignMethod.SCREEN) != (self.signed_at is None):
            found.append(FieldProblem("signed_at", "请填写纸上签字（盖章）的时间；手机或电脑签署以当时为准，不用填。"))
        if found:
            raise problems(found)
        return self


class ParcelIn(In):
    party_id: UUID | None = None
    """Needed of staff, and where a phone speaks for several."""
    way: ParcelWay
    carrier: Code
    tracking_number: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{6,40}$")]
    sent_on: date

    @field_validator("carrier")
    @classmethod
    def is_a_carrier(cls, value: str, info: ValidationInfo) -> str:
        if value not in deps_of(info).catalog.agreements.carriers:
            raise problem("没有这家快递公司，请重新选择；不在单子上的选“其他快递”。")
        return value

    @field_validator("sent_on")
    @classmethod
    def is_over(cls, value: date, info: ValidationInfo) -> date:
        return _past(value, info)


class ArrivalIn(In):
    delivered_on: date

    @field_validator("delivered_on")
    @classmethod
    def is_over(cls, value: date, info: ValidationInfo) -> date:
        return _past(value, info)


class CopyIn(In):
    """An original that somebody takes at the center."""

    party_id: UUID
    copy_number: Number
    """Of the originals, the first being 1."""
    received_at: AwareDatetime
    representation_id: UUID | None = None
    """Who takes it in the party's place."""
    identity_check: Code
    file_id: UUID | None = None
    """The signed slip, uploaded to the case."""
    file_sha256: Hash | None = None

    _identity_check = field_validator("identity_check")(_known_check)


def _past(value: date, info: ValidationInfo) -> date:
    if not EARLIEST <= value <= clock.today(deps_of(info).clock):
        raise problem("日期不能晚于今天，请检查后重填。")
    return value
