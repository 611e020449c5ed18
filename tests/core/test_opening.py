import tomllib
from copy import deepcopy
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from backend.core.opening import OpeningRules
from models import AppointmentKind

CATALOG = Path(__file__).parents[2] / "config/catalog/opening.toml"
DEFAULT: dict[str, Any] = tomllib.loads(CATALOG.read_text("utf-8"))["opening"]


def test_the_shipped_rules() -> None:
    rules = OpeningRules.model_validate(DEFAULT)
    assert rules.kinds[AppointmentKind.ONSITE].capacity == 5
    assert rules.minimum_notice == timedelta(hours=1)
    assert [len(rules.hours_on(weekday)) for weekday in range(7)] == [2, 2, 2, 2, 2, 0, 0]


def test_rules_survive_being_stored_as_json() -> None:
    rules = OpeningRules.model_validate(DEFAULT)
    assert OpeningRules.model_validate(rules.model_dump(mode="json")) == rules


@pytest.mark.parametrize(
    ("where", "wrong", "message"),
    [
        ("hours", [{"weekdays": ["monday"], "starts": "12:00", "ends": "08:30"}], "晚于开始"),
        ("hours", [{"weekdays": ["monday"], "starts": "08:30:15", "ends": "12:00"}], "不带秒和时区"),
        ("hours", [{"weekdays": ["monday"], "starts": "08:30Z", "ends": "12:00"}], "不带秒和时区"),
        ("hours", [{"weekdays": [], "starts": "08:30", "ends": "12:00"}], "at least 1 item"),
        (
            "hours",
            [
                {"weekdays": ["monday", "friday"], "starts": "08:30", "ends": "12:00"},
                {"weekdays": ["friday"], "starts": "11:00", "ends": "13:00"},
            ],
            "周五有两段",
        ),
        ("exceptions", [{"date": "2027-01-15"}, {"date": "2027-01-15"}], "只能写一条例外"),
        (
            "exceptions",
            [{"date": "2027-01-15", "hours": [{"starts": "08:00", "ends": "10:00"}] * 2}],
            "2027-01-15有两段",
        ),
        ("kinds", {}, "at least 1 item"),
        ("kinds", {"onsite": {"minutes": 30, "capacity": 0}}, "greater than or equal to 1"),
        ("kinds", {"phone": {"minutes": 30, "capacity": 1}}, "'onsite' or 'video'"),
        ("horizon_days", -1, "greater than or equal to 0"),
        ("lunch", "12:00", "not permitted"),
    ],
)
def test_a_wrong_rule_is_refused(where: str, wrong: object, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        OpeningRules.model_validate(deepcopy(DEFAULT) | {where: wrong})
