"""Messages in the joint channel and in separate talks: who reads what, what is shared, what stays when the mediator
changes, what never leaves with the file."""

import asyncio
from typing import Any

from backend.mediation import exporting
from models import CheckStatus, ContentCheck, Dispute, Staff, StaffNotice, StaffSession
from tests.casework.staff import PeopleAtWork
from tests.conftest import App
from tests.journeys.contract import Json, granted, paths, refused, take
from tests.mediation.standings import Standings
from tests.people import Person


async def say(who: Person, case: Standings, text: str, **fields: Any) -> Json:
    return granted(await who.post(case.path("/messages"), {"text": text} | fields), 201)


async def heard(who: Person, case: Standings, **query: Any) -> list[str | None]:
    return [each["text"] for each in granted(await who.get(case.path("/messages"), **query))["items"]]


async def test_numbers_are_the_order_without_gaps(standings: Standings) -> None:
    case, a = standings, standings.ids["party_a"]
    writers = [case["party_a"], case["party_b"], case["mediator"]]
    lines = [say(who, case, f"第{n}句") for n in range(6) for who in writers]
    private = [say(case["party_a"], case, f"悄悄话{n}", channel=a) for n in range(4)]
    said = await asyncio.gather(*lines, *private)
    assert sorted(each["seq"] for each in said[:18]) == list(range(1, 19))
    assert sorted(each["seq"] for each in said[18:]) == [1, 2, 3, 4], "each channel counts for itself"
    first = granted(await case["party_b"].get(case.path("/messages"), limit=10))
    assert ([each["seq"] for each in first["items"]], first["has_more"]) == (list(range(1, 11)), True)
    rest = granted(await case["party_b"].get(case.path("/messages"), after=first["after"]))
    assert ([each["seq"] for each in rest["items"]], rest["has_more"]) == (list(range(11, 19)), False)
    assert {each["name"] for each in first["items"]} <= {"申请人一方", "被申请人一方",
                                                         (await Staff.get(id=case["mediator"].id)).name}  # fmt: skip


async def test_what_may_not_be_said(standings: Standings) -> None:
    case, a, b = standings, standings.ids["party_a"], standings.ids["party_b"]
    path = case.path("/messages")
    assert paths(await case["party_a"].post(path, {"text": "", "channel": "everybody"})) == {"text", "channel"}
    assert paths(await case["party_a"].post(path, {"text": "喂", "channel": b})) == {"channel"}
    assert paths(await case["mediator"].post(path, {"text": "喂", "channel": case.dispute_id})) == {"channel"}
    assert paths(await case["party_a"].post(path, {"text": "我让一步", "is_concession": True})) == {"is_concession"}
    assert paths(await case["party_a"].post(path, {"text": "x", "channel": a, "said_by_party": True})) == {
        "said_by_party"
    }
    assert paths(await case["party_a"].get(path, after="-1", limit="1000")) == {"after", "limit"}
    refused(await case["party_a"].get(path, channel=b), 404)
    refused(await case["assisting"].post(path, {"text": "大家好"}), 403, "role_not_allowed")
    for name in ("clerk", "supervisor", "follower", "invited", "expert", "stranger"):
        refused(await case[name].post(path, {"text": "大家好"}), 404)
    granted(await case["party_b"].post(case.path("/departure"), {"reason": "不谈了"}))
    refused(await case["party_a"].post(path, {"text": "还在吗"}), 409, "mediation_not_open")


async def test_a_risky_message_is_hidden_from_others_until_somebody_looked(standings: Standings) -> None:
    case = standings
    said = await say(case["party_a"], case, "坏话")
    await say(case["mediator"], case, "请文明交流")
    assert await heard(case["party_b"], case) == ["坏话", "请文明交流"], "nobody waits for the check"
    await ContentCheck.filter(subject_id=said["id"]).update(status=CheckStatus.RISKY)
    assert await heard(case["party_b"], case) == [None, "请文明交流"]
    assert await heard(case["party_a"], case) == await heard(case["mediator"], case) == ["坏话", "请文明交流"]
    (item,) = granted(await case["clerk"].get("/content-checks"))["items"]
    assert (item["subject"], item["text"]) == ("message", "坏话")
    granted(await case["clerk"].post(f"/content-checks/{item['id']}/decision", {"decision": "release"}))
    assert await heard(case["party_b"], case) == ["坏话", "请文明交流"]
    assert await ContentCheck.filter(subject="message").count() == 2


