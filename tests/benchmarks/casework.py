"""`make bench-casework`: fifty at the same twenty cases. Two cores."""

import asyncio
import os
import random
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
from rich.console import Console
from sanic import Sanic

from backend import database, seed
from backend.accounts.tokens import new_token, token_hash
from backend.core.catalog import Catalog
from backend.core.crypto import new_key
from backend.core.flow_table import PREVIOUS, SAME
from backend.server import create_app
from config import logging
from config.catalog_files import read_catalog
from config.settings import Settings
from models import CaseCounter, Center, Dispute, Event, Role, Staff, StaffSession
from models.base import uuid7
from tests import native
from tests.conftest import lifespan
from tests.engines import engines
from tests.people import People, Person, file_dispute
from tests.simulator import Simulator, running_simulator

STAFF, CASES, SECONDS = 50, 20, 30.0

Json = dict[str, Any]
console = Console()


@dataclass(frozen=True)
class Contention:
    answers: Counter[int]
    acted: int
    """Actions that were answered with 200."""
    counted: int
    """What the versions of the cases say."""
    illegal: list[str]
    numbers: bool
    """Whether case numbers are without gaps."""


def main() -> None:
    with stores():
        asyncio.run(_measure())


@contextmanager
def stores() -> Iterator[None]:
    """PostgreSQL and Redis, and the environment of a server with two processes."""
    Sanic.test_mode = True
    with engines() as (database_url, redis_url), tempfile.TemporaryDirectory() as folder:
        os.environ.update(
            HEJIE_DATABASE_URL=database_url,
            HEJIE_REDIS_URL=redis_url,
            HEJIE_ENCRYPTION_KEYS=f"bench:{new_key()}",
            HEJIE_SEARCH_KEY=new_key(),
            HEJIE_DATA_DIR=folder,
            HEJIE_ACTOR_LIMIT_PER_S="0",
            HEJIE_ADDRESS_LIMIT_PER_S="0",
            HEJIE_LOG_LEVEL="WARNING",
            HEJIE_WORKERS="2",
        )
        yield


async def _measure() -> None:
    async with running_simulator() as simulator:
        settings = settings_of(simulator)
        logging.configure(settings)
        await database.migrate(settings.database_url.get_secret_value())
        await seed.load_into(settings)
        app = create_app(settings, name="bench-casework")
        async with (
            lifespan(app),
            httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://bench") as client,
        ):
            _print_contention(await _contend(People(client)))


def settings_of(simulator: Simulator) -> Settings:
    os.environ["HEJIE_WECHAT_URL"] = simulator.url
    return Settings()


async def _contend(people: People) -> Contention:
    clerk = await people.staff("clerk")
    center = await Center.get(id=(await clerk.get("/me")).json()["center"]["id"])
    cases = [(await file_dispute(await people.resident(f"r{n}")))["id"] for n in range(CASES)]
    tokens = await crowd(center)
    answers, acted = Counter[int](), Counter[str]()
    server = native.api(native.free_port())
    async with native.running(server):
        limits = httpx.Limits(max_connections=STAFF)
        async with httpx.AsyncClient(base_url=server.url, trust_env=False, limits=limits, timeout=30) as client:
            until = time.monotonic() + SECONDS
            works = [_work(Person(client, "/staff/v1", each, ""), cases, until, answers, acted) for each in tokens]
            await asyncio.gather(*works)
    disputes = await Dispute.filter(id__in=cases)
    numbers = sorted(each.case_number for each in disputes if each.case_number)
    given = sum([each.given async for each in CaseCounter.filter(center_id=center.id)])
    year = datetime.now(UTC).astimezone().year
    wanted = [f"〔{year}〕{center.short_name}调字第{n:04}号" for n in range(1, given + 1)]
    return Contention(
        answers,
        sum(acted.values()),
        sum(each.version - 1 for each in disputes),
        await illegal_steps(cases),
        numbers == wanted,
    )


