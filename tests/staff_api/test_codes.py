"""Codes on posters, codes and links of invitations: they open a page and nothing else."""

import io
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from PIL import Image

from models import SceneCode
from tests.clock import TravellingClock
from tests.people import People, Person, file_dispute
from tests.simulator import Simulator

CODE, LINK = "/wxa/getwxacodeunlimit", "/wxa/generate_urllink"


@pytest.fixture(autouse=True)
async def _as_before(people: People, simulator: Simulator) -> AsyncIterator[None]:
    """The seeded posters are those of the whole session."""
    await simulator.sim("reset")
    seeded = await SceneCode.all().values_list("id", flat=True)
    yield
    await SceneCode.exclude(id__in=list(seeded)).delete()


async def center_of(person: Person) -> str:
    return str((await person.get("/me")).json()["center"]["id"])


async def posters(person: Person, center_id: str) -> list[dict[str, Any]]:
    answer = await person.get(f"/centers/{center_id}/codes")
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def invited(people: People) -> tuple[Person, str, str]:
    """The clerk, the case, the token."""
    clerk = await people.staff("clerk")
    filed = await file_dispute(await people.resident("zhang"))
    page = (await clerk.get(f"/disputes/{filed['id']}")).json()
    party_id = next(party["id"] for party in page["parties"] if party["side"] == "respondent")
    issued = await clerk.post(f"/disputes/{filed['id']}/parties/{party_id}/invitations")
    assert issued.status_code == 201, issued.text
    return clerk, filed["id"], issued.json()["token"]


def is_picture(answer: httpx.Response) -> bool:
    with Image.open(io.BytesIO(answer.content)) as picture:
        return answer.headers["content-type"] == f"image/{str(picture.format).lower()}"


async def test_a_poster_is_made_downloaded_scanned_and_revoked(people: People, simulator: Simulator) -> None:
    director, lin = await people.staff("director"), await people.resident("lin")
    center_id = await center_of(director)
    before = await posters(director, center_id)
    made = await director.post(f"/centers/{center_id}/codes")
    assert made.status_code == 201
    poster = made.json()
    assert [each["id"] for each in await posters(director, center_id)] == [poster["id"], *(e["id"] for e in before)]
    picture = await director.get(f"/centers/{center_id}/codes/{poster['id']}/picture")
    assert picture.status_code == 200
    assert is_picture(picture)
    (code,) = (await simulator.http.get("/sim/codes")).json()["items"]
    assert (code["scene"], code["page"]) == (poster["scene"], "pages/center/index")
    assert code["env_version"] == "develop"
    scanned = await lin.post("/scenes/resolve", {"scene": code["scene"]})
    assert scanned.json() == {"page": "pages/center/index", "params": {"center_id": center_id}}
    for _ in range(2):
        assert (await director.delete(f"/centers/{center_id}/codes/{poster['id']}")).status_code == 204
    assert (await lin.post("/scenes/resolve", {"scene": code["scene"]})).status_code == 422
    assert (await director.get(f"/centers/{center_id}/codes/{poster['id']}/picture")).status_code == 404


async def test_who_may_make_posters(people: People) -> None:
    director = await people.staff("director")
    center_id = await center_of(director)
    for username, status in (("admin", 201), ("clerk", 403), ("supervisor", 403), ("gezhouba-director", 403)):
        person = await people.staff(username)
        assert (await person.post(f"/centers/{center_id}/codes")).status_code == status
    other = await people.staff("gezhouba-director")
    (poster, *_) = await posters(director, center_id)
    path = f"/centers/{await center_of(other)}/codes/{poster['id']}"
    assert (await other.delete(path)).status_code == 404
    assert (await other.get(f"{path}/picture")).status_code == 404


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 502},
        {"body": ""},
        {"body": "<html>busy</html>"},
        {"body": "{}"},
        {"errcode": 41030},
        {"hang_up": True},
    ],
)
async def test_no_picture_from_wechat(people: People, simulator: Simulator, fault: dict[str, Any]) -> None:
    director = await people.staff("director")
    center_id = await center_of(director)
    poster = (await director.post(f"/centers/{center_id}/codes")).json()
    path = f"/centers/{center_id}/codes/{poster['id']}/picture"
    await simulator.fault(CODE, **fault)
    answer = await director.get(path)
    assert (answer.status_code, answer.json()["code"]) == (503, "wechat_unavailable")
    assert "Retry-After" in answer.headers
    assert is_picture(await director.get(path))


async def test_a_busy_wechat_is_asked_again(people: People, simulator: Simulator) -> None:
    clerk, dispute_id, token = await invited(people)
    await simulator.fault(LINK, errcode=-1, times=2)
    assert (await clerk.post(f"/disputes/{dispute_id}/invitations/link", {"token": token})).status_code == 200
    assert await simulator.calls(LINK) == 3


async def test_an_invitation_to_scan_and_to_tap(people: People, simulator: Simulator, clock: TravellingClock) -> None:
    clerk, dispute_id, token = await invited(people)
    picture = await clerk.post(f"/disputes/{dispute_id}/invitations/picture", {"token": token})
    assert picture.status_code == 200
    assert is_picture(picture)
    typed = {"token": token.replace("-", " ").lower()}
    link = (await clerk.post(f"/disputes/{dispute_id}/invitations/link", typed)).json()
    (code,) = (await simulator.http.get("/sim/codes")).json()["items"]
    (made,) = (await simulator.http.get("/sim/links")).json()["items"]
    assert (code["scene"], code["page"]) == (token, "pages/invitation/index")
    assert (made["url"], made["path"], made["query"]) == (link["url"], "pages/invitation/index", f"token={token}")
    assert dispute_id not in made["query"] + code["scene"]
    stranger = await people.resident("stranger")
    assert (await stranger.get(f"/disputes/{dispute_id}")).status_code == 404


async def test_only_who_holds_a_live_token_gets_a_code_or_link(people: People, simulator: Simulator) -> None:
    clerk, dispute_id, token = await invited(people)
    other = await people.staff("gezhouba-clerk")
    for path in ("picture", "link"):
        url = f"/disputes/{dispute_id}/invitations/{path}"
        assert (await clerk.post(url, {"token": "ABCD-EFGH-JKLM-NPQR"})).status_code == 422
        assert (await other.post(url, {"token": token})).status_code == 404
    (row,) = (await clerk.get(f"/disputes/{dispute_id}/invitations")).json()["items"]
    assert (await clerk.delete(f"/disputes/{dispute_id}/invitations/{row['id']}")).status_code == 204
    for path in ("picture", "link"):
        answer = await clerk.post(f"/disputes/{dispute_id}/invitations/{path}", {"token": token})
        assert answer.status_code == 422
    assert await simulator.calls(CODE) + await simulator.calls(LINK) == 0
