"""What a paper consists of, whatever it is drawn with."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

LineKind = Literal[
    "title", "heading", "body", "plain", "center", "right", "signature", "blank", "seal", "space", "page", "check"
]


@dataclass(frozen=True, slots=True)
class Line:
    """`signature` and `blank` are labels before a line to write on, `seal` a name with room for its seal; `check` is
    where the code stands by which the paper can be checked."""

    kind: LineKind
    text: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    text: str
    span: int = 1
    is_label: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    cells: tuple[Cell, ...]
    is_head: bool = False
    """Repeated at the top of every page that the table goes on to."""


@dataclass(frozen=True, slots=True)
class Table:
    widths: tuple[int, ...]
    """As proportions."""
    rows: tuple[Row, ...]


Block = Line | Table


def rewritten(block: Block, change: Callable[[str], str]) -> Block:
    """Every text of it changed."""
    if isinstance(block, Line):
        return Line(block.kind, change(block.text))
    rows = (Row(tuple(Cell(change(c.text), c.span, c.is_label) for c in r.cells), r.is_head) for r in block.rows)
    return Table(block.widths, tuple(rows))
