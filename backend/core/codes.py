"""Codes that people read out, type and write down: without letters that look like digits."""

import secrets
import unicodedata

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""4.9 bits a letter."""


def new_code(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def grouped(code: str, size: int) -> str:
    """With dashes, to be read in parts."""
    return "-".join(code[start : start + size] for start in range(0, len(code), size))


def as_meant(typed: str) -> str:
    """However it was typed: dashes, spaces, small or full-width letters."""
    return "".join(each for each in unicodedata.normalize("NFKC", typed).upper() if each.isalnum())
