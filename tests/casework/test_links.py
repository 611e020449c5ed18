"""Cases that belong together: suggested, linked, merged, split. Nothing is lost, nobody sees more than is theirs."""

import asyncio
from typing import Any

import httpx

from backend.core.catalog import Catalog
from backend.disputes import deadlines
from backend.disputes.deadlines import Step
from models import Dispute, Event, Party
from tests.casework.staff import PeopleAtWork
from tests.clock import TravellingClock
from tests.conftest import App
from tests.history import whole
from tests.journeys.contract import Json, free_slots, granted, paths, photo, refused, take, to_mediation
from tests.people import LUCHENG, Person, file_dispute

ELSEWHERE = LUCHENG | {"lat": 30.3889}
LI = {"kind": "person", "name": "李四", "phone": "13872560002"}
NOBODY = "00000000-0000-0000-0000-000000000000"


async def act(staff: Person, dispute_id: str, action: str, **fields: Any) -> httpx.Response:
    version = granted(await staff.get(f"/disputes/{dispute_id}"))["version"]
    return await staff.post(f"/disputes/{dispute_id}/actions/{action}", {"version": version} | fields)


async def suggested(staff: Person, dispute_id: str) -> list[Json]:
    items: list[Json] = granted(await staff.get(f"/disputes/{dispute_id}/possible-duplicates"))["items"]
    return items


async def kinds(dispute_id: str) -> list[str]:
    found = await Event.filter(dispute_id=dispute_id).order_by("ordinal").values_list("kind", flat=True)
    return [str(kind) for kind in found]


async def test_the_same_quarrel_is_suggested_to_staff_with_why(app: App, people: PeopleAtWork) -> None:
    resident, clerk = await people.resident(), await people.staff("clerk")
    mine = await file_dispute(resident)
    again = await file_dispute(resident)
    turned = await file_dispute(
        await people.resident("li"),
        applicant={"kind": "organization", "name": "某某物业服务有限公司"},
        respondents=[{"kind": "person", "name": "张三"}],
    )
    others: list[Json] = [
        {"location": ELSEWHERE},
        {"category": "neighbourhood"},
        {"respondents": [LI]},
        {"applicant": {"kind": "person", "name": "张三", "phone": "13872560009"}},
    ]
    for differing in others:
        await file_dispute(resident, **differing)

    found = await suggested(clerk, mine["id"])

    assert {each["case"]["id"] for each in found} == {again["id"], turned["id"]}
    assert all(each["distance_m"] == 0 and each["days_apart"] == 0 for each in found)
    assert {reason["code"] for reason in found[0]["reasons"]} == {"parties", "category", "time", "place"}
    assert all(reason["text"] for reason in found[0]["reasons"])
    refused(await resident.get(f"/disputes/{mine['id']}/possible-duplicates"), 404)
    for stranger in ("admin", "gezhouba-director"):
        refused(await (await people.staff(stranger)).get(f"/disputes/{mine['id']}/possible-duplicates"), 404)
    assert await suggested(await people.staff("supervisor"), mine["id"])

    granted(await act(clerk, mine["id"], "dismiss_duplicate", other_id=again["id"], reason="是两次不同的漏水"))
    page = granted(await act(clerk, mine["id"], "link", other_id=turned["id"], kind="related"))
    assert [(each["case_id"], each["kind"]) for each in page["links"]] == [(turned["id"], "related")]
    assert await suggested(clerk, mine["id"]) == []
    assert mine["id"] not in {each["case"]["id"] for each in await suggested(clerk, again["id"])}
    assert paths(await act(clerk, again["id"], "dismiss_duplicate", other_id=mine["id"], reason="x")) == {"other_id"}
    assert paths(await act(clerk, turned["id"], "link", other_id=mine["id"], kind="related")) == {"other_id"}
    assert paths(await act(clerk, mine["id"], "link", other_id=mine["id"], kind="merged")) == {"kind"}
    for other in (mine["id"], NOBODY):
        assert paths(await act(clerk, mine["id"], "link", other_id=other, kind="repeat")) == {"other_id"}
    granted(await act(clerk, turned["id"], "unlink", other_id=mine["id"], kind="related", reason="看错了"))
    assert (await kinds(mine["id"]))[1:] == ["duplicate_dismissed", "linked", "unlinked"]
    timeline = granted(await resident.get(f"/disputes/{mine['id']}/timeline"))["items"]
    assert [item["kind"] for item in timeline] == ["submitted"], "residents never learn of it"
    assert await whole.flaws(app) == []


