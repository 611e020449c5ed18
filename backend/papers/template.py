"""A paper's template, checked and filled. Jinja reads the fields, sandboxed and reduced to `{{ }}`, `{% for %}` and
`{% if %}`; values are put in only after the structure has been read: whatever people wrote stays text."""

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

from jinja2 import StrictUndefined, Template, TemplateSyntaxError, nodes, pass_context
from jinja2.exceptions import SecurityError, UndefinedError
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from backend.papers import markup
from backend.papers.blocks import Block, Line, Table, rewritten
from backend.papers.markup import MarkupError

MAX_LENGTH: Final = 20_000

_TOKEN = re.compile("\ue000([0-9]+)\ue001")
_GIVEN = "\ue000"
"""No template can name it."""
_RESERVED = re.compile("[\ue000\ue001]")
_STATEMENT, _FIELD = re.compile(r"\{%.*?%\}"), re.compile(r"\{\{.*?\}\}")
_ALONE = re.compile(r"(?m)^[ \t]*((?:\{%[^\n]*?%\}[ \t]*)+)(?:\n|\Z)")
"""Lines that only steer leave no empty line behind."""
_DIGITS = "零一二三四五六七八九"
_KNOWN_NODES = (nodes.Template, nodes.Output, nodes.TemplateData, nodes.For, nodes.If, nodes.Name, nodes.Getattr,
                nodes.Filter, nodes.Compare, nodes.Operand, nodes.Not, nodes.And, nodes.Or, nodes.Const)  # fmt: skip
_ALLOWED = "只能用 {{ 项目 }}、{% for 甲 in 列表 %}…{% endfor %}、{% if 项目 %}…{% else %}…{% endif %}"
_LOOP: Final[Mapping[str, Any]] = {"index": "", "first": "", "last": ""}

Fields = Mapping[str, Any]
"""Of a paper: name → the fields of one entry, where there are several; else something that is no mapping."""


@dataclass(frozen=True, slots=True)
class Problem:
    line: int
    message: str


def chinese_number(value: object) -> str:
    """1 to 99 as in 第十二条; what is no such number stays as it is."""
    text = str(value)
    if not re.fullmatch("[1-9][0-9]?", text):
        return text
    tens, ones = divmod(int(text), 10)
    head = "" if tens == 0 else "十" if tens == 1 else f"{_DIGITS[tens]}十"
    return head + (_DIGITS[ones] if ones else "")


def fill(source: str, values: Mapping[str, Any]) -> list[Block]:
    """`source` has been checked. Raises MarkupError where a table comes out crooked."""
    given: list[str] = []
    filled = _compiled(source).render({**values, _GIVEN: given})

    def put_in(text: str) -> str:
        return _TOKEN.sub(lambda found: given[int(found[1])], text)

    return [part for block in markup.read(filled) for part in _spread(rewritten(block, put_in), block)]


@lru_cache(maxsize=64)
def _compiled(source: str) -> Template:
    """What is printed becomes a token, and its words wait in the list of this one filling."""
    return _environment(finalize=_token).from_string(_ALONE.sub(r"\1", source))


@pass_context
def _token(context: Context, value: object) -> str:
    given: list[str] = context[_GIVEN]
    given.append(str(value))
    return f"\ue000{len(given) - 1}\ue001"


def problems(source: str, fields: Fields, required: frozenset[str], sample: Mapping[str, Any]) -> list[Problem]:
    """Everything that is wrong with a template, in the words of who wrote it."""
    if _RESERVED.search(source):
        return [Problem(1, "含有无法识别的字符，请删除后重新输入。")]
    try:
        tree = _environment().parse(source)
    except TemplateSyntaxError as error:
        message = "花括号没有成对，或者 {% for %}、{% if %} 少了对应的 {% endfor %}、{% endif %}。"
        return [Problem(error.lineno, message)]
    reading = _Reading(fields)
    reading.walk(tree, {})
    found = reading.found + [
        Problem(1, f"必须有的内容没有写上：{missing}。") for missing in sorted(required - reading.used - _marks(source))
    ]
    return found or _out_of_shape(source, sample)


def _out_of_shape(source: str, sample: Mapping[str, Any]) -> list[Problem]:
    """As it stands, for the line; then filled, for what depends on loops."""
    try:
        markup.read(_FIELD.sub("\ue0000\ue001", _STATEMENT.sub("", source)))
        fill(source, sample)
    except MarkupError as error:
        return [Problem(error.line or 1, error.message)]
    except (UndefinedError, SecurityError, TypeError):
        return [Problem(1, f"模板填不出来，{_ALLOWED}。")]
    return []


def _marks(source: str) -> set[str]:
    return {f"[{name}]" for name in markup.marks_in(source)}


