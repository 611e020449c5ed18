"""From the draft to a fixed text, and what cannot become one."""

import pytest

from tests.agreements.scene import TERMS, TEXT, Scene
from tests.journeys.contract import Json, granted, paths, refused, take


async def test_a_party_is_named_not_numbered(scene: Scene) -> None:
    """And nobody of another case is."""
    term = TERMS[0] | {"who": scene.ids["respondent"], "to": scene.ids["applicant"]}
    drawn = await scene.draft(terms=[term], total_fen=300_000)
    (shown,) = drawn["content"]["terms"]
    assert (shown["who"], shown["to"]) == ("周大勇", "李秀英")
    nobody = TERMS[0] | {"who": "0190c000-0000-7000-8000-000000000000"}
    changed = TEXT | {"terms": [nobody], "total_fen": None, "based_on": 1}
    assert paths(await scene.mediator.put(scene.path(f"/agreements/{drawn['id']}"), changed)) == {"terms.0.who"}


async def test_a_draft_is_commented_revised_and_fixed(scene: Scene) -> None:
    drawn = await scene.draft()
    assert (drawn["status"], drawn["form"], drawn["version"], drawn["total_fen"]) == ("draft", "written", 1, 500_000)
    path = scene.path(f"/agreements/{drawn['id']}")
    assert drawn["notes"] == [
        {
            "path": "terms.1.due_on",
            "due_on": "2026-12-26",
            "rolled_on": "2026-12-28",
            "message": "12月26日 周六不是工作日，依民法典第二百零三条，最迟在12月28日 周一履行。",
        }
    ]
    names = [each["name"] for each in drawn["content"]["parties"]]
    assert names == ["李秀英", "周大勇"]

    said = {"version": 1, "text": "第二期能不能晚一个星期？"}
    granted(await scene.respondent.post(f"{path}/comments", said), 201)
    assert granted(await scene.applicant.get(f"{path}/comments"))["items"] == [], "the other side's"
    (comment,) = granted(await scene.mediator.get(f"{path}/comments"))["items"]
    assert (comment["text"], comment["version"], comment["by"]) == (said["text"], 1, "resident")
    assert granted(await scene.respondent.get(f"{path}/comments"))["items"] == [comment]
    for person, own in ((scene.respondent, [said["text"]]), (scene.applicant, [])):
        (held,) = granted(await person.get("/me/export"))["agreements"]
        assert (held["content"]["facts"], [each["text"] for each in held["comments"]]) == (TEXT["facts"], own)

    later = [TERMS[0], TERMS[1] | {"due_on": "2026-12-31"}]
    revised = granted(await scene.mediator.put(path, TEXT | {"terms": later, "based_on": 1}))
    assert (revised["version"], revised["status"], revised["notes"]) == (2, "draft", [])
    assert revised["content_hash"] != drawn["content_hash"]
    refused(await scene.mediator.put(path, TEXT | {"based_on": 1}), 409, "version_superseded")
    refused(await scene.respondent.post(f"{path}/comments", said), 409, "version_superseded")
    refused(await scene.mediator.post(f"{path}/final", {"version": 1}), 409, "version_superseded")

    fixed = await scene.fix(revised)
    assert (fixed["status"], fixed["content_hash"]) == ("final", revised["content_hash"])
    assert fixed["frozen_at"]
    again = await scene.fix(revised)
    assert again["frozen_at"] == fixed["frozen_at"], "twice changes nothing"
    back = granted(await scene.mediator.put(path, TEXT | {"based_on": 2}))
    assert (back["version"], back["status"], back["frozen_at"]) == (3, "draft", None)
    assert back["content_hash"] == drawn["content_hash"], "the same words have the same hash"
    kept = granted(await scene.mediator.get(f"{path}/versions"))["items"]
    assert [(each["number"], bool(each["frozen_at"])) for each in kept] == [(3, False), (2, True), (1, False)]


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"total_fen": 500_001}, {"total_fen"}),
        ({"deadline": "2026-12-20"}, {"terms.1.due_on"}),
        ({"deadline": "2026-12-20", "total_fen": 1}, {"terms.1.due_on", "total_fen"}),
        ({"terms": [TERMS[0] | {"amount_fen": -1, "due_on": "2026-02-30"}]}, {"terms.0.amount_fen", "terms.0.due_on"}),
        ({"proposal_id": "0190c000-0000-7000-8000-000000000000"}, {"terms"}),
        ({"proposal_id": "0190c000-0000-7000-8000-000000000000", "terms": []}, {"proposal_id"}),
        ({"status": "effective", "author_id": "me"}, {"status", "author_id"}),
        ({"facts": "字" * 5001, "summary": "a\x00b"}, {"facts", "summary"}),
    ],
)
async def test_what_a_draft_cannot_say(scene: Scene, changes: Json, wrong: set[str]) -> None:
    assert paths(await scene.mediator.post(scene.path("/agreements"), TEXT | changes)) == wrong
    assert granted(await scene.mediator.get(scene.path("/agreements")))["items"] == []


