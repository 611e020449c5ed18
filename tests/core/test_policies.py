from datetime import UTC, datetime, timedelta

import pytest

from backend.core import policies
from backend.core.catalog import Catalog
from backend.core.policies import NEAREST, PolicyBook, PolicyFileError
from config import catalog_files

CATALOG = Catalog.parse(catalog_files.read_catalog())
CENTERS = {"C420502": True, "C420503": True, "C420504": False}
NOON = datetime(2026, 11, 24, 4, tzinfo=UTC)

GOOD = """\
name = "专业优先"
way = "nearest"

[[rules]]
id = "medical"
categories = ["medical"]
way = "speciality"
centers = ["C420502", "C420503"]

[[rules]]
id = "fees"
categories = [
  "property_fees",
]
way = "jurisdiction"
"""


def refused(text: str) -> list[tuple[int, str]]:
    with pytest.raises(PolicyFileError) as caught:
        policies.check(text, CATALOG, CENTERS)
    return [(each.line, each.message) for each in caught.value.problems]


def test_a_good_file() -> None:
    policy = policies.ready(policies.check(GOOD, CATALOG, CENTERS), 7, NOON)
    assert (policy.version, policy.name) == (7, "专业优先")
    rules = {code: policy.rule_for(code, CATALOG.top_category(code)).id for code in CATALOG.category_by_code}
    assert rules["medical"] == "medical"
    assert {rules[each.code] for each in CATALOG.categories if each.parent == "medical"} == {"medical"}
    assert (rules["property_fees"], rules["property"]) == ("fees", "default")


@pytest.mark.parametrize(
    ("was", "is_", "line", "message"),
    [
        ('"C420503"]', '"C999999"]', 8, "unknown center 'C999999'"),
        ('"C420503"]', '"C420504"]', 8, "center 'C420504' is not active"),
        ('["medical"]', '["medicine"]', 6, "unknown category 'medicine'"),
        ('"property_fees"', '"medical"', 13, "category 'medical' already has rule 'medical'"),
        ('id = "fees"', 'id = "medical"', 11, "this id stands twice"),
        ('way = "speciality"', 'way = "nearest"', 8, "centers may be named only"),
        ('way = "jurisdiction"', 'way = "farthest"', 15, "way: "),
        ('way = "nearest"', 'way = "speciality"', 2, "way: "),
        ('id = "fees"', 'ident = "fees"', 11, "ident: "),
        ('name = "专业优先"', "name = ", 1, "not TOML"),
        ('name = "专业优先"', 'name = "专业优先"\neffective_from = 2026-12-01T00:00:00', 2, "effective_from: "),
    ],
)
def test_a_wrong_file_is_refused_with_the_line(was: str, is_: str, line: int, message: str) -> None:
    assert was in GOOD
    found = refused(GOOD.replace(was, is_, 1))
    assert any(at == line and message in told for at, told in found), found


def test_all_problems_at_once() -> None:
    assert (
        len(refused(GOOD.replace("C420503", "C1").replace("C420502", "C420504").replace("property_fees", "fee"))) == 3
    )


@pytest.mark.parametrize(
    ("moments", "version"),
    [
        ([], 0),
        ([-2], 1),
        ([-2, -1], 2),
        ([-1, -2], 1),
        ([-2, 0], 2),
        ([-2, 1], 1),
        ([-1, -1], 2),
        ([1], 0),
    ],
)
def test_which_version_is_in_force(moments: list[int], version: int) -> None:
    file = policies.parse(GOOD)
    book = PolicyBook(
        tuple(policies.ready(file, number, NOON + timedelta(days=days)) for number, days in enumerate(moments, start=1))
    )
    assert book.in_force(NOON).version == version


def test_nearest_until_somebody_decides() -> None:
    assert NEAREST.rule_for("medical", "medical").way == "nearest"


@pytest.mark.parametrize("name", ["nearest", "jurisdiction"])
def test_the_files_that_come_along(name: str) -> None:
    text = (catalog_files.FOLDER / "routing" / f"{name}.toml").read_text(encoding="utf-8")
    assert policies.check(text, CATALOG, {}).way == name
