"""Who reads what of a mediation, asked of every path by somebody of every standing.

To extend it: add a function to `FURNISH` that puts something into the case, and rows to `ROWS`. A path that a
standing does not have at all (a resident's under /staff/v1) is not asked.
"""

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import parse_qsl
from uuid import UUID

import httpx

from backend.mediation.commercial import COMMERCIAL
from backend.mediation.panel import PART
from models import CaseMember, CommercialCase, Dispute, Organization, Panel, PanelCandidate
from tests.clock import START
from tests.commitments import promised
from tests.journeys.contract import granted
from tests.mediation import furnish_talks, joint, referred
from tests.mediation.furnishing import furnish_cloud
from tests.mediation.standings import STANDINGS, Standings

ONE: Final = "one"
"""A single thing, not a list."""
SOME: Final = "some"
"""A list of any length but none."""

Found = int | str
"""How many items of a list, or `ONE`."""


class Row(NamedTuple):
    path: str
    """After `/disputes/{id}`; names in braces are those of `Standings.ids`."""
    finds: Mapping[str, Found]
    """By standing; who is not named gets 404."""


async def agreed(scene: Standings) -> None:
    drawn = granted(await scene["mediator"].post(scene.path("/agreements"), {"summary": "各退一步"}), 201)
    scene.ids["agreement"] = drawn["id"]


async def commercial(scene: Standings) -> None:
    park, dispute_id = await Organization.get(name="猇亭工业园区民商事调解中心"), UUID(scene.dispute_id)
    await Dispute.filter(id=dispute_id).update(track=COMMERCIAL)
    _ = await CommercialCase.create(
        dispute_id=dispute_id, organization_id=park.id, named_by_id=scene["mediator"].id, named_at=START
    )
    panel = await Panel.create(
        dispute_id=dispute_id, seats=1, choose_by=START.date(), opened_by_id=scene["mediator"].id, opened_at=START
    )
    _ = await PanelCandidate.create(panel_id=panel.id, expert_id=scene["expert"].id, field="law")
    await CaseMember.filter(id=scene.ids["expert"]).update(part=PART)


FURNISH: tuple[Callable[[Standings], Awaitable[None]], ...] = (
    referred.to_legal_service,
    furnish_talks.furnish,
    furnish_cloud,
    joint.furnish,
    agreed,
    promised.furnish,
    commercial,
)
CENTER = ("mediator", "clerk", "supervisor")
SIDES = ("party_a", "party_b")

