"""Evidence on the wire."""

from typing import Annotated
from uuid import UUID

from pydantic import Field, ValidationInfo, field_validator

from backend.core.schema import Code, In, Line, Moment, Out, Text, deps_of, problem
from backend.mediation.sharing import ShareTo
from models import CustodyAct, VerificationResult

_NO_SUCH = "没有这个选项，请重新选择。"


class EvidenceIn(In):
    kind: Code
    title: Line
    source: Line
    """Where it comes from, who made it."""
    proves: Text
    description: Text | None = None
    file_id: UUID | None = None

    @field_validator("kind")
    @classmethod
    def is_a_kind(cls, value: str, info: ValidationInfo) -> str:
        if value not in deps_of(info).catalog.evidence.kinds:
            raise problem(_NO_SUCH)
        return value


class CustodyIn(In):
    act: CustodyAct
    holder: Line
    note: Text | None = None


class VerificationIn(In):
    method: Code
    result: VerificationResult
    original_compared: bool
    note: Text | None = None

    @field_validator("method")
    @classmethod
    def is_a_method(cls, value: str, info: ValidationInfo) -> str:
        if value not in deps_of(info).catalog.evidence.methods:
            raise problem(_NO_SUCH)
        return value


class ObjectionIn(In):
    grounds: Annotated[tuple[Code, ...], Field(min_length=1, max_length=10)]
    text: Text

    @field_validator("grounds")
    @classmethod
    def are_grounds(cls, value: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if set(value) - set(deps_of(info).catalog.evidence.grounds) or len(set(value)) < len(value):
            raise problem(_NO_SUCH)
        return value


class ExchangeIn(In):
    item_ids: Annotated[tuple[UUID, ...], Field(min_length=1, max_length=100)]


class SharesIn(In):
    to: Annotated[tuple[ShareTo, ...], Field(min_length=1, max_length=100)]


class CustodyOut(Out):
    act: CustodyAct
    act_text: str
    holder: str | None
    """As the note, for the center and who submitted it."""
    note: str | None
    by: str
    at: Moment


class VerificationOut(Out):
    id: str
    method: str
    method_text: str
    result: VerificationResult
    result_text: str
    original_compared: bool
    note: str | None
    """For the center."""
    by: str
    at: Moment


class ObjectionOut(Out):
    id: str
    party_id: str
    grounds: list[str]
    grounds_text: str
    text: str
    at: Moment


class EvidenceOut(Out):
    id: str
    kind: str
    kind_text: str
    title: str
    source: str
    proves: str
    description: str | None
    submitted_by: str
    """`party`, `member`, `center`."""
    party_id: str | None
    is_mine: bool
    has_file: bool
    sha256: str | None
    """Of the file as it was uploaded."""
    file_size: int | None
    submitted_at: Moment
    exchanged_at: Moment | None
    custody: list[CustodyOut]
    verifications: list[VerificationOut]
    objections: list[ObjectionOut]
