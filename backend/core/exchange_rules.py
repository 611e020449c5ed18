"""What other systems may be told, as the operator's catalog has it."""

from pydantic import Field

from backend.core.flow_table import Entry


class ExchangeRules(Entry):
    """See the head of `exchange.toml`."""

    type_prefix: str = Field(pattern=r"^[a-z][a-z0-9]*(\.[a-z][a-z0-9]*)*$")
    left: str = Field(min_length=1)
    events: dict[str, str] = Field(min_length=1)

    def type_of(self, kind: str) -> str:
        return f"{self.type_prefix}.{kind}"
