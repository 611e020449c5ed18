"""云调查: what each may see of the evidence, how it is verified, who has had the original in hands."""

from hashlib import sha256
from uuid import uuid4

from models import Dispute, EvidenceItem, Status
from tests.appointments.calls import outcome
from tests.journeys.contract import Json, granted, paths, photo, refused
from tests.mediation.standings import Standings
from tests.people import Person

PACKAGE = {"kind": "object", "title": "侵权包装实物", "source": "在超市购得", "proves": "包装与专利图片相同"}


async def submitted(scene: Standings, standing: str, **more: str) -> Json:
    return granted(await scene[standing].post(scene.path("/evidence"), PACKAGE | more), 201)


async def seen(scene: Standings, *standings: str) -> list[int]:
    return [len(granted(await scene[each].get(scene.path("/evidence")))["items"]) for each in standings]


async def test_what_a_side_submits_is_its_own_until_it_is_exchanged(standings: Standings) -> None:
    a, b, mediator = standings["party_a"], standings["party_b"], standings["mediator"]
    file = granted(await a.upload(photo()), 201)
    item = await submitted(standings, "party_a", file_id=file["id"])
    of_center = await submitted(standings, "clerk", kind="document", title="专利登记簿副本")
    assert (item["sha256"], item["is_mine"]) == (sha256(photo()).hexdigest(), True)
    assert await seen(standings, "party_a", "party_b", "mediator", "clerk", "expert", "assisting") == [1, 0, 2, 2, 0, 0]
    path = standings.path(f"/evidence/{item['id']}")
    for person in (b, standings["expert"], standings["assisting"], standings["other_center"], standings["stranger"]):
        refused(await person.get(path), 404)
        refused(await person.get(f"{path}/file"), 404)
    refused(await b.post(f"{path}/objections", {"grounds": ["relevance"], "text": "无关"}), 404)
    assert b"\xe5\x8c\x85\xe8\xa3\x85" not in bytes((await EvidenceItem.get(id=item["id"])).title_sealed)

    exchange = standings.path("/evidence-exchanges")
    refused(await a.post(exchange, {"item_ids": [item["id"]]}), 404)
    assert paths(await mediator.post(exchange, {"item_ids": [item["id"], str(uuid4())]})) == {"item_ids.1"}
    granted(await mediator.post(exchange, {"item_ids": [item["id"], of_center["id"]]}), 201)
    assert await seen(standings, "party_a", "party_b", "expert") == [2, 2, 0]
    assert (await b.get(f"{path}/file")).status_code == 200
    assert granted(await b.get(path))["is_mine"] is False
    objection = {"grounds": ["authenticity", "relevance"], "text": "不能证明是本公司生产"}
    assert paths(await b.post(f"{path}/objections", objection | {"grounds": ["taste"]})) == {"grounds"}
    said = granted(await b.post(f"{path}/objections", objection), 201)["objections"]
    assert [each["grounds_text"] for each in said] == ["真实性、关联性"]
    refused(await a.post(f"{path}/objections", objection), 403)
    for person in (a, b):
        events = granted(await person.get(standings.path("/timeline"), limit=100))["items"]
        assert [each["text"] for each in events if each["kind"] == "evidence_exchanged"] == [
            "已向各方出示2份证据，可以查看并提出意见。"
        ]


async def test_who_submitted_it_may_show_it_item_by_item(standings: Standings) -> None:
    item, other = await submitted(standings, "party_a"), await submitted(standings, "party_a")
    shares = standings.path(f"/evidence/{item['id']}/shares")
    to_expert = {"to": [{"kind": "member", "id": standings.ids["expert"]}]}
    refused(await standings["party_b"].post(shares, to_expert), 404)
    assert paths(await standings["party_a"].post(shares, {"to": [{"kind": "party", "id": str(uuid4())}]})) == {"to.0"}
    granted(await standings["party_a"].post(shares, to_expert))
    assert await seen(standings, "expert", "party_b") == [1, 0]
    refused(await standings["expert"].post(shares, to_expert), 403)
    granted(await standings["party_a"].post(shares, {"to": [{"kind": "party", "id": standings.ids["party_b"]}]}))
    refused(await standings["party_b"].get(standings.path(f"/evidence/{other['id']}")), 404)
    own = await submitted(standings, "expert", kind="appraisal", title="比对图")
    assert own["submitted_by"] == "member"
    assert await seen(standings, "expert", "party_a", "assisting") == [2, 2, 0]
    refused(await standings["assisting"].post(standings.path("/evidence"), PACKAGE), 403)


