"""Who looked stands in the history too, cheaply, and whoever hides it is found."""

import asyncio
from pathlib import Path

import pytest
from tortoise import connections

from backend import history_sink
from backend.core.crypto import Keyring
from backend.disputes import roots, verifying
from models import Dispute, Event, Look
from tests.casework.staff import PeopleAtWork
from tests.clock import TravellingClock
from tests.conftest import App
from tests.history import whole
from tests.journeys.contract import Json, granted, paths, photo, refused, take, to_mediation
from tests.people import Person, file_dispute


@pytest.fixture
def people(client: object) -> PeopleAtWork:
    return PeopleAtWork(client)  # type: ignore[arg-type]


async def all_of(staff: Person, path: str, **query: object) -> list[Json]:
    items, cursor = [], None
    while True:
        page = granted(await staff.get(path, **query, **({"cursor": cursor} if cursor else {})))
        items += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return items


async def reveal(people: PeopleAtWork, revealing: str) -> None:
    clerk = await people.staff("clerk")
    shown = granted(await clerk.post(revealing, {"fields": ["phone"], "reason": "打电话通知"}))
    assert shown == {"phone": "13872560001", "id_number": None}
    assert paths(await clerk.post(revealing, {"fields": ["name"], "reason": " "})) == {"fields.0", "reason"}
    refused(await (await people.staff("supervisor")).post(revealing, {"fields": ["phone"], "reason": "x"}), 403)
    refused(await (await people.staff("gezhouba-clerk")).post(revealing, {"fields": ["phone"], "reason": "x"}), 404)


async def test_the_history_tells_everything_to_who_answers_for_it(
    app: App, people: PeopleAtWork, clock: TravellingClock
) -> None:
    resident, clerk, director = await people.resident(), await people.staff("clerk"), await people.staff("director")
    uploaded = granted(await resident.upload(photo()), 201)["id"]
    filed = await file_dispute(resident, file_ids=[uploaded])
    path = f"/disputes/{filed['id']}"
    await to_mediation(people, filed["id"])
    before = granted(await clerk.get(path))
    party = before["parties"][0]
    await reveal(people, f"{path}/parties/{party['id']}/reveal")
    corrected = {"version": before["version"], "name": "张三丰", "reason": "写错了"}
    granted(await clerk.put(f"{path}/parties/{party['id']}", corrected))
    locked = (await Dispute.get(id=filed["id"])).updated_at
    for _ in range(3):
        assert (await clerk.get(f"/files/{uploaded}")).status_code == 200
        granted(await clerk.get(path))
    assert (await Dispute.get(id=filed["id"])).updated_at == locked
    looked = Look.filter(dispute_id=filed["id"], actor_id=clerk.id)
    assert sorted([row.kind for row in await looked]) == ["case", "file"], "once an hour"
    clock.advance(hours=1)
    granted(await clerk.get(path))
    assert await looked.filter(kind="case").count() == 2

    entries = await all_of(director, f"{path}/history", limit=3)
    assert [entry["id"] for entry in entries] == sorted(entry["id"] for entry in entries)
    assert await all_of(director, f"{path}/history", order="desc", limit=50) != entries
    by_kind = {entry["kind"]: entry for entry in entries}
    assert by_kind["accepted"]["status_before"] == "submitted"
    assert (by_kind["accepted"]["status_after"], by_kind["accepted"]["actor_role"]) == ("accepted", "clerk")
    assert by_kind["party_corrected"]["before"] == {"name": "张三"}
    assert by_kind["party_corrected"]["after"] == {"name": "张三丰"}
    assert by_kind["party_corrected"]["reason"] == "写错了"
    assert by_kind["revealed"]["reason"] == "打电话通知"
    assert "13872560001" not in str(entries)
    assert by_kind["look_file"]["data"] == {"subject_id": uploaded}
    assert by_kind["look_case"]["actor_name"] == granted(await clerk.get("/me"))["name"]
    assert all(entry["title"] and entry["audience"] and entry["actor_role"] is not None for entry in entries)
    chained = [entry["ordinal"] for entry in entries if entry["ordinal"]]
    assert chained == list(range(1, len(chained) + 1))

    await filtered(people, resident, path, entries)
    assert await whole.flaws(app) == []


async def filtered(people: PeopleAtWork, resident: Person, path: str, entries: list[Json]) -> None:
    """What others read of it."""
    timeline = granted(await resident.get(f"{path}/timeline", limit=100))["items"]
    theirs = [entry for entry in entries if entry["audience"] in ("parties", "applicant")]
    assert [(item["at"], item["kind"], item["text"]) for item in timeline] == [
        (entry["at"], entry["kind"], entry["text"]) for entry in theirs
    ]
    masked = await all_of(await people.staff("supervisor"), f"{path}/history", limit=100)
    assert {entry["reason"] for entry in masked} == {None}
    for name, status in (("clerk", 403), ("mediator", 403), ("admin", 404), ("gezhouba-director", 404)):
        refused(await (await people.staff(name)).get(f"{path}/history"), status)
    refused(await resident.get(f"{path}/history"), 404)


async def test_looks_at_once_are_one(people: PeopleAtWork) -> None:
    filed, clerk = await file_dispute(await people.resident()), await people.staff("clerk")
    answers = await asyncio.gather(*(clerk.get(f"/disputes/{filed['id']}") for _ in range(12)))
    assert {answer.status_code for answer in answers} == {200}
    assert await Look.filter(dispute_id=filed["id"]).count() == 1
    assert await Event.filter(dispute_id=filed["id"]).count() == 1


async def test_whoever_hides_a_look_is_found(
    app: App, people: PeopleAtWork, clock: TravellingClock, tmp_path: Path
) -> None:
    keyring: Keyring = app.ctx.deps.keyring
    filed, clerk = await file_dispute(await people.resident()), await people.staff("clerk")
    granted(await clerk.get(f"/disputes/{filed['id']}"))
    clock.advance(hours=2)
    granted(await clerk.get(f"/disputes/{filed['id']}"))
    await take(clerk, filed["id"], "accept")
    clock.advance(days=1)
    sink = history_sink.FileSink(tmp_path / "roots.jsonl")
    assert await history_sink.publish(app.ctx.deps, sink) == 1
    kept = history_sink.read(tmp_path / "roots.jsonl")

    async def wrong() -> tuple[list[str], list[str]]:
        findings = [each.flaw.value async for batch in verifying.looks(keyring) for each in batch.findings]
        return findings, [what async for _, what in roots.differing(kept)]

    assert await wrong() == ([], [])
    first = await Look.all().order_by("id").first()
    assert first is not None
    await Look.filter(id=first.id).update(actor_role="director")
    assert await wrong() == (["look"], [])
    await Look.filter(id=first.id).delete()
    assert await wrong() == ([], ["looks"])
    connection = connections.get("default")
    await connection.execute_query(
        "INSERT INTO look (id, dispute_id, kind, subject_id, actor_id, actor_role, hour, at, digest)"
        " SELECT gen_random_uuid(), dispute_id, kind, subject_id, gen_random_uuid(), actor_role, hour, at, digest"
        " FROM look"
    )
    assert await wrong() == (["look"], ["looks"])
