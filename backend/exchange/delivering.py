"""One partner's events on their way: several cases at once, each in its order, and nobody else waits for it.

An event that went out and was not written down goes out again with the same id: at least once, and the receiver knows
it again. A partner that answers nobody is asked with one case at a time until it is there again.
"""

import asyncio
import random
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Protocol
from uuid import UUID

import structlog

from backend.core.catalog import Catalog
from backend.core.clock import Clock
from backend.core.crypto import Keyring
from backend.exchange import answers, book, keys, mapping, outbox, scope, signing
from backend.exchange.answers import Answer, Judged, NoAnswerError, Verdict
from backend.exchange.book import Failure, Lane, Round
from backend.exchange.payload import CONTENT_TYPE, Envelope, Facts, Writer
from backend.exchange.signing import Message
from models import Partner

log = structlog.get_logger("hejie.exchange")

_WRITE_EVERY_S: Final = 0.05
_LOOK_EVERY_S: Final = 0.5
_ANY_TIME: Final = timedelta(days=3650)
"""Whoever is away is asked with the case that is due first, even before it is."""
_END_WITHIN_S: Final = 2.0
_ROUND_S: Final = 1.0
"""Then what was acknowledged is written down, and the case waits its turn again."""
_FOR_EACH_PLACE: Final = 4
"""Cases at hand for each that is being told: the next one is there when a place is free."""


