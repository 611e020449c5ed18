"""Both sides' lists compared: every difference by name, and one tap to repair it."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from backend import partner_lists
from backend.exchange import signing
from backend.exchange.signing import Refusal
from models import Difference, Dispute, Partner, PartnerCase, Reconciliation, UnknownCode
from tests.clock import TravellingClock
from tests.exchange import calling
from tests.exchange.calling import App, Caller, referral
from tests.journeys.contract import granted, refused, take
from tests.people import People

CASES = "/exchange/v1/cases"


class Platform:
    """The partner's side: a list of cases in pages of two, and single cases, for whoever signs."""

    def __init__(self, clock: TravellingClock) -> None:
        self.clock, self.secret = clock, ""
        self.cases: dict[str, str] = {}
        self.answer: httpx.Response | None = None

    def __call__(self, request: httpx.Request) -> httpx.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        target = f"GET {request.url.raw_path.decode()}"
        if isinstance(signing.verify(headers, b"", [self.secret], self.clock.now(), target), Refusal):
            return httpx.Response(401)
        if self.answer is not None:
            return self.answer
        if not request.url.path.endswith("/cases"):
            return httpx.Response(200, json=referral(number=request.url.path.rsplit("/", 1)[1]))
        at = int(request.url.params.get("cursor", "0"))
        page = [{"number": number, "status": status} for number, status in self.cases.items()][at : at + 2]
        after = str(at + 2) if at + 2 < len(self.cases) else None
        return httpx.Response(200, json={"items": page, "next_cursor": after})


@pytest.fixture
async def hotline(app: App, client: httpx.AsyncClient, clock: TravellingClock) -> Caller:
    return await calling.partner(app, client, clock, url="https://hotline.example/hejie/events")


@pytest.fixture
async def platform(hotline: Caller, clock: TravellingClock) -> Platform:
    platform = Platform(clock)
    platform.secret = hotline.secret
    return platform


@pytest.fixture
async def asked(platform: Platform) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.MockTransport(platform)) as http:
        yield http


async def found(partner: Partner) -> set[tuple[str, str, str, str]]:
    rows = await Difference.filter(partner_id=partner.id, gone_at=None)
    return {(row.kind.value, row.number, row.ours, row.theirs) for row in rows}


async def test_every_difference_is_found_and_repaired_by_one_tap(
    hotline: Caller, platform: Platform, asked: httpx.AsyncClient, people: People
) -> None:
    numbers = [granted(await hotline.refer(number=f"热线-{nth}"), 201)["number"] for nth in range(5)]
    await take(await people.staff("clerk"), str((await Dispute.get(number=numbers[1])).id), "accept")
    hotline.clock.advance(seconds=1)
    platform.cases = {"热线-0": "10", "热线-1": "10", "热线-3": "10", "热线-4": "10", "热线-9": "10"}
    run = await partner_lists.reconcile(hotline.deps, hotline.partner, None, asked)
    assert (run.problem, run.ours, run.theirs, run.moving) == ("", 5, 5, 0)
    assert await found(hotline.partner) == {
        ("state", "热线-1", "20", "10"), ("missing_there", "热线-2", "10", ""), ("missing_here", "热线-9", "", "10"),
    }  # fmt: skip
    supervisor = await people.staff("supervisor")
    refused(await (await people.staff("clerk")).get("/partners/hotline/differences"), 403, "role_not_allowed")
    refused(await supervisor.get("/partners/nobody/differences"), 404)
    listed = granted(await supervisor.get("/partners/hotline/differences", limit=2))
    rest = granted(await supervisor.get("/partners/hotline/differences", cursor=listed["next_cursor"]))
    by_kind = {each["kind"]: each for each in listed["items"] + rest["items"]}
    at = "/partners/hotline/differences/{}/repair"
    refused(await supervisor.post(at.format(by_kind["state"]["id"])), 409, "nothing_to_send")
    refused(await supervisor.post(at.format(run.id)), 404)
    tapped = granted(await supervisor.post(at.format(by_kind["missing_here"]["id"])))
    assert (tapped["repair"], tapped["problem"]) == ("reask", "")
    missing = await Difference.get(id=tapped["id"])
    platform.answer = httpx.Response(200, json=referral(number="another"))
    await partner_lists.ask_again(hotline.deps, missing.id, asked)
    assert "another case" in (await Difference.get(id=missing.id)).problem
    platform.answer = None
    await partner_lists.ask_again(hotline.deps, missing.id, asked)
    assert await PartnerCase.filter(partner_id=hotline.partner.id, their_number="热线-9").exists()
    platform.cases = {"热线-0": "10", "热线-1": "20", "热线-2": "10", "热线-3": "10", "热线-4": "10", "热线-9": "10"}
    hotline.clock.advance(seconds=1)
    again = await partner_lists.reconcile(hotline.deps, hotline.partner, None, asked)
    assert (again.by_kind, await found(hotline.partner)) == ({"missing_here": 0, "missing_there": 0, "state": 0}, set())
    runs = granted(await supervisor.get("/partners/hotline/reconciliations"))["items"]
    assert [each["id"] for each in runs] == [str(again.id), str(run.id)]


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(301, headers={"location": "https://elsewhere.example/cases"}),
        httpx.Response(200, html="<h1>统一门户登录</h1>"),
        httpx.Response(200, content=b"\xff\x00garbage"),
        httpx.Response(200, json={"items": [{"number": 5, "status": "10"}], "next_cursor": None}),
        httpx.Response(200, json={"items": ["x"], "next_cursor": None}),
        httpx.Response(200, json=[]),
        httpx.Response(200, json={"items": [], "next_cursor": 7}),
        httpx.Response(200, content=b" " * 4_000_001),
        httpx.Response(503),
    ],
)
async def test_a_partner_that_answers_badly_changes_no_work_list(
    hotline: Caller, platform: Platform, asked: httpx.AsyncClient, answer: httpx.Response
) -> None:
    _ = granted(await hotline.refer(), 201)
    platform.answer = answer
    run = await partner_lists.reconcile(hotline.deps, hotline.partner, None, asked)
    assert run.problem
    assert run.finished_at is None
    assert not await Difference.exists()


async def test_a_list_may_come_as_a_file_and_a_state_without_a_code_is_not_compared(
    hotline: Caller, asked: httpx.AsyncClient, tmp_path: Path
) -> None:
    number = granted(await hotline.refer(number="1"), 201)["number"]
    dispute = await Dispute.get(number=number)
    hotline.clock.advance(seconds=1)
    await Dispute.filter(id=dispute.id).update(status="closed")
    entries: list[dict[str, Any]] = [{"number": "1", "status": "10"}, {"number": "2", "status": "10"}]
    (tmp_path / "list.jsonl").write_text("\n".join(map(json.dumps, entries)), encoding="utf-8")
    (tmp_path / "list.csv").write_text("案件编号,状态\n1,10\n2,10\n2,20\n", encoding="gb18030")
    for name in ("list.jsonl", "list.csv"):
        run = await partner_lists.reconcile(hotline.deps, hotline.partner, tmp_path / name, asked)
        assert (run.ours, run.theirs, run.by_kind["missing_here"], run.by_kind["state"]) == (1, 2, 1, 0)
    assert await UnknownCode.filter(code="closed", side="ours").exists()
    (tmp_path / "bad.csv").write_text("案件编号,天气\n1,晴\n", encoding="utf-8")
    with pytest.raises(partner_lists.ListError):
        _ = await partner_lists.reconcile(hotline.deps, hotline.partner, tmp_path / "bad.csv", asked)
    assert await Reconciliation.filter(partner_id=hotline.partner.id).count() == 2
