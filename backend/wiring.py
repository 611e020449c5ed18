"""What every process hands to actions and queries: read from settings, catalog and database, and kept current."""

from dataclasses import replace
from datetime import timedelta
from typing import Any, NamedTuple

from backend.calendars import queries as calendars
from backend.casework.schemas import refuse_unknown_fields
from backend.centers import loading, queries, routing_tables
from backend.centers.loading import Snapshot
from backend.core.catalog import Catalog
from backend.core.clock import Clock
from backend.core.crypto import Keyring
from backend.core.deps import Deps
from backend.core.quiet_hours import QuietHours
from backend.mediation.trtc import Trtc
from config.catalog_files import read_catalog
from config.settings import Settings


class Version(NamedTuple):
    """Of what is kept in memory; read before what it stands for."""

    centers: object
    routing: object
    calendar: object


class Kept(NamedTuple):
    """What the next look at the tables goes on from."""

    version: Version
    snapshot: Snapshot


async def load_deps(settings: Settings, clock: Clock) -> Deps:
    """On a Tortoise that is open. Raises ValueError for a catalog that contradicts itself."""
    deps, _ = await load(settings, clock)
    return deps


async def load(settings: Settings, clock: Clock) -> tuple[Deps, Kept]:
    """The same, to be kept current by `changes`."""
    now = await _version()
    catalog = Catalog.parse(read_catalog())
    refuse_unknown_fields(catalog)
    snapshot = await loading.load(catalog)
    deps = Deps(
        clock=clock,
        keyring=Keyring.parse(settings.encryption_keys.get_secret_value(), settings.search_key.get_secret_value()),
        catalog=catalog,
        centers=snapshot.centers,
        divisions=await queries.load_divisions(catalog),
        calendar=await calendars.load_calendar(),
        retired=snapshot.retired,
        policies=await routing_tables.load_policies(),
        boundaries=await routing_tables.load_boundaries(),
        quiet_hours=QuietHours.parse(settings.quiet_hours),
        coalesce=timedelta(seconds=settings.coalesce_s),
        video=_video(settings),
    )
    return deps, Kept(now, snapshot)


def _video(settings: Settings) -> Trtc | None:
    key = settings.trtc_secret_key.get_secret_value()
    return Trtc(settings.trtc_sdk_app_id, key) if key else None


async def changes(deps: Deps, kept: Kept) -> tuple[dict[str, Any], Kept]:
    """The fields of `deps` that have to be other ones, and what to keep instead."""
    found: dict[str, Any] = {}
    seen, snapshot, now = kept.version, kept.snapshot, await _version()
    if now.centers != seen.centers:
        snapshot = await loading.follow(deps.catalog, snapshot)
        found |= {"centers": snapshot.centers, "retired": snapshot.retired}
    if now.routing != seen.routing:
        policies, boundaries = await routing_tables.load_policies(), await routing_tables.load_boundaries()
        found |= {"policies": policies, "boundaries": boundaries}
    if now.calendar != seen.calendar:
        found["calendar"] = await calendars.load_calendar()
    return found, Kept(now, snapshot)


async def _version() -> Version:
    return Version(await loading.revision(), await routing_tables.revision(), await calendars.revision())


class CurrentDeps:
    """For a process without requests: read when first asked for, and anew what has changed since."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings, self._clock = settings, clock
        self._kept: tuple[Deps, Kept] | None = None

    async def get(self) -> Deps:
        """With nobody touched yet. Raises NoCityQueueError while the database was never seeded."""
        if self._kept is None:
            deps, kept = await load(self._settings, self._clock)
        else:
            deps, kept = self._kept
            found, kept = await changes(deps, kept)
            deps = replace(deps, **found)
        self._kept = deps, kept
        return replace(deps, touched=set())
