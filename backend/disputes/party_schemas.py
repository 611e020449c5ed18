"""Who takes part and who acts for whom, as it is written down."""

from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, Field, ValidationInfo, field_validator, model_validator

from backend.core import clock, identity
from backend.core.errors import FieldProblem
from backend.core.schema import Code, In, Line, Text, deps_of, one_of, problem, problems
from models import PartyKind

EARLIEST = date(1949, 10, 1)


def past(value: date, info: ValidationInfo, otherwise: str) -> date:
    """Today at the latest; for a validator."""
    if EARLIEST <= value <= clock.today(deps_of(info).clock):
        return value
    raise problem(otherwise)


def _phone(value: str) -> str:
    return _normal(identity.normalize_phone, value)


def _credit_code(value: str) -> str:
    return _normal(identity.normalize_credit_code, value)


def _id_number(value: str, info: ValidationInfo) -> str:
    today = clock.today(deps_of(info).clock)
    return _normal(lambda text: identity.normalize_id_number(text, today), value)


Phone = Annotated[Code, AfterValidator(_phone)]
CreditCode = Annotated[Code, AfterValidator(_credit_code)]
IdNumber = Annotated[Code, AfterValidator(_id_number)]


class PartyIn(In):
    kind: PartyKind = PartyKind.PERSON
    name: Line
    phone: Phone | None = None
    credit_code: CreditCode | None = None


class IdentifiedPartyIn(PartyIn):
    id_number: IdNumber | None = None


class PartyChangeIn(In):
    """What is absent stays as it is; null erases it."""

    kind: PartyKind = PartyKind.PERSON
    name: Line = ""
    phone: Phone | None = None
    id_number: IdNumber | None = None
    credit_code: CreditCode | None = None
    is_minor: bool = False


class RepresentationIn(In):
    """代办 and representation: who acts for a party, how that party agreed, what the agreement covers, since when."""

    kind: Code
    name: Annotated[Line, Field(max_length=50)]
    phone: Phone | None = None
    scope: Code = "file_and_follow"
    basis: Text
    document: Annotated[Line | None, Field(validate_default=True)] = None
    given_on: date

    @field_validator("kind")
    @classmethod
    def is_a_kind(cls, value: str, info: ValidationInfo) -> str:
        return one_of(value, deps_of(info).catalog.representation_kinds)

    @field_validator("scope")
    @classmethod
    def is_a_scope(cls, value: str, info: ValidationInfo) -> str:
        return one_of(value, deps_of(info).catalog.representation_scopes)

    @field_validator("given_on")
    @classmethod
    def is_past(cls, value: date, info: ValidationInfo) -> date:
        return past(value, info, "同意的日期不能晚于今天，请检查后重填。")

    @model_validator(mode="after")
    def shows_its_paper(self, info: ValidationInfo) -> "RepresentationIn":
        paper = deps_of(info).catalog.representation_kinds[self.kind].document
        if paper is not None and self.document is None:
            raise problems([FieldProblem("document", f"请写明{paper}的名称和编号。")])
        return self


def _normal(normalize: Any, value: str) -> str:
    try:
        normalized: str = normalize(value)
    except ValueError as error:
        raise problem(str(error)) from None
    return normalized
