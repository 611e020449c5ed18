"""`hejie verify-history`: walks every chain, and compares the daily roots with those kept outside."""

from datetime import date
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from backend import database, history_processes, history_sink
from backend.core.crypto import Keyring
from backend.disputes import roots, verifying
from backend.disputes.verifying import Finding, Flaw
from config.settings import Settings

console = Console()

_WORDS = {
    Flaw.CHANGED: "the event was changed, or stands in another place",
    Flaw.MISSING: "the event is missing",
    Flaw.EXTRA: "an event was slipped in",
    Flaw.DETAIL: "what people wrote is not what was written then",
    Flaw.HEAD: "the case names another last link",
    Flaw.LOOK: "who looked at the case was changed or slipped in",
}
_DAYS = {
    "events": "the events of this day are no longer those of its root",
    "looks": "who looked at cases on this day is no longer what its root says",
    "root": "this root does not follow from the day before",
    "outside": "the roots in the database and outside of it differ",
}


async def verify(settings: Settings, kept: Path | None) -> bool:
    """`kept`: the file with the roots; None = the one that the worker writes. True when all is well."""
    keyring = Keyring.parse(settings.encryption_keys.get_secret_value(), settings.search_key.get_secret_value())
    outside = history_sink.read(kept or history_sink.path_of(settings.history_sink, settings.data_dir))
    async with database.connected(settings.database_url.get_secret_value()):
        findings = await _walk(settings, keyring)
        days = [found async for found in roots.differing(outside)]
    for finding in findings:
        console.print(_line(finding), markup=False, highlight=False)
    for day, what in days:
        console.print(f"{day.isoformat()}: {_DAYS[what]}", markup=False, highlight=False)
    _summarize(findings, days, len(outside))
    return not findings and not days


async def _walk(settings: Settings, keyring: Keyring) -> list[Finding]:
    total, unchained = await verifying.count()
    findings: list[Finding] = []
    columns = (TextColumn("{task.fields[what]}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("", total=total, what="events")
        async for batch in history_processes.batches(settings, keyring):
            findings += batch.findings
            progress.advance(task, batch.events)
        task = progress.add_task("", total=await verifying.count_looks(), what="looks")
        async for batch in verifying.looks(keyring):
            findings += batch.findings
            progress.advance(task, batch.events)
    if unchained:
        console.print(f"{unchained:,} events are from before there were chains: nothing proves them.")
    return sorted(findings, key=lambda finding: (finding.number, finding.ordinal))


def _line(finding: Finding) -> str:
    event = f", event {finding.event_id}" if finding.event_id else ""
    return f"case {finding.number}, entry {finding.ordinal}{event}: {_WORDS[finding.flaw]}"


def _summarize(findings: list[Finding], days: list[tuple[date, str]], outside: int) -> None:
    compared = f"{outside} days compared with the roots kept outside" if outside else "no roots kept outside were found"
    if findings or days:
        console.print(
            f"[red]The history was tampered with[/red]: {len(findings)} entries, {len(days)} days; {compared}."
        )
    else:
        console.print(f"[green]The history is as it was written[/green]; {compared}.")
