"""`make bench-papers`: what the worker does for an agreement, from its data to both files, in one process."""

import resource
import statistics
import time
from collections.abc import Callable

from rich.console import Console

from backend.core.catalog import Catalog
from backend.papers import docx, fields, pdf, template
from backend.papers.shapes import AgreementData
from backend.papers.sheet import Check, Sheet
from config.catalog_files import read_catalog

ROUNDS, TARGET_MS = 200, 300.0
console = Console()


def main() -> None:
    source = Catalog.parse(read_catalog()).paper_templates["agreement"]
    console.print(f"the first PDF, fonts read: {_ms(lambda: pdf.draw(_sheet(source, 0))):.0f} ms")
    times = {"PDF": [], "DOCX": []}  # type: dict[str, list[float]]
    for number in range(1, ROUNDS + 1):
        times["PDF"].append(_ms(lambda n=number: pdf.draw(_sheet(source, n))))  # type: ignore[misc]
        times["DOCX"].append(_ms(lambda n=number: docx.draw(_sheet(source, n))))  # type: ignore[misc]
    for name, found in times.items():
        p50, p99 = statistics.median(found), statistics.quantiles(found, n=100)[98]
        console.print(f"{name}: p50 {p50:.0f} ms, p99 {p99:.0f} ms of {ROUNDS} agreements")
    console.print(f"memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")
    assert statistics.median(times["PDF"]) < TARGET_MS


def _sheet(source: str, number: int) -> Sheet:
    """Each says something else, so that nothing is reused."""
    values = fields.samples(AgreementData) | {"案号": f"〔2026〕宜都陆城调字第{number:04}号"}
    values["协议内容"] = values["协议内容"] * 3
    check = Check(f"https://hejie.example/verify/{number:024}", "ab" * 32)
    return Sheet("人民调解协议书", tuple(template.fill(source, values)), values["案号"], check)


def _ms(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    main()
