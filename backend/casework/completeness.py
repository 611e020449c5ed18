"""Whether a file holds what it must before its case is closed: judged by what is on record, never by a tick."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Final, Literal

from tortoise import connections

from backend.accounts.actors import StaffActor
from backend.casework.done import Done
from backend.casework.link_schemas import WaiveDocument
from backend.core import clock
from backend.core.closing_rules import ClosingDocument, Outcome
from backend.core.deps import Deps
from backend.core.errors import HejieError, InvalidFieldsError
from backend.core.schema import Out
from backend.papers import actions as papers
from models import Agreement, AgreementStatus, Audience, Dispute, RightsAcknowledgement, Source, Status

_OUTCOMES: Final[Mapping[Status, Outcome]] = {
    Status.AGREED: "agreed",
    Status.FULFILLED: "agreed",
    Status.NOT_AGREED: "not_agreed",
}
_WAIVED, _REOPENED = "document_waived", "reopened"
_HAPPENED = f"""
SELECT kind, CASE kind WHEN '{_WAIVED}' THEN data->>'code' END AS code FROM event WHERE dispute_id = $1 ORDER BY id
"""  # noqa: S608


class ClosingIncompleteError(HejieError):
    code: ClassVar[str] = "closing_incomplete"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "案卷还缺少必备材料，补齐后才能办结。"


class ClosingItemOut(Out):
    """`papers` are made by themselves at closing."""

    code: str
    title: str
    state: Literal["present", "missing", "waived"]
    todo: str | None
    papers: list[str]


@dataclass(frozen=True, slots=True)
class _Known:
    dispute: Dispute
    happened: frozenset[str]
    waived: frozenset[str]
    """Since the case was reopened last."""
    agreements: tuple[Agreement, ...]
    rights_told: bool


def _is_on_record(known: _Known) -> bool:
    """Oral ones are in force at once. One that was kept was agreed, however it was signed; where the law wants it in
    writing, there is another document for that."""
    if not known.agreements:
        return "agreed" in known.happened
    return _is_in_force(known) or known.dispute.status is Status.FULFILLED


def _is_in_force(known: _Known) -> bool:
    return any(each.status is AgreementStatus.EFFECTIVE for each in known.agreements)


_FACTS: Final[Mapping[str, Callable[[_Known], bool]]] = {
    "filed": lambda _known: True,
    "rights_told": lambda known: known.rights_told,
    "session_held": lambda known: bool(known.happened & {"session_recorded", "minutes_written"}),
    "agreement_on_record": _is_on_record,
    "signed_by_all": _is_in_force,
    "ways_told": lambda known: "not_agreed" in known.happened,
    "performed": lambda known: "fulfilled" in known.happened,
}


async def checklist(deps: Deps, dispute: Dispute) -> list[ClosingItemOut]:
    """Empty while there is no outcome, and for earlier cases out of a file, whose papers lie elsewhere."""
    documents = _documents(deps, dispute)
    if not documents:
        return []
    known = await _known(dispute)
    return [_item(deps, dispute, known, each) for each in documents]


async def waive(deps: Deps, _actor: StaffActor, dispute: Dispute, fields: WaiveDocument) -> Done:
    """Raises InvalidFieldsError at `code` for what is not missing."""
    items = {item.code: item for item in await checklist(deps, dispute)}
    if fields.code not in items or items[fields.code].state != "missing":
        raise InvalidFieldsError.at("code", "这一项不缺，或者不是本件需要的，不用免除。")
    data = {"code": fields.code, "title": items[fields.code].title}
    return Done(data=data, detail={"reason": fields.reason}, audience=Audience.STAFF)


async def close(deps: Deps, actor: StaffActor, dispute: Dispute) -> dict[str, str]:
    """The file is complete: its papers are made, and it is kept for as long as its class says. What is to be said of
    it in the history. Raises ClosingIncompleteError with all that is missing."""
    items = await checklist(deps, dispute)
    missing = [item.model_dump(include={"code", "title", "todo"}) for item in items if item.state == "missing"]
    if missing:
        titles = "、".join(item["title"] for item in missing)
        raise ClosingIncompleteError(f"案卷还缺少：{titles}。补齐后才能办结。", missing=missing)
    codes = [code for document in _documents(deps, dispute) for code in document.papers]
    await papers.make_known(deps, actor, dispute, codes)
    _keep_for(deps, dispute)
    rules = deps.catalog.closing
    return {"closing_rules": f"{rules.version}/{rules.effective_from}", "retention": dispute.retention or ""}


def _documents(deps: Deps, dispute: Dispute) -> list[ClosingDocument]:
    outcome = _OUTCOMES.get(dispute.status)
    if outcome is None or dispute.source is Source.HISTORIC:
        return []
    top = deps.catalog.top_category(dispute.category)
    return [
        each
        for each in deps.catalog.closing.documents
        if each.is_for(outcome, status=dispute.status, category=top, mode=dispute.mode, track=dispute.track)
    ]


async def _known(dispute: Dispute) -> _Known:
    rows = await connections.get("default").execute_query_dict(_HAPPENED, [dispute.id])
    waived: set[str] = set()
    for row in rows:
        waived = set() if row["kind"] == _REOPENED else waived | ({row["code"]} if row["code"] else set())
    agreements = Agreement.filter(dispute_id=dispute.id).exclude(status=AgreementStatus.VOID)
    return _Known(
        dispute,
        frozenset(row["kind"] for row in rows),
        frozenset(waived),
        tuple(await agreements),
        rights_told=await RightsAcknowledgement.filter(dispute_id=dispute.id).exists(),
    )


def _item(deps: Deps, dispute: Dispute, known: _Known, document: ClosingDocument) -> ClosingItemOut:
    if _FACTS[document.fact](known):
        state: Literal["present", "missing", "waived"] = "present"
    else:
        state = "waived" if document.code in known.waived else "missing"
    return ClosingItemOut(
        code=document.code,
        title=document.title,
        state=state,
        todo=document.todo if state == "missing" else None,
        papers=[deps.catalog.papers[code].title_on(dispute.track) for code in document.papers],
    )


def _keep_for(deps: Deps, dispute: Dispute) -> None:
    """A file that was split off, or closed before, is kept no shorter than it was to be."""
    rules, outcome = deps.catalog.closing.retention, _OUTCOMES[dispute.status]
    own = rules.class_of(deps.catalog.top_category(dispute.category), outcome)
    dispute.retention = rules.longer(own, dispute.retention)
    years = rules.classes[dispute.retention].years
    dispute.retained_until = _years_after(clock.today(deps.clock), years) if years else None


def _years_after(day: date, years: int) -> date:
    """29 February ends with the month."""
    is_leap_day = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year + years, day=28) if is_leap_day else day.replace(year=day.year + years)
