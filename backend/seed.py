"""What a database must hold before anybody can use it: the catalog's rows, and in development demo staff.

Loading again adds what is missing. What an operator changed since stays.
"""

import asyncio
from datetime import date
from typing import Any
from uuid import UUID

from argon2 import PasswordHasher
from tortoise import Tortoise, connections
from tortoise.expressions import Subquery
from tortoise.transactions import in_transaction

from backend.calendars import actions as calendars
from backend.calendars import importing
from backend.centers import actions as centers
from backend.centers import routing_tables
from backend.centers.drafts import division_path
from backend.core.catalog import Catalog
from backend.core.clock import Clock, SystemClock
from backend.core.divisions import DivisionDirectory, DivisionPoint, base_name
from config import catalog_files
from config.orm import tortoise_config
from config.settings import Settings
from models import (
    CalendarYear,
    Center,
    CenterLevel,
    Division,
    Organization,
    OrganizationKind,
    Role,
    RoutingPolicy,
    Staff,
)

_DEMO_PASSWORD = "hejie-demo"  # noqa: S105 - printed in the README; never loaded in production
_DEMO_CENTERS = {"": "420581001", "gezhouba-": "420502005", "xiaoting-": "420505"}
"""Prefix of the user names → division of the center they act for."""
_DEMO_NAMES = {Role.CLERK: "李敏", Role.MEDIATOR: "王建国", Role.DIRECTOR: "陈立新"}
_DEMO_CITY_NAMES = {Role.SUPERVISOR: "周文", Role.ADMIN: "系统管理员"}

_DEMO_ORGANIZATIONS = {
    "street": ("陆城街道党工委", OrganizationKind.PUBLIC_BODY),
    "community": ("陆城街道园林社区党委", OrganizationKind.PUBLIC_BODY),
    "park": ("猇亭工业园区民商事调解中心", OrganizationKind.COMMERCIAL_INSTITUTION),
}
"""By the user name of whoever acts for it."""
_DEMO_LICENCES: dict[str, dict[str, Any]] = {
    "park": {
        "licence_number": "鄂宜商调示范001",
        "licence_expires_on": date(2029, 4, 30),
        "level": CenterLevel.COUNTY,
        "division_code": "420505",
    }
}
_DEMO_EXPERTS = {
    "expert-law": ("周明（法律）", "law"),
    "expert-economics": ("吴静（经济）", "economics"),
    "expert-management": ("郑涛（经营管理）", "management"),
}
"""They belong to the park's institution."""

_LOCK = 0x68656A6965
"""Two processes that start at once load one after the other."""


def run(settings: Settings) -> None:
    """Connects by itself; for a process that does nothing else."""
    asyncio.run(load_into(settings))


async def load_into(settings: Settings) -> None:
    await Tortoise.init(config=tortoise_config(settings.database_url.get_secret_value(), 1))
    try:
        await load(demo=not settings.is_production)
    finally:
        await Tortoise.close_connections()


async def load(*, demo: bool, clock: Clock | None = None) -> None:
    """On a Tortoise that is open."""
    clock = clock or SystemClock()
    divisions = [_division(row) for row in catalog_files.read_divisions()]
    async with in_transaction():
        await connections.get("default").execute_query_dict("SELECT pg_advisory_xact_lock($1)", [_LOCK])
        await Division.bulk_create(
            divisions,
            on_conflict=["code"],
            update_fields=["name", "level", "parent_code", "lon_gcj02", "lat_gcj02"],
        )
        await _load_centers(DivisionDirectory(map(_named, divisions)), clock)
        await _load_policy(clock)
        await _load_calendar()
        if demo:
            await _load_demo_staff(clock)
            await _load_demo_associates(clock)


async def _load_centers(divisions: DivisionDirectory, clock: Clock) -> None:
    rows = [_center(row, divisions, clock) for row in catalog_files.read_centers()]
    await Center.bulk_create(rows, ignore_conflicts=True)
    equipped = Organization.filter(is_own_committee=True, center_id__isnull=False).values("center_id")
    await centers.equip(await Center.exclude(id__in=Subquery(equipped)), divisions, clock.now())


