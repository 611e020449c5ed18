"""A party as a row: sealed, found by keyed hashes."""

from typing import Any
from uuid import UUID

from backend.core import clock, identity
from backend.core.deps import Deps
from backend.disputes.party_schemas import PartyIn
from models import Party, Side
from models.base import uuid7

_SEALED = ("name", "phone", "id_number", "credit_code")
_HASHED = ("name", "phone", "id_number")
_ADULT_YEARS = 18


def new(deps: Deps, given: PartyIn, dispute_id: UUID, side: Side, ordinal: int) -> Party:
    party = Party(id=uuid7(), dispute_id=dispute_id, side=side, kind=given.kind, ordinal=ordinal)
    change(deps, party, {column: getattr(given, column, None) for column in _SEALED})
    return party


def change(deps: Deps, party: Party, values: dict[str, Any]) -> None:
    """Nothing is saved. Other names than those of sealed columns are set as they are."""
    for column, value in values.items():
        if column not in _SEALED:
            setattr(party, column, value)
            continue
        sealed = None if value is None else deps.keyring.seal(value, "party", column, party.id)
        setattr(party, f"{column}_sealed", sealed)
        if column in _HASHED:
            found_by = None if value is None else deps.keyring.keyed_hash(column, identity.searchable(column, value))
            setattr(party, f"{column}_hash", found_by)
    if values.get("id_number") is not None:
        party.is_minor = is_minor(deps, values["id_number"])


def opened(deps: Deps, party: Party) -> dict[str, Any]:
    known: dict[str, Any] = {"kind": party.kind, "is_minor": party.is_minor}
    for column in _SEALED:
        sealed = getattr(party, f"{column}_sealed")
        known[column] = None if sealed is None else deps.keyring.open(sealed, "party", column, party.id)
    return known


def are_the_same(one: Party, other: Party) -> bool:
    """As far as keyed hashes tell: one identity number; or one name, and nothing that contradicts it."""
    if one.id_number_hash is not None and one.id_number_hash == other.id_number_hash:
        return True
    known = ((one.id_number_hash, other.id_number_hash), (one.phone_hash, other.phone_hash))
    contradicts = any(mine is not None and theirs is not None and mine != theirs for mine, theirs in known)
    return one.name_hash == other.name_hash and one.kind is other.kind and not contradicts


def is_minor(deps: Deps, id_number: str | None) -> bool:
    """As an identity number tells: under eighteen today."""
    if id_number is None:
        return False
    today = clock.today(deps.clock)
    birthday = (int(id_number[10:12]), int(id_number[12:14]))
    return today.year - int(id_number[6:10]) - ((today.month, today.day) < birthday) < _ADULT_YEARS