async def test_verification_and_custody_are_on_record(standings: Standings) -> None:
    clerk, a = standings["clerk"], standings["party_a"]
    item = await submitted(standings, "party_a")
    path = standings.path(f"/evidence/{item['id']}")
    for act in ("moved", "returned"):
        assert outcome(await clerk.post(f"{path}/custody", {"act": act, "holder": "档案柜"})) == "custody_order"
    for act in ("received", "moved", "returned", "received"):
        granted(await clerk.post(f"{path}/custody", {"act": act, "holder": "档案柜3号"}), 201)
    assert outcome(await clerk.post(f"{path}/custody", {"act": "received", "holder": "档案柜"})) == "custody_order"
    record = {"method": "register_searched", "result": "consistent", "original_compared": True, "note": "电话核实"}
    assert paths(await clerk.post(f"{path}/verifications", record | {"method": "guessed"})) == {"method"}
    refused(await standings["expert"].post(f"{path}/verifications", record), 404)
    granted(await clerk.post(f"{path}/verifications", record | {"result": "doubtful"}), 201)
    after = granted(await standings["mediator"].post(f"{path}/verifications", record), 201)
    assert [each["result"] for each in after["verifications"]] == ["doubtful", "consistent"], "a later one adds to it"
    assert after["verifications"][1]["note"] == "电话核实"
    mine = granted(await a.get(path))
    assert [each["holder"] for each in mine["custody"]] == ["档案柜3号"] * 4, "one knows where one's originals are"
    assert [each["note"] for each in mine["verifications"]] == [None, None]
    granted(await clerk.post(standings.path("/evidence-exchanges"), {"item_ids": [item["id"]]}), 201)
    theirs = granted(await standings["party_b"].get(path))
    assert [each["holder"] for each in theirs["custody"]] == [None] * 4
    assert theirs["verifications"][1]["result_text"] == "核验一致"


async def test_what_cannot_be_submitted(standings: Standings) -> None:
    a, path = standings["party_a"], standings.path("/evidence")
    theirs = granted(await standings["party_b"].upload(photo("red")), 201)["id"]
    assert paths(await a.post(path, {"kind": "rumor", "title": "", "source": "x"})) == {"kind", "title", "proves"}
    for person in (a, standings["clerk"], standings["expert"]):
        assert paths(await person.post(path, PACKAGE | {"file_id": theirs})) == {"file_id"}
    mine = granted(await a.upload(photo()), 201)["id"]
    for _ in range(2):
        await submitted(standings, "party_a", file_id=mine)
    await submitted(standings, "clerk", file_id=mine)


async def test_an_ended_case_takes_no_more(standings: Standings) -> None:
    item = await submitted(standings, "party_a")
    explanation = {"statement": "依法", "statutes": ["patent-law-11"], "to": [standings.ids["party_a"]]}
    tried: list[tuple[Person, str, Json]] = [
        (standings["party_a"], "/evidence", PACKAGE),
        (standings["clerk"], "/evidence-exchanges", {"item_ids": [item["id"]]}),
        (standings["clerk"], "/consultations", {"question": "侵权吗", "expert_ids": [standings["expert"].id]}),
        (standings["clerk"], "/explanations", explanation),
    ]
    for status in (Status.NOT_AGREED, Status.CLOSED, Status.WITHDRAWN, Status.REFUSED):
        await Dispute.filter(id=standings.dispute_id).update(status=status)
        for person, path, body in tried:
            assert outcome(await person.post(standings.path(path), body)) == "mediation_not_open", (status, path)
