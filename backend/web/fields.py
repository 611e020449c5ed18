"""From pydantic's findings to field errors in Chinese. The refused value is never repeated."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

import pydantic_core
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from backend.core.deps import Deps
from backend.core.errors import FieldProblem, InvalidFieldsError, MalformedError
from backend.core.schema import MANY

Model = TypeVar("Model", bound=BaseModel)

_MESSAGES = {
    "missing": "这一项必须填写。",
    "extra_forbidden": "不认识这一项，请去掉。",
    "string_too_short": "至少要写{min_length}个字。",
    "string_too_long": "最多写{max_length}个字。",
    "string_type": "这里要填文字。",
    "string_pattern_mismatch": "格式不对，请检查后重填。",
    "int_type": "这里要填整数。",
    "int_from_float": "这里要填整数。",
    "int_parsing": "这里要填整数。",
    "int_parsing_size": "数字太大，请检查。",
    "float_type": "这里要填数字。",
    "float_parsing": "这里要填数字。",
    "finite_number": "这里要填一个有限的数字。",
    "bool_type": "这里只能填是或否。",
    "bool_parsing": "这里只能填是或否。",
    "greater_than_equal": "不能小于{ge}。",
    "greater_than": "必须大于{gt}。",
    "less_than_equal": "不能大于{le}。",
    "less_than": "必须小于{lt}。",
    "too_short": "至少要有{min_length}项。",
    "too_long": "最多{max_length}项。",
    "enum": "没有这个选项，请重新选择。",
    "literal_error": "没有这个选项，请重新选择。",
    "uuid_type": "编号不对，请返回重试。",
    "uuid_parsing": "编号不对，请返回重试。",
    "timezone_aware": "时间要带时区，例如 2026-11-25T09:30:00+08:00。",
    "hejie": "{reason}",
}
_PREFIXES = {
    "date": "日期不对，请写成 2026-11-25 这样。",
    "datetime": "时间不对，请写成 2026-11-25T09:30:00+08:00 这样。",
    "list": "这里要填一个列表。",
    "tuple": "这里要填一个列表。",
    "dict": "这里要填一组内容。",
    "model": "这里要填一组内容。",
    "uuid": "编号不对，请返回重试。",
}


Place = tuple[int | str, ...]


def parse_json(raw: bytes) -> dict[str, Any]:
    """Raises MalformedError unless it is one JSON object. NaN and Infinity are not JSON."""
    try:
        parsed = pydantic_core.from_json(raw, allow_inf_nan=False)
    except ValueError as error:
        raise MalformedError from error
    if not isinstance(parsed, dict):
        raise MalformedError
    return parsed


def validate_json(model: type[Model], raw: bytes, deps: Deps) -> Model:
    """Raises InvalidFieldsError with all problems at once. Validators find `deps` in their context."""
    try:
        return model.model_validate_json(raw, context=deps)
    except ValidationError as error:
        raise InvalidFieldsError(fields=problems(error)) from None


def validate(model: type[Model], values: Mapping[str, Any], deps: Deps) -> Model:
    try:
        return model.model_validate(values, context=deps)
    except ValidationError as error:
        raise InvalidFieldsError(fields=problems(error)) from None


def problems(error: ValidationError) -> tuple[FieldProblem, ...]:
    """A list with a wrong entry is not said to be too short as well, as pydantic has it."""
    details = error.errors(include_url=False, include_input=False)
    places = [detail["loc"] for detail in details]
    shown = [detail for detail in details if detail["type"] != "too_short" or not _is_above(detail["loc"], places)]
    return tuple(problem for detail in shown for problem in _problems(detail))


def _is_above(place: Place, places: Sequence[Place]) -> bool:
    return any(len(each) > len(place) and each[: len(place)] == place for each in places)


def _problems(detail: ErrorDetails) -> Iterator[FieldProblem]:
    place = [str(part) for part in detail["loc"] if not str(part).startswith("function-")]
    context = detail.get("ctx") or {}
    if detail["type"] != MANY:
        yield FieldProblem(".".join(place), _message(detail["type"], context))
        return
    for field, message in context["problems"]:
        yield FieldProblem(".".join([*place, field]), message)


def _message(kind: str, context: Mapping[str, Any]) -> str:
    if context.get("field_type") == "Value":  # a text whose length is checked once more, after its validators
        kind = f"string_{kind}"
    template = _MESSAGES.get(kind)
    if template is not None:
        return template.format(**context)
    return _PREFIXES.get(kind.split("_", maxsplit=1)[0], "这一项填得不对，请检查。")
