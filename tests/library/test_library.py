"""An exemplary case: anonymized, read by a second person, refused while a name is in it, released, withdrawn."""

import json

from models import Dispute, LibraryCase
from tests.casework.staff import PeopleAtWork
from tests.commitments.promised import REPAIRS, agreed
from tests.journeys.contract import Json, granted, paths, refused, take
from tests.mediation.standings import Standings

TEXTS: Json = {
    "title": "一起物业漏水纠纷的调解",
    "background": "申请人甲家中长期漏水，被申请人甲一直没有修好。",
    "handling": "调解员现场查看，讲清物业服务的责任。",
    "outcome": "被申请人甲限期修好并赔偿。",
}


NAMED: Json = {"background": "张　三家漏水", "outcome": "请打１３８-７２５６-０００１"}


async def closed(people: PeopleAtWork, scene: Standings) -> None:
    summary = "张三（13872560001）和某某物业服务有限公司到场，陈述漏水经过。"
    held = {"held_at": "2026-11-24T09:00:00+08:00", "summary": summary}
    await take(scene["mediator"], scene.dispute_id, "record_session", **held)
    await agreed(scene, REPAIRS)
    await take(scene["mediator"], scene.dispute_id, "confirm_fulfilment", note="张 三确认修好")
    await take(await people.staff("director"), scene.dispute_id, "close")


async def proposed(scene: Standings, **texts: str) -> str:
    """Its path."""
    made = granted(await scene["mediator"].post(scene.path("/library-cases"), TEXTS | texts), 201)
    assert (made["status"], made["allowed"]) == ("proposed", ["edit", "withdraw"])
    return f"/library-cases/{made['id']}"


async def test_a_draft_has_nobody_in_it_and_a_text_with_somebody_is_refused(
    people: PeopleAtWork, scene: Standings
) -> None:
    mediator, cases, draft = scene["mediator"], scene.path("/library-cases"), scene.path("/library-draft")
    refused(await mediator.post(cases, TEXTS), 409, "no_example")
    await closed(people, scene)
    found = granted(await mediator.get(draft))
    for part in (found, granted(await mediator.get(draft, without_amounts=True))):
        whole = json.dumps(part, ensure_ascii=False)
        assert not any(value in whole for value in ("张三", "张 三", "13872560001", "某某物业", "陆城"))
    assert "申请人甲（某电话）和被申请人甲到场" in found["handling"]
    assert {"申请人甲", "被申请人甲", "某电话"} <= {each["word"] for each in found["replaced"]}
    answer = await mediator.post(cases, TEXTS | NAMED)
    assert paths(answer) == {"background", "outcome"}
    assert "张" not in json.dumps(answer.json()["fields"], ensure_ascii=False)
    for person, status in (("clerk", 403), ("supervisor", 403), ("other_center", 404)):
        refused(await scene[person].get(draft), status)
        refused(await scene[person].post(cases, TEXTS), status)
    await proposed(scene)
    refused(await mediator.post(cases, TEXTS), 409, "already_proposed")


async def test_nobody_reviews_or_releases_their_own(people: PeopleAtWork, scene: Standings) -> None:
    await closed(people, scene)
    mediator, director, one = scene["mediator"], await people.staff("director"), await proposed(scene)
    row = await LibraryCase.get(id=one.rsplit("/", 1)[-1])
    assert row.words is None, "in clear only once somebody has read it"
    assert row.published is None
    refused(await mediator.post(f"{one}/review", {"decision": "approve"}), 403, "same_person")
    refused(await scene["clerk"].post(f"{one}/review", {"decision": "approve"}), 403, "role_not_allowed")
    for stranger in ("gezhouba-director", "gezhouba-mediator"):
        refused(await (await people.staff(stranger)).get(one), 404)
        refused(await (await people.staff(stranger)).post(f"{one}/review", {"decision": "approve"}), 404)
    assert paths(await director.post(f"{one}/review", {"decision": "return"})) == {"reason"}
    back = granted(await director.post(f"{one}/review", {"decision": "return", "reason": "写明怎样说通"}))
    assert (back["status"], back["review_reason"]) == ("returned", "写明怎样说通")
    assert paths(await mediator.put(one, TEXTS | NAMED)) == {"background", "outcome"}
    granted(await mediator.put(one, TEXTS | {"handling": "调解员当场试水，双方各退一步。"}))
    approved = granted(await director.post(f"{one}/review", {"decision": "approve"}))
    assert (approved["status"], approved["allowed"]) == ("approved", ["release", "withdraw"])
    refused(await mediator.put(one, TEXTS), 409, "example_state")
    refused(await mediator.post(f"{one}/release", {}), 403, "same_person")


async def test_mediators_find_what_is_approved_and_residents_what_is_released(
    people: PeopleAtWork, scene: Standings
) -> None:
    await closed(people, scene)
    director, other, resident = await people.staff("director"), scene["other_center"], scene["stranger"]
    one = await proposed(scene, handling="调解员当场试水，双方各退一步。")
    granted(await director.post(f"{one}/review", {"decision": "approve"}))
    for query, count in (({"q": "试水 各退"}, 1), ({"q": "百分%"}, 0), ({"category": "property"}, 1),
                         ({"category": "labour"}, 0)):  # fmt: skip
        assert len(granted(await other.get("/library-cases", **query))["items"]) == count, query
    assert granted(await other.get(one))["dispute_id"] is None
    assert granted(await resident.get("/cases-library", q="试水"))["items"] == []
    granted(await director.post(f"{one}/release", {}))
    (shown,) = granted(await resident.get("/cases-library", q="试水", category="property"))["items"]
    assert set(shown) == {"id", "category", "category_text", "title", "background", "handling", "outcome",
                          "released_at"}  # fmt: skip
    assert granted(await resident.get(f"/cases-library/{shown['id']}")) == shown
    assert paths(await resident.get("/cases-library", category="nothing")) == {"category"}
    withdrawn = granted(await director.post(f"{one}/withdrawal", {"reason": "当事人不愿公开"}))
    assert (withdrawn["status"], withdrawn["allowed"]) == ("withdrawn", [])
    refused(await resident.get(f"/cases-library/{shown['id']}"), 404)
    refused(await director.post(f"{one}/withdrawal", {"reason": "再来"}), 409, "example_state")
    await proposed(scene)


async def test_whoever_the_case_knows_by_now_is_looked_for_again(people: PeopleAtWork, scene: Standings) -> None:
    """Also what was true when it was approved."""
    await closed(people, scene)
    director, one = await people.staff("director"), await proposed(scene, outcome="李小明家的漏水修好了。")
    granted(await director.post(f"{one}/review", {"decision": "approve"}))
    granted(await scene["party_b"].put("/me", {"name": "李小明"}))
    assert paths(await director.post(f"{one}/release", {})) == {"consents"}


async def test_what_families_keep_to_themselves_needs_everybodys_consent(
    people: PeopleAtWork, scene: Standings
) -> None:
    await closed(people, scene)
    await Dispute.filter(id=scene.dispute_id).update(category="marriage_family")
    supervisor, one = await people.staff("supervisor"), await proposed(scene)
    granted(await supervisor.post(f"{one}/review", {"decision": "approve"}))
    half = {"consents": [scene.ids["party_a"]]}
    assert paths(await supervisor.post(f"{one}/release", half)) == {"consents"}
    both = {"consents": [scene.ids["party_a"], scene.ids["party_b"]]}
    assert granted(await supervisor.post(f"{one}/release", both))["status"] == "released"
