"""How often one request may call the database. `tests.benchmarks` prints the statements."""

from tests.benchmarks.sql_calls import Call, recorded
from tests.journeys.contract import granted
from tests.people import People, file_dispute, filing

FILING = 12
LIST_OF_20 = 4


def told(calls: list[Call]) -> str:
    return "\n".join(f"{call.method}: {' '.join(call.sql.split())[:140]}" for call in calls)


async def test_a_filing(people: People) -> None:
    resident = await people.resident()
    with recorded() as calls:
        answer = await resident.post("/disputes", filing(), key="once")
    granted(answer, 201)
    assert len(calls) <= FILING, told(calls)
    assert [call.sql.rstrip(";").upper() for call in calls if call.sql.upper().startswith(("BEGIN", "COMMIT"))] == [
        "BEGIN",
        "COMMIT",
    ]


async def test_lists_of_20(people: People) -> None:
    resident, clerk = await people.resident(), await people.staff("clerk")
    for _ in range(21):
        await file_dispute(resident)
    for person, path in ((resident, "/disputes"), (resident, "/notices"), (clerk, "/disputes")):
        with recorded() as calls:
            page = granted(await person.get(path, limit=20))
        assert len(page["items"]) == 20
        assert page["next_cursor"]
        assert len(calls) <= LIST_OF_20, told(calls)
