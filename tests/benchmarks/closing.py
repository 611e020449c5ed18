"""`make bench-closing`: fifty staff and fifty parties act on, rate, urge and reopen the same twenty cases."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import httpx
from rich.console import Console

from backend import database, seed
from backend.casework.outcomes import HOLDING
from backend.core.crypto import Keyring
from backend.disputes import verifying
from backend.server import create_app
from config import logging
from models import CaseReview, Center, Dispute, FollowUp, Party, Rating
from tests import native
from tests.benchmarks import casework
from tests.benchmarks.casework import Json
from tests.conftest import lifespan
from tests.journeys.contract import take
from tests.people import People, Person, file_dispute
from tests.simulator import running_simulator

RESIDENTS, CASES, SECONDS = 50, 20, 30.0
LAWFUL = {200, 201, 403, 404, 409, 422}
"""Somebody else was faster; somebody had a hand in it; the case is not theirs; it is no longer so."""
_RESPONDENTS = [{"name": "某某物业服务有限公司", "kind": "organization"}, {"name": "602室住户"}]

_ENDS_OR_BEGINS_AGAIN = {"reach_agreement", "end_without_agreement", "confirm_fulfilment", "close", "reopen"}
_AGREED = {"form": "oral", "summary": "修好", "terms": [{"who": "物业", "what": "修好", "due_on": "2027-06-01"}]}

console = Console()


@dataclass(frozen=True)
class Crowd:
    """What is common to all who act."""

    cases: list[str]
    goes_on: Callable[[], bool]
    answers: Counter[tuple[str, int]] = field(default_factory=Counter)

    async def noted(self, what: str, answer: httpx.Response) -> httpx.Response:
        self.answers[what, answer.status_code] += 1
        return answer

    @property
    def unlawful(self) -> list[tuple[str, int]]:
        return [each for each in self.answers if each[1] not in LAWFUL]

    def done(self, what: str) -> int:
        return self.answers[what, 200] + self.answers[what, 201]


async def staff_at_work(person: Person, crowd: Crowd, mediators: list[str], draw: random.Random) -> None:
    """Takes one of the actions that a case offers; answers urges, makes visits, decides reviews."""
    while crowd.goes_on():
        dispute_id = draw.choice(crowd.cases)
        case = (await crowd.noted("read", await person.get(f"/disputes/{dispute_id}"))).json()
        offered = [each["action"] for each in case["allowed_actions"]]
        action = draw.choice(offered + 3 * [each for each in offered if each in _ENDS_OR_BEGINS_AGAIN])
        fields = casework.fields_for(action, case, draw.choice(mediators))
        if fields is not None:
            body = {"version": case["version"]} | fields
            await crowd.noted("act", await person.post(f"/disputes/{dispute_id}/actions/{action}", body))
        await _BESIDE[draw.randrange(len(_BESIDE))](person, crowd, dispute_id, draw)


async def _answer(person: Person, crowd: Crowd, dispute_id: str, _draw: random.Random) -> None:
    await crowd.noted("answer", await person.post(f"/disputes/{dispute_id}/urges/answer", {"text": "这就办。"}))


async def _visit(person: Person, crowd: Crowd, dispute_id: str, draw: random.Random) -> None:
    found = (await person.get(f"/disputes/{dispute_id}/follow-ups")).json()["items"]
    for visit in [each for each in found if each["status"] == "planned"][:1]:
        result = draw.choice(["quiet", "unreachable"])
        path = f"/disputes/{dispute_id}/follow-ups/{visit['id']}/records"
        await crowd.noted("visit", await person.post(path, {"channel": "phone", "result": result}))


async def _decide(person: Person, crowd: Crowd, _dispute_id: str, draw: random.Random) -> None:
    answer = await crowd.noted("reviews", await person.get("/reviews", status="open", limit=100))
    for review in draw.sample(answer.json().get("items", []), k=1) if answer.json().get("items") else []:
        decision = draw.choice(["reopen", "answer"])
        path = f"/disputes/{review['dispute_id']}/reviews/{review['id']}/decision"
        await crowd.noted(f"review: {decision}", await person.post(path, {"decision": decision, "text": "看过了"}))


_BESIDE = (_answer, _visit, _decide)


async def party_at_home(person: Person, crowd: Crowd, dispute_id: str, draw: random.Random) -> None:
    while crowd.goes_on():
        await crowd.noted("page", await person.get(f"/disputes/{dispute_id}"))
        rating = {"resolved": draw.random() < 0.7, "satisfaction": draw.randint(1, 5)}
        await crowd.noted("rate", await person.post(f"/disputes/{dispute_id}/rating", rating))
        await crowd.noted("urge", await person.post(f"/disputes/{dispute_id}/urges"))


async def wrong_afterwards(keyring: Keyring, cases: list[str]) -> list[str]:
    """What must never be found, in words."""
    found = [f"{each}" async for batch in verifying.batches(keyring) for each in batch.findings]
    for who in ("party_id", "resident_id"):
        rated = Counter(await Rating.filter(dispute_id__in=cases).values_list("dispute_id", who, "outcome"))
        found += [f"rated {times} times: {each}" for each, times in rated.items() if times > 1]
    found += await casework.illegal_steps(cases)
    for dispute in await Dispute.filter(id__in=cases):
        waiting = [each.outcome for each in await FollowUp.filter(dispute_id=dispute.id, status="planned")]
        waiting += [each.outcome for each in await CaseReview.filter(dispute_id=dispute.id, status="open")]
        if set(waiting) - ({dispute.outcome} if dispute.status in HOLDING else set()):
            found.append(f"{dispute.number} {dispute.status}: visits or reviews of an outcome that is gone")
    return found


async def quarrels(people: People, residents: list[Person], count: int) -> tuple[list[str], dict[str, str]]:
    """Cases of three parties each, all on their phones; who is a party of which."""
    cases, of = [], {}
    for number in range(count):
        filer = residents[number]
        dispute_id = (await file_dispute(filer, respondents=_RESPONDENTS))["id"]
        cases.append(dispute_id)
        of[filer.id] = dispute_id
    others = residents[count:]
    for place, resident in enumerate(others):
        dispute_id, ordinal = cases[place % count], 1 + place // count
        await Party.filter(dispute_id=dispute_id, ordinal=ordinal).update(resident_id=resident.id)
        of[resident.id] = dispute_id
    return cases, of


def main() -> None:
    with casework.stores():
        asyncio.run(_measure())


async def _measure() -> None:
    async with running_simulator() as simulator:
        settings = casework.settings_of(simulator)
        logging.configure(settings)
        await database.migrate(settings.database_url.get_secret_value())
        await seed.load_into(settings)
        app = create_app(settings, name="bench-closing")
        transport = httpx.ASGITransport(app=app)
        async with lifespan(app), httpx.AsyncClient(transport=transport, base_url="http://bench") as client:
            crowd = await _let_loose(People(client))
            _print(crowd, await wrong_afterwards(app.ctx.deps.keyring, crowd.cases))


async def _let_loose(people: People) -> Crowd:
    clerk = await people.staff("clerk")
    center = await Center.get(id=(await clerk.get("/me")).json()["center"]["id"])
    residents = [await people.resident(f"r{number}") for number in range(RESIDENTS)]
    cases, of = await quarrels(people, residents, CASES)
    await _agree(clerk, await people.staff("mediator"), cases)
    tokens, mediators = await casework.crowd(center), await _mediators(clerk)
    server = native.api(native.free_port())
    async with native.running(server):
        limits = httpx.Limits(max_connections=len(tokens) + RESIDENTS)
        async with httpx.AsyncClient(base_url=server.url, trust_env=False, limits=limits, timeout=30) as client:
            until = time.monotonic() + SECONDS
            crowd = Crowd(cases, lambda: time.monotonic() < until)
            draws = iter(range(1000))
            works = [
                staff_at_work(Person(client, "/staff/v1", each, ""), crowd, mediators, random.Random(next(draws)))  # noqa: S311
                for each in tokens
            ]
            works += [
                party_at_home(
                    Person(client, "/mini/v1", each.token, each.id),
                    crowd,
                    of[each.id],
                    random.Random(next(draws)),  # noqa: S311
                )
                for each in residents
            ]
            await asyncio.gather(*works)
    return crowd


async def _agree(clerk: Person, mediator: Person, cases: list[str]) -> None:
    """Every case has an outcome when the crowd comes."""
    for each in cases:
        await take(clerk, each, "accept")
        await take(clerk, each, "assign", mediator_id=mediator.id)
        await take(mediator, each, "start_mediation")
        await take(mediator, each, "reach_agreement", **_AGREED)


async def _mediators(clerk: Person) -> list[str]:
    items: list[Json] = (await clerk.get("/mediators", limit=100)).json()["items"]
    return [each["id"] for each in items]


def _print(crowd: Crowd, wrong: list[str]) -> None:
    by_status = Counter[int]()
    for (_what, status), count in crowd.answers.items():
        by_status[status] += count
    shown = ", ".join(f"{status}: {count}" for status, count in sorted(by_status.items()))
    done = ", ".join(f"{what} {crowd.done(what)}" for what in sorted({what for what, _ in crowd.answers}))
    reached = not wrong and not crowd.unlawful and crowd.done("rate") > 0
    console.print(
        f"{casework.STAFF} staff and {RESIDENTS} parties at {CASES} cases for {SECONDS:.0f} s, two API processes\n"
        f"  answers: {shown}\n"
        f"  done: {done}\n  wrong afterwards: {wrong[:5] or 'nothing'}; answers that must not be: "
        f"{crowd.unlawful or 'none'} {'[green]reached[/green]' if reached else '[red]missed[/red]'}"
    )


if __name__ == "__main__":
    main()
