"""The papers of a case, as the operator's table has them."""

from typing import Literal

from pydantic import Field

from backend.core.flow_table import Entry


class PaperKind(Entry):
    """See the head of `papers.toml`."""

    title: str = Field(min_length=1, max_length=30)
    titles: dict[str, str] = Field(default_factory=dict)
    of: Literal["case", "party", "meeting"]
    readers: Literal["staff", "applicant", "parties", "party"]
    must_say: frozenset[str]
    must_know: tuple[str, ...] = ()

    def title_on(self, track: str | None) -> str:
        return self.titles.get(track or "", self.title)