def _environment(**options: Any) -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False, **options)
    environment.globals.clear()
    environment.filters = {"中文数字": chinese_number}
    environment.tests = {}
    return environment


def _spread(filled: Block, before: Block) -> Iterator[Block]:
    """A text of several lines is several paragraphs; one that consists of an empty value is none."""
    if isinstance(filled, Table) or filled.kind not in ("body", "plain", "center", "right", "heading"):
        yield filled
        return
    assert isinstance(before, Line)
    for text in filled.text.splitlines():
        if text.strip():
            yield Line(filled.kind, text.strip())


@dataclass(slots=True)
class _Reading:
    """Goes through a template and notes what it uses, and what it may not."""

    fields: Fields
    used: set[str] = field(default_factory=set)
    found: list[Problem] = field(default_factory=list)

    def walk(self, node: nodes.Node, loops: dict[str, tuple[str, Fields]]) -> None:
        if not isinstance(node, _KNOWN_NODES):
            self.found.append(Problem(node.lineno, f"这里的写法不能用，{_ALLOWED}。"))
        elif isinstance(node, nodes.For):
            self._loop(node, loops)
        elif isinstance(node, nodes.Filter):
            self._filter(node, loops)
        elif isinstance(node, nodes.Name | nodes.Getattr):
            self._value(node, loops)
        elif isinstance(node, nodes.Output):
            for printed in node.nodes:
                self.walk(printed, loops)
                self._printed(printed, loops)
        else:
            for child in node.iter_child_nodes():
                self.walk(child, loops)

    def _filter(self, node: nodes.Filter, loops: dict[str, tuple[str, Fields]]) -> None:
        if node.name != "中文数字" or node.args or node.kwargs:
            self.found.append(Problem(node.lineno, "竖线后面只能写“中文数字”，例如 {{ loop.index | 中文数字 }}。"))
        elif node.node is not None:
            self.walk(node.node, loops)

    def _loop(self, node: nodes.For, loops: dict[str, tuple[str, Fields]]) -> None:
        listed = self._resolve(node.iter, loops)
        if listed is None:
            return
        path, entry = listed
        if not isinstance(entry, Mapping) or not isinstance(node.target, nodes.Name) or node.test or node.recursive:
            self.found.append(Problem(node.lineno, f"“{path}”只有一项，不能用 {{% for %}} 逐项写。"))
            return
        self.used.add(path)
        inner = loops | {node.target.name: (path, entry), "loop": ("loop", _LOOP)}
        for child in [*node.body, *node.else_]:
            self.walk(child, inner)

    def _value(self, node: nodes.Node, loops: dict[str, tuple[str, Fields]]) -> None:
        found = self._resolve(node, loops)
        if found is not None:
            self.used.add(found[0])

    def _printed(self, node: nodes.Node, loops: dict[str, tuple[str, Fields]]) -> None:
        """What has several fields cannot be written down as one."""
        if not isinstance(node, nodes.Name | nodes.Getattr):
            return
        known = len(self.found)
        found = self._resolve(node, loops)
        del self.found[known:]
        if found is None or not isinstance(found[1], Mapping):
            return
        path, entry = found
        name = node.name if isinstance(node, nodes.Name) and node.name in loops else ""
        message = (
            f"请写明是“{name}”的哪一项，例如：{_like(name, entry)}。"
            if name
            else f"“{path}”有多项，请用 {{% for %}} 逐项写。"
        )
        self.found.append(Problem(node.lineno, message))

    def _resolve(self, node: nodes.Node, loops: dict[str, tuple[str, Fields]]) -> tuple[str, Any] | None:
        """Path and fields of what it names; None when that was a problem, which is noted."""
        if isinstance(node, nodes.Getattr):
            around = self._resolve(node.node, loops)
            if around is None:
                return None
            path, entry = around
            return self._member(node, node.attr, entry, path)
        if not isinstance(node, nodes.Name):
            self.found.append(Problem(node.lineno, f"这里应当写项目的名称，{_ALLOWED}。"))
            return None
        if node.name in loops:
            return loops[node.name]
        return self._member(node, node.name, self.fields, "")

    def _member(self, node: nodes.Node, name: str, entry: Any, path: str) -> tuple[str, Any] | None:
        known = list(entry) if isinstance(entry, Mapping) else []
        if name in known:
            return (f"{path}.{name}" if path else name), entry[name]
        close = difflib.get_close_matches(name, known, 3, 0.3) or known[:8]
        hint = f"您要的是不是：{'、'.join(close)}？" if close else ""
        self.found.append(Problem(node.lineno, f"没有“{name}”这一项。{hint}"))
        return None


def _like(name: str, entry: Mapping[str, Any]) -> str:
    return f"{{{{ {name}.{next(iter(entry), '')} }}}}"
