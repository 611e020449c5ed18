"""What each action does to a case beside its change of state. One function per action, one table at the end.

Each gets the locked case and the checked fields, and returns the entry for the history.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from tortoise import connections

from backend.accounts.actors import StaffActor
from backend.appointments import actions as appointments
from backend.casework import redirects, schemas
from backend.core.clock import local
from backend.core.deps import CenterPoint, Deps
from backend.core.errors import FieldProblem, InvalidFieldsError
from backend.core.wording import date_text, when_text
from models import Audience, Center, CenterLevel, Dispute, Organization, Party, Role, Staff

_NEXT_NUMBER = """
INSERT INTO case_counter (center_id, year, given) VALUES ($1, $2, 1)
ON CONFLICT (center_id, year) DO UPDATE SET given = case_counter.given + 1
RETURNING given
"""


@dataclass(frozen=True, slots=True)
class Done:
    """For the history: nothing personal in `data`, what people wrote in `detail`."""

    data: dict[str, Any] = field(default_factory=dict)
    detail: dict[str, Any] = field(default_factory=dict)
    audience: Audience = Audience.PARTIES


Effect = Callable[[Deps, StaffActor, Dispute, Any], Awaitable[Done]]


async def give_case_number(deps: Deps, dispute: Dispute) -> str:
    """〔2026〕宜都陆城调字第0001号: without gaps per center and year. The counter's row stays locked until the commit,
    so this comes last in a transaction."""
    year = local(deps.clock.now()).year
    rows = await connections.get("default").execute_query_dict(_NEXT_NUMBER, [dispute.center_id, year])
    return f"〔{year}〕{dispute.center.short_name}调字第{rows[0]['given']:04}号"


async def nothing_more(_deps: Deps, _actor: StaffActor, _dispute: Dispute, _fields: schemas.ActionIn) -> Done:
    return Done()


async def refuse(deps: Deps, actor: StaffActor, dispute: Dispute, fields: schemas.Refuse) -> Done:
    where = redirects.completed(deps.catalog, fields.reason_code, dispute.category, fields.redirect)
    known = {"地址": where.address, "电话": where.phone, "办理时限": where.time_limit}
    reason = deps.catalog.refusal_reasons[fields.reason_code]
    await appointments.release_for(deps, dispute, actor, reason)
    return Done(
        data={"reason_code": fields.reason_code, "reason_text": reason},
        detail={
            "authority": where.authority,
            "where": "，".join(f"{label}：{text}" for label, text in known.items() if text),
            "redirect": where.model_dump(exclude_none=True),
        },
    )


async def transfer(deps: Deps, _actor: StaffActor, dispute: Dispute, fields: schemas.Transfer) -> Done:
    """The case stays where it is until the target receives it. Raises InvalidFieldsError."""
    target = _level_above(deps, dispute) if fields.level_up else deps.centers.by_id(str(fields.center_id))
    if target is None or target.id == str(dispute.center_id):
        path = "level_up" if fields.level_up else "center_id"
        raise InvalidFieldsError.at(path, "案件已经在这里了，请选择另一个中心。")
    dispute.transfer_to = await Center.get(id=target.id)
    dispute.status_before_transfer = dispute.status
    return Done(data={"target": target.name, "level_up": fields.level_up}, detail={"reason": fields.reason})


def _level_above(deps: Deps, dispute: Dispute) -> CenterPoint:
    """Township → its county's center; county and everything else → the queue of the city."""
    county = dispute.center.division_code[:6]
    if dispute.center.level in (CenterLevel.TOWNSHIP, CenterLevel.VILLAGE):
        above = deps.centers.of_division(county, levels=(CenterLevel.COUNTY,), category=dispute.category)
        if above:
            return above[0]
    return deps.centers.city_queue


async def receive(deps: Deps, actor: StaffActor, dispute: Dispute, _fields: schemas.Receive) -> Done:
    """The new owner assigns its own mediator; times booked at the old place are void."""
    target = dispute.transfer_to
    assert target is not None, "a transferred case names its target"
    await appointments.release_for(deps, dispute, actor, "已由其他中心接手办理")
    former = dispute.center.name
    dispute.center, dispute.transfer_to, dispute.mediator = target, None, None
    return Done(data={"former_center": former})


async def decline_transfer(_deps: Deps, _actor: StaffActor, dispute: Dispute, fields: schemas.DeclineTransfer) -> Done:
    dispute.transfer_to = None
    return Done(detail={"reason": fields.reason})


async def assign(_deps: Deps, _actor: StaffActor, dispute: Dispute, fields: schemas.Assign) -> Done:
    """Raises InvalidFieldsError for anybody but an active mediator of the case's center."""
    mediator = await Staff.get_or_none(
        id=fields.mediator_id, role=Role.MEDIATOR, is_active=True, center_id=dispute.center_id
    )
    if mediator is None:
        raise InvalidFieldsError.at("mediator_id", "请选择本中心在岗的调解员。")
    dispute.mediator = mediator
    return Done(data={"mediator_id": str(mediator.id), "mediator": mediator.name})