ROWS: tuple[Row, ...] = (
    Row("", dict.fromkeys(("party_a", "party_b", "mediator", "clerk", "supervisor"), ONE)),
    Row("/legal-referrals", dict.fromkeys(("party_a", "mediator", "clerk", "supervisor"), 1) | {"party_b": 0}),
    *(Row(*each) for each in (*furnish_talks.ROWS, *joint.ROWS)),
    Row("/agreements", dict.fromkeys((*SIDES, *CENTER), 2) | {"assisting": 0}),
    Row("/agreements/{agreement}", dict.fromkeys((*SIDES, *CENTER), ONE)),
    Row("/agreements/{agreement}/comments", dict.fromkeys((*SIDES, *CENTER), 0)),
    Row("/agreements/{agreement}/versions", dict.fromkeys(CENTER, SOME)),
    Row("/commercial", dict.fromkeys((*SIDES, *CENTER, "expert"), ONE)),
    Row("/panel", dict.fromkeys((*SIDES, *CENTER, "expert"), ONE)),
    Row("/panel/seat", {"expert": ONE}),
    Row("/amounts", dict.fromkeys(SIDES, ONE)),
    Row("/recoveries", dict.fromkeys(CENTER, ONE)),
    Row("/commitments", dict.fromkeys((*SIDES, *CENTER), 1)),
    Row("/indicators", dict.fromkeys((*CENTER, "assisting"), 1)),
    Row("/follow-up", dict.fromkeys((*SIDES, *CENTER, "assisting"), ONE)),
    Row("/commitments/{commitment}", dict.fromkeys((*SIDES, *CENTER), ONE)),
    Row("/evidence", {"party_a": 2, "party_b": 1, "mediator": 2, "clerk": 2, "assisting": 0, "expert": 1}),
    Row("/evidence/{kept}", dict.fromkeys(("party_a", "mediator", "clerk"), ONE)),
    Row("/evidence/{exchanged}", dict.fromkeys(("party_a", "party_b", "mediator", "clerk", "expert"), ONE)),
    Row("/consultations", {"party_a": 1, "party_b": 0, "mediator": 1, "clerk": 1, "assisting": 0, "expert": 1}),
    Row("/consultations/{consultation}", dict.fromkeys(("party_a", "mediator", "clerk", "expert"), ONE)),
    Row("/explanations",
        {"party_a": 1, "party_b": 0, "mediator": 1, "clerk": 1, "assisting": 0, "follower": 1, "invited": 0}),
    Row("/explanations/{explanation}", dict.fromkeys(("party_a", "mediator", "clerk", "follower"), ONE)),
    Row("/rooms", {"party_a": 1, "party_b": 1, "mediator": 1, "clerk": 1, "assisting": 0, "expert": 1, "invited": 0}),
    Row("/rooms/{room}", dict.fromkeys(("party_a", "party_b", "mediator", "clerk", "expert"), ONE)),
    Row("/timeline", dict.fromkeys((*SIDES, *CENTER), SOME)),
    Row("/slots?from=2026-11-25&to=2026-11-30", dict.fromkeys((*SIDES, *CENTER), SOME)),
    Row("/receipt", dict.fromkeys(("party_a", "mediator", "clerk"), ONE)),
    Row("/receipt.html", dict.fromkeys(("mediator", "clerk"), ONE)),
    Row("/mediators", dict.fromkeys(SIDES, SOME)),
    Row("/mediator-proposals", dict.fromkeys(CENTER, SOME)),
    Row("/invitations", dict.fromkeys(CENTER, 0)),
    Row("/red-cards", dict.fromkeys(CENTER, 0)),
    Row("/handover-notes", {"mediator": 0}),
    Row("/confirmation", dict.fromkeys((*SIDES, *CENTER), ONE)),
    Row("/papers", dict.fromkeys((*SIDES, "mediator", "clerk"), 0)),
    Row("/paper-kinds", dict.fromkeys(("mediator", "clerk"), SOME)),
    Row("/file-catalog", dict.fromkeys(("mediator", "clerk"), 0)),
    Row("/possible-duplicates", dict.fromkeys(CENTER, 0)),
    Row("/follow-ups", dict.fromkeys(CENTER, SOME)),
)  # fmt: skip
ELSEWHERE = {"room", "return-slip", "library-draft", "rating", "reviews", "history"}
"""A WebSocket (test_talks.py); only of a case that was referred (tests/casework); of a closed case (tests/library); of
who has rated, and of who had no hand in it (tests/aftercare); of directors and supervisors (tests/history)."""


def test_nothing_of_a_case_is_missing_from_the_matrix() -> None:
    """Whatever kind of thing either API gives out of a case has its row."""
    documents = (Path(__file__).parents[2] / "docs" / "openapi").glob("*.json")
    given = {
        _kind(path.split("{dispute_id}")[1])
        for document in documents
        for path, calls in json.loads(document.read_text())["paths"].items()
        if "{dispute_id}" in path and "get" in calls
    }
    assert given - {_kind(row.path) for row in ROWS} == ELSEWHERE


def _kind(path: str) -> str:
    """`/evidence/{kept}/file` is of the kind `evidence`."""
    return re.split(r"[/?]", path.removeprefix("/"), maxsplit=1)[0]


async def test_everybody_finds_what_is_theirs_and_nothing_else(standings: Standings) -> None:
    for furnish in FURNISH:
        await furnish(standings)
    wrong = []
    for row in ROWS:
        assert set(row.finds) <= set(STANDINGS), row.path
        for standing in STANDINGS:
            path, _, query = standings.path(row.path).partition("?")
            found = _found(await standings[standing].get(path, **dict(parse_qsl(query))))
            wanted = row.finds.get(standing)
            if not (found == wanted or (wanted == SOME and isinstance(found, int) and found > 0)):
                wrong.append(f"{standing} at {row.path!r}: {found}, not {wanted}")
    assert wrong == []


def _found(answer: httpx.Response) -> Found | None:
    """None for what does not exist to whoever asked."""
    if answer.status_code == 404:
        return None
    assert answer.status_code == 200, (answer.url, answer.text)
    body = answer.json() if answer.headers["content-type"].startswith("application/json") else None
    return len(body["items"]) if isinstance(body, dict) and set(body) >= {"items"} else ONE
