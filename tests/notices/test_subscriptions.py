"""Acceptances as the page and WeChat report them: one tap counts once."""

import httpx
import pytest

from models import SubscriptionGrant, WechatCallback
from tests.clock import TravellingClock
from tests.notices.pushes import APPOINTMENT, OUTCOME, PROGRESS, Phone


async def test_what_to_ask_for(phone: Phone) -> None:
    answer = await phone.person.get("/subscriptions/next", scene="after_submit")
    assert answer.json() == {"template_ids": [PROGRESS, APPOINTMENT, OUTCOME]}
    assert (await phone.person.get("/subscriptions/next", scene="after_booking")).json()["template_ids"][
        0
    ] == APPOINTMENT
    for query in ({"scene": "nowhere"}, {}):
        refused = await phone.person.get("/subscriptions/next", **query)
        assert (refused.status_code, refused.json()["fields"][0]["path"]) == (422, "scene")


@pytest.mark.parametrize("answer", ["accept", "acceptWithAudio", "acceptWithAlert"])
async def test_a_tap_counts_once(phone: Phone, answer: str) -> None:
    await phone.tap(PROGRESS, answer)
    assert await phone.report(tmpl_progress=answer, errMsg="requestSubscribeMessage:ok", errCode=0) == {PROGRESS: 1}
    assert await phone.report(tmpl_progress=answer) == {PROGRESS: 2}
    await phone.tap(PROGRESS, answer)
    assert await phone.live_grants(PROGRESS) == 2


async def test_refusals_and_strangers_are_no_grants(phone: Phone) -> None:
    granted = await phone.report(
        tmpl_progress="reject", tmpl_appointment="ban", tmpl_outcome="filter", tmpl_other="accept", errMsg="accept"
    )
    assert granted == {PROGRESS: 0, APPOINTMENT: 0, OUTCOME: 0}
    assert not await phone.grants()


async def test_reports_far_apart_are_two_taps(phone: Phone, clock: TravellingClock) -> None:
    await phone.report(tmpl_progress="accept")
    clock.advance(minutes=11)
    await phone.tap(PROGRESS)
    assert await phone.live_grants(PROGRESS) == 2


async def test_no_more_than_twenty_are_kept(phone: Phone) -> None:
    granted = [(await phone.report(tmpl_progress="accept"))[PROGRESS] for _ in range(22)]
    assert granted == [*range(1, 21), 20, 20]


async def test_switching_off_takes_all_back(phone: Phone) -> None:
    await phone.tap(PROGRESS)
    await phone.tap(OUTCOME)
    await phone.tap(PROGRESS, "reject", where="settings")
    assert (await phone.live_grants(PROGRESS), await phone.live_grants(OUTCOME)) == (0, 1)


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"results": {PROGRESS: "accept"}, "scene": "nowhere"}, "scene"),
        ({"results": {PROGRESS: "accept"}}, "scene"),
        ({"scene": "after_submit"}, "results"),
        ({"results": ["accept"], "scene": "after_submit"}, "results"),
        ({"results": {str(n): "accept" for n in range(101)}, "scene": "after_submit"}, "results"),
    ],
)
async def test_bad_reports(phone: Phone, body: dict[str, object], path: str) -> None:
    refused = await phone.person.post("/subscriptions", body)
    assert refused.status_code == 422, refused.text
    assert [field["path"] for field in refused.json()["fields"]] == [path]
    assert not await phone.grants()


@pytest.mark.parametrize("form", ["xml", "json"])
@pytest.mark.parametrize("mode", ["plain", "compatible", "safe"])
async def test_events_in_every_form(phone: Phone, form: str, mode: str) -> None:
    assert (await phone.tap(PROGRESS, format=form, mode=mode))["callback_status"] == 200
    assert await phone.live_grants(PROGRESS) == 1


async def test_an_event_takes_effect_once(phone: Phone) -> None:
    items = [{"TemplateId": t, "SubscribeStatusString": "accept", "PopupScene": "0"} for t in (PROGRESS, OUTCOME)]
    event = {"name": phone.name, "event": "subscribe_msg_popup_event", "items": items}
    pushed = await phone.simulator.sim("send-event", event | {"times": 3})
    assert pushed["statuses"] == [200, 200, 200]
    assert (await phone.live_grants(PROGRESS), await phone.live_grants(OUTCOME)) == (1, 1)
    assert await WechatCallback.all().count() == 1


async def test_forged_strange_and_unknown_events(phone: Phone, clock: TravellingClock) -> None:
    item = {"TemplateId": PROGRESS, "SubscribeStatusString": "accept"}
    popup = {"name": phone.name, "event": "subscribe_msg_popup_event", "items": [item]}
    old = int(clock.now().timestamp()) - 3600
    for forged in (popup | {"token": "another"}, popup | {"timestamp": old}):
        assert (await phone.simulator.sim("send-event", forged))["statuses"] == [403]
    assert await WechatCallback.all().count() == 0
    for odd in (popup | {"name": "nobody-yet"}, {"name": phone.name, "event": "something_new"}):
        assert (await phone.simulator.sim("send-event", odd))["statuses"] == [200]
    assert await WechatCallback.all().count() == 2
    assert not await SubscriptionGrant.all()


async def test_verification_by_get(phone: Phone, client: httpx.AsyncClient) -> None:
    refused = await client.get(
        "/wechat/callback", params={"signature": "0" * 40, "timestamp": "1", "nonce": "n", "echostr": "hello"}
    )
    assert refused.status_code == 403
    assert "hello" not in refused.text


async def test_inbox(phone: Phone) -> None:
    note = await phone.told("note")
    await phone.told("submitted", number="ABCDEF")
    page = (await phone.person.get("/notices", limit=1)).json()
    assert "ABCDEF" in page["items"][0]["text"]
    rest = (await phone.person.get("/notices", limit=1, cursor=page["next_cursor"])).json()
    assert [item["id"] for item in rest["items"]] == [str(note)]
    assert rest["next_cursor"] is None
    assert (await phone.person.get("/notices/unread-count")).json() == {"count": 2}
    read = await phone.person.post(f"/notices/{note}/read")
    assert read.json()["read_at"] is not None
    assert (await phone.person.post(f"/notices/{note}/read")).json() == read.json()
    assert (await phone.person.get("/notices/unread-count")).json() == {"count": 1}
    assert (await phone.person.get("/notices", cursor="?")).status_code == 422


async def test_another_persons_notice_is_none(phone: Phone, people: object) -> None:
    note = await phone.told("note")
    other = await people.resident("li")  # type: ignore[attr-defined]
    assert (await other.post(f"/notices/{note}/read")).status_code == 404
    assert (await other.get("/notices")).json()["items"] == []
