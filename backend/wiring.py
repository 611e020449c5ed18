"""What every process hands to actions and queries: read from settings, catalog and database, and kept current."""

from dataclasses import replace
from datetime import timedelta
from typing import Any, NamedTuple

from backend.calendars import queries as calendars
from backend.centers import queries as centers
from backend.centers import routing_tables
from backend.core.catalog import Catalog
from backend.core.clock import Clock
from backend.core.crypto import Keyring
from backend.core.deps import Deps
from backend.core.quiet_hours import QuietHours
from config.catalog_files import read_catalog
from config.settings import Settings


class Version(NamedTuple):
    """Of what is kept in memory; read before what it stands for."""

    centers: object
    routing: object
    calendar: object


async def load_deps(settings: Settings, clock: Clock) -> Deps:
    """On a Tortoise that is open."""
    catalog = Catalog.parse(read_catalog())
    index, directory = await centers.load_centers(catalog)
    return Deps(
        clock=clock,
        keyring=Keyring.parse(settings.encryption_keys.get_secret_value(), settings.search_key.get_secret_value()),
        catalog=catalog,
        centers=index,
        divisions=await centers.load_divisions(),
        calendar=await calendars.load_calendar(),
        directory=directory,
        policies=await routing_tables.load_policies(),
        boundaries=await routing_tables.load_boundaries(),
        quiet_hours=QuietHours.parse(settings.quiet_hours),
        coalesce=timedelta(seconds=settings.coalesce_s),
    )


async def version() -> Version:
    return Version(await centers.index_version(), await routing_tables.revision(), await calendars.revision())


async def changes(deps: Deps, seen: Version, now: Version) -> dict[str, Any]:
    """The fields of `deps` that have to be other ones."""
    found: dict[str, Any] = {}
    if now.centers != seen.centers:
        index, directory = await centers.load_centers(deps.catalog, deps.centers)
        found |= {"centers": index, "directory": directory}
    if now.routing != seen.routing:
        policies, boundaries = await routing_tables.load_policies(), await routing_tables.load_boundaries()
        found |= {"policies": policies, "boundaries": boundaries}
    if now.calendar != seen.calendar:
        found["calendar"] = await calendars.load_calendar()
    return found


class CurrentDeps:
    """For a process without requests: read when first asked for, and anew what has changed since."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings, self._clock = settings, clock
        self._kept: tuple[Deps, Version] | None = None

    async def get(self) -> Deps:
        """With nobody touched yet. Raises NoCityQueueError while the database was never seeded."""
        now = await version()
        if self._kept is None:
            deps = await load_deps(self._settings, self._clock)
        else:
            deps, seen = self._kept
            deps = replace(deps, **await changes(deps, seen, now))
        self._kept = deps, now
        return replace(deps, touched=set())
