"""What a case says for each of its papers: one function a paper, from what is on record."""

import json

from backend.core.paper_rules import PaperKind
from backend.core.wording import full_date_text
from backend.papers.case import Case, day, money, when
from backend.papers.heads import BOTH, head
from backend.papers.shapes import (
    AcceptanceData,
    ApplicationData,
    CoverData,
    FactLine,
    RightsNoticeData,
    TerminationData,
)
from models import Party, RightsAcknowledgement, Side, Source, Staff, Status

_WAYS = {"phone": "在小程序中", "window": "在窗口", "session": "在调解开始时当面宣读"}


async def application(case: Case, kind: PaperKind) -> ApplicationData:
    """The applicant's own: nothing of the other side that the applicant does not know, and where several apply, nothing
    by which one could find another."""
    others = case.merged_in
    alone = sum(party.side is Side.APPLICANT and party.id not in others for party in case.parties) == 1
    own = (Side.APPLICANT,) if alone else ()
    parties = case.lines(numbers=own, phones=own, but=others)
    return ApplicationData(**await head(case, kind), **_claimed(case), parties=parties)


async def acceptance(case: Case, kind: PaperKind) -> AcceptanceData:
    event, source = case.events.get("accepted"), case.dispute.source
    accepted_by = await Staff.get_or_none(id=event.actor_id) if event and event.actor_id else None
    catalog, track = case.deps.catalog, case.dispute.track
    return AcceptanceData(
        **await head(case, kind),
        **_claimed(case),
        parties=case.lines(numbers=BOTH, phones=BOTH),
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


async def termination(case: Case, kind: PaperKind) -> TerminationData:
    known = case.known("not_agreed")
    return TerminationData(
        **await head(case, kind),
        parties=case.lines(),
        reason=known.get("reason_text", ""),
        ended_on=day(case.at("not_agreed")),
        routes=tuple(FactLine(text=each) for each in known.get("routes", ())),
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


def _outcome(case: Case) -> str:
    if case.at("not_agreed") and not case.at("agreed"):
        return "调解未成"
    if case.at("fulfilled"):
        return "达成协议，已履行"
    return "达成协议" if case.at("agreed") else ""
