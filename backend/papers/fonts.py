"""The two fonts, embedded in every PDF: 宋体-like for text, 黑体-like for labels. A character that they lack is never
printed as an empty box: 〓 stands there, and the paper says which it is, to be written in by hand."""

import re
from functools import cache
from importlib.resources import files
from pathlib import Path

from fontTools.ttLib import TTFont

FOLDER = Path(str(files("pylopdf_fonts_zh_cn")))
STAND_IN = "〓"

_INVISIBLE = re.compile(
    "[\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufe00-\ufe0f\ufeff\U000e0100-\U000e01ef]"
)
"""Marks of direction and of variants: they have no shape of their own."""


def printable(text: str) -> tuple[str, list[str]]:
    """As it can be printed, and the characters that cannot, each once."""
    text = _INVISIBLE.sub("", text)
    missing = [each for each in dict.fromkeys(text) if ord(each) not in _covered() and each not in "\n\t"]
    for each in missing:
        text = text.replace(each, STAND_IN)
    return text, missing


@cache
def _covered() -> frozenset[int]:
    """By the text font; what the other one lacks falls back to it."""
    with TTFont(FOLDER / "NotoSerifSC-Regular.otf", lazy=True) as font:
        return frozenset(font.getBestCmap())
