"""Policies and outlines in the tables: activated, followed by the running process, explained, rolled back."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from backend.centers import routing_tables
from backend.centers.routing_tables import County, PolicyMomentError
from backend.core import policies
from backend.core.policies import PolicyFileError
from backend.disputes import rehearsal
from config import catalog_files
from models import Center, CountyBoundary, Dispute, RoutingPolicy
from tests.clock import TravellingClock
from tests.conftest import App
from tests.people import LUCHENG, People, file_dispute
from tests.server_time import eventually

JURISDICTION = (catalog_files.FOLDER / "routing" / "jurisdiction.toml").read_text(encoding="utf-8")
CATEGORIES = 'way = "speciality"\ncenters = ["C420502"]\ncategories = '


@pytest.fixture
async def rules(app: App, client: httpx.AsyncClient) -> AsyncIterator[None]:
    await followed(app)  # outlines that another test took away are only gone when the process has noticed
    yield
    await RoutingPolicy.filter(version__gt=1).delete()
    await CountyBoundary.all().delete()
    await followed(app)


async def followed(app: App) -> None:
    """The process looks for changes by itself."""
    kept = await routing_tables.load_policies()

    async def has_followed() -> bool:
        deps = app.ctx.deps
        return bool(await CountyBoundary.all().count() == len(deps.boundaries) and deps.policies == kept)

    await eventually(has_followed, within_s=10)


async def west_of_lucheng_is_another_county(clock: TravellingClock) -> None:
    """As if 陆城 lay in 猇亭区: its own centers are across a border drawn west of it."""
    box = [(111.40, 30.30), (111.60, 30.30), (111.60, 30.60), (111.40, 30.60), (111.40, 30.30)]
    await routing_tables.put_boundaries([County("420505", "猇亭区", ([box],))], "test", clock.now())


async def test_the_catalogs_policy_is_version_one(app: App) -> None:
    (row,) = await RoutingPolicy.all()
    assert (row.version, row.text) == (1, catalog_files.read_policy())
    assert [policy.version for policy in app.ctx.deps.policies.versions] == [1]


async def test_activated_followed_and_rolled_back(
    app: App, rules: None, people: People, clock: TravellingClock
) -> None:
    await west_of_lucheng_is_another_county(clock)
    await followed(app)
    lin = await people.resident("lin")
    question = {"category": "property", "location": LUCHENG}

    before = (await lin.post("/routing/preview", question)).json()
    assert (before["policy"], before["needs_confirmation"]) == ("nearest", True)
    assert before["center"]["name"] == "宜都市陆城街道综治中心"
    names = [candidate["center"]["name"] for candidate in before["candidates"]]
    assert any(name.startswith("猇亭区") for name in names)

    policy = await routing_tables.activate(JURISDICTION, app.ctx.deps.catalog, clock)
    assert policy.version == 2
    await followed(app)
    after = (await lin.post("/routing/preview", question)).json()
    assert (after["policy"], after["needs_confirmation"]) == ("jurisdiction", True)
    assert after["center"]["name"].startswith("猇亭区")
    assert "猇亭区" in after["reason"]

    gone, standing = await routing_tables.roll_back(clock)
    assert (gone.version, standing.version) == (2, 1)
    await followed(app)
    assert (await lin.post("/routing/preview", question)).json() == before
    with pytest.raises(PolicyMomentError):
        await routing_tables.roll_back(clock)
    assert [row.version for row in await routing_tables.history()] == [2, 1]


async def test_the_filing_keeps_the_explanation_and_staff_read_it(
    app: App, rules: None, people: People, clock: TravellingClock
) -> None:
    await west_of_lucheng_is_another_county(clock)
    await followed(app)
    lin = await people.resident("lin")
    filed = await file_dispute(lin)
    clerk = await people.staff("clerk")
    case = (await clerk.get(f"/disputes/{filed['id']}")).json()
    assert case["route_comparison"].startswith("最近的是宜都市陆城街道综治中心，按辖区是猇亭区")
    route = case["route"]
    assert (route["policy"], route["rule"], route["policy_version"]) == ("nearest", "default", 1)
    assert route["input"] == {"kind": "point", "crs": "gcj02", "accuracy_m": None}
    assert (route["county"], "ways_differ" in route["doubts"]) == ("420505", True)

    other = route["jurisdiction_center_id"]
    chosen = await file_dispute(lin, center_id=other)
    kept = (await Dispute.get(id=chosen["id"])).route
    assert (kept["center_id"], kept["chosen_by_resident"]) == (other, True)
    assert kept["proposed_center_id"] == route["center_id"]


async def test_takes_effect_on_its_day(app: App, rules: None, clock: TravellingClock) -> None:
    tomorrow = clock.now() + timedelta(days=1)
    planned = f"effective_from = {tomorrow.isoformat()}\n{JURISDICTION}"
    await routing_tables.activate(planned, app.ctx.deps.catalog, clock)
    book = await routing_tables.load_policies()
    assert book.in_force(clock.now()).version == 1
    assert book.in_force(tomorrow).version == 2
    with pytest.raises(PolicyMomentError, match="over"):
        await routing_tables.activate(
            f"effective_from = 2020-01-01T00:00:00+08:00\n{JURISDICTION}", app.ctx.deps.catalog, clock
        )


async def test_inactive_centers_are_refused_with_their_line(app: App, rules: None, clock: TravellingClock) -> None:
    text = f'{JURISDICTION}\n[[rules]]\nid = "fees"\n{CATEGORIES}["property_fees"]\n'
    await routing_tables.activate(text, app.ctx.deps.catalog, clock)
    await Center.filter(code="C420502").update(deactivated_at=clock.now())
    try:
        with pytest.raises(PolicyFileError) as caught:
            await routing_tables.activate(text, app.ctx.deps.catalog, clock)
    finally:
        await Center.filter(code="C420502").update(deactivated_at=None)
    (problem,) = caught.value.problems
    assert text.splitlines()[problem.line - 1] == 'centers = ["C420502"]'
    assert "not active" in problem.message


async def test_rehearsed_on_past_filings(app: App, rules: None, people: People, clock: TravellingClock) -> None:
    lin = await people.resident("lin")
    fees, other = await file_dispute(lin, category="property_fees"), await file_dispute(lin, category="other")
    township = {"division_code": "420581001"}
    await file_dispute(lin, category="property_fees", location=township)
    text = f'name = "试"\nway = "nearest"\n[[rules]]\nid = "fees"\n{CATEGORIES}["property_fees"]\n'
    deps, told = app.ctx.deps, list[int]()

    policy = policies.ready(policies.check(text, deps.catalog, await routing_tables.active_by_code()), 0, None)
    found = await rehearsal.rehearse(deps, policy, 100, told.append)
    assert (found.seen, found.unplaced, sum(told), await rehearsal.count(2)) == (3, 0, 3, 2)
    moved: dict[str, Any] = {change.number: change.after.center.code for change in found.changes if change.moves}
    assert moved[fees["number"]] == "C420502"
    assert other["number"] not in moved
    assert len(moved) == 2
