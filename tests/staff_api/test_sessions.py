"""How staff come in."""

import httpx
import pyotp
import pytest

from models import Staff, StaffSession
from tests.clock import START, TravellingClock
from tests.conftest import App
from tests.journeys.contract import Json, granted, moment, paths, refused
from tests.people import People


async def log_in(client: httpx.AsyncClient, **fields: object) -> httpx.Response:
    return await client.post("/staff/v1/sessions", json={"username": "clerk", "password": "hejie-demo"} | fields)


async def test_in_and_out(people: People, clock: TravellingClock) -> None:
    answer = granted(await log_in(people.client), 201)
    assert moment(answer["expires_at"]) > START
    clerk = answer["staff"]
    assert (clerk["name"], clerk["role"]) == ("李敏", "clerk")
    assert "陆城" in clerk["center"]["name"]
    headers = {"Authorization": f"Bearer {answer['token']}"}
    assert granted(await people.client.get("/staff/v1/me", headers=headers)) == clerk
    assert [session.token_hash == answer["token"] for session in await StaffSession.all()] == [False]
    assert (await people.client.delete("/staff/v1/sessions/current", headers=headers)).status_code == 204
    refused(await people.client.get("/staff/v1/me", headers=headers), 401, "token_revoked")
    again = granted(await log_in(people.client), 201)
    clock.set(moment(again["expires_at"]))
    headers = {"Authorization": f"Bearer {again['token']}"}
    refused(await people.client.get("/staff/v1/me", headers=headers), 401, "token_expired")


async def test_the_city_has_no_center(people: People) -> None:
    supervisor = await people.staff("supervisor")
    assert granted(await supervisor.get("/me"))["center"] is None


@pytest.mark.parametrize(
    "fields",
    [{"password": "hejie-Demo"}, {"password": "hejie-demo "}, {"username": "nobody"}, {"username": "CLERK"}],
)
async def test_all_that_is_wrong_looks_alike(client: httpx.AsyncClient, fields: Json) -> None:
    body = refused(await log_in(client, **fields), 401, "login_failed")
    assert body["message"] == "用户名、密码或动态码不对，请检查后重试。忘记密码请联系管理员。"


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"username": "", "password": ""}, {"username", "password"}),
        ({"username": 7, "password": "x" * 257, "remember": True}, {"username", "password", "remember"}),
        ({"username": "a\u0000b"}, {"username"}),
        ({"username": "中" * 65, "otp": "1" * 129}, {"username", "otp"}),
    ],
)
async def test_bad_input(client: httpx.AsyncClient, fields: Json, wrong: set[str]) -> None:
    assert paths(await log_in(client, **fields)) == wrong


async def test_guessing_is_stopped_for_that_name_only(app: App, client: httpx.AsyncClient) -> None:
    for _ in range(10):
        refused(await log_in(client, password="guess"), 401, "login_failed")
    stopped = await log_in(client)
    refused(stopped, 429, "rate_limited")
    assert 0 < int(stopped.headers["Retry-After"]) <= 300
    granted(await log_in(client, username="director"), 201)


async def test_a_dismissed_clerk_is_out_at_once(people: People) -> None:
    clerk = await people.staff("clerk")
    await Staff.filter(username="clerk").update(is_active=False)
    try:
        refused(await clerk.get("/me"), 401, "token_revoked")
        refused(await log_in(people.client), 401, "login_failed")
    finally:
        await Staff.filter(username="clerk").update(is_active=True)


async def test_a_second_factor_where_one_is_set_up(app: App, client: httpx.AsyncClient, clock: TravellingClock) -> None:
    director, secret = await Staff.get(username="director"), pyotp.random_base32()
    sealed = app.ctx.deps.keyring.seal(secret, "staff", "otp", director.id)
    await Staff.filter(id=director.id).update(otp_sealed=sealed)
    right, old = pyotp.TOTP(secret).at(clock.now()), pyotp.TOTP(secret).at(clock.now().timestamp() - 90)
    try:
        for otp in (None, "", "000000" if right != "000000" else "000001", "一二三四五六", old):
            answer = await log_in(client, username="director", otp=otp)
            assert answer.status_code == (422 if otp == "" else 401), otp
        granted(await log_in(client, username="director", otp=right), 201)
        wrong = await log_in(client, username="director", otp=right, password="guess")
        refused(wrong, 401, "login_failed")
    finally:
        await Staff.filter(id=director.id).update(otp_sealed=None)