async def test_separate_talks_are_shown_item_by_item(app: App, standings: Standings) -> None:
    case, a, b = standings, standings.ids["party_a"], standings.ids["party_b"]
    own = await say(case["party_a"], case, "其实我十月就知道漏水", channel=a)
    spoken = await say(case["mediator"], case, "他说可以等到年底", channel=a, said_by_party=True)
    mine = await say(case["mediator"], case, "物业有过失先例", channel=a)
    given = await say(case["party_a"], case, "最低八百也行", channel=a, is_concession=True)
    assert [each["said_by"] for each in (own, spoken, mine)] == ["party", "party", "mediator"]
    assert await ContentCheck.filter(subject="message").count() == 0, "nobody but the mediator reads it"

    async def shown(who: str) -> list[str | None]:
        return [each["text"] for each in granted(await case[who].get(case.path("/caucus")))["items"]]

    assert await shown("party_b") == []
    to_b = {"to": [{"kind": "party", "id": b}]}

    def share(item: Json) -> str:
        return case.path(f"/caucus/{item['id']}/shares")

    refused(await case["party_b"].post(share(own), to_b), 404)
    refused(await case["clerk"].post(share(own), to_b), 404)
    refused(await case["party_a"].post(share(mine), to_b), 404)
    refused(await case["mediator"].post(share(spoken), to_b), 409, "consent_needed")
    member = {"to": [{"kind": "member", "id": case.ids["assisting"]}, {"kind": "party", "id": b}]}
    assert paths(await case["party_a"].post(share(own), member)) == {"to.0"}
    assert paths(await case["party_a"].post(share(own), {"to": []})) == {"to"}
    for _ in range(2):
        done = granted(await case["party_a"].post(share(own), to_b), 201)
        assert done["shared_with"] == [{"kind": "party", "id": b}]
    granted(await case["mediator"].post(share(spoken), to_b | {"consent": "11月24日电话同意"}), 201)
    granted(await case["mediator"].post(share(mine), to_b), 201)
    granted(await case["party_a"].post(share(given), to_b), 201)
    assert await shown("party_b") == ["其实我十月就知道漏水", "他说可以等到年底", "物业有过失先例", "最低八百也行"]
    refused(await case["party_b"].get(case.path("/messages"), channel=a), 404)
    exported = await exporting.exportable(app.ctx.deps, await Dispute.get(id=case.dispute_id))
    assert [each.text for each in exported.messages] == [
        "其实我十月就知道漏水", "他说可以等到年底", "物业有过失先例"
    ], "a concession stays behind although it was shown"  # fmt: skip
    own_data = granted(await case["party_a"].get("/me/export"))
    assert "最低八百也行" in str(own_data["talks"])
    assert "最低八百也行" not in str(granted(await case["party_b"].get("/me/export")))


async def test_the_next_mediator_finds_only_what_was_handed_over(
    app: App, people: PeopleAtWork, standings: Standings
) -> None:
    case, a, former = standings, standings.ids["party_a"], standings["mediator"]
    center_id = (await Staff.get(id=former.id)).center_id
    second = await Staff.create(username="second", name="刘芳", role="mediator", center_id=center_id, password_hash="",
                                created_at=app.ctx.deps.clock.now())  # fmt: skip
    try:
        await say(case["party_a"], case, "只对您说", channel=a)
        await say(former, case, "大家好")
        await take(case["clerk"], case.dispute_id, "assign", mediator_id=str(second.id))
        successor = await people.staff("second")
        assert await heard(successor, case) == ["大家好"]
        assert await heard(successor, case, channel=a) == []
        refused(await former.get(case.path("/caucus")), 404)
        refused(await case["clerk"].post(case.path("/caucus/handover")), 404)
        assert granted(await former.post(case.path("/caucus/handover"))) == {"count": 1}
        assert await heard(successor, case, channel=a) == ["只对您说"]
    finally:
        await take(case["clerk"], case.dispute_id, "assign", mediator_id=former.id)
        await StaffNotice.filter(staff_id=second.id).delete()
        await StaffSession.filter(staff_id=second.id).delete()
        await second.delete()
