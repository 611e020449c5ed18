"""A case is closed when its file is complete, and not before; what is missing is said beforehand, with what to do."""

from typing import Any

import httpx

from models import Dispute, Event, Paper
from tests.casework.staff import PeopleAtWork
from tests.clock import TravellingClock
from tests.journeys.contract import Json, granted, paths, refused, take, to_mediation
from tests.people import Person, file_dispute

SESSION = {"held_at": "2026-11-24T09:30:00+08:00", "summary": "双方面谈"}
TERMS = [{"who": "物业", "what": "修好漏水", "due_on": "2026-12-10"}]


async def act(staff: Person, dispute_id: str, action: str, **fields: Any) -> httpx.Response:
    version = granted(await staff.get(f"/disputes/{dispute_id}"))["version"]
    return await staff.post(f"/disputes/{dispute_id}/actions/{action}", {"version": version} | fields)


def states(case: Json) -> dict[str, str]:
    return {item["code"]: item["state"] for item in case["closing"]}


async def made(dispute_id: str) -> set[str]:
    return {str(code) for code in await Paper.filter(dispute_id=dispute_id).values_list("code", flat=True)}


async def test_the_plain_way_ends_with_a_complete_file(people: PeopleAtWork, clock: TravellingClock) -> None:
    filed, director = await file_dispute(await people.resident()), await people.staff("director")
    mediator = await to_mediation(people, filed["id"])
    assert granted(await mediator.get(f"/disputes/{filed['id']}"))["closing"] == []
    await take(mediator, filed["id"], "record_session", **SESSION)
    agreed = await take(mediator, filed["id"], "reach_agreement", form="written", summary="修好", terms=TERMS)
    assert states(agreed) == {
        "register": "present", "rights_notice": "present", "session": "present", "agreement": "missing",
    }  # fmt: skip
    body = refused(await act(director, filed["id"], "close"), 409, "closing_incomplete")
    assert [item["code"] for item in body["missing"]] == ["agreement"]
    assert body["missing"][0]["todo"]
    fulfilled = await take(mediator, filed["id"], "confirm_fulfilment")
    assert set(states(fulfilled).values()) == {"present"}

    closed = await take(director, filed["id"], "close")

    assert (closed["status"], closed["closing"]) == ("closed", [])
    assert (closed["retention"], closed["retained_until"]) == ("long", "2056-11-24")
    assert await made(filed["id"]) >= {"application", "acceptance", "rights_notice"}
    assert (await Event.get(dispute_id=filed["id"], kind="closed")).data["closing_rules"] == "1/2026-01-01"


async def test_what_is_missing_is_all_said_and_waived_only_with_a_reason(people: PeopleAtWork) -> None:
    """An oral agreement needs its record only, not the talk before it or the telling of rights any less."""
    filed, director = await file_dispute(await people.resident()), await people.staff("director")
    mediator = await to_mediation(people, filed["id"])
    await take(mediator, filed["id"], "reach_agreement", form="oral", summary="握手言和")
    body = refused(await act(director, filed["id"], "close", note="算了"), 409, "closing_incomplete")
    assert [item["code"] for item in body["missing"]] == ["rights_notice", "session"]
    assert all(item["title"] and item["todo"] for item in body["missing"])
    assert (await Dispute.get(id=filed["id"])).status == "agreed"

    refused(await act(mediator, filed["id"], "waive_document", code="session", reason="x"), 403, "role_not_allowed")
    for code in ("agreement", "signed_agreement", "passport"):
        assert paths(await act(director, filed["id"], "waive_document", code=code, reason="x")) == {"code"}
    assert paths(await act(director, filed["id"], "waive_document", code="session", reason=" ")) == {"reason"}
    for code in ("rights_notice", "session"):
        waived = await take(director, filed["id"], "waive_document", code=code, reason="双方当场自行和解")
        assert states(waived)[code] == "waived"
    assert paths(await act(director, filed["id"], "waive_document", code="session", reason="x")) == {"code"}
    timeline = granted(await director.get(f"/disputes/{filed['id']}/timeline", limit=100))["items"]
    assert [item["detail"]["reason"] for item in timeline if item["kind"] == "document_waived"] == [
        "双方当场自行和解"
    ] * 2  # fmt: skip
    await take(director, filed["id"], "close")

    await take(director, filed["id"], "reopen", reason="又吵起来了")
    await take(mediator, filed["id"], "reach_agreement", form="oral", summary="再次握手")
    again = refused(await act(director, filed["id"], "close"), 409, "closing_incomplete")
    assert [item["code"] for item in again["missing"]] == ["rights_notice", "session"], "waived for once"
    await take(mediator, filed["id"], "log_contact", channel="phone", outcome="都满意")


async def test_what_the_law_wants_in_writing_is_signed(people: PeopleAtWork) -> None:
    filed = await file_dispute(await people.resident(), category="labour_wages")
    director, mediator = await people.staff("director"), await to_mediation(people, filed["id"])
    await take(mediator, filed["id"], "record_session", **SESSION)
    await take(mediator, filed["id"], "reach_agreement", form="written", summary="付清工资", terms=TERMS)
    fulfilled = await take(mediator, filed["id"], "confirm_fulfilment")
    assert [code for code, state in states(fulfilled).items() if state == "missing"] == ["signed_agreement"]
    refused(await act(director, filed["id"], "close"), 409, "closing_incomplete")


async def test_a_mediation_without_result_is_closed_with_the_ways_on(people: PeopleAtWork) -> None:
    filed, director = await file_dispute(await people.resident()), await people.staff("director")
    mediator = await to_mediation(people, filed["id"])
    ended = {"reason_code": "no_consensus", "routes": ["向人民法院起诉"]}
    page = await take(mediator, filed["id"], "end_without_agreement", **ended)
    assert states(page) == {"register": "present", "termination": "present"}
    closed = await take(director, filed["id"], "close")
    assert closed["retention"] == "short"
    assert await made(filed["id"]) == {"application", "acceptance", "termination"}
