"""对账 by itself: once a day, each partner's list of cases beside ours (docs/exchange.md).

Whoever works for a partner does it, and nobody else works for that one (exchange_office.py): once a day however many
workers there are, and a partner that does not answer keeps nobody else waiting.
"""

import asyncio
from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import UUID

import httpx
import structlog

from backend import partner_lists
from backend.core.clock import SHANGHAI, Clock, local
from backend.core.deps import Deps
from backend.exchange import reconciling
from backend.partner_lists import ListError
from backend.wiring import CurrentDeps
from models import Partner, Reconciliation, ReconciliationWay

log = structlog.get_logger("hejie.exchange")

_LOOK_EVERY_S: Final = 0.25
AGAIN_AFTER: Final = tuple(timedelta(minutes=minutes) for minutes in (5, 15, 40, 60, 120))
"""Where the list cannot be had: four hours in all, so that the report is there before people come to work."""


class Daily:
    """For one partner, which is nobody else's meanwhile. `at`: time of the day in Yichang."""

    def __init__(self, clock: Clock, current: CurrentDeps, partner_id: UUID, at: time) -> None:
        self._clock, self._current, self._partner_id, self._at = clock, current, partner_id, at
        self._done_for: date | None = None
        self._tries = 0
        self._not_before: datetime | None = None

    async def run(self) -> None:
        """Until cancelled: a comparison that is cut off leaves nothing, and is made again."""
        async with partner_lists.client() as http:
            while True:
                if (moment := self._due()) is not None and await self._is_open(moment):
                    await self._try(http)
                await asyncio.sleep(_LOOK_EVERY_S)

    def _due(self) -> datetime | None:
        """Today's moment, where it has come and nothing is known to have been done since."""
        now = self._clock.now()
        today = local(now).date()
        moment = datetime.combine(today, self._at, SHANGHAI)
        is_early = now < moment or (self._not_before is not None and now < self._not_before)
        return None if is_early or self._done_for == today else moment

    async def _is_open(self, moment: datetime) -> bool:
        """Not on the day on which it was entered, nor where somebody has done it since."""
        partner = await Partner.get_or_none(id=self._partner_id)
        if partner is None or partner.paused_at is not None:
            return False
        fetched = Reconciliation.filter(partner_id=partner.id, way=ReconciliationWay.FETCHED)
        latest = await fetched.order_by("-id").first()
        if partner.url and partner.since <= moment and (latest is None or latest.started_at < moment):
            return True
        self._be_done(moment)
        return False

    async def _try(self, http: httpx.AsyncClient) -> None:
        """What cannot be had is tried again, and in the end reported as not compared."""
        now, deps = self._clock.now(), await self._current.get()
        partner = await Partner.get(id=self._partner_id)
        try:
            run = await partner_lists.fetch_and_compare(deps, partner, http)
        except ListError as error:
            await self._put_off(deps, partner, str(error), now)
        except Exception:
            log.exception("comparison_failed", partner=partner.code)
            await self._put_off(deps, partner, "our own error; the log says why", now)
        else:
            log.info("reconciled", partner=partner.code, moving=run.moving, **run.by_kind)
            self._be_done(now)

    async def _put_off(self, deps: Deps, partner: Partner, problem: str, now: datetime) -> None:
        if self._tries < len(AGAIN_AFTER):
            self._not_before = now + AGAIN_AFTER[self._tries]
            self._tries += 1
            return
        log.warning("not_reconciled", partner=partner.code, problem=problem)
        _ = await reconciling.failed(deps, partner, problem)
        self._be_done(now)

    def _be_done(self, moment: datetime) -> None:
        self._done_for, self._tries, self._not_before = local(moment).date(), 0, None