async def test_merged_cases_go_on_as_one(app: App, people: PeopleAtWork, clock: TravellingClock) -> None:
    """The later one is further: it is kept, and so is the earlier end."""
    zhang, li, clerk = await people.resident(), await people.resident("li"), await people.staff("clerk")
    uploaded = granted(await li.upload(photo()), 201)["id"]
    gone = await file_dispute(li, applicant=LI, file_ids=[uploaded], description="李四的话")
    slot = (await free_slots(li, gone["id"], clock))[-1]
    booked = granted(await li.post(f"/disputes/{gone['id']}/appointments", {"slot_id": slot["id"]}), 201)
    clock.advance(days=1)
    kept = await file_dispute(zhang, description="张三的话")

    page = granted(await act(clerk, gone["id"], "merge", into_id=kept["id"], reason="同一处漏水"))

    assert (page["status"], page["links"][0]["kind_text"], page["links"][0]["case_id"]) == (
        "closed", "已并入", kept["id"],
    )  # fmt: skip
    after = granted(await clerk.get(f"/disputes/{kept['id']}"))
    assert [party["name"] for party in after["parties"]] == ["张三", "某某物业服务有限公司", "李四"]
    assert after["parties"][2]["side"] == "applicant"
    assert after["due_at"] == gone["respond_by"] < kept["respond_by"]
    assert [each["kind_text"] for each in after["links"]] == ["并入本件"]
    assert [each["id"] for each in after["files"]] == [uploaded]
    assert [each["id"] for each in after["appointments"]] == [booked["id"]]
    for number in (gone["number"], kept["number"]):
        assert len(granted(await clerk.get("/disputes", q=number))["items"]) == 1, "both stay findable"

    old, new = granted(await li.get(f"/disputes/{gone['id']}")), granted(await li.get(f"/disputes/{kept['id']}"))
    assert old["merged_into"] == {"id": kept["id"], "number": kept["number"]}
    assert kept["number"] in old["next_step"]
    assert (old["status"], old["description"], old["actions"]) == ("closed", "李四的话", [])
    assert (new["description"], new["claim"], new["merged_into"]) == (None, None, None)
    assert granted(await li.get(f"/files/{uploaded}/links"))["status"] in ("checking", "available")
    refused(await li.post(f"/disputes/{gone['id']}/rating", {"resolved": True, "satisfaction": 5}), 409)
    refused(await zhang.get(f"/disputes/{gone['id']}"), 404)
    assert granted(await zhang.get(f"/disputes/{kept['id']}"))["description"] == "张三的话"
    assert (await kinds(gone["id"]))[-1] == "merged"
    assert "merged_in" in await kinds(kept["id"])
    await take(clerk, kept["id"], "accept")
    refused(await act(await people.staff("director"), gone["id"], "reopen", reason="x"), 409, "action_not_allowed")
    assert await replayed(app, kept["id"])
    await each_goes_alone(clerk, zhang, li, kept["id"])
    assert await whole.flaws(app) == []


async def each_goes_alone(clerk: Person, zhang: Person, li: Person, case_id: str) -> None:
    for mine, theirs in ((zhang, "13872560002"), (li, "13872560001")):
        shown = granted(await mine.get(f"/disputes/{case_id}"))["parties"]
        assert [each["phone_masked"] for each in shown].count(None) == 2, theirs
    own = granted(await zhang.post(f"/disputes/{case_id}/withdrawal", {"reason": "算了"}))
    assert own["status"] == "accepted", "who asked for it can't take it from the others"
    refused(await li.post(f"/disputes/{case_id}/withdrawal", {"reason": "也算了"}), 403)
    refused(await zhang.post(f"/disputes/{case_id}/withdrawal", {"reason": "算了"}), 409, "action_not_allowed")
    granted(await li.post(f"/disputes/{case_id}/departure", {"reason": "也算了"}))
    assert granted(await clerk.get(f"/disputes/{case_id}"))["status"] == "not_agreed", "nobody is left to ask"


async def replayed(app: App, dispute_id: str) -> bool:
    """What the events say of the clock gives what stands in the case."""
    catalog: Catalog = app.ctx.deps.catalog
    events = await Event.filter(dispute_id=dispute_id, clock__isnull=False).order_by("id")
    steps = [Step.from_record(event.clock or {}) for event in events]
    ends = deadlines.replay(steps, catalog.time_rules, app.ctx.deps.calendar)
    return bool(ends[-1].due_at == (await Dispute.get(id=dispute_id)).due_at)


async def test_what_cannot_be_merged_says_why(people: PeopleAtWork) -> None:
    resident, clerk, director = await people.resident(), await people.staff("clerk"), await people.staff("director")
    first, second, third = [(await file_dispute(resident))["id"] for _ in range(3)]
    foreign = await file_dispute(resident, location={"division_code": "420502"})
    assert paths(await act(clerk, first, "merge", into_id=first, reason="x")) == {"into_id"}
    for into in (NOBODY, foreign["id"]):
        assert paths(await act(clerk, first, "merge", into_id=into, reason="x")) == {"into_id"}
    assert paths(await act(clerk, first, "merge", into_id="1", reason=" ")) == {"into_id", "reason"}
    refused(await act(await people.staff("mediator"), first, "merge", into_id=second, reason="x"), 403)

    await take(clerk, first, "accept")
    refused(await act(clerk, first, "merge", into_id=second, reason="x"), 409, "merge_not_possible")
    granted(await act(clerk, second, "merge", into_id=first, reason="x"))
    refused(await act(clerk, first, "merge", into_id=second, reason="x"), 409, "merge_not_possible")
    refused(await act(clerk, third, "merge", into_id=second, reason="x"), 409, "merge_not_possible")
    refused(await act(clerk, second, "merge", into_id=third, reason="x"), 409, "action_not_allowed")

    granted(await clerk.post(f"/disputes/{third}/red-cards", {"signals": ["violence"], "reason": "扬言动手"}), 201)
    refused(await act(clerk, third, "merge", into_id=first, reason="x"), 409, "action_not_allowed")
    refused(await act(clerk, first, "merge", into_id=third, reason="x"), 409, "merge_not_possible")
    assert (await Dispute.get(id=first)).merged_into_id is None
    granted(await act(director, first, "link", other_id=third, kind="repeat"))


