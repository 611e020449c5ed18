"""What the campaign found, beside what it had to find."""

from collections.abc import Sequence
from typing import NamedTuple

from rich.table import Table


class Finding(NamedTuple):
    what: str
    wanted: str
    found: str
    is_good: bool
    detail: str = ""


def table(findings: Sequence[Finding], minutes: float) -> Table:
    shown = Table("what", "wanted", "found", "", title=f"make race: {minutes:.1f} min", show_lines=True)
    for each in findings:
        shown.add_row(each.what, each.wanted, each.found, "[green]ok[/green]" if each.is_good else "[red]broken[/red]")
    return shown
