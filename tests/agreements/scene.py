"""A case on its way to an agreement, and the steps that tests of agreements share."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

import httpx

from models import Party
from tests.casework.staff import PeopleAtWork
from tests.clock import TravellingClock
from tests.journeys.contract import Json, granted, photo, take, to_mediation
from tests.people import Person, file_dispute

PHONES = {"applicant": "13900001111", "respondent": "13900002222"}
TERMS: list[Json] = [
    {"who": "被申请人", "to": "申请人", "what": "支付第一期赔偿款", "amount_fen": 300_000, "due_on": "2026-12-11"},
    {"who": "被申请人", "to": "申请人", "what": "支付第二期赔偿款", "amount_fen": 200_000, "due_on": "2026-12-26",
     "manner": "银行转账"},
]  # fmt: skip
TEXT: Json = {
    "summary": "分两期赔偿",
    "facts": "2026年11月1日，楼上漏水，浸湿楼下天花板和家具。",
    "issues": "赔偿数额；被申请人对漏水负全部责任。",
    "terms": TERMS,
    "total_fen": 500_000,
    "manner": "银行转账到申请人账户",
    "deadline": "2026-12-31",
}


@dataclass
class Scene:
    people: PeopleAtWork
    clock: TravellingClock
    case: str
    applicant: Person
    respondent: Person
    mediator: Person
    clerk: Person
    ids: dict[str, str]
    """Parties by side."""

    def path(self, rest: str = "") -> str:
        return f"/disputes/{self.case}{rest}"

    async def draft(self, **changes: Any) -> Json:
        return granted(await self.mediator.post(self.path("/agreements"), TEXT | changes), 201)

    async def final(self, **changes: Any) -> Json:
        """Drafted, agreed and fixed."""
        drawn = await self.draft(**changes)
        await take(self.mediator, self.case, "reach_agreement", form="written", summary="分两期赔偿")
        return await self.fix(drawn)

    async def fix(self, drawn: Json) -> Json:
        path = self.path(f"/agreements/{drawn['id']}/final")
        return granted(await self.mediator.post(path, {"version": drawn["version"]}))


async def verified(people: PeopleAtWork, name: str, phone: str) -> Person:
    """A resident whose number WeChat has verified."""
    person = await people.resident(f"{name}-{uuid4().hex[:8]}")
    granted(await person.post("/me/phone", {"code": f"phone-{phone}-{uuid4().hex}"}))
    return person


async def _case(applicant: Person, respondent: Person, **filed: Any) -> str:
    """Both have joined."""
    parties: Json = {
        "applicant": {"name": "李秀英", "phone": PHONES["applicant"]},
        "respondents": [{"name": "周大勇", "phone": PHONES["respondent"]}],
    }
    case = (await file_dispute(applicant, **(parties | filed)))["id"]
    _ = await Party.filter(dispute_id=case, side="respondent").update(resident_id=respondent.id)
    return str(case)


async def agreed_case(people: PeopleAtWork, clock: TravellingClock, **filed: Any) -> Scene:
    applicant = await verified(people, "applicant", PHONES["applicant"])
    respondent = await verified(people, "respondent", PHONES["respondent"])
    case = await _case(applicant, respondent, **filed)
    mediator, clerk = await to_mediation(people, case), await people.staff("clerk")
    ids = {each.side.value: str(each.id) for each in await Party.filter(dispute_id=case)}
    return Scene(people, clock, case, applicant, respondent, mediator, clerk, ids)


async def sign(scene: Scene, person: Person, agreement: Json, **more: Any) -> httpx.Response:
    """On the own phone, the text that was read."""
    path = scene.path(f"/agreements/{agreement['id']}/signatures")
    return await person.post(path, {"content_hash": agreement["content_hash"]} | more)


async def mark(scene: Scene, agreement: Json, /, **fields: Any) -> httpx.Response:
    """As the mediator or the center's staff write it down."""
    path = scene.path(f"/agreements/{agreement['id']}/signatures")
    by: Person = fields.pop("by", scene.mediator)
    return await by.post(path, {"content_hash": agreement["content_hash"]} | fields)


async def scan(scene: Scene) -> Json:
    file = granted(await scene.clerk.upload(photo(), to=scene.path("/files")), 201)
    return {"file_id": file["id"], "file_sha256": file["sha256"]}


async def in_force(scene: Scene, **changes: Any) -> Json:
    """Drafted, agreed, fixed and signed by all on one day."""
    fixed = await scene.final(**changes)
    for person in (scene.applicant, scene.respondent):
        granted(await sign(scene, person, fixed), 201)
    granted(await mark(scene, fixed, role="mediator", method="screen"), 201)
    sealed = {"role": "seal", "method": "paper", "signed_at": scene.clock.now().isoformat()}
    done = granted(await mark(scene, fixed, **sealed), 201)
    assert done["status"] == "effective"
    return done


async def waiting_for_parties(first: Scene, text: Json, sealed_at: Callable[[], datetime]) -> Json:
    """Another case of the same two people: fixed, signed by the mediator and sealed. `path` is the agreement's."""
    case = await _case(first.applicant, first.respondent)
    _ = await to_mediation(first.people, case)
    path = f"/disputes/{case}/agreements"
    drawn = granted(await first.mediator.post(path, text), 201)
    await take(first.mediator, case, "reach_agreement", form="written", summary="分两期赔偿")
    path = f"{path}/{drawn['id']}"
    fixed = granted(await first.mediator.post(f"{path}/final", {"version": drawn["version"]}))
    for done in ({"role": "mediator", "method": "screen"},
                 {"role": "seal", "method": "paper", "signed_at": sealed_at().isoformat()}):  # fmt: skip
        known = {"content_hash": fixed["content_hash"]} | done
        granted(await first.mediator.post(f"{path}/signatures", known), 201)
    return fixed | {"path": path}
