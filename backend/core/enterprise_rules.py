from typing import Self

from pydantic import Field, model_validator

from backend.core.flow_table import Entry
from models import EnterpriseSize


class EnterpriseRules(Entry):
    """See the head of `enterprises.toml`."""

    sizes: dict[EnterpriseSize, str]
    risks: dict[str, str] = Field(min_length=1)
    definitions: dict[str, str]

    @model_validator(mode="after")
    def check_sizes(self) -> Self:
        missing = [size.value for size in EnterpriseSize if size not in self.sizes]
        if missing:
            raise ValueError(f"enterprises: {', '.join(missing)}")
        return self
