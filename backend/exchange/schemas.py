"""Shapes of the exchange."""

from typing import Annotated, ClassVar, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from backend.core.deps import Deps
from backend.core.schema import In, Moment, Out
from backend.exchange.payload import FIELDS
from models import CodeKind, CodeSide

_AREA = r"^([0-9]{6}|[0-9]{9}|[0-9]{12})$"


class PartnerDraft(BaseModel):
    """As the operator enters it. The context is `(deps, in_production)`."""

    model_config: ClassVar[ConfigDict] = ConfigDict(extra="forbid", str_strip_whitespace=True)

    code: str = Field(pattern=r"^[a-z][a-z0-9-]{1,31}$")
    name: str = Field(min_length=1, max_length=64)
    url: str = Field("", max_length=255)
    directions: list[Literal["out", "in"]] = Field(min_length=1)
    categories: list[str] = []
    areas: list[Annotated[str, Field(pattern=_AREA)]] = []
    may_know: dict[str, Annotated[str, Field(min_length=4, max_length=200)]] = {}
    only_own_cases: bool = False
    limit_per_s: int = Field(50, ge=0, le=10_000)

    @field_validator("url")
    @classmethod
    def check_url(cls, url: str, info: ValidationInfo) -> str:
        """Only whoever has the machine can name a host, and in production only one that proves who it is."""
        parts = urlsplit(url)
        schemes = ("https",) if _in_production(info) else ("https", "http")
        if url and (parts.scheme not in schemes or not parts.hostname or parts.username or parts.fragment):
            raise ValueError(f"must be {' or '.join(schemes)}://host/path, without a password or fragment")
        return url

    @field_validator("categories")
    @classmethod
    def check_categories(cls, codes: list[str], info: ValidationInfo) -> list[str]:
        known = _deps(info).catalog.category_by_code
        if unknown := [code for code in codes if code not in known]:
            raise ValueError(f"no such category: {', '.join(unknown)}")
        return codes

    @field_validator("areas")
    @classmethod
    def check_areas(cls, codes: list[str], info: ValidationInfo) -> list[str]:
        if unknown := [code for code in codes if _deps(info).divisions.by_code(code) is None]:
            raise ValueError(f"no such division: {', '.join(unknown)}")
        return codes

    @field_validator("may_know")
    @classmethod
    def check_fields(cls, bases: dict[str, str]) -> dict[str, str]:
        if unknown := [name for name in bases if name not in FIELDS]:
            raise ValueError(f"no such field: {', '.join(unknown)}; there are: {', '.join(FIELDS)}")
        return bases

    @model_validator(mode="after")
    def check_way(self) -> "PartnerDraft":
        if "out" in self.directions and not self.url:
            raise ValueError("a partner that is told needs a url")
        return self


def _deps(info: ValidationInfo) -> Deps:
    found: Deps = info.context[0] if info.context else None  # type: ignore[assignment]
    return found


def _in_production(info: ValidationInfo) -> bool:
    return bool(info.context and info.context[1])


class PartnerOut(Out):
    """Never with a key or an address."""

    code: str
    name: str
    directions: list[str]
    categories: list[str]
    areas: list[str]
    may_know: dict[str, str]
    only_own_cases: bool
    limit_per_s: int
    paused_at: Moment | None
    pending: int
    """Events that wait to be delivered."""
    pending_since: Moment | None
    dead: int
    """Events given up; each holds up its case there."""
    unknown_codes: int


class PartnerListOut(Out):
    items: list[PartnerOut]


class DeadLettersIn(In):
    sequences: list[Annotated[int, Field(ge=1, le=2**63 - 1)]] | None = Field(None, min_length=1, max_length=1000)
    """Numbers of dead letters; null = all of them. What is not dead (any more) is left alone."""


class SettledOut(Out):
    events: int


class DeadEventOut(Out):
    sequence: int
    event_id: str
    number: str
    """Of the case."""
    kind: str
    at: Moment
    attempts: int
    problem: str


class UnknownCodeOut(Out):
    kind: CodeKind
    side: CodeSide
    code: str
    times: int
    first_at: Moment
    last_at: Moment
