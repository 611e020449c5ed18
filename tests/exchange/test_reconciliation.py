"""Both sides' lists compared: every difference by name, and one tap to repair it, against a partner's own server."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from backend import partner_lists
from models import Difference, Dispute, Partner, PartnerCase, Reconciliation, UnknownCode
from tests.clock import TravellingClock
from tests.exchange.calling import referral
from tests.exchange.conftest import HOTLINES, Add, Told, Worker, jobs_done, nothing_waits, office
from tests.journeys.contract import Json, granted, refused, take
from tests.people import People, Person
from tests.server_time import eventually


@pytest.fixture
async def hotline(add_partner: Add) -> Told:
    """Its list comes in pages of two."""
    partner = await add_partner("hotline", directions=["in", "out"], codes=HOTLINES, only_own_cases=True)
    partner.world.manner.page = 2
    return partner


@pytest.fixture
async def asked() -> AsyncIterator[httpx.AsyncClient]:
    async with partner_lists.client() as http:
        yield http


async def found(partner: Partner) -> set[tuple[str, str, str, str]]:
    rows = await Difference.filter(partner_id=partner.id, gone_at=None)
    return {(row.kind.value, row.number, row.ours, row.theirs) for row in rows}


async def test_every_difference_is_found_and_repaired_by_one_tap(
    hotline: Told, worker: Worker, asked: httpx.AsyncClient, people: People, clock: TravellingClock
) -> None:
    partner, deps = hotline.partner, worker.deps
    numbers = [(await hotline.brings(number=f"热线-{nth}"))["number"] for nth in range(5)]
    await take(await people.staff("clerk"), str((await Dispute.get(number=numbers[1])).id), "accept")
    async with office(worker):
        await hotline.has(6)
        await eventually(nothing_waits, within_s=10)
        clock.advance(seconds=1)
        await hotline.loses("热线-1", last=1)
        await hotline.loses("热线-2")
        await hotline.says("热线-6")
        await hotline.says("热线-7", "10", referral(number="another"))
        await hotline.says("热线-8", "10", referral(number="热线-8", respondents=[], claim=7))
        await hotline.says("热线-9", "10", referral(number="热线-9"))
        run = await partner_lists.reconcile(deps, partner, None, asked)
        assert (run.problem, run.ours, run.theirs, run.moving) == ("", 5, 8, 0)
        assert await found(partner) == {
            ("state", "热线-1", "20", "10"), ("missing_there", "热线-2", "10", ""),
            ("missing_here", "热线-6", "", "new"), *(("missing_here", f"热线-{nth}", "", "10") for nth in (7, 8, 9)),
        }  # fmt: skip
        supervisor = await people.staff("supervisor")
        at = "/partners/hotline/differences/{}/repair"
        refused(await supervisor.post(at.format(run.id)), 404)
        tapped = {}
        for each in await work_list(supervisor, limit=4):
            tapped[each["number"]] = granted(await supervisor.post(at.format(each["id"])))["repair"]
        assert tapped == {"热线-1": "resend", "热线-2": "resend"} | {f"热线-{nth}": "reask" for nth in (6, 7, 8, 9)}
        await hotline.has(6)
        await jobs_done(worker)
        assert await PartnerCase.filter(partner_id=partner.id, their_number="热线-9").exists()
        problems = {each["number"]: each["problem"] for each in await work_list(supervisor)}
        assert "404" in problems["热线-6"]
        assert "another case" in problems["热线-7"]
        assert "2 fields" in problems["热线-8"]
        await hotline.has(7)
        await eventually(nothing_waits, within_s=10)
    assert hotline.kinds(numbers[1]) == ["submitted", "accepted"]
    for number in ("热线-6", "热线-7", "热线-8"):
        await hotline.loses(number)
    clock.advance(seconds=1)
    again = await partner_lists.reconcile(deps, partner, None, asked)
    assert (again.by_kind, await found(partner)) == ({"missing_here": 0, "missing_there": 0, "state": 0}, set())
    runs = granted(await supervisor.get("/partners/hotline/reconciliations"))["items"]
    assert [each["id"] for each in runs] == [str(again.id), str(run.id)]


async def work_list(supervisor: Person, limit: int = 100) -> list[Json]:
    """Page by page."""
    items: list[Json] = []
    cursor: str | None = ""
    while cursor is not None:
        page = granted(await supervisor.get("/partners/hotline/differences", limit=limit, cursor=cursor))
        items, cursor = items + page["items"], page["next_cursor"]
    return items


async def test_what_was_never_told_cannot_be_told_again_and_clerks_do_not_look(
    hotline: Told, worker: Worker, asked: httpx.AsyncClient, people: People, clock: TravellingClock
) -> None:
    await hotline.brings(number="1")
    clock.advance(seconds=1)
    _ = await partner_lists.reconcile(worker.deps, hotline.partner, None, asked)
    supervisor, clerk = await people.staff("supervisor"), await people.staff("clerk")
    (only,) = await work_list(supervisor)
    assert (only["kind"], only["ours"], only["theirs"]) == ("state", "10", "new")
    refused(await supervisor.post(f"/partners/hotline/differences/{only['id']}/repair"), 409, "nothing_to_send")
    refused(await supervisor.get("/partners/nobody/differences"), 404)
    refused(await clerk.get("/partners/hotline/differences"), 403, "role_not_allowed")
    refused(await clerk.post(f"/partners/hotline/differences/{only['id']}/repair"), 403, "role_not_allowed")


BAD_KINDS = ("status", "redirect", "html", "garbage", "empty", "other_id", "hang_up", "refuse")
BAD_LISTS: list[Any] = [
    [], {"items": ["x"], "next_cursor": None}, {"items": [], "next_cursor": 7}, {"items": [{"number": "5"}]},
    {"items": [{"number": 5, "status": "10"}], "next_cursor": None},
]  # fmt: skip
BAD_BODIES = [*map(json.dumps, BAD_LISTS), " " * 4_000_001, "[" * 60_000]
BAD_ANSWERS = [{"kind": kind} for kind in BAD_KINDS] + [{"kind": "body", "body": body} for body in BAD_BODIES]


async def test_a_partner_that_answers_badly_changes_no_work_list(
    hotline: Told, worker: Worker, asked: httpx.AsyncClient
) -> None:
    await hotline.brings()
    for answer in BAD_ANSWERS:
        await hotline.fault(**answer, of="questions")
        run = await partner_lists.reconcile(worker.deps, hotline.partner, None, asked)
        assert (bool(run.problem), run.finished_at) == (True, None), str(answer)[:100]
    hotline.world.secrets = []
    assert "401" in (await partner_lists.reconcile(worker.deps, hotline.partner, None, asked)).problem
    assert not await Difference.exists()
    assert not hotline.world.faults


async def test_a_list_may_come_as_a_file_and_a_state_without_a_code_is_not_compared(
    hotline: Told, worker: Worker, clock: TravellingClock, asked: httpx.AsyncClient, tmp_path: Path
) -> None:
    number = (await hotline.brings(number="1"))["number"]
    dispute = await Dispute.get(number=number)
    clock.advance(seconds=1)
    await Dispute.filter(id=dispute.id).update(status="closed")
    entries: list[dict[str, Any]] = [{"number": "1", "status": "10"}, {"number": "2", "status": "10"}]
    (tmp_path / "list.jsonl").write_text("\n".join(map(json.dumps, entries)), encoding="utf-8")
    (tmp_path / "list.csv").write_text("案件编号,状态\n1,10\n2,10\n2,20\n", encoding="gb18030")
    for name in ("list.jsonl", "list.csv"):
        run = await partner_lists.reconcile(worker.deps, hotline.partner, tmp_path / name, asked)
        assert (run.ours, run.theirs, run.by_kind["missing_here"], run.by_kind["state"]) == (1, 2, 1, 0)
    assert await UnknownCode.filter(code="closed", side="ours").exists()
    (tmp_path / "bad.csv").write_text("案件编号,天气\n1,晴\n", encoding="utf-8")
    with pytest.raises(partner_lists.ListError):
        _ = await partner_lists.reconcile(worker.deps, hotline.partner, tmp_path / "bad.csv", asked)
    assert await Reconciliation.filter(partner_id=hotline.partner.id).count() == 2
