"""Who changes the history behind the application's back is found, and what was changed is named."""

from typing import Any

import pytest
from tortoise import connections

from backend import history_processes
from backend.core.crypto import Keyring
from backend.disputes import verifying
from backend.disputes.verifying import Finding, Flaw
from config.settings import Settings
from models import Event
from tests.casework.staff import PeopleAtWork
from tests.people import file_dispute

SLIPPED_IN = """
INSERT INTO event (id, dispute_id, kind, audience, at, status, flow, actor_kind, actor_role, data)
SELECT 'ffffffff-ffff-7fff-bfff-ffffffffffff', dispute_id, kind, audience, at, status, flow, actor_kind, actor_role,
       data
  FROM event WHERE ordinal = 2
"""
TAMPERED: list[tuple[str, list[str], list[tuple[Flaw, int]]]] = [
    ("a state", ["UPDATE event SET status = 'refused' WHERE ordinal = 2"], [(Flaw.CHANGED, 2)]),
    ("a moment", ["UPDATE event SET at = at - interval '1 second' WHERE ordinal = 2"], [(Flaw.CHANGED, 2)]),
    ("who did it", ["UPDATE event SET actor_id = gen_random_uuid() WHERE ordinal = 3"], [(Flaw.CHANGED, 3)]),
    ("who may read it", ["UPDATE event SET audience = 'staff' WHERE ordinal = 1"], [(Flaw.CHANGED, 1)]),
    ("a fact", ["UPDATE event SET data = data || '{\"x\": 1}' WHERE ordinal = 1"], [(Flaw.CHANGED, 1)]),
    ("a deleted event", ["DELETE FROM event WHERE ordinal = 2"], [(Flaw.MISSING, 2)]),
    ("the last ones", ["DELETE FROM event WHERE ordinal >= 3"], [(Flaw.MISSING, 3), (Flaw.MISSING, 4)]),
    (
        "the last ones, and the case told so",
        [
            "DELETE FROM event WHERE ordinal = 4",
            "UPDATE dispute SET history_length = 3",
        ],
        [(Flaw.HEAD, 3)],
    ),
    (
        "a swapped order",
        ["UPDATE event SET ordinal = 5 - ordinal WHERE ordinal IN (2, 3)"],
        [(Flaw.CHANGED, 2), (Flaw.CHANGED, 3), (Flaw.CHANGED, 4)],
    ),
    (
        "a deleted event, the others moved up",
        [
            "DELETE FROM event WHERE ordinal = 2",
            "UPDATE event SET ordinal = ordinal - 1 WHERE ordinal > 2",
            "UPDATE dispute SET history_length = 3",
        ],
        [(Flaw.CHANGED, 2)],
    ),
    ("what was written", ["UPDATE event SET detail_sealed = NULL WHERE ordinal = 3"], [(Flaw.DETAIL, 3)]),
    (
        "another's words",
        ["UPDATE event SET detail_sealed = (SELECT detail_sealed FROM event WHERE ordinal = 4) WHERE ordinal = 3"],
        [(Flaw.DETAIL, 3)],
    ),
    (
        "an event slipped in",
        [SLIPPED_IN],
        [(Flaw.EXTRA, 0)],
    ),
]


@pytest.fixture
async def keyring(settings: Settings) -> Keyring:
    return Keyring.parse(settings.encryption_keys.get_secret_value(), settings.search_key.get_secret_value())


@pytest.fixture
async def case(people: PeopleAtWork) -> dict[str, Any]:
    """Four entries, two of them with words."""
    resident, clerk = await people.resident(), await people.staff("clerk")
    filed = await file_dispute(resident)
    for action, fields in (
        ("accept", {}),
        ("add_note", {"text": "已电话联系申请人。"}),
        ("add_note", {"text": "已电话联系物业。", "audience": "parties"}),
    ):
        page = (await clerk.get(f"/disputes/{filed['id']}")).json()
        done = await clerk.post(f"/disputes/{filed['id']}/actions/{action}", {"version": page["version"], **fields})
        assert done.status_code == 200, done.text
    return filed


@pytest.fixture
def people(client: Any) -> PeopleAtWork:
    return PeopleAtWork(client)


async def test_an_untouched_history_is_found_in_order(case: dict[str, Any], keyring: Keyring) -> None:
    assert await _found(keyring) == []
    assert await verifying.count() == (4, 0)


@pytest.mark.parametrize(
    ("statements", "expected"), [each[1:] for each in TAMPERED], ids=[each[0] for each in TAMPERED]
)
async def test_what_was_changed_is_named(
    statements: list[str], expected: list[tuple[Flaw, int]], case: dict[str, Any], keyring: Keyring
) -> None:
    for statement in statements:
        await connections.get("default").execute_query(statement)

    found = await _found(keyring)

    assert [(each.flaw, each.ordinal) for each in found] == expected
    assert {str(each.dispute_id) for each in found} == {case["id"]}
    assert all("调字第" in each.number for each in found)


async def test_a_chain_made_anew_without_the_key_does_not_fit(case: dict[str, Any], keyring: Keyring) -> None:
    """The link of a row can be computed by anybody, its digest cannot."""
    await connections.get("default").execute_query(
        "UPDATE event SET status = 'refused', link = sha256(link) WHERE ordinal = 4"
    )
    await connections.get("default").execute_query("UPDATE dispute SET history_head = sha256(history_head)")

    assert [(each.flaw, each.ordinal) for each in await _found(keyring)] == [(Flaw.CHANGED, 4)]


async def test_what_is_sealed_anew_with_another_key_still_fits(case: dict[str, Any], keyring: Keyring) -> None:
    for event in await Event.filter(detail_sealed__isnull=False):
        assert event.detail_sealed is not None
        written = keyring.open_bytes(bytes(event.detail_sealed), "event", "detail", event.id)
        event.detail_sealed = keyring.seal_bytes(written, "event", "detail", event.id)
        await event.save(update_fields=["detail_sealed"])

    assert await _found(keyring) == []


async def test_events_from_before_the_chain_are_counted_not_blamed(case: dict[str, Any], keyring: Keyring) -> None:
    await connections.get("default").execute_query(
        "UPDATE event SET ordinal = 0, link = NULL, detail_digest = NULL; UPDATE dispute SET history_length = 0,"
        " history_head = NULL"
    )

    assert await verifying.count() == (4, 4)
    assert [each for each in await _found(keyring) if each.flaw is not Flaw.DETAIL] == []


async def test_many_cases_are_walked_by_several_processes(
    people: PeopleAtWork, settings: Settings, keyring: Keyring
) -> None:
    resident = await people.resident()
    ids = [(await file_dispute(resident))["id"] for _ in range(5)]
    assert [batch.findings async for batch in history_processes.batches(settings, keyring, cases_each=2)] == [[]] * 3
    for case_id in ids[1:4]:
        await Event.filter(dispute_id=case_id).update(status="refused")

    walked = [batch async for batch in history_processes.batches(settings, keyring, cases_each=2)]

    assert sum(batch.events for batch in walked) == 5
    assert {str(finding.dispute_id) for batch in walked for finding in batch.findings} == set(ids[1:4])


async def _found(keyring: Keyring) -> list[Finding]:
    return [finding async for batch in verifying.batches(keyring) for finding in batch.findings]
