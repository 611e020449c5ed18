"""What callers get wrong, and how they are told."""

from typing import Any

import asyncpg
import httpx
import pytest
from redis.exceptions import ConnectionError as RedisAway
from tortoise.exceptions import DBConnectionError

from backend.core.errors import NotFoundError
from backend.web import errors
from tests.people import People, Person, filing

DISPUTES = "/mini/v1/disputes"
JSON = {"Content-Type": "application/json"}


@pytest.fixture
async def resident(people: People) -> Person:
    return await people.resident()


async def send(client: httpx.AsyncClient, person: Person, body: bytes, **headers: str) -> httpx.Response:
    sent = {"Authorization": f"Bearer {person.token}"} | (headers or JSON)
    return await client.post(DISPUTES, content=body, headers=sent)


def told(answer: httpx.Response) -> tuple[int, str]:
    body = answer.json()
    assert body["request_id"] == answer.headers["X-Request-Id"]
    assert body["message"].endswith("。")
    return answer.status_code, body["code"]


def paths(answer: httpx.Response) -> set[str]:
    assert told(answer) == (422, "invalid_fields")
    return {field["path"] for field in answer.json()["fields"]}


MALFORMED = (
    b"{",
    b"nonsense",
    b"[]",
    b"1",
    b'"text"',
    b"null",
    b"{} {}",
    b'{"amount_fen":NaN}',
    b'{"amount_fen":-Infinity}',
    b'{"amount_fen":' + b"9" * 5000 + b"}",
    b'{"claim":"\\ud800"}',
    b'{"claim":"\xff"}',
    b'{"claim":"a\nb"}',
    b"\xef\xbb\xbf{}",
    '{"claim":"x"}'.encode("utf-16"),
    b"[" * 100_000,
    b'{"a":' * 500 + b"1" + b"}" * 500,
    b"\x00",
)


async def test_what_is_no_json_object_is_malformed(client: httpx.AsyncClient, resident: Person) -> None:
    answers = {body[:20]: told(await send(client, resident, body)) for body in MALFORMED}

    assert {body: answer for body, answer in answers.items() if answer != (400, "malformed")} == {}


async def test_another_content_type_is_refused(client: httpx.AsyncClient, resident: Person) -> None:
    types = [b"text/plain", b"application/x-www-form-urlencoded", b"application/jsonp", b"text/json", b"\xff"]
    token = (b"Authorization", f"Bearer {resident.token}".encode())
    answers = [await client.post(DISPUTES, content=b"{}", headers=[token, (b"Content-Type", each)]) for each in types]

    assert [told(answer) for answer in answers] == [(415, "wrong_type")] * len(types)


async def test_a_body_without_content_type_is_refused(client: httpx.AsyncClient, resident: Person) -> None:
    answer = await client.post(DISPUTES, content=b"{}", headers={"Authorization": f"Bearer {resident.token}"})

    assert told(answer) == (415, "wrong_type")


async def test_more_than_a_megabyte_is_too_large(client: httpx.AsyncClient, resident: Person) -> None:
    assert told(await send(client, resident, b'{"claim":"' + b"x" * 1_000_001 + b'"}')) == (413, "too_large")


async def test_an_unknown_address_and_a_wrong_method_are_told_as_json(client: httpx.AsyncClient) -> None:
    assert told(await client.get("/mini/v1/nothing")) == (404, "not_found")
    assert told(await client.get("/")) == (404, "not_found")

    wrong = await client.patch(DISPUTES, json={})
    assert told(wrong) == (405, "method_not_allowed")
    assert set(wrong.headers["Allow"].replace(" ", "").split(",")) >= {"GET", "POST"}


async def test_all_that_is_wrong_is_told_at_once(resident: Person) -> None:
    answer = await resident.post(
        "/disputes",
        {
            "category": "no-such",
            "description": "",
            "amount_fen": 1.5,
            "location": {"lon": 181, "lat": 30, "crs": "mars"},
            "applicant": {"phone": 1},
            "respondents": [{"name": "甲"}, {"name": "乙", "nickname": "小乙"}],
            "preferred_mode": "by pigeon",
            "surprise": True,
        },
    )

    assert paths(answer) == {
        "category",
        "description",
        "amount_fen",
        "location.lon",
        "location.crs",
        "applicant.name",
        "applicant.phone",
        "respondents.1.nickname",
        "preferred_mode",
        "surprise",
    }


