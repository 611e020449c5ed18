"""What residents write is looked at by WeChat afterwards; whatever it says, nothing is lost."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.content import texts
from backend.core.jobs import LaterError
from models import CheckStatus, ContentCheck, Dispute
from tests.clock import TravellingClock
from tests.content.conftest import Checks
from tests.people import People, file_dispute

CHECK = "/wxa/msg_sec_check"


@settings(max_examples=60)
@given(length=st.integers(0, 9000), at=st.integers(0, 8999), size=st.integers(1, 100))
def test_no_part_is_too_long_and_nothing_falls_between_two(length: int, at: int, size: int) -> None:
    text = "".join(chr(0x4E00 + place) for place in range(length))
    parts = texts.split(text, 2500, 100)
    assert max(map(len, parts)) <= 2500
    assert text[at : at + size] == "" or any(text[at : at + size] in part for part in parts)


@pytest.mark.parametrize(
    ("words", "status", "label"),
    [
        ({}, CheckStatus.PASSED, 100),
        ({"description": "楼上开了一个赌博网站，天天吵闹。"}, CheckStatus.RISKY, 20006),
        ({"claim": "请他不要再代开发票。"}, CheckStatus.REVIEW, 10001),
        ({"description": "水" * 4990 + "[risky]"}, CheckStatus.RISKY, 21000),
        ({"respondents": [{"name": "楼上那家办假证的人，住在602室"}]}, CheckStatus.RISKY, 20008),
    ],
)
async def test_a_filing(people: People, checks: Checks, words: dict[str, Any], status: CheckStatus, label: int) -> None:
    zhang = await people.resident("zhang")
    filed = await file_dispute(zhang, **words)
    await checks.run()
    check = await checks.of("dispute")
    assert (check.status, check.label, str(check.dispute_id)) == (status, label, filed["id"])
    page = (await zhang.get(f"/disputes/{filed['id']}")).json()
    assert page["status"] == "submitted"
    assert page["description"] == words.get("description", page["description"])


async def test_supplements_and_comments(people: People, checks: Checks) -> None:
    zhang = await people.resident("zhang")
    filed = await file_dispute(zhang)
    answer = await zhang.post(f"/disputes/{filed['id']}/supplements", {"text": "他又在办假证。", "file_ids": []})
    assert answer.status_code == 201
    await Dispute.filter(id=filed["id"]).update(status="closed")
    rating = {"resolved": True, "satisfaction": 5, "comment": "代开发票"}
    assert (await zhang.post(f"/disputes/{filed['id']}/rating", rating)).status_code == 201
    await checks.run()
    assert (await checks.of("supplement")).status == CheckStatus.RISKY
    assert (await checks.of("rating")).status == CheckStatus.REVIEW


async def test_a_rating_without_words_is_no_matter(people: People, checks: Checks) -> None:
    zhang = await people.resident("zhang")
    filed = await file_dispute(zhang)
    await Dispute.filter(id=filed["id"]).update(status="closed")
    await zhang.post(f"/disputes/{filed['id']}/rating", {"resolved": True, "satisfaction": 5})
    assert await ContentCheck.filter(subject="rating").count() == 0


async def test_what_staff_write_is_recorded_as_skipped(people: People, checks: Checks) -> None:
    clerk = await people.staff("clerk")
    await file_dispute(clerk, source="window", description="来人说楼上开赌博网站。")
    await checks.run()
    check = await checks.of("dispute")
    assert (check.status, check.resident_id) == (CheckStatus.SKIPPED, None)
    assert await checks.simulator.calls(CHECK) == 0


async def test_who_was_last_here_hours_ago_cannot_be_asked_about(
    people: People, checks: Checks, clock: TravellingClock
) -> None:
    await file_dispute(await people.resident("zhang"))
    clock.advance(hours=2, seconds=1)
    await checks.run()
    assert (await checks.of("dispute")).status == CheckStatus.UNKNOWN


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 502, "body": "<html>busy</html>"},
        {"body": ""},
        {"body": "<html></html>"},
        {"errcode": -1},
        {"errcode": 45009},
        {"delay_ms": 3000},
        {"hang_up": True},
        {"body": '{"errcode": 0, "errmsg": "ok"}'},
    ],
)
async def test_a_wechat_that_cannot_tell_is_asked_later_and_then_a_person_is(
    people: People, checks: Checks, clock: TravellingClock, fault: dict[str, Any]
) -> None:
    await file_dispute(await people.resident("zhang"))
    await checks.simulator.fault(CHECK, **fault, times=9)
    with pytest.raises(LaterError) as caught:
        await checks.run()
    assert timedelta(seconds=2) <= caught.value.pause <= timedelta(hours=1)
    assert (await checks.of("dispute")).status == CheckStatus.WAITING
    clock.advance(hours=2)
    await checks.run()
    assert (await checks.of("dispute")).status == CheckStatus.UNKNOWN


async def test_a_refusal_goes_to_a_person_at_once(people: People, checks: Checks) -> None:
    await file_dispute(await people.resident("zhang"))
    await checks.simulator.fault(CHECK, errcode=40003)
    await checks.run()
    assert (await checks.of("dispute")).status == CheckStatus.UNKNOWN


async def test_a_word_that_wechat_does_not_use_today(people: People, checks: Checks) -> None:
    await file_dispute(await people.resident("zhang"))
    answer = '{"errcode": 0, "result": {"suggest": "perhaps", "label": 1}, "trace_id": "t"}'
    await checks.simulator.fault(CHECK, body=answer)
    await checks.run()
    assert (await checks.of("dispute")).status == CheckStatus.UNKNOWN


async def test_the_first_result_stays(people: People, checks: Checks) -> None:
    await file_dispute(await people.resident("zhang"))
    await checks.run()
    await checks.simulator.fault(CHECK, errcode=40003)
    await checks.run()
    assert (await checks.of("dispute")).status == CheckStatus.PASSED
    assert await checks.simulator.calls(CHECK) == 1
