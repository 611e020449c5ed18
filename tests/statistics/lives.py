"""Cases that live at random: whatever the case flow allows may happen to them, over two years."""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from backend.core import rows
from backend.core.clock import SHANGHAI
from backend.disputes.actions import new_number
from models import ActorKind, Audience, Center, Dispute, Event, Source, Status
from models.base import uuid7
from tests.clock import START

_BEGIN = datetime(2025, 1, 3, 9, 30, tzinfo=SHANGHAI)
_CATEGORIES = ("property", "property_fees", "labour_wages", "neighbourhood", "traffic_injury")
_UNDONE = ("recovery_voided", "recovery_voided", "reopened")
_MODES = ("ordinary", "joint", "cloud", "commercial")


_BESIDE = ("note", "escalated", "agreement_effective", "recovered", "recovery_voided", "closed_for_good")
_BACK = ("received", "transfer_declined")
_LEADS_TO = {"mediation_started": Status.IN_MEDIATION, "reopened": Status.IN_MEDIATION}


@dataclass
class Life:
    chance: random.Random
    centers: list[UUID]
    case: Dispute
    at: datetime
    offered: UUID | None = None
    before: Status = Status.SUBMITTED
    events: list[Event] = field(default_factory=list)

    def step(self) -> None:
        """Sometimes nothing: then it stays as it is for good."""
        self.at += timedelta(hours=self.chance.uniform(1, 700))
        moves = {
            Status.SUBMITTED: ("accepted", "accepted", "accepted", "refused", "withdrawn", "transferred"),
            Status.ACCEPTED: ("mediation_started", "mediation_started", "transferred", "withdrawn", "escalated"),
            Status.IN_MEDIATION: ("agreed", "agreed", "agreed", "not_agreed", "withdrawn", "transferred", "note"),
            Status.AGREED: (
                "agreement_effective",
                "agreement_effective",
                "recovered",
                *2 * ("closed",),
                "reopened",
                "fulfilled",
            ),
            Status.NOT_AGREED: ("closed", "reopened"),
            Status.FULFILLED: ("closed", *_UNDONE),
            Status.CLOSED: ("reopened", "closed_for_good", "closed_for_good"),
            Status.TRANSFERRED: ("received", "received", "transfer_declined", "withdrawn"),
        }.get(Status(self.case.status), ())
        if moves and self.at < START:
            self.does(self.chance.choice(moves))

    def does(self, kind: str) -> None:
        data: dict[str, Any] = {}
        if kind == "transferred":
            self.offered, self.before = self.chance.choice(self.centers), Status(self.case.status)
        elif kind == "received":
            data["former_center_id"] = str(self.case.center_id)
            assert self.offered is not None
            self.case.center_id = self.offered
        elif kind == "mediation_started":
            self.case.mode = data["mode"] = self.chance.choice(_MODES)
        elif kind == "agreed":
            data = {
                "form": self.chance.choice(("oral", "written", "written")),
                "agreement_id": str(self.case.id),
                "total_fen": self.chance.randrange(10**6),
            }
        elif kind == "recovered":
            data = {"recovery_id": str(self.case.id), "amount_fen": self.chance.randrange(1, 10**5)}
        elif kind == "recovery_voided":
            data = {"recovery_id": str(self.case.id)}
        if kind not in _BESIDE:
            self.case.status = self.before if kind in _BACK else _LEADS_TO.get(kind) or Status(kind)
        self.events.append(self._event(kind, data))

    def _event(self, kind: str, data: dict[str, Any]) -> Event:
        return Event(
            id=uuid7(nanoseconds=int(self.at.timestamp() * 10**9)), dispute_id=self.case.id, kind=kind,
            audience=Audience.STAFF, at=self.at, status=self.case.status, actor_kind=ActorKind.SYSTEM, data=data,
        )  # fmt: skip


async def begin(chance: random.Random, count: int) -> list[Life]:
    centers = [center.id for center in await Center.filter(code__startswith="C420581").order_by("code").limit(6)]
    lives = []
    for _ in range(count):
        filed_at = _BEGIN + timedelta(hours=chance.uniform(0, 14_000))
        case = Dispute(
            id=uuid7(nanoseconds=int(filed_at.timestamp() * 10**9)), number=new_number(), status=Status.SUBMITTED,
            source=chance.choice((Source.WINDOW, Source.PHONE, Source.MINI_PROGRAM)), center_id=chance.choice(centers),
            category=chance.choice(_CATEGORIES), preferred_mode="onsite", amount_fen=chance.randrange(10**6),
            created_at=filed_at, updated_at=filed_at,
        )  # fmt: skip
        life = Life(chance, centers, case, filed_at)
        life.events.append(life._event("submitted", {}))
        lives.append(life)
    await rows.insert([life.case for life in lives])
    return lives


async def write(lives: list[Life]) -> None:
    """What has happened since the last time."""
    for life in lives:
        await rows.insert(life.events)
        life.events = []
        await life.case.save(update_fields=["status", "center_id", "mode"])
