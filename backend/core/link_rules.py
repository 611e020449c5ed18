"""When two cases may be one, as the operator's catalog has it."""

from pydantic import Field, model_validator

from backend.core.flow_table import Entry
from models import LinkKind


class DuplicateRules(Entry):
    days: int = Field(ge=1, le=3660)
    metres: int = Field(ge=1, le=100_000)
    most: int = Field(ge=1, le=100)


class LinkRules(Entry):
    """See the head of `links.toml`."""

    titles: dict[LinkKind, tuple[str, str]]
    next_step: str = Field(min_length=1)
    duplicates: DuplicateRules

    @model_validator(mode="after")
    def check_titles(self) -> "LinkRules":
        if missing := set(LinkKind) - set(self.titles):
            raise ValueError(f"links: no titles for {', '.join(sorted(missing))}")
        return self
