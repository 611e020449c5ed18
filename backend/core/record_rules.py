"""The dispute record of GB/T 31000-2015, as the operator's catalog has it."""

from pydantic import Field

from backend.core.flow_table import Entry


class RecordRules(Entry):
    """See the head of `gbt31000.toml`."""

    id_type: str
    category_of: dict[str, str] = Field(default_factory=dict)
    method_of: dict[str, str]
    scale_from: dict[str, int] = Field(min_length=1)

    def scale(self, people: int) -> str:
        return max((least, code) for code, least in self.scale_from.items() if least <= max(people, 1))[1]
