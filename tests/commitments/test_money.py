"""Money is counted once, whatever happens at once and however many agreements there were; and nothing counts that not
everybody has signed."""

import asyncio

from models import Party
from tests.agreements.scene import TERMS, TEXT, agreed_case, in_force
from tests.casework.staff import PeopleAtWork
from tests.clock import TravellingClock
from tests.commitments.promised import OWED, OWES, PAYS, REPAIRS, agreed, path, payment
from tests.journeys.contract import Json, granted, paths, refused, take
from tests.mediation.standings import Standings
from tests.people import Person


async def sums(scene: Standings) -> tuple[int, int]:
    """Agreed and recovered, which every page tells alike."""
    mediator = scene["mediator"]
    amounts = granted(await mediator.get(scene.path("/recoveries")))
    found: tuple[int, int] = (amounts["agreed_fen"] or 0, amounts["recovered_fen"])
    listed = granted(await mediator.get(scene.path("/commitments")))
    page = granted(await mediator.get(scene.path("/follow-up")))["commitments"]
    assert found == (listed["agreed_fen"], listed["confirmed_fen"]) == (page["agreed_fen"], page["confirmed_fen"])
    figures = granted(await scene["supervisor"].get("/statistics/mediation"))["total"]
    assert found == (figures["agreed_fen"], figures["recovered_fen"])
    return found


async def again(people: PeopleAtWork, scene: Standings, *terms: Json) -> list[Json]:
    """A second agreement; its commitments."""
    await take(await people.staff("director"), scene.dispute_id, "reopen", reason="双方要求变更")
    return (await agreed(scene, *terms))[-len(terms) :]


async def test_a_second_agreement_counts_what_the_first_has_brought(people: PeopleAtWork, scene: Standings) -> None:
    pays, repairs = await agreed(scene, PAYS, PAYS | {"what": "误工费", "amount_fen": 10_000})
    debtor, creditor, mediator = scene["party_b"], scene["party_a"], scene["mediator"]
    granted(await mediator.post(path(scene, repairs, "/reports"), payment(10_000)), 201)
    (came,) = granted(await mediator.post(path(scene, pays, "/reports"), payment(20_000)), 201)["reports"]
    told = granted(await debtor.post(path(scene, pays, "/reports"), payment(30_000)), 201)["reports"][1]
    assert await sums(scene) == (130_000, 30_000)
    (rest,) = await again(people, scene, PAYS | {"amount_fen": 50_000})
    assert await sums(scene) == (80_000, 30_000)
    answer = path(scene, pays, f"/reports/{told['id']}/answer")
    late = granted(await creditor.post(answer, {"answer": "confirmed"}))
    assert (late["status"], late["confirmed_fen"], late["left_fen"]) == ("replaced", 50_000, 0)
    assert await sums(scene) == (110_000, 60_000), "what came before came"
    granted(await mediator.post(scene.path(f"/recoveries/{came['id']}/void"), {"reason": "记错了"}))
    assert await sums(scene) == (90_000, 40_000)
    done = granted(await mediator.get(path(scene, repairs)))["reports"][0]
    wrong = {"answer": "disputed", "reason": "转账退回"}
    after = granted(await mediator.post(path(scene, repairs, f"/reports/{done['id']}/answer"), wrong))
    assert after["status"] == "replaced", "who owes it now is told by the second one"
    granted(await mediator.post(path(scene, rest, "/reports"), payment(50_000)), 201)
    assert await sums(scene) == (80_000, 80_000)
    assert paths(await mediator.post(scene.path("/recoveries"), {"amount_fen": 1, "received_on": "2026-11-24"})) == {
        "amount_fen"
    }


