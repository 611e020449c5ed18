import inspect
from enum import StrEnum
from pathlib import Path

from tortoise import Model

import models

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")


def test_every_table_has_its_line() -> None:
    classes = (each for _, each in inspect.getmembers(models, inspect.isclass))
    tables = {each.describe()["table"] for each in classes if issubclass(each, Model)}

    assert tables
    assert [table for table in sorted(tables) if f"`{table}`" not in PAGE] == []


def test_every_word_of_the_enumerations_is_explained() -> None:
    words = {
        member.value
        for _, each in inspect.getmembers(models, inspect.isclass)
        if issubclass(each, StrEnum)
        for member in each
    }

    assert [word for word in sorted(words) if f"`{word}`" not in PAGE] == []


def test_every_room_is_in_the_picture() -> None:
    picture = (ROOT / "docs" / "architecture.svg").read_text(encoding="utf-8")
    rooms = [path.parent.name for path in (ROOT / "backend").glob("*/__init__.py")]

    assert [room for room in rooms if room not in picture] == []
