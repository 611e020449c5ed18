"""The product's subscription templates, from a file, so that they are checked as WeChat would and shown by name.

TOML: `[templates.anything]` with `id`, `title`, `fields = { thing1 = "label" … }` and, for long-term ones,
`kind = "long_term"`. Whatever else stands in it is not read.
"""

import tomllib
from pathlib import Path

from pydantic import BaseModel, Field, TypeAdapter, field_validator

from backend.wechat.simulator.arguments import argument_type
from backend.wechat.simulator.consents import TemplateKind
from backend.wechat.simulator.world import Template


class _TemplateIn(BaseModel):
    id: str = Field(min_length=1)
    title: str = ""
    fields: dict[str, str] = Field(min_length=1)
    kind: TemplateKind = "one_time"

    @field_validator("fields")
    @classmethod
    def known_types(cls, fields: dict[str, str]) -> dict[str, str]:
        if wrong := [name for name in fields if argument_type(name) is None]:
            raise ValueError(f"no argument type: {', '.join(wrong)}")
        return fields


def read_templates(path: Path) -> list[Template]:
    """Raises ValueError, which says what is wrong."""
    raw = tomllib.loads(path.read_text(encoding="utf-8")).get("templates", {})
    given = TypeAdapter(dict[str, _TemplateIn]).validate_python(raw).values()
    return [Template(each.id, each.title, each.fields, each.kind) for each in given]