async def test_what_happens_at_once_counts_once(scene: Standings) -> None:
    (pays,) = await agreed(scene, PAYS)
    debtor, creditor, mediator = scene["party_b"], scene["party_a"], scene["mediator"]
    reports = path(scene, pays, "/reports")
    (told,) = granted(await debtor.post(reports, payment(40_000)), 201)["reports"]
    answer = path(scene, pays, f"/reports/{told['id']}/answer")
    disputed = {"answer": "disputed", "reason": "没有收到"}
    said = await asyncio.gather(*(creditor.post(answer, each) for each in ({"answer": "confirmed"}, disputed) * 3))
    assert sorted(each.status_code for each in said) == [200] + [409] * 5
    if granted(await mediator.get(path(scene, pays)))["confirmed_fen"] == 0:
        granted(await mediator.post(answer, {"answer": "confirmed"}))
    coming = {"amount_fen": 30_000, "received_on": "2026-11-24"}
    answers = await asyncio.gather(
        *(mediator.post(scene.path("/recoveries"), coming) for _ in range(3)),
        *(creditor.post(reports, payment(30_000)) for _ in range(2)),
        creditor.post(path(scene, pays, "/waiver"), {"reason": "余款不要了"}),
    )
    assert {each.status_code for each in answers} <= {200, 201, 409, 422}
    paid = sum(each.status_code == 201 for each in answers)
    after = granted(await mediator.get(path(scene, pays)))
    assert after["status"] in ("waived", "fulfilled")
    assert after["confirmed_fen"] == 40_000 + paid * 30_000 <= 120_000 or after["status"] == "fulfilled"
    agreed_fen, recovered_fen = await sums(scene)
    assert recovered_fen == after["confirmed_fen"] <= agreed_fen == 120_000


async def test_what_waits_for_an_answer_is_not_paid_twice(scene: Standings) -> None:
    pays, repairs = await agreed(scene, PAYS, REPAIRS)
    debtor, mediator = scene["party_b"], scene["mediator"]
    (told,) = granted(await debtor.post(path(scene, pays, "/reports"), payment(20_000)), 201)["reports"]
    done = {"done_on": "2026-11-24", "completes": True, "text": "换了水管"}
    granted(await debtor.post(path(scene, repairs, "/reports"), done), 201)
    await take(mediator, scene.dispute_id, "confirm_fulfilment", note="现场核对")
    answer = path(scene, pays, f"/reports/{told['id']}/answer")
    refused(await mediator.post(answer, {"answer": "confirmed"}), 409, "report_answered")
    kept = granted(await mediator.get(path(scene, pays)))
    assert [each["amount_fen"] for each in kept["reports"]] == [20_000, 100_000]
    assert len(granted(await mediator.get(path(scene, repairs)))["reports"]) == 1, "it was done, and confirmed"
    assert await sums(scene) == (120_000, 120_000)
    timeline = granted(await debtor.get(scene.path("/timeline"), limit=100))["items"]
    assert [each["text"] for each in timeline if each["kind"] in ("commitment_paid", "recovered", "fulfilled")] == [
        "第1项：报告2026-11-24付款200元，等待对方确认。", "2026-11-24收到1,000元。", "协议约定的事项已履行完毕。",
    ]  # fmt: skip
    assert [each["kind"] for each in timeline].count("fulfilment_confirmed") == 2


