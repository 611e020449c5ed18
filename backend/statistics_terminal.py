"""`hejie statistics`: counts every case anew from its history, and names what the kept figures say otherwise."""

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from backend import database
from backend.core.clock import SystemClock
from backend.statistics import keeping
from backend.statistics.keeping import Difference
from backend.wiring import load_deps
from config.settings import Settings
from models import Dispute

console = Console()

_NAMED = 50


async def recount(settings: Settings) -> bool:
    """Writes nothing. True when the kept figures are what the history says."""
    async with database.connected(settings.database_url.get_secret_value()):
        facts = await _walk(settings, repair=False)
        sums = await keeping.sums_differing(_NAMED)
    for each in sums:
        _name(each)
    if facts or sums:
        console.print(
            f"[red]The figures differ[/red]: {facts} facts, {len(sums)} sums. Try `hejie statistics rebuild`."
        )
    else:
        console.print("[green]The figures are what the history says.[/green]")
    return not facts and not sums


async def rebuild(settings: Settings) -> None:
    """Figures stay readable meanwhile."""
    async with database.connected(settings.database_url.get_secret_value()):
        facts = await _walk(settings, repair=True)
        await keeping.sum_anew()
    console.print(f"[green]Counted anew[/green]: {facts:,} facts were put right.")


async def _walk(settings: Settings, *, repair: bool) -> int:
    """How many facts differ; names the first ones."""
    deps, found = await load_deps(settings, SystemClock()), 0
    columns = (TextColumn("cases"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("", total=await Dispute.all().count())
        async for cases, wrong in keeping.every_case(deps, repair=repair):
            for each in wrong[: max(_NAMED - found, 0)]:
                _name(each)
            found += len(wrong)
            progress.advance(task, cases)
    return found


def _name(each: Difference) -> None:
    console.print(f"{each.what}: kept {each.kept}, counted {each.counted}", markup=False, highlight=False)
