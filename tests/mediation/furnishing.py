"""What a mediation by video holds, put into the case of `standings` through HTTP."""

from models import Dispute, Purpose
from tests.appointments.calls import slot_at
from tests.appointments.scene import VIDEO, answer, at
from tests.journeys.contract import granted
from tests.mediation.standings import Standings

ITEM = {"kind": "document", "title": "合同", "source": "本人留存", "proves": "双方有约定"}


async def furnish_cloud(scene: Standings) -> None:
    """Evidence of its own and shown, a question answered and shown to one side, the law explained, a room to which
    the expert is asked."""
    mediator, ids = scene["mediator"], scene.ids
    to_a = {"to": [{"kind": "party", "id": ids["party_a"]}]}
    for name in ("kept", "exchanged"):
        ids[name] = granted(await scene["party_a"].post(scene.path("/evidence"), ITEM), 201)["id"]
    granted(await mediator.post(scene.path("/evidence-exchanges"), {"item_ids": [ids["exchanged"]]}), 201)
    question = {"question": "谁违约？", "expert_ids": [scene["expert"].id], "item_ids": [ids["exchanged"]]}
    ids["consultation"] = granted(await mediator.post(scene.path("/consultations"), question), 201)["id"]
    said = {"answer": "accepted", "no_conflict": True}
    granted(await scene["expert"].post(f"/consultations/{ids['consultation']}/answer", said))
    opinion = {"text": "双方都有责任。", "final": True}
    granted(await scene["expert"].post(scene.path("/consultations/{consultation}/opinions"), opinion), 201)
    granted(await mediator.post(scene.path("/consultations/{consultation}/shares"), to_a))
    law = {"statement": "依法成立的合同受保护。", "statutes": ["civil-code-465"], "to": [ids["party_a"]]}
    ids["explanation"] = granted(await mediator.post(scene.path("/explanations"), law), 201)["id"]
    granted(await mediator.post(scene.path("/explanations/{explanation}/shares"), {"to": [{"kind": "followers"}]}))
    center_id = str((await Dispute.get(id=scene.dispute_id)).center_id)
    slot = {"slot_id": slot_at(center_id, at(26, 9, 45), VIDEO, Purpose.MEDIATION)}
    ids["room"] = granted(await scene["clerk"].post(scene.path("/appointments"), slot), 201)["id"]
    for party in ("party_a", "party_b"):
        granted(await answer(scene[party], ids["room"]))
    asked = {"to": [{"kind": "member", "id": ids["expert"]}]}
    granted(await mediator.post(scene.path("/rooms/{room}/shares"), asked))
