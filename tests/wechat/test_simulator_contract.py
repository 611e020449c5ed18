"""WeChat's facts about people, one test each, and that the simulator does them: logins, tokens, numbers, consent.

Source: developers.weixin.qq.com. Its siblings _calls and _links go on. What only concerns the page on the phone
(positions, uploads, the privacy pop-up) has no server to be tested.
"""

import hmac
from base64 import b64decode
from hashlib import sha256
from typing import Any

import pytest

from tests.clock import TravellingClock
from tests.simulator import Listener, Simulator

SEND = "/cgi-bin/message/subscribe/send"
PHONE = "/wxa/business/getuserphonenumber"
T = "tmpl-a"


async def send(simulator: Simulator, openid: str, template_id: str = T, **other: Any) -> dict[str, Any]:
    data = {"thing1": {"value": "有新的进展"}}
    return await simulator.told(SEND, {"touser": openid, "template_id": template_id, "data": data} | other)


# --- code2Session --------------------------------------------------------------------------------------------------


async def test_a_login_code_works_once(simulator: Simulator) -> None:
    assert (await simulator.log_in("sim-alice-1"))["openid"]
    again = await simulator.log_in("sim-alice-1")
    assert (again["errcode"], again["errmsg"].partition(" rid: ")[0]) == (40163, "code been used")


async def test_a_login_code_is_good_for_five_minutes(simulator: Simulator, clock: TravellingClock) -> None:
    early, late = [(await simulator.sim("codes", {"name": "alice"}))["code"] for _ in range(2)]
    clock.advance(minutes=5)
    assert "openid" in await simulator.log_in(early)
    clock.advance(seconds=1)
    assert (await simulator.log_in(late))["errcode"] == 40029


async def test_an_invalid_login_code(simulator: Simulator) -> None:
    assert (await simulator.log_in("bad-1"))["errcode"] == 40029


async def test_a_phone_code_is_no_login_code(simulator: Simulator) -> None:
    assert (await simulator.log_in("phone-13812345678-1"))["errcode"] == 40029
    assert await simulator.errcode(PHONE, {"code": "sim-alice-1"}) == 40029


async def test_logging_in_needs_no_access_token(simulator: Simulator) -> None:
    await simulator.log_in("sim-alice-1")
    assert await simulator.calls("/cgi-bin/stable_token") == 0


async def test_an_app_and_its_secret(simulator: Simulator) -> None:
    query = {"appid": "wx-other", "secret": "?", "js_code": "sim-a-1", "grant_type": "authorization_code"}
    for wrong, errcode in [({}, 40013), ({"appid": simulator.app_id}, 40125)]:
        answer = await simulator.http.get("/sns/jscode2session", params=query | wrong)
        assert (answer.status_code, answer.json()["errcode"]) == (200, errcode)


@pytest.mark.parametrize("errcode", [-1, 45011])
async def test_a_busy_system_and_the_minute_quota_leave_the_code_unused(simulator: Simulator, errcode: int) -> None:
    await simulator.fault("sns/jscode2session", errcode=errcode)
    assert (await simulator.log_in("sim-alice-1"))["errcode"] == errcode
    assert "openid" in await simulator.log_in("sim-alice-1")


async def test_a_person_of_high_risk_is_blocked(simulator: Simulator) -> None:
    await simulator.sim("people", {"name": "mallory", "blocked": True})
    assert (await simulator.log_in("sim-mallory-1"))["errcode"] == 40226


# --- session_key and unionid ---------------------------------------------------------------------------------------


def signed(session_key: str) -> dict[str, Any]:
    return {"signature": hmac.new(session_key.encode(), b"", sha256).hexdigest(), "sig_method": "hmac_sha256"}


async def test_a_new_login_replaces_the_session_key(simulator: Simulator) -> None:
    old, new = [await simulator.log_in(f"sim-alice-{number}") for number in range(2)]
    assert len(b64decode(new["session_key"])) == 16
    check = "/wxa/checksession"
    assert await simulator.errcode(check, openid=new["openid"], **signed(new["session_key"])) == 0
    assert await simulator.errcode(check, openid=new["openid"], **signed(old["session_key"])) == 87009


async def test_a_session_key_can_be_reset(simulator: Simulator) -> None:
    session = await simulator.log_in("sim-alice-1")
    asked = {"openid": session["openid"], **signed(session["session_key"])}
    fresh = await simulator.told("/wxa/resetusersessionkey", **asked)
    assert (fresh["openid"], fresh["session_key"] != session["session_key"]) == (session["openid"], True)
    assert await simulator.errcode("/wxa/resetusersessionkey", **asked) == 87009


async def test_a_unionid_only_with_an_open_platform_account(simulator: Simulator) -> None:
    assert "unionid" not in await simulator.log_in("sim-alice-1")
    await simulator.sim("settings", {"open_platform": True})
    assert (await simulator.log_in("sim-alice-2"))["unionid"]