async def crowd(center: Center) -> list[str]:
    roles = [Role.CLERK, Role.MEDIATOR, Role.DIRECTOR]
    now, tokens = datetime.now(UTC), []
    for number in range(STAFF):
        member = Staff(id=uuid7(), username=f"crowd{number}", name=f"众{number}", password_hash="",
                       role=roles[number % 3], center_id=center.id, created_at=now)  # fmt: skip
        await member.save(force_create=True)
        tokens.append(new_token())
        await StaffSession(
            staff_id=member.id, token_hash=token_hash(tokens[-1]), created_at=now, expires_at=now + timedelta(days=1)
        ).save(force_create=True)
    return tokens


async def _work(person: Person, cases: list[str], until: float, answers: Counter[int], acted: Counter[str]) -> None:
    """Reads a case, takes one of the actions offered; somebody else was often faster."""
    draw = random.Random()  # noqa: S311
    mediators = [each["id"] for each in (await person.get("/mediators", limit=100)).json()["items"]]
    while time.monotonic() < until:
        case = (await person.get(f"/disputes/{draw.choice(cases)}")).json()
        offered = [each["action"] for each in case["allowed_actions"]]
        action = draw.choice(offered)
        fields = fields_for(action, case, draw.choice(mediators))
        if fields is None:
            continue
        answer = await person.post(f"/disputes/{case['id']}/actions/{action}", {"version": case["version"]} | fields)
        answers[answer.status_code] += 1
        acted[action] += answer.status_code == 200


def fields_for(action: str, case: Json, mediator: str) -> Json | None:
    """None for what would end the game, or leave the center."""
    soon = (date.today() + timedelta(days=9)).isoformat()  # noqa: DTZ011
    both = [{"party_id": each["id"], "given_on": date.today().isoformat(), "how": "phone"}  # noqa: DTZ011
            for each in case["parties"]]  # fmt: skip
    known: dict[str, Json] = {
        "accept": {},
        "assign": {"mediator_id": mediator},
        "start_mediation": {},
        "record_session": {"held_at": "2026-01-05T09:30:00+08:00", "summary": "面谈"},
        "reach_agreement": {"form": "written", "summary": "修好"},
        "end_without_agreement": {"reason_code": "no_consensus", "routes": ["起诉"]},
        "confirm_fulfilment": {},
        "close": {},
        "reopen": {"reason": "又来了"},
        "add_note": {"text": "备注"},
        "request_information": {"items": ["照片"], "due_on": soon},
        "log_contact": {"channel": "phone", "outcome": "谈了"},
        "pause_clock": {"reason_code": "other", "until": soon},
        "resume_clock": {},
        "extend_term": {"days": 1, "reason": "还要谈", "consents": both},
        "declare_no_conflict": {},
        "declare_conflict": {"reason": "认识"},
        "decide_recusal": {"upheld": False, "reason": "不属实"},
    }
    return known.get(action)


async def illegal_steps(cases: list[str]) -> list[str]:
    """Steps that the table does not know, read off the history."""
    rows = {row.event: row for row in Catalog.parse(read_catalog()).flow}
    found = []
    for dispute_id in cases:
        status = "submitted"
        for event in await Event.filter(dispute_id=dispute_id).order_by("id"):
            row = rows.get(event.kind)
            if row is not None and row.to != PREVIOUS:
                to = status if row.to == SAME else row.to
                if not row.starts_from(status) or event.status != to:
                    found.append(f"{event.kind}: {status} → {event.status}")
            status = event.status
    return found


def _print_contention(found: Contention) -> None:
    shown = ", ".join(f"{status}: {count}" for status, count in sorted(found.answers.items()))
    clean = found.acted == found.counted and not found.illegal and found.numbers
    only = set(found.answers) <= {200, 403, 409, 422}
    console.print(
        f"{STAFF} at {CASES} cases for {SECONDS:.0f} s, two API processes: {shown}\n"
        f"  {found.acted} acted, versions count {found.counted}; {len(found.illegal)} illegal steps; "
        f"numbers {'without gaps' if found.numbers else 'WITH GAPS'} {_verdict(good=clean and only)}"
    )


def _verdict(*, good: bool) -> str:
    return "[green]reached[/green]" if good else "[red]missed[/red]"


if __name__ == "__main__":
    main()
