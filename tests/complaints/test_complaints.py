"""投诉: outside every case, unseen by who is complained about."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import pytest

from backend.complaints import sweeps
from models import Complaint, Event, Staff, StaffNotice
from models.base import uuid7
from tests.casework.staff import PeopleAtWork
from tests.clock import START, TravellingClock
from tests.conftest import App
from tests.journeys.contract import Json, granted, paths, refused, to_mediation
from tests.people import Person, file_dispute

RUDE: Json = {"about": "mediator", "text": "调解时帮对方说话，态度很差。", "wish": "换一位调解员"}
UPHELD: Json = {"finding": "upheld", "answer": "已谈话提醒，向您道歉。", "measures": ["talk", "apology"]}


@pytest.fixture
async def other(app: App) -> AsyncIterator[Staff]:
    """Another mediator of the center; asked for before the client, so that the cases are gone first."""
    first = await Staff.get(username="mediator")
    made = Staff(
        id=uuid7(),
        username="mediator-two",
        name="李调",
        password_hash="",
        role=first.role,
        center_id=first.center_id,
        created_at=START,
    )
    await made.save(force_create=True)
    yield made
    await made.delete()


async def case_of(people: PeopleAtWork, resident: Person) -> str:
    dispute_id: str = (await file_dispute(resident))["id"]
    await to_mediation(people, dispute_id)
    return dispute_id


async def test_a_mediator_is_replaced_and_learns_nothing(other: Staff, people: PeopleAtWork) -> None:
    zhang, director, mediator = await people.resident(), await people.staff("director"), await people.staff("mediator")
    dispute_id = await case_of(people, zhang)
    before = await Event.filter(dispute_id=dispute_id).count()
    filed = granted(await zhang.post("/complaints", RUDE | {"dispute_id": dispute_id}), 201)
    assert (filed["status"], filed["answer_by"][:10]) == ("submitted", "2026-12-08")
    refused(await zhang.post("/complaints", RUDE | {"dispute_id": dispute_id}), 409, "already_complained")
    path = f"/complaints/{filed['id']}"
    for outsider in ("mediator", "clerk", "supervisor", "gezhouba-director", "admin"):
        person = await people.staff(outsider)
        refused(await person.get(path), 404)
        refused(await person.post(f"{path}/take-up"), 404)
        refused(await person.post(f"{path}/decision", UPHELD), 404)
    for nobody in ("mediator", "clerk", "admin"):
        refused(await (await people.staff(nobody)).get("/complaints"), 403, "role_not_allowed")
    assert await StaffNotice.filter(kind__startswith="complaint").values_list("staff_id", "dispute_id") == [
        ((await Staff.get(username="director")).id, None)
    ]
    (seen,) = granted(await director.get("/complaints", status="submitted"))["items"]
    assert (seen["complainant"], seen["text"]) == ({"name": "张三", "phone_masked": "138****0001"}, RUDE["text"])
    assert seen["can_replace_mediator"]
    assert granted(await director.post(f"{path}/take-up"))["status"] == "taken_up"

    replaced = UPHELD | {"measures": ["replace_mediator"], "mediator_id": str(other.id)}
    assert paths(await director.post(f"{path}/decision", replaced | {"mediator_id": None})) == {"mediator_id"}
    assert paths(await director.post(f"{path}/decision", replaced | {"mediator_id": mediator.id})) == {"mediator_id"}
    assert paths(await director.post(f"{path}/decision", replaced | {"mediator_id": str(uuid4())})) == {"mediator_id"}
    assert paths(await director.post(f"{path}/decision", {"finding": "maybe", "measures": ["jail"]})) == {
        "finding", "answer", "measures",
    }  # fmt: skip
    decided = await asyncio.gather(*(director.post(f"{path}/decision", replaced) for _ in range(2)))
    assert sorted(each.status_code for each in decided) == [200, 409]
    own = granted(await zhang.get(path))
    assert (own["status"], own["finding_text"], own["answer"]) == ("decided", "投诉属实", UPHELD["answer"])
    assert [each["kind"] for each in own["steps"]] == ["submitted", "taken_up", "decided"]
    assert granted(await zhang.get(f"/disputes/{dispute_id}"))["owner_text"].endswith(other.name)
    assert granted(await zhang.get("/notices"))["items"][0]["dispute_id"] in (None, dispute_id)
    timeline = granted(await mediator.get(f"/disputes/{dispute_id}/timeline", limit=100))["items"]
    assert len(timeline) == before + 1
    assert "投诉" not in str(timeline)
    refused(await zhang.post(f"{path}/withdrawal"), 409, "complaint_over")
    assert granted(await zhang.get("/me/export"))["complaints"][0]["text"] == RUDE["text"]
    sealed = await Complaint.get(id=filed["id"])
    assert "态度".encode() not in bytes(sealed.text_sealed or b"")


async def test_about_a_director_or_a_center_goes_to_the_city(people: PeopleAtWork) -> None:
    zhang, li, supervisor = await people.resident(), await people.resident("li"), await people.staff("supervisor")
    dispute_id = (await file_dispute(zhang))["id"]
    center_id = granted(await zhang.get(f"/disputes/{dispute_id}"))["center"]["id"]
    assert granted(await zhang.get("/complaint-guide"))["anonymity"]
    wrong: list[tuple[Json, set[str]]] = [
        ({"about": "mediator", "text": "x", "dispute_id": dispute_id}, {"about"}),
        ({"about": "mediator", "text": "x", "center_id": center_id}, {"dispute_id"}),
        ({"about": "center", "text": "x"}, {"center_id"}),
        ({"about": "center", "text": "x", "center_id": center_id, "dispute_id": dispute_id}, {"center_id"}),
        ({"about": "center", "text": "x", "center_id": str(uuid4())}, {"center_id"}),
        ({"about": "mayor", "text": " ", "dispute_id": "7"}, {"about", "text", "dispute_id"}),
    ]
    for body, where in wrong:
        assert paths(await zhang.post("/complaints", body)) == where
    foreign = {"about": "center", "text": "x", "dispute_id": dispute_id}
    assert paths(await li.post("/complaints", foreign)) == {"dispute_id"}

    body = {"about": "director", "text": "主任不管", "center_id": center_id, "hides_name": True}
    filed = [granted(await zhang.post("/complaints", body | {"about": each}), 201) for each in ("director", "center")]
    path = f"/complaints/{filed[0]['id']}"
    refused(await (await people.staff("director")).get(path), 404)
    assert granted(await (await people.staff("director")).get("/complaints"))["items"] == []
    assert granted(await supervisor.get(path))["complainant"] is None
    assert len(granted(await supervisor.get("/complaints", limit=1))["items"]) == 1
    refused(await li.get(path), 404)
    refused(await li.post(f"{path}/withdrawal"), 404)
    assert granted(await li.get("/complaints"))["items"] == []
    gone = granted(await zhang.post(f"{path}/withdrawal", {"reason": "说开了"}))
    assert (gone["status"], gone["steps"][-1]["kind"]) == ("withdrawn", "withdrawn")
    refused(await supervisor.post(f"{path}/decision", UPHELD), 409, "complaint_over")
    refused(await supervisor.post(f"{path}/take-up"), 409, "complaint_over")
    granted(await zhang.post("/complaints", body), 201)
    measured = {"finding": "not_upheld", "answer": "查无此事", "measures": ["talk"]}
    other = f"/complaints/{filed[1]['id']}/decision"
    assert paths(await supervisor.post(other, measured)) == {"measures"}
    granted(await supervisor.post(other, measured | {"measures": []}))


async def test_what_a_director_leaves_lying_goes_up_once(
    other: Staff, people: PeopleAtWork, clock: TravellingClock, app: App
) -> None:
    zhang, director = await people.resident(), await people.staff("director")
    filed = granted(await zhang.post("/complaints", RUDE | {"dispute_id": await case_of(people, zhang)}), 201)
    assert await sweeps.sweep(app.ctx.deps) == 0
    clock.set(START + timedelta(days=15))
    assert [await sweeps.sweep(app.ctx.deps) for _ in range(2)] == [1, 0]
    refused(await director.get(f"/complaints/{filed['id']}"), 404)
    supervisor = await people.staff("supervisor")
    lifted = granted(await supervisor.get(f"/complaints/{filed['id']}"))
    assert (lifted["overdue"], [each["kind"] for each in lifted["steps"]]) == (True, ["submitted", "escalated"])
    replaced = UPHELD | {"measures": ["replace_mediator"], "mediator_id": str(other.id)}
    assert paths(await supervisor.post(f"/complaints/{filed['id']}/decision", replaced)) == {"measures"}
    granted(await supervisor.post(f"/complaints/{filed['id']}/decision", UPHELD))
