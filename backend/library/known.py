"""Everything that a case knows by which somebody could be recognized, and the words that stand for it."""

import json
from collections.abc import Iterator
from typing import Any

from tortoise import Model

from backend.core.deps import Deps
from backend.core.divisions import base_name
from backend.library.anonymizing import Fact, Known
from backend.mediation import roll
from models import (
    CaseMember,
    CommitteeSeat,
    Dispute,
    Household,
    MeetingParticipant,
    Party,
    PartyKind,
    Representation,
    Resident,
    Side,
    Staff,
)

_LETTERS = "甲乙丙丁戊己庚辛壬癸"
_NUMBERS = {"phone": "某电话", "id_number": "某证件号", "credit_code": "某信用代码"}
_SIDES = {Side.APPLICANT: "申请人", Side.RESPONDENT: "被申请人"}


async def of_case(deps: Deps, dispute: Dispute) -> Known:
    """Of a case that the caller holds: with its center, mediator and organization."""
    facts = [*(await _parties(deps, dispute)), *(await _others(deps, dispute)), *_places(deps, dispute)]
    return Known(tuple(facts))


async def _parties(deps: Deps, dispute: Dispute) -> list[Fact]:
    """With what their accounts say of them, and who acts for them."""
    facts: list[Fact] = []
    seen = dict.fromkeys(_SIDES, 0)
    for party in await Party.filter(dispute_id=dispute.id).order_by("ordinal", "id"):
        word = f"{_SIDES[party.side]}{_letter(seen[party.side])}"
        seen[party.side] += 1
        kind = "organization" if party.kind is PartyKind.ORGANIZATION else "person"
        facts += _named(deps, party, word, kind)
        account = await Resident.get_or_none(id=party.resident_id) if party.resident_id else None
        facts += _named(deps, account, word, "person") if account else []
    for row in await Representation.filter(dispute_id=dispute.id).order_by("id"):
        facts += _named(deps, row, "代理人", "person")
    account = await Resident.get_or_none(id=dispute.resident_id) if dispute.resident_id else None
    return facts + (list(_named(deps, account, "申请人", "person")) if account else [])


async def _others(deps: Deps, dispute: Dispute) -> list[Fact]:
    facts: list[Fact] = []
    members = CaseMember.filter(dispute_id=dispute.id).select_related("organization", "staff", "resident")
    for member in await members.order_by("id"):
        facts += _named(deps, member, "参加人", "person")
        facts += _named(deps, member.resident, "参加人", "person") if member.resident else []
        facts += [Fact(member.staff.name, "参加人", "person")] if member.staff else []
        facts += [Fact(member.organization.name, "某协助单位", "organization")] if member.organization else []
    for row in await MeetingParticipant.filter(meeting__dispute_id=dispute.id):
        facts += _named(deps, row, "参会人", "person")
    for seat in await CommitteeSeat.filter(committee__dispute_id=dispute.id):
        facts += _named(deps, seat, "委员", "person")
    for home in await Household.filter(dispute_id=dispute.id):
        label = roll.label(deps, home)
        facts += [] if label.isdigit() else [Fact(label, "某室", "place")]
        facts += _named(deps, home, "业主", "person")
    for colleague in await Staff.filter(id__in=[each for each in (dispute.mediator_id, dispute.recorder_id) if each]):
        facts.append(Fact(colleague.name, "调解员", "person"))
    return facts


def _places(deps: Deps, dispute: Dispute) -> Iterator[Fact]:
    center, organization = dispute.center, dispute.organization if dispute.organization_id else None
    yield Fact(center.name, "某综治中心", "place")
    for address in (center.address, *_addresses(deps, dispute)):
        yield Fact(address or "", "某地", "place")
    for name in (organization.name, organization.seal_name or "") if organization else ():
        yield Fact(name, "某调解组织", "place")
    for number in (dispute.number, dispute.case_number or ""):
        yield Fact(number, "某案号", "reference")
    division = deps.divisions.by_code(center.division_code)
    while division is not None:
        yield Fact(division.name, "某街道" if division.name.endswith("街道") else f"某{division.name[-1]}", "place")
        yield Fact(base_name(division), "某地", "place")
        division = deps.divisions.parent(division)


def _addresses(deps: Deps, dispute: Dispute) -> Iterator[str]:
    for column in ("location", "contact_location"):
        text = _opened(deps, dispute, column)
        if text is not None:
            yield json.loads(text).get("address") or ""


def _named(deps: Deps, row: Model, word: str, kind: str) -> Iterator[Fact]:
    """Whatever of its columns tells who it is."""
    for column in ("name", "contact"):
        if (name := _opened(deps, row, column)) is not None:
            yield Fact(name, word, kind)
    for column, stands_for in _NUMBERS.items():
        if (number := _opened(deps, row, column)) is not None:
            yield Fact(number, stands_for, "number")


def _opened(deps: Deps, row: Any, column: str) -> str | None:
    sealed = getattr(row, f"{column}_sealed", None)
    table = type(row)._meta.db_table  # noqa: SLF001  # Tortoise has no other word for it
    return None if sealed is None else deps.keyring.open(sealed, table, column, row.id)


def _letter(place: int) -> str:
    return _LETTERS[place] if place < len(_LETTERS) else str(place + 1)
