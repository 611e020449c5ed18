"""Templates of papers as officials keep them: read, tried out, added with a day on which they begin, rolled back. No
version is ever changed, and a paper keeps the one it was made with."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any, NamedTuple

from tortoise.queryset import QuerySet

from backend.accounts.actors import StaffActor
from backend.core.clock import today
from backend.core.deps import Deps
from backend.core.errors import FieldProblem, InvalidFieldsError, NotFoundError, RoleNotAllowedError
from backend.papers import fields, template
from backend.papers.kinds import PAPERS
from backend.papers.schemas import (
    FieldOut,
    RollbackIn,
    TemplateBriefOut,
    TemplateIn,
    TemplateOut,
    TemplatesOut,
    TemplateTextOut,
    TemplateVersionOut,
)
from backend.papers.sheet import Sheet
from models import PaperTemplate, Role

_SHIPPED = 0
"""The version that came with the program."""
_MOST_PROBLEMS = 20
_LINE = "第{line}行：{message}"


class Template(NamedTuple):
    version: int
    text: str

    @property
    def digest(self) -> str:
        return sha256(self.text.encode()).hexdigest()


async def in_force(deps: Deps, code: str) -> Template:
    """Today."""
    row = await _good(code).filter(effective_on__lte=today(deps.clock)).order_by("-version").first()
    return Template(_SHIPPED, deps.catalog.paper_templates[code]) if row is None else Template(row.version, row.text)


async def of_version(deps: Deps, code: str, version: int) -> Template:
    """Withdrawn ones too: papers were made with them. Raises NotFoundError."""
    if version == _SHIPPED:
        return Template(_SHIPPED, deps.catalog.paper_templates[code])
    row = await PaperTemplate.get_or_none(code=code, version=version) if version < 2**31 else None
    if row is None:
        raise NotFoundError
    return Template(row.version, row.text)


async def all_of_them(deps: Deps, actor: StaffActor) -> TemplatesOut:
    """Raises RoleNotAllowedError."""
    _require_admin(actor)
    return TemplatesOut(items=[await _brief(deps, code) for code in deps.catalog.papers])


async def one(deps: Deps, actor: StaffActor, code: str) -> TemplateOut:
    """Raises RoleNotAllowedError, NotFoundError."""
    known(deps, actor, code)
    return await _out(deps, code)


async def text_of(deps: Deps, actor: StaffActor, code: str, version: int) -> TemplateTextOut:
    """Raises RoleNotAllowedError, NotFoundError."""
    known(deps, actor, code)
    found = await of_version(deps, code, version)
    return TemplateTextOut(version=found.version, text=found.text)


async def preview(deps: Deps, actor: StaffActor, code: str, text: str | None) -> Sheet:
    """With made-up data. Raises RoleNotAllowedError, NotFoundError, InvalidFieldsError at `text`."""
    known(deps, actor, code)
    source = text if text is not None else (await in_force(deps, code)).text
    check(deps, code, source)
    kind = deps.catalog.papers[code]
    return Sheet(kind.title, tuple(template.fill(source, _sample(deps, code))), "样张", None)


async def add(deps: Deps, actor: StaffActor, code: str, given: TemplateIn) -> TemplateOut:
    """Raises RoleNotAllowedError, NotFoundError, InvalidFieldsError at `text`, `effective_on`."""
    known(deps, actor, code)
    check(deps, code, given.text)
    latest = await PaperTemplate.filter(code=code).order_by("-version").first()
    begins = given.effective_on or today(deps.clock)
    last = await _good(code).order_by("-version").first()
    if last is not None and begins < last.effective_on:
        message = "已有更晚生效的版本，新版本的生效日期不能早于它；需要时请先撤回那个版本。"
        raise InvalidFieldsError.at("effective_on", message)
    row = PaperTemplate(
        code=code,
        version=latest.version + 1 if latest else 1,
        text=given.text,
        effective_on=begins,
        note=given.note or "",
        added_by_id=actor.id,
        added_at=deps.clock.now(),
    )
    await row.save(force_create=True)
    return await _out(deps, code)


async def roll_back(deps: Deps, actor: StaffActor, code: str, to: RollbackIn) -> TemplateOut:
    """All later ones are withdrawn. Raises RoleNotAllowedError, NotFoundError, InvalidFieldsError at `to_version`."""
    known(deps, actor, code)
    if to.to_version != _SHIPPED and not await _good(code).filter(version=to.to_version).exists():
        raise InvalidFieldsError.at("to_version", "没有这个版本，或者它已经撤回，请从版本列表中选择。")
    await _good(code).filter(version__gt=to.to_version).update(withdrawn_at=deps.clock.now())
    return await _out(deps, code)


def check(deps: Deps, code: str, text: str) -> None:
    """Raises InvalidFieldsError at `text` with everything that is wrong, each with its line."""
    wanted = deps.catalog.papers[code].must_say
    found = template.problems(text, fields.names(PAPERS[code].shape), wanted, _sample(deps, code))
    if found:
        lines = (_LINE.format(line=each.line, message=each.message) for each in found[:_MOST_PROBLEMS])
        raise InvalidFieldsError(fields=tuple(FieldProblem("text", line) for line in lines))


def known(deps: Deps, actor: StaffActor, code: str) -> None:
    """Raises RoleNotAllowedError, NotFoundError."""
    _require_admin(actor)
    if code not in deps.catalog.papers:
        raise NotFoundError


def _require_admin(actor: StaffActor) -> None:
    if actor.role is not Role.ADMIN:
        raise RoleNotAllowedError("文书模板由系统管理员管理。")


def _sample(deps: Deps, code: str) -> dict[str, Any]:
    return fields.samples(PAPERS[code].shape) | {"文书名称": deps.catalog.papers[code].title}


def _good(code: str) -> QuerySet[PaperTemplate]:
    return PaperTemplate.filter(code=code, withdrawn_at=None)


async def _brief(deps: Deps, code: str) -> TemplateBriefOut:
    version = (await in_force(deps, code)).version
    return TemplateBriefOut(code=code, title=deps.catalog.papers[code].title, version=version)


async def _out(deps: Deps, code: str) -> TemplateOut:
    found, shape = await in_force(deps, code), PAPERS[code].shape
    rows = await PaperTemplate.filter(code=code).order_by("-version").select_related("added_by")
    return TemplateOut(
        code=code,
        title=deps.catalog.papers[code].title,
        version=found.version,
        text=found.text,
        fields=_fields(fields.samples(shape)),
        must_say=sorted(deps.catalog.papers[code].must_say),
        versions=[*(_version(row, found.version) for row in rows), _shipped(found.version)],
    )


def _fields(samples: Mapping[str, Any]) -> list[FieldOut]:
    return [
        FieldOut(name=name, sample="", fields=_fields(value[0]))
        if isinstance(value, list)
        else FieldOut(name=name, sample=value, fields=[])
        for name, value in samples.items()
    ]


def _version(row: PaperTemplate, in_force: int) -> TemplateVersionOut:
    return TemplateVersionOut(
        version=row.version,
        effective_on=row.effective_on.isoformat(),
        added_at=row.added_at,
        added_by=row.added_by.name,
        note=row.note,
        withdrawn_at=row.withdrawn_at,
        in_force=row.version == in_force,
    )


def _shipped(in_force: int) -> TemplateVersionOut:
    return TemplateVersionOut(
        version=_SHIPPED, effective_on=None, added_at=None, added_by=None, note="随程序提供", withdrawn_at=None,
        in_force=in_force == _SHIPPED,
    )  # fmt: skip
