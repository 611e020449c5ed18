"""The room of a case over real sockets of two API processes."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any
from uuid import UUID

import httpx
import pytest
from tortoise.transactions import in_transaction
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from backend.accounts import queries as accounts
from backend.mediation import acts, talks
from backend.mediation.talk_schemas import MessageIn
from config.settings import Settings
from models import CheckStatus, ContentCheck
from tests import native
from tests.appointments.scene import at
from tests.casework.staff import PeopleAtWork
from tests.clock import TravellingClock
from tests.conftest import App
from tests.journeys.contract import granted
from tests.mediation import standings as scenes
from tests.mediation.furnishing import furnish_cloud
from tests.mediation.standings import Standings
from tests.people import Person

Pair = tuple[native.Server, native.Server]


@pytest.fixture(scope="module")
async def servers(app: App, settings: Settings) -> AsyncIterator[Pair]:
    """`app` brings the tables."""
    async with AsyncExitStack() as stack:
        first, second = [native.api(native.free_port(), HEJIE_DATA_DIR=str(settings.data_dir)) for _ in range(2)]
        starting = [stack.enter_async_context(native.running(server)) for server in (first, second)]
        _ = await asyncio.gather(*starting)
        yield first, second


@pytest.fixture
def people(client: httpx.AsyncClient) -> PeopleAtWork:
    return PeopleAtWork(client)


@pytest.fixture
async def case(people: PeopleAtWork) -> Standings:
    return await scenes.of_one_case(people)


def dial(server: native.Server, case: Standings, who: Person | None, api: str = "mini") -> connect:
    headers = {"Authorization": f"Bearer {who.token}"} if who else {}
    url = f"ws://127.0.0.1:{server.port}/{api}/v1/disputes/{case.dispute_id}/room"
    return connect(url, additional_headers=headers, proxy=None, close_timeout=1)


async def heard(socket: ClientConnection) -> dict[str, Any]:
    async with asyncio.timeout(8):
        message: dict[str, Any] = json.loads(await socket.recv())
        return message


async def until(socket: ClientConnection, kind: str) -> dict[str, Any]:
    while (message := await heard(socket))["type"] != kind:
        pass
    return message


async def closed_with(socket: ClientConnection) -> int | None:
    with pytest.raises(ConnectionClosed) as raised:
        _ = await until(socket, "never")
    return raised.value.rcvd.code if raised.value.rcvd else None


async def test_everybody_hears_what_is_theirs_in_order(servers: Pair, case: Standings) -> None:
    first, second = servers
    a = case.ids["party_a"]
    async with (
        dial(first, case, case["party_a"]) as from_a,
        dial(second, case, case["party_b"]) as from_b,
        dial(second, case, case["mediator"], "staff") as from_mediator,
    ):
        sockets = (from_a, from_b, from_mediator)
        assert [(await heard(each))["after"] for each in sockets] == [{"joint": 0}] * 3
        for n in range(5):
            for name, socket in (("a", from_a), ("b", from_b)):
                await socket.send(json.dumps({"type": "message", "ref": f"{name}{n}", "text": f"{name}{n}"}))
        await from_a.send(json.dumps({"type": "message", "ref": "quiet", "text": "悄悄话", "channel": a}))
        everything = [await _collect(each, 10) for each in (from_b, from_a)]
        assert [each["seq"] for each in everything[0]] == list(range(1, 11))
        assert [(m["seq"], m["text"]) for m in everything[0]] == [(m["seq"], m["text"]) for m in everything[1]]
        private = [m for m in await _collect(from_mediator, 11, channel=None) if m["channel"] == a]
        assert [m["text"] for m in private] == ["悄悄话"]
        written = await case["mediator"].post(case.path("/messages"), {"text": "由别的进程写下"})
        assert granted(written, 201)["seq"] == 11
        assert (await until(from_b, "message"))["text"] == "由别的进程写下", "B never heard of the separate talk"


async def _collect(socket: ClientConnection, count: int, channel: str | None = "joint") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while len(found) < count:
        message = await until(socket, "message")
        if channel is None or message["channel"] == channel:
            found.append(message)
    return found


async def test_what_is_sent_again_stays_one_and_what_is_wrong_is_said(servers: Pair, case: Standings) -> None:
    async with dial(servers[0], case, case["party_a"]) as socket:
        await heard(socket)
        for _ in range(2):
            await socket.send(json.dumps({"type": "message", "ref": "once", "text": "只有一次"}))
            assert (await until(socket, "sent"))["seq"] == 1
        for wrong, code in (
            ("no json", "malformed"),
            (json.dumps({"type": "message", "ref": "x", "text": ""}), "invalid_fields"),
            (json.dumps({"type": "shout", "ref": "x", "text": "x"}), "invalid_fields"),
            (
                json.dumps({"type": "message", "ref": "x", "text": "x", "channel": case.ids["party_b"]}),
                "invalid_fields",
            ),
        ):
            await socket.send(wrong)
            assert (await until(socket, "error"))["code"] == code


async def test_who_has_no_place_in_it(servers: Pair, case: Standings) -> None:
    async with dial(servers[0], case, None) as socket:
        await socket.send(json.dumps({"type": "auth", "token": "nobodys"}))
        assert await closed_with(socket) == 4401
    for name, api in (("stranger", "mini"), ("follower", "mini"), ("invited", "mini"), ("clerk", "staff"),
                      ("assisting", "staff"), ("supervisor", "staff"), ("other_center", "staff")):  # fmt: skip
        async with dial(servers[0], case, case[name], api) as socket:
            assert await closed_with(socket) == 4404, name


async def test_who_loses_the_case_leaves_the_room(servers: Pair, case: Standings, people: PeopleAtWork) -> None:
    async with dial(servers[0], case, case["mediator"], "staff") as socket:
        await heard(socket)
        clerk, other = case["clerk"], await people.staff("gezhouba-clerk")
        target = granted(await other.get("/me"))["center"]["id"]
        version = granted(await clerk.get(case.path("")))["version"]
        body = {"version": version, "center_id": target, "reason": "发生在葛洲坝"}
        granted(await clerk.post(case.path("/actions/transfer"), body))
        granted(await other.post(case.path("/actions/receive"), {"version": version + 1}))
        assert await closed_with(socket) == 4404


async def test_nothing_is_lost_while_nobody_is_told(app: App, servers: Pair, case: Standings) -> None:
    """As when Redis is away: the row is there, the bell never rang."""
    async with dial(servers[1], case, case["party_b"]) as socket:
        await heard(socket)
        deps = app.ctx.deps
        async with in_transaction():
            actor = await accounts.resident_by_token(deps, case["party_a"].token)
            standing = await acts.standing(actor, UUID(case.dispute_id))
            await talks.post(deps, actor, standing, MessageIn(text="没有铃声"))
        assert (await until(socket, "message"))["text"] == "没有铃声"


async def test_what_is_found_unfit_is_taken_back(servers: Pair, case: Standings) -> None:
    async with (
        dial(servers[0], case, case["party_a"]) as from_a,
        dial(servers[1], case, case["party_b"]) as from_b,
        dial(servers[1], case, case["mediator"], "staff") as from_mediator,
    ):
        for socket in (from_a, from_b, from_mediator):
            await until(socket, "ready")
        said = granted(await case["party_a"].post(case.path("/messages"), {"text": "坏话"}), 201)
        assert (await until(from_b, "message"))["text"] == "坏话"
        await ContentCheck.filter(subject_id=said["id"]).update(status=CheckStatus.RISKY)
        hidden = await until(from_b, "hidden")
        assert (hidden["id"], hidden["seq"], hidden["text"], hidden["is_hidden"]) == (said["id"], 1, None, True)
        (item,) = granted(await case["clerk"].get("/content-checks"))["items"]
        granted(await case["clerk"].post(f"/content-checks/{item['id']}/decision", {"decision": "release"}))
        assert (await until(from_b, "message"))["text"] == "坏话", "released, it is shown again"
        granted(await case["party_b"].post(case.path("/messages"), {"text": "谢谢"}), 201)
        for socket in (from_a, from_mediator):
            kinds = [(await heard(socket))["type"] for _ in range(2)]
            assert kinds == ["message", "message"], "who wrote it, and the mediator, read it all the time"


_APIS = {"party_a": "mini", "party_b": "mini", "invited": "mini", "mediator": "staff", "assisting": "staff",
         "expert": "staff", "other_center": "staff"}  # fmt: skip
_PARTIES = ("party_a", "party_b")
_OF_EXPERT = {"room_opened", "room_entered", "room_left", "room_recording_started", "room_recording_stopped",
              "room_failed"}  # fmt: skip


class Ears:
    """The open `/live` of everybody, over two processes."""

    def __init__(self, sockets: dict[str, ClientConnection]) -> None:
        self.sockets = sockets

    async def hear(self, kind: str, *names: str) -> None:
        for name in names:
            while (news := await heard(self.sockets[name])).get("kind") != kind:
                assert name != "expert" or news["kind"] in _OF_EXPERT, news
            assert name not in ("assisting", "expert") or news["status"] is news["title"] is None


@pytest.fixture
async def ears(servers: Pair, case: Standings) -> AsyncIterator[Ears]:
    """The expert is asked to the room, nobody else beside the parties."""
    await furnish_cloud(case)
    async with AsyncExitStack() as stack:
        sockets = {}
        for place, (name, api) in enumerate(_APIS.items()):
            url = f"ws://127.0.0.1:{servers[place % 2].port}/{api}/v1/live"
            headers = {"Authorization": f"Bearer {case[name].token}"}
            opened = connect(url, additional_headers=headers, proxy=None, close_timeout=1)
            sockets[name] = await stack.enter_async_context(opened)
            await until(sockets[name], "ready")
        yield Ears(sockets)


async def test_whoever_is_asked_to_a_room_hears_at_once(ears: Ears, case: Standings, clock: TravellingClock) -> None:
    clock.set(at(26, 9, 45))
    room, mediator, a = case.path("/rooms/{room}"), case["mediator"], case["party_a"]
    asked = granted(await a.post(f"{room}/entry"))["me"]["id"]
    await ears.hear("room_waiting", "mediator")
    granted(await mediator.post(f"{room}/opening"))
    await ears.hear("room_opened", *_PARTIES, "mediator", "expert")
    granted(await a.put(f"{room}/consents", {"kind": "online", "version": "1"}))
    await ears.hear("room_consent_given", "party_a", "mediator")
    granted(await mediator.post(f"{room}/guests/{asked}/identity", {"document": "身份证"}))
    granted(await mediator.post(f"{room}/guests/{asked}/admission"))
    await ears.hear("room_entered", *_PARTIES, "mediator", "expert")
    granted(await a.put(f"{room}/consents", {"kind": "recording", "version": "1"}))
    granted(await mediator.put(f"{room}/recording", {"on": True}))
    await ears.hear("room_recording_started", *_PARTIES, "mediator", "expert")
    granted(await a.delete(f"{room}/consents/recording"))
    await ears.hear("room_recording_stopped", *_PARTIES, "mediator", "expert")
    to_street = {"to": [{"kind": "member", "id": case.ids["assisting"]}]}
    granted(await mediator.post(f"{room}/shares", to_street))
    await ears.hear("shown", "assisting")
    granted(await a.post(f"{room}/leaving"))
    await ears.hear("room_left", *_PARTIES, "mediator", "expert", "assisting")
    granted(await mediator.post(f"{room}/failure", {"reason": "断线", "venue": "中心二楼"}))
    await ears.hear("room_failed", *_PARTIES, "mediator", "expert", "assisting")
    await nothing_more(ears, case, "other_center", "invited")


async def test_proposals_and_meetings_are_heard_of_by_whom_they_concern(ears: Ears, case: Standings) -> None:
    mediator, proposals, meetings = case["mediator"], case.path("/proposals"), case.path("/meetings")
    offer = {"summary": "方案", "terms": [{"who": "物业", "what": "修好", "due_on": "2026-12-10"}],
             "expires_at": "2026-11-30T18:00:00+08:00"}  # fmt: skip
    made = granted(await mediator.post(proposals, offer), 201)
    await ears.hear("terms_proposed", *_PARTIES, "mediator")
    granted(await case["party_b"].post(f"{proposals}/{made['id']}/answers", {"answer": "refused"}))
    await ears.hear("proposal_refused", *_PARTIES, "mediator")
    granted(await mediator.post(proposals, offer | {"in_caucus": True, "to": [case.ids["party_a"]]}), 201)
    await ears.hear("terms_proposed", "party_a", "mediator")
    plan = {"kind": "joint", "venue": "onsite", "planned_at": "2026-11-27T09:30:00+08:00"}
    everybody = [{"role": "party", "party_id": case.ids[name]} for name in _PARTIES]
    with_them = [{"role": "member", "member_id": case.ids[name]} for name in ("invited", "assisting")]
    granted(await case["clerk"].post(meetings, plan | {"participants": everybody + with_them}), 201)
    await ears.hear("meeting_planned", *_PARTIES, "mediator", "invited", "assisting")
    told = granted(await case["party_b"].get("/changes", limit=100))["items"]
    assert [each["kind"] for each in told].count("terms_proposed") == 1, "not of the separate talk"
    await nothing_more(ears, case, "other_center", "expert")


async def nothing_more(ears: Ears, case: Standings, *names: str) -> None:
    """What `/changes` has is what the sockets tell."""
    for name in names:
        found = granted(await case[name].get("/changes"))
        assert found["items"] == [], name
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                pytest.fail(str(await ears.sockets[name].recv()))
