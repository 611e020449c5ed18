"""Meetings, messages and proposals, one of each kind, for the access matrix."""

from collections.abc import Mapping
from typing import Final

from tests.journeys.contract import granted
from tests.mediation.standings import Standings

ONE = "one"
_WHEN = "2026-11-25T09:30:00+08:00"
_TERM = {"who": "物业", "what": "修好漏水", "due_on": "2026-12-10"}


async def furnish(case: Standings) -> None:
    """A joint meeting of the parties, the expert and who was invited, with minutes; separate talks with A; a message
    of each side; a proposal to all, and one to A alone."""
    mediator, a = case["mediator"], case.ids["party_a"]
    parties = [{"role": "party", "party_id": case.ids[side]} for side in ("party_a", "party_b")]
    members = [{"role": "member", "member_id": case.ids[name]} for name in ("expert", "invited")]
    base = {"venue": "video", "planned_at": _WHEN}
    for name, kind, who in (("meeting", "joint", parties + members), ("separate", "caucus", parties[:1])):
        body = base | {"kind": kind, "participants": who}
        case.ids[name] = granted(await mediator.post(case.path("/meetings"), body), 201)["id"]
        path = case.path(f"/meetings/{case.ids[name]}")
        granted(await mediator.post(f"{path}/begin", {"rights_notice": True}))
        granted(await mediator.post(f"{path}/minutes", {"text": "谈了"}), 201)
    for name in ("party_a", "party_b", "mediator"):
        granted(await case[name].post(case.path("/messages"), {"text": "你好"}), 201)
    granted(await case["party_a"].post(case.path("/messages"), {"text": "悄悄话", "channel": a}), 201)
    offer = {"summary": "方案", "terms": [_TERM], "expires_at": "2026-11-30T18:00:00+08:00"}
    quiet = {"in_caucus": True, "to": [a]}
    case.ids["proposal"] = granted(await mediator.post(case.path("/proposals"), offer), 201)["id"]
    case.ids["quiet_proposal"] = granted(await mediator.post(case.path("/proposals"), offer | quiet), 201)["id"]


ROWS: Final[tuple[tuple[str, Mapping[str, int | str]], ...]] = (
    ("/meetings", {"party_a": 2, "party_b": 1, "mediator": 2, "clerk": 1, "supervisor": 1, "assisting": 0,
                      "expert": 1, "follower": 0, "invited": 1}),
    ("/meetings/{meeting}", dict.fromkeys(("party_a", "party_b", "mediator", "clerk", "supervisor", "expert",
                                              "invited"), ONE)),
    ("/meetings/{meeting}/minutes", dict.fromkeys(("party_a", "party_b", "mediator", "clerk", "expert",
                                                      "invited"), 1)),
    ("/meetings/{separate}", {"party_a": ONE, "mediator": ONE}),
    ("/meetings/{separate}/minutes", {"party_a": 1, "mediator": 1}),
    ("/messages", {"party_a": 3, "party_b": 3, "mediator": 3, "assisting": 0}),
    ("/messages?channel={party_a}", {"party_a": 1, "mediator": 1}),
    ("/caucus", {"party_a": 1, "party_b": 0, "mediator": 1}),
    ("/proposals", {"party_a": 2, "party_b": 1, "mediator": 2, "clerk": 1, "assisting": 0}),
    ("/proposals/{proposal}", dict.fromkeys(("party_a", "party_b", "mediator", "clerk"), ONE)),
    ("/proposals/{quiet_proposal}", {"party_a": ONE, "mediator": ONE}),
)  # fmt: skip
"""As the matrix has them: a path and what each standing finds there; the others get 404."""
