"""Reads `config/catalog/`: every `*.toml` is one part of the catalog, every `*.csv` is rows to seed."""

import csv
import hashlib
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "catalog"


class CatalogFileError(ValueError):
    """Names the file and what is wrong with it."""


def read_catalog(folder: Path | None = None) -> dict[str, Any]:
    """The top-level tables of all TOML files, merged, and the templates of papers; `version` is a fingerprint of their
    text.

    Raises `CatalogFileError`.
    """
    templates = _read_templates(folder)
    merged: dict[str, Any] = {"paper_templates": templates}
    origin: dict[str, str] = {"version": "the fingerprint", "paper_templates": "papers/"}
    fingerprint = hashlib.sha256("\0".join(templates.values()).encode())
    for path in sorted((folder or FOLDER).glob("*.toml")):
        content = path.read_bytes()
        fingerprint.update(content)
        try:
            tables = tomllib.loads(content.decode("utf-8-sig"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise CatalogFileError(f"{path.name}: {error}") from error
        for key, value in tables.items():
            if key in origin:
                raise CatalogFileError(f"{path.name}: {key!r} already stands in {origin[key]}")
            merged[key], origin[key] = value, path.name
    return merged | {"version": fingerprint.hexdigest()[:12]}


def read_policy(folder: Path | None = None) -> str:
    """The routing policy that holds until an operator activates another one."""
    return ((folder or FOLDER) / "routing" / "nearest.toml").read_text(encoding="utf-8-sig")


def read_divisions(folder: Path | None = None) -> Iterator[dict[str, str]]:
    """Columns `code, name, level, parent_code, lon_gcj02, lat_gcj02`; an absent value is an empty string."""
    return _rows(folder, "divisions.csv")


def read_centers(folder: Path | None = None) -> Iterator[dict[str, str]]:
    """Columns `code, name, level, division_code, lon, lat, crs, address, phone, placeholder`."""
    return _rows(folder, "centers.csv")


def read_holidays(folder: Path | None = None) -> Iterator[tuple[str, bytes]]:
    """Names and contents of `holidays_cn_*.csv`, years in order."""
    for path in sorted((folder or FOLDER).glob("holidays_cn_*.csv")):
        yield path.name, path.read_bytes()


def _read_templates(folder: Path | None) -> dict[str, str]:
    """By their code, which is the file's name."""
    paths = sorted(((folder or FOLDER) / "papers").glob("*.md"))
    return {path.stem: path.read_text(encoding="utf-8-sig") for path in paths}


def _rows(folder: Path | None, name: str) -> Iterator[dict[str, str]]:
    with ((folder or FOLDER) / name).open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)
