"""What each action does to a case beside its change of state. One function per action, one table at the end.

Each gets the locked case and the checked fields, and returns the entry for the history.
"""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from tortoise import connections

from backend.accounts.actors import StaffActor
from backend.agreements import awaiting, reaching
from backend.appointments import actions as appointments
from backend.casework import (
    completeness,
    groups,
    handover_notes,
    information,
    links,
    merging,
    recusals,
    redirects,
    schemas,
    splitting,
    tracks,
    transfers,
)
from backend.casework.action_in import ActionIn
from backend.casework.done import Done, written
from backend.commitments import completion, promises
from backend.core.clock import local
from backend.core.deps import Deps
from backend.core.errors import FieldProblem, InvalidFieldsError
from backend.core.wording import date_text, when_text
from backend.disputes import case_clock, deadlines, history, queries, rights_told, safety
from backend.disputes.case_clock import Span
from backend.disputes.groups import standing
from backend.mediation import commercial, members, proposal_views, related
from models import Audience, Conflict, Dispute, Organization, Party, Role, Staff

_UNREACHABLE = "unreachable"

_NEXT_NUMBER = """
INSERT INTO case_counter (center_id, year, series, given) VALUES ($1, $2, $3, 1)
ON CONFLICT (center_id, year, series) DO UPDATE SET given = case_counter.given + 1
RETURNING given
"""


Effect = Callable[[Deps, StaffActor, Dispute, Any], Awaitable[Done]]


async def give_case_number(deps: Deps, dispute: Dispute) -> str:
    """〔2026〕宜都陆城调字第0001号: without gaps per center, year and series. The counter's row stays locked until the
    commit, so this comes last in a transaction."""
    year = local(deps.clock.now()).year
    series = tracks.default_for(deps.catalog, dispute.category).series
    values = [dispute.center_id, year, series]
    rows = await connections.get("default").execute_query_dict(_NEXT_NUMBER, values)
    return f"〔{year}〕{dispute.center.short_name}{series}字第{rows[0]['given']:04}号"


async def nothing_more(_deps: Deps, _actor: StaffActor, _dispute: Dispute, _fields: ActionIn) -> Done:
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


async def assign(deps: Deps, actor: StaffActor, dispute: Dispute, fields: schemas.Assign) -> Done:
    """Raises InvalidFieldsError for anybody but an active mediator of the case's center, and for who is a party."""
    mediator = await Staff.get_or_none(
        id=fields.mediator_id, role=Role.MEDIATOR, is_active=True, center_id=dispute.center_id
    )
    if mediator is None:
        raise InvalidFieldsError.at("mediator_id", "请选择本中心在岗的调解员。")
    if await related.is_a_party(deps, mediator, await queries.parties(dispute.id)):
        raise InvalidFieldsError.at("mediator_id", "这位调解员是本案当事人，或与当事人同名。请另选一位。")
    await handover_notes.keep(deps, dispute, mediator, fields.handover_note)
    if dispute.mediator_id != mediator.id:
        dispute.conflict = None
    dispute.mediator = mediator
    await appointments.hand_over(deps, dispute, actor, reason="调解员有变动，请重新预约时间")
    return Done(data={"mediator_id": str(mediator.id), "mediator": mediator.name})


async def start_mediation(deps: Deps, actor: StaffActor, dispute: Dispute, fields: schemas.StartMediation) -> Done:
    """A center is no mediation body: the case names the organization whose seal an agreement will bear, and the track,
    so its clock and papers. Whoever begins as its mediator states to have no interest in it.
    Raises InvalidFieldsError."""
    if fields.mode == "joint":
        await safety.require_no_hold(deps, dispute)
    parties = await queries.parties(dispute.id)
    await groups.require_elected(deps, dispute, parties)
    dispute.track = tracks.choose(deps, dispute, track=fields.track, mode=fields.mode, parties=parties)
    organization = await _organization(dispute, fields.organization_id)
    tracks.check_body(deps, dispute.track, organization)
    await related.refuse_party(deps, organization, parties)
    if dispute.track == commercial.COMMERCIAL:
        await commercial.begin(deps, actor, dispute, organization, parties)
    if await related.is_a_party(deps, await Staff.get(id=actor.id), parties):
        raise InvalidFieldsError.at("no_conflict", "您是本案当事人，或与当事人同名，不能由您开始调解；请换一位。")
    if not fields.no_conflict:
        raise InvalidFieldsError.at("no_conflict", "与本件有利害关系的，请先申请回避。")
    if actor.id == dispute.mediator_id:
        dispute.conflict = Conflict.NONE
    dispute.organization = organization
    dispute.mode = fields.mode
    return Done(
        data={
            "organization_id": str(organization.id),
            "organization": organization.name,
            "registration_number": organization.registration_number,
            "seal_name": organization.seal_name or organization.name,
            "mode": fields.mode,
            "mode_text": deps.catalog.modes[fields.mode],
            "track": dispute.track,
        }
    )


