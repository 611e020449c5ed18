"""What a table of the case flow must not say, and where it is told."""

from copy import deepcopy
from typing import Any

import pytest
from pydantic import ValidationError

from backend.casework.schemas import refuse_unknown_fields
from backend.core.catalog import Catalog
from config.catalog_files import read_catalog

RAW = read_catalog()


def row(raw: dict[str, Any], action: str) -> dict[str, Any]:
    return next(each for each in raw["flow"] if each["action"] == action)


def limits(raw: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = raw["time_rules"]["versions"][0]["limits"]
    return found


@pytest.mark.parametrize(
    ("action", "change", "told"),
    [
        ("accept", {"from": ["lost"]}, r"flow row 1 \(accept\): unknown state 'lost'"),
        ("accept", {"to": "*"}, r"flow row 1 \(accept\): unknown state '\*'"),
        ("accept", {"roles": ["clerk", "judge"]}, r"\(accept\): unknown role 'judge'"),
        ("accept", {"roles": ["clerk", "resident"]}, r"\(accept\): residents, and nobody else"),
        ("withdraw", {"roles": ["clerk"]}, r"\(withdraw\): residents, and nobody else"),
        ("accept", {"guard": "anybody"}, r"flow\.0\.guard"),
        ("accept", {"conditions": ["sunny"]}, r"flow\.0\.conditions\.0"),
        ("accept", {"notice": "hurrah"}, r"\(accept\): unknown notice 'hurrah'"),
        ("accept", {"staff_notice": "hurrah"}, r"\(accept\): unknown staff notice 'hurrah'"),
        ("accept", {"event": "silence"}, r"no text for event 'silence'"),
        ("accept", {"clock": "rewind"}, r"\(accept\): unknown clock effect 'rewind'"),
        ("accept", {"clock": "start"}, r"\(accept\): clock effect 'start' lacks a rule"),
        ("accept", {"clock": "stop respond"}, r"\(accept\): clock effect 'stop' names a rule"),
        ("accept", {"clock": "start lunch"}, r"\(accept\): unknown time rule 'lunch'"),
        ("accept", {"to": "same"}, r"flow: no row leads to 'accepted'"),
        ("reopen", {"to": "previous"}, r"\(reopen\): only from 'transferred'"),
        ("refuse", {"action": "accept", "event": "accepted"}, r"flow: 'accept' from 'submitted' stands 2 times"),
    ],
)
def test_a_row_that_contradicts_is_named(action: str, change: dict[str, Any], told: str) -> None:
    raw = deepcopy(RAW)
    row(raw, action).update(change)
    with pytest.raises(ValidationError, match=told):
        Catalog.parse(raw)


def test_all_contradictions_at_once() -> None:
    raw = deepcopy(RAW)
    row(raw, "accept")["roles"] = ["judge"]
    limits(raw)["assign"]["then"] = "lunch"
    raw["time_rules"]["versions"].append(raw["time_rules"]["versions"][0])
    with pytest.raises(ValidationError) as refused:
        Catalog.parse(raw)
    for told in ("unknown role 'judge'", "time rules 1, assign: then 'lunch'", "two have one version", "later than 1"):
        assert told in str(refused.value)


def test_an_action_may_have_a_row_for_each_state() -> None:
    raw = deepcopy(RAW)
    second = deepcopy(row(raw, "assign"))
    row(raw, "assign")["from"] = ["accepted"]
    second |= {"from": ["in_mediation"], "roles": ["director"]}
    raw["flow"].append(second)
    assert [each.roles for each in Catalog.parse(raw).flow_by_action["assign"]] == [{"clerk", "director"}, {"director"}]


def test_required_fields_are_such_as_the_action_has() -> None:
    raw = deepcopy(RAW)
    row(raw, "close")["requires"] = ["note", "mood"]
    with pytest.raises(ValueError, match=r"flow row \d+ \(close\): no field 'mood'"):
        refuse_unknown_fields(Catalog.parse(raw))
