"""A center that is always open, and people with cases there."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import httpx

from backend.accounts.tokens import new_token, token_hash
from backend.core.clock import SHANGHAI, SystemClock
from backend.core.crypto import Keyring
from models import AppointmentKind, Center, Dispute, Party, PartyKind, Purpose, Side, Staff, StaffSession, Status
from models.base import uuid7
from tests.appointments.calls import slot_at
from tests.concurrency.crowd import Caller, crowd
from tests.races.wire import Wire

PLACES = 10
ALWAYS = {
    "hours": [
        {"weekdays": ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"],
         "starts": "00:00", "ends": "23:59"}
    ],
    "kinds": {"onsite": {"minutes": 30, "capacity": PLACES}, "video": {"minutes": 30, "capacity": PLACES}},
    "mediation": {
        "onsite": {"minutes": 60, "buffer_minutes": 15, "minimum_notice_minutes": 240},
        "video": {"minutes": 45, "buffer_minutes": 10, "minimum_notice_minutes": 240},
    },
    "minimum_notice_minutes": 60,
    "horizon_days": 31,
}  # fmt: skip


@dataclass(frozen=True)
class Town:
    center: Center
    callers: list[Caller]
    keyring: Keyring

    def slot(self, number: int) -> str:
        """Half-hours of the window from the day after tomorrow on."""
        days, place = divmod(number, 40)
        return slot_at(str(self.center.id), _first_day() + timedelta(days=days, minutes=30 * place))

    def mediation(self, number: int, kind: AppointmentKind) -> str:
        minutes = {AppointmentKind.ONSITE: 75, AppointmentKind.VIDEO: 55}[kind]
        starts_at = _first_day() + timedelta(days=number // 8, minutes=minutes * (number % 8))
        return slot_at(str(self.center.id), starts_at, kind, Purpose.MEDIATION)

    @asynccontextmanager
    async def wires(self, port: int, count: int) -> AsyncIterator[list[tuple[Wire, Caller]]]:
        opened = [(Wire(port, each.person.token), each) for each in self.callers[:count]]
        try:
            yield opened
        finally:
            for wire, _ in opened:
                wire.close()


async def settle_town(size: int, keyring: Keyring) -> Town:
    """On a Tortoise that is open and seeded."""
    center = await Center.get(code="C420581001")
    center.opening = ALWAYS
    await center.save(update_fields=["opening"])
    async with httpx.AsyncClient() as nobody:
        callers = await crowd(nobody, SystemClock(), size, center)
    town = Town(center, callers, keyring)
    for party in await Party.filter(dispute_id__in=[each.dispute_id for each in callers]):
        party.name_sealed = keyring.seal("张三", "party", "name", party.id)
        await party.save(update_fields=["name_sealed"])
    return town


@asynccontextmanager
async def narrowed(town: Town, slots: int, places: int) -> AsyncIterator[None]:
    """The first day has but so many slots with so few places: it fills up, and people wait."""
    center, ends = town.center, f"{slots // 2:02}:{slots % 2 * 30:02}"
    first = {"date": _first_day().date().isoformat(), "hours": [{"starts": "00:00", "ends": ends}]}
    kinds = {kind: {"minutes": 30, "capacity": places} for kind in ("onsite", "video")}
    center.opening = ALWAYS | {"exceptions": [first], "kinds": kinds}
    await center.save(update_fields=["opening"])
    yield
    center.opening = ALWAYS
    await center.save(update_fields=["opening"])


async def give_mediators(town: Town, count: int) -> list[Staff]:
    """`count` of the callers' cases get a mediator, and the next caller as the other side."""
    known = await Staff.get(username="mediator")
    mediators = [known]
    for number in range(2):
        colleague = Staff(
            username=f"race-mediator-{number}", name="刘芳", role="mediator", center_id=town.center.id,
            password_hash=known.password_hash, created_at=known.created_at,
        )  # fmt: skip
        await colleague.save()
        mediators.append(colleague)
    for number, (one, other) in enumerate(zip(town.callers[:count], town.callers[1 : count + 1], strict=True)):
        await Dispute.filter(id=one.dispute_id).update(mediator_id=mediators[number % 3].id, status=Status.IN_MEDIATION)
        party_id = uuid7()
        _ = await Party.create(
            id=party_id, dispute_id=UUID(one.dispute_id), resident_id=UUID(other.person.id), side=Side.RESPONDENT,
            kind=PartyKind.PERSON, ordinal=1, name_sealed=town.keyring.seal("李四", "party", "name", party_id),
            name_hash="",
        )  # fmt: skip
    return mediators


async def staff_token(username: str) -> str:
    member, token, now = await Staff.get(username=username), new_token(), SystemClock().now()
    _ = await StaffSession.create(
        staff_id=member.id, token_hash=token_hash(token), created_at=now, expires_at=now + timedelta(days=1)
    )
    return token


def _first_day() -> datetime:
    today = SystemClock().now().astimezone(SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)
    return today + timedelta(days=2)
