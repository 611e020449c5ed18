"""The public page: genuine or not, nothing else; guessing gets nowhere."""

import asyncio
from itertools import count

import httpx

from tests.conftest import App
from tests.journeys.contract import granted
from tests.mediation.standings import Standings
from tests.papers.reading import Press, fetched, guess, pdf_text

_address = count(1)


def address() -> str:
    return f"198.51.100.{next(_address)}"


async def test_genuine_or_not(press: Press, standings: Standings, app: App, client: httpx.AsyncClient) -> None:
    case, mediator = standings, standings["mediator"]
    paper = await press.ask(mediator, case, "application")
    code = paper["verify_path"].removeprefix("/verify/")
    assert len(code) >= 22, "128 bits and more"
    content = await fetched(mediator, case, paper, "pdf")
    assert f"/verify/{code}" in pdf_text(content)
    page = await client.get(paper["verify_path"])
    unknown = await client.get("/verify/" + "A" * len(code))
    assert (page.status_code, page.text) == (200, unknown.text), "without a hash nothing is looked up"
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    for digest in (
        paper["pdf"]["sha256"],
        paper["content_sha256"],
        f" {paper['pdf']['sha256'].upper()[:32]} {paper['pdf']['sha256'][32:]}\n",
    ):
        assert (await guess(app, address(), code, digest)).json() == {"genuine": True}
    shown = await client.get(paper["verify_path"], params={"sha256": paper["pdf"]["sha256"]})
    assert "一致：" in shown.text
    for personal in ("张三", "13872560001", paper["id"], case.dispute_id, paper["title"]):
        assert personal not in shown.text
    other = await press.ask(mediator, case, "application", draft=True)
    for wrong_code, digest in ((code, "0" * 64), (code, other["pdf"]["sha256"]), (code[:-1], paper["pdf"]["sha256"]),
                               ("x", paper["pdf"]["sha256"]), (code, paper["docx"]["sha256"])):  # fmt: skip
        answer = await guess(app, address(), wrong_code, digest)
        assert (answer.status_code, answer.json()) == (200, {"genuine": False})
    for nonsense in ("zz", "a" * 63, "'; DROP TABLE paper --", "a" * 5000):
        assert (await client.get(paper["verify_path"], params={"sha256": nonsense})).status_code == 422


async def test_an_overtaken_paper_is_not_genuine(press: Press, standings: Standings, app: App) -> None:
    case, mediator = standings, standings["mediator"]
    old = await press.ask(mediator, case, "application")
    version = granted(await mediator.get(case.path("")))["version"]
    corrected = {"version": version, "name": "章三", "reason": "登记时写错"}
    granted(await case["clerk"].put(case.path(f"/parties/{case.ids['party_a']}"), corrected))
    await press.ask(mediator, case, "application")
    code = old["verify_path"].removeprefix("/verify/")
    assert (await guess(app, address(), code, old["pdf"]["sha256"])).json() == {"genuine": False}


async def test_ten_thousand_guesses_at_one_code(press: Press, standings: Standings, app: App) -> None:
    paper = await press.ask(standings["mediator"], standings, "application")
    code, where = paper["verify_path"].removeprefix("/verify/"), address()
    first = [await guess(app, where, code, f"{n:064x}") for n in range(10)]
    assert [answer.json()["genuine"] for answer in first] == [False] * 10
    counted: dict[int, int] = {}
    for start in range(10, 10_000, 500):
        batch = await asyncio.gather(*(guess(app, where, code, f"{n:064x}") for n in range(start, start + 10)))
        for answer in batch:
            counted[answer.status_code] = counted.get(answer.status_code, 0) + 1
            assert "Retry-After" in answer.headers
    assert set(counted) == {429}
    assert (await guess(app, address(), code, f"{7:064x}")).status_code == 429, "from elsewhere, at the same code"
    spread = [await guess(app, where, f"{n:032x}", f"{n:064x}") for n in range(3)]
    assert {answer.status_code for answer in spread} == {429}, "from there, at any code"
