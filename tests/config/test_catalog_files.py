import csv
from pathlib import Path

import pytest
from pydantic import ValidationError

from backend.calendars import importing
from backend.core.catalog import Catalog
from config import catalog_files

TOP_CODES = [
    "marriage_family",
    "neighbourhood",
    "housing_land",
    "contract",
    "damage_compensation",
    "labour",
    "consumer",
    "medical",
    "traffic",
    "property",
    "environment",
    "land_forest",
    "expropriation",
    "intellectual_property",
    "commercial",
    "finance",
    "education",
    "tourism",
    "other",
]


def test_the_categories_of_the_contract() -> None:
    catalog = Catalog.parse(catalog_files.read_catalog())
    tops = [category.code for category in catalog.categories if category.parent is None]
    assert tops == TOP_CODES
    for top in tops:
        children = [category for category in catalog.categories if category.parent == top]
        assert 2 <= len(children) <= 6
        assert {child.level for child in children} == {catalog.category_by_code[top].level}
    special = {category.code for category in catalog.categories if category.level == "county" and not category.parent}
    assert special == {"intellectual_property", "commercial", "medical", "finance"}


@pytest.mark.parametrize(
    ("file", "column", "field"),
    [
        ("gbt31000_dispute_types.csv", "code", "gbt31000"),
        ("people_mediation_types.csv", "code_hefei_system", "people_mediation"),
    ],
)
def test_every_category_counts_in_the_official_lists(file: str, column: str, field: str) -> None:
    with (catalog_files.FOLDER / file).open(encoding="utf-8", newline="") as lines:
        official = {row[column] for row in csv.DictReader(lines)}
    for category in Catalog.parse(catalog_files.read_catalog()).categories:
        assert getattr(category, field) in official, category.code


def test_every_wrong_category_is_named() -> None:
    raw = catalog_files.read_catalog()
    known = {"name": "某类", "gbt31000": "99", "people_mediation": "99"}
    raw["categories"] = [
        {"code": "other", **known},
        {"code": "other", **known},
        {"code": "lost", "parent": "nowhere", **known},
    ]
    with pytest.raises(ValidationError, match=r"other: stands 2 times; lost: parent 'nowhere'"):
        Catalog.parse(raw)


def test_centers_belong_to_divisions_and_are_placeholders() -> None:
    divisions = {row["code"]: row for row in catalog_files.read_divisions()}
    centers = list(catalog_files.read_centers())
    names = [center["name"] for center in centers]
    assert len(set(names)) == len({center["code"] for center in centers}) == len(centers)
    assert {"宜都市陆城街道综治中心", "西陵区葛洲坝街道综治中心", "猇亭区综治中心"} <= set(names)
    assert [center["level"] for center in centers].count("city") == 1
    assert [center["level"] for center in centers].count("county") == 13
    for center in centers:
        division = divisions[center["division_code"]]
        assert (center["level"], center["code"]) == (division["level"], f"C{division['code']}")
        assert (center["placeholder"], center["address"], center["phone"]) == ("true", "", "")
    with_a_point = {code for code, row in divisions.items() if row["lon_gcj02"]}
    assert {center["division_code"] for center in centers} == with_a_point


def test_every_division_has_its_parent() -> None:
    rows = list(catalog_files.read_divisions())
    codes = {row["code"] for row in rows}
    assert len(rows) == len(codes) == 127
    assert {row["parent_code"] for row in rows} - codes == {""}


def test_every_notice_of_days_off_can_be_taken_as_it_stands() -> None:
    notices = {name: importing.check(content) for name, content in catalog_files.read_holidays()}
    assert [f"holidays_cn_{notice.year}.csv" for notice in notices.values()] == list(notices)
    assert [notice.unnamed for notice in notices.values() if notice.unnamed] == []


def test_parts_are_merged_and_any_change_makes_another_version(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text("\ufeffone = 1", encoding="utf-8")
    (tmp_path / "b.toml").write_text("two = {x = 2}", encoding="utf-8")
    first = catalog_files.read_catalog(tmp_path)
    assert first == {"one": 1, "two": {"x": 2}, "paper_templates": {}, "version": first["version"]}
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / "cover.md").write_text("# 封面", encoding="utf-8")
    with_paper = catalog_files.read_catalog(tmp_path)
    assert with_paper["paper_templates"] == {"cover": "# 封面"}
    assert with_paper["version"] != first["version"]
    (tmp_path / "b.toml").write_text("two = {x = 3}", encoding="utf-8")
    assert catalog_files.read_catalog(tmp_path)["version"] != first["version"]


@pytest.mark.parametrize(
    ("text", "words"),
    [("one = 2", "'one' already stands in a.toml"), ("version = 'x'", "fingerprint"), ("one =", r"b\.toml")],
)
def test_files_that_contradict_are_refused(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "a.toml").write_text("one = 1", encoding="utf-8")
    (tmp_path / "b.toml").write_text(text, encoding="utf-8")
    with pytest.raises(catalog_files.CatalogFileError, match=words):
        catalog_files.read_catalog(tmp_path)


def test_an_unreadable_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_bytes("名 = '和解'".encode("gbk"))
    with pytest.raises(catalog_files.CatalogFileError, match=r"a\.toml"):
        catalog_files.read_catalog(tmp_path)
