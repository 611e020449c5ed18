"""代办: somebody acts for the applicant, with a consent on record that can be ended at any time."""

from typing import Any

import pytest

from tests.casework.staff import PeopleAtWork
from tests.clock import TravellingClock
from tests.journeys.contract import Json, free_slots, granted, paths, photo, refused, take
from tests.people import Person, file_dispute, filing

CONSENT = {
    "kind": "relative", "name": "张小妹", "phone": "13872560009", "scope": "file_and_follow",
    "basis": "父亲当面口头同意，社区王主任在场", "given_on": "2026-11-20",
}  # fmt: skip


async def revoke(clerk: Person, case: Json, nth: int = 0) -> Json:
    row = case["representations"][nth]["id"]
    return granted(await clerk.post(f"/disputes/{case['id']}/representations/{row}/revocation", {"reason": "本人要求"}))


async def seen(person: Person, dispute_id: str) -> list[Any]:
    """Everything of a case that a phone can ask for."""
    answers = [await person.get(f"/disputes/{dispute_id}{rest}") for rest in ("", "/timeline", "/receipt", "/slots")]
    lists = [
        granted(await person.get(path))["items"] for path in ("/disputes", "/notices", "/changes", "/appointments")
    ]
    return [answer.status_code for answer in answers] + lists


async def test_who_acts_sees_all_and_then_nothing(at_work: PeopleAtWork, clock: TravellingClock) -> None:
    agent, clerk = await at_work.resident("daughter"), await at_work.staff("clerk")
    upload = granted(await agent.upload(photo()), 201)
    filed = await file_dispute(agent, agent=CONSENT, file_ids=[upload["id"]])
    slot = (await free_slots(agent, filed["id"], clock))[0]["id"]
    granted(await agent.post(f"/disputes/{filed['id']}/appointments", {"slot_id": slot}), 201)
    await take(clerk, filed["id"], "accept")
    before = await seen(agent, filed["id"])
    assert before[:3] == [200, 200, 200]
    assert {notice["kind"] for notice in before[5]} >= {"submitted", "accepted"}
    case = granted(await clerk.get(f"/disputes/{filed['id']}"))
    (row,) = case["representations"]
    assert {
        "kind": "relative",
        "name": "张小妹",
        "acts_by_phone": True,
        "given_on": "2026-11-20",
    }.items() <= row.items()
    assert row["phone_masked"] == "138****0009"
    assert not next(party for party in case["parties"] if party["side"] == "applicant")["has_joined"]

    after = await revoke(clerk, case)
    assert after["representations"][0]["ended_at"]
    assert await seen(agent, filed["id"]) == [404, 404, 404, 404, [], [], [], []]
    refused(await agent.get(f"/files/{upload['id']}"), 404)
    refused(await agent.post(f"/disputes/{filed['id']}/withdrawal", {"reason": "x"}), 404)
    assert granted(await agent.get("/me/export"))["disputes"] == []
    assert [each["id"] for each in after["files"]] == [upload["id"]], "the case keeps its evidence"


async def test_the_represented_takes_over(at_work: PeopleAtWork) -> None:
    agent, father = await at_work.resident("daughter"), await at_work.resident("father")
    upload = granted(await agent.upload(photo()), 201)
    filed = await file_dispute(agent, agent=CONSENT, file_ids=[upload["id"]])
    code = granted(await agent.post(f"/disputes/{filed['id']}/claim-codes"), 201)["claim_code"]
    granted(await father.post("/claims", {"code": code, "name": "张三"}), 201)
    assert await seen(agent, filed["id"]) == [404, 404, 404, 404, [], [], [], []]
    page = granted(await father.get(f"/disputes/{filed['id']}", include="files"))
    assert [each["id"] for each in page["files"]] == [upload["id"]]


async def test_who_acts_may_take_along_what_is_held_and_acts_for_nobody_once_gone(at_work: PeopleAtWork) -> None:
    agent, other, clerk = await at_work.resident("daughter"), await at_work.resident("wu"), await at_work.staff("clerk")
    filed = await file_dispute(agent, agent=CONSENT)
    held = granted(await agent.get("/me/export"))
    (row,) = held["representations"]
    expected = {"dispute_id": filed["id"], "by_me": True, "phone": CONSENT["phone"], "basis": CONSENT["basis"]}
    assert expected.items() <= row.items()
    assert row["ended_at"] is None
    (check,) = held["content_checks"]
    assert (check["subject"], check["subject_id"], check["decided_at"]) == ("dispute", filed["id"], None)
    theirs = granted(await other.get("/me/export"))
    assert theirs["representations"] == theirs["content_checks"] == []

    granted(await agent.delete("/me"))
    (row,) = granted(await clerk.get(f"/disputes/{filed['id']}"))["representations"]
    assert row["ended_at"]


