"""What was promised is paid in parts, proved, confirmed or disputed; never more than was promised."""

import asyncio
from uuid import uuid4

from tests.agreements.scene import agreed_case, mark, sign
from tests.casework.staff import PeopleAtWork
from tests.clock import TravellingClock
from tests.commitments.promised import CLEANS, OWED, OWES, PAYS, REPAIRS, agreed, path, payment
from tests.journeys.contract import granted, paths, photo, refused, take
from tests.mediation.standings import Standings
from tests.people import file_dispute


async def test_an_agreement_becomes_commitments_with_the_day_on_which_they_fall_due(scene: Standings) -> None:
    pays, repairs, cleans = await agreed(scene, PAYS, REPAIRS | {"to": "全体业主"}, CLEANS)
    assert (pays["kind"], pays["who"], pays["to_whom"], pays["debtor_id"]) == (
        "payment", OWES, OWED, scene.ids["party_b"]
    )  # fmt: skip
    assert (pays["due_on"], pays["falls_due_on"], pays["due_text"]) == ("2027-01-02", "2027-01-04", "1月4日 周一")
    assert (repairs["kind"], repairs["to_whom"], repairs["creditor_id"]) == ("act", "全体业主", None)
    assert (cleans["kind"], cleans["status"], cleans["is_overdue"], cleans["routes"]) == ("standard", "open", False, [])
    for person in ("party_a", "party_b", "clerk", "supervisor"):
        seen = granted(await scene[person].get(scene.path("/commitments")))
        assert (seen["open"], seen["agreed_fen"], len(seen["items"])) == (3, 120_000, 3)
    seen = granted(await scene["supervisor"].get(path(scene, pays)))
    assert seen["to_whom"] == "张*", "the city reads persons masked"


async def test_money_in_parts_with_proof_confirmed_and_disputed(scene: Standings) -> None:
    (pays,) = await agreed(scene, PAYS)
    debtor, creditor, mediator = scene["party_b"], scene["party_a"], scene["mediator"]
    file_id = granted(await debtor.upload(photo()), 201)["id"]
    first = granted(await debtor.post(path(scene, pays, "/reports"), payment(50_000, file_ids=[file_id])), 201)
    (told,) = first["reports"]
    assert (first["status"], first["left_fen"], told["verdict"], told["may_answer"]) == (
        "open",
        70_000,
        "pending",
        False,
    )
    proof = path(scene, pays, f"/files/{file_id}")
    for person in (creditor, debtor):
        assert (await person.get(proof)).status_code == 200
    for person in (scene["stranger"], scene["follower"], scene["invited"]):
        refused(await person.get(proof), 404)
    refused(await creditor.get(path(scene, pays, f"/files/{uuid4()}")), 404)

    answer = path(scene, pays, f"/reports/{told['id']}/answer")
    refused(await debtor.post(answer, {"answer": "confirmed"}), 403)
    assert paths(await creditor.post(answer, {"answer": "disputed"})) == {"reason"}
    partly = granted(await creditor.post(answer, {"answer": "confirmed"}))
    assert (partly["status"], partly["confirmed_fen"]) == ("partly", 50_000)
    refused(await creditor.post(answer, {"answer": "confirmed"}), 409, "report_answered")

    assert paths(await debtor.post(path(scene, pays, "/reports"), payment(70_001))) == {"amount_fen"}
    second = granted(await debtor.post(path(scene, pays, "/reports"), payment(70_000)), 201)["reports"][1]
    answer = path(scene, pays, f"/reports/{second['id']}/answer")
    disputed = granted(await creditor.post(answer, {"answer": "disputed", "reason": "没有收到这笔钱"}))
    assert (disputed["left_fen"], disputed["reports"][1]["verdict"]) == (70_000, "disputed")
    case = granted(await mediator.get(scene.path("")))
    done = {"version": case["version"]}
    waits = refused(await mediator.post(scene.path("/actions/confirm_fulfilment"), done), 409, "fulfilment_disputed")
    assert "第1项" in waits["message"]
    granted(await mediator.post(answer, {"answer": "confirmed"}))
    kept = granted(await creditor.get(path(scene, pays)))
    assert (kept["status"], kept["confirmed_fen"], kept["may_report"]) == ("fulfilled", 120_000, False)
    refused(await debtor.post(path(scene, pays, "/reports"), payment(1)), 409, "commitment_ended")
    kinds = [each["kind"] for each in granted(await creditor.get("/notices"))["items"]]
    assert kinds.count("fulfilment_reported") == 2
    assert "fulfilment_disputed" in [each["kind"] for each in granted(await debtor.get("/notices"))["items"]]


