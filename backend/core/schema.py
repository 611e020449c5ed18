"""Shapes on the wire. `In` refuses what it does not know and never repeats a value in an error."""

import unicodedata
from collections.abc import Container, Iterable
from typing import Annotated, Any, Generic, TypeVar

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    ValidationInfo,
    model_validator,
)
from pydantic_core import PydanticCustomError

from backend.core.clock import iso
from backend.core.deps import Deps
from backend.core.errors import FieldProblem

Moment = Annotated[AwareDatetime, PlainSerializer(iso, return_type=str)]
"""ISO 8601 with +08:00."""

_LINE_BREAKS = "\n\r\t"
_TURNS = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Turn the direction of writing: what is read would not be what was written."""


MANY = "hejie_many"


def problem(message: str) -> PydanticCustomError:
    """A field error in words for the person who typed; raise it in a validator."""
    return PydanticCustomError("hejie", "{reason}", {"reason": message})


def problems(found: Iterable[FieldProblem]) -> PydanticCustomError:
    """Several at once, from a validator of a whole model; paths are relative to it."""
    return PydanticCustomError(MANY, "", {"problems": tuple((each.path, each.message) for each in found)})


def deps_of(info: ValidationInfo) -> Deps:
    """What a validator may know beside the value: the clock, the catalog. Never the database."""
    assert isinstance(info.context, Deps)
    return info.context


def one_of(value: str, codes: Container[str]) -> str:
    """A code of the catalog; for a validator."""
    if value not in codes:
        raise problem("没有这个选项，请重新选择。")
    return value


def _readable(text: str) -> str:
    for character in text:
        is_control = unicodedata.category(character) in ("Cc", "Cs") and character not in _LINE_BREAKS
        if is_control or character in _TURNS:
            raise problem("含有无法识别的字符，请删除后重新输入。")
    return text


def _one_line(text: str) -> str:
    if any(character in text for character in _LINE_BREAKS):
        raise problem("这里只能写一行，请去掉换行。")
    return text


Text = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000), AfterValidator(_readable)
]
LongText = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=5000), AfterValidator(_readable)
]
Line = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=128),
    AfterValidator(_readable),
    AfterValidator(_one_line),
]
Code = Annotated[str, StringConstraints(min_length=1, max_length=128), AfterValidator(_readable)]
"""An identifier somebody else made: never trimmed."""


Degrees = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
"""Longitude, and latitude too: who swaps the two is told so by `geo.point_problems`, not that 111 is too large."""


class In(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)


class Empty(In):
    """A body that carries nothing."""


class Query(BaseModel):
    """Query strings: everything arrives as one line of text; an empty value is an absent one."""

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)

    @model_validator(mode="before")
    @classmethod
    def drop_empty(cls, values: dict[str, Any]) -> dict[str, Any]:
        unreadable = [name for name, value in values.items() if not str(value).isprintable()]
        if unreadable:
            raise problems(FieldProblem(name, "含有无法识别的字符，请删除后重新输入。") for name in unreadable)
        return {name: value for name, value in values.items() if value != ""}


class PageQuery(Query):
    limit: int = Field(20, ge=1, le=100)
    cursor: str | None = Field(None, max_length=256)


class Out(BaseModel):
    model_config = ConfigDict(frozen=True)


Item = TypeVar("Item")


class Page(Out, Generic[Item]):
    items: list[Item]
    next_cursor: str | None = None


class WarningOut(Out):
    """What an operator should see to; everything works meanwhile."""

    code: str
    message: str
