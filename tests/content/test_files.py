"""Pictures and sound: WeChat fetches them itself and answers by an event, or does not."""

import asyncio
from typing import Any

import pytest
from tortoise import connections

from backend import worker
from backend.content import checking
from backend.content.verdicts import MAX_ASKS
from config.settings import Settings
from models import CheckStatus, ContentCheck, FileStatus, StoredFile
from tests.clock import TravellingClock
from tests.content.conftest import Checks
from tests.files import samples
from tests.people import People, Person, file_dispute

CHECK = "/wxa/media_check_async"


async def upload(person: Person, color: str = "green") -> dict[str, Any]:
    answer = await person.upload(samples.picture("JPEG", color=color))
    assert (answer.status_code, answer.json()["status"]) == (201, "checking")
    uploaded: dict[str, Any] = answer.json()
    return uploaded


@pytest.mark.parametrize(
    ("color", "result", "shown"),
    [
        ("green", CheckStatus.PASSED, "available"),
        ("red", CheckStatus.RISKY, "rejected"),
        ("yellow", CheckStatus.REVIEW, "checking"),
    ],
)
async def test_a_picture_that_wechat_fetches(
    people: People, checks: Checks, color: str, result: CheckStatus, shown: str
) -> None:
    zhang = await people.resident("zhang")
    file = await upload(zhang, color)
    await checks.run()
    await checks.has_settled(result)
    assert (await zhang.get(f"/files/{file['id']}/links")).json()["status"] == shown


async def test_evidence_is_kept_though_it_is_not_displayed(people: People, checks: Checks) -> None:
    zhang, clerk = await people.resident("zhang"), await people.staff("clerk")
    file = await upload(zhang, "red")
    before = (await zhang.get(f"/files/{file['id']}/links")).json()
    assert (await people.client.get(before["url"])).status_code == 200
    await checks.run()
    await checks.has_settled(CheckStatus.RISKY)
    answer = await zhang.get(f"/files/{file['id']}")
    assert (answer.status_code, answer.json()["code"]) == (403, "file_not_shown")
    links = (await zhang.get(f"/files/{file['id']}/links")).json()
    assert (links["status"], links["url"], links["thumbnail_url"]) == ("rejected", None, None)
    assert (await people.client.get(before["url"])).status_code == 404
    filed = await file_dispute(zhang, file_ids=[file["id"]])
    (seen,) = (await clerk.get(f"/disputes/{filed['id']}")).json()["files"]
    assert (seen["id"], seen["status"], seen["sha256"]) == (file["id"], "rejected", file["sha256"])
    assert (await clerk.get(f"/files/{file['id']}")).status_code == 200


async def test_a_filing_does_not_wait_for_wechat(people: People, checks: Checks) -> None:
    zhang = await people.resident("zhang")
    file = await upload(zhang)
    await file_dispute(zhang, file_ids=[file["id"]])
    await checks.run()
    await checks.has_settled(CheckStatus.PASSED)
    assert (await StoredFile.get(id=file["id"])).status == FileStatus.AVAILABLE


async def test_sound_is_checked_too_other_kinds_cannot_be(people: People, checks: Checks) -> None:
    zhang = await people.resident("zhang")
    sound = (await zhang.upload(samples.wav(), "a.wav", "audio/wav")).json()
    paper = (await zhang.upload(b"%PDF-1.7\n%%EOF\n", "a.pdf", "application/pdf")).json()
    assert (sound["status"], paper["status"]) == ("checking", "available")
    assert (await ContentCheck.get(subject_id=paper["id"])).status == CheckStatus.SKIPPED
    await checks.run()
    await checks.has_settled(CheckStatus.PASSED)


async def test_sound_that_is_too_large_for_wechat_goes_to_a_person(people: People, checks: Checks) -> None:
    zhang = await people.resident("zhang")
    sound = (await zhang.upload(samples.wav(), "a.wav", "audio/wav")).json()
    await StoredFile.filter(id=sound["id"]).update(size=10 * 1024 * 1024 + 1)
    await checks.run()
    assert (await checks.of("file")).status == CheckStatus.UNKNOWN
    assert await checks.simulator.calls(CHECK) == 0


