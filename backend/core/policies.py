"""Routing policies: what an official wrote, checked, and which version is in force. Pure.

A file that is wrong is refused as a whole, with the line of every problem.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from backend.core.catalog import Catalog

Way = Literal["nearest", "jurisdiction", "speciality"]


class Rule(BaseModel):
    """For the categories named: another way to a center than the policy's own."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[a-z][a-z0-9-]{0,31}$")
    categories: tuple[str, ...] = Field(min_length=1)
    way: Way
    centers: tuple[str, ...] = ()
    """Only with `speciality`: these and no others, by code. Empty = whichever list the category by name."""


class PolicyFile(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1, max_length=64)
    way: Literal["nearest", "jurisdiction"]
    effective_from: AwareDatetime | None = None
    """Absent = from the moment it is activated."""
    rules: tuple[Rule, ...] = ()


@dataclass(frozen=True, slots=True)
class Policy:
    """One version, ready to be asked."""

    version: int
    name: str
    default: Rule
    rule_by_category: Mapping[str, Rule]
    effective_from: datetime | None = None

    def rule_for(self, category: str, top_category: str) -> Rule:
        """The category's own rule, else that of its top category, else the default."""
        rules = self.rule_by_category
        return rules.get(category) or rules.get(top_category) or self.default


def _default(way: Way) -> Rule:
    return Rule(id="default", categories=("*",), way=way)


NEAREST = Policy(0, "nearest", _default("nearest"), {})
"""Until an operator activates another one."""

JURISDICTION = Policy(0, "jurisdiction", _default("jurisdiction"), {})
"""To compare with, where a county is known."""


@dataclass(frozen=True, slots=True)
class PolicyBook:
    """Every version that was not withdrawn."""

    versions: tuple[Policy, ...] = ()

    def in_force(self, now: datetime) -> Policy:
        """The last to take effect; of two with the same moment the one added later."""
        begun = [each for each in self.versions if each.effective_from is not None and each.effective_from <= now]
        return max(begun, key=_began, default=NEAREST)


def _began(policy: Policy) -> tuple[datetime, int]:
    assert policy.effective_from is not None, "only those with a moment are compared"
    return policy.effective_from, policy.version


@dataclass(frozen=True, slots=True)
class LineProblem:
    line: int
    message: str


class PolicyFileError(ValueError):
    def __init__(self, problems: Iterable[LineProblem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda problem: (problem.line, problem.message)))
        super().__init__("\n".join(f"line {each.line}: {each.message}" for each in self.problems))


def parse(text: str) -> PolicyFile:
    """Raises PolicyFileError."""
    try:
        return PolicyFile.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"at line (\d+)", str(error))
        line = int(found[1]) if found else text.count("\n") + 1
        raise PolicyFileError([LineProblem(line, f"not TOML: {error}")]) from error
    except ValidationError as error:
        raise PolicyFileError(_told(text, each["loc"], each["msg"]) for each in error.errors()) from error


def check(text: str, catalog: Catalog, active_by_code: Mapping[str, bool]) -> PolicyFile:
    """`active_by_code` has every center that may take cases, also the deactivated ones. Raises PolicyFileError."""
    policy, lines = parse(text), _Lines(text)
    problems: list[LineProblem] = []
    taken: dict[str, str] = {}
    ids: set[str] = set()
    for position, rule in enumerate(policy.rules):
        wrong = [(rule.id, "this id stands twice")] if rule.id in ids else []
        wrong += [(code, f"unknown category {code!r}") for code in rule.categories
                  if code not in catalog.category_by_code]  # fmt: skip
        wrong += [(code, f"category {code!r} already has rule {taken[code]!r}") for code in rule.categories
                  if code in taken]  # fmt: skip
        wrong += [(code, _wrong_center(code, active_by_code)) for code in rule.centers
                  if not active_by_code.get(code)]  # fmt: skip
        if rule.centers and rule.way != "speciality":
            wrong.append(("centers", 'centers may be named only where way = "speciality"'))
        problems += [LineProblem(lines.of(position, word), message) for word, message in wrong]
        ids.add(rule.id)
        taken |= dict.fromkeys(rule.categories, rule.id)
    if problems:
        raise PolicyFileError(problems)
    return policy


def ready(file: PolicyFile, version: int, effective_from: datetime | None) -> Policy:
    by_category = {category: rule for rule in file.rules for category in rule.categories}
    return Policy(version, file.name, _default(file.way), by_category, effective_from)


def _wrong_center(code: str, active_by_code: Mapping[str, bool]) -> str:
    return f"center {code!r} is not active" if code in active_by_code else f"unknown center {code!r}"


def _told(text: str, loc: tuple[int | str, ...], message: str) -> LineProblem:
    """`loc` as pydantic has it: ("rules", 1, "way") or ("name",)."""
    name = str(next((part for part in reversed(loc) if isinstance(part, str)), ""))
    position = loc[1] if len(loc) > 1 and loc[0] == "rules" and isinstance(loc[1], int) else None
    return LineProblem(_Lines(text).of(position, name), f"{name}: {message}")


class _Lines:
    """Line numbers, which the TOML reader does not tell."""

    def __init__(self, text: str) -> None:
        self._lines = text.splitlines()
        heads = [at for at, line in enumerate(self._lines) if re.match(r"\s*\[\[\s*rules\s*\]\]", line)]
        self._blocks = list(zip(heads, [*heads[1:], len(self._lines)], strict=True))
        self._top = (0, heads[0] if heads else len(self._lines))

    def of(self, rule: int | None, word: str) -> int:
        """Where the rule (None = before the first) has this word; its first line when it has not."""
        within = rule is not None and rule < len(self._blocks)
        first, end = self._blocks[rule] if within and rule is not None else self._top
        pattern = re.compile(rf"(?<![\w-]){re.escape(word)}(?![\w-])")
        uncommented = (at for at in range(first, end) if pattern.search(self._lines[at].split("#")[0]))
        return next(uncommented, first) + 1
