"""The case flow as a picture, drawn from the table and from nothing else: the same table gives the same picture."""

from collections import defaultdict
from html import escape
from pathlib import Path

from backend.core.catalog import Catalog
from backend.core.flow_table import ANY, FIRST, PREVIOUS, SAME, FlowRow
from config.catalog_files import read_catalog
from models import Status

PATH = Path(__file__).parent.parent / "docs" / "case-flow.svg"

_WIDTH, _ACROSS, _LINE, _GAP, _MARGIN = 230, 420, 18, 46, 30
_STYLE = (
    "text{font:13px sans-serif;fill:#1c2733}.state{font-weight:bold;font-size:15px}.stay{fill:#5b6b7a}"
    ".label{fill:#0b5394;paint-order:stroke;stroke:#fff;stroke-width:4px}"
    "rect{fill:#f4f7fa;stroke:#7a8b9a}path{fill:none;stroke:#0b5394}"
)
_HEAD = (
    '<marker id="end" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" orient="auto">'
    '<path d="M0 0L10 5L0 10z" style="fill:#0b5394"/></marker>'
)

Box = tuple[int, int, int]
"""Left, top and height."""


def write(*, check_only: bool) -> bool:
    """Whether docs/case-flow.svg was not what the table says; it is written unless `check_only`."""
    text = draw(Catalog.parse(read_catalog()))
    if PATH.exists() and PATH.read_text(encoding="utf-8") == text:
        return False
    if not check_only:
        PATH.write_text(text, encoding="utf-8")
    return True


def draw(catalog: Catalog) -> str:
    moves = _moves(catalog)
    stays = {status: [row.title for row in catalog.flow if _stays(row, status)] for status in Status}
    boxes = _boxes(_columns(moves), stays)
    arrows = [_arrow(boxes[a], boxes[b], "、".join(titles)) for (a, b), titles in moves.items()]
    states = [_state(catalog.statuses[status].text, status, stays[status], boxes[status]) for status in boxes]
    width = max(left for left, _, _ in boxes.values()) + _WIDTH + _MARGIN
    height = max(top + tall for _, top, tall in boxes.values()) + _MARGIN
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}">',
            f"<title>Case flow {catalog.flow_stamp}</title>",
            f"<style>{_STYLE}</style>",
            f"<defs>{_HEAD}</defs>",
            *states,
            *(path for path, _ in arrows),
            *(label for _, label in arrows),
            "</svg>\n",
        ]
    )


def _moves(catalog: Catalog) -> dict[tuple[Status, Status], list[str]]:
    """What leads from one state to another; back to `previous` is back to every state a transfer starts from."""
    back = [status for row in catalog.flow if row.to == Status.TRANSFERRED for status in row.states]
    found: dict[tuple[Status, Status], list[str]] = defaultdict(list)
    for row in catalog.flow:
        for start in row.states:
            for end in back if row.to == PREVIOUS else [row.to] if row.to != SAME else []:
                found[Status(start), Status(end)].append(row.title)
    return found


def _stays(row: FlowRow, status: Status) -> bool:
    """What may be done everywhere says nothing of a state."""
    return row.to == SAME and ANY not in row.from_ and row.starts_from(status)


def _columns(moves: dict[tuple[Status, Status], list[str]]) -> list[list[Status]]:
    """By the fewest steps from filing."""
    columns, seen = [[FIRST]], {FIRST}
    while columns[-1]:
        following = [status for status in Status if status not in seen and _follows(moves, columns[-1], status)]
        seen |= set(following)
        columns.append(following)
    return columns[:-1]


def _follows(moves: dict[tuple[Status, Status], list[str]], before: list[Status], status: Status) -> bool:
    return any((start, status) in moves for start in before)


def _boxes(columns: list[list[Status]], stays: dict[Status, list[str]]) -> dict[Status, Box]:
    boxes = {}
    for place, column in enumerate(columns):
        top = _MARGIN + (place % 2) * 2 * _GAP
        for status in column:
            tall = _LINE * (len(stays[status]) + 2)
            boxes[status] = (_MARGIN + place * _ACROSS, top, tall)
            top += tall + 2 * _GAP
    return boxes


def _state(text: str, status: Status, stays: list[str], box: Box) -> str:
    left, top, tall = box
    lines = [f'<rect x="{left}" y="{top}" width="{_WIDTH}" height="{tall}" rx="8"/>']
    lines.append(f'<text class="state" x="{left + 12}" y="{top + 22}">{escape(text)} {status}</text>')
    for number, title in enumerate(stays, start=1):
        lines.append(f'<text class="stay" x="{left + 12}" y="{top + 22 + number * _LINE}">{escape(title)}</text>')
    return "\n".join(lines)


def _arrow(start: Box, end: Box, text: str) -> tuple[str, str]:
    """Forwards along the upper half of the boxes, backwards along the lower one."""
    forwards = start[0] < end[0]
    x1, x2 = (start[0] + _WIDTH, end[0]) if forwards else (start[0], end[0] + _WIDTH)
    if start[0] == end[0]:
        x1 = x2 = start[0] + _WIDTH
    share = 3 if forwards else 1.5
    y1, y2 = start[1] + start[2] / share, end[1] + end[2] / share
    bend = 70 if start[0] == end[0] else (x2 - x1) / 2
    path = f"M{x1} {y1:.0f}C{x1 + bend:.0f} {y1:.0f} {x2 - (bend if x1 != x2 else -bend):.0f} {y2:.0f} {x2} {y2:.0f}"
    middle = (x1 + x2) / 2 + (50 if start[0] == end[0] else 0)
    label = (
        f'<text class="label" x="{middle:.0f}" y="{(y1 + y2) / 2 - 4:.0f}" text-anchor="middle">{escape(text)}</text>'
    )
    return f'<path d="{path}" marker-end="url(#end)"/>', label
