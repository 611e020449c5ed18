from datetime import timedelta

import httpx
import pytest

from tests.clock import TravellingClock
from tests.people import People
from tests.simulator import Simulator


async def log_in(client: httpx.AsyncClient, code: str) -> httpx.Response:
    return await client.post("/mini/v1/sessions", json={"code": code})


async def test_a_code_opens_a_session(client: httpx.AsyncClient, clock: TravellingClock) -> None:
    answer = await log_in(client, "sim-lin-session1")
    assert answer.status_code == 201
    body = answer.json()
    assert body["expires_at"] == "2026-12-24T10:00:00+08:00"
    assert body["resident"]["phone_masked"] is None
    me = await client.get("/mini/v1/me", headers={"Authorization": f"Bearer {body['token']}"})
    assert me.json()["id"] == body["resident"]["id"]


async def test_the_same_person_has_one_account(client: httpx.AsyncClient) -> None:
    first, second = await log_in(client, "sim-lin-session2"), await log_in(client, "sim-lin-session3")
    other = await log_in(client, "sim-wu-session2")
    assert first.json()["resident"]["id"] == second.json()["resident"]["id"] != other.json()["resident"]["id"]
    assert first.json()["token"] != second.json()["token"]


@pytest.mark.parametrize("code", ["bad-1", "badcode"])
async def test_a_bad_code_is_refused(client: httpx.AsyncClient, code: str) -> None:
    answer = await log_in(client, code)
    assert (answer.status_code, answer.json()["code"]) == (401, "login_code_invalid")


async def test_a_code_works_once(client: httpx.AsyncClient) -> None:
    assert (await log_in(client, "sim-lin-session4")).status_code == 201
    again = await log_in(client, "sim-lin-session4")
    assert (again.status_code, again.json()["code"]) == (401, "login_code_invalid")


@pytest.mark.parametrize("body", [{}, {"code": ""}, {"code": None}, {"code": 7}, {"code": "x" * 129}])
async def test_a_missing_code_is_a_field_error(client: httpx.AsyncClient, body: dict[str, object]) -> None:
    answer = await client.post("/mini/v1/sessions", json=body)
    assert answer.status_code == 422
    assert [each["path"] for each in answer.json()["fields"]] == ["code"]


async def test_nothing_is_half_written_while_wechat_is_away(client: httpx.AsyncClient, simulator: Simulator) -> None:
    await simulator.fault("/sns/jscode2session", status=502, times=1)
    answer = await log_in(client, "sim-lin-session5")
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert (await log_in(client, "sim-lin-session6")).status_code == 201


async def test_a_session_ends_by_logging_out(people: People) -> None:
    lin, elsewhere = await people.resident("lin"), await people.resident("lin")
    assert (await lin.delete("/sessions/current")).status_code == 204
    after = await lin.get("/me")
    assert (after.status_code, after.json()["code"]) == (401, "token_revoked")
    assert (await elsewhere.get("/me")).status_code == 200


async def test_a_session_ends_by_itself(people: People, clock: TravellingClock) -> None:
    lin = await people.resident("lin")
    clock.set(clock.now() + timedelta(days=30))
    after = await lin.get("/me")
    assert (after.status_code, after.json()["code"]) == (401, "token_expired")


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Basic abc", "Bearer no-such-token"])
async def test_no_token_no_answer(client: httpx.AsyncClient, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header}
    answer = await client.get("/mini/v1/me", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "token_invalid")


@pytest.mark.parametrize(("path", "status"), [("/sessions/current", 204), ("/me", 200)])
async def test_leaving_twice_with_one_key_is_leaving_once(people: People, path: str, status: int) -> None:
    lin = await people.resident("lin")

    first, again = await lin.delete(path, key="k1"), await lin.delete(path, key="k1")

    assert (first.status_code, again.status_code) == (status, status)
    assert first.content == again.content
    assert (await lin.delete(path, key="k2")).json()["code"] == "token_revoked"
    assert (await lin.get("/me")).json()["code"] == "token_revoked"
