"""The operator's commands for other systems: who they are, what they may know, what they are told."""

# ruff: noqa: PLC0415
import asyncio
from collections.abc import Callable, Coroutine
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any

import typer

from backend import terminal
from config import logging
from config.settings import Settings

partner_app = typer.Typer(help="Other systems (docs/exchange.md): enter, test, pause, replay.", no_args_is_help=True)

Code = Annotated[str, typer.Argument(help="The partner's code, such as hotline-12345.")]
Name = Annotated[str, typer.Option(help="As people call it.")]
Url = Annotated[str, typer.Option(help="Where its events go; https in production.")]
Direction = Annotated[list[str], typer.Option("--direction", help="out: it is told. in: it may bring cases.")]
Category = Annotated[list[str] | None, typer.Option("--category", help="(default: all)")]
Area = Annotated[list[str] | None, typer.Option("--area", help="Code of a division. (default: all)")]
FieldBasis = Annotated[list[str] | None, typer.Option("--field", help="name=legal basis; what it gets of a case.")]
OwnCases = Annotated[bool, typer.Option("--only-own-cases", help="Told only of cases that it has brought.")]
Limit = Annotated[int, typer.Option(help="Calls in a second, each way; 0 = no limit.")]


def add_to(app: typer.Typer) -> None:
    app.add_typer(partner_app, name="partner")
    app.command("partner-simulator")(partner_simulator)


@partner_app.command("add")
def add(
    code: Code,
    *,
    name: Name,
    direction: Direction,
    url: Url = "",
    category: Category = None,
    area: Area = None,
    field: FieldBasis = None,
    only_own_cases: OwnCases = False,
    limit: Limit = 50,
) -> None:
    """Enter a partner and print its key, once."""
    _at_terminal(
        lambda at, settings: at.add(
            settings,
            at.Entered(code, name, url, direction, category or (), area or (), field or (), only_own_cases, limit),
        )
    )


@partner_app.command("change")
def change(
    code: Code,
    *,
    name: Name,
    direction: Direction,
    url: Url = "",
    category: Category = None,
    area: Area = None,
    field: FieldBasis = None,
    only_own_cases: OwnCases = False,
    limit: Limit = 50,
) -> None:
    """Say anew what a partner is and may know; its keys stay."""
    _at_terminal(
        lambda at, settings: at.change(
            settings,
            at.Entered(code, name, url, direction, category or (), area or (), field or (), only_own_cases, limit),
        )
    )


@partner_app.command("test")
def test(code: Code) -> None:
    """Send one signed event of no case and say what came back."""
    _at_terminal(lambda at, settings: at.test(settings, code))


@partner_app.command("rotate-key")
def rotate_key(code: Code) -> None:
    """Print a new key, once. The one before it stays valid until the next rotation."""
    _at_terminal(lambda at, settings: at.rotate_key(settings, code))


@partner_app.command("pause")
def pause(code: Code) -> None:
    """Send nothing to a partner and take nothing from it; what happens meanwhile waits."""
    _at_terminal(lambda at, settings: at.pause(settings, code))


@partner_app.command("resume")
def resume(code: Code) -> None:
    """Go on from where it was paused."""
    _at_terminal(lambda at, settings: at.resume(settings, code))


@partner_app.command("list")
def list_partners() -> None:
    """Every partner with what waits for it."""
    _at_terminal(lambda at, settings: at.listed(settings))


@partner_app.command("map")
def map_codes(
    code: Code,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV: kind,ours,theirs,way.")],
) -> None:
    """Put a file of code mappings in force, in place of all that the partner had."""
    _at_terminal(lambda at, settings: at.map_codes(settings, code, file.read_text(encoding="utf-8-sig")))


@partner_app.command("replay")
def replay(
    code: Code,
    since: Annotated[datetime | None, typer.Option(help="Everything from then on.")] = None,
    after: Annotated[int | None, typer.Option(min=0, help="Everything after this sequence.")] = None,
) -> None:
    """Send events again, with the ids they had."""
    _at_terminal(lambda at, settings: at.replay(settings, code, since, after))


@partner_app.command("dead-letters")
def dead_letters(
    code: Code,
    resend: Annotated[bool, typer.Option("--resend", help="Send all of them again.")] = False,
    skip: Annotated[bool, typer.Option("--skip", help="Let their cases go on without them.")] = False,
) -> None:
    """List what was given up; each holds up its case there."""
    _at_terminal(lambda at, settings: at.dead_letters(settings, code, resend=resend, skip=skip))


def partner_simulator(
    *,
    host: Annotated[str, typer.Option(help="0.0.0.0 lets other machines in; it has no passwords.")] = "127.0.0.1",
    port: Annotated[int | None, typer.Option(help="(default: HEJIE_PARTNER_SIMULATOR_PORT, 8009)")] = None,
    key: Annotated[list[str] | None, typer.Option("--key", help="As `partner add` printed it; up to two.")] = None,
    partner: Annotated[str, typer.Option(help="The code under which it brings cases.")] = "simulated-partner",
    hejie_url: Annotated[str, typer.Option(help="(default: Hejie on this machine)")] = "",
    connect: Annotated[bool, typer.Option("--connect", help="Enter it as a partner of this Hejie.")] = False,
) -> None:
    """A stand-in for another system. It takes events at /events and misbehaves as /sim tells it (docs/exchange.md)."""
    from backend.partner_simulator import server

    settings = terminal.load()
    if settings.is_production:
        terminal.refuse("The simulator of a partner has no place in production.")
    terminal.follow_supervisor()
    logging.configure(settings, "partner-simulator")
    own, hejie = f"http://{host}:{port or settings.partner_simulator_port}", f"http://127.0.0.1:{settings.port}"
    keys = tuple(key or ()) + (_connected(partner, own) if connect else ())
    typer.echo(f"Events: {own}/events · what came: {own}/sim/received")
    options = server.Options(keys, hejie_url or hejie, partner)
    server.run(host, port or settings.partner_simulator_port, options)


def _connected(code: str, url: str) -> tuple[str, ...]:
    with terminal.complete_settings("partner-simulator") as settings:
        from backend import partner_terminal

        return asyncio.run(partner_terminal.at(settings, partner_terminal.connect_simulator(settings, code, url)))


def _at_terminal(work: Callable[[ModuleType, Settings], Coroutine[Any, Any, str]]) -> None:
    with terminal.complete_settings("partner") as settings:
        from backend import partner_terminal

        try:
            told = asyncio.run(partner_terminal.at(settings, work(partner_terminal, settings)))
        except partner_terminal.REFUSALS as error:
            terminal.refuse(str(error))
    typer.echo(told)
