"""Verdicts on text, pictures and sound, steered by what is in them.

| in the text, the file's address or its bytes | verdict |
|---|---|
| `[risky]`, 赌博网站, 色情视频, 办假证 | risky |
| `[review]`, 代开发票 | review |
| a picture that is all red; all yellow | risky; review |

`POST /sim/verdicts` adds others.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO
from typing import Final, Literal

from PIL import Image, ImageStat, UnidentifiedImageError

Suggest = Literal["pass", "review", "risky"]
PASS_LABEL: Final = 100
_LOUDEST: Final = ("risky", "review", "pass")


@dataclass(slots=True)
class Verdict:
    """Labels: 100 normal, 10001 advertising, 20001 politics, 20002 pornography, 20003 insults, 20006 crime,
    20008 fraud, 20012 vulgar, 20013 copyright, 21000 other. `times` None: for ever."""

    contains: str
    suggest: Suggest
    label: int
    times: int | None = None


_PASS: Final = Verdict("", "pass", PASS_LABEL)
_BUILT_IN: Final = (
    Verdict("[risky]", "risky", 21000),
    Verdict("赌博网站", "risky", 20006),
    Verdict("色情视频", "risky", 20002),
    Verdict("办假证", "risky", 20008),
    Verdict("[review]", "review", 21000),
    Verdict("代开发票", "review", 10001),
)
_RED: Final = Verdict("", "risky", 20002)
_YELLOW: Final = Verdict("", "review", 21000)


def findings(verdict: Verdict) -> dict[str, object]:
    """As the answer and the event tell them."""
    result: dict[str, object] = {"suggest": verdict.suggest, "label": verdict.label}
    detail = {"strategy": "content_model", "errcode": 0, **result, "prob": 100 if verdict.label == PASS_LABEL else 90}
    return {"result": result, "detail": [detail]}


class Moderation:
    def __init__(self) -> None:
        self.added: list[Verdict] = []

    def of_text(self, *texts: str) -> Verdict:
        whole = "\n".join(texts)
        return self._loudest(verdict for verdict in (*self.added, *_BUILT_IN) if verdict.contains in whole)

    def of_media(self, url: str, content: bytes) -> Verdict:
        found = [
            verdict
            for verdict in (*self.added, *_BUILT_IN)
            if verdict.contains in url or verdict.contains.encode() in content
        ]
        return self._loudest([*found, *_by_colour(content)])

    def _loudest(self, found: Iterable[Verdict]) -> Verdict:
        verdict = min(found, key=lambda each: _LOUDEST.index(each.suggest), default=_PASS)
        if verdict.times is not None:
            verdict.times -= 1
            self.added = [each for each in self.added if each.times != 0]
        return verdict


def _by_colour(content: bytes) -> list[Verdict]:
    """Survives every re-coding that a product may do to pictures."""
    try:
        with Image.open(BytesIO(content)) as picture:
            picture.thumbnail((16, 16))
            extrema = ImageStat.Stat(picture.convert("RGB")).extrema
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
        return []
    (red, _), (green_low, green_high), (_, blue) = extrema
    if red < 200 or blue > 60:
        return []
    return [_RED] if green_high < 60 else [_YELLOW] if green_low > 200 else []