async def test_twenty_payments_at_once_never_exceed_the_sum(scene: Standings) -> None:
    (pays,) = await agreed(scene, PAYS)
    tries = [scene[("party_b", "mediator")[n % 2]].post(path(scene, pays, "/reports"), payment(25_000))
             for n in range(20)]  # fmt: skip
    answers = await asyncio.gather(*tries)
    assert sorted(each.status_code for each in answers) == [201] * 4 + [422] * 16
    assert "最多还可以登记200元" in next(each.text for each in answers if each.status_code == 422)
    seen = granted(await scene["mediator"].get(path(scene, pays)))
    assert (sum(each["amount_fen"] for each in seen["reports"]), seen["left_fen"]) == (100_000, 20_000)


async def test_what_is_nobodys_or_not_so_is_refused(people: PeopleAtWork, scene: Standings) -> None:
    term = PAYS | {"who": str(uuid4()), "to": scene.ids["party_a"]}
    body = {"version": granted(await scene["mediator"].get(scene.path("")))["version"], "form": "written",
            "summary": "达成一致", "terms": [term, PAYS | {"due_on": "9999-12-31", "amount_fen": -1}]}  # fmt: skip
    act = scene.path("/actions/reach_agreement")
    assert paths(await scene["mediator"].post(act, body)) == {"terms.1.due_on", "terms.1.amount_fen"}
    assert paths(await scene["mediator"].post(act, body | {"terms": [term]})) == {"terms.0.who"}
    other = await file_dispute(await people.resident("another"))
    pays, repairs = await agreed(scene, PAYS | {"who": scene.ids["party_b"]}, REPAIRS)
    assert pays["who"] == OWES
    reports, debtor = path(scene, pays, "/reports"), scene["party_b"]
    for wrong in (0, -5, 10**13 + 1, 1.5, True, "100"):
        assert paths(await debtor.post(reports, payment(wrong))) == {"amount_fen"}  # type: ignore[arg-type]
    assert paths(await debtor.post(reports, payment(10**13, done_on="2026-11-25"))) == {"done_on"}
    assert paths(await debtor.post(reports, payment(100, file_ids=[str(uuid4())]))) == {"file_ids.0"}
    others = granted(await scene["party_a"].upload(photo()), 201)["id"]
    assert paths(await debtor.post(reports, payment(100, file_ids=[others]))) == {"file_ids.0"}
    assert paths(await debtor.post(reports, payment(100, file_ids=[others] * 10))) == {"file_ids"} | {
        f"file_ids.{n}" for n in range(10)
    }
    assert paths(await debtor.post(reports, {"done_on": "2026-11-24"})) == {"amount_fen"}
    acted = {"done_on": "2026-11-24", "completes": True, "amount_fen": 5}
    assert paths(await debtor.post(path(scene, repairs, "/reports"), acted)) == {"amount_fen", "text"}
    checked = {"done_on": "2026-11-24", "met": True, "text": "看过"}
    assert paths(await scene["clerk"].post(path(scene, repairs, "/checks"), checked)) == {"met"}
    for person in (scene["stranger"], scene["follower"], scene["invited"], scene["other_center"]):
        refused(await person.post(reports, payment(100)), 404)
    for person in (scene["supervisor"],):
        refused(await person.post(reports, payment(100)), 403)
    foreign = f"/disputes/{other['id']}/commitments/{pays['id']}"
    refused(await (await people.resident("another")).get(foreign), 404)
    refused(await debtor.post(path(scene, pays, f"/reports/{uuid4()}/answer"), {"answer": "confirmed"}), 404)