# --- access tokens -------------------------------------------------------------------------------------------------


async def ordinary(simulator: Simulator) -> dict[str, Any]:
    query = {"grant_type": "client_credential", "appid": simulator.app_id, "secret": simulator.app_secret}
    return dict((await simulator.http.get("/cgi-bin/token", params=query)).json())


async def errcode_of_token(simulator: Simulator, token: str) -> int:
    path = {"cgi_path": SEND}
    return int(
        (await simulator.http.post("/cgi-bin/openapi/quota/get", params={"access_token": token}, json=path)).json()[
            "errcode"
        ]
    )


async def test_a_new_token_ends_the_old_one_after_five_minutes(simulator: Simulator, clock: TravellingClock) -> None:
    old, new = [(await ordinary(simulator))["access_token"] for _ in range(2)]
    clock.advance(minutes=4)
    assert [await errcode_of_token(simulator, token) for token in (old, new)] == [0, 0]
    clock.advance(minutes=1)
    assert [await errcode_of_token(simulator, token) for token in (old, new)] == [40001, 0]


async def test_a_token_lasts_7200_seconds(simulator: Simulator, clock: TravellingClock) -> None:
    token = await ordinary(simulator)
    assert token["expires_in"] == 7200
    assert len(token["access_token"]) <= 512
    clock.advance(seconds=7200)
    assert await errcode_of_token(simulator, token["access_token"]) == 42001


async def test_the_stable_token_is_the_same_for_everybody_and_isolated(simulator: Simulator) -> None:
    first = await simulator.stable_token()
    await ordinary(simulator)
    assert await simulator.stable_token() == first


async def test_the_stable_token_is_renewed_in_its_last_five_minutes(
    simulator: Simulator, clock: TravellingClock
) -> None:
    first = await simulator.stable_token()
    clock.advance(seconds=7200 - 301)
    assert await simulator.stable_token() == {"access_token": first["access_token"], "expires_in": 301}
    clock.advance(seconds=1)
    second = await simulator.stable_token()
    assert (second["expires_in"], second["access_token"] != first["access_token"]) == (7200, True)
    assert await errcode_of_token(simulator, first["access_token"]) == 0


async def test_no_token_has_longer_than_two_hours_whatever_the_clock_does(
    simulator: Simulator, clock: TravellingClock
) -> None:
    clock.advance(days=30)
    future = await simulator.stable_token()
    clock.reset()
    assert (now := await simulator.stable_token())["expires_in"] == 7200
    assert now["access_token"] != future["access_token"]


async def test_a_forced_refresh_thirty_seconds_apart_twenty_a_day(simulator: Simulator, clock: TravellingClock) -> None:
    for _ in range(20):
        assert "access_token" in await simulator.stable_token(force=True)
        assert (await simulator.stable_token(force=True))["errcode"] == 45011
        clock.advance(seconds=30)
    assert (await simulator.stable_token(force=True))["errcode"] == 45009


async def test_the_stable_token_by_minute_and_day(simulator: Simulator) -> None:
    shown = await simulator.told("/cgi-bin/openapi/quota/get", {"cgi_path": "/cgi-bin/stable_token"})
    assert (shown["quota"]["daily_limit"], shown["rate_limit"]["call_count"]) == (500_000, 10_000)


@pytest.mark.parametrize(("token", "errcode"), [("", 41001), ("no token!", 40014), ("unknown", 40001)])
async def test_tokens_that_are_none(simulator: Simulator, token: str, errcode: int) -> None:
    assert await errcode_of_token(simulator, token) == errcode


async def test_an_address_that_is_not_in_the_white_list(simulator: Simulator) -> None:
    await simulator.sim("settings", {"allowed_ips": ["203.0.113.9"]})
    refused = await simulator.stable_token()
    assert (refused["errcode"], refused["errmsg"].startswith("invalid ip 127.0.0.1 ")) == (40164, True)


async def test_an_address_that_is_not_registered(simulator: Simulator) -> None:
    """Only of apps that another platform looks after, so it is nothing but a fault here."""
    await simulator.fault("/cgi-bin/stable_token", errcode=61004)
    refused = await simulator.stable_token()
    assert (refused["errcode"], refused["errmsg"].startswith("access clientip is not registered")) == (61004, True)


# --- phone number --------------------------------------------------------------------------------------------------


async def test_a_phone_number_by_its_own_code(simulator: Simulator, clock: TravellingClock) -> None:
    info = (await simulator.told(PHONE, {"code": "phone-13812345678-1"}))["phone_info"]
    stamp = {"timestamp": int(clock.now().timestamp()), "appid": simulator.app_id}
    number = {"phoneNumber": "13812345678", "purePhoneNumber": "13812345678", "countryCode": "86"}
    assert info == number | {"watermark": stamp}