async def _organization(dispute: Dispute, organization_id: UUID | None) -> Organization:
    active = Organization.filter(deactivated_at=None)
    if organization_id is None and dispute.track == commercial.COMMERCIAL:
        found = await commercial.default_institution(dispute)
    elif organization_id is None:
        found = await active.filter(center_id=dispute.center_id, is_own_committee=True).first()
    else:
        found = await active.filter(id=organization_id).first()
    if found is None:
        raise InvalidFieldsError.at("organization_id", "没有这个调解组织，请重新选择。")
    if await members.is_assisting(dispute, found):
        raise InvalidFieldsError.at("organization_id", "这个单位正在协助本件，不能同时主持；请先结束协助，或者另选。")
    return found


async def record_session(deps: Deps, actor: StaffActor, dispute: Dispute, fields: schemas.RecordSession) -> Done:
    """Raises InvalidFieldsError for somebody who is no party of this case."""
    known = set(await Party.filter(dispute_id=dispute.id, removed_at=None).values_list("id", flat=True))
    strangers = [place for place, party_id in enumerate(fields.attended) if party_id not in known]
    if strangers:
        message = "这一位不是本案当事人，请重新选择。"
        raise InvalidFieldsError(fields=tuple(FieldProblem(f"attended.{place}", message) for place in strangers))
    await rights_told.told_at_session(deps, actor, dispute, fields.attended, read_out=fields.rights_notice)
    return Done(
        data={
            "held_at": fields.held_at.isoformat(),
            "held_text": when_text(fields.held_at),
            "kind": fields.kind,
            "attended": [str(party_id) for party_id in fields.attended],
        },
        detail={"summary": fields.summary},
    )


async def reach_agreement(deps: Deps, actor: StaffActor, dispute: Dispute, fields: schemas.ReachAgreement) -> Done:
    """Raises InvalidFieldsError where the law wants it written, for a proposal that was not accepted, and for the id
    of somebody else's party."""
    category = deps.catalog.top_category(dispute.category)
    if fields.form == "oral" and category in deps.catalog.written_agreement_only:
        raise InvalidFieldsError.at("form", "这类纠纷依法应当签订书面协议，请选择书面形式。")
    given = [term.model_dump(mode="json") for term in fields.terms]
    terms: list[dict[str, Any]] | None = await promises.named(deps, dispute, given)
    if fields.proposal_id is not None:
        terms = await proposal_views.accepted_terms(deps, dispute, fields.proposal_id)
    if terms is None:
        raise InvalidFieldsError.at("proposal_id", "这个方案还没有被接受，请选择已接受的方案，或者填写条款。")
    agreement, terms = await reaching.reached(
        deps, actor, dispute, form=fields.form, summary=fields.summary, terms=terms
    )
    await awaiting.said(dispute, sum(term["amount_fen"] or 0 for term in terms))
    data = {"form": fields.form, "agreement_id": str(agreement.id), "total_fen": dispute.agreed_fen or 0}
    return Done(data=data, detail={"summary": fields.summary, "terms": terms})


async def end_without_agreement(
    deps: Deps, actor: StaffActor, dispute: Dispute, fields: schemas.EndWithoutAgreement
) -> Done:
    needed = deps.catalog.contact.failed_attempts
    if fields.reason_code == _UNREACHABLE and dispute.failed_contacts < needed:
        message = f"连续{needed}次联系不上才能以此结束，目前{dispute.failed_contacts}次，请继续联系并记录。"
        raise InvalidFieldsError.at("reason_code", message)
    reason = deps.catalog.ending_reasons[fields.reason_code]
    await appointments.release_for(deps, dispute, actor, reason)
    return Done(
        data={"reason_code": fields.reason_code, "reason_text": reason},
        detail={"routes": list(fields.routes), "routes_text": "；".join(fields.routes)},
    )


async def close(deps: Deps, actor: StaffActor, dispute: Dispute, fields: schemas.Noted) -> Done:
    """Raises ClosingIncompleteError."""
    kept = await completeness.close(deps, actor, dispute)
    await appointments.release_for(deps, dispute, actor, "已办结")
    return Done(data=kept, detail=written(note=fields.note))


async def confirm_fulfilment(deps: Deps, actor: StaffActor, dispute: Dispute, fields: schemas.Noted) -> Done:
    """Confirms whatever was still open. Raises DisputedFulfilmentError."""
    confirmed = await completion.confirm_all(deps, actor, dispute, fields.note)
    return Done(data={"commitments": confirmed}, detail=written(note=fields.note))