async def test_waived_and_moved_only_by_who_may(scene: Standings, clock: TravellingClock) -> None:
    pays, repairs = await agreed(scene, PAYS, REPAIRS)
    mediator, both = scene["mediator"], [scene.ids["party_a"], scene.ids["party_b"]]
    moving = {"due_on": "2027-03-01", "reason": "资金周转困难", "consents": both}
    moved = path(scene, pays, "/due-date")
    assert paths(await mediator.post(moved, moving | {"consents": both[:1]})) == {"consents"}
    assert paths(await mediator.post(moved, moving | {"consents": [*both, str(uuid4())]})) == {"consents.2"}
    assert paths(await mediator.post(moved, moving | {"due_on": "2026-11-23"})) == {"due_on"}
    refused(await scene["clerk"].post(moved, moving), 403)
    assert granted(await mediator.post(moved, moving))["due_on"] == "2027-03-01"
    waiver = path(scene, repairs, "/waiver")
    refused(await scene["party_b"].post(waiver, {"reason": "不想修了"}), 403)
    assert paths(await mediator.post(waiver, {"reason": "业主不要求了"})) == {"creditor_agrees"}
    assert paths(await mediator.post(waiver, {"reason": "无", "creditor_agrees": False})) == {"creditor_agrees"}
    waived = granted(await scene["party_a"].post(waiver, {"reason": "已经自己修好"}))
    assert (waived["status"], waived["end_reason"]) == ("waived", "已经自己修好")
    refused(await scene["party_a"].post(waiver, {"reason": "再来一次"}), 409, "commitment_ended")
    listed = granted(await mediator.get(scene.path("/commitments")))
    assert (listed["open"], listed["waived"]) == (1, 1)


async def test_the_mediators_word_confirms_all_that_was_open(scene: Standings) -> None:
    await agreed(scene, PAYS, REPAIRS, CLEANS)
    mediator = scene["mediator"]
    pays, _, cleans = granted(await mediator.get(scene.path("/commitments")))["items"]
    granted(await scene["party_b"].post(path(scene, pays, "/reports"), payment(20_000)), 201)
    for met, text in ((False, "垃圾堆在门口"), (True, "已经清走")):
        checked = {"done_on": "2026-11-24", "met": met, "text": text}
        granted(await scene["clerk"].post(path(scene, cleans, "/checks"), checked), 201)
    cleaned = granted(await scene["party_a"].get(path(scene, cleans)))
    assert ([each["is_met"] for each in cleaned["reports"]], cleaned["status"]) == ([False, True], "partly")
    await take(mediator, scene.dispute_id, "confirm_fulfilment", note="现场核对，全部履行")
    listed = granted(await scene["party_a"].get(scene.path("/commitments")))
    assert [each["status"] for each in listed["items"]] == ["fulfilled"] * 3
    assert listed["confirmed_fen"] == 120_000
    amounts = granted(await mediator.get(scene.path("/recoveries")))
    assert (amounts["agreed_fen"], amounts["recovered_fen"]) == (120_000, 120_000)


