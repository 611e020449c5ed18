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
        wrong = await _walk(settings, repair=False)
        sums = await keeping.sums_differing(_NAMED)
    _name([*wrong, *sums])
    if wrong or sums:
        console.print(
            f"[red]The figures differ[/red]: {len(wrong)} facts, {len(sums)} sums. Try `hejie statistics rebuild`."
        )
    else:
        console.print("[green]The figures are what the history says.[/green]")
    return not wrong and not sums


async def rebuild(settings: Settings) -> None:
    """Figures stay readable meanwhile."""
    async with database.connected(settings.database_url.get_secret_value()):
        changed = await _walk(settings, repair=True)
        await keeping.sum_anew()
    _name(changed)
    console.print(f"[green]Counted anew[/green]: {len(changed)} facts were put right.")


async def _walk(settings: Settings, *, repair: bool) -> list[Difference]:
    deps = await load_deps(settings, SystemClock())
    found: list[Difference] = []
    columns = (TextColumn("cases"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("", total=await Dispute.all().count())
        async for cases, wrong in keeping.every_case(deps, repair=repair):
            found += wrong
            progress.advance(task, cases)
    return found


def _name(found: list[Difference]) -> None:
    for each in found[:_NAMED]:
        console.print(f"{each.what}: kept {each.kept}, counted {each.counted}", markup=False, highlight=False)
    if len(found) > _NAMED:
        console.print(f"… and {len(found) - _NAMED:,} more")
