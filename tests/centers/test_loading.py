"""Centers in memory follow the tables, by whatever way a row is written, and are the same as if read afresh."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest
from tortoise import connections

from backend.centers import loading
from backend.centers.index import LEVELS
from backend.centers.loading import Snapshot
from backend.core.catalog import Catalog
from backend.core.deps import CenterPoint
from backend.core.geo import to_wgs84
from models import Center, Organization, OrganizationKind, Residency
from tests.conftest import App

pytestmark = pytest.mark.usefixtures("centers")

LUCHENG = "C420581001"
HERE = to_wgs84(111.4779, 30.3788, "gcj02")


@dataclass(frozen=True)
class Sight:
    """What can be asked of a snapshot."""

    active: list[tuple[float, CenterPoint]]
    closed: list[tuple[float, CenterPoint]]
    for_a_category: list[tuple[float, CenterPoint]]
    special: list[tuple[float, CenterPoint]]
    in_the_county: set[str]
    queue: CenterPoint


def seen(snapshot: Snapshot) -> Sight:
    index = snapshot.centers
    return Sight(
        index.nearest(HERE, levels=LEVELS, category=None, limit=10_000),
        snapshot.retired.nearest(HERE, levels=LEVELS, category=None, limit=10_000),
        index.nearest(HERE, levels=LEVELS, category="medical", limit=10_000),
        index.specialists(HERE, category="medical", limit=10_000),
        {center.code for center in index.inside("420581", levels=LEVELS, category=None)},
        index.city_queue,
    )


async def sql(statement: str) -> None:
    await connections.get("default").execute_script(statement)


async def a_new_one() -> None:
    before = await Center.get(code=LUCHENG)
    new = {"code": "T1", "name": "新中心", "short_name": "新", "level": "village", "division_code": "420581001001"}
    await Center(**new, lon=before.lon, lat=30.4, updated_at=before.updated_at).save(force_create=True)


async def settled() -> None:
    body = Organization(kind=OrganizationKind.SPECIALISED_COMMITTEE, name="医调委", categories=["medical"])
    await body.save()
    center = await Center.get(code=LUCHENG)
    await Residency(organization_id=body.id, center_id=center.id, weekdays=["monday"]).save()


async def nobody_resident() -> None:
    await Residency.all().delete()


def row(assignment: str) -> Callable[[], Awaitable[None]]:
    return lambda: sql(f"UPDATE center SET {assignment} WHERE code = '{LUCHENG}'")  # noqa: S608


CHANGES: dict[str, list[Callable[[], Awaitable[None]]]] = {
    "nothing": [],
    "phone": [row("phone = '0717-4820001'")],
    "moved, then its system": [row("lon = 111.6"), row("crs = 'bd09'")],
    "listed": [row("""categories = '["medical"]'""")],
    "settled, then left": [settled, nobody_resident],
    "closed, then open again": [row("deactivated_at = now()"), row("deactivated_at = NULL")],
    "without a point": [row("lon = NULL"), row("lon = 111.4")],
    "another level and county": [row("level = 'county', division_code = '420502'")],
    "new, then deleted": [a_new_one, lambda: sql("DELETE FROM center WHERE code = 'T1'")],
    "another queue": [
        row("level = 'city', code = 'A'"),
        lambda: sql("UPDATE center SET level = 'township' WHERE code = 'A'"),
    ],
    "all at once": [lambda: sql("UPDATE center SET phone = '12348'")],
}


@pytest.mark.parametrize("steps", CHANGES.values(), ids=CHANGES.keys())
async def test_what_follows_is_what_would_be_read(app: App, steps: list[Callable[[], Awaitable[None]]]) -> None:
    catalog: Catalog = app.ctx.deps.catalog
    snapshot = await loading.load(catalog)
    for step in steps:
        earlier = seen(snapshot)
        before = snapshot
        await step()
        snapshot = await loading.follow(catalog, before)
        assert seen(snapshot) == seen(await loading.load(catalog)) != earlier
        assert seen(before) == earlier, "a snapshot never changes"
    assert seen(await loading.follow(catalog, snapshot)) == seen(snapshot)


async def test_more_than_are_taken_up_one_by_one(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "_MANY", 5)
    catalog: Catalog = app.ctx.deps.catalog
    snapshot = await loading.load(catalog)
    await sql("UPDATE center SET phone = '12348'")
    assert seen(await loading.follow(catalog, snapshot)) == seen(await loading.load(catalog))


async def test_whoever_is_resident_a_center_that_lists_nothing_serves_everything(app: App) -> None:
    catalog: Catalog = app.ctx.deps.catalog
    await settled()
    index = (await loading.load(catalog)).centers
    lucheng = index.by_code(LUCHENG)
    assert lucheng is not None
    assert index.serves(lucheng, "property")
    assert index.serves(lucheng, "medical")
    assert index.specialists(HERE, category="medical", limit=3)[0][1] is lucheng
    assert index.specialists(HERE, category="property", limit=3) == []


async def test_a_transaction_that_was_still_open_is_not_missed(app: App) -> None:
    """It began before the snapshot and commits after it, with a number older than the newest one seen."""
    catalog: Catalog = app.ctx.deps.catalog
    async with connections.get("default").acquire_connection() as slow:
        transaction = slow.transaction()
        await transaction.start()
        await slow.execute("UPDATE center SET phone = '0717-1' WHERE code = $1", LUCHENG)
        snapshot = await loading.load(catalog)
        await transaction.commit()
    followed = (await loading.follow(catalog, snapshot)).centers.by_code(LUCHENG)
    assert followed is not None
    assert followed.phone == "0717-1"