async def test_an_empty_body_is_told_what_it_needs(client: httpx.AsyncClient, resident: Person) -> None:
    assert {"category", "location", "applicant", "respondents"} <= paths(await send(client, resident, b""))


async def test_control_characters_are_refused(resident: Person) -> None:
    for text in ("a\x00b", "\x07", "a\x1b[2J", "a\x85b"):
        assert paths(await resident.post("/disputes", filing(description=text))) == {"description"}


async def test_a_text_is_measured_in_characters(resident: Person) -> None:
    answer = await resident.put("/me", {"name": "欧" * 60})

    assert paths(answer) == {"name"}
    assert answer.json()["fields"][0]["message"] == "最多写50个字。"


async def test_what_was_typed_is_not_repeated(resident: Person) -> None:
    typed = {"name": "欧阳某某" * 50, "phone": "1387256000x", "id_number": "42050119900101001y"}

    answer = await resident.post("/disputes", filing(applicant=typed))

    assert paths(answer) >= {"applicant.name", "applicant.phone", "applicant.id_number"}
    assert not [value for value in typed.values() if value in answer.text]


async def test_a_page_has_1_to_100_items(resident: Person) -> None:
    for value in ("0", "101", "-1", "x", "1e9", "9" * 5000):
        assert paths(await resident.get("/disputes", limit=value)) == {"limit"}


async def test_a_query_that_makes_no_sense_is_refused(resident: Person) -> None:
    for name, value in (("cursor", "\0"), ("cursor", "\a"), ("cursor", "nonsense"), ("order", "sideways")):
        assert paths(await resident.get("/disputes", **{name: value})) == {name}


async def test_an_id_that_is_none_is_not_found(resident: Person) -> None:
    for id_ in ("1", "%00", "%ff", "..%2f..", "0190-", "x" * 3000, "钥匙", "%ED%A0%80"):
        assert told(await resident.get(f"/disputes/{id_}")) == (404, "not_found")


async def test_who_are_you_comes_before_what_do_you_want(client: httpx.AsyncClient) -> None:
    for value in (b"", b"Bearer", b"Bearer ", b"Basic eDp5", b"Bearer " + b"x" * 200, b"Bearer \xff\xfe"):
        for body in (b"{", b"x" * 1_000_001):
            answer = await client.post(DISPUTES, content=body, headers=[(b"Authorization", value)])
            assert told(answer) == (401, "token_invalid")
    assert told(await client.post(DISPUTES, content=b"{")) == (401, "token_invalid")


async def test_a_request_id_is_echoed(client: httpx.AsyncClient) -> None:
    answer = await client.get("/healthz", headers={"X-Request-Id": "page-7.tap_2"})

    assert answer.headers["X-Request-Id"] == "page-7.tap_2"


async def test_a_request_id_of_another_form_is_replaced(client: httpx.AsyncClient) -> None:
    for given in ("", "a b", "x" * 65, "<script>", "编号"):
        answer = await client.get("/healthz", headers=[(b"X-Request-Id", given.encode())])
        assert len(answer.headers["X-Request-Id"]) == 32


async def test_method_names_of_strangers_make_no_metrics(client: httpx.AsyncClient) -> None:
    await client.request("BREW", "/healthz")

    assert "BREW" not in (await client.get("/metrics")).text


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NotFoundError(), 404),
        (asyncpg.TooManyConnectionsError(), 503),
        (asyncpg.DeadlockDetectedError(), 503),
        (DBConnectionError(), 503),
        (ConnectionRefusedError(), 503),
        (RedisAway(), 503),
        (ValueError(), None),
        (KeyError("x"), None),
        (asyncpg.UndefinedColumnError(), None),
    ],
    ids=repr,
)
def test_a_store_that_is_away_is_no_bug_and_a_bug_is_no_store(error: Exception, status: int | None) -> None:
    known: Any = errors.known(error)

    assert (known and known.status) == status
    if status == 503:
        assert known.retry_after_s > 0