async def test_all_that_is_missing_is_named_at_once(scene: Scene) -> None:
    drawn = granted(await scene.mediator.post(scene.path("/agreements"), {"summary": "先记着"}), 201)
    answer = await scene.mediator.post(scene.path(f"/agreements/{drawn['id']}/final"), {"version": 1})
    assert paths(answer) == {"facts", "issues", "terms", "manner", "deadline"}
    due = TEXT | {"based_on": 1, "terms": [TERMS[0] | {"due_on": "2026-11-23"}], "total_fen": 300_000}
    revised = granted(await scene.mediator.put(scene.path(f"/agreements/{drawn['id']}"), due))
    answer = await scene.mediator.post(scene.path(f"/agreements/{drawn['id']}/final"), {"version": revised["version"]})
    assert paths(answer) == {"terms.0.due_on"}


async def test_reaching_agreement_adopts_what_was_drawn_up(scene: Scene) -> None:
    drawn = await scene.draft()
    refused(await scene.mediator.post(scene.path("/agreements"), TEXT), 409, "agreement_open")
    fixed = await scene.fix(drawn)
    case = await take(scene.mediator, scene.case, "reach_agreement", form="written", summary="分两期赔偿")
    assert case["status"] == "agreed"
    (kept,) = granted(await scene.applicant.get(scene.path("/agreements")))["items"]
    assert (kept["id"], kept["status"], kept["version"]) == (drawn["id"], "final", 1)
    timeline = granted(await scene.applicant.get(scene.path("/timeline"), limit=100))["items"]
    assert [each["kind"] for each in timeline[-3:]] == ["agreement_drafted", "agreement_final", "agreed"]
    assert granted(await scene.applicant.get(scene.path("/amounts")))["agreed_fen"] == 500_000
    inbox = granted(await scene.respondent.get("/notices"))["items"]
    assert "agreement_ready" in [each["kind"] for each in inbox]
    assert fixed["content_hash"] == kept["content_hash"]


async def test_other_terms_than_those_drawn_up_are_a_new_version(scene: Scene) -> None:
    await scene.fix(await scene.draft())
    other = [{"who": "周大勇", "what": "一次付清", "due_on": "2026-12-10", "amount_fen": 450_000}]
    await take(scene.mediator, scene.case, "reach_agreement", form="written", summary="一次付清", terms=other)
    (kept,) = granted(await scene.mediator.get(scene.path("/agreements")))["items"]
    assert (kept["status"], kept["version"], kept["total_fen"]) == ("draft", 2, 450_000)
    full = granted(await scene.mediator.get(scene.path(f"/agreements/{kept['id']}")))
    assert full["content"]["facts"] == TEXT["facts"], "what was found stays"


async def test_an_oral_agreement_is_on_record_and_holds_at_once(scene: Scene) -> None:
    await scene.draft()
    await take(scene.mediator, scene.case, "reach_agreement", form="oral", summary="口头说好", terms=[
        {"who": "周大勇", "what": "道歉并付款", "due_on": "2026-12-01", "amount_fen": 100_000}])  # fmt: skip
    oral, written = granted(await scene.respondent.get(scene.path("/agreements")))["items"]
    assert (written["status"], oral["form"], oral["status"]) == ("void", "oral", "effective")
    assert oral["effective_at"] == "2026-11-24T10:00:00+08:00"
    full = granted(await scene.respondent.get(scene.path(f"/agreements/{oral['id']}")))
    assert full["content"]["terms"][0]["what"] == "道歉并付款"
    path = scene.path(f"/agreements/{oral['id']}")
    refused(await scene.mediator.put(path, TEXT | {"based_on": 1}), 409, "agreement_ended")
    refused(await scene.mediator.post(f"{path}/void", {"reason": "写错了"}), 409, "agreement_ended")


async def test_whose_step_it_is(scene: Scene) -> None:
    refused(await scene.clerk.post(scene.path("/agreements"), TEXT), 403, "role_not_allowed")
    drawn = await scene.draft()
    path = scene.path(f"/agreements/{drawn['id']}")
    refused(await scene.clerk.put(path, TEXT | {"based_on": 1}), 403, "role_not_allowed")
    stranger, supervisor = await scene.people.resident("stranger"), await scene.people.staff("supervisor")
    for person in (stranger, await scene.people.staff("gezhouba-mediator"), await scene.people.staff("admin")):
        refused(await person.get(path), 404)
    masked = granted(await supervisor.get(path))
    assert (masked["content"], masked["total_fen"]) == (None, 500_000)
    granted(await scene.mediator.post(f"{path}/void", {"reason": "重新谈"}))
    refused(await scene.applicant.post(f"{path}/comments", {"version": 1, "text": "好"}), 409, "agreement_ended")
