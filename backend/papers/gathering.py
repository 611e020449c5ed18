"""What a case says for each of its papers: one function a paper, from what is on record."""

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from backend.core.paper_rules import PaperKind
from backend.core.wording import full_date_text
from backend.disputes import history
from backend.papers.case import Case, day, money, when
from backend.papers.shapes import (
    AcceptanceData,
    AgreementData,
    ApplicationData,
    ConfirmationData,
    ContactLine,
    CoverData,
    FactLine,
    FollowUpData,
    RightsNoticeData,
    TerminationData,
    TermLine,
)
from backend.papers.template import chinese_number
from models import Event, Organization, Party, RightsAcknowledgement, Side, Source, Staff, Status

_BOTH = (Side.APPLICANT, Side.RESPONDENT)
_WAYS = {"phone": "在小程序中", "window": "在窗口", "session": "在调解开始时当面宣读"}
_CHANNELS = {"phone": "电话", "sms": "短信", "wechat": "微信", "visit": "上门", "letter": "信函", "other": "其他"}


async def head(case: Case, kind: PaperKind) -> dict[str, str]:
    """Of `CaseHead`."""
    dispute = case.dispute
    organization = await Organization.get_or_none(id=dispute.organization_id) if dispute.organization_id else None
    category = case.deps.catalog.category_by_code.get(dispute.category)
    return {
        "title": kind.title_on(dispute.track),
        "number": dispute.number,
        "case_number": dispute.case_number or "",
        "center": dispute.center.name,
        "organization": organization.name if organization else "",
        "seal_name": (organization.seal_name or organization.name) if organization else "",
        "mediator": dispute.mediator.name if dispute.mediator else "",
        "category": category.name if category else dispute.category,
        "applicants": case.names(Side.APPLICANT),
        "respondents": case.names(Side.RESPONDENT),
    }


async def application(case: Case, kind: PaperKind) -> ApplicationData:
    """The applicant's own: nothing of the other side that the applicant does not know."""
    own = (Side.APPLICANT,)
    return ApplicationData(**await head(case, kind), **_claimed(case), parties=case.lines(numbers=own, phones=own))


async def acceptance(case: Case, kind: PaperKind) -> AcceptanceData:
    event, source = case.events.get("accepted"), case.dispute.source
    accepted_by = await Staff.get_or_none(id=event.actor_id) if event and event.actor_id else None
    catalog, track = case.deps.catalog, case.dispute.track
    return AcceptanceData(
        **await head(case, kind),
        **_claimed(case),
        parties=case.lines(numbers=_BOTH, phones=_BOTH),
        filed_at=when(case.dispute.created_at),
        accepted_at=when(case.at("accepted")),
        accepted_by=accepted_by.name if accepted_by else "",
        source="小程序提交" if source is Source.MINI_PROGRAM else catalog.registration[source].title,
        track=catalog.tracks[track].title if track in catalog.tracks else "",
    )


async def rights_notice(case: Case, kind: PaperKind, party: Party) -> RightsNoticeData:
    notice = case.deps.catalog.rights_notice
    told = await RightsAcknowledgement.get_or_none(party_id=party.id, version=notice.version)
    return RightsNoticeData(
        **await head(case, kind) | {"applicants": "", "respondents": ""},
        party=case.name(party),
        notice=notice.text.strip(),
        version=notice.version,
        told_at=when(told.at) if told else "",
        told_by=_WAYS.get(told.way, "") if told else "",
    )


async def agreement(case: Case, kind: PaperKind) -> AgreementData:
    """As it was reached; parties by name, and by number only where the number is public."""
    known = case.known("agreed")
    return AgreementData(
        **await head(case, kind),
        parties=case.lines(),
        facts=known.get("summary", ""),
        terms=terms(known),
        manner="按照协议内容所列各项履行。" if known else "",
        deadline=_latest(known.get("terms", ())),
        total=money(case.dispute.agreed_fen),
        copies=chinese_number(len(case.parties) + 1),
        agreed_on=day(case.at("agreed")),
    )


