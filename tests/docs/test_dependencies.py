import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def names(requirements: list[str]) -> set[str]:
    return {re.split(r"[<>=!~\[ ]", each, maxsplit=1)[0] for each in requirements}


def test_every_dependency_has_a_reason_and_a_license() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    page = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([^`]+)` \| (.+?) \| (.+?) \|$", page, re.MULTILINE)

    wanted = names(project["dependencies"]) | names(project["optional-dependencies"]["dev"])
    assert {name for name, _, _ in rows} == wanted
    assert len(rows) == len(wanted)
