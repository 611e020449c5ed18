"""A resident's phone, and what becomes of what is sent to it."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from tortoise import connections
from tortoise.transactions import in_transaction

from backend import worker
from backend.notices import actions
from backend.notices.actions import News
from config.settings import Settings
from models import Notice, SubscriptionGrant
from tests.clock import TravellingClock
from tests.conftest import App
from tests.people import Person
from tests.simulator import Simulator

PROGRESS, APPOINTMENT, OUTCOME = "tmpl-progress", "tmpl-appointment", "tmpl-outcome"


@dataclass(frozen=True, slots=True)
class Phone:
    app: App
    simulator: Simulator
    name: str
    person: Person
    clock: TravellingClock

    async def tap(self, template_id: str, result: str = "accept", **how: Any) -> dict[str, Any]:
        """WeChat's event arrives before this returns. A thumb is not faster than once in a second."""
        self.clock.advance(seconds=1)
        return await self.simulator.tap(self.name, template_id, result, **how)

    async def report(self, **answers: str | int) -> dict[str, int]:
        """What the page says, with `_` for `-` in template ids; of a template it may say what tells nothing."""
        results = {key.replace("_", "-"): answer for key, answer in answers.items()}
        told = await self.person.post("/subscriptions", {"results": results, "scene": "after_submit"})
        assert told.status_code == 200, told.text
        granted: dict[str, int] = told.json()["granted"]
        return granted

    async def live_grants(self, template_id: str) -> int:
        """The page reports nothing and is told the number."""
        return (await self.report(**{template_id: "?"}))[template_id]

    async def told(
        self, kind: str, *, about: UUID | None = None, valid_until: datetime | None = None, **words: str
    ) -> UUID:
        """News for this resident, about a case or none, is stored and committed; the id of its notice."""
        news = News(UUID(self.person.id), kind, about, {"center": "陆城街道综治中心"} | words, valid_until)
        async with in_transaction():
            await actions.notify(self.app.ctx.deps, [news])
        notice = await Notice.filter(resident_id=self.person.id, kind=kind).order_by("-id").first()
        assert notice is not None
        return notice.id

    async def notify(self, kind: str, **words: str) -> None:
        """In the transaction that is open."""
        news = News(UUID(self.person.id), kind, None, {"center": "陆城街道综治中心"} | words)
        await actions.notify(self.app.ctx.deps, [news])

    async def outbox(self) -> list[dict[str, Any]]:
        return await self.simulator.outbox(self.name)

    async def grants_at_wechat(self, template_id: str) -> int:
        """By the simulator's own books."""
        books = (await self.simulator.http.get("/sim/consent", params={"name": self.name})).json()
        return int(books["grants"].get(template_id, 0))

    async def grants(self) -> list[SubscriptionGrant]:
        return await SubscriptionGrant.filter(resident_id=self.person.id).order_by("granted_at", "id")


async def outcome(notice_id: UUID) -> str:
    return (await Notice.get(id=notice_id)).delivery.value


async def work(settings: Settings, clock: TravellingClock) -> None:
    """The worker itself, until no job is left that is due."""
    await worker.work(settings, clock, asyncio.Event(), drain=True)


async def waiting_jobs(entrypoint: str) -> int:
    sql = "SELECT count(*) AS n FROM pgqueuer WHERE entrypoint = $1"
    return int((await connections.get("default").execute_query_dict(sql, [entrypoint]))[0]["n"])