async def test_money_is_counted_once_wherever_it_was_written_down(scene: Standings) -> None:
    first, second = PAYS | {"due_on": "2027-02-01"}, PAYS | {"what": "第一期", "due_on": "2026-12-01"}
    later, sooner = await agreed(scene, first, second)
    mediator, recoveries = scene["mediator"], scene.path("/recoveries")
    granted(await scene["party_a"].post(path(scene, sooner, "/reports"), payment(20_000)), 201)
    coming = {"amount_fen": 150_000, "received_on": "2026-11-24", "note": "转账尾号1234"}
    after = granted(await mediator.post(recoveries, coming), 201)
    assert (after["recovered_fen"], len(after["recoveries"])) == (170_000, 3)
    listed = granted(await scene["party_b"].get(scene.path("/commitments")))["items"]
    assert [(each["confirmed_fen"], each["status"]) for each in listed] == [(50_000, "partly"), (120_000, "fulfilled")]
    assert "1234" not in (await scene["party_b"].get(scene.path("/commitments"))).text
    assert paths(await mediator.post(recoveries, coming | {"amount_fen": 70_001})) == {"amount_fen"}
    mistake = after["recoveries"][2]
    for _ in "ab":
        void = granted(await mediator.post(f"{recoveries}/{mistake['id']}/void", {"reason": "记错了"}))
        assert void["recovered_fen"] == 170_000 - mistake["amount_fen"]
    assert granted(await mediator.get(path(scene, later)))["left_fen"] in (120_000, 70_000)


async def test_a_new_agreement_replaces_what_was_open(people: PeopleAtWork, scene: Standings) -> None:
    pays, repairs = await agreed(scene, PAYS, REPAIRS)
    granted(await scene["mediator"].post(path(scene, pays, "/reports"), payment(20_000)), 201)
    await take(await people.staff("director"), scene.dispute_id, "reopen", reason="双方要求变更")
    refused(await scene["party_b"].post(path(scene, pays, "/reports"), payment(1)), 409, "nothing_to_keep")
    again = await agreed(scene, REPAIRS | {"due_on": "2027-02-26"})
    assert [each["status"] for each in again] == ["replaced", "replaced", "open"]
    listed = granted(await scene["party_a"].get(scene.path("/commitments")))
    assert (listed["open"], listed["agreed_fen"], listed["confirmed_fen"]) == (1, 20_000, 20_000)
    amounts = granted(await scene["mediator"].get(scene.path("/recoveries")))
    assert (amounts["agreed_fen"], amounts["recovered_fen"]) == (20_000, 20_000), "what came was agreed"
    refused(await scene["party_b"].post(path(scene, repairs, "/reports"), payment(1)), 409, "commitment_ended")


async def test_a_written_one_is_followed_from_its_last_signature_on(
    people: PeopleAtWork, clock: TravellingClock
) -> None:
    """Money that came before it is put on what it was for."""
    case = await agreed_case(people, clock)
    drawn = await case.final()
    coming = {"amount_fen": 350_000, "received_on": "2026-11-24", "note": "转账尾号1234"}
    granted(await case.mediator.post(case.path("/recoveries"), coming), 201)
    assert granted(await case.mediator.get(case.path("/commitments")))["items"] == []
    for person in (case.applicant, case.respondent):
        granted(await sign(case, person, drawn), 201)
    assert granted(await case.mediator.get(case.path("/commitments")))["items"] == []
    granted(await mark(case, drawn, role="mediator", method="screen"), 201)
    granted(await mark(case, drawn, role="seal", method="paper", signed_at="2026-11-24T10:00:00+08:00"), 201)
    first, second = granted(await case.applicant.get(case.path("/commitments")))["items"]
    assert (first["who"], first["debtor_id"], first["creditor_id"]) == (
        "周大勇", case.ids["respondent"], case.ids["applicant"]
    )  # fmt: skip
    assert [(each["confirmed_fen"], each["status"]) for each in (first, second)] == [
        (300_000, "fulfilled"), (50_000, "partly"),
    ]  # fmt: skip
    amounts = granted(await case.mediator.get(case.path("/recoveries")))
    assert (amounts["agreed_fen"], amounts["recovered_fen"]) == (500_000, 350_000)
    assert "1234" not in (await case.applicant.get(case.path("/commitments"))).text