async def termination(case: Case, kind: PaperKind) -> TerminationData:
    known = case.known("not_agreed")
    return TerminationData(
        **await head(case, kind),
        parties=case.lines(),
        reason=known.get("reason_text", ""),
        ended_on=day(case.at("not_agreed")),
        routes=tuple(FactLine(text=each) for each in known.get("routes", ())),
    )


async def follow_up(case: Case, kind: PaperKind) -> FollowUpData:
    """What was heard since the agreement."""
    agreed, fulfilled = case.events.get("agreed"), case.known("fulfilled")
    since = Event.filter(dispute_id=case.dispute.id, kind="contact_logged", id__gt=agreed.id) if agreed else None
    calls = await since.order_by("id") if since is not None else []
    return FollowUpData(
        **await head(case, kind),
        parties=case.lines(),
        agreed_on=day(case.at("agreed")),
        fulfilled_on=day(case.at("fulfilled")),
        state=fulfilled.get("note", "") or ("已全部履行。" if case.at("fulfilled") else ""),
        terms=terms(case.known("agreed")),
        contacts=tuple(_contact(case, event) for event in calls),
    )


async def confirmation(case: Case, kind: PaperKind) -> ConfirmationData:
    """Both ask together, and the court must know who they are."""
    return ConfirmationData(
        **await head(case, kind),
        parties=tuple(line.model_copy(update={"side": "申请人"}) for line in case.lines(numbers=_BOTH, phones=_BOTH)),
        agreed_on=day(case.at("agreed")),
        terms=terms(case.known("agreed")),
    )


async def cover(case: Case, kind: PaperKind) -> CoverData:
    dispute, catalog = case.dispute, case.deps.catalog
    ended = dispute.status in (Status.CLOSED, Status.FULFILLED, Status.NOT_AGREED)
    ends = [moment for name in ("not_agreed", "fulfilled", "closed") if (moment := case.at(name))]
    return CoverData(
        **await head(case, kind),
        parties=case.lines(),
        track=catalog.tracks[dispute.track].title if dispute.track in catalog.tracks else "",
        filed_on=day(dispute.created_at),
        accepted_on=day(case.at("accepted")),
        ended_on=day(max(ends)) if ended and ends else "",
        outcome=_outcome(case),
    )


def terms(known: dict[str, Any]) -> tuple[TermLine, ...]:
    return tuple(
        TermLine(
            who=term["who"],
            what=str(term["what"]).rstrip("。.；;"),
            amount=money(term.get("amount_fen")),
            due_on=full_date_text(date.fromisoformat(term["due_on"])) if term.get("due_on") else "",
        )
        for term in known.get("terms", ())
    )


def _claimed(case: Case) -> dict[str, str]:
    dispute = case.dispute
    place = json.loads(case.opened("location") or "{}")
    return {
        "facts": case.opened("description") or ("（口头陈述，见录音）" if dispute.voice_file_id else ""),
        "claim": case.opened("claim"),
        "amount": money(dispute.amount_fen),
        "occurred_on": full_date_text(dispute.occurred_on) if dispute.occurred_on else "",
        "place": place.get("address") or "",
        "filed_on": day(dispute.created_at),
    }


def _latest(given: Sequence[dict[str, Any]]) -> str:
    days = [date.fromisoformat(term["due_on"]) for term in given if term.get("due_on")]
    return full_date_text(max(days)) if days else ""


def _contact(case: Case, event: Event) -> ContactLine:
    return ContactLine(
        at=when(event.at),
        how=_CHANNELS.get(str(event.data.get("channel")), ""),
        outcome=history.detail_of(case.deps, event).get("outcome", ""),
    )


def _outcome(case: Case) -> str:
    if case.at("not_agreed") and not case.at("agreed"):
        return "调解未成"
    if case.at("fulfilled"):
        return "达成协议，已履行"
    return "达成协议" if case.at("agreed") else ""
