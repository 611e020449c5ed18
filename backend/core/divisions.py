"""Administrative divisions by code and by the names people write. Pure; built once from the division table."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from backend.core.geo import Wgs84

_PEOPLES = "(?:土家族|苗族|侗族|回族|壮族|瑶族|彝族|藏族|满族|畲族|黎族|蒙古族|朝鲜族)*"
_SUFFIX = {
    "city": re.compile("市$"),
    "county": re.compile(f"{_PEOPLES}(?:自治县|县|市|区)$"),
    "township": re.compile(f"{_PEOPLES}(?:街道|镇|乡)$"),
}
_CALLED_AFTER = "(?![一二三四五六七八九十]?(?:路|大道|街(?!道)|巷|大桥|长江|广场|社区|村))"
"""夷陵大道 runs through 西陵区: a short name is none where a road or a village is called after the place."""


@dataclass(frozen=True, slots=True)
class DivisionPoint:
    code: str
    name: str
    level: str
    """`city`, `county` or `township`; streets and functional areas are townships."""
    parent_code: str | None
    point: Wgs84 | None
    """The seat, where one is known."""
    former_names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DivisionMatch:
    division: DivisionPoint
    certain: bool = True
    """False when it was read out of a short name, or when the words fit several divisions."""
    others: tuple[DivisionPoint, ...] = ()
    """What else the words fit."""


class DivisionDirectory:
    """Codes are those of one source only; names are matched inside their county."""

    def __init__(self, divisions: Iterable[DivisionPoint]) -> None:
        in_order = sorted(divisions, key=lambda division: division.code)
        self._by_code = {division.code: division for division in in_order}
        self._of_level = {
            level: [division for division in in_order if division.level == level]
            for level in ("city", "county", "township")
        }

    def by_code(self, code: str) -> DivisionPoint | None:
        """Four, six, nine or twelve digits; a village stands for its township, zeros for the level above."""
        if known := self._by_code.get(code):
            return known
        digits = unicodedata.normalize("NFKC", code).strip()
        if not re.fullmatch("[0-9]{4}|[0-9]{6}|[0-9]{9}|[0-9]{12}", digits):
            return None
        return self._by_code.get(digits[:9].removesuffix("000").ljust(6, "0"))

    def parent(self, division: DivisionPoint) -> DivisionPoint | None:
        return self._by_code.get(division.parent_code) if division.parent_code else None

    def children(self, code: str) -> list[DivisionPoint]:
        return [division for division in self._by_code.values() if division.parent_code == code]

    def match(self, division_code: str | None, address: str | None) -> DivisionMatch | None:
        """An unknown code matches nothing, whatever the address says; a known one is narrowed by the address."""
        text = "".join(unicodedata.normalize("NFKC", address or "").split())
        if division_code is None:
            return self._read(text)
        division = self.by_code(division_code)
        if division is None:
            return None
        narrower = None
        if division.level == "county":
            narrower = self._township_in(text, division)
        elif division.level == "city":
            narrower = self._read(text)
        return narrower or DivisionMatch(division)

    def _read(self, text: str) -> DivisionMatch | None:
        """Chinese addresses go from the county to the township, each in full or in short."""
        county, certain = self._county_in(text)
        if township := self._township_in(text, county):
            return township
        elsewhere = _longest(text, self._of_level["township"], _full_names)
        if county is None or (elsewhere and not certain):
            return _one_of(elsewhere) or self._city_in(text)
        return DivisionMatch(county, certain and not elsewhere, others=tuple(elsewhere))

    def _city_in(self, text: str) -> DivisionMatch | None:
        return _one_of(_longest(text, self._of_level["city"], _full_names))

    def _county_in(self, text: str) -> tuple[DivisionPoint | None, bool]:
        for names, certain in ((_full_names, True), (_short_names(2), False)):
            if found := _longest(text, self._of_level["county"], names):
                return found[0], certain
        return None, False

    def _township_in(self, text: str, county: DivisionPoint | None) -> DivisionMatch | None:
        """Without a county two characters (白洋, 河口) are too few: such places are everywhere."""
        townships = self._of_level["township"]
        if county is not None:
            townships = [township for township in townships if township.parent_code == county.code]
        if found := _longest(text, townships, _full_names):
            return _one_of(found)
        # 西陵 in 西陵区 does not say 西陵街道.
        county_base = base_name(county) if county else None
        apart = [township for township in townships if base_name(township) != county_base]
        found = _longest(text, apart, _short_names(2 if county else 3))
        return DivisionMatch(found[0], certain=False, others=tuple(found[1:])) if found else None


def _one_of(found: list[DivisionPoint]) -> DivisionMatch | None:
    if not found:
        return None
    return DivisionMatch(found[0], certain=len(found) == 1, others=tuple(found[1:]))


def _longest(
    text: str, divisions: list[DivisionPoint], names: Callable[[DivisionPoint], tuple[str, ...]]
) -> list[DivisionPoint]:
    """All divisions that share the longest match; of counties named side by side the first in the text."""
    hits = [
        (len(found[0]), -found.start(), division)
        for division in divisions
        for name in names(division)
        if (found := re.search(name, text))
    ]
    best = max((hit[:2] for hit in hits), default=None)
    return [division for length, start, division in hits if (length, start) == best]


def _full_names(division: DivisionPoint) -> tuple[str, ...]:
    """As patterns. 长阳县 is what people write for 长阳土家族自治县."""
    names = [division.name, *division.former_names]
    if division.name.endswith("自治县"):
        names.append(f"{base_name(division)}县")
    return tuple(map(re.escape, names))


def _short_names(least: int) -> Callable[[DivisionPoint], tuple[str, ...]]:
    def names(division: DivisionPoint) -> tuple[str, ...]:
        bases = (shortened(name, division.level) for name in (division.name, *division.former_names))
        return tuple(re.escape(base) + _CALLED_AFTER for base in bases if len(base) >= least)

    return names


def base_name(division: DivisionPoint) -> str:
    return shortened(division.name, division.level)


def shortened(name: str, level: str) -> str:
    suffix = _SUFFIX.get(level)
    return suffix.sub("", name) if suffix else name
