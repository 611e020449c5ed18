"""`hejie check-bookings`: asks the database for what must never be in it."""

from rich.console import Console
from rich.table import Table

from backend import database
from backend.appointments import invariants
from backend.core.clock import SystemClock
from config.settings import Settings

console = Console()


async def check(settings: Settings) -> bool:
    """Prints what was found; True when all is well."""
    async with database.connected(settings.database_url.get_secret_value()):
        found = await invariants.violations(SystemClock().now())
    table = Table("invariant", "rows that break it", title="Bookings")
    for name in invariants.INVARIANTS:
        rows = found.get(name, [])
        table.add_row(name, f"[red]{len(rows)}[/red]" if rows else "[green]none[/green]")
    console.print(table)
    for name, rows in found.items():
        for row in rows[:10]:
            console.print(f"{name}: {', '.join(f'{key} {value}' for key, value in row.items())}", markup=False)
    return not found