async def test_a_foreign_number_has_its_country_in_front(simulator: Simulator) -> None:
    info = (await simulator.told(PHONE, {"code": "phone-+852-91234567-1"}))["phone_info"]
    assert (info["phoneNumber"], info["purePhoneNumber"], info["countryCode"]) == ("+85291234567", "91234567", "852")


async def test_a_phone_code_works_once_for_five_minutes(simulator: Simulator, clock: TravellingClock) -> None:
    good, late = [(await simulator.sim("codes", {"phone": "13812345678"}))["code"] for _ in range(2)]
    assert [await simulator.errcode(PHONE, {"code": good}) for _ in range(2)] == [0, 40029]
    clock.advance(minutes=5, seconds=1)
    assert await simulator.errcode(PHONE, {"code": late}) == 40029


# --- consent -------------------------------------------------------------------------------------------------------


async def asked(simulator: Simulator, templates: list[str], **answers: str) -> dict[str, Any]:
    given = {template.replace("_", "-"): answer for template, answer in answers.items()}
    return await simulator.sim("subscription-requests", {"name": "alice", "template_ids": templates, "answers": given})


async def test_one_acceptance_is_one_message_and_acceptances_add_up(
    simulator: Simulator, clock: TravellingClock
) -> None:
    await simulator.accept("alice", T)
    openid = await simulator.accept("alice", T)
    clock.advance(days=300)
    assert [(await send(simulator, openid))["errcode"] for _ in range(3)] == [0, 0, 43101]


async def test_at_most_three_templates_in_a_request(simulator: Simulator) -> None:
    assert (await asked(simulator, ["tmpl-a", "tmpl-b", "tmpl-c", "tmpl-d"]))["errCode"] == 20003
    await simulator.sim("settings", {"max_templates": 5})
    assert "results" in await asked(simulator, ["tmpl-a", "tmpl-b", "tmpl-c", "tmpl-d"])


async def with_a_long_term_template(simulator: Simulator) -> None:
    await simulator.sim("templates", {"items": [{"id": "long", "arguments": ["thing1"], "kind": "long_term"}]})


async def test_one_time_and_long_term_are_not_mixed(simulator: Simulator) -> None:
    await with_a_long_term_template(simulator)
    assert (await asked(simulator, ["tmpl-a", "long"]))["errCode"] == 20002


async def test_a_long_term_acceptance_is_not_used_up(simulator: Simulator) -> None:
    await with_a_long_term_template(simulator)
    openid = (await asked(simulator, ["long"], long="accept"))["openid"]
    assert [(await send(simulator, openid, "long"))["errcode"] for _ in range(3)] == [0, 0, 0]
    await simulator.tap("alice", "long", "reject", where="settings")
    assert (await send(simulator, openid, "long"))["errcode"] == 43101


async def test_always_keep_suppresses_the_pop_up(simulator: Simulator, listener: Listener) -> None:
    await simulator.tap("alice", T, "accept", keep=True)
    told = await asked(simulator, [T])
    assert (told["results"][T], told["callback_status"]) == ("accept", None)
    assert len(listener.requests) == 1, "only the pop-up is told"
    assert (await simulator.look("consent", name="alice"))["grants"] == {T: 2}


async def test_the_page_hears_accept_reject_ban_and_filter(simulator: Simulator) -> None:
    told = await asked(simulator, ["tmpl-a", "tmpl-b", "tmpl-c"], tmpl_a="accept", tmpl_b="ban", tmpl_c="filter")
    assert told["results"] == {
        "errMsg": "requestSubscribeMessage:ok", "tmpl-a": "accept", "tmpl-b": "ban", "tmpl-c": "filter",
    }  # fmt: skip
    assert (await simulator.look("consent", name="alice"))["grants"] == {"tmpl-a": 1}


async def test_switched_off_nothing_arrives_and_nothing_can_be_asked(simulator: Simulator) -> None:
    openid = await simulator.accept("alice", T)
    await simulator.sim("main-switch", {"name": "alice", "on": False})
    assert (await send(simulator, openid))["errcode"] == 43101
    assert (await asked(simulator, [T]))["errCode"] == 20004
    await simulator.sim("main-switch", {"name": "alice", "on": True})
    assert (await send(simulator, openid))["errcode"] == 0


async def test_a_refusal_in_the_settings_takes_everything_back(simulator: Simulator) -> None:
    openid = await simulator.accept("alice", T)
    await simulator.tap("alice", T, "reject")
    await simulator.accept("alice", T)
    assert (await simulator.tap("alice", T, "reject", where="settings"))["grants"] == 0
    assert (await send(simulator, openid))["errcode"] == 43101
    assert (await asked(simulator, [T], tmpl_a="accept"))["results"][T] == "reject"