class Courier(Protocol):
    async def send(self, url: str, headers: dict[str, str], body: bytes) -> Answer:
        """Raises NoAnswerError."""
        ...


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds, where nothing else is said."""

    at_once: int = 10
    first_pause: float = 1.0
    longest_pause: float = 3600.0
    longest_probe: float = 60.0
    away_after: int = 5
    """Failures in a row, with nothing delivered between them."""
    give_up_after: timedelta = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Tools:
    """What sending needs of the process that does it. `source`: the CloudEvents source of what goes out."""

    clock: Clock
    catalog: Catalog
    keyring: Keyring
    source: str
    pace: Pace


def pause(pace: Pace, attempts: int, longest: float) -> float:
    """Between half of it and all: those that failed together do not come back together."""
    return min(pace.first_pause * 2.0 ** min(attempts, 30), longest) * random.uniform(0.5, 1.0)  # noqa: S311 - no secret


class Desk:
    """Works for one partner, which no other process works for at the same time."""

    def __init__(self, tools: Tools, courier: Courier, partner_id: UUID) -> None:
        self._tools, self._courier, self._partner_id = tools, courier, partner_id
        self._waiting: asyncio.Queue[Lane | None] = asyncio.Queue()
        self._in_hand: set[UUID] = set()
        self._finished: list[Round] = []
        self._failures = 0
        self._is_back = False
        self._probe_at = 0.0
        self._turn_at = 0.0
        self._partner = Partner()
        self._secrets: list[str] = []
        self._writer: Writer | None = None

    async def run(self, stopping: asyncio.Event) -> None:
        """Until the partner is not to be told any more, or `stopping`; what is under way is written down then."""
        self._stopping = stopping
        carriers: list[asyncio.Task[None]] = []
        try:
            look_at, is_more = 0.0, False
            while not stopping.is_set():
                if (now := asyncio.get_running_loop().time()) >= look_at:
                    if (has_news := await self._look()) is None:
                        break
                    look_at, is_more = now + _LOOK_EVERY_S, is_more or has_news
                    carriers = carriers or [asyncio.create_task(self._carry()) for _ in range(self._tools.pace.at_once)]
                if await self._write_down() or is_more:
                    is_more = await self._take_more()
                _raise_what_ended(carriers)
                await asyncio.sleep(_WRITE_EVERY_S)
        finally:
            self._put_back()
            await self._end(carriers)
            await self._write_down()

    async def _end(self, carriers: list[asyncio.Task[None]]) -> None:
        """What is under way gets a moment to come to an end."""
        for _ in carriers:
            self._waiting.put_nowait(None)
        if carriers:
            _, cut_off = await asyncio.wait(carriers, timeout=_END_WITHIN_S)
            for carrier in cut_off:
                carrier.cancel()
            await asyncio.gather(*carriers, return_exceptions=True)

    @property
    def _is_away(self) -> bool:
        return self._failures >= self._tools.pace.away_after

    async def _look(self) -> bool | None:
        """Whether there is something to do; None: it is not to be told any more. What commands may have changed is read
        anew before anything is sent."""
        has_news = await outbox.has_news(self._partner_id, self._tools.clock.now())
        if has_news is None or not (has_news or self._in_hand or self._is_away):
            return has_news
        partner = await Partner.get(id=self._partner_id)
        tools = self._tools
        self._partner = partner
        self._secrets = await keys.valid_secrets(tools.keyring, partner.id)
        codes = await mapping.load(partner.id)
        self._writer = Writer(tools.catalog, tools.keyring, codes, partner.may_know, tools.source)
        while (await outbox.gather(tools.catalog, partner, tools.clock.now())).looked_at == outbox.AT_ONCE:
            await self._write_down()
            await self._take_more()
        return True

    async def _take_more(self) -> bool:
        """Whether there may be more than there was room for."""
        at_once, now = self._tools.pace.at_once, self._tools.clock.now()
        limit = at_once * _FOR_EACH_PLACE - self._waiting.qsize()
        if self._is_away:
            if self._in_hand or asyncio.get_running_loop().time() < self._probe_at:
                return False
            limit, now = 1, now + _ANY_TIME
        elif limit < at_once * _FOR_EACH_PLACE // 2:
            return True
        assert self._writer is not None
        lanes = await book.take(
            scope.values(self._tools.catalog, self._partner),
            now,
            but=self._in_hand,
            limit=limit,
            with_parties=self._writer.wants_parties,
        )
        for lane in lanes:
            self._in_hand.add(lane.id)
            self._waiting.put_nowait(lane)
        return len(lanes) == limit

    async def _write_down(self) -> bool:
        """Whether there was anything."""
        rounds, self._finished = self._finished, []
        is_back, self._is_back = self._is_back, False
        if rounds or is_back:
            await book.write_down(self._partner_id, rounds, self._tools.clock.now(), call_back=is_back)
            self._in_hand.difference_update(each.lane.id for each in rounds)
        return bool(rounds) or is_back

    async def _carry(self) -> None:
        time = asyncio.get_running_loop().time
        while (lane := await self._waiting.get()) is not None:
            round_, until = Round(lane), time() + _ROUND_S
            try:
                for facts in lane.waiting:
                    if self._stopping.is_set() or time() > until or not await self._tell(round_, facts):
                        break
            finally:
                self._finished.append(round_)
            if self._is_away:
                self._put_back()

    def _put_back(self) -> None:
        """Nothing was tried of these."""
        while not self._waiting.empty():
            if (lane := self._waiting.get_nowait()) is not None:
                self._in_hand.discard(lane.id)

    async def _tell(self, round_: Round, facts: Facts) -> bool:
        """Whether the next event of the case may follow."""
        envelope = self._written(round_, facts)
        if envelope is None:
            return False
        message = Message(str(facts.event_id), self._tools.clock.now(), envelope.body)
        headers = signing.headers(message, self._secrets) | {"content-type": CONTENT_TYPE}
        await self._await_turn()
        try:
            answer = await self._courier.send(self._partner.url, headers, envelope.body)
            judged = answers.judge(answer, message.id)
        except NoAnswerError as error:
            judged = Judged(Verdict.LATER, str(error))
        if judged.verdict is Verdict.LATER:
            self._note_failure(round_, facts, judged)
            return False
        self._note_presence()
        if judged.verdict is Verdict.REFUSED:
            round_.failure = Failure(facts, judged.problem, None)
            return False
        round_.delivered.append(facts.id)
        return True

    def _written(self, round_: Round, facts: Facts) -> Envelope | None:
        """What cannot be written holds up its own case and no other."""
        assert self._writer is not None
        try:
            envelope = self._writer.write(facts, round_.lane.parties)
        except Exception:
            log.exception("event_not_written", event_id=str(facts.event_id))
            self._put_off(round_, facts, Judged(Verdict.LATER, "could not be written; the log says why"))
            return None
        round_.unknown.update(envelope.unknown)
        return envelope

    def _note_presence(self) -> None:
        if self._is_away:
            self._is_back = True
            log.info("partner_is_back", partner=self._partner.code)
        self._failures = 0

    def _note_failure(self, round_: Round, facts: Facts, judged: Judged) -> None:
        pace = self._tools.pace
        self._failures += 1
        if self._failures == pace.away_after:
            log.warning("partner_is_away", partner=self._partner.code, problem=judged.problem)
        probes = max(self._failures - pace.away_after, 0)
        self._probe_at = asyncio.get_running_loop().time() + pause(pace, probes, pace.longest_probe)
        self._put_off(round_, facts, judged)

    def _put_off(self, round_: Round, facts: Facts, judged: Judged) -> None:
        """Until later, or for good when it has failed for days."""
        pace, now, since = self._tools.pace, self._tools.clock.now(), round_.lane.failing_since
        if since is not None and not round_.delivered and now - since >= pace.give_up_after:
            round_.failure = Failure(facts, judged.problem, None)
            log.warning("outgoing_event_dead", partner=self._partner.code, event_id=str(facts.event_id))
            return
        attempts = 0 if round_.delivered else round_.lane.attempts
        wait_s = max(pause(pace, attempts, pace.longest_pause), judged.retry_s)
        round_.failure = Failure(facts, judged.problem, now + timedelta(seconds=wait_s))

    async def _await_turn(self) -> None:
        """So many in a second as the partner has asked for."""
        if not self._partner.limit_per_s:
            return
        now = asyncio.get_running_loop().time()
        self._turn_at = max(self._turn_at, now) + 1 / self._partner.limit_per_s
        if (wait_s := self._turn_at - now - 1 / self._partner.limit_per_s) > 0:
            await asyncio.sleep(wait_s)


def _raise_what_ended(carriers: list[asyncio.Task[None]]) -> None:
    for carrier in carriers:
        if carrier.done():
            carrier.result()
