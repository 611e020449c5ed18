"""What the operator sees of a file that is brought in: progress, every wrong row, and that nothing was written."""

from collections.abc import Sequence
from typing import NoReturn

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from backend.core.sheets import RowProblem


class ImportRefusedError(Exception):
    """Nothing was written; the rows that are wrong have been named on standard output."""


def output() -> Console:
    return Console(soft_wrap=True, highlight=False, markup=False)


def progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
    )


def refuse(out: Console, problems: Sequence[RowProblem]) -> NoReturn:
    """Raises ImportRefusedError."""
    for each in problems:
        out.print(f"第{each.line}行 {each.column}：{each.reason}" if each.column else f"第{each.line}行：{each.reason}")
    lines = len({each.line for each in problems})
    raise ImportRefusedError(f"{lines} 行有问题（共 {len(problems)} 处），没有导入任何内容。改好后请重新导入。")
