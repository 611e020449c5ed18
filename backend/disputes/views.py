"""A dispute as its resident reads it. Opens what is sealed; masks what identifies people."""

from collections import defaultdict

from backend.accounts.actors import ResidentActor
from backend.centers.decision import RouteDecision
from backend.core import identity
from backend.core.clock import local
from backend.core.deps import Deps
from backend.core.wording import date_text, when_text
from backend.disputes import case_clock, workflow
from backend.disputes.schemas import (
    ActionOut,
    CenterBrief,
    DisputeBrief,
    DisputeFiled,
    DisputeOut,
    MergedOut,
    PartyOut,
    ReceiptOut,
    RouteOut,
)
from models import Center, Dispute, Party, Safety, Side, Status

_OPEN_TO_BOOKING = (Status.SUBMITTED, Status.ACCEPTED, Status.IN_MEDIATION)
_OPEN_TO_LEAVING = (*_OPEN_TO_BOOKING, Status.TRANSFERRED)
_RATABLE = (Status.AGREED, Status.NOT_AGREED, Status.FULFILLED, Status.CLOSED)
_ENDED = (Status.REFUSED, Status.WITHDRAWN, Status.CLOSED)
_RESIDENT_ACTIONS = (
    ("book", "预约时间", _OPEN_TO_BOOKING),
    ("supplement", "补充材料", tuple(status for status in Status if status not in _ENDED)),
    ("urge", "催办", tuple(status for status in Status if status not in _ENDED)),
    ("rate", "评价", _RATABLE),
)


def filed(deps: Deps, dispute: Dispute, decision: RouteDecision, safety_advice: str | None = None) -> DisputeFiled:
    """Right after filing: everything is in memory, nothing is read again."""
    center = decision.center
    words = _words(deps, dispute, center.name)
    return DisputeFiled(
        id=str(dispute.id),
        number=dispute.number,
        case_number=None,
        status=dispute.status,
        status_text=words["text"],
        center=CenterBrief(
            id=center.id,
            name=center.name,
            address=center.address,
            phone=center.phone,
            distance_m=None if decision.distance_m is None else round(decision.distance_m),
            placeholder=center.placeholder,
        ),
        route=RouteOut(reason=decision.reason, policy=decision.policy),
        next_step=words["next_step"],
        respond_by=dispute.due_at,
        created_at=dispute.created_at,
        safety_advice=safety_advice,
    )


def brief(deps: Deps, dispute: Dispute) -> DisputeBrief:
    return DisputeBrief.model_validate(_brief(deps, dispute))


def full(deps: Deps, actor: ResidentActor, dispute: Dispute, parties: list[Party]) -> DisputeOut:
    is_filer = dispute.resident_id == actor.id
    return DisputeOut.model_validate(
        _brief(deps, dispute)
        | {
            "version": dispute.version,
            "route": _route(dispute, is_filer),
            "description": opened(deps, dispute, "description") if is_filer else None,
            "claim": opened(deps, dispute, "claim") if is_filer else None,
            "voice_file_id": str(dispute.voice_file_id) if dispute.voice_file_id and is_filer else None,
            "occurred_on": dispute.occurred_on if is_filer else None,
            "amount_fen": dispute.amount_fen if is_filer else None,
            "preferred_mode": dispute.preferred_mode,
            "parties": [_shown(deps, actor, dispute, each, parties) for each in parties],
            "actions": actions(deps, actor, dispute),
        }
    )


def _route(dispute: Dispute, is_filer: bool) -> RouteOut:
    """Why this center: it may tell where the applicant was."""
    known = dispute.route if is_filer else {}
    return RouteOut(reason=str(known.get("reason", "")), policy=str(known.get("policy", "")))


def receipt(deps: Deps, dispute: Dispute, parties: list[Party]) -> ReceiptOut:
    """Names stand in full: the paper must hold against the other side, and its holder wrote them."""
    names = {side: [_name(deps, each) for each in parties if each.side == side] for side in Side}
    claim = opened(deps, dispute, "claim") or opened(deps, dispute, "description") or "（见录音）"
    filed_text = when_text(dispute.created_at)
    return ReceiptOut(
        number=dispute.number,
        filed_at=dispute.created_at,
        filed_text=filed_text,
        center=dispute.center.name,
        applicant="、".join(names[Side.APPLICANT]),
        respondents=names[Side.RESPONDENT],
        claim=claim,
        text=f"{local(dispute.created_at).year}年{filed_text}，{dispute.center.name}收到调解申请，编号{dispute.number}。",
    )