async def test_no_answer_in_half_an_hour_and_then_again(people: People, checks: Checks, clock: TravellingClock) -> None:
    await upload(await people.resident("zhang"))
    checks.simulator.callback.to = None
    for _ in range(MAX_ASKS):
        await checks.run()
        assert (await checks.of("file")).status == CheckStatus.ASKED
        clock.advance(minutes=29, seconds=59)
        assert await checking.requeue_unanswered(clock) == 0
        clock.advance(seconds=1)
        assert await checking.requeue_unanswered(clock) == 1
    assert (await checks.of("file")).status == CheckStatus.UNKNOWN
    assert await checks.simulator.calls(CHECK) == MAX_ASKS


async def test_a_download_that_failed_is_tried_again(people: People, checks: Checks) -> None:
    await upload(await people.resident("zhang"))
    await checks.simulator.sim("settings", {"media_check_delay_ms": 1_800_000})
    for _ in range(MAX_ASKS):
        await checks.run()
        row = await checks.of("file")
        await checks.verdict(row.trace_id, errcode=-1008)
    assert (await checks.of("file")).status == CheckStatus.UNKNOWN


async def test_an_event_that_is_quicker_than_our_own_row(people: People, checks: Checks) -> None:
    await upload(await people.resident("zhang"))
    await checks.verdict("early-1", result={"suggest": "risky", "label": 20002})
    await checks.simulator.fault(CHECK, body='{"errcode": 0, "trace_id": "early-1"}')
    await checks.run()
    row = await checks.of("file")
    assert (row.status, row.label) == (CheckStatus.RISKY, 20002)


async def test_events_that_nobody_waits_for_change_nothing(people: People, checks: Checks) -> None:
    await upload(await people.resident("zhang"))
    await checks.simulator.sim("settings", {"media_check_delay_ms": 1_800_000})
    await checks.run()
    trace_id = (await checks.of("file")).trace_id
    await checks.verdict("somebody-elses", result={"suggest": "risky", "label": 20002})
    for unreadable in (None, "7" * 65):
        await checks.verdict(unreadable)
    await checks.verdict(trace_id, result="?")
    assert (await checks.of("file")).status == CheckStatus.ASKED
    await checks.verdict(trace_id, result={"suggest": "pass", "label": 100})
    await checks.verdict(trace_id, result={"suggest": "risky", "label": 20002})
    assert (await checks.of("file")).status == CheckStatus.PASSED


async def test_a_file_that_was_deleted_meanwhile(people: People, checks: Checks) -> None:
    zhang = await people.resident("zhang")
    file = await upload(zhang)
    assert (await zhang.delete(f"/files/{file['id']}")).status_code == 204
    await checks.run()
    assert (await checks.of("file")).status == CheckStatus.SKIPPED


async def test_a_check_whose_job_was_lost_is_found(people: People, checks: Checks, clock: TravellingClock) -> None:
    await file_dispute(await people.resident("zhang"))
    await connections.get("default").execute_query("DELETE FROM pgqueuer WHERE entrypoint = 'check_content'")
    assert await checking.requeue_unanswered(clock) == 0
    clock.advance(minutes=3)
    assert await checking.requeue_unanswered(clock) == 1
    assert await checking.requeue_unanswered(clock) == 0


async def test_the_worker_does_all_of_it(
    people: People, checks: Checks, settings: Settings, clock: TravellingClock
) -> None:
    zhang = await people.resident("zhang")
    await upload(zhang, "red")
    await file_dispute(zhang, description="楼上开赌博网站。")
    await asyncio.wait_for(worker.work(settings, clock, asyncio.Event(), drain=True), 20)
    assert (await checks.of("dispute")).status == CheckStatus.RISKY
    await checks.has_settled(CheckStatus.RISKY)
