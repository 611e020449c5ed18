"""`hejie exchange`: records of GB/T 31000 out and in."""

# ruff: noqa: PLC0415
import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from backend import terminal
from config.settings import Settings

app = typer.Typer(help="Records of GB/T 31000 for a partner and from it.", no_args_is_help=True)

Format = Literal["jsonl", "csv", "xlsx"]
PartnerCode = Annotated[str, typer.Option("--partner", help="Code of the system that the records are for, or from.")]


@app.command("export")
def write_out(
    folder: Annotated[Path, typer.Argument(file_okay=False, help="Made if missing; older files are overwritten.")],
    partner: PartnerCode,
    file_format: Annotated[Format, typer.Option("--format", help="jsonl, csv or xlsx")] = "jsonl",
    since: Annotated[str | None, typer.Option(help="Cursor of the export before; without it, all cases.")] = None,
) -> None:
    """Write the cases that a partner may know, with what it may know of them, and a manifest of counts and hashes."""
    from backend import exchange_files

    told = _at_terminal(
        "exchange-export", lambda settings: exchange_files.write_out(settings, folder, partner, file_format, since)
    )
    typer.echo(told)


@app.command("import")
def bring_in(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="JSON Lines, CSV, XLSX or a manifest.json")],
    partner: PartnerCode,
    *,
    center: Annotated[str | None, typer.Option(help="Code of the center for records that name none.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check everything, write nothing.")] = False,
    good_rows: Annotated[
        bool, typer.Option("--good-rows", help="Take what is right although other rows are wrong.")
    ] = False,
    report: Annotated[Path | None, typer.Option(dir_okay=False, help="CSV with the result of every row.")] = None,
) -> None:
    """Bring another system's closed cases into the archive, once each: all of them or, if any row is wrong, none."""
    from backend import exchange_files

    wanted = exchange_files.Import(partner, center, dry_run, good_rows, report)
    _at_terminal("exchange-import", lambda settings: exchange_files.bring_in(settings, file, wanted))


@app.command()
def reconcile(
    partner: PartnerCode,
    *,
    file: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="The partner's list; without it, it is asked.")
    ] = None,
    repair: Annotated[bool, typer.Option("--repair", help="Send or ask again for everything that differs.")] = False,
) -> None:
    """Compare the partner's list of cases with ours, name every difference, put it on the work list."""
    from backend import exchange_files

    agree = _at_terminal(
        "exchange-reconcile", lambda settings: exchange_files.reconcile(settings, partner, file, repair=repair)
    )
    if not agree:
        raise typer.Exit(1)


def _at_terminal(process: str, work: Callable[[Settings], Coroutine[Any, Any, Any]]) -> Any:
    from backend import import_report
    from backend.core.errors import HejieError

    with terminal.complete_settings(process) as settings:
        try:
            return asyncio.run(work(settings))
        except import_report.ImportRefusedError as error:
            terminal.refuse(str(error))
        except HejieError as error:
            terminal.refuse("\n".join(each.message for each in error.fields) or error.text)
