"""云会诊: experts who have no conflict read the question and what they were shown, and answer once."""

from hashlib import sha256
from typing import Any
from uuid import uuid4

import httpx

from backend.core import identity
from models import CaseMember, MemberStatus, Party
from tests.appointments.calls import outcome
from tests.appointments.scene import at
from tests.casework.staff import PeopleAtWork
from tests.clock import TravellingClock
from tests.conftest import App
from tests.journeys.contract import Json, granted, paths, refused
from tests.mediation.standings import Standings
from tests.mediation.test_evidence import submitted

QUESTION = "两个包装的整体视觉效果有无实质性差异？"
ACCEPT = {"answer": "accepted", "no_conflict": True}


async def asked(scene: Standings, *experts: str, **more: Any) -> Json:
    body = {"question": QUESTION, "expert_ids": list(experts), **more}
    return granted(await scene["mediator"].post(scene.path("/consultations"), body), 201)


async def reply(person: Any, consultation_id: str, **said: Any) -> httpx.Response:
    answer: httpx.Response = await person.post(f"/consultations/{consultation_id}/answer", said)
    return answer


async def test_an_expert_reads_the_question_and_what_was_shown(standings: Standings, people: PeopleAtWork) -> None:
    economist = await people.staff("expert-economics")
    shown, kept = await submitted(standings, "party_a"), await submitted(standings, "party_a", title="客户名单")
    question = await asked(standings, economist.id, item_ids=[shown["id"]])
    path = standings.path(f"/consultations/{question['id']}")

    (invitation,) = granted(await economist.get("/consultations"))["items"]
    assert (invitation["answer"], len(invitation["parties"])) == ("invited", 2), "to know whether there is a conflict"
    assert QUESTION not in str(invitation)
    refused(await economist.get(path), 404)
    assert paths(await reply(economist, question["id"], answer="accepted")) == {"no_conflict"}
    assert paths(await reply(economist, question["id"], answer="declined")) == {"reason"}
    refused(await reply(standings["expert"], question["id"], **ACCEPT), 404)
    granted(await reply(economist, question["id"], **ACCEPT))
    assert outcome(await reply(economist, question["id"], **ACCEPT)) == "already_answered"

    assert granted(await economist.get(path))["question"] == QUESTION
    items = granted(await economist.get(standings.path("/evidence")))["items"]
    assert [each["id"] for each in items] == [shown["id"]]
    for closed in ("", "/timeline", "/explanations", f"/evidence/{kept['id']}"):
        refused(await economist.get(standings.path(closed)), 404)
    refused(await standings["expert"].get(path), 404)
    more = {"item_ids": [kept["id"], str(uuid4())]}
    assert paths(await standings["clerk"].post(f"{path}/materials", more)) == {"item_ids.1"}
    granted(await standings["clerk"].post(f"{path}/materials", {"item_ids": [kept["id"]]}))
    assert len(granted(await economist.get(standings.path("/evidence")))["items"]) == 2


async def test_a_question_is_answered_when_the_last_who_might_still_answer_declines(
    standings: Standings, people: PeopleAtWork
) -> None:
    expert, economist = standings["expert"], await people.staff("expert-economics")
    question = await asked(standings, expert.id, economist.id)
    path = standings.path(f"/consultations/{question['id']}")
    granted(await reply(expert, question["id"], **ACCEPT))
    granted(await expert.post(f"{path}/opinions", {"text": "整体相近。", "final": True}), 201)
    assert granted(await standings["mediator"].get(path))["status"] == "asked", "the other one may still answer"
    granted(await reply(economist, question["id"], answer="declined", reason="近期不便"))
    assert granted(await standings["mediator"].get(path))["status"] == "answered"