async def test_merges_at_once(app: App, people: PeopleAtWork) -> None:
    """Into each other: one of them wins. Two into a third: both. A chain: nobody points to what is gone."""
    clerk, resident = await people.staff("clerk"), await people.resident()
    one, two, three = [(await file_dispute(resident))["id"] for _ in range(3)]

    def merging(gone: str, into: str) -> Any:
        return clerk.post(f"/disputes/{gone}/actions/merge", {"version": 1, "into_id": into, "reason": "同一件"})

    crossed = await asyncio.gather(merging(one, two), merging(two, one))
    assert sorted(answer.status_code for answer in crossed) == [200, 409], [answer.text for answer in crossed]
    open_ones = await Dispute.filter(id__in=[one, two], merged_into_id=None).values_list("id", flat=True)
    left = str(open_ones[0])
    four = (await file_dispute(resident))["id"]
    granted(await act(clerk, left, "merge", into_id=three, reason="同一件"))
    both = await asyncio.gather(merging(four, three), act(clerk, three, "add_note", text="看过了"))
    assert {answer.status_code for answer in both} <= {200, 409}
    pointers = await Dispute.filter(id__in=[one, two]).values_list("merged_into_id", flat=True)
    assert {str(each) for each in pointers} == {three}
    assert await Party.filter(dispute_id=three).count() == 2, "the same people stay the same"
    assert await whole.flaws(app) == []


async def test_what_is_split_off_is_as_old_as_its_parent(
    app: App, people: PeopleAtWork, clock: TravellingClock
) -> None:
    resident, clerk = await people.resident(), await people.staff("clerk")
    filed = await file_dispute(resident, respondents=[{"kind": "organization", "name": "某某物业"}, LI])
    mediator = await to_mediation(people, filed["id"])
    until = (clock.now().date().replace(day=30)).isoformat()
    before = granted(await act(mediator, filed["id"], "pause_clock", reason_code="appraisal", until=until))
    applicant, firm, li = [party["id"] for party in before["parties"]]
    clock.advance(days=3)

    both = {"reason": "楼上与物业是两件事", "category": "neighbourhood", "claim": "请李四赔偿"}
    for wrong, where in (
        ({"party_ids": [firm, li]}, {"party_ids"}),
        ({"party_ids": [applicant, NOBODY]}, {"party_ids.1"}),
        ({"party_ids": [applicant, li], "leaving_ids": [applicant]}, {"leaving_ids"}),
        ({"party_ids": [applicant, li, firm], "leaving_ids": [firm, li]}, {"leaving_ids"}),
        ({"party_ids": [applicant, li], "leaving_ids": [firm]}, {"leaving_ids.0"}),
        ({"party_ids": [applicant, li], "category": "fun"}, {"category"}),
    ):
        assert paths(await act(clerk, filed["id"], "split", **both | wrong)) == where
    leaving: Json = {"party_ids": [applicant, li], "leaving_ids": [li]}
    await Party.filter(id=firm).update(left_at=clock.now())
    assert paths(await act(clerk, filed["id"], "split", **both | leaving)) == {"leaving_ids"}, "who left does not stay"
    await Party.filter(id=firm).update(left_at=None)
    page = granted(await act(clerk, filed["id"], "split", **both | leaving))

    assert [party["name"] for party in page["parties"]] == ["张三", "某某物业"]
    (link,) = page["links"]
    assert (link["kind"], link["kind_text"]) == ("split", "分出另办")
    child = granted(await clerk.get(f"/disputes/{link['case_id']}"))
    assert [party["name"] for party in child["parties"]] == ["张三", "李四"]
    same = ("created_at", "due_at", "clock", "mediator", "organization", "track", "mode", "status")
    assert {name: child[name] for name in same} == {name: before[name] for name in same}
    assert (child["claim"], child["category"]) == ("请李四赔偿", "neighbourhood")
    assert child["case_number"] != before["case_number"]
    assert child["retention"] == "long", "kept as long as its parent, whatever becomes of it"
    assert child["case_number"].endswith("字第0002号")
    mine = granted(await resident.get(f"/disputes/{child['id']}"))
    assert mine["created_at"] == filed["created_at"]
    assert granted(await resident.get(f"/disputes/{child['id']}/receipt"))["filed_at"] == filed["created_at"]
    assert (await kinds(filed["id"]))[-1] == "split"
    assert await kinds(child["id"]) == ["split_off"]
    assert await replayed(app, child["id"])
    await take(mediator, child["id"], "record_session", held_at=clock.now().isoformat(), summary="谈了")
    assert await whole.flaws(app) == []