def actions(deps: Deps, actor: ResidentActor, dispute: Dispute) -> list[ActionOut]:
    own = [
        ActionOut(action=name, title=title) for name, title, statuses in _RESIDENT_ACTIONS if dispute.status in statuses
    ]
    if dispute.safety is not Safety.NONE or dispute.merged_into_id is not None:
        own = [each for each in own if each.action != "rate"]
    flow = workflow.allowed(deps.catalog, dispute, actor)
    if dispute.resident_id != actor.id and dispute.status in _OPEN_TO_LEAVING:
        own.append(ActionOut(action="depart", title="退出调解"))
    return own + [ActionOut(action=row.action, title=row.title) for row in flow]


def _shown(deps: Deps, actor: ResidentActor, dispute: Dispute, each: Party, parties: list[Party]) -> PartyOut:
    """Who filed wrote all of it down. Whoever has joined reads the own phone only; nobody reads more of the other side
    than is needed, and nothing of it while somebody may be in danger."""
    sides = {party.side for party in parties if party.resident_id == actor.id}
    sides |= {Side.APPLICANT} if dispute.resident_id == actor.id else set()
    is_mine = each.side in sides and actor.id == (each.resident_id or dispute.resident_id)
    is_hidden = dispute.safety is Safety.RED and each.side not in sides
    sealed = each.phone_sealed if is_mine else None
    phone = deps.keyring.open(sealed, "party", "phone", each.id) if sealed else None
    return PartyOut(
        side=each.side,
        kind=each.kind,
        name_masked="对方当事人" if is_hidden else identity.mask_name(_name(deps, each)),
        phone_masked=identity.mask_phone(phone) if phone else None,
    )


def opened(deps: Deps, dispute: Dispute, column: str) -> str | None:
    sealed = getattr(dispute, f"{column}_sealed")
    return None if sealed is None else deps.keyring.open(sealed, "dispute", column, dispute.id)


def center_brief(center: Center) -> CenterBrief:
    return CenterBrief(
        id=str(center.id),
        name=center.name,
        address=center.address,
        phone=center.phone,
        placeholder=center.placeholder,
    )


def _brief(deps: Deps, dispute: Dispute) -> dict[str, object]:
    words = _words(deps, dispute, dispute.center.name)
    category = deps.catalog.category_by_code.get(dispute.category)
    return {
        "id": str(dispute.id),
        "number": dispute.number,
        "case_number": dispute.case_number,
        "status": dispute.status,
        "status_text": words["text"],
        "category": dispute.category,
        "category_name": category.name if category else dispute.category,
        "center": center_brief(dispute.center),
        "owner_text": words["owner"],
        "next_step": words["next_step"],
        "respond_by": dispute.due_at,
        "merged_into": _merged_into(dispute),
        "created_at": dispute.created_at,
        "updated_at": dispute.updated_at,
    }


def next_step(deps: Deps, dispute: Dispute) -> str:
    """As another system reads it: of people no name."""
    return _words(deps, dispute, dispute.center.name, f"{dispute.center.name}调解员")["next_step"]


def _merged_into(dispute: Dispute) -> MergedOut | None:
    kept = dispute.merged_into if dispute.merged_into_id else None
    return MergedOut(id=str(kept.id), number=kept.number) if kept else None


def _words(deps: Deps, dispute: Dispute, center: str, mediator: str = "") -> dict[str, str]:
    """The resident always sees one owner: the mediator once there is one, else the center. `mediator`: in place of the
    name."""
    words = deps.catalog.statuses[dispute.status]
    assigned = dispute.mediator if dispute.mediator_id else None
    named = mediator or f"{center}调解员{assigned.name}" if assigned else center
    known = defaultdict(str, center=center, mediator=named)
    known["due"] = date_text(local(dispute.due_at).date()) if dispute.due_at else "近日"
    known["target"] = dispute.transfer_to.name if dispute.transfer_to_id and dispute.transfer_to else "新的中心"
    sentences = words.model_dump() | _words_of_limit(deps, dispute)
    if merged := _merged_into(dispute):
        sentences |= {"next_step": deps.catalog.links.next_step, "rating": ""}
        known["number"] = merged.number
    if dispute.safety is Safety.NONE:
        sentences["next_step"] += sentences["rating"]
    return {name: text.format_map(known) for name, text in sentences.items()}


def _words_of_limit(deps: Deps, dispute: Dispute) -> dict[str, str]:
    running = case_clock.running_of(dispute)
    text = running and deps.catalog.time_rules.limit(running.version, running.rule).next_step
    return {"next_step": text} if text else {}


def _name(deps: Deps, each: Party) -> str:
    return deps.keyring.open(each.name_sealed, "party", "name", each.id)