async def test_the_final_opinion_is_fixed_and_shown_on_purpose(
    standings: Standings, people: PeopleAtWork, clock: TravellingClock
) -> None:
    expert, mediator, a = standings["expert"], standings["mediator"], standings["party_a"]
    question = await asked(standings, expert.id, working_days=2)
    path = standings.path(f"/consultations/{question['id']}")
    granted(await reply(expert, question["id"], **ACCEPT))
    assert (question["due_at"][:10], question["light"]) == ("2026-11-26", "green")
    clock.set(at(26, 9))
    assert granted(await mediator.get(path))["light"] == "yellow"

    shares = {"to": [{"kind": "party", "id": standings.ids["party_a"]}]}
    refused(await mediator.post(f"{path}/opinions", {"text": "无差异", "final": True}), 403)
    granted(await expert.post(f"{path}/opinions", {"text": "初步看没有差异。", "final": False}), 201)
    assert granted(await mediator.get(path))["experts"][0]["opinions"] == [], "a draft is its author's"
    assert outcome(await mediator.post(f"{path}/shares", shares)) == "no_opinion_yet"
    clock.set(at(27, 9))
    assert granted(await mediator.get(path))["light"] == "red"
    text = "整体视觉效果无实质性差异，落入保护范围。"
    given = granted(await expert.post(f"{path}/opinions", {"text": text, "final": True}), 201)
    assert [each["version"] for each in given["experts"][0]["opinions"]] == [1, 2]
    assert outcome(await expert.post(f"{path}/opinions", {"text": "改主意", "final": True})) == "opinion_final"
    case = granted(await mediator.get(path))
    (opinion,) = case["experts"][0]["opinions"]
    assert (case["status"], opinion["sha256"]) == ("answered", sha256(text.encode()).hexdigest())
    refused(await a.get(path), 404)
    granted(await mediator.post(f"{path}/shares", shares))
    assert granted(await a.get(path))["experts"][0]["opinions"][0]["text"] == text
    refused(await standings["party_b"].get(path), 404)
    assert granted(await standings["party_b"].get(standings.path("/consultations")))["items"] == []
    assert [each["kind"] for each in granted(await a.get("/changes"))["items"]][-1] == "consultation_shown"
    assert "consultation_shown" not in (await standings["party_b"].get("/changes")).text


async def test_who_has_a_conflict_is_not_let_in(standings: Standings, people: PeopleAtWork, app: App) -> None:
    economist, manager = await people.staff("expert-economics"), await people.staff("expert-management")
    question = await asked(standings, economist.id, manager.id)
    said = granted(await reply(economist, question["id"], answer="conflict", reason="给被申请人做过顾问"))
    assert said["items"][0]["answer"] == "conflict"
    hashed = app.ctx.deps.keyring.keyed_hash("name", identity.normalize_name("猇亭工业园区民商事调解中心"))
    await Party.filter(id=standings.ids["party_b"]).update(name_hash=hashed)
    found = granted(await reply(manager, question["id"], **ACCEPT))
    assert (found["items"][0]["answer"], found["items"][0]["parties"]) == ("conflict", [])
    for expert in (economist, manager):
        refused(await expert.get(standings.path(f"/consultations/{question['id']}")), 404)
        refused(await expert.get(standings.path("/evidence")), 404)
    case = granted(await standings["mediator"].get(standings.path(f"/consultations/{question['id']}")))
    assert [each["reason"] for each in case["experts"]] == ["给被申请人做过顾问", "与当事人是同一人或者同一单位"]
    again = {"question": QUESTION, "expert_ids": [manager.id]}
    assert paths(await standings["mediator"].post(standings.path("/consultations"), again)) == {"expert_ids.0"}
    assert await CaseMember.filter(staff_id=manager.id, status=MemberStatus.DECLINED).count() == 1


async def test_a_conflict_found_later_ends_what_there_was(standings: Standings) -> None:
    expert = standings["expert"]
    first = await asked(standings, expert.id)
    granted(await reply(expert, first["id"], **ACCEPT))
    second = await asked(standings, expert.id)
    granted(await reply(expert, second["id"], answer="conflict", reason="刚知道对方是亲戚的公司"))
    refused(await expert.get(standings.path(f"/consultations/{first['id']}")), 404)


async def test_whom_and_what_one_may_ask(standings: Standings) -> None:
    path = standings.path("/consultations")
    wrong = {"question": QUESTION, "expert_ids": [standings["clerk"].id], "item_ids": [str(uuid4())]}
    assert paths(await standings["clerk"].post(path, wrong)) == {"expert_ids.0", "item_ids.0"}
    long = {"question": QUESTION, "expert_ids": [standings["expert"].id], "working_days": 31}
    assert paths(await standings["clerk"].post(path, long)) == {"working_days"}
    for standing in ("expert", "assisting", "other_center"):
        refused(await standings[standing].post(path, {"question": "x", "expert_ids": [str(uuid4())]}), 404)