async def reopen(_deps: Deps, _actor: StaffActor, _dispute: Dispute, fields: schemas.Reopen) -> Done:
    return Done(detail={"reason": fields.reason})


async def add_note(_deps: Deps, _actor: StaffActor, _dispute: Dispute, fields: schemas.AddNote) -> Done:
    return Done(detail={"text": fields.text}, audience=Audience(fields.audience))


async def request_information(
    deps: Deps, actor: StaffActor, dispute: Dispute, fields: schemas.RequestInformation
) -> Done:
    """The time that the parties need is not the center's."""
    await information.ask(deps, actor, dispute, fields.items, fields.due_on)
    pause = case_clock.pause_of(dispute)
    until = max(fields.due_on, pause.until) if pause else fields.due_on
    waits = pause is None or pause.reason == information.REASON
    return Done(
        data={"due_on": fields.due_on.isoformat(), "due_text": date_text(fields.due_on)},
        detail={"items": list(fields.items), "items_text": "；".join(fields.items)},
        span=Span(until=until, reason=information.REASON) if waits else None,
    )


async def pause_clock(deps: Deps, _actor: StaffActor, _dispute: Dispute, fields: schemas.PauseClock) -> Done:
    reason = deps.catalog.pause_reasons[fields.reason_code]
    return Done(
        data={
            "reason_code": fields.reason_code,
            "reason_text": reason,
            "until": fields.until.isoformat(),
            "until_text": date_text(fields.until),
        },
        detail=written(note=fields.note),
        span=Span(until=fields.until, reason=fields.reason_code),
    )


async def resume_clock(_deps: Deps, _actor: StaffActor, _dispute: Dispute, fields: schemas.ResumeClock) -> Done:
    return Done(detail=written(note=fields.note))


async def extend_term(deps: Deps, _actor: StaffActor, dispute: Dispute, fields: schemas.ExtendTerm) -> Done:
    """Longer than a month only when every party agrees, or who was elected to speak for it. Raises
    InvalidFieldsError."""
    taking_part = [party for party in await queries.parties(dispute.id) if party.left_at is None]
    group = await standing(dispute, taking_part)
    asked = {party.id for party in taking_part if group.answers_alone(taking_part, party)}
    agreed = {consent.party_id for consent in fields.consents}
    message = "这一位不是本案当事人，请重新选择。"
    found = [
        FieldProblem(f"consents.{place}.party_id", message)
        for place, consent in enumerate(fields.consents)
        if consent.party_id not in {party.id for party in taking_part}
    ]
    if not found and (missing := len(asked - agreed)):
        found = [FieldProblem("consents", f"延长期限要各方当事人都同意，还差{missing}位，请把每一位的同意都记上。")]
    most = deps.catalog.extension.max_days
    if deadlines.extended_by(await history.steps_of(dispute.id)) + fields.days > most:
        found.append(FieldProblem("days", f"累计最多延长{most}天，请减少天数。"))
    if found:
        raise InvalidFieldsError(fields=tuple(found))
    return Done(
        data={"days": fields.days, "consents": [consent.model_dump(mode="json") for consent in fields.consents]},
        detail={"reason": fields.reason},
        span=Span(days=fields.days, reason="consent"),
    )


async def log_contact(_deps: Deps, _actor: StaffActor, dispute: Dispute, fields: schemas.LogContact) -> Done:
    """Who was not reached has not been contacted."""
    failed = fields.reached is False
    dispute.failed_contacts = dispute.failed_contacts + 1 if failed else 0
    dispute.next_try_on = fields.next_try_on
    data = {
        "channel": fields.channel,
        "reached": fields.reached,
        "next_try_on": fields.next_try_on and fields.next_try_on.isoformat(),
        "failed_contacts": dispute.failed_contacts,
    }
    return Done(data=data, detail={"outcome": fields.outcome}, audience=Audience.STAFF, keeps_clock=failed)


EFFECTS: dict[str, Effect] = {
    "accept": nothing_more,
    "refuse": refuse,
    "transfer": transfers.offer,
    "receive": transfers.receive,
    "decline_transfer": transfers.decline,
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
    "pause_clock": pause_clock,
    "resume_clock": resume_clock,
    "extend_term": extend_term,
    "declare_no_conflict": recusals.declare_none,
    "declare_conflict": recusals.declare,
    "decide_recusal": recusals.decide,
    "link": links.link,
    "unlink": links.unlink,
    "dismiss_duplicate": links.dismiss_duplicate,
    "merge": merging.merge,
    "split": splitting.split,
    "waive_document": completeness.waive,
}
