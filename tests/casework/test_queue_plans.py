"""Every order and filter of the queue follows an index, and what belongs to a case is found by its case: read off the
plans among some thousand cases, as the planner decides by itself."""

import json
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager

import pytest
from tortoise import connections
from tortoise.backends.base.client import TransactionalDBClient
from tortoise.transactions import in_transaction

from tests.benchmarks.sql_calls import Call, recorded
from tests.casework.staff import PeopleAtWork
from tests.journeys.contract import Json, granted, take
from tests.people import Person, file_dispute

FEW_DOZEN = 60
FILED, LIGHT = ("created_at", "id"), ("due_at", "id")
PLANS: dict[str, tuple[Json, dict[str, tuple[str, ...]]]] = {
    "newest first": ({}, {
        "own": ("center_id", *FILED), "offered": ("transfer_to_id", *FILED), "city": FILED,
    }),
    "by light": ({"sort": "light"}, {
        "own": ("center_id", *LIGHT), "offered": ("transfer_to_id", *LIGHT), "city": LIGHT,
    }),
    "of a status": ({"status": "accepted"}, {
        "own": ("center_id", "status", *FILED), "city": ("status", *FILED),
    }),
    "of a status, by light": ({"status": "accepted", "sort": "light"}, {
        "own": ("center_id", "status", *LIGHT), "city": ("status", *LIGHT),
    }),
    "red by light": ({"light": "red", "sort": "light"}, {"own": ("center_id", *LIGHT), "city": LIGHT}),
    "red of a status, by light": ({"light": "red", "sort": "light", "status": "accepted"}, {
        "own": ("center_id", "status", *LIGHT), "city": ("status", *LIGHT),
    }),
    "red cards": ({"safety": "red"}, {"own": ("center_id", "safety", *FILED), "city": ("safety", *FILED)}),
    "red cards, by light": ({"safety": "red", "sort": "light"}, {
        "own": ("center_id", "safety", *LIGHT), "city": ("safety", *LIGHT),
    }),
    "of a category": ({"category": "medical_fees"}, {
        "own": ("center_id", "category", *FILED), "city": ("category", *FILED),
    }),
    "of a mediator": ({"assignee": "mediator"}, {"city": ("mediator_id", *FILED)}),
    "of a mediator, by light": ({"assignee": "mediator", "sort": "light"}, {"city": ("mediator_id", *LIGHT)}),
    "of two years ago": ({"to": "2024-12-31"}, {"own": ("center_id", *FILED), "city": FILED}),
}  # fmt: skip

MANY = """
INSERT INTO dispute SELECT (jsonb_populate_record(d, jsonb_build_object(
       'id', gen_random_uuid(), 'number', left(md5(c.id::text || n), 24), 'center_id', c.id,
       'resident_id', gen_random_uuid(),
       'transfer_to_id', CASE WHEN n % 25 = 1 THEN all_of_them[1 + n % cardinality(all_of_them)] END,
       'mediator_id', CASE WHEN n % 3 = 1 THEN gen_random_uuid() WHEN c.id = d.center_id THEN d.mediator_id END,
       'status', CASE WHEN n % 20 > 3 THEN 'closed' WHEN n % 2 = 0 THEN 'accepted' ELSE 'in_mediation' END,
       'safety', CASE WHEN n % 50 = 0 THEN 'red' ELSE 'none' END,
       'category', CASE WHEN n % 60 = 0 THEN 'medical_fees' ELSE 'property' END,
       'due_at', CASE WHEN n % 20 <= 3 THEN d.created_at + (n - 40) * interval '1 hour' END,
       'yellow_at', CASE WHEN n % 20 <= 3 THEN d.created_at + (n - 88) * interval '1 hour' END,
       'created_at', d.created_at - n * interval '3 days'))).*
  FROM dispute d, center c, generate_series(1, CASE WHEN c.id = d.center_id THEN 1000 ELSE 120 END) n,
       (SELECT array_agg(id) AS all_of_them FROM center) centers;
ANALYZE dispute;
"""


MORNING = ("dispute_by_light", "dispute_by_light", "dispute_waiting_by_light", "dispute_to_try")