async def test_nothing_counts_before_all_have_signed(people: PeopleAtWork, clock: TravellingClock) -> None:
    """Money may come before; then the text cannot say less than what has come."""
    case = await agreed_case(people, clock)
    drawn = await case.final()
    supervisor = await people.staff("supervisor")

    async def figures() -> tuple[int, int, int]:
        total = granted(await supervisor.get("/statistics/mediation"))["total"]
        return total["settled"], total["agreed_fen"], total["recovered_fen"]

    coming = {"amount_fen": 350_000, "received_on": "2026-11-24"}
    amounts = granted(await case.mediator.post(case.path("/recoveries"), coming), 201)
    assert (amounts["agreed_fen"], amounts["awaits_signatures"]) == (500_000, True)
    assert await figures() == (0, 0, 350_000)
    one, based = case.path(f"/agreements/{drawn['id']}"), {"based_on": drawn["version"]}
    less = TEXT | based | {"terms": TERMS[:1], "total_fen": 300_000}
    assert paths(await case.mediator.put(one, less)) == {"terms"}
    more = TEXT | based | {"terms": [TERMS[0] | {"amount_fen": 150_000}, TERMS[1]], "total_fen": 350_000}
    granted(await case.mediator.put(one, more))
    amounts = granted(await case.applicant.get(case.path("/amounts")))
    assert (amounts["agreed_fen"], amounts["recovered_fen"]) == (350_000, 350_000)
    await take(await people.staff("director"), case.case, "reopen", reason="重新商量")
    cheap = [{"who": "被申请人", "what": "一次付清", "due_on": "2026-12-10", "amount_fen": 349_999}]
    body: Json = {"version": granted(await case.mediator.get(case.path()))["version"], "summary": "少一点"}
    for form in ("oral", "written"):
        act = case.path("/actions/reach_agreement")
        assert paths(await case.mediator.post(act, body | {"form": form, "terms": cheap})) == {"terms"}
    assert await figures() == (0, 0, 350_000)


async def test_all_have_signed_and_it_counts(people: PeopleAtWork, clock: TravellingClock) -> None:
    """A second text that waits for signatures takes nothing from the one that binds."""
    case = await agreed_case(people, clock)
    await in_force(case)
    supervisor = await people.staff("supervisor")
    await take(await people.staff("director"), case.case, "reopen", reason="对方要求减少")
    less = [{"who": "被申请人", "what": "一次付清", "due_on": "2026-12-10", "amount_fen": 100}]
    await take(case.mediator, case.case, "reach_agreement", form="written", summary="减少", terms=less)
    total = granted(await supervisor.get("/statistics/mediation"))["total"]
    assert (total["settled"], total["agreed_fen"]) == (1, 500_000)
    amounts = granted(await case.applicant.get(case.path("/amounts")))
    assert (amounts["agreed_fen"], amounts["awaits_signatures"]) == (500_000, False)


async def beside(scene: Standings, side: str, name: str) -> Json:
    """Another party of the case."""
    version = granted(await scene["clerk"].get(scene.path("")))["version"]
    fields = {"kind": "person", "name": name, "side": side, "version": version}
    parties = granted(await scene["clerk"].post(scene.path("/parties"), fields), 201)["parties"]
    found: Json = parties[-1]
    return found


async def test_nobody_gives_up_what_is_owed_to_others(scene: Standings) -> None:
    await beside(scene, "applicant", "李四")
    repairs, pays = await agreed(scene, REPAIRS, PAYS | {"to": OWED})
    creditor = scene["party_a"]
    refused(await creditor.post(path(scene, repairs, "/waiver"), {"reason": "算了"}), 403, "role_not_allowed")
    await Party.filter(id=scene.ids["party_a"]).update(is_minor=True)
    refused(await creditor.post(path(scene, pays, "/waiver"), {"reason": "算了"}), 403, "role_not_allowed")
    agreeing = {"reason": "两位业主都同意", "creditor_agrees": True}
    assert granted(await scene["mediator"].post(path(scene, repairs, "/waiver"), agreeing))["status"] == "waived"


async def test_a_name_that_two_have_is_nobodys(scene: Standings) -> None:
    """Who is meant is for the mediator to say, by choosing the party."""
    twin = await beside(scene, "respondent", OWED)
    unclear, clear = await agreed(scene, PAYS | {"who": OWED, "to": OWES}, PAYS | {"who": twin["id"]})
    assert (unclear["debtor_id"], clear["debtor_id"]) == (None, twin["id"])
    assert granted(await scene["party_a"].get("/commitments", side="owing"))["items"] == []
    seen: Person = scene["party_a"]
    refused(await seen.post(path(scene, unclear, "/reports"), payment(1)), 403)
