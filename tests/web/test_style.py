"""House rules that no linter knows."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from backend import migration_scripts
from backend.database import FOLDER

ROOT = Path(__file__).parents[2]
ROOMS = ("backend", "miniprogram_api", "config", "models")
MODULES = sorted(
    path for room in ROOMS for path in (ROOT / room).rglob("*.py") if path.parent != ROOT / "models" / "migrations"
)
SHAPELESS = ("util", "helper", "manager", "process_", "service", "misc", "common")

Function = ast.FunctionDef | ast.AsyncFunctionDef


# While pytest collects: once a test has exhausted the stack, CPython 3.11 may miscount the depth of a tree.
PARSED = {path: ast.parse(path.read_text(encoding="utf-8")) for path in MODULES}


def functions(path: Path) -> Iterator[Function]:
    return (node for node in ast.walk(PARSED[path]) if isinstance(node, Function))


def calls(path: Path, name: str) -> Iterator[ast.Call]:
    for node in ast.walk(PARSED[path]):
        if isinstance(node, ast.Call) and ast.unparse(node.func).rsplit(".", maxsplit=1)[-1] == name:
            yield node


def argument(call: ast.Call, name: str) -> str:
    return next((ast.unparse(keyword.value) for keyword in call.keywords if keyword.arg == name), "")


def where(path: Path, node: ast.AST) -> str:
    return f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"


def length(statements: list[ast.stmt]) -> int:
    return (statements[-1].end_lineno or 0) - statements[0].lineno + 1


def is_handler(function: Function) -> bool:
    return any(isinstance(each, ast.Call) and ast.unparse(each.func) == "endpoint" for each in function.decorator_list)


@pytest.mark.parametrize("kind", ["ForeignKeyField", "OneToOneField"])
def test_no_row_disappears_with_the_row_it_points_to(kind: str) -> None:
    assert [
        where(path, call)
        for path in MODULES
        for call in calls(path, kind)
        if not argument(call, "on_delete").endswith("RESTRICT")
    ] == []


def test_another_member_of_an_enumeration_never_changes_a_column() -> None:
    assert [
        where(path, call)
        for path in MODULES
        for call in calls(path, "CharEnumField")
        if argument(call, "max_length") != "ENUM_LENGTH"
    ] == []


def test_handlers_are_thin() -> None:
    handlers = [(path, each) for path in MODULES for each in functions(path) if is_handler(each)]

    assert handlers
    assert [where(path, each) for path, each in handlers if length(each.body) > 12] == []


def test_functions_fit_on_a_screen() -> None:
    assert [where(path, each) for path in MODULES for each in functions(path) if length([each]) > 40] == []


def test_modules_can_be_read_in_one_sitting() -> None:
    """But for the one list of all models, which nobody reads through."""
    read = [path for path in MODULES if path != ROOT / "models" / "__init__.py"]
    lines = {str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines()) for path in read}

    assert {path: count for path, count in lines.items() if count > 400} == {}


def test_names_say_what_a_thing_is() -> None:
    names = {str(path.relative_to(ROOT)) for path in MODULES}
    for path in MODULES:
        named = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
        names |= {f"{where(path, node)} {node.name}" for node in ast.walk(PARSED[path]) if isinstance(node, named)}

    assert [name for name in names if any(word in name.rsplit(" ", maxsplit=1)[-1].lower() for word in SHAPELESS)] == []


def test_every_migration_has_its_script() -> None:
    """What runs is the script: `hejie makemigrations` writes it anew."""
    assert migration_scripts.out_of_date() == []
    scripts = [path.stem for path in sorted(FOLDER.glob("[0-9]*.sql"))]
    assert scripts == [path.stem for path in sorted(FOLDER.glob("[0-9]*.py"))]
