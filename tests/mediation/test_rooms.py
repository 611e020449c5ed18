"""A meeting by video: who comes in, when, with which credential; what is recorded; what happens when it breaks."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from backend.casework import sweeps
from models import Appointment, CaseMember, MemberStatus, Room, RoomGuest
from tests.appointments.calls import outcome
from tests.appointments.scene import VIDEO, Scene, at
from tests.clock import TravellingClock
from tests.conftest import App
from tests.journeys.contract import Json, granted, paths, take
from tests.mediation import usersig
from tests.mediation.furnishing import furnish_cloud
from tests.mediation.standings import Standings
from tests.mediation.test_usersig import KEY
from tests.people import Person

FIRST, DOOR = at(26, 9, 45), at(26, 9, 30)


class Meeting:
    """A room with whoever stands before it."""

    def __init__(self, scene: Scene, room_id: str) -> None:
        self.scene, self.room_id = scene, room_id
        self.path = f"/disputes/{scene.dispute_id}/rooms/{room_id}"

    async def read(self, person: Person) -> Json:
        return granted(await person.get(self.path))

    async def agree(self, person: Person, kind: str) -> Json:
        return granted(await person.put(f"{self.path}/consents", {"kind": kind, "version": "1"}))

    async def ask(self, person: Person) -> str:
        return str(granted(await person.post(f"{self.path}/entry"))["me"]["id"])

    async def let_in(self, person: Person) -> str:
        """Through all of it."""
        guest = await self.ask(person)
        await self.agree(person, "online")
        granted(await self.host(f"/guests/{guest}/identity", {"document": "身份证"}))
        granted(await self.host(f"/guests/{guest}/admission"))
        return guest

    async def host(self, path: str, body: Json | None = None) -> Any:
        return await self.scene.mediator.post(self.path + path, body)

    async def record(self, *, on: bool = True) -> Any:
        return await self.scene.mediator.put(f"{self.path}/recording", {"on": on})


@pytest.fixture
async def meeting(scene: Scene, clock: TravellingClock) -> Meeting:
    room_id = await scene.agreed(FIRST, VIDEO)
    clock.set(DOOR)
    return Meeting(scene, room_id)


async def kinds(person: Person, dispute_id: str) -> list[str]:
    items = granted(await person.get(f"/disputes/{dispute_id}/timeline", limit=100))["items"]
    return [each["kind"] for each in items if each["kind"].startswith("room_")]


async def test_nobody_comes_in_unknown_or_unasked(meeting: Meeting, clock: TravellingClock) -> None:
    scene, path = meeting.scene, meeting.path
    zhang, li = scene.zhang, scene.li
    granted(await zhang.post("/me/phone", {"code": f"phone-13872560001-{uuid4().hex}"}))
    clock.set(DOOR - timedelta(seconds=1))
    assert outcome(await zhang.post(f"{path}/entry")) == outcome(await meeting.host("/opening")) == "not_now"
    assert outcome(await scene.mediator.post(f"{path}/pass")) == "not_now", "not even the host"
    clock.set(DOOR)
    assert outcome(await zhang.put(f"{path}/consents", {"kind": "online", "version": "1"})) == "not_asked"

    mine, theirs = await meeting.ask(zhang), await meeting.ask(li)
    assert await meeting.ask(zhang) == mine, "twice is once"
    waiting = (await meeting.read(scene.clerk))["guests"]
    assert [(each["status"], each["identity"]) for each in waiting] == [("waiting", "phone"), ("waiting", None)]
    assert (await meeting.read(li))["guests"] == [], "who waits is nothing for the other side"
    assert outcome(await zhang.post(f"{path}/pass")) == "not_admitted"
    assert outcome(await meeting.host(f"/guests/{mine}/admission")) == "room_not_open"
    granted(await meeting.host("/opening"))
    assert outcome(await meeting.host(f"/guests/{mine}/admission")) == "consent_missing"
    assert outcome(await meeting.host(f"/guests/{theirs}/admission")) == "not_identified"
    assert (await meeting.host(f"/guests/{uuid4()}/admission")).status_code == 404
    assert paths(await zhang.put(f"{path}/consents", {"kind": "online", "version": "0"})) == {"version"}
    await meeting.agree(zhang, "online")
    granted(await meeting.host(f"/guests/{mine}/admission"))
    assert outcome(await meeting.host(f"/guests/{mine}/admission")) == "not_waiting"
    assert (await scene.clerk.post(f"{path}/guests/{theirs}/admission")).status_code == 403
    granted(await meeting.host(f"/guests/{theirs}/refusal", {"reason": "人证不符"}))
    assert (await meeting.read(li))["me"]["status"] == "turned_away"
    assert outcome(await li.post(f"{path}/pass")) == "not_admitted"
    assert await kinds(li, scene.dispute_id) == ["room_opened", "room_entered"]
    assert "人证不符" not in (await li.get(f"/disputes/{scene.dispute_id}/timeline")).text


async def test_nobody_meets_under_a_mediator_who_is_challenged(meeting: Meeting) -> None:
    scene = meeting.scene
    granted(await meeting.host("/opening"))
    await meeting.let_in(scene.li)
    granted(await scene.zhang.post(f"/disputes/{scene.dispute_id}/challenges", {"reason": "他是对方的亲戚"}), 201)
    asking = [(scene.zhang, "/entry"), (scene.li, "/pass"), (scene.mediator, "/pass"), (scene.mediator, "/opening")]
    assert {outcome(await person.post(meeting.path + path)) for person, path in asking} == {"mediation_rests"}
    granted(await scene.li.post(f"{meeting.path}/leaving"))


async def test_open_sockets_hear_of_it(meeting: Meeting, app: App) -> None:
    """Of everybody who takes part; what they hear is in `/changes`, which their sockets read."""
    scene, newsroom = meeting.scene, app.ctx.newsroom
    await meeting.ask(scene.zhang)
    names = [scene.zhang.id, scene.li.id, "city"]
    bells = [newsroom.enter([name]) for name in names]
    try:
        granted(await meeting.host("/opening"))
        async with asyncio.timeout(5):
            for bell in bells:
                await bell.wait()
    finally:
        for name, bell in zip(names, bells, strict=True):
            newsroom.leave([name], bell)
    for person in (scene.zhang, scene.li):
        assert granted(await person.get("/changes"))["items"][-1]["kind"] == "room_opened"


async def test_a_pass_is_for_one_person_one_room_one_hour(meeting: Meeting, clock: TravellingClock) -> None:
    scene, path = meeting.scene, meeting.path
    granted(await meeting.host("/opening"))
    for each in (scene.zhang, scene.li):
        await meeting.let_in(each)
    clock.set(FIRST)
    given = [granted(await each.post(f"{path}/pass")) for each in (scene.zhang, scene.li, scene.mediator)]

    assert [each["role"] for each in given] == ["guest", "guest", "host"]
    assert len({each["room"] for each in given}) == 1
    assert len({each["user_id"] for each in given}) == 3
    for one in given:
        told = usersig.opened(one["user_sig"], KEY)
        assert (told["TLS.identifier"], told["TLS.expire"]) == (one["user_id"], 3600), "to the end of the meeting"
        inside = usersig.room_of(usersig.opened(one["private_map_key"], KEY))
        assert (inside["room"], inside["rights"]) == (one["room"], 255 if one["role"] == "host" else 254)
    assert not any(scene.zhang.id in str(each) or scene.mediator.id in str(each) for each in given)
    people = scene.people
    refused = [await people.staff(name) for name in ("clerk", "director")]
    assert [(await each.post(f"{path}/pass")).status_code for each in refused] == [403, 403]
    outside = [await people.resident("sun"), *[await people.staff(name) for name in ("supervisor", "gezhouba-clerk")]]
    outside.append(await people.staff("expert-law"))
    assert [(await each.post(f"{path}/pass")).status_code for each in outside] == [404] * 4
    clock.set(FIRST + timedelta(hours=1))
    assert outcome(await scene.zhang.post(f"{path}/pass")) == "appointment_not_live"
    granted(await meeting.host("/end"))
    assert outcome(await scene.mediator.post(f"{path}/pass")) == "room_ended"
    assert outcome(await scene.zhang.post(f"{path}/entry")) == "room_ended"


async def test_recording_only_while_all_who_are_in_agree(meeting: Meeting) -> None:
    scene = meeting.scene
    assert outcome(await meeting.record()) == "room_not_open"
    granted(await meeting.host("/opening"))
    assert outcome(await meeting.record()) == "recording_consent_missing", "of nobody there is no consent"
    for each in (scene.zhang, scene.li):
        await meeting.let_in(each)
    await meeting.agree(scene.zhang, "recording")
    refused = await meeting.record()
    assert (outcome(refused), refused.json()["missing"]) == ("recording_consent_missing", 1)
    assert [each["consents"] for each in (await meeting.read(scene.zhang))["guests"]] == [[], []], "who refused, stays"
    await meeting.agree(scene.li, "recording")
    assert granted(await meeting.record())["recording_since"]
    assert (await scene.clerk.put(f"{meeting.path}/recording", {"on": True})).status_code == 403

    granted(await scene.li.delete(f"{meeting.path}/consents/recording"))
    assert (await meeting.read(scene.zhang))["recording_since"] is None, "taken back, it stops at once"
    assert outcome(await meeting.record()) == "recording_consent_missing"
    granted(await scene.li.post(f"{meeting.path}/leaving"))
    assert granted(await meeting.record())["recording_since"], "those who are left have agreed"
    await meeting.let_in(scene.li)
    assert (await meeting.read(scene.zhang))["recording_since"] is None, "who comes in has not"
    await meeting.agree(scene.li, "recording")
    granted(await meeting.record())
    granted(await scene.li.delete(f"{meeting.path}/consents/online"))
    assert (await meeting.read(scene.li))["me"]["status"] == "left"
    assert granted(await meeting.record(on=False))["recording_since"] is None
    told = await kinds(scene.zhang, scene.dispute_id)
    assert told.count("room_recording_started") == told.count("room_recording_stopped") == 3
    changes = granted(await scene.zhang.get("/changes"))["items"]
    assert {each["kind"] for each in changes} >= {"room_recording_started", "room_left"}
    refused = await scene.li.delete(f"{meeting.path}/consents/everything")
    assert refused.status_code == 404
    granted(await meeting.host("/end"))
    granted(await scene.zhang.delete(f"{meeting.path}/consents/recording"))
    assert (await meeting.read(scene.zhang))["me"]["consents"] == ["online"], (
        "what was agreed to is taken back any time"
    )
    assert (
        outcome(await scene.zhang.put(f"{meeting.path}/consents", {"kind": "recording", "version": "1"}))
        == "room_ended"
    )


async def test_who_leaves_the_mediation_leaves_its_room(meeting: Meeting) -> None:
    scene = meeting.scene
    granted(await meeting.host("/opening"))
    for each in (scene.zhang, scene.li):
        await meeting.let_in(each)
        await meeting.agree(each, "recording")
    granted(await meeting.record())
    granted(await scene.li.post(f"/disputes/{scene.dispute_id}/departure", {"reason": "不谈了"}))
    seen = await meeting.read(scene.zhang)
    assert (seen["status"], seen["recording_since"], seen["guests"]) == ("ended", None, []), "nobody is left to talk to"
    assert {"room_left", "room_ended"} <= set(await kinds(scene.zhang, scene.dispute_id))
    assert outcome(await scene.li.post(f"{meeting.path}/pass")) == "mediation_not_open", "the only other side has gone"
    assert outcome(await scene.zhang.post(f"{meeting.path}/pass")) == "mediation_not_open"


async def test_a_room_ends_with_the_mediation_and_so_does_what_is_recorded(meeting: Meeting) -> None:
    scene = meeting.scene
    granted(await meeting.host("/opening"))
    for each in (scene.zhang, scene.li):
        await meeting.let_in(each)
        await meeting.agree(each, "recording")
    granted(await meeting.record())
    ending = {"reason_code": "no_consensus", "routes": ["向人民法院起诉"]}
    await take(scene.mediator, scene.dispute_id, "end_without_agreement", **ending)
    seen = await meeting.read(scene.zhang)
    assert (seen["status"], seen["recording_since"], seen["me"]["status"]) == ("ended", None, "left")
    told = await kinds(scene.li, scene.dispute_id)
    assert told[-2:] == ["room_recording_stopped", "room_ended"]


async def test_a_room_that_nobody_ends(meeting: Meeting, app: App, clock: TravellingClock) -> None:
    scene = meeting.scene
    granted(await meeting.host("/opening"))
    await meeting.let_in(scene.zhang)
    await meeting.agree(scene.zhang, "recording")
    granted(await meeting.record())
    clock.set(FIRST + timedelta(hours=3))
    assert (await sweeps.sweep(app.ctx.deps))["rooms_ended"] == 0, "not yet: two hours after its end"
    clock.set(FIRST + timedelta(hours=3, seconds=1))
    ended = await asyncio.gather(*(sweeps.sweep(app.ctx.deps) for _ in range(2)))
    assert sum(each["rooms_ended"] for each in ended) == 1
    seen = await meeting.read(scene.zhang)
    assert (seen["status"], seen["recording_since"], seen["me"]["status"]) == ("ended", None, "left")
    assert (await kinds(scene.li, scene.dispute_id))[-1] == "room_ended"


async def test_what_breaks_goes_on_at_a_place(meeting: Meeting) -> None:
    scene = meeting.scene
    granted(await meeting.host("/opening"))
    await meeting.let_in(scene.zhang)
    slot = scene.slot(at(27, 8, 30))
    both = {"reason": "对方听不到声音", "slot_id": slot, "venue": "中心二楼"}
    for wrong in (both, {"reason": "对方听不到声音"}):
        assert paths(await meeting.host("/failure", wrong)) == {"venue"}
    assert paths(await meeting.host("/failure", {"reason": "断线", "slot_id": "nonsense"})) == {"slot_id"}
    assert (await meeting.read(scene.zhang))["status"] == "open", "nothing of it happened"
    failed = granted(await scene.clerk.post(f"{meeting.path}/failure", {"reason": "对方听不到声音", "slot_id": slot}))
    assert (failed["status"], failed["failure"]) == ("ended", "对方听不到声音")
    instead = granted(await scene.zhang.get(f"/appointments/{failed['fallback_appointment_id']}"))
    assert (instead["status"], instead["kind"]) == ("proposed", "onsite")
    assert await scene.status(meeting.room_id) == "cancelled"
    assert outcome(await scene.zhang.post(f"{meeting.path}/pass")) == "room_ended"
    assert (await meeting.read(scene.zhang))["me"]["status"] == "left"


async def test_a_place_in_words_will_do(meeting: Meeting) -> None:
    failed = granted(await meeting.host("/failure", {"reason": "停电", "venue": "陆城司法所"}))
    assert failed["venue"] == "陆城司法所"
    sealed = await Room.get(appointment_id=meeting.room_id)
    assert "陆城司法所".encode() not in bytes(sealed.venue_sealed or b"")
    item = granted(await meeting.scene.li.get(f"/disputes/{meeting.scene.dispute_id}/timeline", order="desc"))["items"]
    assert any("陆城司法所" in each["text"] for each in item)


async def test_a_center_without_trtc_enters_a_link(meeting: Meeting, app: App) -> None:
    scene, deps = meeting.scene, app.ctx.deps
    app.ctx.deps = replace(deps, video=None)
    try:
        assert outcome(await scene.mediator.post(f"{meeting.path}/pass")) == "no_video"
        link = {"url": "https://meeting.tencent.com/dm/abc", "phone": "0755-36550000", "note": "会议号 123"}
        assert paths(await scene.clerk.put(f"{meeting.path}/link", link | {"url": "http://x"})) == {"url"}
        assert (await scene.zhang.put(f"{meeting.path}/link", link)).status_code == 404
        assert granted(await scene.clerk.put(f"{meeting.path}/link", link))["has_link"]
        assert "meeting.tencent.com" not in (await scene.zhang.get(meeting.path)).text
        assert outcome(await scene.zhang.post(f"{meeting.path}/pass")) == "not_admitted", "a link is no way around"
        granted(await meeting.host("/opening"))
        await meeting.let_in(scene.zhang)
        given = granted(await scene.zhang.post(f"{meeting.path}/pass"))
        assert (given["provider"], given["url"], given["user_sig"]) == ("link", link["url"], None)
    finally:
        app.ctx.deps = deps


async def test_a_red_card_keeps_the_room_shut(meeting: Meeting) -> None:
    scene = meeting.scene
    card = {"signals": ["violence"], "reason": "有人受到威胁"}
    raised = await scene.clerk.post(f"/disputes/{scene.dispute_id}/red-cards", card)
    assert raised.status_code == 201, raised.text
    await Appointment.filter(id=meeting.room_id).update(status="booked")
    for path in ("/entry", "/pass"):
        assert outcome(await scene.zhang.post(meeting.path + path)) == "no_joint_meeting"
    assert outcome(await meeting.host("/opening")) == "no_joint_meeting"
    assert await RoomGuest.all().count() == 0


async def test_an_expert_comes_in_when_asked_to(standings: Standings, clock: TravellingClock) -> None:
    await furnish_cloud(standings)
    room, expert, mediator = standings.path("/rooms/{room}"), standings["expert"], standings["mediator"]
    clock.set(DOOR)
    granted(await mediator.post(f"{room}/opening"))
    refused = await standings["invited"].post(f"{room}/entry")
    assert refused.status_code == 404, "nobody asked them to this one"
    mine = granted(await expert.post(f"{room}/entry"))["me"]
    assert mine["identity"] == "account"
    granted(await expert.put(f"{room}/consents", {"kind": "online", "version": "1"}))
    granted(await mediator.post(f"{room}/guests/{mine['id']}/admission"))
    assert granted(await expert.post(f"{room}/pass"))["role"] == "guest"
    await CaseMember.filter(id=standings.ids["expert"]).update(status=MemberStatus.ENDED)
    assert (await expert.post(f"{room}/pass")).status_code == 404
