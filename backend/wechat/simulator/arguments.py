"""Limits of template arguments, by the letters of the argument's name (`thing1`, `time12`).

Source: WeChat's table "subscribe message argument value limits".
"""

import re
from collections.abc import Mapping
from typing import Final

_HAN = r"\u3400-\u4dbf\u4e00-\u9fff·"
_TIME = r"[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?"
_DATE = r"[0-9]{4}年[0-9]{1,2}月[0-9]{1,2}日"
_SYMBOLS = r"!-/:-@\[-`{-~"

_TYPES: Final[dict[str, str]] = {
    "thing": r".{1,20}",
    "number": r"(?=.{1,32}$)-?[0-9]+(\.[0-9]+)?",
    "letter": r"[A-Za-z]{1,32}",
    "symbol": rf"[{_SYMBOLS}]{{1,5}}",
    "character_string": r"[\x20-\x7e]{1,32}",
    "time": rf"(?:{_DATE} ?)?{_TIME}(?:~(?:{_DATE} ?)?{_TIME})?",
    "date": rf"{_DATE}(?: ?{_TIME})?(?:~{_DATE}(?: ?{_TIME})?)?",
    "amount": r"[¥$€£￥]?[0-9]{1,10}(\.[0-9]+)?元?",
    "phone_number": r"[0-9+\-() ]{1,17}",
    "car_number": rf"[{_HAN}A-Z][A-Za-z0-9·]{{0,6}}[{_HAN}A-Za-z0-9]",
    "name": rf"[{_HAN}A-Za-z. ]{{1,10}}|[A-Za-z{_SYMBOLS} ]{{1,20}}",
    "phrase": rf"[{_HAN}]{{1,5}}",
    "const": r".{1,20}",
}
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def argument_type(name: str) -> str | None:
    found = re.fullmatch(r"([a-z_]+?)([0-9]+)", name)
    return found[1] if found and found[1] in _TYPES else None


def first_wrong(values: Mapping[str, str]) -> str | None:
    """The name of the first argument that WeChat would refuse."""
    return next((name for name, value in values.items() if not _fits(name, value)), None)


def _fits(name: str, value: str) -> bool:
    kind = argument_type(name)
    return kind is not None and not _CONTROL.search(value) and bool(re.fullmatch(_TYPES[kind], value))
