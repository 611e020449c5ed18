"""`make bench-agreements`: 1,000 agreements, each signed at the same time by its two parties, over two API processes; a
tenth of the calls is sent twice. Every one must take effect exactly once, with the later of the two times. Minutes."""

import asyncio
import os
import random
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any

import httpx
from rich.console import Console
from sanic import Sanic

from backend import database, seed
from backend.core.clock import SystemClock, today
from backend.core.crypto import new_key
from backend.server import create_app
from config import logging
from config.settings import Settings
from models import Agreement, Confirmation, Event, Signature
from tests import native
from tests.agreements import scene
from tests.agreements.scene import TEXT, Scene
from tests.casework.staff import PeopleAtWork
from tests.clock import TravellingClock
from tests.conftest import lifespan
from tests.engines import engines
from tests.journeys.contract import Json
from tests.people import Person
from tests.simulator import running_simulator

AGREEMENTS, AT_ONCE, PREPARED_AT_ONCE = 1000, 64, 4

console = Console()


def main() -> None:
    Sanic.test_mode = True
    with engines() as (database_url, redis_url), tempfile.TemporaryDirectory() as folder:
        os.environ.update(
            HEJIE_DATABASE_URL=database_url,
            HEJIE_REDIS_URL=redis_url,
            HEJIE_ENCRYPTION_KEYS=f"bench:{new_key()}",
            HEJIE_SEARCH_KEY=new_key(),
            HEJIE_DATA_DIR=folder,
            HEJIE_ADDRESS_LIMIT_PER_S="0",
            HEJIE_ACTOR_LIMIT_PER_S="0",
            HEJIE_LOG_LEVEL="WARNING",
        )
        sys.exit(asyncio.run(_measure()))


async def _measure() -> int:
    async with running_simulator() as simulator:
        os.environ["HEJIE_WECHAT_URL"] = simulator.url
        settings = Settings()
        logging.configure(settings)
        await database.migrate(settings.database_url.get_secret_value())
        await seed.load_into(settings)
        app = create_app(settings, name="bench-agreements")
        async with lifespan(app), AsyncExitStack() as stack:
            transport = httpx.ASGITransport(app=app)
            client = await stack.enter_async_context(httpx.AsyncClient(transport=transport, base_url="http://bench"))
            servers = [native.api(native.free_port()) for _ in range(2)]
            for server in servers:
                _ = await stack.enter_async_context(native.running(server))
            case, fixed = await _prepared(PeopleAtWork(client))
            calls = [(case.applicant, each) for each in fixed] + [(case.respondent, each) for each in fixed]
            calls += random.sample(calls, len(calls) // 10)
            random.shuffle(calls)
            began = time.monotonic()
            statuses = await _sign_all([server.port for server in servers], calls)
            return await _judged(len(fixed), statuses, time.monotonic() - began)


async def _prepared(people: PeopleAtWork) -> tuple[Scene, list[Json]]:
    """Two people who have a thousand quarrels; mediator and seal have signed each agreement already."""
    case = await scene.agreed_case(people, TravellingClock())
    day = today(SystemClock()) + timedelta(days=20)
    terms = [term | {"due_on": day.isoformat()} for term in TEXT["terms"]]
    text = TEXT | {"terms": terms, "deadline": day.isoformat()}
    places = asyncio.Semaphore(PREPARED_AT_ONCE)

    async def one() -> Json:
        async with places:
            return await scene.waiting_for_parties(case, text, SystemClock().now)

    return case, await asyncio.gather(*(one() for _ in range(AGREEMENTS)))


async def _sign_all(ports: list[int], calls: list[tuple[Person, Json]]) -> list[int]:
    places = asyncio.Semaphore(AT_ONCE)

    async def sign(place: int, person: Person, agreement: Json) -> int:
        url = f"http://127.0.0.1:{ports[place % 2]}/mini/v1{agreement['path']}/signatures"
        headers = {"Authorization": f"Bearer {person.token}"}
        async with places:
            answer = await client.post(url, json={"content_hash": agreement["content_hash"]}, headers=headers)
        return answer.status_code

    async with httpx.AsyncClient(timeout=60) as client:
        return await asyncio.gather(*(sign(place, *call) for place, call in enumerate(calls)))


async def _judged(expected: int, statuses: list[int], seconds: float) -> int:
    effective = await Agreement.filter(status="effective")
    times: dict[Any, Any] = {}
    for row in await Signature.all().select_related("version"):
        times[row.version.agreement_id] = max(row.signed_at, times.get(row.version.agreement_id, row.signed_at))
    events = await Event.filter(kind="agreement_effective").values_list("dispute_id", flat=True)
    found = {
        "signed (201)": statuses.count(201) == 2 * expected,
        "twice refused (409)": statuses.count(409) == len(statuses) - 2 * expected,
        "in force": len(effective) == expected,
        "in force once": len(events) == len(set(events)) == expected,
        "the right time": all(each.effective_at == times[each.id] for each in effective),
        "one clock each": await Confirmation.all().count() == expected,
    }
    for what, is_so in found.items():
        console.print(f"{'ok ' if is_so else 'NO '} {what}")
    console.print(f"{len(statuses)} calls in {seconds:.1f} s, {len(statuses) / seconds:.0f} a second")
    return 0 if all(found.values()) else 1


if __name__ == "__main__":
    main()
