"""The operator's commands and the city's view."""

import asyncio
import sys
from collections.abc import Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tortoise.transactions import in_transaction

from backend import partner_terminal
from backend.core.clock import SystemClock
from backend.core.deps import Deps
from backend.disputes import history
from backend.disputes.history import Entry
from backend.partner_terminal import Entered
from models import Dispute, OutgoingEvent, OutgoingState, PartnerKey
from tests.conftest import App
from tests.exchange.conftest import Add, Worker, office
from tests.people import People, file_dispute
from tests.server_time import eventually

SHIPPED = (Path(__file__).parents[2] / "docs" / "exchange" / "gbt31000.csv").read_text(encoding="utf-8")
FIELD = "status=履行法定职责（个人信息保护法第十三条第三项）"


async def refused(work: Coroutine[Any, Any, str]) -> str:
    with pytest.raises(partner_terminal.REFUSALS) as refusal:
        _ = await work
    return str(refusal.value)


async def test_a_partner_is_entered_mapped_tested_and_its_key_is_shown_once(worker: Worker, add_partner: Add) -> None:
    settings, other = worker.settings, await add_partner("other")
    city = Entered("city", "市平台", f"{other.url}/events", ["out"], [], ["420500"], [FIELD], False, 50)
    told = await partner_terminal.add(settings, city)
    secret = told.split("whsec_")[1].split()[0]
    key = await PartnerKey.all().order_by("-id").first()
    assert key is not None
    assert secret.encode() not in key.secret_sealed

    assert "已有同一代号" in await refused(partner_terminal.add(settings, city))
    assert "write name=legal basis" in await refused(partner_terminal.add(settings, replace(city, fields=["status"])))
    wrong = await refused(partner_terminal.add(settings, replace(city, areas=["999999"], categories=["nothing"])))
    assert ("no such division" in wrong, "no such category" in wrong) == (True, True)
    assert "没有这个协同平台" in await refused(partner_terminal.test(settings, "nobody"))
    assert "--since or --after" in await refused(partner_terminal.replay(settings, "city", None, None))

    assert "status 401" in await refused(partner_terminal.test(settings, "city"))
    other.world.secrets, other.world.clock = [f"whsec_{secret}"], SystemClock()
    assert "has acknowledged" in await partner_terminal.test(settings, "city")

    head = "kind,ours,theirs,way\n"
    twice = head + "status,accepted,02,both\nstatus,agreed,02,both\n"
    assert "two answers" in await refused(partner_terminal.map_codes(settings, "city", twice))
    odd = head + "status,accepted,02,both\nplanet,a,b,both\nstatus,*,1,in\n"
    wrong = await refused(partner_terminal.map_codes(settings, "city", odd))
    assert ("line 2" in wrong, "line 3" in wrong, "line 4" in wrong) == (False, True, True)
    assert "95 mappings" in await partner_terminal.map_codes(settings, "city", SHIPPED)

    command = (sys.executable, "-m", "backend.cli", "partner", "list")
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    listed = (await process.communicate())[0].decode()
    assert ("whsec_" in listed, "市平台" in listed) == (False, True)


async def test_the_city_sees_dead_letters_and_sends_them_again(
    app: App, worker: Worker, people: People, add_partner: Add
) -> None:
    deps: Deps = app.ctx.deps
    partner = await add_partner("city-platform", codes=[])
    resident, supervisor, clerk = await people.resident(), await people.staff("supervisor"), await people.staff("clerk")
    cases = [await file_dispute(resident) for _ in range(4)]
    await partner.fault("refuse", times=4)
    for case in cases:
        async with in_transaction():
            await history.record(deps, await Dispute.get(id=case["id"]), None, Entry("accepted"))
    async with office(worker):
        await eventually(lambda: _dead(4), within_s=10)
        (listed,) = (await supervisor.get("/partners")).json()["items"]
        assert (listed["pending"], listed["dead"], listed["unknown_codes"] > 0) == (4, 4, True)
        assert "whsec" not in str(listed)
        first = (await supervisor.get("/partners/city-platform/dead-letters", limit=2)).json()
        rest = (await supervisor.get("/partners/city-platform/dead-letters", cursor=first["next_cursor"])).json()
        assert {each["number"] for each in first["items"] + rest["items"]} == {case["number"] for case in cases}
        one, other = (each["sequence"] for each in first["items"])
        answer = await supervisor.post("/partners/city-platform/dead-letters/resend", {"sequences": [one, 10**15]})
        assert (answer.status_code, answer.json()) == (200, {"events": 1})
        await partner.has(2)
        answer = await supervisor.post("/partners/city-platform/dead-letters/skip", {"sequences": [one, other]})
        assert answer.json() == {"events": 1}
        await partner.has(3)
        answer = await supervisor.post("/partners/city-platform/dead-letters/resend", {})
        assert answer.json() == {"events": 2}
        await partner.has(7)
        await eventually(lambda: _dead(0), within_s=10)
    assert partner.world.misplaced() == []

    codes = (await supervisor.get("/partners/city-platform/unknown-codes")).json()["items"]
    assert {"kind": "status", "side": "ours", "code": "submitted"}.items() <= next(
        code for code in codes if code["code"] == "submitted"
    ).items()
    for unknown in ("nobody", "x" * 33):
        assert (await supervisor.get(f"/partners/{unknown}/dead-letters")).status_code == 404
    assert (await supervisor.get("/partners/city-platform/dead-letters", cursor="x")).status_code == 422
    assert (await clerk.get("/partners")).status_code == 403
    assert (await clerk.post("/partners/city-platform/dead-letters/resend", {})).status_code == 403
    bad = await supervisor.post("/partners/city-platform/dead-letters/resend", {"sequences": [0]})
    assert bad.status_code == 422


async def _dead(count: int) -> bool:
    return await OutgoingEvent.filter(state=OutgoingState.DEAD).count() == count
