"""Values of WeChat's subscription messages by the type of their field (`thing1`, `time3`).

Source: WeChat's table "subscribe message argument value limits". Lengths count characters, not bytes; one value
out of bounds and WeChat refuses the whole message (47003).
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache, partial
from typing import Final

from backend.core.clock import local

_HAN: Final = "\u3400-\u4dbf\u4e00-\u9fff"
_DROPPED: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Me", "So", "Zl", "Zp"})
"""Controls, joiners, lone surrogates, unassigned characters, emoji and other pictures."""
_SKIN_TONES: Final = range(0x1F3FB, 0x1F400)
_SELECTORS: Final = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))
_DATE: Final = r"[0-9]{4}年[0-9]{1,2}月[0-9]{1,2}日"
_TIME: Final = r"[0-9]{1,2}:[0-9]{2}"


@dataclass(frozen=True, slots=True)
class FieldType:
    """`fit` leaves what the type allows of a plain text, perhaps nothing; `fallback` stands for nothing."""

    fit: Callable[[str], str]
    fallback: Callable[[datetime], str]


@cache
def type_of(field: str) -> FieldType | None:
    found = re.fullmatch(r"([a-z_]+?)[0-9]{1,2}", field)
    return TYPES.get(found[1]) if found else None


def value(field: str, text: str, now: datetime) -> str:
    """Never empty, never out of bounds. `field` is of a known type."""
    kind = type_of(field)
    assert kind is not None, "the catalog was checked when it was loaded"
    return kind.fit(plain(text)) or kind.fallback(now)


def plain(text: str) -> str:
    """One line without controls and pictures."""
    kept = "".join(" " if character.isspace() else character for character in text if not _is_dropped(character))
    return " ".join(kept.split())


def moment_text(moment: datetime) -> str:
    """`2026年11月25日 09:30`, in Shanghai."""
    here = local(moment)
    return f"{here.year}年{here.month:02}月{here.day:02}日 {here:%H:%M}"


@lru_cache(maxsize=4096)
def _is_dropped(character: str) -> bool:
    if character.isspace():
        return False
    code = ord(character)
    return (
        unicodedata.category(character) in _DROPPED
        or code in _SKIN_TONES
        or any(code in selectors for selectors in _SELECTORS)
    )


def _shortened(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[: limit - 1].rstrip()}…"


def _only(text: str, allowed: str, limit: int) -> str:
    """Leaves characters out that the type does not have."""
    return re.sub(f"[^{allowed}]", "", text)[:limit].strip()


def _whole(text: str, pattern: str) -> str:
    """All or nothing: half an amount or half a time is a wrong one."""
    return text if re.fullmatch(pattern, text) else ""


def _fixed(word: str) -> Callable[[datetime], str]:
    return lambda _now: word


_THING: Final = FieldType(partial(_shortened, limit=20), _fixed("请打开小程序查看"))

TYPES: Final[dict[str, FieldType]] = {
    "thing": _THING,
    "const": _THING,
    "phrase": FieldType(partial(_only, allowed=_HAN, limit=5), _fixed("有新进展")),
    "character_string": FieldType(partial(_only, allowed=r"\x20-\x7e", limit=32), _fixed("-")),
    "number": FieldType(partial(_whole, pattern=r"(?=.{1,32}$)-?[0-9]+(\.[0-9]+)?"), _fixed("0")),
    "letter": FieldType(partial(_only, allowed="A-Za-z", limit=32), _fixed("A")),
    "symbol": FieldType(partial(_only, allowed=r"!-/:-@\[-`{-~", limit=5), _fixed("-")),
    "amount": FieldType(partial(_whole, pattern=r"[¥$€£￥]?[0-9]{1,10}(\.[0-9]+)?元?"), _fixed("0元")),
    "phone_number": FieldType(partial(_whole, pattern=r"[0-9+\-]{1,17}"), _fixed("0")),
    "car_number": FieldType(
        partial(_whole, pattern=rf"[{_HAN}][A-Z][A-Z0-9]{{4,5}}[A-Z0-9{_HAN}]"), _fixed("鄂E00000")
    ),
    "name": FieldType(partial(_whole, pattern=rf"[{_HAN}·]{{1,10}}|[A-Za-z][A-Za-z .'\-]{{0,19}}"), _fixed("当事人")),
    "time": FieldType(partial(_whole, pattern=rf"(?:{_DATE} ?)?{_TIME}(?:~(?:{_DATE} ?)?{_TIME})?"), moment_text),
    "date": FieldType(partial(_whole, pattern=rf"{_DATE}(?: ?{_TIME})?"), moment_text),
}