async def test_every_order_of_the_queue_and_a_citys_morning_follow_an_index(people: PeopleAtWork) -> None:
    """One city for both: filling it takes most of the time."""
    _, mediator = await _assigned(people)
    clerk, supervisor = await people.staff("clerk"), await people.staff("supervisor")
    readers = {"own": clerk, "offered": clerk, "city": supervisor}
    wanted, found = {}, {}
    scans: dict[str, Call] = {}
    for name, (query, by_whom) in PLANS.items():
        asked = query | ({"assignee": mediator.id} if "assignee" in query else {})
        for whose, columns in by_whom.items():
            wanted[f"{whose}: {name}"] = columns
            scans[f"{whose}: {name}"] = await _scan(readers[whose], asked, whose)
    with recorded() as calls:
        granted(await supervisor.get("/me/today"))
    lists = [call for call in calls if 'FROM "dispute"' in call.sql and "LIMIT" in call.sql]
    async with _a_city() as connection:
        for name, scan in scans.items():
            found[name] = await _followed(await _plan(connection, scan))
        plans = [await _plan(connection, call) for call in lists]
    assert found == wanted
    assert [[node["Index Name"] for node in plan if "Index Name" in node] for plan in plans] == [
        [name] for name in MORNING
    ]


async def _assigned(people: PeopleAtWork) -> tuple[str, Person]:
    clerk, mediator = await people.staff("clerk"), await people.staff("mediator")
    filed = (await file_dispute(await people.resident()))["id"]
    await take(clerk, filed, "accept")
    await take(clerk, filed, "assign", mediator_id=mediator.id)
    return filed, mediator


@asynccontextmanager
async def _a_city() -> AsyncIterator[TransactionalDBClient]:
    """With some thousand cases; gone afterwards."""
    async with in_transaction() as connection:
        await connection.execute_script(f"SET LOCAL session_replication_role = replica; {MANY}")
        yield connection
        await connection.rollback()


async def _plan(connection: TransactionalDBClient, call: Call) -> list[Json]:
    explained = await connection.execute_query_dict(f"EXPLAIN (FORMAT JSON) {call.sql}", list(call.arguments))
    return list(_nodes(json.loads(explained[0]["QUERY PLAN"])[0]["Plan"]))


async def _scan(person: Person, query: Json, whose: str) -> Call:
    """The first statement that looks for a page: among the own cases, the offered ones, or all."""
    with recorded() as calls:
        granted(await person.get("/disputes", **query))
    column = {"own": '"center_id"=', "offered": '"transfer_to_id"=', "city": ""}[whose]
    return next(call for call in calls if 'FROM "dispute"' in call.sql and "LIMIT" in call.sql and column in call.sql)


def _nodes(node: Json) -> Iterator[Json]:
    yield node
    for child in node.get("Plans", ()):
        yield from _nodes(child)


async def _followed(nodes: Sequence[Json]) -> tuple[str, ...]:
    """The columns of the index whose order is the page's; a few dozen rows may be put in order after all."""
    (used,) = [node.get("Index Name", "no index") for node in nodes if node.get("Relation Name") == "dispute"]
    if any("Sort" in node["Node Type"] and node["Plan Rows"] > FEW_DOZEN for node in nodes):
        return ("sorted after", used)
    found = await connections.get("default").execute_query_dict(
        "SELECT pg_get_indexdef(indexrelid, k, true) AS name FROM pg_index, generate_series(1, indnkeyatts) AS k "
        "WHERE indexrelid = $1::text::regclass ORDER BY k", [used],
    )  # fmt: skip
    return tuple(row["name"] for row in found)


WITHOUT = """
SELECT c.relname AS name FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
 WHERE a.attname = 'dispute_id' AND c.relkind = 'r' AND NOT EXISTS
       (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indkey[0] = a.attnum AND i.indpred IS NULL)
"""


@pytest.mark.usefixtures("people")
async def test_what_belongs_to_a_case_is_found_by_its_case() -> None:
    """Inboxes are read by their owner, of those who wait only the ones that still do (a partial index), what is to be
    counted in the order in which it happened, and what concerns partners by the partner."""
    found = await connections.get("default").execute_query_dict(WITHOUT)
    of_partners = {"difference", "outgoing_event", "partner_lane", "unknown_code"}
    assert {row["name"] for row in found} == {"notice", "staff_notice", "statistic_due", "wait_entry"} | of_partners