async def start_mediation(deps: Deps, _actor: StaffActor, dispute: Dispute, fields: schemas.StartMediation) -> Done:
    """A center is no mediation body: the case names the organization whose seal an agreement will bear."""
    organization = await _organization(dispute, fields.organization_id)
    dispute.organization = organization
    dispute.mode = fields.mode
    dispute.track = fields.track or ("commercial" if fields.mode == "commercial" else "people")
    return Done(
        data={
            "organization_id": str(organization.id),
            "organization": organization.name,
            "mode": fields.mode,
            "mode_text": deps.catalog.modes[fields.mode],
            "track": dispute.track,
        }
    )


async def _organization(dispute: Dispute, organization_id: UUID | None) -> Organization:
    active = Organization.filter(deactivated_at=None)
    if organization_id is None:
        found = await active.filter(center_id=dispute.center_id, is_own_committee=True).first()
    else:
        found = await active.filter(id=organization_id).first()
    if found is None:
        raise InvalidFieldsError.at("organization_id", "没有这个调解组织，请重新选择。")
    return found


async def record_session(_deps: Deps, _actor: StaffActor, dispute: Dispute, fields: schemas.RecordSession) -> Done:
    """Raises InvalidFieldsError for somebody who is no party of this case."""
    known = set(await Party.filter(dispute_id=dispute.id).values_list("id", flat=True))
    strangers = [place for place, party_id in enumerate(fields.attended) if party_id not in known]
    if strangers:
        message = "这一位不是本案当事人，请重新选择。"
        raise InvalidFieldsError(fields=tuple(FieldProblem(f"attended.{place}", message) for place in strangers))
    return Done(
        data={
            "held_at": fields.held_at.isoformat(),
            "held_text": when_text(fields.held_at),
            "kind": fields.kind,
            "attended": [str(party_id) for party_id in fields.attended],
        },
        detail={"summary": fields.summary},
    )


async def reach_agreement(deps: Deps, _actor: StaffActor, dispute: Dispute, fields: schemas.ReachAgreement) -> Done:
    """Raises InvalidFieldsError where the law wants it written."""
    category = deps.catalog.top_category(dispute.category)
    if fields.form == "oral" and category in deps.catalog.written_agreement_only:
        raise InvalidFieldsError.at("form", "这类纠纷依法应当签订书面协议，请选择书面形式。")
    return Done(
        data={"form": fields.form},
        detail={"summary": fields.summary, "terms": [term.model_dump(mode="json") for term in fields.terms]},
    )


async def end_without_agreement(
    deps: Deps, actor: StaffActor, dispute: Dispute, fields: schemas.EndWithoutAgreement
) -> Done:
    reason = deps.catalog.ending_reasons[fields.reason_code]
    await appointments.release_for(deps, dispute, actor, reason)
    return Done(
        data={"reason_code": fields.reason_code, "reason_text": reason},
        detail={"routes": list(fields.routes), "routes_text": "；".join(fields.routes)},
    )


async def close(deps: Deps, actor: StaffActor, dispute: Dispute, fields: schemas.Noted) -> Done:
    await appointments.release_for(deps, dispute, actor, "已办结")
    return Done(detail=_written(note=fields.note))


async def confirm_fulfilment(_deps: Deps, _actor: StaffActor, _dispute: Dispute, fields: schemas.Noted) -> Done:
    return Done(detail=_written(note=fields.note))


async def reopen(_deps: Deps, _actor: StaffActor, _dispute: Dispute, fields: schemas.Reopen) -> Done:
    return Done(detail={"reason": fields.reason})


async def add_note(_deps: Deps, _actor: StaffActor, _dispute: Dispute, fields: schemas.AddNote) -> Done:
    return Done(detail={"text": fields.text}, audience=Audience(fields.audience))


async def request_information(
    _deps: Deps, _actor: StaffActor, _dispute: Dispute, fields: schemas.RequestInformation
) -> Done:
    return Done(
        data={"due_on": fields.due_on.isoformat(), "due_text": date_text(fields.due_on)},
        detail={"items": list(fields.items), "items_text": "；".join(fields.items)},
    )


async def log_contact(_deps: Deps, _actor: StaffActor, _dispute: Dispute, fields: schemas.LogContact) -> Done:
    return Done(data={"channel": fields.channel}, detail={"outcome": fields.outcome}, audience=Audience.STAFF)


def _written(**texts: str | None) -> dict[str, str]:
    return {name: text for name, text in texts.items() if text}


EFFECTS: dict[str, Effect] = {
    "accept": nothing_more,
    "refuse": refuse,
    "transfer": transfer,
    "receive": receive,
    "decline_transfer": decline_transfer,
    "assign": assign,
    "start_mediation": start_mediation,
    "record_session": record_session,
    "reach_agreement": reach_agreement,
    "end_without_agreement": end_without_agreement,
    "confirm_fulfilment": confirm_fulfilment,
    "close": close,
    "reopen": reopen,
    "add_note": add_note,
    "request_information": request_information,
    "log_contact": log_contact,
}
