"""Fields of papers: English in the code, Chinese in a template, with a sample for the preview."""

from collections.abc import Mapping
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field
from pydantic.fields import FieldInfo


class PaperData(BaseModel):
    """What one paper says, all of it text as it will be printed. Frozen: its JSON is what is hashed and sealed."""

    model_config = ConfigDict(frozen=True, populate_by_name=True, serialize_by_alias=True, extra="forbid")


def item(name: str, sample: str = "") -> Any:
    """A field by its name in templates; empty where the case does not know it."""
    return Field("", alias=name, examples=[sample])


def several(name: str) -> Any:
    """A list of entries."""
    return Field(default_factory=tuple, alias=name)


def names(shape: type[PaperData]) -> dict[str, Any]:
    """By name; entries of a list as a mapping of their own."""
    return {_name(key, field): _inner(field) for key, field in shape.model_fields.items()}


def samples(shape: type[PaperData]) -> dict[str, Any]:
    """Made-up values, two entries where there are several."""
    found: dict[str, Any] = {}
    for key, field in shape.model_fields.items():
        entry = _entry(field)
        found[_name(key, field)] = (field.examples or [""])[0] if entry is None else [samples(entry)] * 2
    return found


def sample(shape: type[PaperData]) -> PaperData:
    return shape.model_validate(samples(shape))


def _inner(field: FieldInfo) -> Mapping[str, Any] | str:
    entry = _entry(field)
    return names(entry) if entry is not None else ""


def _name(key: str, field: FieldInfo) -> str:
    return field.alias or key


def _entry(field: FieldInfo) -> type[PaperData] | None:
    if get_origin(field.annotation) is not tuple:
        return None
    entry: type[PaperData] = get_args(field.annotation)[0]
    return entry