async def test_the_represented_takes_along_who_acted(at_work: PeopleAtWork) -> None:
    """Not the phone of who did."""
    agent, father = await at_work.resident("daughter"), await at_work.resident("father")
    filed = await file_dispute(agent, agent=CONSENT)
    code = granted(await agent.post(f"/disputes/{filed['id']}/claim-codes"), 201)["claim_code"]
    granted(await father.post("/claims", {"code": code, "name": "张三"}), 201)
    (row,) = granted(await father.get("/me/export"))["representations"]
    assert {"by_me": False, "name": CONSENT["name"], "phone": None}.items() <= row.items()
    assert row["ended_at"], "with the claim the agent is out"


async def test_the_window_writes_it_down_too(at_work: PeopleAtWork) -> None:
    clerk = await at_work.staff("clerk")
    case = granted(await clerk.post("/disputes", filing(source="window", agent=CONSENT)), 201)
    (row,) = case["representations"]
    assert (row["acts_by_phone"], row["basis"]) == (False, CONSENT["basis"])
    applicant = next(party for party in case["parties"] if party["side"] == "applicant")
    guardian = CONSENT | {"kind": "guardian", "document": "户口簿", "party_id": applicant["id"]}
    more = granted(await clerk.post(f"/disputes/{case['id']}/representations", guardian), 201)
    assert [each["kind"] for each in more["representations"]] == ["relative", "guardian"]
    ended = await revoke(clerk, more, 1)
    assert [bool(each["ended_at"]) for each in ended["representations"]] == [False, True]
    assert (await revoke(clerk, more, 1))["representations"] == ended["representations"]


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"kind": "friend"}, {"agent.kind"}),
        ({"scope": "everything"}, {"agent.scope"}),
        ({"given_on": "2026-11-25"}, {"agent.given_on"}),
        ({"given_on": "0001-01-01"}, {"agent.given_on"}),
        ({"basis": " "}, {"agent.basis"}),
        ({"name": "张\u0007妹", "phone": "12"}, {"agent.name", "agent.phone"}),
        ({"kind": "guardian"}, {"agent.document"}),
        ({"kind": "lawyer", "document": "律所函"}, {"agent.kind"}),
        ({"kind": "legal_representative", "document": "证明"}, {"agent.kind"}),
        ({"name": "李 四"}, {"agent.name"}),
        ({"phone": "13900000004"}, {"agent.phone"}),
    ],
)
async def test_who_may_not_act(at_work: PeopleAtWork, changes: Json, where: set[str]) -> None:
    resident = await at_work.resident()
    other_side = [{"name": "李四", "phone": "13900000004"}]
    body = filing(agent=CONSENT | changes, respondents=other_side)
    assert paths(await resident.post("/disputes", body)) == where


async def test_a_guardian_is_not_the_other_side(at_work: PeopleAtWork) -> None:
    clerk = await at_work.staff("clerk")
    case = granted(await clerk.post("/disputes", filing(source="window", respondents=[{"name": "李四"}])), 201)
    applicant = next(party for party in case["parties"] if party["side"] == "applicant")
    father = CONSENT | {"kind": "guardian", "document": "出生证明", "name": "李四", "party_id": applicant["id"]}
    assert paths(await clerk.post(f"/disputes/{case['id']}/representations", father)) == {"name"}
    unknown = father | {"party_id": case["id"], "name": "王五"}
    assert paths(await clerk.post(f"/disputes/{case['id']}/representations", unknown)) == {"party_id"}


async def test_strangers_find_nothing(at_work: PeopleAtWork) -> None:
    clerk = await at_work.staff("clerk")
    case = granted(await clerk.post("/disputes", filing(source="window", agent=CONSENT)), 201)
    other = granted(await clerk.post("/disputes", filing(source="window")), 201)
    row, body = case["representations"][0]["id"], {"reason": "x"}
    for username in ("gezhouba-clerk", "xiaoting-director", "admin"):
        stranger = await at_work.staff(username)
        refused(await stranger.post(f"/disputes/{case['id']}/representations/{row}/revocation", body), 404)
        refused(await stranger.post(f"/disputes/{case['id']}/claim-codes"), 404)
        for paper in ("receipt", "receipt.html", "return-slip"):
            refused(await stranger.get(f"/disputes/{case['id']}/{paper}"), 404)
        refused(await stranger.put(f"/disputes/{case['id']}/registration", {}), 404)
    refused(await clerk.post(f"/disputes/{other['id']}/representations/{row}/revocation", body), 404)
    supervisor = await at_work.staff("supervisor")
    refused(await supervisor.post(f"/disputes/{case['id']}/representations/{row}/revocation", body), 403)
    refused(await supervisor.post(f"/disputes/{case['id']}/claim-codes"), 403)
    refused(await supervisor.get(f"/disputes/{case['id']}/receipt"), 404)
