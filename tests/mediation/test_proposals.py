"""Proposals and counter-proposals: who answers, what is too late, and that only one is ever accepted."""

import asyncio
from typing import Any

from models import Proposal
from tests.clock import TravellingClock
from tests.journeys.contract import Json, granted, paths, refused, take
from tests.mediation.standings import Standings
from tests.people import Person

TERM = {"who": "物业", "what": "修好漏水", "due_on": "2026-12-10", "amount_fen": 80_000}


def proposal(**overrides: Any) -> Json:
    return {"summary": "修好并赔偿", "terms": [TERM], "expires_at": "2026-11-27T18:00:00+08:00"} | overrides


async def made(who: Person, case: Standings, **overrides: Any) -> Json:
    return granted(await who.post(case.path("/proposals"), proposal(**overrides)), 201)


async def answer(who: Person, case: Standings, made: Json, said: str = "accepted", **fields: Any) -> Any:
    return await who.post(case.path(f"/proposals/{made['id']}/answers"), {"answer": said} | fields)


async def test_from_a_proposal_by_a_counter_proposal_to_an_agreement(standings: Standings) -> None:
    case, mediator = standings, standings["mediator"]
    first = await made(case["party_a"], case)
    assert (first["made_by"], first["status"], len(first["answers"])) == ("party", "open", 1)
    refused(await answer(case["party_a"], case, first), 404)
    refused(await answer(case["clerk"], case, first), 403, "role_not_allowed")
    refused(await answer(case["assisting"], case, first), 404)
    counter = await made(case["party_b"], case, counter_to=first["id"], terms=[TERM | {"amount_fen": 50_000}])
    assert counter["counter_to"] == first["id"]
    refusal = granted(await answer(case["party_b"], case, first, "refused", comment="太贵"))
    assert refusal["status"] == "refused"
    seen = granted(await case["party_a"].get(case.path(f"/proposals/{first['id']}")))
    assert seen["answers"][0]["comment"] is None
    refused(await answer(case["party_b"], case, first), 409, "proposal_closed")
    not_yet = {"form": "written", "summary": "修好", "proposal_id": counter["id"]}
    version = granted(await mediator.get(case.path("")))["version"]
    path = case.path("/actions/reach_agreement")
    assert paths(await mediator.post(path, not_yet | {"version": version})) == {"proposal_id"}
    assert paths(await mediator.post(path, not_yet | {"version": version, "terms": [TERM]})) == {"terms"}
    assert granted(await answer(case["party_a"], case, counter))["status"] == "accepted"
    await take(mediator, case.dispute_id, "reach_agreement", **not_yet)
    told = granted(await mediator.get(case.path("/timeline"), order="desc"))["items"]
    agreed = next(each["detail"] for each in told if each["kind"] == "agreed")
    assert [each["amount_fen"] for each in agreed["terms"]] == [50_000]
    refused(await case["party_a"].post(case.path("/proposals"), proposal()), 409, "mediation_not_open")


async def test_both_accept_different_ones_at_once(standings: Standings) -> None:
    case = standings
    for _ in range(5):
        one, other = await made(case["party_a"], case), await made(case["party_b"], case)
        both = await asyncio.gather(answer(case["party_b"], case, one), answer(case["party_a"], case, other))
        assert sorted(each.status_code for each in both) == [200, 409], [each.text for each in both]
        loser = next(each for each in both if each.status_code == 409)
        refused(loser, 409, "another_accepted")
        accepted = await Proposal.filter(status="accepted")
        assert len(accepted) == 1
        path = case.path(f"/proposals/{accepted[0].id}/withdrawal")
        refused(await case["party_a"].post(path), 409 if str(accepted[0].id) == one["id"] else 404)
        assert granted(await case["mediator"].post(path))["status"] == "withdrawn"


async def test_what_has_expired_or_was_withdrawn_is_not_accepted(standings: Standings, clock: TravellingClock) -> None:
    case = standings
    mine = await made(case["mediator"], case)
    assert [each["answer"] for each in mine["answers"]] == ["pending", "pending"]
    assert granted(await answer(case["party_a"], case, mine))["status"] == "open", "the other side has not said yes"
    refused(await answer(case["party_a"], case, mine), 409, "proposal_closed")
    assert paths(await answer(case["mediator"], case, mine)) == {"party_id"}
    clock.advance(days=4)
    refused(await answer(case["party_b"], case, mine), 409, "proposal_expired")
    shown = granted(await case["party_b"].get(case.path("/proposals")))["items"]
    assert [each["status"] for each in shown] == ["expired"]
    later = {"expires_at": "2026-12-01T18:00:00+08:00"}
    taken_back = await made(case["party_a"], case, **later)
    refused(await case["party_b"].post(case.path(f"/proposals/{taken_back['id']}/withdrawal")), 404)
    granted(await case["party_a"].post(case.path(f"/proposals/{taken_back['id']}/withdrawal")))
    refused(await answer(case["party_b"], case, taken_back), 409, "proposal_closed")
    last = await made(case["mediator"], case, to=[case.ids["party_b"]], **later)
    done = granted(await answer(case["mediator"], case, last, party_id=case.ids["party_b"]))
    assert (done["status"], done["answers"][0]["by"]) == ("accepted", "staff")


