"""One paper, ready to be drawn."""

from dataclasses import dataclass

from backend.papers.blocks import Block


@dataclass(frozen=True, slots=True)
class Check:
    """By what a final paper can be checked."""

    address: str
    digest: str
    """SHA-256 of its content."""


@dataclass(frozen=True, slots=True)
class Sheet:
    title: str
    blocks: tuple[Block, ...]
    footer: str
    check: Check | None
    """None: it is a draft, and says so on every page."""
    is_part: bool = False
    """Of a bound file: not to be checked by itself, and no draft all the same."""


@dataclass(frozen=True, slots=True)
class Drawn:
    content: bytes
    pages: int
    missing: tuple[str, ...]
    """Characters that the fonts lack."""
