"""A person of the center has the last word."""

import asyncio
from typing import Any

from models import CheckStatus, ContentCheck, Party, StoredFile
from tests.content.conftest import Checks
from tests.people import People, Person, file_dispute


async def queue(person: Person) -> list[dict[str, Any]]:
    answer = await person.get("/content-checks")
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def decide(person: Person, check_id: str, decision: str, **more: Any) -> Any:
    return await person.post(f"/content-checks/{check_id}/decision", {"decision": decision, **more})


async def test_the_queue_has_what_a_person_must_look_at(people: People, checks: Checks) -> None:
    zhang, clerk = await people.resident("zhang"), await people.staff("clerk")
    await file_dispute(zhang)
    risky = await file_dispute(zhang, description="楼上开赌博网站。")
    await checks.run()
    (item,) = await queue(clerk)
    assert (item["subject"], item["status"], item["label_text"]) == ("dispute", "risky", "违法犯罪")
    assert (item["dispute_id"], item["number"]) == (risky["id"], risky["number"])
    assert item["text"].startswith("楼上开赌博网站。")


async def test_a_file_comes_in_with_its_case(people: People, checks: Checks) -> None:
    zhang, clerk = await people.resident("zhang"), await people.staff("clerk")
    file = (await zhang.upload(b"%PDF-1.7\n%%EOF\n", "a.pdf", "application/pdf")).json()
    await ContentCheck.filter(subject_id=file["id"]).update(status=CheckStatus.UNKNOWN)
    assert await queue(clerk) == []
    await file_dispute(zhang, file_ids=[file["id"]])
    (item,) = await queue(clerk)
    assert (item["subject"], item["file_id"], item["text"]) == ("file", file["id"], None)


async def test_release_and_withhold(people: People, checks: Checks) -> None:
    zhang, director = await people.resident("zhang"), await people.staff("director")
    for decision, status, shown in (("release", "released", "available"), ("withhold", "withheld", "rejected")):
        file = (await zhang.upload(b"%PDF-1.7\n%%EOF\n", "a.pdf", "application/pdf")).json()
        await ContentCheck.filter(subject_id=file["id"]).update(status=CheckStatus.REVIEW)
        filed = await file_dispute(zhang, file_ids=[file["id"]])
        (item,) = await queue(director)
        answer = await decide(director, item["id"], decision, reason="现场照片，与案情有关。")
        assert (answer.status_code, answer.json()["status"]) == (200, status)
        assert (await StoredFile.get(id=file["id"])).status == shown
        entry = (await director.get(f"/disputes/{filed['id']}/timeline")).json()["items"][-1]
        assert entry["kind"] == f"content_{status}"
        assert "现场照片" in entry["text"]
        assert "附件" in entry["text"]
        residents = (await zhang.get(f"/disputes/{filed['id']}/timeline")).json()["items"]
        assert f"content_{status}" not in {each["kind"] for each in residents}
        assert await queue(director) == []


async def test_one_decision(people: People, checks: Checks) -> None:
    zhang, clerk, director = await people.resident(), await people.staff("clerk"), await people.staff("director")
    await file_dispute(zhang, description="楼上开赌博网站。")
    await checks.run()
    (item,) = await queue(clerk)
    answers = await asyncio.gather(decide(clerk, item["id"], "release"), decide(director, item["id"], "withhold"))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"reviewed_already"}


async def test_what_passed_is_not_for_review(people: People, checks: Checks) -> None:
    await file_dispute(await people.resident("zhang"))
    await checks.run()
    check = await checks.of("dispute")
    answer = await decide(await people.staff("clerk"), str(check.id), "withhold")
    assert (answer.status_code, answer.json()["code"]) == (409, "reviewed_already")


async def test_who_may(people: People, checks: Checks) -> None:
    await file_dispute(await people.resident("zhang"), description="楼上开赌博网站。")
    await checks.run()
    check_id = str((await checks.of("dispute")).id)
    for username in ("mediator", "supervisor", "admin"):
        assert (await (await people.staff(username)).get("/content-checks")).status_code == 403
    assert (await decide(await people.staff("mediator"), check_id, "release")).status_code == 403
    for username in ("gezhouba-director", "supervisor", "admin"):
        assert (await decide(await people.staff(username), check_id, "release")).status_code == 404
    assert await queue(await people.staff("gezhouba-clerk")) == []
    clerk = await people.staff("clerk")
    assert (await decide(clerk, "0190c0de-0000-7000-8000-000000000000", "release")).status_code == 404
    assert (await decide(clerk, check_id, "delete")).status_code == 422


async def test_the_queue_comes_in_pages(people: People, checks: Checks) -> None:
    zhang, clerk = await people.resident("zhang"), await people.staff("clerk")
    filed = [await file_dispute(zhang, description="楼上开赌博网站。") for _ in range(3)]
    await checks.run()
    first = (await clerk.get("/content-checks", limit=2)).json()
    rest = (await clerk.get("/content-checks", limit=2, cursor=first["next_cursor"])).json()
    assert [item["dispute_id"] for item in first["items"] + rest["items"]] == [each["id"] for each in filed]
    assert rest["next_cursor"] is None


async def test_the_other_side_reads_none_of_it(people: People, checks: Checks) -> None:
    """What one side writes or uploads is not shown to the other at all, risky or not."""
    zhang, li = await people.resident("zhang"), await people.resident("li")
    filed = await file_dispute(zhang, description="楼上开赌博网站。")
    await Party.filter(dispute_id=filed["id"], side="respondent").update(resident_id=li.id)
    await zhang.post(f"/disputes/{filed['id']}/supplements", {"text": "他还办假证。", "file_ids": []})
    for path in ("", "/timeline"):
        text = (await li.get(f"/disputes/{filed['id']}{path}")).text
        assert "赌博" not in text
        assert "假证" not in text