async def test_a_proposal_in_a_separate_talk(standings: Standings) -> None:
    case, a = standings, standings.ids["party_a"]
    for wrong in ({"in_caucus": True}, {"in_caucus": True, "to": [a, case.ids["party_b"]]}):
        assert paths(await case["mediator"].post(case.path("/proposals"), proposal(**wrong))) == {"to"}
    quiet = await made(case["mediator"], case, in_caucus=True, to=[a])
    own = await made(case["party_b"], case, in_caucus=True)
    assert own["answers"] == []
    for name, ids in (("party_a", [quiet["id"]]), ("party_b", [own["id"]]), ("clerk", []),
                      ("mediator", [own["id"], quiet["id"]])):  # fmt: skip
        assert [each["id"] for each in granted(await case[name].get(case.path("/proposals")))["items"]] == ids
    openly = await case["party_a"].post(case.path("/proposals"), proposal(counter_to=quiet["id"]))
    assert paths(openly) == {"counter_to"}
    assert granted(await answer(case["party_a"], case, quiet))["status"] == "accepted"
    whole = await made(case["party_b"], case)
    assert granted(await answer(case["party_a"], case, whole))["status"] == "accepted", "a sounding binds nobody"


async def test_what_a_proposal_may_not_say(standings: Standings) -> None:
    case, path = standings, standings.path("/proposals")
    bad_term = {"who": "", "what": "x", "due_on": "2026-11-01", "amount_fen": -1}
    wrong = proposal(summary="", terms=[bad_term], expires_at="2026-11-24T10:00:01+08:00")
    assert paths(await case["party_a"].post(path, wrong)) == {
        "summary", "terms.0.who", "terms.0.due_on", "terms.0.amount_fen", "expires_at",
    }  # fmt: skip
    assert paths(await case["party_a"].post(path, proposal(terms=[]))) == {"terms"}
    assert paths(await case["party_a"].post(path, proposal(expires_at="2027-11-24T10:00:00+08:00"))) == {"expires_at"}
    assert paths(await case["party_a"].post(path, proposal(to=[case.ids["party_a"]]))) == {"to.0"}
    assert paths(await case["party_a"].post(path, proposal(counter_to=case.dispute_id))) == {"counter_to"}
    refused(await case["clerk"].post(path, proposal()), 403, "role_not_allowed")
    refused(await case["stranger"].post(path, proposal()), 404)
    refused(await case["party_a"].get(case.path(f"/proposals/{case.dispute_id}")), 404)


async def test_one_from_a_separate_talk_is_shown_only_as_its_party_lets_it(standings: Standings) -> None:
    case, a, b, mediator = standings, standings.ids["party_a"], standings.ids["party_b"], standings["mediator"]
    to_b = {"to": [{"kind": "party", "id": b}]}
    own = await made(case["party_a"], case, in_caucus=True)
    offered = await made(mediator, case, in_caucus=True, to=[a])
    in_the_open = await made(case["party_a"], case)

    def share(proposal: Json) -> str:
        return case.path(f"/proposals/{proposal['id']}/shares")

    for name in ("party_b", "clerk", "assisting", "expert", "follower", "invited", "supervisor", "stranger"):
        refused(await case[name].post(share(own), to_b), 404)
    refused(await case["party_a"].post(share(offered), to_b), 404)
    refused(await case["party_a"].post(share(in_the_open), to_b), 404)
    member = {"to": [{"kind": "member", "id": case.ids["assisting"]}]}
    assert paths(await case["party_a"].post(share(own), member)) == {"to.0"}
    refused(await mediator.post(share(own), to_b), 409, "consent_needed")
    granted(await answer(case["party_a"], case, offered))
    refused(await mediator.post(share(offered), to_b), 409, "consent_needed")
    refused(await case["party_b"].get(case.path(f"/proposals/{offered['id']}")), 404)

    done = granted(await mediator.post(share(offered), to_b | {"consent": "11月24日当面同意"}), 201)
    assert (done["status"], done["shared_with"]) == ("accepted", [{"kind": "party", "id": b}])
    assert granted(await case["party_a"].post(share(own), to_b), 201)["shared_with"] == [{"kind": "party", "id": b}]
    for each in (offered, own):
        seen = granted(await case["party_b"].get(case.path(f"/proposals/{each['id']}")))
        assert (seen["status"], seen["answers"], seen["shared_with"]) == ("open", [], []), "the answer was not shown"
        refused(await answer(case["party_b"], case, each), 404)
    told = granted(await case["party_b"].get("/changes"))["items"]
    assert [each["kind"] for each in told].count("caucus_shown") == 2
    assert not any(each["kind"] == "proposal_accepted" for each in told)
    for name in ("clerk", "supervisor"):
        refused(await case[name].get(case.path(f"/proposals/{own['id']}")), 404)
    assert "11月24日当面同意" not in (await case["clerk"].get(case.path("/timeline"))).text
