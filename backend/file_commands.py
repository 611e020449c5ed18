"""The operator's commands that bring files in and write them out."""

# ruff: noqa: PLC0415
import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Annotated, Any

import typer

from backend import terminal
from config.settings import Settings

SheetPath = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV or XLSX like its template.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Check everything, say what would change, write nothing.")]
OutPath = Annotated[Path, typer.Argument(dir_okay=False, help="CSV or XLSX; overwritten.")]

Work = Callable[[Settings], Coroutine[Any, Any, None]]


def add_to(app: typer.Typer) -> None:
    for command in (
        import_centers,
        export_centers,
        import_organizations,
        export_organizations,
        import_enterprises,
        import_cases,
        import_calendar,
    ):
        app.command()(command)


def import_centers(file: SheetPath, dry_run: DryRun = False) -> None:
    """Add, change and close centers from a file: all of it, or, if any row is wrong, nothing."""
    from backend import center_files as files

    def work(settings: Settings) -> Coroutine[Any, Any, None]:
        return files.bring_in(settings.database_url.get_secret_value(), file.read_bytes(), dry_run=dry_run)

    _bring_in("import-centers", work)


def export_centers(file: OutPath) -> None:
    """Write all centers, closed ones too, to a file that import-centers reads."""
    from backend import center_files

    _write_out("centers", file, center_files.write_out)


def import_organizations(file: SheetPath, dry_run: DryRun = False) -> None:
    """Add, change and close organizations and their residencies: all of the file or, if any row is wrong, nothing."""
    from backend import organization_files as files

    def work(settings: Settings) -> Coroutine[Any, Any, None]:
        return files.bring_in(settings.database_url.get_secret_value(), file.read_bytes(), dry_run=dry_run)

    _bring_in("import-organizations", work)


def export_organizations(file: OutPath) -> None:
    """Write all organizations but the centers' own committees to a file that import-organizations reads."""
    from backend import organization_files

    _write_out("organizations", file, organization_files.write_out)


def import_enterprises(file: SheetPath, dry_run: DryRun = False) -> None:
    """Add and change enterprises on the stations' rosters: all of the file or, if any row is wrong, nothing."""
    from backend import enterprise_files as files

    _bring_in("import-enterprises", lambda settings: files.bring_in(settings, file.read_bytes(), dry_run=dry_run))


def import_cases(file: SheetPath, dry_run: DryRun = False) -> None:
    """Bring earlier cases into the archive, once each: all of the file, or, if any row is wrong, nothing."""
    from backend import case_files

    _bring_in("import-cases", lambda settings: case_files.bring_in(settings, file.read_bytes(), dry_run=dry_run))


def import_calendar(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="CSV or XLSX like config/catalog/holidays_cn_2026.csv.")
    ],
    dry_run: DryRun = False,
) -> None:
    """Put a year's official notice of days off and make-up workdays in force, and name the bookings it affects."""
    from backend import calendar_files as files

    _bring_in(
        "import-calendar", lambda settings: files.bring_in(settings, file.read_bytes(), file.name, dry_run=dry_run)
    )


def _bring_in(process: str, work: Work) -> None:
    with terminal.complete_settings(process) as settings:
        from backend import import_report

        try:
            asyncio.run(work(settings))
        except import_report.ImportRefusedError as error:
            terminal.refuse(str(error))


def _write_out(what: str, file: Path, write: Callable[[str, Path], Coroutine[Any, Any, int]]) -> None:
    with terminal.complete_settings(f"export-{what}") as settings:
        written = asyncio.run(write(settings.database_url.get_secret_value(), file))
    typer.echo(f"written {file}: {written} {what}")
