"""云普法: what the law was on the day, who has read it, what they asked."""

from uuid import uuid4

from tests.appointments.calls import outcome
from tests.journeys.contract import Json, granted, paths, refused
from tests.mediation.standings import Standings


def explaining(scene: Standings, *parties: str, **more: object) -> Json:
    statement = "未经许可为生产经营目的制造、销售外观设计专利产品的，构成侵权。"
    return {"statement": statement, "statutes": ["patent-law-11", "patent-law-64"],
            "to": [scene.ids[each] for each in parties], **more}  # fmt: skip


async def test_it_rests_on_law_that_was_in_force_on_the_day(standings: Standings) -> None:
    mediator, path = standings["mediator"], standings.path("/explanations")
    both = ["civil-procedure-2021-201", "civil-procedure-205", "codex-hammurabi"]
    today = explaining(standings, "party_a", statutes=both)
    assert paths(await mediator.post(path, today)) == {"statutes.0", "statutes.2"}
    before = explaining(standings, "party_a", statutes=both[:2], as_of="2023-06-01")
    assert paths(await mediator.post(path, before)) == {"statutes.1"}
    given = granted(await mediator.post(path, before | {"statutes": both[:1]}), 201)
    assert (given["as_of"], given["statutes"][0]["article"]) == ("2023-06-01", "第二百零一条")
    assert paths(await mediator.post(path, explaining(standings, "party_a", as_of="2026-11-25"))) == {"as_of"}
    stranger = explaining(standings, "party_a") | {"to": [str(uuid4())]}
    assert paths(await mediator.post(path, stranger)) == {"to.0"}
    found = granted(await standings["expert"].get("/statutes", q="外观设计", on="2021-05-31"))["items"]
    assert found == [], "the amended law came a day later"
    assert len(granted(await mediator.get("/statutes", q="外观设计", on="2021-06-01"))["items"]) == 3
    refused(await standings["assisting"].post(path, explaining(standings, "party_a")), 404)


async def test_a_party_reads_asks_and_is_answered(standings: Standings) -> None:
    a, b, mediator = standings["party_a"], standings["party_b"], standings["mediator"]
    given = granted(await mediator.post(standings.path("/explanations"), explaining(standings, "party_a")), 201)
    path = standings.path(f"/explanations/{given['id']}")
    refused(await b.get(path), 404)
    refused(await b.post(f"{path}/acknowledgement"), 404)
    replying = {"party_id": standings.ids["party_a"], "text": "库存不再销售即可。"}
    assert outcome(await mediator.post(f"{path}/replies", replying)) == "nothing_asked"
    read = granted(await a.post(f"{path}/acknowledgement"))["receipts"][0]
    asked = granted(await a.post(f"{path}/acknowledgement", {"question": "库存怎么办？"}))["receipts"][0]
    assert read["read_at"] == asked["read_at"]
    assert outcome(await a.post(f"{path}/acknowledgement", {"question": "再问一句"})) == "question_asked"
    granted(await mediator.post(f"{path}/replies", replying), 201)
    assert outcome(await mediator.post(f"{path}/replies", replying)) == "nothing_asked"
    assert granted(await a.get(path))["receipts"][0]["reply"] == replying["text"]
    timeline = [each["kind"] for each in granted(await a.get(standings.path("/timeline"), limit=100))["items"]]
    assert timeline[-4:] == ["explained", "explanation_read", "explanation_read", "explanation_question_answered"]
    assert "explained" not in (await b.get(standings.path("/timeline"))).text


async def test_others_read_it_without_what_was_asked(standings: Standings) -> None:
    clerk, follower = standings["clerk"], standings["follower"]
    given = granted(await clerk.post(standings.path("/explanations"), explaining(standings, "party_a", "party_b")), 201)
    path = standings.path(f"/explanations/{given['id']}")
    granted(await standings["party_a"].post(f"{path}/acknowledgement", {"question": "怎么赔？"}))
    assert [each["party_id"] for each in granted(await standings["party_b"].get(path))["receipts"]] == [
        standings.ids["party_b"]
    ]
    refused(await follower.get(path), 404)
    granted(await clerk.post(f"{path}/shares", {"to": [{"kind": "followers"}]}))
    assert granted(await follower.get(path))["receipts"] == []
    refused(await follower.post(f"{path}/acknowledgement"), 404)
