"""The PDF, by Typst with the fonts of `fonts.py`; the layout is `paper.typ`. The same sheet gives the same bytes."""

import io
import json
import re
import threading
from collections.abc import Callable
from dataclasses import replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import segno
import typst

from backend.papers import fonts
from backend.papers.blocks import Block, Line, rewritten
from backend.papers.sheet import Check, Drawn, Sheet

_LAYOUT = Path(__file__).with_name("paper.typ")
_LONG = re.compile(r"[!-~]{24}(?=[!-~])")
_NOTE = "注：〓处是字库没有的字（{characters}），请手写补正并在改动处盖章。"

_press = threading.Lock()
"""One compiler, one paper at a time: its fonts are read once."""


def draw(sheet: Sheet) -> Drawn:
    """Takes a tenth of a second of processor: never on an event loop."""
    missing: dict[str, None] = {}
    sheet = _printable(sheet, missing)
    with _press:
        content = _compiler().compile(sys_inputs={"paper": _as_json(sheet, missing)}, format="pdf", timestamp=0)
        pages = json.loads(_compiler().query("<pages>", field="value", one=True))
    assert isinstance(content, bytes)
    return Drawn(content, pages, tuple(missing))


def pictures(sheet: Sheet, ppi: float) -> list[bytes]:
    """Its pages as PNG, to look at."""
    missing: dict[str, None] = {}
    sheet = _printable(sheet, missing)
    with _press:
        drawn = _compiler().compile(sys_inputs={"paper": _as_json(sheet, missing)}, format="png", ppi=ppi)
    return drawn if isinstance(drawn, list) else [drawn] if drawn else []


@cache
def _compiler() -> typst.Compiler:
    known = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[fonts.FOLDER])
    return typst.Compiler(_LAYOUT, font_paths=known, ignore_system_fonts=True)


def _printable(sheet: Sheet, missing: dict[str, None]) -> Sheet:
    def change(text: str) -> str:
        shown, lacking = fonts.printable(text)
        missing.update(dict.fromkeys(lacking))
        return _LONG.sub("\\g<0>\u200b", shown)

    return replace(sheet, blocks=tuple(rewritten(block, change) for block in sheet.blocks))


def _as_json(sheet: Sheet, missing: dict[str, None]) -> str:
    characters = "、".join(f"U+{ord(each):04X}" for each in missing)
    return json.dumps(
        {
            "title": sheet.title,
            "footer": sheet.footer,
            "draft": sheet.check is None and not sheet.is_part,
            "check": _check(sheet.check) if sheet.check else None,
            "parts": [_part(block) for block in sheet.blocks],
            "note": _NOTE.format(characters=characters) if missing else "",
        },
        ensure_ascii=False,
    )


def _part(block: Block) -> dict[str, Any]:
    if isinstance(block, Line):
        return {"kind": block.kind, "text": block.text}
    rows = [
        {"head": row.is_head, "cells": [{"text": c.text, "span": c.span, "label": c.is_label} for c in row.cells]}
        for row in block.rows
    ]
    return {"kind": "table", "widths": block.widths, "rows": rows}


def _check(check: Check) -> dict[str, str]:
    return {
        "address": check.address,
        "digest": check.digest,
        "code": _picture(check, segno.QRCode.save, "svg").decode(),
    }


def code_picture(check: Check) -> bytes:
    """The code as PNG."""
    return _picture(check, segno.QRCode.save, "png")


@lru_cache(maxsize=8)
def _code(address: str) -> segno.QRCode:
    """For both files of one paper."""
    return segno.make(address, error="m", micro=False)


def _picture(check: Check, save: Callable[..., None], kind: str) -> bytes:
    drawn = io.BytesIO()
    save(_code(check.address), drawn, kind=kind, scale=6, border=2)
    return drawn.getvalue()
