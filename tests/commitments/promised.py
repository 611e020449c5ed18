"""A case in which something has been agreed."""

from typing import Any

from tests.journeys.contract import Json, granted, take
from tests.mediation.standings import Standings

OWES, OWED = "某某物业服务有限公司", "张三"
PAYS: Json = {"who": OWES, "what": "赔偿粉刷费用", "due_on": "2027-01-02", "amount_fen": 120_000}
"""2027-01-02 is a Saturday within the New Year's days off."""
REPAIRS: Json = {"who": OWES, "what": "修好漏水", "due_on": "2026-12-18"}
CLEANS: Json = {"who": OWES, "what": "每日清扫", "due_on": "2027-06-30", "kind": "standard"}


async def agreed(scene: Standings, *terms: Json) -> list[Json]:
    """By word of mouth, which binds at once; the commitments as the mediator reads them."""
    await take(scene["mediator"], scene.dispute_id, "reach_agreement", form="oral", summary="达成一致",
               terms=list(terms))  # fmt: skip
    items: list[Json] = granted(await scene["mediator"].get(scene.path("/commitments")))["items"]
    return items


def path(scene: Standings, commitment: Json, rest: str = "") -> str:
    return scene.path(f"/commitments/{commitment['id']}{rest}")


def payment(amount_fen: int, **more: Any) -> Json:
    return {"amount_fen": amount_fen, "done_on": "2026-11-24", **more}


async def furnish(scene: Standings) -> None:
    """For the access matrix: what comes last in a case."""
    (commitment,) = await agreed(scene, REPAIRS)
    scene.ids["commitment"] = commitment["id"]
    indicator = {"name": "物业费收缴率", "unit": "percent", "baseline": 45, "baseline_on": "2026-11-01"}
    granted(await scene["mediator"].post(scene.path("/indicators"), indicator), 201)