async def _load_policy(clock: Clock) -> None:
    if not await RoutingPolicy.exists():
        await routing_tables.activate(catalog_files.read_policy(), Catalog.parse(catalog_files.read_catalog()), clock)


async def _load_calendar() -> None:
    """Years that have a notice already are left alone: an operator may have loaded a later one."""
    known = {row.year for row in await CalendarYear.all()}
    for name, content in catalog_files.read_holidays():
        notice = importing.check(content)
        if notice.year not in known:
            await calendars.carry_out(notice, await calendars.plan(notice), name)


async def _load_demo_staff(clock: Clock) -> None:
    codes = dict(await Center.filter(division_code__in=_DEMO_CENTERS.values()).values_list("division_code", "id"))
    wanted: dict[str, tuple[Role, str, UUID | None]] = {
        f"{prefix}{role}": (role, name, codes[division])
        for prefix, division in _DEMO_CENTERS.items()
        for role, name in _DEMO_NAMES.items()
    }
    wanted |= {role.value: (role, name, None) for role, name in _DEMO_CITY_NAMES.items()}
    rows = {
        username: Staff(name=name, role=role, center_id=center) for username, (role, name, center) in wanted.items()
    }
    await _add_staff(rows, clock)


async def _load_demo_associates(clock: Clock) -> None:
    names = [name for name, _ in _DEMO_ORGANIZATIONS.values()]
    found = {row.name: row.id for row in await Organization.filter(name__in=names)}
    missing = [
        Organization(name=name, kind=kind, code=f"demo-{username}", **_DEMO_LICENCES.get(username, {}))
        for username, (name, kind) in _DEMO_ORGANIZATIONS.items()
        if name not in found
    ]
    for organization in missing:
        await organization.save(force_create=True)
        found[organization.name] = organization.id
    wanted = {
        username: Staff(name=f"{name}联络员", role=Role.ORGANIZATION, organization_id=found[name])
        for username, (name, _) in _DEMO_ORGANIZATIONS.items()
    }
    institution = found[_DEMO_ORGANIZATIONS["park"][0]]
    wanted |= {
        username: Staff(name=name, role=Role.EXPERT, organization_id=institution, expertise=[expertise])
        for username, (name, expertise) in _DEMO_EXPERTS.items()
    }
    await _add_staff(wanted, clock)


async def _add_staff(wanted: dict[str, Staff], clock: Clock) -> None:
    """Those whose user names are not taken."""
    missing = wanted.keys() - set(await Staff.filter(username__in=wanted).values_list("username", flat=True))
    if not missing:
        return
    password_hash = PasswordHasher().hash(_DEMO_PASSWORD)  # one for all: a hash is slow on purpose
    for username in missing:
        staff = wanted[username]
        staff.username, staff.password_hash, staff.created_at = username, password_hash, clock.now()
    await Staff.bulk_create(wanted[username] for username in sorted(missing))


def _division(row: dict[str, str]) -> Division:
    return Division(
        code=row["code"],
        name=row["name"],
        level=row["level"],
        parent_code=row["parent_code"] or None,
        lon_gcj02=float(row["lon_gcj02"]) if row["lon_gcj02"] else None,
        lat_gcj02=float(row["lat_gcj02"]) if row["lat_gcj02"] else None,
    )


def _named(row: Division) -> DivisionPoint:
    return DivisionPoint(row.code, row.name, row.level, row.parent_code, point=None)


def _center(row: dict[str, str], divisions: DivisionDirectory, clock: Clock) -> Center:
    return Center(
        code=row["code"],
        name=row["name"],
        short_name="".join(base_name(unit) for unit in division_path(row["division_code"], divisions)),
        level=CenterLevel(row["level"]),
        division_code=row["division_code"],
        address=row["address"],
        phone=row["phone"],
        lon=float(row["lon"]),
        lat=float(row["lat"]),
        crs=row["crs"],
        placeholder=row["placeholder"] == "true",
        updated_at=clock.now(),
    )
