"""回访记录: what was promised, how far it is kept and by whose word, and what was heard of it since the agreement."""

from collections import Counter
from collections.abc import Iterable

from backend.commitments import states, views
from backend.core import clock
from backend.core.paper_rules import PaperKind
from backend.core.wording import full_date_text
from backend.disputes import history
from backend.papers import agreements
from backend.papers.case import Case, day, money, when
from backend.papers.heads import head
from backend.papers.shapes import ContactLine, FollowUpData, KeptLine, ReportLine
from models import ActorKind, Commitment, CommitmentEnd, Event, FulfilmentReport

_CHANNELS = {"phone": "电话", "sms": "短信", "wechat": "微信", "visit": "上门", "letter": "信函", "other": "其他"}
_STATES = {"open": "未履行", "partly": "部分履行", "fulfilled": "已履行", "waived": "已免除"}
_OVERDUE = "逾期"
_CONTACT, _VISIT = "contact_logged", "followed_up"
_VERDICTS = {"confirmed": "已确认", "disputed": "对方不认可", "pending": "等待对方确认"}


async def gather(case: Case, kind: PaperKind) -> FollowUpData:
    agreed, event = case.in_force or case.written or case.oral, case.events.get("agreed")
    since = Event.filter(dispute_id=case.dispute.id, kind__in=[_CONTACT, _VISIT], id__gt=event.id if event else None)
    promised = await Commitment.filter(dispute_id=case.dispute.id).order_by("id").prefetch_related("reports__answers")
    rows = [row for row in promised if row.ended_as is not CommitmentEnd.REPLACED]
    lines = tuple(_kept(case, row) for row in rows)
    return FollowUpData(
        **await head(case, kind),
        parties=case.lines(),
        agreed_on=day(case.at("agreed")),
        fulfilled_on=day(case.at("fulfilled")),
        state=_state(case, lines),
        terms=agreements.terms(agreed.content) if agreed else (),
        commitments=lines,
        reports=tuple(_report(case, row, each) for row in rows for each in sorted(row.reports, key=lambda r: r.id)),
        contacts=tuple(_contact(case, each) for each in await since.order_by("id")) if event else (),
    )


def _kept(case: Case, row: Commitment) -> KeptLine:
    so_far, falls_due = states.kept(row, row.reports), views.falls_due_on(case.deps, row)
    is_late = row.ended_as is None and clock.today(case.deps.clock) > falls_due
    return KeptLine(
        number=str(row.ordinal),
        who=case.deps.keyring.open(row.who_sealed, "commitment", "who", row.id),
        what=case.deps.keyring.open(row.what_sealed, "commitment", "what", row.id),
        amount=money(row.amount_fen),
        due_on=full_date_text(row.due_on)
        + (f"（顺延到{full_date_text(falls_due)}）" if falls_due != row.due_on else ""),
        paid=money(so_far.confirmed_fen) if row.amount_fen is not None else "",
        state=(_OVERDUE if is_late else "") + _STATES[states.state(row, so_far)],
    )


def _report(case: Case, row: Commitment, report: FulfilmentReport) -> ReportLine:
    sealed = report.text_sealed
    text = "" if sealed is None else case.deps.keyring.open(sealed, "fulfilment_report", "text", report.id)
    met = {True: "符合标准", False: "不符合标准", None: ""}[report.is_met]
    return ReportLine(
        on=full_date_text(report.done_on),
        number=str(row.ordinal),
        by="工作人员" if report.reporter_kind is ActorKind.STAFF else "当事人",
        text="；".join(filter(None, (money(report.amount_fen), met, text))),
        verdict=_VERDICTS[states.verdict(report)],
    )


def _contact(case: Case, event: Event) -> ContactLine:
    told = history.detail_of(case.deps, event)
    if event.kind == _VISIT:
        said = "；".join(filter(None, (str(event.data["words"]), told.get("note"))))
        return ContactLine(at=when(event.at), how="回访", outcome=said)
    how = _CHANNELS.get(str(event.data.get("channel")), "")
    return ContactLine(at=when(event.at), how=how, outcome=told.get("outcome", ""))


def _state(case: Case, lines: Iterable[KeptLine]) -> str:
    """The mediator's own words, where there are any."""
    if case.at("fulfilled"):
        return case.known("fulfilled").get("note") or "已全部履行。"
    counted = Counter(line.state for line in lines)
    return "，".join(f"{state}{count}项" for state, count in counted.items()) + ("。" if counted else "")
