"""The room of a case over open sockets. All sockets of one process share one reader for each room, which reads what is
new after its cursor and hands each message on, written out once. Redis only says that there is news; while it is
away, rooms look by themselves, so that nothing is lost."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from uuid import UUID

import structlog
from sanic import Websocket
from sanic.exceptions import WebsocketClosed
from tortoise.exceptions import BaseORMException, IntegrityError
from tortoise.transactions import in_transaction
from websockets.exceptions import ConnectionClosed

from backend.accounts.actors import Actor
from backend.casework import conversation
from backend.core.deps import Deps
from backend.core.errors import HejieError, NotFoundError
from backend.core.mediation_rules import StandingKind
from backend.disputes import history
from backend.mediation import acts, room_reading, talks
from backend.mediation.access import Standing
from backend.mediation.room_reading import Veiled, Written
from backend.mediation.talk_schemas import JOINT, SocketMessageIn
from backend.web import fields
from backend.web.live import Newsroom
from backend.web.sockets import Request, first_token

log = structlog.get_logger("hejie.rooms")

_BAD_TOKEN, _NOT_THEIRS, _TRY_AGAIN = 4401, 4404, 1013
_LOOK_S = 3.0
"""How often a room looks by itself, without Redis having said anything; and for what is not to be shown any more."""
_KNOWN_FOR_S = 25.0
"""How long a session and a standing are taken for granted while nothing has moved in the case."""
_UNREAD_AT_MOST = 1000
"""Lines that a socket may be behind before it is asked to come again."""

Find = Callable[[Deps, str], Awaitable[Actor]]


@dataclass(eq=False, slots=True)
class Seat:
    """One open socket."""

    find: Find
    token: str
    actor: Actor
    standing: Standing
    lines: asyncio.Queue[str | int] = field(default_factory=lambda: asyncio.Queue(_UNREAD_AT_MOST))
    """What to send; a number is the code to close with."""

    def put(self, line: str | int) -> None:
        try:
            self.lines.put_nowait(line)
        except asyncio.QueueFull:
            self.lines.get_nowait()
            self.lines.put_nowait(_TRY_AGAIN)


async def _sit(deps: Deps, find: Find, token: str, dispute_id: UUID) -> tuple[Actor, Standing]:
    """Raises the 401 that fits, NotFoundError for who has no place in it."""
    actor = await find(deps, token)
    standing = await acts.standing(actor, dispute_id)
    if standing.kind not in (StandingKind.PARTY, StandingKind.MEDIATOR):
        raise NotFoundError
    return actor, standing


class Room:
    """Lives while somebody of this process sits in it."""

    def __init__(self, deps: Callable[[], Deps], newsroom: Newsroom, dispute_id: UUID) -> None:
        self._deps, self._newsroom, self._dispute_id = deps, newsroom, dispute_id
        self._seats: set[Seat] = set()
        self._cursor: dict[UUID, int] = {}
        self._owners: dict[UUID, UUID | None] = {}
        self._hidden: dict[UUID, Veiled] = {}
        self._opening = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None

    async def enter(self, seat: Seat) -> None:
        """The first line that the seat gets says from where on it hears everything."""
        async with self._opening:
            if self._task is None:
                self._cursor, self._owners = await room_reading.reached(self._dispute_id)
                self._hidden = await room_reading.hidden(self._deps(), self._dispute_id)
                self._task = asyncio.create_task(self._run())
        heard = {
            str(party_id) if party_id else JOINT: self._cursor[channel]
            for channel, party_id in self._owners.items()
            if room_reading.hears(seat.standing, party_id)
        }
        self._seats.add(seat)
        seat.put(json.dumps({"type": "ready", "after": {JOINT: 0} | heard}))

    async def leave(self, seat: Seat) -> bool:
        """Whether it was the last one."""
        self._seats.discard(seat)
        async with self._opening:
            if self._seats or self._task is None:
                return not self._seats
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None
        return True

    async def _run(self) -> None:
        said_in, case = talks.room(self._dispute_id), history.of_case(self._dispute_id)
        said, moved = self._newsroom.enter([said_in, case]), self._newsroom.enter([case])
        try:
            known_at = checked_at = time.monotonic()
            while True:
                with suppress(TimeoutError):
                    await asyncio.wait_for(said.wait(), _LOOK_S)
                said.clear()
                if time.monotonic() - checked_at >= _LOOK_S:
                    checked_at = time.monotonic()
                    await self._attempt(self._take_back())
                if moved.is_set() or time.monotonic() - known_at > _KNOWN_FOR_S:
                    moved.clear()
                    known_at = time.monotonic()
                    await self._attempt(self._look_who_sits())
                await self._attempt(self._deliver())
        finally:
            self._newsroom.leave([said_in, case], said)
            self._newsroom.leave([case], moved)

    async def _attempt(self, step: Awaitable[None]) -> None:
        try:
            await step
        except (BaseORMException, OSError):
            log.warning("room_interrupted", exc_info=True)

    async def _look_who_sits(self) -> None:
        for seat in list(self._seats):
            try:
                seat.actor, seat.standing = await _sit(self._deps(), seat.find, seat.token, self._dispute_id)
            except HejieError as error:
                self._seats.discard(seat)
                seat.put(_NOT_THEIRS if isinstance(error, NotFoundError) else _BAD_TOKEN)

    async def _deliver(self) -> None:
        more = True
        while more:
            written, more = await room_reading.news(self._deps(), self._dispute_id, self._cursor)
            for each in written:
                self._hand_on(each)

    def _hand_on(self, written: Written) -> None:
        self._cursor[written.channel_id], self._owners[written.channel_id] = written.seq, written.party_id
        veiled = self._hidden.get(written.id)
        for seat in self._seats:
            if room_reading.hears(seat.standing, written.party_id):
                is_veiled = veiled and veiled.is_kept_from(seat.actor, seat.standing)
                seat.put(veiled.line if veiled and is_veiled else written.line)

    async def _take_back(self) -> None:
        """What has been found unfit since is taken off the screens; what was released is shown again."""
        before, self._hidden = self._hidden, await room_reading.hidden(self._deps(), self._dispute_id)
        news = [(each, each.line) for key, each in self._hidden.items() if key not in before]
        news += [(each, each.written) for key, each in before.items() if key not in self._hidden]
        for veiled, line in news:
            for seat in self._seats:
                if veiled.is_kept_from(seat.actor, seat.standing):
                    seat.put(line)


class Rooms:
    """Those of this process."""

    def __init__(self, deps: Callable[[], Deps], newsroom: Newsroom) -> None:
        self._deps, self._newsroom = deps, newsroom
        self._open: dict[UUID, Room] = {}

    async def enter(self, dispute_id: UUID, seat: Seat) -> Room:
        room = self._open.setdefault(dispute_id, Room(self._deps, self._newsroom, dispute_id))
        await room.enter(seat)
        return room

    async def leave(self, dispute_id: UUID, room: Room, seat: Seat) -> None:
        if await room.leave(seat) and self._open.get(dispute_id) is room:
            del self._open[dispute_id]


async def serve(request: Request, socket: Websocket, find: Find, dispute_id: str) -> None:
    """Until either side ends it; closes with 4401 for a bad token, 4404 for a case that is not theirs."""
    deps: Deps = request.app.ctx.deps
    code = 1000
    try:
        token = await first_token(request, socket)
        case = _id(dispute_id)
        actor, standing = await _sit(deps, find, token, case)
        code = await _talk(request, socket, Seat(find, token, actor, standing), case)
    except (ConnectionClosed, WebsocketClosed):
        return
    except NotFoundError:
        code = _NOT_THEIRS
    except HejieError:
        code = _BAD_TOKEN
    except (BaseORMException, OSError):
        log.warning("room_interrupted", exc_info=True)
        code = _TRY_AGAIN
    with suppress(ConnectionClosed, WebsocketClosed):
        await socket.close(code)


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise NotFoundError from error


async def _talk(request: Request, socket: Websocket, seat: Seat, dispute_id: UUID) -> int:
    """The code to close with."""
    rooms: Rooms = request.app.ctx.rooms
    room = await rooms.enter(dispute_id, seat)
    listening = asyncio.create_task(_listen(request, socket, seat))
    listening.add_done_callback(lambda _task: seat.put(1000))
    try:
        while not isinstance(line := await seat.lines.get(), int):
            await socket.send(line)
        return line
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
        await rooms.leave(dispute_id, room, seat)


async def _listen(request: Request, socket: Websocket, seat: Seat) -> None:
    with suppress(ConnectionClosed, WebsocketClosed):
        while True:
            raw = await socket.recv()
            if raw:
                seat.put(await _take(request, seat, raw if isinstance(raw, bytes) else raw.encode()))


async def _take(request: Request, seat: Seat, raw: bytes) -> str:
    """The answer to one line that somebody sent."""
    ref = None
    try:
        parsed = fields.parse_json(raw)
        ref = parsed.get("ref") if isinstance(parsed.get("ref"), str) else None
        await request.app.ctx.limits.hit("actor", str(seat.actor.id))
        message = fields.validate_json(SocketMessageIn, raw, request.app.ctx.deps)
        return await _post(request, seat, message)
    except HejieError as error:
        problems = [{"path": each.path, "message": each.message} for each in error.fields]
        return json.dumps(
            {"type": "error", "ref": ref, "code": error.code, "message": error.text, "fields": problems},
            ensure_ascii=False,
        )
    except (BaseORMException, OSError):
        log.warning("message_not_taken", exc_info=True)
        return json.dumps({"type": "error", "ref": ref, "code": "unavailable", "message": "没有发出去，请稍后重发。"},
                          ensure_ascii=False)  # fmt: skip


async def _post(request: Request, seat: Seat, message: SocketMessageIn) -> str:
    """As one write over HTTP: a transaction of its own, then the bell."""
    deps = replace(request.app.ctx.deps, touched=set())
    try:
        async with in_transaction():
            standing = await acts.standing(seat.actor, seat.standing.dispute.id)
            posted = await conversation.say(deps, seat.actor, standing, message, message.ref)
    except IntegrityError:  # the same one, sent again while the first was under way
        async with in_transaction():
            posted = await talks.post(deps, seat.actor, seat.standing, message, message.ref)
    request.app.ctx.newsroom.tell(deps.touched)
    return json.dumps({"type": "sent", "ref": message.ref, "id": posted.id, "channel": posted.channel,
                       "seq": posted.seq})  # fmt: skip
